"""What is measured: each month, over the horizon, and in the life of every tie (ODD 6)."""

from dataclasses import dataclass

import numpy as np

from model.parameters import COSTS, LEVERS

STOCK, FLOW, RATIO = "stock", "flow", "ratio"


@dataclass(frozen=True)
class Indicator:
    """One thing that is measured.

    Attributes:
        name: of the month's column. The horizon's mean of a stock is called `mean_<name>`.
        kind: a stock is a month's state, and its mean over the horizon; a flow what happens in a month, and
            the sum over the horizon; a ratio is of the horizon alone.
        unit: of a stock or ratio itself; of a flow without its time ("needs", in a month or in all).
        better: 1 if more is better, -1 if less is, 0 if that depends: what is a means, or another's loss.
        label: as people read it, in a few words.
        meaning: in a sentence.
    """

    name: str
    kind: str
    unit: str
    better: int
    label: str
    meaning: str

    @property
    def over_horizon(self) -> str:
        """Its name among the horizon's indicators."""
        return f"mean_{self.name}" if self.kind == STOCK else self.name


# fmt: off
def _formed(origin: str, how: str) -> Indicator:
    return Indicator(f"formed_{origin}", FLOW, "ties", 0, f"Ties formed {how}", f"those that began {how}")


def _outcome(name: str, label: str) -> Indicator:
    return Indicator(name, FLOW, "findings", 1, label, f"findings whose outcome was: {label.lower()}")


def _cost(name: str) -> Indicator:
    """What levers' spending is charged to; named after them."""
    what = ", ".join(lever.label for lever in LEVERS.values() if lever.cost == name)
    return Indicator(name, FLOW, "£k", -1, f"Cost: {what}", f"spending on the levers: {what}")


_MONTHLY = (
    Indicator("scoping", STOCK, "ties at a time", 0, "Ties scoping", "ties that explore a question"),
    Indicator("ready", STOCK, "ties at a time", 0, "Ties ready", "ties that look for money, awarded and full bids included"),
    Indicator("project", STOCK, "partnerships at a time", 1, "Project partnerships", "ties in a project"),
    Indicator("strategic", STOCK, "partnerships at a time", 1, "Long-term partnerships", "ties that have embedded"),
    Indicator("strategic_idle", STOCK, "partnerships at a time", 0, "Long-term partnerships without a question", "of the strategic ties, those that have no need to work on"),
    Indicator("dormant", STOCK, "ties at a time", 0, "Dormant ties", "ties that rest, and can revive"),
    Indicator("trust_active", STOCK, "trust, 0-1", 1, "Trust of partners", "mean θ of active ties; 0, and left out of the horizon's mean, in months without one"),
    Indicator("load_council", STOCK, "demand / capacity", -1, "Load of councils", "mean over councils, uncapped"),
    Indicator("load_researcher", STOCK, "demand / capacity", -1, "Load of researchers", "mean over researchers present, uncapped"),
    Indicator("coverage", STOCK, "share of councils", 1, "Councils covered", "share of councils with a project or strategic partnership"),
    Indicator("agreements", STOCK, "agreements at a time", 1, "Agreements", "agreements of a council and a university"),
    Indicator("needs_open", STOCK, "needs at a time", -1, "Needs open", "needs that wait for an answer"),
    Indicator("formed", FLOW, "ties", 0, "Ties formed", "meetings that both sides accepted"),
    _formed("council_search", "by council search"),
    _formed("outreach", "by outreach"),
    _formed("repeat", "by repeat"),
    _formed("event", "at an event"),
    _formed("introduction", "by introduction"),
    Indicator("starts_grant", FLOW, "projects", 0, "Projects started on a grant", "projects that began with a grant"),
    Indicator("starts_commission", FLOW, "projects", 0, "Projects commissioned", "small projects that a council paid for"),
    Indicator("starts_seed", FLOW, "projects", 0, "Projects on seed money", "small projects that a university paid for"),
    Indicator("starts_voucher", FLOW, "projects", 0, "Projects on vouchers", "small projects of pairs that never worked together"),
    Indicator("starts_phd", FLOW, "projects", 0, "Collaborative PhDs", "PhDs with a named council"),
    Indicator("starts_inkind", FLOW, "projects", 0, "Projects started in kind", "projects that began with staff time alone"),
    Indicator("newcomers", FLOW, "researchers", 0, "Researchers new to partnership", "researchers who enter their first partnership with a council"),
    Indicator("embedded", FLOW, "partnerships", 1, "Projects embedded", "projects that became strategic"),
    Indicator("lost_strategic", FLOW, "partnerships", -1, "Strategic ties lost", "strategic ties that ended, by departure included"),
    Indicator("ended_project", FLOW, "projects", -1, "Projects ended", "projects that ended otherwise than by embedding: follow-ons and departures included"),
    Indicator("bids", FLOW, "bids", 0, "Bids", "bids made: outlines under two stages, rolling ones included"),
    Indicator("awards", FLOW, "grants", 0, "Awards", "grants awarded"),
    Indicator("bids_open", FLOW, "bids", 0, "Bids to open competitions", "bids to national competitions open to all, not counted in bids"),
    Indicator("awards_open", FLOW, "grants", 0, "Awards of open competitions", "grants won there, not counted in awards"),
    Indicator("days_council", FLOW, "council days", 0, "Days that councils give", "days of councils that go to ties, engagement included"),
    Indicator("days_researcher", FLOW, "researcher days", 0, "Days that researchers give", "days of researchers that go to ties, bids included"),
    Indicator("days_bidding", FLOW, "researcher days", -1, "Days spent bidding", "bid days demanded, after relief, times the researcher's served share"),
    Indicator("days_on_calls", FLOW, "researcher days", -1, "Days bidding to the funder's calls", "of these, the days on outlines and bids for calls: none on rolling money and open competitions"),
    Indicator("needs_raised", FLOW, "needs", 0, "Needs raised", "questions that councils came to have"),
    Indicator("needs_met", FLOW, "needs", 1, "Needs met by partnerships", "needs met by a finding of their own tie"),
    Indicator("needs_met_dissemination", FLOW, "needs", 1, "Needs met by dissemination", "needs met by a finding made elsewhere"),
    Indicator("needs_met_scoping", FLOW, "needs", 1, "Needs met by scoping", "needs that scoping gave a first answer"),
    Indicator("needs_met_all", FLOW, "needs", 1, "Needs met by research", "needs met by partnerships, by scoping and by dissemination"),
    Indicator("needs_met_elsewhere", FLOW, "needs", 0, "Needs met by other sources", "needs met without any finding"),
    Indicator("needs_expired", FLOW, "needs", -1, "Needs expired", "needs whose window closed unanswered"),
    Indicator("findings", FLOW, "findings", 1, "Findings", "findings delivered"),
    Indicator("findings_timely", FLOW, "findings", 1, "Findings in time", "findings that met a need"),
    Indicator("value", FLOW, "value of a finding", 1, "Value of findings", "what findings were worth, transfers included"),
    _outcome("fresh_perspective", "Fresh perspective"),
    _outcome("evidence_asset", "Evidence asset"),
    _outcome("evidence_to_delivery", "Evidence to delivery"),
    _outcome("specialist_application", "Specialist application"),
    Indicator("strategic_opportunity", FLOW, "opportunities", 1, "New strategic opportunities", "the fifth outcome: what a strategic tie opens"),
    Indicator("outside_money", FLOW, "£k", 1, "Outside money", "outside money that opportunities brought"),
    Indicator("requests", FLOW, "requests", 0, "Requests", "needs that councils brought to the matchmaker, and that were looked into"),
    Indicator("introductions", FLOW, "introductions", 0, "Introductions", "introductions made by the matchmaker"),
    Indicator("first_starts", FLOW, "projects", 0, "First projects", "first projects after a meeting (series only)"),
    Indicator("months_waited", FLOW, "months", 0, "Months waited", "months from meeting to first project, summed (series only)"),
    Indicator("grants_paid", FLOW, "£k", -1, "Grants paid", "what the funder paid for grants"),
    Indicator("grants_open", FLOW, "£k", 0, "Grants of open competitions", "what national competitions paid: another's money, not in the total cost"),
    *map(_cost, COSTS),
    Indicator("cost_total", FLOW, "£k", -1, "Cost, grants included", "the sum of the funder's grants and of all costs of levers"),
)
_SPREAD = Indicator("gini_active_months", RATIO, "Gini coefficient", -1, "Inequality of councils", "Gini coefficient over councils of active tie-months; 0 where there was no partnership at all")
_QUOTIENTS = (
    Indicator("success_open", RATIO, "share of bids", 1, "Bids to open competitions that succeed", "awards_open / bids_open"),
    Indicator("success_rate", RATIO, "share of bids", 1, "Bids that succeed", "awards / bids"),
    Indicator("timely_share", RATIO, "share of findings", 1, "Findings that are in time", "findings_timely / findings"),
    Indicator("months_to_start", RATIO, "months", -1, "Months to a project", "mean months from a tie's latest meeting to the first project that follows it; later ones, by follow-on, do not count"),
    Indicator("cost_per_strategic_year", RATIO, "£k a partnership-year", -1, "Cost of a strategic year", "cost_total / years of strategic partnership"),
    Indicator("cost_per_need_met", RATIO, "£k a need", -1, "Cost of a need met", "cost_total / needs_met"),
)
# fmt: on
#: Measured each month, by name: columns of the series.
MONTHLY = {each.name: each for each in _MONTHLY}
SERIES = tuple(MONTHLY)
#: State at a month's end.
STOCKS = tuple(each.name for each in _MONTHLY if each.kind == STOCK)
#: What happens in a month.
FLOWS = tuple(each.name for each in _MONTHLY if each.kind == FLOW)
#: Indicators that are not a number where they would divide by 0; every other one is finite in every run.
RATIOS = tuple(each.name for each in _QUOTIENTS)
MONTH_RECORD = np.dtype((np.record, [(name, "f8") for name in SERIES]))

#: Sums of which only a ratio is reported over the horizon.
_SERIES_ONLY = ("months_waited", "first_starts")
#: The horizon's indicators, by name, in order.
HORIZON = {
    each.over_horizon: each for each in (*_MONTHLY, _SPREAD, *_QUOTIENTS) if each.name not in _SERIES_ONLY
}
#: Their names.
INDICATORS = tuple(HORIZON)


@dataclass(frozen=True)
class Control:
    """Luck that a run had: events of a kind less their probabilities, summed over the horizon.

    Its mean over seeds is 0 whatever the rules and the policy, so what it explains of an indicator is luck, and
    can be taken out (control variates; Henderson and Glynn 2002, Mathematics of Operations Research 27(2)).
    Luck that all policies share by their seed, such as who leads and what needs arise, is left to pairing.

    Attributes:
        name: of the sum; `world.luck` has it without what it begins with.
        lasts: whether each event counts by the share of the horizon that was left, as what it changes stays.
        moves: indicators that the luck is taken out of.
        meaning: which events these are.
    """

    name: str
    lasts: bool
    moves: tuple[str, ...]
    meaning: str


#: What names of controls begin with.
LUCK = "luck_"
_ALL_NEEDS = ("needs_met_all",)
_WORK = ("needs_met", "findings", "findings_timely", "value")
_LASTING = ("mean_strategic", "strategic_opportunity", *_WORK, *_ALL_NEEDS)
_REACH = ("mean_coverage", "mean_project")
# fmt: off
_CONTROLS = (
    Control("luck_embedded", True, (*_LASTING, *_REACH), "projects that embed, of those that may"),
    Control("luck_ended", True, _LASTING, "strategic ties that end"),
    Control("luck_departed", True, _LASTING, "strategic ties that vanish with a researcher who leaves"),
    Control("luck_won", True, (*_LASTING, *_REACH), "bids that win in national competitions, given the cut-off"),
    Control("luck_bid", True, (*_WORK, *_REACH), "ready ties that bid"),
    Control("luck_accepted", True, _REACH, "meetings that a council accepts, of those that the researcher does"),
    Control("luck_lapsed", True, _REACH, "ties that fall asleep before a project"),
    Control("luck_signed", True, ("mean_agreements",), "agreements signed"),
    Control("luck_unsigned", True, ("mean_agreements",), "agreements that end"),
    Control("luck_answered", False, _ALL_NEEDS, "needs that scoping gives a first answer"),
    Control("luck_heard", False, _ALL_NEEDS, "needs met by a finding that a council heard of"),
)
# fmt: on
#: By name.
CONTROLS = {each.name: each for each in _CONTROLS}
LUCK_RECORD = np.dtype((np.record, [(name.removeprefix(LUCK), "f8") for name in CONTROLS]))
#: What is kept of every run.
RECORDED = (*INDICATORS, *CONTROLS)


def moved_by() -> dict[str, list[str]]:
    """Names of the controls of each indicator that has any."""
    return {
        indicator: names
        for indicator in INDICATORS
        if (names := [each.name for each in _CONTROLS if indicator in each.moves])
    }


@dataclass(frozen=True)
class Event:
    """What can happen in the life of a tie.

    Attributes:
        name: as histories have it.
        stage: of the tie afterwards, see `model.arrays.STAGES`; "gone" if the tie is no more, empty if the
            stage is what it was.
        meaning: in a few words.
    """

    name: str
    stage: str
    meaning: str


GONE = "gone"
_life: list[Event] = []


def _event(name: str, stage: str, meaning: str) -> int:
    """Declare an event; the number by which rules record it."""
    _life.append(Event(name, stage, meaning))
    return len(_life) - 1


# The first seven are the origins of model.arrays.ORIGINS, in their order.
FORMED_COUNCIL_SEARCH = _event("formed_council_search", "scoping", "it begins or revives, by council search")
FORMED_OUTREACH = _event("formed_outreach", "scoping", "by outreach")
FORMED_REPEAT = _event("formed_repeat", "scoping", "by repeat")
FORMED_EVENT = _event("formed_event", "scoping", "at an event")
FORMED_INTRODUCTION = _event("formed_introduction", "scoping", "by introduction")
INITIAL = _event("initial", "strategic", "it was there at the start")
STARTED_PHD = _event("started_phd", "project", "a collaborative PhD began (5)")
BECAME_READY = _event("ready", "ready", "scoping is done (4.7)")
LAPSED = _event("lapsed", "dormant", "it fell asleep before a project (4.7)")
BID = _event("bid", "", "a bid or outline was made (4.8)")
FULL_BID = _event("full_bid", "", "a full bid was asked for (4.8)")
GRANT_AWARDED = _event("awarded", "awarded", "its bid won (4.8)")
GAVE_UP = _event("gave_up", "dormant", "it looks for money no more (4.8)")
STARTED_GRANT = _event("started_grant", "project", "a project began on a grant (4.8)")
COMMISSIONED = _event("commissioned", "project", "a council paid for a small project (4.8)")
SEEDED = _event("seeded", "project", "a university paid for a small project (4.8)")
VOUCHED = _event("vouched", "project", "a small project began on a voucher (4.8)")
STARTED_INKIND = _event("started_inkind", "project", "a project began in kind (4.7)")
FIRST_ANSWER = _event("first_answer", "", "scoping answered its need (4.7)")
CLAIMED = _event("claimed", "", "it took up a need, in delivery (4.9)")
YIELDED = _event("yielded", "", "a partnership took up its need (4.9)")
FINDING_MET = _event("finding_met", "", "a finding met its need (4.9)")
FINDING_LATE = _event("finding_late", "", "a finding came too late (4.9)")
FINDING_OWN = _event("finding_own", "", "a finding without a need (4.9)")
EMBEDDED = _event("embedded", "strategic", "the project became strategic (4.10)")
FOLLOW_ON = _event("follow_on", "ready", "the project ended, and the next is looked for (4.10)")
PROJECT_ENDED = _event("project_ended", "dormant", "the project ended (4.10)")
STRATEGIC_ENDED = _event("strategic_ended", "dormant", "the strategic partnership ended (4.10)")
OPPORTUNITY = _event("opportunity", "", "a new strategic opportunity (4.10)")
DEPARTED = _event("departed", GONE, "it vanished with its researcher (4.1)")
HANDED_OVER = _event("handed_over", "", "a colleague took it over (4.1)")
OFFICER_LOST = _event("officer_lost", "", "the council's officer left (4.1)")
SECONDED = _event("seconded", "", "a secondment ended (5)")
FORGOTTEN = _event("forgotten", GONE, "nobody remembers it (4.10)")
#: What can happen in the life of a tie, by the numbers that histories hold.
LIFE = tuple(_life)
#: Their names.
EVENTS = tuple(each.name for each in LIFE)


def gini(values: np.ndarray) -> float:
    """Gini coefficient of non-negative values; 0 if there are none or all are 0."""
    total = values.sum()
    if total == 0:
        return 0.0
    n = len(values)
    ranks = np.arange(1, n + 1)
    return float((2 * ranks - n - 1) @ np.sort(values) / (n * total))


def ratio(part: float, whole: float) -> float:
    """Part / whole, not a number where whole is 0."""
    return float(part / whole) if whole else float("nan")


def indicators_of(series: np.ndarray, active_months: np.ndarray) -> dict[str, float]:
    """The horizon's indicators.

    Args:
        series: [months of the horizon] of MONTH_RECORD.
        active_months: [councils], active tie-months of each.
    """
    months = len(series)
    by_month = series.view("f8").reshape(months, len(SERIES))  # every column is a float
    sums = dict(zip(SERIES, by_month.sum(axis=0).tolist(), strict=True))
    found = {f"mean_{name}": sums[name] / max(months, 1) for name in STOCKS}
    active = series["project"] + series["strategic"] > 0
    if active.any():  # months without a partnership have no trust to average
        found["mean_trust_active"] = float(series["trust_active"][active].mean())
    found |= {name: sums[name] for name in FLOWS}
    found["gini_active_months"] = gini(active_months)
    found["success_open"] = ratio(found["awards_open"], found["bids_open"])
    found["success_rate"] = ratio(found["awards"], found["bids"])
    found["timely_share"] = ratio(found["findings_timely"], found["findings"])
    found["months_to_start"] = ratio(found.pop("months_waited"), found.pop("first_starts"))
    found["cost_per_strategic_year"] = ratio(found["cost_total"], found["mean_strategic"] * months / 12)
    found["cost_per_need_met"] = ratio(found["cost_total"], found["needs_met"])
    return found

"""What is measured, each month and over the horizon (ODD 6)."""

import math
from collections import Counter

from model.measures import CONTROLS
from model.parameters import COSTS

from .ties import ACTIVE, Stage, Tie

STOCKS = (
    *("scoping", "ready", "project", "strategic", "strategic_idle", "dormant", "trust_active"),
    *("load_council", "load_researcher", "coverage", "needs_open", "agreements"),
)
FLOWS = (
    *("formed", "formed_council_search", "formed_outreach", "formed_repeat", "formed_introduction"),
    *(
        "formed_event",
        "starts_grant",
        "starts_inkind",
        "starts_commission",
        "starts_seed",
        "starts_voucher",
        "starts_phd",
        "newcomers",
        "embedded",
        "lost_strategic",
        "ended_project",
    ),
    *(
        "bids",
        "awards",
        "bids_open",
        "awards_open",
        "grants_open",
        "days_council",
        "days_researcher",
        "days_bidding",
        "days_on_calls",
        "needs_raised",
        "needs_met",
        "needs_met_dissemination",
    ),
    *(
        "needs_met_scoping",
        "needs_met_all",
        "needs_met_elsewhere",
        "needs_expired",
        "findings",
        "findings_timely",
        "value",
    ),
    *("fresh_perspective", "evidence_asset", "evidence_to_delivery", "specialist_application"),
    *("strategic_opportunity", "outside_money", "requests", "introductions", "grants_paid"),
    *COSTS,
    "cost_total",
)


def mean(values: list[float]) -> float:
    """Mean of those that are defined; NaN if none is."""
    defined = [value for value in values if not math.isnan(value)]
    return sum(defined) / len(defined) if defined else math.nan


def ratio(part: float, whole: float) -> float:
    """A ratio; NaN where undefined."""
    return part / whole if whole else math.nan


def gini(values: list[float]) -> float:
    """Gini coefficient, 0 (all equal) to 1; 0 if there is nothing to share."""
    n, total = len(values), sum(values)
    ranked = sum((2 * rank - n - 1) * value for rank, value in enumerate(sorted(values), start=1))
    return ranked / (n * total) if total else 0.0


class Measures:
    """The record of a run."""

    def __init__(self, model) -> None:
        self.model = model
        self.counts: Counter[str] = Counter()  # of the month
        self.luck = dict.fromkeys(CONTROLS, 0.0)  # over the horizon
        self.series: list[dict[str, float]] = []  # one a month, warm-up included
        self.active_months: Counter[int] = Counter()  # of each council, in the horizon
        self.waits: list[int] = []  # months from meeting to first start, of those in the horizon
        self.reasons: Counter[tuple[str, int, str]] = Counter()  # (of what, council, why), in the horizon
        self.ended_spells: Counter[tuple[str, str, int]] = Counter()  # (kind, outcome, months)

    def count(self, name: str, amount: float = 1) -> None:
        """Add to one of the month's flows."""
        self.counts[name] += amount

    def explain(self, of: str, council, why: str) -> None:
        """A need or a meeting ends for a reason."""
        if self.model.month >= self.model.warmup:
            self.reasons[of, council.index, why] += 1

    def all_reasons(self) -> Counter[tuple[str, int, str]]:
        """Reasons of the horizon; those needs that are still open have none other."""
        still = {("need", each.index, "open"): len(each.needs) for each in self.model.councils if each.needs}
        return self.reasons + Counter(still if self.model.horizon else {})

    def surprise(self, name: str, happened: bool, probability: float) -> None:
        """What happens less its probability, by the share of the horizon left if it lasts (ODD 6)."""
        model = self.model
        if model.month >= model.warmup:
            lasts = CONTROLS[f"luck_{name}"].lasts
            share_left = 1.0 - (model.month - model.warmup) / model.horizon if lasts else 1.0
            self.luck[f"luck_{name}"] += (happened - min(1.0, probability)) * share_left

    def of_hazard(self, name: str, happened: bool, hazard: float) -> bool:
        """Note the surprise at what has a monthly hazard; whether it happened."""
        self.surprise(name, happened, 1.0 - math.exp(-hazard))
        return happened

    def charge(self, lever: str, price: float) -> None:
        """Charge for what a lever has done, in £k."""
        self.counts[f"cost_{lever}"] += price

    def wait(self, months: int) -> None:
        """A project starts so long after the meeting that led to it; follow-ons do not count."""
        if self.model.month >= self.model.warmup:
            self.waits.append(months)

    def end_spell(self, tie: Tie, is_censored: bool) -> None:
        """A partnership ends, or turns into one of the other kind (ODD 6)."""
        if tie.stage in ACTIVE and tie.since >= self.model.warmup:
            outcome = "censored" if is_censored else "ended"
            self.ended_spells[str(tie.stage), outcome, self.model.month - tie.since] += 1

    def spells(self) -> Counter[tuple[str, str, int]]:
        """Spells begun in the horizon by (kind, outcome, months); those that still run are censored."""
        spells = self.ended_spells.copy()
        for tie in self.model.ties:
            if tie.is_active and tie.since >= self.model.warmup:
                spells[str(tie.stage), "censored", self.model.month - 1 - tie.since] += 1
        return spells

    def record(self) -> None:
        """Write down the month."""
        counts, self.counts = self.counts, Counter()
        row = {"month": self.model.month - self.model.warmup} | self.stocks()
        row |= {name: float(counts[name]) for name in FLOWS}
        met = ("needs_met", "needs_met_scoping", "needs_met_dissemination")
        row["needs_met_all"] = sum(row[name] for name in met)
        row["cost_total"] = row["grants_paid"] + sum(row[cost] for cost in COSTS)
        self.series.append(row)
        if self.model.month >= self.model.warmup:
            for council in self.model.councils:
                self.active_months[council.index] += council.n_active_ties

    def stocks(self) -> dict[str, float]:
        """The state at the end of a month."""
        model = self.model
        n = Counter(tie.stage for tie in model.ties)
        return {
            "scoping": n[Stage.SCOPING],
            "ready": n[Stage.READY] + n[Stage.AWARDED],
            "project": n[Stage.PROJECT],
            "strategic": n[Stage.STRATEGIC],
            "strategic_idle": sum(tie.stage is Stage.STRATEGIC and tie.need is None for tie in model.ties),
            "dormant": n[Stage.DORMANT],
            "trust_active": mean([tie.trust for tie in model.ties if tie.is_active]),
            "load_council": mean([council.load for council in model.councils]),
            "load_researcher": mean([researcher.load for researcher in model.researchers.values()]),
            "coverage": mean([float(council.n_active_ties > 0) for council in model.councils]),
            "agreements": sum(len(council.agreements) for council in model.councils),
            "needs_open": sum(len(council.needs) for council in model.councils),
        }

    def indicators(self) -> dict[str, float]:
        """Totals, means and ratios of the horizon."""
        months = self.series[self.model.warmup :]
        result = {f"mean_{name}": mean([month[name] for month in months]) for name in STOCKS}
        result = {name: 0.0 if math.isnan(value) else value for name, value in result.items()}
        result |= {name: float(sum(month[name] for month in months)) for name in FLOWS}
        strategic_years = sum(month["strategic"] for month in months) / 12.0
        return result | {
            "gini_active_months": gini([self.active_months[each.index] for each in self.model.councils]),
            "success_open": ratio(result["awards_open"], result["bids_open"]),
            "success_rate": ratio(result["awards"], result["bids"]),
            "timely_share": ratio(result["findings_timely"], result["findings"]),
            "months_to_start": mean(self.waits),
            "cost_per_strategic_year": ratio(result["cost_total"], strategic_years),
            "cost_per_need_met": ratio(result["cost_total"], result["needs_met"]),
        }

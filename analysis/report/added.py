"""The section on what each policy really adds, and why little may come of much."""

from collections.abc import Iterator, Sequence
from itertools import chain

import pandas as pd

from analysis.asked import PLACEBO
from analysis.report import phrases
from analysis.report.sentences import Sentence, cells_of
from analysis.report.shown import NOT_FOLLOWED, Section, Table, number, with_ends
from analysis.report.source import Source
from analysis.report.why.nowhere import because
from analysis.statistics.best import EQUAL_MONEY
from analysis.statistics.decision.verdicts import leading
from analysis.statistics.ledger.councils import ALL, KIND, PLACE
from analysis.statistics.ledger.pairs import COUNTED

_MONTHS = "active"
_SUBSTITUTED = "needs_met_elsewhere"
#: Policies of which it is said why so little comes of them: those that bring most people together.
_MOST = 3
_NAMES = {
    "formed": "Ties formed",
    "started": "Projects started",
    "embedded": "Projects that became long-term",
    "active": "Months of partnership",
    "strategic": "Months of long-term partnership",
}
#: What a tie is, where ties are first spoken of.
_TIE = " (a council and a researcher who agree to explore a question)"
_NOTE = (
    "Numbers for one history, over all of it and all councils, with 95% intervals each for itself. "
    "Gained: months "
    "in which two are partners under the policy and not without it. What a council gains while it loses "
    "as much, "
    "it has with another partner or at another time. Displaced: what other councils lose. The placebo is "
    "half a "
    "percent more money for grants: what it gains and loses is reshuffling by luck alone."
)


def section(source: Source) -> Section:
    """What each policy really adds."""
    ledger = source.table("ledger")
    title = "What each policy really adds: who is a partner that would not have been"
    if ledger.empty:
        return Section("added", title, missing=NOT_FOLLOWED)
    policies = in_order(source, ledger)
    return Section(
        "added",
        title,
        sentences=[
            *_leader(source, ledger, policies[0]),
            *_placebo(ledger),
            *_substitution(source, policies[0]),
        ],
        tables=[_months(ledger, policies), _events(ledger, policies), *_groups(source, ledger, policies[0])],
    )


def in_order(source: Source, followed: pd.DataFrame) -> list[str]:
    """The policies that were followed: the one that the answer is about, the placebo, and the others."""
    verdicts = source.table("verdicts")
    said = [*verdicts.sort_values("among", ascending=False, kind="stable")["policy"]] if len(verdicts) else []
    there = [name for name in followed["policy"].unique() if name != PLACEBO]
    others = [name for name in there if name not in said]
    known = [*(name for name in said if name in there), *others]
    about = answered(verdicts)
    first = about if about in there else known[0]
    return [first, PLACEBO, *(name for name in known if name != first)]


def answered(verdicts: pd.DataFrame) -> str:
    """The policy that the answer is about; empty where there is none."""
    if verdicts.empty:
        return ""
    equal = verdicts[verdicts["among"] == EQUAL_MONEY]
    return leading(equal if len(equal) else verdicts)


def _all(ledger: pd.DataFrame, what: str) -> pd.DataFrame:
    return ledger[(ledger["by"] == ALL) & (ledger["what"] == what)].set_index("policy")


def _leader(source: Source, ledger: pd.DataFrame, policy: str) -> Iterator[Sentence]:
    line = _all(ledger, _MONTHS).loc[policy]
    meant = source.asked.meant if source.asked else ()
    text = (
        f"Over {number(source.tables.months / 12, 0)} years there are {number(line['under'], 0)} months of "
        f"partnership under {phrases.called(policy)} (the mean of {int(line['n']):,} histories). Of these, "
        f"{number(line['both'], 0)} are of the same partners in the same months without it, and "
        f"{number(line['swapped'], 0)} only take the place of another partner or time at the same council: "
        f"deadweight. {_ends(line, 'additional')} are additional for their councils; other councils have "
        f"{_ends(line, 'displaced')} fewer: displacement. What is left is {_ends(line, 'net', sign=True)}."
    )
    if meant:
        text += f" {_ends(line, 'leaked')} of the additional are outside the places meant: leakage."
    names = ("under", "both", "swapped", "n", *_ended("additional", "displaced", "net", "leaked"))
    yield Sentence("ledger", text, (policy,), cells_of("ledger", [policy], *names, of=_MONTHS))


def _ended(*names: str) -> tuple[str, ...]:
    return tuple(f"{name}{end}" for name in names for end in ("", "_low", "_high"))


def _ends(line: pd.Series, name: str, sign: bool = False) -> str:
    return with_ends(*(float(line[each]) for each in _ended(name)), places=0, sign=sign)


def _placebo(ledger: pd.DataFrame) -> Iterator[Sentence]:
    lines = _all(ledger, _MONTHS)
    if PLACEBO not in lines.index:
        return
    line = lines.loc[PLACEBO]
    text = (
        f"Luck reshuffles, too: half a percent more money for grants, which can hardly matter, gains "
        f"{number(line['gained'], 0)} months of partnership and loses {number(line['lost'], 0)}, of "
        f"{number(line['without'], 0)}. Only what goes beyond that is a policy’s doing."
    )
    cells = cells_of("ledger", [PLACEBO], "gained", "lost", "without", of=_MONTHS)
    yield Sentence("placebo", text, (PLACEBO,), cells)


def _substitution(source: Source, policy: str) -> Iterator[Sentence]:
    """Questions that other sources would have answered."""
    effects = source.table("effects")
    lines = effects[(effects["policy"] == policy) & (effects["indicator"] == _SUBSTITUTED)]
    months = source.tables.months
    if lines.empty or not months:
        return
    line = lines.iloc[0]
    fewer, low, high = (-float(line[name]) * 12 / months for name in ("effect", "high", "low"))
    if low > 0:
        text = (
            f"Under {phrases.called(policy)} other sources answer "
            f"{with_ends(fewer, low, high, 1, sign=False)} "
            "questions a year fewer, as partners take them up or answer them first: substitution."
        )
        cells = cells_of("effects", [policy], "effect", "low", "high", of=_SUBSTITUTED)
        yield Sentence("substitution", text, (policy,), cells)


def _months(ledger: pd.DataFrame, policies: Sequence[str]) -> Table:
    lines = _all(ledger, _MONTHS)
    names = ("additional", "displaced", "net")
    shown = [
        (
            phrases.called(policy),
            *(number(lines.loc[policy, name], 0) for name in ("under", "both", "gained", "lost", "swapped")),
            *(_ends(lines.loc[policy], name, sign=name == "net") for name in names),
        )
        for policy in policies
        if policy in lines.index
    ]
    head = (
        "Policy",
        "Months of partnership",
        "Same partners without it",
        "Gained",
        "Lost",
        "Other partner or time",
        "Additional",
        "Displaced",
        "Net",
    )
    caption = "Months of partnership: deadweight, additional, displaced"
    return Table(caption, head, shown, "ledger.csv", True, _NOTE)


def _events(ledger: pd.DataFrame, policies: Sequence[str]) -> Table:
    lines = {what: _all(ledger, what) for what in COUNTED if what != _MONTHS}
    shown = [
        (phrases.called(policy), *(_change(each.loc[policy]) for each in lines.values()))
        for policy in policies
        if policy in lines["formed"].index
    ]
    head = ("Policy", *(_NAMES[what] for what in lines))
    note = "Gained and lost, as pairs that have more or fewer of them, and what is left. In one history."
    return Table("Ties and projects gained and lost", head, shown, "ledger.csv", note=note)


def _change(line: pd.Series) -> str:
    places = 0 if line["gained"] + line["lost"] >= 10 else 1
    gained, lost = number(line["gained"], places, sign=True), number(-line["lost"], places, sign=True)
    return f"{gained} {lost} = {number(line['net'], places, sign=True)}"


def _groups(source: Source, ledger: pd.DataFrame, policy: str) -> Iterator[Table]:
    """By place and by kind of council, of the policy that the answer is about."""
    for by in (PLACE, KIND):
        is_it = (ledger["policy"] == policy) & (ledger["by"] == by) & (ledger["what"] == _MONTHS)
        shown = [
            (
                line["group"],
                number(line["without"], 0),
                number(line["under"], 0),
                *(
                    _ends(pd.Series(line), name, sign=name == "net")
                    for name in ("additional", "displaced", "net")
                ),
            )
            for line in ledger[is_it].to_dict("records")
        ]
        if shown:
            caption = f"Months of partnership by {'place' if by == PLACE else 'kind of council'}"
            head = (by.capitalize(), "Without it", "Under it", "Additional", "Displaced", "Net")
            yield Table(f"{caption}: {phrases.called(policy)}", head, shown, "ledger.csv")


def why(ledger: pd.DataFrame, reasons: pd.DataFrame | None, policies: Sequence[str]) -> Iterator[Sentence]:
    """Why so little comes of policies that bring more people together, those that do so most."""
    lines = {what: _all(ledger, what) for what in ("formed", "started", _MONTHS)}
    formed = lines["formed"].reindex(policies)
    formed = formed[formed["net_low"] > 0].sort_values("share", ascending=False)
    for at, policy in enumerate(formed.index[:_MOST]):
        started, active = (lines[what].loc[policy] for what in ("started", _MONTHS))
        if active["instead"] != active["instead"]:
            continue
        told, further = because(reasons, policy)
        text = (
            f"Why so little comes of {phrases.named(policy)}: it forms "
            f"{phrases.percent_more(formed.loc[policy, 'share'])} ties{_TIE * (not at)}, with "
            f"{phrases.percent_more(started['share'])} projects started{told}; and of 100 months of "
            f"partnership that it gains, {100 * active['instead']:.0f} take the place of others."
        )
        stands_on = {"formed": ("share", "net_low"), "started": ("share",), _MONTHS: ("instead",)}
        cells = [cells_of("ledger", [policy], *names, of=what) for what, names in stands_on.items()]
        yield Sentence("why", text, (policy,), (*chain(*cells), *further))

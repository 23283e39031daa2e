"""The section on for whom: which councils gain from the best policy, and who is left out."""

from collections.abc import Iterator

import pandas as pd

from analysis import words
from analysis.report import phrases
from analysis.report.added import in_order
from analysis.report.gains_map import gains_map
from analysis.report.sentences import Sentence, cells_of
from analysis.report.shown import NOT_FOLLOWED, Section, Table, number, with_ends
from analysis.report.source import Source
from analysis.statistics.ledger.councils import ALL, KIND, PLACE

_TITLE = "For whom: which councils gain, and who is left out"
#: What the groups of a trait are called.
_NAMES = {
    "people": {"small": "small councils", "middling": "councils of middling size", "large": "large councils"},
    "capacity": {
        "little time": "little time for partnerships",
        "middling": "middling time for partnerships",
        "much time": "much time for partnerships",
    },
    "distance": {
        "near": "near a university",
        "middling": "middling distance to a university",
        "far": "far from a university",
    },
    "partners": {"none before": "no partner before", "some before": "partners before"},
}
#: Groups that a sentence names.
_MOST = 6
_NOTE = (
    "Partnerships at a time for one council of the group. Thirds of the councils of a run by size, by days "
    "that they can give to partnerships, and by distance to the nearest university. Intervals hold for all "
    "groups of the policy at once in 95 of 100 such tables, so the best and worst may be picked. Left out: "
    "councils without any partnership in all the years."
)


def section(source: Source) -> Section:
    """Which councils gain."""
    table = source.table("for_whom")
    if table.empty:
        return Section("whom", _TITLE, missing=NOT_FOLLOWED)
    policy = in_order(source, table)[0]
    own = table[(table["policy"] == policy) & (table["what"] == "active")]
    return Section(
        "whom",
        _TITLE,
        sentences=list(_sentences(own, policy)),
        figures=list(gains_map(source, policy)),
        tables=[_groups(table[table["policy"] == policy], policy), _left_out(table)],
    )


def _sentences(own: pd.DataFrame, policy: str) -> Iterator[Sentence]:
    """Who surely gains, who is not shown to, and who is left out."""
    groups = own[own["by"] != ALL]
    gains, loses = groups["together_low"] > 0, groups["together_high"] < 0
    told = [
        f"{text} {_listed(groups[chosen], len(groups), every)}"
        for text, chosen, every in (
            ("partners, short-term ones included, are surely added for", gains, "all"),
            ("there are surely fewer for", loses, "all"),
            ("no change is shown for", ~(gains | loses), "any of"),
        )
        if chosen.any()
    ]
    cells = cells_of("for_whom", [policy], "together_low", "together_high", of="active")
    yield Sentence("whom", f"Under {phrases.called(policy)} {'; '.join(told)}.", (policy,), cells)
    line = own[own["by"] == ALL].iloc[0]
    text = (
        f"{words.percent(line['left_out'])} of councils have no partnership in all the years under it, and "
        f"{words.percent(line['left_out_without'])} without it."
    )
    cells = cells_of("for_whom", [policy], "left_out", "left_out_without", of="active")
    yield Sentence("left_out", text, (policy,), cells)


def _listed(groups: pd.DataFrame, of: int, every: str) -> str:
    """Names of groups in a row, of so many that are looked at."""
    if len(groups) == of:
        return f"{every} {of} groups of councils that are looked at"
    names = [_group(by, group) for by, group in zip(groups["by"], groups["group"], strict=True)]
    more = len(names) - _MOST
    return phrases.listed([*names[:_MOST], f"{more} groups more"] if more > 0 else names)


def _group(by: str, group: str) -> str:
    """What a group of councils is called.

    >>> _group("people", "small"), _group("distance", "far"), _group("place", "Wales"), _group("all", "")
    ('small councils', 'far from a university', 'Wales', 'all councils')
    """
    if by in (PLACE, KIND):
        return group
    return _NAMES[by][group] if group else "all councils"


def _groups(own: pd.DataFrame, policy: str) -> Table:
    both = {what: part.set_index(["by", "group"]) for what, part in own.groupby("what")}
    shown = [
        (
            phrases.capitalised(_group(by, group)),
            number(line["councils"], 0),
            number(line["without"], 2),
            *(_added(both[what].loc[(by, group)]) for what in ("active", "strategic")),
            number(100 * line["left_out_without"], 0),
            number(100 * line["left_out"], 0),
        )
        for (by, group), line in both["active"].iterrows()
    ]
    head = (
        "Councils",
        "Number",
        "Partnerships without it",
        "Added",
        "Long-term ones added",
        "Left out without it, %",
        "Left out, %",
    )
    caption = f"What {phrases.called(policy)} adds for one council"
    return Table(caption, head, shown, "for_whom.csv", True, _NOTE)


def _added(line: pd.Series) -> str:
    return with_ends(*(float(line[name]) for name in ("added", "together_low", "together_high")))


def _left_out(table: pd.DataFrame) -> Table:
    """Of every policy, the councils of each size and distance that are left out."""
    by = [ALL, "people", "capacity", "distance"]
    active = table[(table["what"] == "active") & table["by"].isin(by)]
    names = dict.fromkeys(zip(active["by"], active["group"], strict=True))
    shown = [
        (phrases.called(str(policy)), *(number(100 * float(each), 0) for each in part["left_out"]))
        for policy, part in active.groupby("policy", sort=False)
    ]
    head = ("Policy", *(phrases.capitalised(_group(*each)) for each in names))
    return Table("Councils without any partnership, %", head, shown, "for_whom.csv")

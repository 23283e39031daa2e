"""Why not, of questions and meetings: for which reasons they come to nothing, by policy and kind."""

from collections.abc import Iterator, Sequence

import pandas as pd

from analysis.asked import PLACEBO
from analysis.report import phrases
from analysis.report.sentences import Cell, Sentence, cells_of
from analysis.report.shown import Table, number
from analysis.report.why.groups import MEETINGS, NEEDS, Group, Kind
from analysis.statistics.ledger.councils import ALL, KIND, PLACE
from analysis.statistics.ledger.unmet import (
    COUNCIL_TERMS,
    LABELS,
    REASONS,
    RESEARCHER_TERMS,
)

_TABLE, _FILE = "why_not", "why_not.csv"


_SIDES = (("council", "councils", COUNCIL_TERMS), ("researcher", "researchers", RESEARCHER_TERMS))


def sentences(table: pd.DataFrame, against: str) -> Iterator[Sentence]:
    """Why questions and meetings come to nothing without any policy, and what weighs most in refusals."""
    for kind in (NEEDS, MEETINGS):
        own = _own(table, kind, against)
        if not own.empty and own[kind.share].sum() > 0:
            yield _of_hundred(kind, own, against)
    own = _own(table, MEETINGS, against)
    for side, people, terms in _SIDES:
        refusals = own["times"].reindex(terms)
        if refusals.sum() > 0:
            yield _weighs_most(side, people, refusals, against)


def tables(table: pd.DataFrame, against: str) -> Iterator[Table]:
    """Reasons in groups by policy, place and kind; and all of them, without any further policy."""
    for kind in (NEEDS, MEETINGS):
        policies = [policy for policy in dict.fromkeys(table["policy"]) if policy != PLACEBO]
        lines = [(phrases.called(policy), _own(table, kind, policy)) for policy in policies]
        caption = f"What becomes of 100 {kind.noun}"
        yield _grouped(kind, caption, "Policy", lines, is_open=True, note=kind.note)
        for by, told in ((PLACE, "place"), (KIND, "kind of council")):
            chosen = table[(table["policy"] == against) & (table["by"] == by) & (table["of"] == kind.of)]
            lines = [
                (str(name), own.set_index("reason")) for name, own in chosen.groupby("group", sort=False)
            ]
            if lines:
                yield _grouped(
                    kind, f"{caption}, by {told}: {phrases.called(against)}", by.capitalize(), lines
                )
        yield _in_full(kind, caption, _own(table, kind, against), against)


def _own(table: pd.DataFrame, kind: Kind, policy: str) -> pd.DataFrame:
    """A policy's lines, by reason."""
    chosen = (table["by"] == ALL) & (table["policy"] == policy) & (table["of"] == kind.of)
    return table[chosen].set_index("reason")


def _hundredths(own: pd.DataFrame, kind: Kind, group: Group) -> float:
    """How many of a hundred; not a number where there are none."""
    return 100 * float(own[kind.share].reindex(group.reasons).sum(min_count=1))


def _whole(hundredths: float) -> str:
    """How many of a hundred, in whole numbers; what there is is not called none.

    >>> _whole(0.2), _whole(0.0), _whole(12.4)
    ('fewer than 1', '0', '12')
    """
    return "fewer than 1" if 0.0 < hundredths < 0.5 else number(hundredths, 0)


def _of_hundred(kind: Kind, own: pd.DataFrame, against: str) -> Sentence:
    told = [f"{_whole(_hundredths(own, kind, group))} {group.told}" for group in kind.groups]
    cells = [
        cell
        for group in kind.groups
        for reason in group.reasons
        for cell in cells_of(_TABLE, [against], kind.share, of=reason)
    ]
    text = f"Of 100 {kind.noun} under {phrases.called(against)}, {phrases.listed(told)}."
    return Sentence(f"unmet_{kind.of}", text, (against,), tuple(cells))


def _weighs_most(side: str, people: str, refusals: pd.Series, against: str) -> Sentence:
    """What weighs most in a side's refusals, and how often."""
    most = str(refusals.idxmax())
    terms = COUNCIL_TERMS | RESEARCHER_TERMS
    share = _whole(100 * float(refusals[most] / refusals.sum()))
    text = f"In {share} of 100 refusals by {people}, {terms[most]} weighs most."
    cells: list[Cell] = [
        cell for name in refusals.index for cell in cells_of(_TABLE, [against], "times", of=name)
    ]
    return Sentence(f"refusal_{side}", text, (against,), tuple(cells))


def _grouped(
    kind: Kind,
    caption: str,
    first: str,
    lines: Sequence[tuple[str, pd.DataFrame]],
    is_open: bool = False,
    note: str = "",
) -> Table:
    """A line each, a column for each group of reasons."""
    shown = [
        (
            name,
            number(_total(kind, own), 0),
            *(number(_hundredths(own, kind, group), 1) for group in kind.groups),
        )
        for name, own in lines
    ]
    head = (first, "All", *(group.head for group in kind.groups))
    return Table(caption, head, shown, _FILE, is_open, note)


def _total(kind: Kind, own: pd.DataFrame) -> float:
    return float(own["times"].reindex([name for group in kind.groups for name in group.reasons]).sum())


def _in_full(kind: Kind, caption: str, own: pd.DataFrame, against: str) -> Table:
    """A line a reason."""
    counted = {name for group in kind.groups for name in group.reasons}
    shown = [
        (
            phrases.capitalised(LABELS[name]),
            number(float(own.loc[name, "times"]), 1),
            number(100 * float(own.loc[name, kind.share]), 1),
        )
        for name in REASONS[kind.of]
        if name in counted and name in own.index
    ]
    head = ("Reason", "In a history", "Of 100")
    return Table(f"{caption}, reason by reason: {phrases.called(against)}", head, shown, _FILE)

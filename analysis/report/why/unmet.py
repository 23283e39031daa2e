"""Why not, of questions and meetings: for which reasons they come to nothing, by policy and kind."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.asked import PLACEBO
from analysis.report import phrases
from analysis.report.sentences import Cell, Sentence, cells_of
from analysis.report.shown import Table, number
from analysis.statistics.ledger.councils import ALL, KIND, PLACE
from analysis.statistics.ledger.unmet import (
    COUNCIL_TERMS,
    LABELS,
    MEETING,
    NEED,
    REASONS,
    RESEARCHER_TERMS,
)

_TABLE, _FILE = "why_not", "why_not.csv"


@dataclass(frozen=True)
class _Group:
    """Reasons that are told together.

    Attributes:
        head: of their column.
        told: after "of 100, so many".
        reasons: their names.
    """

    head: str
    told: str
    reasons: Sequence[str]


@dataclass(frozen=True)
class _Kind:
    """What comes to nothing.

    Attributes:
        of: needs or meetings.
        noun: of a hundred of them.
        each: how many there are, as a column's head.
        share: column of the shares that add up to all of them.
        groups: all reasons, each in one of them.
        note: how to read its tables.
    """

    of: str
    noun: str
    each: str
    share: str
    groups: Sequence[_Group]
    note: str


_NEEDS = _Kind(
    NEED,
    "questions of councils that research does not answer",
    "All",
    "nowhere",
    (
        _Group("Other sources", "are answered by the council's other sources", ("elsewhere",)),
        _Group("Nobody met", "bring nobody together", ("council_busy", "nobody_met")),
        _Group("No time", "meet only people who have no time, or a tie already", ("no_time", "together")),
        _Group("Council refused", "end with a council's refusal", tuple(COUNCIL_TERMS)),
        _Group("Researcher refused", "end with a researcher's refusal", tuple(RESEARCHER_TERMS)),
        _Group(
            "Exploring", "end while two explore them",
            ("council_starved", "researcher_starved", "faded", "unfinished"),
        ),
        _Group("Money", "end while two look for money or wait for it", ("waited", "bid_lost", "not_started")),
        _Group(
            "Work", "are not answered in time by partnerships at work on them",
            ("late", "grant_ended", "leaders", "parted"),
        ),
        _Group("Left", "lose their researcher", ("left",)),
        _Group("Open", "are still open at the end", ("open",)),
    ),
    "Of 100 questions in a history that research does not answer, so many end for each reason; each ends for "
    "one, so they add up to 100. It is the reason of what brought the question furthest.",
)  # fmt: skip
_MEETINGS = _Kind(
    MEETING,
    "meetings over a question",
    "All",
    "share",
    (
        _Group("Agreed", "lead to two who explore it", ("agreed",)),
        _Group("No time", "fail as the researcher has no time", ("no_time",)),
        _Group("Together", "as the two are at work together already", ("together",)),
        _Group("Council refused", "as the council refuses", tuple(COUNCIL_TERMS)),
        _Group("Researcher refused", "as the researcher refuses", tuple(RESEARCHER_TERMS)),
    ),
    "Of 100 meetings in a history, so many end in each way; they add up to 100. Where both refuse, the one "
    "counts who is less willing. What weighs most is what would have won them over soonest, were it "
    "alone the best that it could be.",
)
_SIDES = (("council", "councils", COUNCIL_TERMS), ("researcher", "researchers", RESEARCHER_TERMS))


def sentences(table: pd.DataFrame, against: str) -> Iterator[Sentence]:
    """Why questions and meetings come to nothing without any policy, and what weighs most in refusals."""
    for kind in (_NEEDS, _MEETINGS):
        own = _own(table, kind, against)
        if not own.empty and own[kind.share].sum() > 0:
            yield _of_hundred(kind, own, against)
    own = _own(table, _MEETINGS, against)
    for side, people, terms in _SIDES:
        refusals = own["times"].reindex(terms)
        if refusals.sum() > 0:
            yield _weighs_most(side, people, refusals, against)


def tables(table: pd.DataFrame, against: str) -> Iterator[Table]:
    """Reasons in groups by policy, place and kind; and all of them, without any further policy."""
    for kind in (_NEEDS, _MEETINGS):
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


def _own(table: pd.DataFrame, kind: _Kind, policy: str) -> pd.DataFrame:
    """A policy's lines, by reason."""
    chosen = (table["by"] == ALL) & (table["policy"] == policy) & (table["of"] == kind.of)
    return table[chosen].set_index("reason")


def _hundredths(own: pd.DataFrame, kind: _Kind, group: _Group) -> float:
    """How many of a hundred; not a number where there are none."""
    return 100 * float(own[kind.share].reindex(group.reasons).sum(min_count=1))


def _whole(hundredths: float) -> str:
    """How many of a hundred, in whole numbers; what there is is not called none.

    >>> _whole(0.2), _whole(0.0), _whole(12.4)
    ('fewer than 1', '0', '12')
    """
    return "fewer than 1" if 0.0 < hundredths < 0.5 else number(hundredths, 0)


def _of_hundred(kind: _Kind, own: pd.DataFrame, against: str) -> Sentence:
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
    kind: _Kind,
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
    head = (first, kind.each, *(group.head for group in kind.groups))
    return Table(caption, head, shown, _FILE, is_open, note)


def _total(kind: _Kind, own: pd.DataFrame) -> float:
    return float(own["times"].reindex([name for group in kind.groups for name in group.reasons]).sum())


def _in_full(kind: _Kind, caption: str, own: pd.DataFrame, against: str) -> Table:
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

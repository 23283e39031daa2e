"""The section on why not: where questions, meetings and ties end that lead nowhere, one reason for each."""

from collections.abc import Iterator, Sequence

import pandas as pd

from analysis.asked import PLACEBO
from analysis.report import phrases
from analysis.report.sentences import Cell, Sentence, cells_of
from analysis.report.shown import NOT_FOLLOWED, Section, Table, number
from analysis.report.source import Source
from analysis.report.why import unmet
from analysis.statistics.ledger.councils import ALL, KIND, PLACE
from analysis.statistics.ledger.meetings import FATES, NOWHERE

#: Of a tie that forms, what becomes of it, after "of 100 ties, so many".
_TOLD = {
    "project": "come to a project",
    "scoping": "fall asleep while the two explore the question",
    "waiting": "fall asleep while they look for money",
    "bid_lost": "give up after a bid that lost",
    "left": "end as the researcher leaves",
    "under_way": "are still under way at the end",
}
_HEADS = {
    "project": "Come to a project",
    "scoping": "Fell asleep exploring",
    "waiting": "Fell asleep waiting for money",
    "bid_lost": "Gave up, bid lost",
    "left": "Researcher left",
    "under_way": "Still under way",
}
_TITLE = "Why not: where questions, meetings and what two begin to explore come to nothing"
_NOTE = (
    "Of 100 ties that form in a history, so many end in each way; each ends in one, so they add up to 100. "
    "A tie forms once both have agreed to explore a question."
)


def section(source: Source) -> Section:
    """Where questions, meetings and ties end; an older folder tells of ties alone."""
    reasons, why_not = source.table("reasons"), source.table("why_not")
    if reasons.empty:
        return Section("nowhere", _TITLE, missing=NOT_FOLLOWED)
    against = source.tables.against
    return Section(
        "nowhere",
        _TITLE,
        sentences=[
            *(unmet.sentences(why_not, against) if len(why_not) else ()),
            *_of_hundred(reasons, against),
        ],
        tables=[
            *(unmet.tables(why_not, against) if len(why_not) else ()),
            _table(reasons),
            *_groups(reasons, against),
        ],
    )


def _of(reasons: pd.DataFrame, policy: str) -> pd.DataFrame:
    return reasons[(reasons["by"] == ALL) & (reasons["policy"] == policy)].set_index("fate")


def _cells(policy: str, *columns: str) -> tuple[Cell, ...]:
    return tuple(cell for fate in FATES for cell in cells_of("reasons", [policy], *columns, of=fate))


def _of_hundred(reasons: pd.DataFrame, against: str) -> Iterator[Sentence]:
    """What becomes of ties without any further policy, and by what those end that lead nowhere."""
    own = _of(reasons, against)
    if own.empty or not own["ties"].sum():
        return
    told = [f"{number(100 * own.loc[fate, 'share'], 0)} {_TOLD[fate]}" for fate in FATES]
    text = (
        f"Of 100 times that a council and a researcher begin to explore a question under "
        f"{phrases.called(against)}, {phrases.listed(told)}."
    )
    yield Sentence("hundred", text, (against,), _cells(against, "share"))
    if own["nowhere"].notna().any():
        told = [f"{number(100 * own.loc[fate, 'nowhere'], 0)} {_TOLD[fate]}" for fate in NOWHERE]
        text = f"Of 100 that lead nowhere, {phrases.listed(told)}."
        yield Sentence("nowhere", text, (against,), _cells(against, "nowhere"))


def _table(reasons: pd.DataFrame) -> Table:
    policies = [*dict.fromkeys(reasons["policy"])]
    shown = [
        (phrases.called(policy), *_shares(_of(reasons, policy))) for policy in policies if policy != PLACEBO
    ]
    head = ("Policy", "Ties formed", *(_HEADS[fate] for fate in FATES))
    return Table("What becomes of 100 ties that form", head, shown, "reasons.csv", True, _NOTE)


def _shares(own: pd.DataFrame) -> Iterator[str]:
    yield number(float(own["ties"].sum()), 0)
    yield from (number(100 * float(own.loc[fate, "share"]), 1) for fate in FATES)


def _groups(reasons: pd.DataFrame, against: str) -> Iterator[Table]:
    own = reasons[reasons["policy"] == against]
    for by in (PLACE, KIND):
        groups = own[own["by"] == by].groupby("group", sort=False)
        shown = [(str(name), *_shares(part.set_index("fate"))) for name, part in groups]
        if shown:
            caption = f"What becomes of 100 ties, by {'place' if by == PLACE else 'kind of council'}"
            head = (by.capitalize(), "Ties formed", *(_HEADS[fate] for fate in FATES))
            yield Table(f"{caption}: {phrases.called(against)}", head, shown, "reasons.csv")


def because(reasons: pd.DataFrame | None, policy: str) -> tuple[str, Sequence[Cell]]:
    """How most of the ties end that a policy adds, where that is shown to be more often than without it."""
    if reasons is None:
        return "", ()
    own = _of(reasons, policy).reindex(NOWHERE)
    own = own[(own["more_low"] > 0) & (own["of_more"] > 0)]
    if own.empty:
        return "", ()
    most = str(own["of_more"].idxmax())
    told = f"; of 100 more ties, {number(100 * own.loc[most, 'of_more'], 0)} {_TOLD[most]}"
    return told, cells_of("reasons", [policy], "of_more", "more_low", of=most)

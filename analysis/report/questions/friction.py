"""The price of friction: what is realised of what councils and researchers could have."""

from collections.abc import Iterator, Sequence

import pandas as pd

from analysis.asked import BASELINE
from analysis.report import phrases
from analysis.report.sentences import Sentence, cells_of
from analysis.report.shown import Figure, Section, Table, number, with_ends
from analysis.report.source import Source

_WORTH = (
    "A question counts for how well the researcher fits it, 0 to 1, times the chance that both would agree; "
    "of pairs at work, who have agreed, for the fit alone."
)


def section(source: Source, figures: Sequence[Figure]) -> Iterator[Section]:
    """What friction costs; nothing where nobody asked."""
    table, by_month = source.table("friction"), source.table("friction_by_month")
    if table.empty or by_month.empty:
        return
    against = source.asked.against if source.asked else BASELINE
    sentences = list(sentences_of(table, by_month, against))
    title = "The answer: what could be had with the people and time there are"
    yield Section("answer", title, sentences, figures, [_shares(table), _counts(table)])


def sentences_of(table: pd.DataFrame, by_month: pd.DataFrame, against: str) -> Iterator[Sentence]:
    """What is said: of what is compared with, step by step; then of each policy.

    Args:
        table: `friction`.
        by_month: `friction_by_month`.
        against: the policy that the others are compared with.
    """
    lines = {str(line["policy"]): line for line in table.to_dict("records")}
    base = lines[against]
    if base["possible"] > 0:
        yield _realised(base)
        yield _headroom(base)
        yield _blocking(base)
        yield from _at_first(by_month, against)
        yield from (_changed(line) for name, line in lines.items() if name != against)
        yield Sentence("worth", _WORTH, (), cells_of("friction", [], "realised", "possible"))
    else:
        text = "Nobody has a question and the time for it: there is nothing to be had."
        yield Sentence("realised", text, (against,), cells_of("friction", [against], "possible"))


def _realised(line: dict) -> Sentence:
    text = (
        "Of the value that councils and researchers could have with the people and time they have, did all "
        f"agree, {_percent(line, 'share')} is realised. By lot it would be {_percent(line, 'lot_share')}."
    )
    return Sentence("realised", text, (line["policy"],), _cells(line, "share", "lot_share"))


def _headroom(line: dict) -> Sentence:
    text = (
        f"The headroom for matchmaking is {_points(line, 'headroom')} where both sides are free to refuse: "
        f"the best introductions there are would come to {_percent(line, 'introduced_share')}. It is "
        f"{_points(line, 'asked_headroom')} where councils ask, and take whom they are offered. What is left "
        "then is what researchers refuse."
    )
    columns = ("headroom", "introduced_share", "asked_headroom")
    return Sentence("headroom", text, (line["policy"],), _cells(line, *columns))


def _blocking(line: dict) -> Sentence:
    questions, at_work, pairs = (number(line[name], 0) for name in ("questions", "at_work", "blocking"))
    text = (
        f"Of {questions} open questions at a time, pairs are at work on {at_work}. For "
        f"{_percent(line, 'blocked_share')} of them there is somebody such that both sides would rather have "
        f"each other than what they have: {pairs} such pairs in all."
    )
    cells = cells_of("friction", [line["policy"]], "blocked_share", "blocking", "questions", "at_work")
    return Sentence("blocking", text, (line["policy"],), cells)


def _at_first(by_month: pd.DataFrame, against: str) -> Iterator[Sentence]:
    """What is realised as the horizon begins, before any money is spent."""
    first = by_month[(by_month["policy"] == against) & (by_month["month"] == 0)]
    for line in first.to_dict("records"):
        text = (
            f"As the horizon begins, before anything is spent, {_percent(line, 'share')} is realised; the "
            f"headroom is {_points(line, 'headroom')}, or {_points(line, 'asked_headroom')} where councils "
            "ask."
        )
        cells = cells_of("friction_by_month", [against], "share", "headroom", "asked_headroom")
        yield Sentence("at_first", text, (against,), cells)


def _changed(line: dict) -> Sentence:
    """What a policy realises beside that."""
    ends = ("change", "together_low", "together_high")
    change = with_ends(*(100 * line[name] for name in ends), 1)
    may_be_nothing = line["together_low"] <= 0 <= line["together_high"]
    how = f"{change} points, which may be nothing" if may_be_nothing else f"{change} points"
    text = f"With {phrases.called(line['policy'])}, {_percent(line, 'share')}: {how}."
    return Sentence("changed", text, (line["policy"],), _cells(line, "share", *ends))


def _cells(line: dict, *columns: str) -> tuple:
    return cells_of("friction", [line["policy"]], *columns)


def _percent(line: dict, name: str) -> str:
    """A share with its interval."""
    value, low, high = (100 * line[f"{name}{end}"] for end in ("", "_low", "_high"))
    places = min(phrases.decimals((high - low) / 2), 1)
    return f"{number(value, places)}% ({number(low, places)}% to {number(high, places)}%)"


def _points(line: dict, name: str) -> str:
    value, low, high = (100 * line[f"{name}{end}"] for end in ("", "_low", "_high"))
    places = min(phrases.decimals((high - low) / 2), 1)
    return f"{number(value, places)} points ({number(low, places)} to {number(high, places)})"


def _shares(table: pd.DataFrame) -> Table:
    names = ("lot_share", "share", "introduced_share", "asked_share", "blocked_share")
    lines = [
        (phrases.capitalised(phrases.called(line["policy"])), *(_percent(line, name) for name in names))
        for line in table.to_dict("records")
    ]
    rather = "Questions with a pair who would rather"
    head = ("Policy", "By lot", "Realised", "Best introductions", "Where councils ask", rather)
    note = (
        "Of what could be had if all agreed, mean over the ends of years. People and time are the same in "
        "all columns: what is at hand, and what could be taken on beside it. Brackets: 95% intervals, each "
        "by itself."
    )
    return Table("Step by step", head, lines, "friction.csv", True, note)


def _counts(table: pd.DataFrame) -> Table:
    names = ("questions", "at_work", "could_work", "realised", "by_lot", "introduced", "asked", "possible")
    lines = [
        (phrases.capitalised(phrases.called(line["policy"])), *(number(line[name], 1) for name in names))
        for line in table.to_dict("records")
    ]
    head = (
        "Policy", "Open questions", "At work", "Could be", "Realised", "By lot", "Best introductions",
        "Where councils ask", "If all agreed",
    )  # fmt: skip
    note = f"At a time, mean over the ends of years; from Realised on, in questions that fit. {_WORTH}"
    return Table("In numbers", head, lines, "friction.csv", note=note)

"""The section on when policies fail: parts of the assumptions in which failures gather."""

from collections.abc import Iterator, Mapping

import pandas as pd

from analysis import words
from analysis.report import phrases
from analysis.report.added import answered
from analysis.report.sentences import Sentence, cells_of
from analysis.report.shown import Section, Table, number
from analysis.report.source import UNKNOWN, Source
from analysis.statistics.decision.failing import FAILS

#: In fewer sets of assumptions than these, a policy hardly ever fails, or works.
_HARDLY = 0.05
_MOST_NAMED = 4


def section(source: Source) -> Iterator[Section]:
    """When each policy fails; nothing where no assumptions were varied."""
    table = source.table("failing")
    if table.empty:
        return
    for at, (response, part) in enumerate(table.groupby("response", sort=False)):
        label = source.columns.label(str(response))
        title = f"When it fails: {label[:1].lower()}{label[1:]}"
        anchor = "fails" if not at else f"fails-{at + 1}"
        sentences = sentences_of(part, _smallest(source), source.meanings)
        yield Section(anchor, title, [*sentences, *_of_answer(source, part)], tables=[_table(part)])


def _of_answer(source: Source, table: pd.DataFrame) -> Iterator[Sentence]:
    """How often the policy fails that the answer is about."""
    policy = answered(source.table("verdicts"))
    for line in table[table["policy"] == policy].to_dict("records"):
        yield fails_in(line)


def fails_in(line: dict) -> Sentence:
    """Under how many sets of assumptions a policy fails, and how far that is luck of few runs."""
    policy, columns = line["policy"], ["failing", "failing_low", "failing_high"]
    text = f"{phrases.called(policy)} fails under {_share(line, 'failing')} of the sets of assumptions"
    if line["luck"] > 0:
        text += (
            f", as they were seen: luck is {words.percent(line['luck'])} of how its effect varies over them"
        )
        columns.append("luck")
    return Sentence(
        "fails_in", f"{text}.", (policy,), cells_of("failing", [policy], *columns, of=line["response"])
    )


def _smallest(source: Source) -> float:
    return source.asked.smallest_effect if source.asked else 0.0


def sentences_of(
    table: pd.DataFrame, smallest: float, meanings: Mapping[str, str] = UNKNOWN
) -> Iterator[Sentence]:
    """What is said of when policies fail.

    Args:
        table: `failing`, of one response.
        smallest: the smallest effect that matters, as a share of what is there without the policy.
        meanings: of assumptions.
    """
    against, response = (str(table[name].iloc[0]) for name in ("against", "response"))
    text = (
        "A policy fails under a set of assumptions where what it adds is less than "
        f"{100 * smallest:.3g}% of what is there under {phrases.named(against)}."
        if smallest
        else f"A policy fails under a set of assumptions where it adds nothing to {phrases.named(against)}."
    )
    yield Sentence("failing", text)
    told = table[table["where"] != ""].sort_values("coverage", ascending=False, kind="stable")
    for line in told.head(_MOST_NAMED).to_dict("records"):
        columns = ("failing", "outcome", "where", "density", "coverage")
        cells = cells_of("failing", [line["policy"]], *columns, of=response)
        yield Sentence("fails_when", _said(line, meanings), (line["policy"],), cells)
    yield from _hardly(table, response)
    yield from _seen_nowhere(table, response)
    yield from _no_box(table, response)


def _said(line: dict, meanings: Mapping[str, str]) -> str:
    name = phrases.called(line["policy"])
    where = f"{words.condition(line['where'])}{phrases.explained(line['where'], meanings)}"
    density, coverage = (words.percent(line[of]) for of in ("density", "coverage"))
    if line["outcome"] == FAILS:
        return (
            f"{name} fails when {where}: {density} of such sets of assumptions, {coverage} of all failures."
        )
    return (
        f"{name} fails under {words.percent(line['failing'])} of sets of assumptions. It works when {where}: "
        f"{density} of such sets, {coverage} of all in which it works."
    )


def _hardly(table: pd.DataFrame, response: str) -> Iterator[Sentence]:
    """Policies that fail hardly anywhere, or nearly everywhere."""
    never, always = table["failing_high"] < _HARDLY, table["failing_low"] > 1 - _HARDLY
    for which, how in ((never, "hardly ever fail"), (always, "fail nearly always")):
        if names := list(table.loc[which, "policy"]):
            text = f"Whatever the assumptions, these {how}: {phrases.some_of(names)}."
            cells = cells_of("failing", names, "failing_low", "failing_high", of=response)
            yield Sentence("fails_hardly", text, tuple(names), cells)


def _is_settled(table: pd.DataFrame) -> pd.Series:
    return (table["failing_high"] < _HARDLY) | (table["failing_low"] > 1 - _HARDLY)


def _seen_nowhere(table: pd.DataFrame, response: str) -> Iterator[Sentence]:
    """Policies of which no failure was seen, or no success, though of so few sets more cannot be said."""
    for share, which, other in ((1, "all", "work"), (0, "none", "fail")):
        if names := list(table.loc[(table["failing"] == share) & ~_is_settled(table), "policy"]):
            text = (
                f"Under {which} of the sets of assumptions that were run these fail, so when they would "
                f"{other} cannot be told: {phrases.some_of(names)}."
            )
            cells = cells_of("failing", names, "failing", "failing_low", "failing_high", of=response)
            yield Sentence("fails_seen", text, tuple(names), cells)


def _no_box(table: pd.DataFrame, response: str) -> Iterator[Sentence]:
    is_told = (table["where"] != "") | table["failing"].isin((0, 1))
    if names := list(table.loc[~is_told & ~_is_settled(table), "policy"]):
        text = (
            "When each of these fails cannot be told, as no part of the assumptions holds failures more "
            f"often than chance would have it, or runs are too few to see one: {phrases.some_of(names)}."
        )
        yield Sentence(
            "fails_unknown", text, tuple(names), cells_of("failing", names, "where", "p", of=response)
        )


def _table(table: pd.DataFrame) -> Table:
    lines = [
        (
            phrases.called(line["policy"]),
            _share(line, "failing"),
            _above_all(line),
            _share(line, "density"),
            _share(line, "coverage"),
            words.percent(line["luck"]) if line["luck"] == line["luck"] else "–",
            number(line["p"], 3),
        )
        for line in table.to_dict("records")
    ]
    head = ("Policy", "Fails in", "Above all", "Of such sets", "Of all of the kind", "Luck", "p")
    note = (
        "Of such sets: share of those where this holds in which the policy fails (or works). Of all of the "
        "kind: share of all failures (or successes) that lie there. Brackets: 95% intervals, counted on "
        "sets that did not choose the part. Luck: its share in how the effect varies between sets; where it "
        "is large, some failures are only bad luck of few runs."
    )
    return Table("When each policy fails", head, lines, "failing.csv", note=note)


def _above_all(line: dict) -> str:
    """Where it fails, or works, more than elsewhere."""
    if line["where"]:
        return f"{line['outcome']} when {words.condition(line['where'])}"
    return {0: "nowhere seen", 1: "everywhere seen"}.get(line["failing"], "cannot be told")


def _share(line: dict, name: str) -> str:
    if line[name] != line[name]:
        return "–"
    low, high = (words.percent(line[f"{name}_{end}"]) for end in ("low", "high"))
    return f"{words.percent(line[name])} ({low} to {high})"

"""The section on what would turn the choice: values of an assumption at which another policy wins."""

from collections.abc import Iterator, Mapping

import pandas as pd

from analysis.report import phrases
from analysis.report.sentences import Sentence, cells_of
from analysis.report.shown import Section, Table, figure, number
from analysis.report.source import UNKNOWN, Source
from analysis.statistics.decision.switching import CANNOT_TELL, NONE, SWITCHES
from analysis.tables import MAIN_INDICATOR

_MOST_NAMED, _MOST_POLICIES = 4, 12


def section(source: Source) -> Iterator[Section]:
    """What each assumption would have to be; nothing where none was varied."""
    table = source.table("switching")
    if table.empty:
        return
    for at, (response, part) in enumerate(table.groupby("response", sort=False)):
        label = source.columns.label(str(response))
        title = f"What would turn the choice: {label[:1].lower()}{label[1:]}"
        anchor = "turns" if not at else f"turns-{at + 1}"
        sentences = list(sentences_of(part, source.meanings))
        yield Section(anchor, title, sentences, tables=list(_tables(part)))


def of_answer(source: Source, policy: str) -> Iterator[Sentence]:
    """What is said in the answer, that a policy is: which assumption would turn it, if any is known."""
    table = source.table("switching")
    if table.empty:
        return
    lines = table[(table["policy"] == policy) & (table["response"] == MAIN_INDICATOR)]
    if lines.empty:
        return
    switches = lines[lines["verdict"] == SWITCHES].sort_values("p", kind="stable").to_dict("records")
    if switches:
        others = " Others that would are told below." * (len(switches) > 1)
        text = _said(switches[0], source.meanings) + others
    elif (lines["verdict"] == NONE).all():
        text = (
            "No single assumption, wherever it lies in the range over which it was varied, would make "
            "another policy better."
        )
    else:
        text = (
            "Of no single assumption is it shown that, somewhere in the range over which it was varied, "
            "another policy would be better; of some, the runs leave that open."
        )
    cells = cells_of("switching", [policy], "other", "factor", "switch", "verdict", of=MAIN_INDICATOR)
    yield Sentence("turns", text, (policy,), cells)


def sentences_of(table: pd.DataFrame, meanings: Mapping[str, str] = UNKNOWN) -> Iterator[Sentence]:
    """What is said of it.

    Args:
        table: `switching`, of one response.
        meanings: of assumptions.
    """
    told = table[table["verdict"] == SWITCHES].sort_values("p", kind="stable")
    for line in told.head(_MOST_NAMED).to_dict("records"):
        columns = ("other", "factor", "switch", "switch_low", "switch_high", "wins_when")
        cells = cells_of("switching", [line["policy"]], *columns, of=line["response"])
        yield Sentence("switches", _said(line, meanings), (line["policy"], line["other"]), cells)
    yield from _none(table)
    yield from _open(table)


def _said(line: dict, meanings: Mapping[str, str]) -> str:
    best, other = phrases.called(line["policy"]), phrases.called(line["other"])
    factor = f"{_name(line['factor'])}{phrases.explained(line['factor'], meanings)}"
    if line["switch"] != line["switch"]:  # a word
        return f"If {factor} is {line['wins_when']}, {other} does better than {best} on average."
    ends = f"{figure(line['switch_low'])} to {figure(line['switch_high'])}"
    return (
        f"For {other} to do better than {best} on average, {factor} must be {line['wins_when']} "
        f"{figure(line['switch'])} ({ends}); it was taken to be from {figure(line['least'])} to "
        f"{figure(line['most'])}."
    )


def _none(table: pd.DataFrame) -> Iterator[Sentence]:
    """Policies that no value of any assumption makes win."""
    never = (table["verdict"] == NONE).groupby(table["other"], sort=False).all()
    if names := [str(name) for name in never.index[never]]:
        best, response = str(table["policy"].iloc[0]), str(table["response"].iloc[0])
        text = (
            "Whatever one assumption is within the range over which it was varied, none of these does "
            f"better than {phrases.called(best)} on average over the others: "
            f"{phrases.some_of(names, _MOST_POLICIES)}."
        )
        cells = cells_of("switching", [best], "other", "verdict", of=response)
        yield Sentence("switches_none", text, (best, *names), cells)


def _open(table: pd.DataFrame) -> Iterator[Sentence]:
    """Policies of which that cannot be told, and of how many assumptions."""
    is_open = (table["verdict"] == CANNOT_TELL).groupby(table["other"], sort=False).sum()
    is_open = is_open[is_open > 0].sort_values(ascending=False, kind="stable")
    if is_open.empty:
        return
    best, response = str(table["policy"].iloc[0]), str(table["response"].iloc[0])
    n = int(table.groupby("other").size().max())
    each = [f"{phrases.called(str(name))} ({k:,} of {n:,})" for name, k in is_open.head(_MOST_NAMED).items()]
    more = [f"{len(is_open) - _MOST_NAMED} more"] if len(is_open) > _MOST_NAMED else []
    text = (
        "Of some assumptions, the runs leave open whether a value in their range would make one of these "
        f"do better than {phrases.called(best)}: {phrases.listed([*each, *more])}."
    )
    cells = cells_of("switching", [best], "other", "verdict", of=response)
    yield Sentence("switches_open", text, (best, *map(str, is_open.index)), cells)


def _tables(table: pd.DataFrame) -> Iterator[Table]:
    best = phrases.called(str(table["policy"].iloc[0]))
    counts = table.pivot_table(
        index="other", columns="verdict", values="factor", aggfunc="count", sort=False, fill_value=0
    )
    lines = [
        (
            phrases.called(str(other)),
            *(number(line.get(verdict, 0), 0) for verdict in (SWITCHES, NONE, CANNOT_TELL)),
            "; ".join(_value(each) for each in _switches(table, str(other))) or "–",
        )
        for other, line in counts.iterrows()
    ]
    head = ("Policy", "Would turn it", "None in its range", "Cannot be told", "Which, and from where")
    note = (
        "Of how many assumptions a value in the range that was looked at makes the policy better on average "
        "over all others, by a straight line through the sets of assumptions. That range is of these sets, "
        "and may be narrower than what is plausible (switching.csv has its ends). Brackets: values at which "
        "the two policies cannot be told apart at 95%. At most 5% of all switches told are wrong."
    )
    yield Table(f"What would make another policy better than {best}", head, lines, "switching.csv", note=note)


def _switches(table: pd.DataFrame, other: str) -> list[dict]:
    return table[(table["other"] == other) & (table["verdict"] == SWITCHES)].to_dict("records")


def _value(line: dict) -> str:
    factor = _name(line["factor"])
    if line["switch"] != line["switch"]:
        return f"{factor} is {line['wins_when']}"
    ends = f"{figure(line['switch_low'])} to {figure(line['switch_high'])}"
    return f"{factor} {line['wins_when']} {figure(line['switch'])} ({ends})"


def _name(factor: str) -> str:
    return factor.replace("_", " ")

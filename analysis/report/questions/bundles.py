"""The answer of a search for bundles: which mixes of levers give most within a budget, in sentences."""

from collections.abc import Iterator, Sequence

import pandas as pd

from analysis import words
from analysis.dictionary import Dictionary
from analysis.report.sentences import Sentence, cells_of
from analysis.report.shown import Figure, Section, Table, money, number, with_ends
from analysis.report.source import Source


def section(source: Source, figures: Sequence[Figure]) -> Iterator[Section]:
    """What the search found; nothing where there was none."""
    table, levers = source.table("bundles"), source.table("levers")
    if table.empty or levers.empty:
        return
    budget = source.asked.budget if source.asked else None
    months = source.asked.months if source.asked else 0
    sentences = list(sentences_of(table, levers, source.columns, budget, months))
    tables = [_table(table, levers, source.columns, months), *_what_levers_are(levers)]
    yield Section("answer", "The answer: what mix to buy", sentences, figures, tables)


def sentences_of(
    table: pd.DataFrame, levers: pd.DataFrame, columns: Dictionary, budget: float | None, months: int
) -> Iterator[Sentence]:
    """What is said of it.

    Args:
        table: `bundles`.
        levers: of each.
        columns: say which direction of each response is better.
        budget: £k a year, that bundles were looked for within.
        months: of the horizon.
    """
    free = table[~table["beaten"]]
    n, kept = free["policy"].nunique(), table["policy"].nunique()
    within = f"For at most {words.sum_of(budget)} a year" if budget else "Of the bundles tried"
    text = f"{within}, {_unbeaten(n, kept)} on everything at once"
    text += ": which of them to buy is a choice of what counts more." if n > 1 else "."
    yield Sentence("bundles", text, (), cells_of("bundles", [], "policy", "beaten"))
    for response in table["response"].unique():
        part = free[free["response"] == response]
        line = part.loc[(columns.better(str(response)) * part["added"]).idxmax()].to_dict()
        factor, unit = columns.shown(str(response), months)
        ends = (factor * line[name] for name in ("added", "added_low", "added_high"))
        what = columns.label(str(response)).lower()
        text = (
            f"Most for {what}: {_named(line['policy'])} ({_levers(levers, line['policy'])}), which changes "
            f"it by {with_ends(*ends)} {unit} for {words.pounds(line['a_year'])} a year; in the worst "
            f"tenth of assumptions by {number(factor * line['worst'], sign=True)} or less."
        )
        if line["added_low"] <= 0 <= line["added_high"]:
            text += " That may be nothing."
        if budget and line["a_year"] > budget:
            text += " On the luck that it was run on last, it costs more than was allowed."
        cells = cells_of("bundles", [line["policy"]], "added", "added_low", "added_high", "a_year", "worst")
        yield Sentence("most", text, (line["policy"],), cells)


def _unbeaten(n: int, kept: int) -> str:
    """How many of the bundles that were kept no other beats.

    >>> _unbeaten(4, 4)
    'none of the 4 bundles that were kept is beaten by another'
    >>> _unbeaten(1, 4)
    'one of the 4 bundles that were kept beats each other one'
    """
    of_all = f"of the {kept} bundles that were kept"
    if kept == 1:
        return "the one bundle that was kept is beaten by no other"
    if n == kept:
        return f"none {of_all} is beaten by another"
    return f"one {of_all} beats each other one" if n == 1 else f"{n} {of_all} are beaten by no other"


def _table(table: pd.DataFrame, levers: pd.DataFrame, columns: Dictionary, months: int) -> Table:
    shown = {str(name): columns.shown(str(name), months) for name in table["response"].unique()}
    lines = []
    for policy, part in table.groupby("policy", sort=False):
        by = part.set_index("response")
        first = part.iloc[0]
        lines.append(
            (
                _named(str(policy)),
                _levers(levers, str(policy)),
                money(first["a_year"]),
                *(
                    with_ends(*(factor * by.loc[name, ["added", "added_low", "added_high"]]))
                    for name, (factor, _) in shown.items()
                ),
                "yes" if first["beaten"] else "",
            )
        )
    responses = (f"{columns.label(name)}, {unit}" for name, (_, unit) in shown.items())
    head = ("Bundle", "Levers", "Extra cost a year", *responses, "Beaten")
    note = (
        "On luck that did not choose the bundles; brackets: 95% intervals over assumptions. Beaten: another "
        "bundle costs no more and adds as much of everything. Each is run again by its rows in rows.parquet."
    )
    return Table("The bundles that were kept", head, lines, "bundles.csv", True, note)


def _named(policy: str) -> str:
    return policy.replace("_", " ").capitalize()


def _levers(levers: pd.DataFrame, policy: str) -> str:
    """The levers that are pulled, with their values."""
    own = levers[(levers["policy"] == policy) & (levers["value"] != 0)]
    told = [f"{_spaced(line['lever'])} {_valued(line)}" for line in own.to_dict("records")]
    return ", ".join(told) or "nothing"


def _valued(line: dict) -> str:
    return f"{100 * line['value']:g}%" if line.get("unit") == "share" else f"{line['value']:g}"


def _spaced(lever: str) -> str:
    return lever.replace("_", " ")


def _what_levers_are(levers: pd.DataFrame) -> Iterator[Table]:
    """What each lever does, and in what it is counted; nothing of a folder that does not say."""
    if {"unit", "meaning"} <= set(levers):
        each = levers.drop_duplicates("lever")[["lever", "unit", "meaning"]].to_dict("records")
        lines = [(_spaced(line["lever"]), line["unit"], line["meaning"]) for line in each]
        yield Table("What the levers are", ("Lever", "Unit", "What it is"), lines, "levers.csv", True)

"""What drives the difference: which mechanisms each policy's effect hangs on, and which stand in its way."""

from collections.abc import Iterator, Sequence, Sized
from typing import TypeGuard

import pandas as pd

from analysis import words
from analysis.dictionary import Dictionary
from analysis.report import phrases
from analysis.report.phrases import listed
from analysis.report.sentences import Sentence, cells_of
from analysis.report.shown import Figure, Section, Table, number, with_sure_ends
from analysis.report.source import Source
from analysis.statistics.evidence.mechanisms import (
    CANNOT_TELL,
    DIFFERS,
    LESS,
    MORE,
    NOTHING_LEFT,
    ONLY_WITHOUT,
    THE_SAME,
    TURNS,
    middle_of,
)
from analysis.tables import MAIN_INDICATOR

#: Mechanisms that are named of each kind, those that change most first; more are counted.
_MOST = 4
_TOLD = {
    NOTHING_LEFT: "No effect can be told any more where",
    TURNS: "It turns into its opposite where",
    LESS: "Less of it is left where",
    MORE: "It is larger where",
    ONLY_WITHOUT: "It can be told from nothing, and from this, where",
    DIFFERS: "It is another, though neither can be told from nothing, where",
}


#: Of what is there with all mechanisms on, so much has to be there without one for an effect to be missed.
_HARDLY = 0.25
_HALF = 0.5
_RULE = ("Mechanism", "What it does", "The world without it")


def hangs_on(table: pd.DataFrame, policy: str, sifted: pd.DataFrame | None = None) -> Iterator[Sentence]:
    """What is said in the answer: the rules without which less than half of what a policy adds is left.

    Worlds in which there is hardly a long-term partnership at all say nothing of the policy.

    Args:
        table: `mechanisms`.
        policy: that the answer is about.
        sifted: how those in the table were chosen, if they were.
    """
    lines = table[(table["policy"] == policy) & (table["indicator"] == MAIN_INDICATOR)]
    if lines.empty or not lines["effect_low"].iloc[0] * lines["effect_high"].iloc[0] > 0:
        return
    is_less = (lines["verdict"] == LESS) & (lines["left"] < _HALF)
    is_lost = lines["verdict"].isin((NOTHING_LEFT, TURNS)) | is_less
    is_a_world = lines["baseline_without"] > _HARDLY * lines["baseline"]
    lost = lines[is_lost & is_a_world].sort_values("change", key=abs, ascending=False, kind="stable")
    first = lines.iloc[0]
    effect = with_sure_ends(*(first[name] for name in ("effect", "effect_low", "effect_high")), sign=False)
    text = (
        f"To see what this hangs on, {_switched_off(len(lines), int(lines['n'].max()), 'rule', sifted)}, in "
        f"which {phrases.named(policy)} adds {effect} with all rules on."
    )
    if len(lost):
        where = [f"{each['where']} ({_left(each)})" for each in lost.head(_MOST).to_dict("records")]
        text += f" Less than half of that is left, or nothing that can be told, where {_or(where, lost)}."
    hardly = lines[is_lost & ~is_a_world]
    if len(hardly):
        where = _or(list(hardly["where"].head(_MOST)), hardly)
        text += f" Where {where}, there is hardly a long-term partnership at all, with it or without it."
    if lost.empty:
        others = " of the others" * bool(len(hardly))
        text += f" None{others} by itself takes away more than half of what it adds."
    columns = ("where", "effect", "effect_low", "effect_high", "without", "left", "verdict")
    cells = cells_of("mechanisms", [policy], *columns, of=MAIN_INDICATOR)
    yield Sentence("hangs_on", text, (policy,), cells)


def _left(line: dict) -> str:
    """What a policy adds without a mechanism."""
    low, high = line["without_low"], line["without_high"]
    return f"then {phrases.amount(line['without'], (high - low) / 2)}, {phrases.span(low, high)}"


def _or(named: Sequence[str], found: Sized) -> str:
    """Worlds in a row, and how many more are found than those named."""
    more = len(found) - len(named)
    rest = [f"in {more:,} more such worlds" if more > 1 else "in one more such world"] if more else []
    return listed([*named, *rest], "or")


def section(
    source: Source,
    figures: Sequence[Figure],
    name: str = "answer",
    title: str = "The answer: what drives the difference",
) -> Iterator[Section]:
    """What effects hang on; nothing where no mechanisms were switched off."""
    table, sifted = source.table("mechanisms"), source.table("sifted")
    if table.empty:
        return
    months = source.asked.months if source.asked else 0
    sentences = list(sentences_of(table, source.columns, months, sifted))
    tables = [
        _Effect(lines, source.columns, months).table()
        for _, lines in table.groupby(["indicator", "policy"], sort=False)
    ]
    rules = _rules(table) if sifted.empty else _sifted(sifted, source.columns, months)
    yield Section(name, title, sentences, figures, [*tables, rules])


def sentences_of(
    table: pd.DataFrame, columns: Dictionary, months: int, sifted: pd.DataFrame | None = None
) -> Iterator[Sentence]:
    """What is said: of each indicator, what its effects have in common, then each; last, how it was found.

    Args:
        table: `mechanisms`.
        columns: what indicators are called, and their units.
        months: of the horizon.
        sifted: how mechanisms were chosen, if they were.
    """
    for indicator, part in table.groupby("indicator", sort=False):
        yield from _in_common(part, columns.label(str(indicator)))
        for _, lines in part.groupby("policy", sort=False):
            yield from _Effect(lines, columns, months).sentences()
    n, seeds = table["mechanism"].nunique(), int(table["n"].max())
    text = (
        f"{_switched_off(n, seeds, 'mechanism', sifted)}, on the same luck; intervals hold for all of "
        f"{'these' if _is_there(sifted) else 'them'} at once."
    )
    yield Sentence("mechanisms", text, (), cells_of("mechanisms", [], "mechanism", "rule", "n"))


def _is_there(table: pd.DataFrame | None) -> TypeGuard[pd.DataFrame]:
    return table is not None and not table.empty


def _switched_off(n: int, seeds: int, what: str, sifted: pd.DataFrame | None) -> str:
    """How many mechanisms were switched off, and in how many histories."""
    n_all = len(sifted) if _is_there(sifted) else n
    told, histories = f"{words.counted(n_all, what)} of the model", words.counted(seeds, "history")
    if n_all == 1:
        return f"{told} was switched off, in {histories}"
    if not _is_there(sifted):
        return f"{told} were switched off, one at a time, in {histories}"
    few = f"in {words.counted(int(sifted['n'].max()), 'history')}"
    return (
        f"{told} were switched off, one at a time, {few}, and the {n} that stood out most, in {seeds} others"
    )


def _in_common(part: pd.DataFrame, label: str) -> Iterator[Sentence]:
    """What all effects on an indicator hang on, of those that can be told, where there are several."""
    told = part[part["effect_low"] * part["effect_high"] > 0]
    policies = tuple(told["policy"].unique())
    if len(policies) < 2:
        return
    gone, larger = (_of_all(told, verdicts) for verdicts in ((NOTHING_LEFT, TURNS), (MORE,)))
    text = f"{label}: of {len(policies)} effects that can be told, "
    text += (
        f"none can be told any more where {listed(gone, 'or')}."
        if gone
        else "no mechanism by itself carries all."
    )
    text += f" All are larger where {listed(larger, 'or')}." if larger else ""
    cells = cells_of("mechanisms", policies, "verdict", of=str(part["indicator"].iloc[0]))
    yield Sentence("in_common", text, policies, cells)


def _of_all(told: pd.DataFrame, verdicts: Sequence[str]) -> list[str]:
    """Worlds in which something can be said of every policy's effect."""
    is_so = told["verdict"].isin(verdicts).groupby(told["where"], sort=False).all()
    return list(is_so.index[is_so])


class _Effect:
    """What one policy changes of one indicator, with and without each mechanism."""

    def __init__(self, lines: pd.DataFrame, columns: Dictionary, months: int) -> None:
        self.lines = lines.sort_values("change", key=abs, ascending=False, kind="stable")
        self.first = lines.iloc[0].to_dict()
        self.policy, self.indicator = str(self.first["policy"]), str(self.first["indicator"])
        self.name, self.label = phrases.called(self.policy), columns.label(self.indicator)
        self.factor, self.unit = columns.shown(self.indicator, months)

    # --- what is said -------------------------------------------------------------------------------------

    def sentences(self) -> Iterator[Sentence]:
        """What its effect hangs on; or, where there is none that can be told, what stands in its way."""
        is_sure = self.first["effect_low"] * self.first["effect_high"] > 0
        columns = [f"{name}{end}" for name in ("effect", "without") for end in ("", "_low", "_high")]
        cells = cells_of("mechanisms", [self.policy], *columns, "verdict", of=self.indicator)
        for text in filter(None, self._of_effect() if is_sure else self._of_none()):
            yield Sentence("hangs_on", text, (self.policy,), cells)

    def _of_effect(self) -> Iterator[str]:
        yield f"{self.label}: {self.name}, {self._span(self.first, 'effect')} {self.unit}."
        yield from (self._said(verdict) for verdict in (NOTHING_LEFT, TURNS, LESS, MORE))
        yield self._rest()

    def _of_none(self) -> Iterator[str]:
        effect = f"{self._span(self.first, 'effect')} {self.unit}"
        yield f"{self.label}: {self.name}, {effect}, which may be nothing."
        yield from (self._said(verdict) for verdict in (ONLY_WITHOUT, DIFFERS))
        yield self._rest()

    def _said(self, verdict: str) -> str:
        found = self._of(verdict)
        return f"{_TOLD[verdict]} {self._named(found)}." if found else ""

    def _rest(self) -> str:
        n = len(self._of(CANNOT_TELL)) + len(self._of(THE_SAME))
        if not n:
            return ""
        others = "other " * (n < len(self.lines))
        if n == 1:
            return f"The {others}mechanism is not shown to change it."
        return f"Of the {others}{words.counted(n, 'mechanism')}, none is shown to change it."

    def _of(self, verdict: str) -> list[dict]:
        return self.lines[self.lines["verdict"] == verdict].to_dict("records")

    def _named(self, found: Sequence[dict]) -> str:
        named = [f"{each['where']} ({self._span(each, 'without')})" for each in found[:_MOST]]
        return _or(named, found)

    # --- what it stands on --------------------------------------------------------------------------------

    def table(self) -> Table:
        """A line a mechanism."""
        lines = [
            (
                phrases.capitalised(line["where"]),
                self._span(line, "without"),
                self._span(line, "change"),
                _percent(line),
                line["verdict"],
                f"{number(self.factor * line['baseline_without'])}",
            )
            for line in self.lines.to_dict("records")
        ]
        effect, base = self._span(self.first, "effect"), number(self.factor * self.first["baseline"])
        note = (
            f"In {self.unit}. With all mechanisms on, the effect is {effect}, beside {base} that are there "
            "without the policy; the last column says how many those are without the mechanism. Brackets: "
            "95% intervals; those of effects, and those of changes, hold together over the whole table."
        )
        head = ("Where", "The effect is", "Changed by", "Of it is left", "So", "There without the policy")
        return Table(f"{self.label}: {self.name}", head, lines, "mechanisms.csv", note=note)

    def _span(self, line: dict, name: str) -> str:
        return with_sure_ends(*(self.factor * line[f"{name}{end}"] for end in ("", "_low", "_high")))


def _percent(line: dict) -> str:
    if line["left"] != line["left"]:  # not a number where the effect may be nothing
        return "–"
    return words.percent(line["left"])


def _rules(table: pd.DataFrame) -> Table:
    """What each mechanism is."""
    rules = table.drop_duplicates("mechanism")[["mechanism", "rule", "where"]].to_numpy()
    lines = [(words.humanise(name), rule, f"{phrases.capitalised(where)}.") for name, rule, where in rules]
    return Table("The mechanisms", _RULE, lines, "mechanisms.csv")


def _sifted(sifted: pd.DataFrame, columns: Dictionary, months: int) -> Table:
    """What each mechanism is, and how much it changed in few seeds; those looked at further come first."""
    factor, unit = columns.shown(MAIN_INDICATOR, months)
    lines = [
        (
            words.humanise(each["mechanism"]),
            each["rule"],
            f"{phrases.capitalised(each['where'])}.",
            number(factor * each["change"], sign=True),
            "yes" if each["kept"] else "no",
        )
        for each in sifted.sort_values(["kept", "change"], key=abs, ascending=False).to_dict("records")
    ]
    middle = number(factor * middle_of(sifted["change"].to_numpy()), sign=True)
    note = (
        f"Changed by: {unit}, mean of {words.counted(int(sifted['n'].max()), 'history')}, too few to tell "
        "more than which to look at further, in others: of those that are not 0, the farthest from the "
        f"middle one ({middle}), as all are counted from one effect, and share its luck."
    )
    head = (*_RULE, "Changed by", "Looked at further")
    return Table("The mechanisms that were tried", head, lines, "sifted.csv", note=note)

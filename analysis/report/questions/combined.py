"""The answer of a combination: whether policies add up to the sum of their parts, and what each gives."""

from collections.abc import Iterator, Sequence

import pandas as pd

from analysis import words
from analysis.asked import JOINED
from analysis.dictionary import Dictionary
from analysis.report import phrases
from analysis.report.phrases import listed
from analysis.report.sentences import Sentence, cells_of
from analysis.report.shown import Figure, Section, Table, with_sure_ends
from analysis.report.source import Source
from analysis.statistics.decision.combined import CANNOT_TELL, LESS, MORE, THE_SUM

_TOGETHER = ("together_low", "together_high")


def section(source: Source, figures: Sequence[Figure]) -> Iterator[Section]:
    """What policies do together; nothing where no bundles of policies were run."""
    table, shares = source.table("combined"), source.table("shares")
    if table.empty or shares.empty:
        return
    months = source.asked.months if source.asked else 0
    sentences = list(sentences_of(table, shares, source.columns, months))
    tables = [
        each
        for indicator in table["indicator"].unique()
        for each in _Indicator(table, shares, str(indicator), source.columns, months).tables()
    ]
    yield Section("answer", "The answer: what policies do together", sentences, figures, tables)


def sentences_of(
    table: pd.DataFrame, shares: pd.DataFrame, columns: Dictionary, months: int
) -> Iterator[Sentence]:
    """What is said of all together, then of each indicator, by rule.

    Args:
        table: `combined`.
        shares: of each policy.
        columns: what indicators are called, and their units.
        months: of the horizon.
    """
    policies = tuple(shares["policy"].unique())
    n = table["n"].max()
    text = (
        f"{phrases.some_of(policies)} were run in every bundle, from each alone to all together, on the same "
        f"luck ({words.counted(n, 'seed')})."
    )
    yield Sentence("bundles", text, policies, cells_of("combined", [], "bundle", "n"))
    for indicator in table["indicator"].unique():
        yield from _Indicator(table, shares, str(indicator), columns, months).sentences()


class _Indicator:
    """What bundles do to one indicator."""

    def __init__(
        self, table: pd.DataFrame, shares: pd.DataFrame, indicator: str, columns: Dictionary, months: int
    ) -> None:
        self.bundles = table[table["indicator"] == indicator]
        self.shares = shares[shares["indicator"] == indicator].sort_values("gives", key=abs, ascending=False)
        self.whole = self.bundles.iloc[-1].to_dict()
        self.indicator, self.label = indicator, columns.label(indicator)
        self.factor, self.unit = columns.shown(indicator, months)

    # --- what is said -------------------------------------------------------------------------------------

    def sentences(self) -> Iterator[Sentence]:
        """All that is said."""
        yield self._whole()
        yield self._gives()
        yield from self._pairs()

    def _whole(self) -> Sentence:
        effect, parts = self._span(self.whole, "effect"), self._span(self.whole, "parts")
        beyond = self._span(self.whole, "synergy", *_TOGETHER)
        if (verdict := self.whole["verdict"]) == THE_SUM:
            text = f"{self.label}: together they change it by {effect} {self.unit}, the sum of their parts."
        elif verdict == CANNOT_TELL:
            text = (
                f"{self.label}: together they change it by {effect} {self.unit}, and the sum of their parts "
                f"is {parts}. Whether together they come to more or less than that cannot be told: {beyond}."
            )
        else:
            text = (
                f"{self.label}: together they come to {verdict} than the sum of their parts, by {beyond}: "
                f"{effect} {self.unit}, where what each does alone adds up to {parts}."
            )
        columns = ("effect", "parts", "synergy", "verdict", *_TOGETHER)
        cells = cells_of("combined", [self.whole["bundle"]], *columns, of=self.indicator)
        return Sentence("together", text, tuple(self.whole["bundle"].split(JOINED)), cells)

    def _gives(self) -> Sentence:
        sure, rest = [], []
        for line in self.shares.to_dict("records"):
            is_sure = line["together_low"] > 0 or line["together_high"] < 0
            (sure if is_sure else rest).append(line)
        text = "What each gives of it cannot be told from nothing."
        if sure:
            text = f"Of this, {self._gifts(sure, ' gives ')}."
            if rest:
                text += f" What others give cannot be told from nothing: {self._gifts(rest)}."
        cells = cells_of("shares", list(self.shares["policy"]), "gives", *_TOGETHER, of=self.indicator)
        return Sentence("gives", text, tuple(self.shares["policy"]), cells)

    def _gifts(self, lines: Sequence[dict], verb: str = " ") -> str:
        first, *others = (
            (phrases.called(line["policy"]), self._span(line, "gives", *_TOGETHER)) for line in lines
        )
        return listed([verb.join(first), *map(" ".join, others)])

    def _pairs(self) -> Iterator[Sentence]:
        """Which two surely come to less than the sum of both, or to more; where there are other bundles."""
        pairs = self.bundles[self.bundles["policies"] == 2]
        for verdict in (LESS, MORE) if len(pairs) > 1 else ():
            lines = pairs[pairs["verdict"] == verdict]
            if len(lines):
                told = "; ".join(map(self._pair, lines.to_dict("records")))
                text = f"Pairs that come to {verdict} than the sum of the two: {told}."
                names = list(lines["bundle"])
                cells = cells_of("combined", names, "synergy", "verdict", *_TOGETHER, of=self.indicator)
                yield Sentence("pairs", text, tuple(names), cells)

    def _pair(self, line: dict) -> str:
        one, other = map(phrases.called, line["bundle"].split(JOINED))
        return f"{one} with {other}, by {self._span(line, 'synergy', *_TOGETHER)}"

    # --- what it stands on --------------------------------------------------------------------------------

    def tables(self) -> Iterator[Table]:
        """Bundles, and shares."""
        lines = [
            (
                phrases.called(line["bundle"]),
                *(self._span(line, name) for name in ("effect", "parts")),
                self._span(line, "synergy", *_TOGETHER),
                line["verdict"],
            )
            for line in self.bundles.to_dict("records")
        ]
        head = ("Bundle", "Together", "Sum of its parts", "Beyond the sum", "Less or more")
        note = (
            f"In {self.unit}; what differs from the present on the same luck. Brackets: 95% intervals; "
            "those of what is beyond the sum hold together: of all policies' bundle for all indicators, and "
            "of the smaller bundles."
        )
        yield Table(f"{self.label}: every bundle", head, lines, "combined.csv", note=note)
        yield self._share_table()

    def _share_table(self) -> Table:
        lines = [
            (
                phrases.called(line["policy"]),
                *(self._span(line, name) for name in ("alone", "last")),
                self._span(line, "gives", *_TOGETHER),
                _percent(line),
            )
            for line in self.shares.to_dict("records")
        ]
        head = ("Policy", "Alone", "Added last", "Gives, mean over all orders", "Of the whole")
        note = (
            f"In {self.unit}. What a policy gives is what it adds when it comes, mean over all orders in "
            "which they can come (its Shapley value): these add up to what all do together. Their 95% "
            "intervals hold together; all others answer a question each."
        )
        return Table(f"{self.label}: what each policy gives", head, lines, "shares.csv", True, note)

    # --- words --------------------------------------------------------------------------------------------

    def _span(self, line: dict, name: str, *ends: str) -> str:
        """A value with its interval: its own, or one whose ends are columns of their own."""
        low, high = ends or (f"{name}_low", f"{name}_high")
        return with_sure_ends(*(self.factor * line[each] for each in (name, low, high)))


def _percent(line: dict) -> str:
    if line["share"] != line["share"]:  # not a number where the whole may be nothing
        return "–"
    low, high = (words.percent(line[f"share_{end}"]) for end in ("low", "high"))
    return f"{words.percent(line['share'])} ({low} to {high})"

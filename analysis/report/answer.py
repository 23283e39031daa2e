"""The answer: what a comparison says to do, in sentences, each by a rule from its tables.

The page in the browser and the report say the same, as both ask here. Every number in a sentence is in the
cells that the sentence names, rounded; every claim is one that the interval or mark there allows. Effects are
told with the intervals of which all in the table hold at once: so the best of many may be picked from them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis import words
from analysis.asked import Asked
from analysis.report import added, phrases, timing
from analysis.report.assumed import switching
from analysis.report.phrases import listed
from analysis.report.questions import mechanisms
from analysis.report.sentences import Cell, Sentence, cells_of
from analysis.report.shown import with_sure_ends
from analysis.report.source import Source
from analysis.statistics.best import AS_DESIGNED, EQUAL_MONEY
from analysis.statistics.decision.verdicts import ADDS, CANNOT_TELL, NO_MATTER, TAKES, leading
from analysis.statistics.intervals import CONFIDENCE
from analysis.tables import BASELINE, COST, MAIN_INDICATOR

#: What a sentence is about, in the order in which they are said.
KINDS = (
    "first", "is", "adds", "when", "left", "cost", "or", "outside", "hangs_on", "questions", "elsewhere",
    "unanswered", "as_good", "also", "takes", "no_matter", "why", "cannot_tell", "free", "fresh", "luck",
    "posterior", "turns", "certainty",
)  # fmt: skip
#: Extra cost, as a share of what is spent without the policy, that is no extra cost.
_FREE = 0.01
#: What is said where there is room for three lines, and what stands together in one.
_IN_SHORT = (("first",), ("adds", "cost", "or", "outside"), ("posterior",), ("no_matter",), ("cannot_tell",))
_LINES_IN_ALL = 3
_NEEDED = ("verdicts", "effects", "costs")
_TABLES = (*_NEEDED, "by_year", "fresh", "ledger", "reasons", "mechanisms", "sifted")
_EFFECT = ("effect", "together_low", "together_high")
#: Half an interval that leaves sense to two decimals.
_TWO = 0.1
_WHAT = "long-term partnerships"


@dataclass(frozen=True)
class Question:
    """What was asked, as far as sentences say it.

    Attributes:
        n: runs of each policy.
        years: of the horizon.
        money: £k a year that each policy at equal money was to cost, if there are any.
        against: the policy that the others are compared with.
        smallest_effect: the smallest that matters, as a share of what is there.
        sampled: points of a sample of parameters, of which each run has one of its own; 0: none has.
    """

    n: int
    years: float
    money: float | None = None
    against: str = BASELINE
    smallest_effect: float = 0.1
    sampled: int = 0

    @classmethod
    def of(cls, asked: Asked) -> "Question":
        """What a study asked."""
        money = asked.equal_money.a_year if asked.equal_money else None
        first, stop = asked.seeds
        years, smallest = asked.months / 12, asked.smallest_effect
        return cls(stop - first, years, money, asked.against, smallest, asked.sampled)


def answer(tables: Mapping[str, pd.DataFrame], question: Question) -> list[Sentence]:
    """What a comparison says.

    Args:
        tables: `verdicts`, `effects` and `costs` of `analysis.studies.answering`; where they are there,
            `by_year`, `fresh`, `ledger`, `reasons`, `mechanisms` and `sifted`: effects year by year, those of
            the best on seeds of its own (columns of `effects`), what becomes of partnerships and ties, what
            is left of the best without each rule, and how these rules were chosen.
        question: what was asked.

    Returns:
        Sentences, the most important first; none where there is nothing to compare.
    """
    verdicts = tables["verdicts"]
    if verdicts.empty:
        return []
    if question.n < 2:
        return [_one_run(verdicts)]
    return list(_Comparison(tables, question).sentences())


def said(source: Source) -> list[Sentence]:
    """What the comparison in a folder says; nothing if it holds none."""
    asked = source.asked
    found = {name: source.table(name) for name in _TABLES}
    if asked is None or any(found[name].empty for name in _NEEDED):
        return []
    told = answer({name: table for name, table in found.items() if len(table)}, Question.of(asked))
    further = (*_what_it_is(source, told), *_what_is_left(source, told), *_what_turns(source, told))
    return sorted([*told, *further], key=lambda each: KINDS.index(each.kind))


def _what_it_is(source: Source, told: Sequence[Sentence]) -> Iterator[Sentence]:
    """What those are that are to be funded."""
    for policy in told[0].policies if told and told[0].kind == "first" else ():
        why = next((each.get("why") for each in source.policies if each["name"] == policy), None)
        if why:
            yield Sentence("is", f"{phrases.named(policy)}: {why}", (policy,))


def _what_is_left(source: Source, told: Sequence[Sentence]) -> Iterator[Sentence]:
    """What is left of what adds most, where its money ends."""
    policies = {policy for each in told if each.kind == "adds" for policy in each.policies}
    yield from (each for each in timing.left(source) if policies & {*each.policies})


def _what_turns(source: Source, told: Sequence[Sentence]) -> Iterator[Sentence]:
    """Which assumption would make another policy better than what adds most."""
    for policy in next((each.policies for each in told if each.kind == "adds"), ()):
        yield from switching.of_answer(source, policy)


def hanging_on(sentences: Sequence[Sentence]) -> list[Sentence]:
    """Those that say what the answer hangs on."""
    return [each for each in sentences if each.kind == "hangs_on"]


def in_short(sentences: Sequence[Sentence]) -> list[str]:
    """The first of them, as three lines: what the best adds and costs, also others, is one."""
    told = {each.kind: each.text for each in reversed(sentences)}  # of several of a kind, the first
    lines = (" ".join(told[kind] for kind in kinds if kind in told) for kinds in _IN_SHORT)
    return [line for line in lines if line][:_LINES_IN_ALL]


def _span(value: float, low: float, high: float) -> str:
    return with_sure_ends(value, low, high, sign=False)


def _course(first: pd.Series, last: pd.Series) -> str:
    """How an effect goes from one year to another, as far as their intervals allow."""
    if last["low"] > first["high"]:
        return "That takes time"
    return "That fades" if last["high"] < first["low"] else "Of that there are"


def _two_places(value: float, low: float, high: float) -> str:
    return f"{phrases.amount(value, _TWO)} ({phrases.amount(low, _TWO)} to {phrases.amount(high, _TWO)})"


def _one_run(verdicts: pd.DataFrame) -> Sentence:
    text = "One run of each policy cannot tell what a policy does from luck: ask for more, such as seeds=100."
    return Sentence("cannot_tell", text, tuple(verdicts["policy"]))


class _Comparison:
    """A comparison's tables, and what is said of them."""

    def __init__(self, tables: Mapping[str, pd.DataFrame], question: Question) -> None:
        self.question = question
        verdicts = tables["verdicts"]
        self.has_money = question.money is not None and bool((verdicts["among"] == EQUAL_MONEY).any())
        self.pool = verdicts[verdicts["among"] == (EQUAL_MONEY if self.has_money else AS_DESIGNED)]
        self.verdicts = verdicts.set_index("policy")
        self.costs = {
            str(name): part.set_index("policy") for name, part in tables["costs"].groupby("outcome")
        }
        self.all_effects = effects = tables["effects"]
        self.effects = self._on(MAIN_INDICATOR)
        marked = self.effects.get("misses_sum", pd.Series(dtype=bool)).astype(bool)
        self.off = set(marked.index[marked])
        spent = effects.loc[effects["indicator"] == COST, "baseline"]
        self.spent = float(spent.iloc[0]) / question.years if len(spent) and question.years else 0.0
        self.fresh, self.by_year = tables.get("fresh"), tables.get("by_year")
        self.ledger, self.reasons = tables.get("ledger"), tables.get("reasons")
        self.mechanisms, self.sifted = tables.get("mechanisms"), tables.get("sifted")
        self.leader = leading(self.pool)

    def sentences(self) -> Iterator[Sentence]:
        """All that is said, in order."""
        shown = self._are(ADDS)
        if self.leader in shown:
            yield self._fund(shown)
            yield self._adds()
            yield from self._when()
            yield from self._cost()
            yield from self._or(shown)
            yield from self._outside()
            if self.mechanisms is not None:
                yield from mechanisms.hangs_on(self.mechanisms, self.leader, self.sifted)
            yield from self._questions()
            yield from self._elsewhere()
            yield from self._unanswered()
            yield from self._as_good(shown)
            yield from self._also(shown)
        else:
            yield self._none_shown()
        yield from self._takes()
        yield from self._no_matter()
        yield from self._cannot_tell()
        yield from self._free()
        yield from self._fresh()
        if self.leader in shown:
            yield self._luck()
        yield from self._posterior()
        yield self._certainty()

    # --- what to fund ---------------------------------------------------------------------------------

    def _are(self, verdict: str) -> list[str]:
        return list(self.pool.loc[self.pool["verdict"] == verdict, "policy"])

    def _rivals(self) -> list[str]:
        """Policies that may be the best, but for the one that does best here."""
        may_be = self.pool["may_be_best"].fillna(value=False).astype(bool)
        return [name for name in self.pool.loc[may_be, "policy"] if name != self.leader]

    def _fund(self, shown: Sequence[str]) -> Sentence:
        rivals = [name for name in self._rivals() if name in shown]
        policies = (self.leader, *rivals)
        first = f"Fund {listed(self._names(policies), 'or')} first"
        if rivals:
            told = f"{first}: which of {'the two' if len(rivals) == 1 else 'them'} is best cannot be told."
        elif len(self.pool) > 1 and not self._rivals():
            told = f"{first}: it adds more {_WHAT} than any other policy{self._for_the_sum()}."
        else:
            told = f"Fund {self._name(self.leader)}: it adds {_WHAT}."
        cells = cells_of("verdicts", policies, "verdict", "may_be_best")
        if self._hangs_on_numbers():
            told = f"If the model's numbers are right, {told[0].lower()}{told[1:]}"
            cells = (*cells, *cells_of("effects", [self.leader], "posterior_low", "posterior_high"))
        return Sentence("first", told, policies, cells)

    def _none_shown(self) -> Sentence:
        pool = tuple(self.pool["policy"])
        if set(self.pool["verdict"]) == {NO_MATTER}:
            text = f"No policy makes a difference to {_WHAT} that matters{self._for_the_sum()}."
        else:
            is_small = self.verdicts.loc[self.leader, "verdict"] == NO_MATTER
            text = (
                f"No policy is shown to make a difference to {_WHAT} that matters"
                f"{self._for_the_sum()}. {self._name(self.leader)} did best, with a change of "
                f"{self._effect(self.leader)} at any time, which "
                f"{'is too small to matter' if is_small else 'may be luck'}."
            )
        return Sentence("first", text, (self.leader,), cells_of("verdicts", pool, "verdict", *_EFFECT))

    def _adds(self) -> Sentence:
        line = self.verdicts.loc[self.leader]
        there, half = self.effects.loc[self.leader, "baseline"], self._half(self.leader)
        text = (
            f"For {self._sum(self.leader)} a year, averaged over {self.question.years:g} years, "
            f"{phrases.named(self.leader)} adds {self._effect(self.leader)} {_WHAT} at any time"
        )
        if line["share"] == line["share"]:  # not a number where nothing is there
            where = "without it" if self.question.against == BASELINE else f"under {self._against()}"
            text += (
                f", on top of {phrases.amount(there, half)} {where}: {phrases.percent_more(line['share'])}"
            )
        cells = (
            *cells_of("verdicts", [self.leader], *_EFFECT, "share", "smallest"),
            *cells_of("effects", [self.leader], "baseline"),
            *cells_of("costs", [self.leader], "a_year"),
        )
        if line["together_low"] < line["smallest"]:
            text += f". That may be too few to matter: fewer than {words.rounded(line['smallest'], 2)}"
        return Sentence("adds", f"{text}.", (self.leader,), cells)

    def _when(self) -> Iterator[Sentence]:
        """How long it takes: the first year and the last."""
        if self.by_year is None:
            return
        is_it = (self.by_year["policy"] == self.leader) & (self.by_year["indicator"] == "strategic")
        years = self.by_year[is_it].sort_values("year")
        if len(years) > 1:
            first, last = (years.iloc[at] for at in (0, -1))
            told = [
                _two_places(*(line[name] for name in ("effect", "low", "high"))) for line in (first, last)
            ]
            text = (
                f"{_course(first, last)}: {told[0]} in its first year, {told[1]} in year {last['year']}, in "
                "these runs as luck had them."
            )
            cells = cells_of("by_year", [self.leader], "year", "effect", "low", "high", of="strategic")
            yield Sentence("when", text, (self.leader,), cells)

    def _cost(self) -> Iterator[Sentence]:
        line = self._cost_of(self.leader)
        if line is None or not line["each"] > 0:
            return
        told = phrases.price(line["each"], line["together_low"], line["together_high"])
        text = f"One more long-term partnership, kept up for a year, costs {told} with it."
        yield Sentence(
            "cost",
            text,
            (self.leader,),
            cells_of("costs", [self.leader], "each", "together_low", "together_high"),
        )

    def _or(self, shown: Sequence[str]) -> Iterator[Sentence]:
        """What those add and cost that may be the best as well."""
        for name in self._rivals():
            line = self._cost_of(name)
            if name not in shown or line is None:
                continue
            text = f"For {self._sum(name)} a year, {phrases.named(name)} adds {self._effect(name)} instead"
            if line["each"] > 0:
                each = phrases.price(line["each"], line["together_low"], line["together_high"])
                text += f": one more, kept up for a year, costs {each} with it"
            cells = cells_of("costs", [name], "a_year", "each", "together_low", "together_high")
            yield Sentence("or", f"{text}.", (name,), (*self._cells([name]), *cells))

    def _questions(self) -> Iterator[Sentence]:
        """What the policy does for councils' questions, by partners and by telling others together."""
        line = self._cost_of(self.leader, "needs_met_all")
        if line is None or not (line["added_low"] > 0 or line["added_high"] < 0):
            return
        value, low, high = (abs(line[name]) for name in ("added", "added_low", "added_high"))
        low, high = sorted((low, high))
        way = "more" if line["added"] > 0 else "fewer"
        text = (
            f"Research then answers {_span(value, low, high)} {way} of councils' questions a year"
            f"{self._on_top_of(high - low)}, whether by a partner or by what was found for others."
        )
        cells = cells_of("costs", [self.leader], "added", "added_low", "added_high", of="needs_met_all")
        if self._line("needs_met_all") is not None:
            cells = (*cells, *cells_of("effects", [self.leader], "baseline", of="needs_met_all"))
        yield Sentence("questions", text, (self.leader,), cells)

    def _on_top_of(self, width: float) -> str:
        """How many of councils' questions research answers anyway."""
        line = self._line("needs_met_all")
        if line is None:
            return ""
        where = "without it" if self.question.against == BASELINE else f"under {self._against()}"
        return f", beside {phrases.amount(line['baseline'] / self.question.years, width / 2)} {where}"

    def _outside(self) -> Iterator[Sentence]:
        """Money of national competitions, which no cost here counts."""
        line = self._line("grants_open")
        if line is not None and line["low"] > 0:
            more = phrases.price(*(line[name] / self.question.years for name in ("effect", "low", "high")))
            text = (
                f"Besides, {more} a year more is won from open national competitions under it. Others pay "
                "that, and it is in no cost here."
            )
            cells = cells_of("effects", [self.leader], "effect", "low", "high", of="grants_open")
            yield Sentence("outside", text, (self.leader,), cells)

    def _elsewhere(self) -> Iterator[Sentence]:
        """Questions that a council would have had answered without research."""
        line = self._line("needs_met_elsewhere")
        if line is not None and line["high"] < 0:
            ends = sorted(-line[name] / self.question.years for name in ("low", "high"))
            text = (
                f"Councils' other sources then answer {_span(-line['effect'] / self.question.years, *ends)} "
                "fewer a year: not every answer is one that would have been missed."
            )
            cells = cells_of("effects", [self.leader], "effect", "low", "high", of="needs_met_elsewhere")
            yield Sentence("elsewhere", text, (self.leader,), cells)

    def _unanswered(self) -> Iterator[Sentence]:
        """Questions that lapse, where the policy surely moves their number."""
        line = self._line("needs_expired")
        if line is not None and not line["low"] <= 0 <= line["high"]:
            ends = sorted(abs(line[name]) / self.question.years for name in ("low", "high"))
            told = _span(abs(line["effect"]) / self.question.years, *ends)
            text = f"{told} {'more' if line['effect'] > 0 else 'fewer'} a year lapse without any answer."
            cells = cells_of("effects", [self.leader], "effect", "low", "high", of="needs_expired")
            yield Sentence("unanswered", text, (self.leader,), cells)

    # --- the others ---------------------------------------------------------------------------------------

    def _as_good(self, shown: Sequence[str]) -> Iterator[Sentence]:
        if rivals := [name for name in self._rivals() if name not in shown]:
            surely = self.pool.loc[self.pool["policy"].isin(rivals), "together_low"] > 0
            text = (
                f"{listed(self._names(rivals))} may be as good or better, though not shown to add any"
                f"{' that matter' if surely.any() else ''}: {self._effects(rivals)}."
            )
            yield Sentence("as_good", text, tuple(rivals), self._cells(rivals, "may_be_best"))

    def _also(self, shown: Sequence[str]) -> Iterator[Sentence]:
        rest = [name for name in shown if name not in (self.leader, *self._rivals())]
        if rest:
            text = f"These add {_WHAT} too, but fewer than the best: {self._each(rest)}."
            yield Sentence("also", text, tuple(rest), self._cells(rest, "may_be_best"))

    def _takes(self) -> Iterator[Sentence]:
        if names := self._are(TAKES):
            text = f"These take {_WHAT} away: {self._each(names)}."
            yield Sentence("takes", text, tuple(names), self._cells(names))

    def _no_matter(self) -> Iterator[Sentence]:
        names = self._are(NO_MATTER)
        if names:
            text = (
                f"These make no difference that matters (less than {self._smallest()}): "
                f"{listed(self._names(names))}."
            )
            yield Sentence("no_matter", text, tuple(names), self._cells(names, "smallest"))
            if self.ledger is not None:
                yield from added.why(self.ledger, self.reasons, names)

    def _cannot_tell(self) -> Iterator[Sentence]:
        names = [name for name in self._are(CANNOT_TELL) if name != self.leader]
        if names:
            text = (
                "Whether these make a difference that matters cannot be told yet with "
                f"{self.question.n:,} runs of each: {listed(self._names(names))}."
            )
            yield Sentence("cannot_tell", text, tuple(names), self._cells(names, "smallest"))

    def _free(self) -> Iterator[Sentence]:
        """Policies that change rules, not budgets."""
        names = [name for name in self.verdicts.index if self._is_free(name)]
        if not names or not self.has_money:
            return
        adding = [name for name in names if self.verdicts.loc[name, "verdict"] == ADDS]
        text = (
            f"At no extra cost, these add {_WHAT}: {self._each(adding)}."
            if adding
            else f"Of what costs nothing extra ({listed(self._names(names))}), none is shown to add {_WHAT} "
            "that matter."
        )
        cells = (*self._cells(names), *cells_of("costs", names, "a_year_high"))
        yield Sentence("free", text, tuple(adding or names), cells)

    # --- how sure -----------------------------------------------------------------------------------------

    def _fresh(self) -> Iterator[Sentence]:
        """The best, run again on seeds that did not choose it."""
        if self.fresh is None:
            return
        main = self.fresh[self.fresh["indicator"] == MAIN_INDICATOR].set_index("policy")
        if self.leader in main.index:
            line = main.loc[self.leader]
            told = _span(*(line[name] for name in ("effect", "low", "high")))
            text = (
                f"The best of many looks better than it is, so {phrases.named(self.leader)} was run "
                f"{int(line['n']):,} times more, on luck that had no part in choosing it: it added {told}."
            )
            cells = cells_of("fresh", [self.leader], "effect", "low", "high", "n")
            yield Sentence("fresh", text, (self.leader,), cells)

    def _luck(self) -> Sentence:
        n, ahead = self.question.n, round(self.verdicts.loc[self.leader, "ahead"] * self.question.n)
        or_point = ", or the point that it is run at," * bool(self.question.sampled)
        told = (
            f"In a single history luck{or_point} may hide this: in {ahead:,} of {n:,}"
            if ahead < n
            else f"Luck hid this in none of the {n:,} histories: in each"
        )
        text = (
            f"{told} there were more {_WHAT} under {phrases.named(self.leader)} than under "
            f"{self._against()}, with the same luck."
        )
        return Sentence("luck", text, (self.leader,), cells_of("verdicts", [self.leader], "ahead"))

    def _hangs_on_numbers(self) -> bool:
        """Whether other assumptions that fit as well leave open what the best adds."""
        low, high = (self.effects.loc[self.leader].get(f"posterior_{end}", np.nan) for end in ("low", "high"))
        return bool(low <= 0 <= high)

    def _posterior(self) -> Iterator[Sentence]:
        """What other assumptions give that fit what is known as well, where those were run."""
        line = self.effects.loc[self.leader]
        if not line.get("posterior_points", 0) > 0:
            return
        columns = [f"posterior_{name}" for name in ("median", "low", "high", "positive", "points")]
        value, low, high, positive, points = (float(line[name]) for name in columns)
        text = (
            f"Under {int(points):,} sets of assumptions, the nearest to what is known of all tried, "
            f"{phrases.named(self.leader)} adds {phrases.amount(value, (high - low) / 2)} in the middle one "
            f"({phrases.span(low, high)} under 95% of them), and anything at all under "
            f"{100 * positive:.0f}%, as far as luck lets one tell."
        )
        if self._hangs_on_numbers():
            text += (
                " More runs of each would be needed to tell that of 95% of them."
                if positive > CONFIDENCE or positive < 1 - CONFIDENCE
                else " So whether it adds at all hangs on numbers that nobody knows."
            )
        yield Sentence("posterior", text, (self.leader,), cells_of("effects", [self.leader], *columns))

    def _certainty(self) -> Sentence:
        n, over = len(self.verdicts), "posterior_points" in self.effects
        all_of_them = (
            f"Those of partnerships, and what they cost, hold for all {n:,} comparisons with "
            f"{self._against()} at once in 95 of 100 such studies, so that the best may be picked; others "
            "each by itself."
        )
        allow = "luck, and for the points that histories are run at" if self.question.sampled else "luck"
        assume = (
            f"They are of averages over points of parameter space, of a sample of {self.question.sampled:,}: "
            "at one of them effects may be others, and what no point varies is taken for right."
            if self.question.sampled
            else "They take every assumption of the model for right"
            f"{': the sentence before tells what others give' if over else ''}."
        )
        held = all_of_them if n > 1 else "They hold in 95 of 100 such studies."
        return Sentence("certainty", f"Brackets allow for {allow}. {held} {assume}")

    # --- words --------------------------------------------------------------------------------------------

    def _name(self, policy: str) -> str:
        """A policy's name; with what it costs, where that is not what others cost."""
        name = phrases.named(policy)
        if policy not in self.off:
            return name
        costs = self._yearly(policy)
        if self.question.against == BASELINE:
            return f"{name} (at {words.pounds(costs, 3)})"
        return f"{name} ({words.pounds(abs(costs), 3)} a year {'more' if costs > 0 else 'less'})"

    def _names(self, policies: Sequence[str]) -> list[str]:
        return [self._name(policy) for policy in policies]

    def _against(self) -> str:
        return phrases.named(self.question.against)

    def _half(self, policy: str) -> float:
        low, high = (self.verdicts.loc[policy, f"together_{end}"] for end in ("low", "high"))
        return (high - low) / 2

    def _effect(self, policy: str) -> str:
        """An effect and its interval."""
        return _span(*(self.verdicts.loc[policy, name] for name in _EFFECT))

    def _effects(self, policies: Sequence[str]) -> str:
        return self._each(policies) if len(policies) > 1 else self._effect(policies[0])

    def _each(self, policies: Sequence[str]) -> str:
        return listed([f"{self._name(name)} {self._effect(name)}" for name in policies])

    def _smallest(self) -> str:
        least = float(self.pool["smallest"].iloc[0])
        share = f"{100 * self.question.smallest_effect:.3g}% of what is there"
        return f"{words.rounded(least, 2)} either way, {share}"

    def _for_the_sum(self) -> str:
        return f" for {words.sum_of(self._money())} a year" if self.has_money else ""

    # --- sums of money ------------------------------------------------------------------------------------

    def _money(self) -> float:
        assert self.question.money is not None
        return self.question.money

    def _sum(self, policy: str) -> str:
        """What a policy costs a year: the sum that was asked for, if it is brought to it."""
        is_asked = self.has_money and policy not in self.off
        return words.sum_of(self._money()) if is_asked else words.pounds(self._yearly(policy), 3)

    def _yearly(self, policy: str) -> float:
        line = self._cost_of(policy)
        return float("nan") if line is None else float(line["a_year"])

    def _on(self, indicator: str) -> pd.DataFrame:
        """Effects on an indicator, by policy."""
        return self.all_effects[self.all_effects["indicator"] == indicator].set_index("policy")

    def _line(self, indicator: str) -> pd.Series | None:
        """What the best does to an indicator, with the ends of its own interval."""
        table = self._on(indicator)
        return table.loc[self.leader] if self.leader in table.index and self.question.years else None

    def _cost_of(self, policy: str, outcome: str = MAIN_INDICATOR) -> pd.Series | None:
        table = self.costs.get(outcome)
        return None if table is None or policy not in table.index else table.loc[policy]

    def _is_free(self, policy: str) -> bool:
        line = self._cost_of(policy, MAIN_INDICATOR)
        return line is not None and line["a_year_high"] <= _FREE * self.spent

    def _cells(self, policies: Sequence[str], *further: str) -> tuple[Cell, ...]:
        return cells_of("verdicts", policies, "verdict", *_EFFECT, *further)

"""The answer of a robustness study: which policy is good whatever the assumptions are, in sentences."""

from collections.abc import Iterator

import pandas as pd

from analysis import words
from analysis.report import phrases
from analysis.report.sentences import Sentence, cells_of
from analysis.report.shown import Section, Table, number, with_ends
from analysis.report.source import Source
from analysis.statistics import regret
from analysis.tables import BASELINE, COST

_FUNDED, _SURE, _MOST_NAMED = 0.5, 0.95, 3
_LINES_IN_ALL = 3
#: By so little of the largest, costs may differ that are as good as the same.
_AS_MUCH = 0.05
#: A share that is told as the whole.
_ALL = 0.995
_MEASURE = "p90_regret"


def section(source: Source) -> Iterator[Section]:
    """What each response says; nothing where the folder holds no such study."""
    regrets = source.table("regret")
    if regrets.empty or not set(regret.COLUMNS) <= set(regrets):  # as older versions wrote it
        return
    for at, response in enumerate(regrets["response"].unique()):
        study = _Study(source, str(response))
        title = "The answer" if not at else f"The answer by another measure: {study.label}"
        anchor = "answer" if not at else f"answer-{at + 1}"
        yield Section(anchor, title, list(study.sentences()), tables=list(study.tables()))


def in_short(source: Source) -> list[Sentence]:
    """The first that is said, for where there is room for three lines."""
    first = next(section(source), None)
    return [*first.sentences][:_LINES_IN_ALL] if first else []


class _Study:
    """One response of a robustness study."""

    def __init__(self, source: Source, response: str) -> None:
        self._tables = {
            name: table[table["response"] == response] if len(table) else table
            for name in ("regret", "beats", "flips", "ranks", "importance", "summary")
            for table in [source.table(name)]
        }
        self.label = source.columns.label(response)
        months = source.asked.months if source.asked else 0
        self._factor, self._unit = source.columns.shown(response, months)
        self._of = response
        self._meanings, self._costs = source.meanings, _costs(source)
        self._regrets = self._tables["regret"].set_index("policy")
        self._first = str(self._regrets.index[0])

    def sentences(self) -> Iterator[Sentence]:
        """What is said of it."""
        yield self._choice()
        yield self._regret()
        yield from self._not_equal()
        yield from self._ranks()
        yield from self._flips()
        yield from self._luck()

    # --- sentences ----------------------------------------------------------------------------------------

    def _choice(self) -> Sentence:
        """The policy of least regret, if resamples agree that it is."""
        chosen = float(self._regrets.loc[self._first, f"{_MEASURE}_chosen"])
        name = phrases.called(self._first)
        if chosen > _FUNDED:
            text = (
                f"{phrases.capitalised(name)} is the safest choice whatever the assumptions are, on "
                f"{self.label.lower()}."
            )
        else:
            rivals = [str(policy) for policy in self._rivals()]
            text = (
                "No single policy is the safest choice whatever the assumptions are, on "
                f"{self.label.lower()}: it may be "
                f"{phrases.listed([phrases.called(policy) for policy in rivals], 'or')}."
            )
            return self._sentence("first", text, rivals, "regret", f"{_MEASURE}_chosen")
        return self._sentence("first", text, [self._first], "regret", f"{_MEASURE}_chosen")

    def _rivals(self) -> list:
        """Those of which one is the safest in all but few resamples."""
        chosen = self._regrets[f"{_MEASURE}_chosen"].sort_values(ascending=False)
        return list(chosen.index[(chosen.cumsum() - chosen) < _SURE])

    def _regret(self) -> Sentence:
        line = self._regrets.loc[self._first]
        points = self._points()
        text = (
            f"Over {points:,} sets of assumptions, in nine of ten {phrases.called(self._first)} falls "
            "short of the "
            f"policy that is best there by about {self._value(line[_MEASURE])} "
            f"({self._value(line[f'{_MEASURE}_low'])} to {self._value(line[f'{_MEASURE}_high'])}) "
            f"{self._unit} or "
            "less. When the sets are drawn again, it stays the safest in "
            f"{_percent(line[f'{_MEASURE}_chosen'])}."
        )
        columns = (_MEASURE, f"{_MEASURE}_low", f"{_MEASURE}_high", f"{_MEASURE}_chosen")
        return self._sentence("regret", text, [self._first], "regret", *columns)

    def _not_equal(self) -> Iterator[Sentence]:
        """What policies cost, where that is not the same: the safest, then the next ones."""
        costs = self._costs.reindex(self._regrets.index).drop(BASELINE, errors="ignore").dropna()
        if len(costs) < 2 or costs.max() - costs.min() <= _AS_MUCH * costs.abs().max():
            return
        named, rest = costs[:_MOST_NAMED], costs[_MOST_NAMED:]
        told = [f"{phrases.called(str(policy))} {words.pounds(cost)}" for policy, cost in named.items()]
        if len(rest) > 1:
            ends = [words.pounds(end) for end in (rest.min(), rest.max())]
            told.append(f"the other {len(rest)} between {' and '.join(ends)}")
        text = f"They do not cost the same: {phrases.listed(told)} a year more than the present."
        yield Sentence("costs", text, tuple(map(str, costs.index)), cells_of("rows", costs.index, COST))

    def _ranks(self) -> Iterator[Sentence]:
        ranks = self._tables["ranks"]
        if ranks.empty:
            return
        firsts = ranks[ranks["rank"] == 1].sort_values("share", ascending=False)
        told = [
            f"{phrases.called(line['policy'])} {_percent(line['share'])}"
            for line in _lines(firsts)[:_MOST_NAMED]
        ]
        text = (
            "In one future, assumptions and luck as they may fall, these come first most often: "
            f"{phrases.listed(told)}."
        )
        yield self._sentence("ranks", text, list(firsts["policy"][:_MOST_NAMED]), "ranks", "rank", "share")

    def _flips(self) -> Iterator[Sentence]:
        """Where another policy is surely better."""
        flips = self._tables["flips"]
        if flips.empty:
            return
        better = flips[flips["better"] == flips["other"]].sort_values("share", ascending=False)
        for line in _lines(better)[:_MOST_NAMED]:
            where = f"{words.condition(line['where'])}{phrases.explained(line['where'], self._meanings)}"
            text = (
                f"The order turns where {where} ({_percent(line['share'])} of the "
                "sets): there "
                f"{phrases.called(line['other'])} is better than {phrases.called(line['policy'])}."
            )
            yield self._sentence(
                "flips", text, [line["policy"], line["other"]], "flips", "where", "share", "better"
            )
        if better.empty:
            text = (
                f"No range of an assumption was found in which another policy is surely better than "
                f"{phrases.called(self._first)}; that may be for want of runs.{self._at_single_sets()}"
            )
            yield self._sentence("flips", text, [self._first], "flips", "better")

    def _at_single_sets(self) -> str:
        """Which policy is most often surely better than the safest, if one is."""
        beats = self._tables["beats"]
        if beats.empty:
            return ""
        worse = beats[beats["policy"] == self._first].set_index("other")["surely_worse"]
        if not worse.max() > 0:
            return ""
        other, share = str(worse.idxmax()), worse.max()
        return f" At single sets one is: {phrases.called(other)} at {_percent(share)} of them, most often."

    def _luck(self) -> Iterator[Sentence]:
        share = float(self._regrets.loc[self._first, "noise_share"])
        if share != share:  # it never varies
            return
        text = (
            f"The advantage of {phrases.called(self._first)} over the typical policy is not the same under "
            f"every set of assumptions: luck of few runs makes {_percent(share)} of how it varies"
            f"{', the assumptions the rest' * (share < _ALL)}."
        )
        yield self._sentence("luck", text, [self._first], "regret", "noise_share")

    # --- tables -------------------------------------------------------------------------------------------

    def tables(self) -> Iterator[Table]:
        """What it stands on."""
        lines = [
            (
                phrases.called(str(policy)),
                self._value(line["mean"]),
                *(
                    with_ends(
                        *(self._factor * line[f"{measure}{end}"] for end in ("", "_low", "_high")), sign=False
                    )
                    for measure in ("mean_regret", _MEASURE)
                ),
                self._value(line["max_regret"]),
                _percent(line[f"{_MEASURE}_chosen"]),
            )
            for policy, line in self._regrets.iterrows()
        ]
        head = ("Policy", "Mean", "Mean regret", "Regret in the 90th of 100", "Largest seen", "Safest in")
        note = (
            f"In {self._unit}. Regret: what the best policy of a set of assumptions has more than this one "
            "there; "
            "never below zero. Safest: share of resamples in which it has the least regret in the 90th of "
            "100 sets."
        )
        yield Table(f"Regret: {self.label.lower()}", head, lines, "regret.csv", True, note)
        yield from self._rank_table()
        yield from self._beats_table()

    def _rank_table(self) -> Iterator[Table]:
        ranks = self._tables["ranks"]
        if ranks.empty:
            return
        wide = ranks.pivot_table(index="policy", columns="rank", values="share", sort=False)
        wide = wide.sort_values(1, ascending=False)
        lines = [
            (phrases.called(str(policy)), *map(_percent, row))
            for policy, row in zip(wide.index, wide.to_numpy(), strict=True)
        ]
        yield Table(
            "How often each policy is first, second, …",
            ("Policy", *map(str, wide.columns)),
            lines,
            "ranks.csv",
        )

    def _beats_table(self) -> Iterator[Table]:
        beats = self._tables["beats"]
        if beats.empty:
            return
        lines = [
            (
                phrases.called(line["other"]),
                _percent(line["beats"]),
                f"{_percent(line['better_low'])} to {_percent(line['better_high'])}",
                _percent(line["surely_better"]),
                _percent(line["surely_worse"]),
            )
            for line in _lines(beats[beats["policy"] == self._first])
        ]
        head = (
            "Against",
            "Wins in one future",
            "Better on average in",
            "Surely better in",
            "Surely worse in",
        )
        yield Table(f"{phrases.called(self._first)} against each other policy", head, lines, "beats.csv")

    # --- words --------------------------------------------------------------------------------------------

    def _points(self) -> int:
        summary = self._tables["summary"]
        return int(summary["points"].iloc[0]) if len(summary) else 0

    def _value(self, value: float) -> str:
        return number(float(self._factor * value))

    def _sentence(self, kind: str, text: str, policies: list, table: str, *columns: str) -> Sentence:
        return Sentence(kind, text, tuple(policies), cells_of(table, policies, *columns, of=self._of))


def _costs(source: Source) -> pd.Series:
    """£k a year that each policy costs beyond the present, on average; nothing where that is not known."""
    rows, months = source.table("rows"), source.asked.months if source.asked else 0
    if not months or COST not in rows or BASELINE not in set(rows["policy"]):
        return pd.Series(dtype=float)
    means = rows.groupby("policy")[COST].mean() * 12 / months
    return means - means[BASELINE]


def _lines(table: pd.DataFrame) -> list[dict]:
    return table.to_dict("records")


def _percent(share: float) -> str:
    return words.percent(float(share))

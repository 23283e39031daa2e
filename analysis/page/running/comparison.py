"""Comparison: policies on shared luck, of which more and more is known; what can be said of them so far."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from analysis import studies
from analysis.asked import Asked, Points
from analysis.page.running.sharing import Task
from analysis.page.running.worlds import Runner
from analysis.page.state import State
from analysis.report.answer import Question, answer
from analysis.report.sentences import Sentence
from analysis.statistics.effects import effects_of
from analysis.statistics.intervals import Moments
from analysis.tables import HEADLINES, MAIN_INDICATOR
from experiments.design.chosen import SINGLE
from experiments.rows.outcomes import Failure, Result, unpacked
from experiments.rows.plan import Plan
from experiments.rows.row import Row
from experiments.study.tables import dictionary_of
from model.measures import INDICATORS, SERIES
from model.parameters import parameters_from
from model.population import Population

COLUMNS = dictionary_of(SINGLE)
#: Indicators that are looked at with every update; the others when a table of them is asked for.
LIVE = (*HEADLINES, "needs_met_dissemination", "needs_met_all", "grants_paid")
#: Seeds before which nothing is said, as nothing can be.
FIRST = 5
#: An effect is solid once half its interval is less than this share of what is there.
SOLID = 0.1
#: The monthly measure that is drawn.
_MONTHLY = SERIES.index(MAIN_INDICATOR.removeprefix("mean_"))


@dataclass(frozen=True)
class Found:
    """What is known of a comparison.

    Attributes:
        n: seeds, from the first, of which every policy's run is there.
        tables: `effects`, `verdicts`, `costs` and so on, by name; none before the first few seeds.
        sentences: what can be said.
        months: partnerships over the months by policy: mean, low, high [months].
        failures: runs that failed.
    """

    n: int
    tables: dict[str, pd.DataFrame]
    sentences: list[Sentence]
    months: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]
    failures: int

    @cached_property
    def is_solid(self) -> bool:
        """Whether every effect on partnerships is known to ± a tenth of what is there."""
        if not self.tables:
            return False
        effects = self.tables["effects"]
        main = effects[effects["indicator"] == MAIN_INDICATOR]
        half = (main["high"] - main["low"]) / 2
        return bool((half < SOLID * main["baseline"]).all())


class Comparison:
    """Rows of a state, as they come in; seeds count in their order, so that slow runs are not left for last.

    Attributes:
        state: what is compared.
        plan: its rows.
    """

    def __init__(self, state: State, population: Population, changed: Callable[[], None]) -> None:
        """Nothing is known yet; `changed()` is called, on any thread, whenever more is."""
        self.state = state
        self.plan = Plan(
            parameters_from(dict(state.parameters)), state.run, population, SINGLE, range(state.seeds)
        )
        self._changed = changed
        self._lock = threading.Lock()
        self._families = [self.plan.family(index).rows for index in range(self.plan.n_families)]
        self._outcomes: dict[str, Result | Failure] = {}
        self._values = np.full((state.seeds, len(state.names), len(INDICATORS)), np.nan)
        self._months = [Moments() for _ in state.names]
        self._failures = 0
        self._n = 0
        self._found: Found | None = None

    @property
    def years(self) -> float:
        """Length of the horizon."""
        return float(self.plan.parameters["horizon"]) / 12

    @property
    def n(self) -> int:
        """Seeds that are complete."""
        return self._n

    @property
    def is_complete(self) -> bool:
        """Whether every run is there."""
        return self._n == self.state.seeds

    @property
    def is_told(self) -> bool:
        """Whether something has been said of it."""
        return bool(self._found and self._found.tables)

    def load(self, runner: Runner) -> None:
        """Take what the store has."""
        known = runner.keeper.known([row for family in self._families for row in family])
        with self._lock:
            self._outcomes.update(known)
            self._fold()
        self._changed()

    def tasks(self, runner: Runner) -> Iterator[Task]:
        """What is missing, a task a seed."""
        runner.keeper.keep(self.plan.population)
        for family in self._families:
            missing = {row.name: row for row in family if row.name not in self._outcomes}
            if missing:
                yield runner.family(list(missing.values()), self.plan.population, self._take)

    def _take(self, row: Row, outcome: Result | Failure) -> None:
        with self._lock:
            before = self._n
            self._outcomes[row.name] = outcome
            self._fold()
        if self._n > before:
            self._changed()

    def _fold(self) -> None:
        """Count the seeds that are complete, in order."""
        while self._n < len(self._families):
            family = self._families[self._n]
            if not all(row.name in self._outcomes for row in family):
                return
            for policy, row in enumerate(family):
                self._count(policy, self._outcomes[row.name])
            for row in family:
                self._outcomes[row.name] = _COUNTED
            self._n += 1

    def _count(self, policy: int, outcome: Result | Failure) -> None:
        if isinstance(outcome, Failure):
            self._failures += 1
            return
        self._values[self._n, policy] = [outcome.indicators[name] for name in INDICATORS]
        months, _ = unpacked(outcome.horizon, outcome.series, outcome.spells)
        self._months[policy].add(months[:, _MONTHLY])

    def rows(self, n: int, indicators: Sequence[str] = INDICATORS) -> pd.DataFrame:
        """A line a run, of the first seeds."""
        at = [INDICATORS.index(name) for name in indicators]
        values = self._values[:n][..., at]
        keys = pd.MultiIndex.from_product([range(len(values)), self.state.names], names=["seed", "policy"])
        frame = pd.DataFrame(values.reshape(-1, len(at)), index=keys, columns=list(indicators)).reset_index()
        return frame.sort_values("policy", key=lambda each: each.map(self.state.names.index), kind="stable")

    def asked(self, n: int) -> Asked:
        """What is asked, of the first seeds."""
        points = Points(SINGLE.kind.name, 1, 1, (), (), 0, 0)
        months = int(self.plan.parameters["horizon"])
        return Asked(
            "compare", self.state.names, (0, n), (), points, against=self.state.against, months=months
        )

    def found(self) -> Found:
        """What is known so far."""
        if not self._found or self._found.n != self._n:
            self._found = self._find()
        return self._found

    def _find(self) -> Found:
        with self._lock:
            n = self._n
            months = {
                name: each.interval() for name, each in zip(self.state.names, self._months, strict=True) if n
            }
        if n < min(FIRST, self.state.seeds) or len(self.state.names) < 2:
            return Found(n, {}, [], months, self._failures)
        tables = studies.compared(self.rows(n, LIVE), self.asked(n), COLUMNS).tables
        return Found(n, tables, answer(tables, Question.of(self.asked(n))), months, self._failures)

    def effects(self) -> pd.DataFrame:
        """The effects on every indicator, of the seeds so far."""
        return effects_of(self.rows(self._n), self.state.against)


#: Stands for what has been counted: the results themselves are in the store.
_COUNTED = Failure("counted", "")

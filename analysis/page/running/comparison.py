"""Comparison: policies on shared luck, of which more and more is known; what can be said of them so far."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

import numpy as np
import pandas as pd

from analysis.asked import Asked, Points
from analysis.page.running.counted import Counted
from analysis.page.running.sharing import Tasks
from analysis.page.running.worlds import Runner
from analysis.page.state import State
from analysis.report.answer import Question, answer
from analysis.report.sentences import Sentence
from analysis.statistics.effects import effects_of
from analysis.studies.answering import answered, with_posterior
from analysis.tables import HEADLINES, MAIN_INDICATOR
from experiments.command.parameter_sets import Posterior
from experiments.design.assumed import Assumed
from experiments.design.chosen import SINGLE
from experiments.rows.plan import Plan
from experiments.study.tables import dictionary_of
from model.measures import CONTROLS, RECORDED, moved_by
from model.parameters import parameters_from
from model.population import Population

COLUMNS = dictionary_of(SINGLE)
#: Indicators that are looked at with every update; the others when a table of them is asked for.
LIVE = (*HEADLINES, "needs_met_dissemination", "needs_met_all", "grants_paid", *CONTROLS)
#: Seeds before which nothing is said; the intervals of an answer say how little so few tell.
FIRST = 3
#: Seconds for which quick policies wait for slow ones, so that an answer is about all of them.
PATIENCE = 0.4
#: An effect is solid once half its interval is less than this share of what is there.
SOLID = 0.1


@dataclass(frozen=True)
class Found:
    """What is known of a comparison.

    Attributes:
        n: seeds, from the first, of which every run is there of the policies that are told of.
        tables: `effects`, `verdicts`, `costs` and so on, by name; none before the first few seeds.
        sentences: what can be said.
        months: partnerships over the months by policy: mean, low, high [months].
        failures: runs that failed.
        over: runs over other assumptions that are there, and that are asked for.
        awaited: policies of which nothing can be said yet, while others are told of.
    """

    n: int
    tables: dict[str, pd.DataFrame]
    sentences: list[Sentence]
    months: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]
    failures: int
    over: tuple[int, int] = (0, 0)
    awaited: tuple[str, ...] = ()

    @cached_property
    def is_solid(self) -> bool:
        """Whether every effect on partnerships is known to ± a tenth of what is there."""
        if not self.tables or self.awaited:
            return False
        effects = self.tables["effects"]
        main = effects[effects["indicator"] == MAIN_INDICATOR]
        half = (main["high"] - main["low"]) / 2
        return bool((half < SOLID * main["baseline"]).all())


class Comparison:
    """Rows of a state, as they come in; once all are there, those over other assumptions that fit as well.

    Attributes:
        state: what is compared.
        plan: its rows.
        is_passing: whether another state is shown once all seeds are there.
    """

    def __init__(
        self,
        state: State,
        population: Population,
        changed: Callable[[], None],
        over: Posterior | None = None,
        awaited: int = FIRST,
    ) -> None:
        """Nothing is known yet.

        Args:
            state: what is compared.
            population: where.
            changed: called, on any thread, whenever more is known.
            over: other assumptions that fit as well, if it is asked what they give.
            awaited: seeds that somebody waits for.
        """
        self.state = state
        self.is_passing = False
        self._began = time.monotonic()
        self.plan = Plan(
            Assumed(parameters_from(dict(state.parameters))),
            state.run,
            population,
            SINGLE,
            range(state.seeds),
        )
        self._here = Counted(self.plan, changed, awaited=awaited, draws=True)
        self._over = over and Counted(replace(self.plan, design=over.design, seeds=over.seeds), changed)
        self._found: Found | None = None
        self._told: tuple[int, list[str]] = (0, [])

    @property
    def years(self) -> float:
        """Length of the horizon."""
        return float(self.plan.parameters["horizon"]) / 12

    @property
    def n(self) -> int:
        """Seeds that are complete."""
        return self._here.n

    @property
    def is_complete(self) -> bool:
        """Whether every run is there."""
        return all(each.is_complete for each in self._parts())

    @property
    def is_told(self) -> bool:
        """Whether something has been said of all of it."""
        return bool(self._found and self._found.tables and not self._found.awaited)

    def load(self, runner: Runner) -> None:
        """Take what the store has."""
        for each in self._parts():
            each.load(runner)

    def tasks(self, runner: Runner) -> Tasks:
        """What is missing, a task a seed."""
        return chain.from_iterable(each.tasks(runner) for each in self._parts())

    def rows(self, n: int, indicators: Sequence[str] = RECORDED) -> pd.DataFrame:
        """A line a run, of the first seeds."""
        return self._here.rows(n, indicators).drop(columns="point")

    def asked(self, n: int, names: Sequence[str] = ()) -> Asked:
        """What is asked, of the first seeds; of some policies, or else of all."""
        return Asked(
            "compare",
            tuple(names or self.state.names),
            (0, n),
            (),
            Points(SINGLE.kind.name, 1, 1, (), (), 0, 0),
            against=self.state.against,
            months=int(self.plan.parameters["horizon"]),
            controls=moved_by(),
        )

    def found(self) -> Found:
        """What is known so far; runs over other assumptions change nothing until all are there."""
        known, over, told = self._found, self._runs_over(), self._told_of()
        if not known or told != self._told or (known.over != over and over[0] == over[1]):
            self._told, self._found = told, self._find(*told)
            return self._found
        if known.over != over:
            self._found = known = replace(known, over=over)
        return known

    def effects(self) -> pd.DataFrame:
        """The effects on every indicator, of the seeds so far."""
        found = effects_of(self.rows(self.n), self.state.against, moved_by())
        over = self._rows_over(RECORDED)
        return found if over is None else with_posterior(found, over, self.asked(self.n))

    def _parts(self) -> list[Counted]:
        return [self._here, *([self._over] if self._over else [])]

    def _runs_over(self) -> tuple[int, int]:
        """Families of runs over other assumptions: those that are there, and all."""
        return (self._over.n, self._over.plan.n_families) if self._over else (0, 0)

    def _rows_over(self, columns: Sequence[str]) -> pd.DataFrame | None:
        """Runs over other assumptions, once all are there."""
        has_all = self._over and self._over.is_complete and self._here.is_complete
        return self._over.rows(self._over.n, columns) if self._over and has_all else None

    def _told_of(self) -> tuple[int, list[str]]:
        """Of how many seeds and which policies something can be said: slow ones keep no others waiting."""
        first = min(FIRST, self.state.seeds)
        if self.n >= first or len(self.state.names) < 2:
            return self.n, list(self.state.names)
        if time.monotonic() < self._began + PATIENCE:
            return self.n, []
        early = self._here.early(first)
        can_be_told = self.state.against in early and len(early) > 1
        return (first, early) if can_be_told else (self.n, [])

    def _find(self, n: int, names: Sequence[str]) -> Found:
        months, over = self._here.months(), self._runs_over()
        failures = sum(each.failures for each in self._parts())
        if len(names) < 2:
            return Found(n, {}, [], months, failures, over)
        asked, rows = self.asked(n, names), self.rows(n, LIVE)
        own = rows[rows["policy"].isin(names)]
        tables = answered(own, asked, COLUMNS, self._rows_over(LIVE)).tables
        awaited = tuple(name for name in self.state.names if name not in names)
        return Found(n, tables, answer(tables, Question.of(asked)), months, failures, over, awaited)

"""Counted: rows of a plan as they come in, in the order of its families: slow ones are not left for last."""

import threading
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from analysis.page.running.sharing import Tasks
from analysis.page.running.worlds import Runner
from analysis.statistics.intervals import Moments
from analysis.tables import MAIN_INDICATOR
from experiments.rows.outcomes import Failure, Result, unpacked
from experiments.rows.plan import Plan
from experiments.rows.row import Row
from model.measures import RECORDED, SERIES

#: The monthly measure that is drawn.
_MONTHLY = SERIES.index(MAIN_INDICATOR.removeprefix("mean_"))
#: Stands for what has been counted: the results themselves are in the store.
_COUNTED = Failure("counted", "")


class Counted:
    """What the rows of a plan gave, as far as families are complete.

    Attributes:
        plan: its rows.
        n: families, from the first, all of whose runs are there.
        failures: runs among them that failed.
    """

    def __init__(
        self, plan: Plan, changed: Callable[[], None], awaited: int = 0, draws: bool = False
    ) -> None:
        """Nothing is known yet.

        Args:
            plan: what is counted.
            changed: called, on any thread, whenever another family is complete.
            awaited: families without which nothing is said.
            draws: whether months are drawn, and so unpacked.
        """
        self.plan = plan
        self.n = 0
        self.failures = 0
        self._changed = changed
        self._awaited = awaited
        self._lock = threading.Lock()
        self._families = [plan.family(index).rows for index in range(plan.n_families)]
        self._outcomes: dict[str, Result | Failure] = {}
        self._values = np.full((plan.n_families, len(plan.policies), len(RECORDED)), np.nan)
        self._months = [Moments() for _ in plan.policies if draws]

    @property
    def is_complete(self) -> bool:
        """Whether every run is there."""
        return self.n == len(self._families)

    def load(self, runner: Runner) -> None:
        """Take what the store has."""
        known = runner.keeper.known([row for family in self._families for row in family])
        with self._lock:
            self._outcomes.update(known)
            self._fold()
        self._changed()

    def tasks(self, runner: Runner) -> Tasks:
        """What is missing, a task a family; families that are awaited are kept before others begin."""
        runner.keeper.keep(self.plan.population)
        for index, family in enumerate(self._families):
            while index == self._awaited > self.n:
                yield None
            missing = {row.name: row for row in family if row.name not in self._outcomes}
            if missing:
                rows, is_awaited = list(missing.values()), index < self._awaited
                yield runner.family(rows, self.plan.population, self._take, is_awaited)

    def months(self) -> dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """What is drawn by policy, of complete families: mean, low, high [months]."""
        with self._lock:
            names = [each.name for each in self.plan.policies]
            return {name: each.interval() for name, each in zip(names, self._months, strict=True) if self.n}

    def early(self, n: int) -> list[str]:
        """Policies whose own runs of the first families are all there, whether or not those of others are."""
        with self._lock:
            first = self._families[:n]
            there = [k for k in range(len(self.plan.policies)) if all(self._has(each[k]) for each in first)]
            for family in range(self.n, len(first)):
                for k in there:
                    self._note(family, k)
        return [self.plan.policies[k].name for k in there]

    def rows(self, n: int, columns: Sequence[str] = RECORDED) -> pd.DataFrame:
        """A line a run of the first families: `point`, `seed`, `policy` and some columns of numbers."""
        at = [RECORDED.index(name) for name in columns]
        points, replicates = np.divmod(np.arange(n), len(self.plan.seeds))
        seeds = [self.plan.seed(point, each) for point, each in zip(points, replicates, strict=True)]
        parts = [
            pd.DataFrame(self._values[:n, number][:, at], columns=list(columns)).assign(
                point=self.plan.design.numbered[points], seed=seeds, policy=policy.name
            )
            for number, policy in enumerate(self.plan.policies)
        ]
        return pd.concat(parts, ignore_index=True)[["point", "seed", "policy", *columns]]

    def _take(self, row: Row, outcome: Result | Failure) -> None:
        with self._lock:
            before = self.n
            self._outcomes[row.name] = outcome
            self._fold()
        if self.n > before or self.n < self._awaited:
            self._changed()

    def _has(self, row: Row) -> bool:
        return row.name in self._outcomes

    def _note(self, family: int, policy: int) -> None:
        """Write down the numbers of a run that is there."""
        outcome = self._outcomes[self._families[family][policy].name]
        if isinstance(outcome, Result):
            self._values[family, policy] = [outcome.indicators[name] for name in RECORDED]

    def _fold(self) -> None:
        """Count the families that are complete, in order."""
        while not self.is_complete:
            family = self._families[self.n]
            if not all(map(self._has, family)):
                return
            for policy, row in enumerate(family):
                self._note(self.n, policy)
                self._count(policy, self._outcomes[row.name])
            for row in family:
                self._outcomes[row.name] = _COUNTED
            self.n += 1

    def _count(self, policy: int, outcome: Result | Failure) -> None:
        if isinstance(outcome, Failure):
            self.failures += 1
            return
        if not self._months:
            return
        months, _ = unpacked(outcome.horizon, outcome.series, outcome.spells)
        self._months[policy].add(months[:, _MONTHLY])

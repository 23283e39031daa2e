"""Budget: what a bundle's levers cost, and the slider that gives way where that is too much.

The slider gives way until the bundle costs the budget, as policies do at equal money on the command line
(`experiments.study.money`): where no single value costs the sum, the two on either side of it are mixed over
the seeds. A bundle that costs less stays as it is.

Costs are those of runs: above the present, on the same seeds, without the grants that follow unless the lever
is the money for grants itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.page.running.comparison import Comparison
from analysis.page.state import State, is_moved
from experiments.command.policies import Planned
from experiments.study.money.costs import COSTS, extra_cost
from experiments.study.money.equal_money import few_of
from experiments.study.money.mixing import mix
from experiments.study.money.searching import TOLERANCE, solve, with_intensity
from experiments.study.money.solved import Solved
from model.parameters import LEVERS, PARAMETERS
from model.policy import BASELINE, CUSTOM, Policy
from model.population import Population

if TYPE_CHECKING:
    from analysis.page.room import Room

#: £k a year that are nothing: half a pound.
_NOTHING = 0.0005
#: Where few seeds say that a bundle costs more than so much of its budget, it does on all.
_NEAR = 1.1


class _GivenUp(Exception):
    """Nobody waits for it any more, or it cannot be found."""


def years_of(state: State) -> float:
    """Length of the horizon."""
    return float(state.parameters.get("horizon", PARAMETERS["horizon"].default)) / 12


def a_year(comparison: Comparison) -> float:
    """£k a year that the bundle's levers cost above the present, of the seeds so far."""
    return float(_extra(comparison.state.bundle, np.nanmean(_of(comparison), axis=1))) / comparison.years


def _extra(bundle: Policy, costs: np.ndarray) -> np.ndarray:
    """£k that a bundle costs above the present, of what `_of` gives; money for grants counts in any case."""
    return extra_cost(bundle.levers, *costs)


def _of(comparison: Comparison) -> np.ndarray:
    """`COSTS` of the bundle and of the present [2, seeds, 2]."""
    rows = comparison.rows(comparison.n, COSTS)
    return np.array([rows.loc[rows["policy"] == name, list(COSTS)] for name in (CUSTOM, BASELINE.name)])


class Search:
    """The search for what a budget leaves for one lever of a bundle.

    It is the same as at equal money, but that few seeds are not set right by what the bundle costs on all.
    """

    def __init__(
        self, state: State, lever: str, population: Population, room: "Room", is_given_up: Callable[[], bool]
    ) -> None:
        """Nothing is found yet.

        Args:
            state: has a budget, a bundle, and a horizon.
            lever: that gives way.
            population: of the state.
            room: where costs are reckoned.
            is_given_up: whether nobody waits for it any more: then the state stays as it is.
        """
        assert state.budget
        self._state, self._lever, self._budget = state, lever, state.budget
        self._bundle = Planned(state.bundle, lever)
        self._few, self._many = (
            _Costs(replace(state, seeds=min(n, state.seeds)), population, room, is_given_up)
            for n in (few_of(population), state.seeds)
        )

    def about(self) -> State:
        """About what it will be, which few seeds tell at once; as it is, if they tell of no need."""
        try:
            return self._state if self._is_cheap() else self._with(self._solved().policy)
        except _GivenUp:
            return self._state

    def found(self) -> State:
        """What costs the budget on all seeds; as it is, if that costs no more."""
        try:
            is_near = self._few.of([self._bundle])[0] <= _NEAR * self._budget
            if is_near and self._many.of([self._bundle])[0] <= self._budget + _NOTHING:
                return self._state
            (solved,) = mix(
                [(self._bundle, self._solved())], range(self._state.seeds), self._many.of_each_seed
            )
        except _GivenUp:
            return self._state
        most = (1 + TOLERANCE) * self._budget
        return self._with(
            solved.policy if solved.cost <= most else _cheaper(self._many, self._lever, most).policy
        )

    def _is_cheap(self) -> bool:
        return self._few.of([self._bundle])[0] <= self._budget

    def _solved(self) -> Solved:
        (about,) = solve([self._bundle], self._budget, self._few.of)
        return about

    def _with(self, policy: Policy) -> State:
        levers = {name: each for name, each in policy.levers.items() if is_moved(name, each)}
        return replace(self._state, levers=levers)


def _cheaper(costs: "_Costs", lever: str, most: float) -> Planned:
    """Of bundles that were tried, the dearest within a sum; where there is none, without the lever."""
    within = [(cost, number) for number, (_, cost) in enumerate(costs.tried) if cost <= most]
    if within:
        return costs.tried[max(within)[1]][0]
    first = costs.tried[0][0]
    default = float(LEVERS[lever].default)
    return replace(first, policy=with_intensity(first.policy, lever, LEVERS[lever].checked(default)))


class _Costs:
    """£k a year that bundles cost above the present, on a state's seeds.

    Attributes:
        tried: bundles, and what each costs.
    """

    def __init__(
        self, state: State, population: Population, room: "Room", is_given_up: Callable[[], bool]
    ) -> None:
        self._state, self._population, self._room = state, population, room
        self._is_given_up = is_given_up
        self.tried: list[tuple[Planned, float]] = []

    def of(self, tried: Sequence[Planned]) -> list[float]:
        """Of each bundle, on average."""
        costs = [float(_extra(each.policy, self._ran(each).mean(axis=1))) / self._years for each in tried]
        self.tried += zip(tried, costs, strict=True)
        return costs

    def of_each_seed(self, tried: Sequence[Planned]) -> list[np.ndarray]:
        """Of each bundle, in each seed [seeds]."""
        costs = [_extra(each.policy, self._ran(each)) / self._years for each in tried]
        self.tried += [(each, float(cost.mean())) for each, cost in zip(tried, costs, strict=True)]
        return costs

    @property
    def _years(self) -> float:
        return years_of(self._state)

    def _ran(self, bundle: Planned) -> np.ndarray:
        """What it costs, and the present [2, seeds, 2].

        Raises:
            _GivenUp: if nobody waits for it any more, or a run fails.
        """
        levers = {name: each for name, each in bundle.policy.levers.items() if is_moved(name, each)}
        own = replace(self._state, policies=(), levers=levers, against=BASELINE.name)
        if not levers:
            return np.zeros((2, own.seeds, len(COSTS)))
        comparison = Comparison(own, self._population, lambda: None, awaited=own.seeds)
        comparison.load(self._room.runner)
        self._room.sharing.finish(
            comparison.tasks(self._room.runner), lambda: comparison.is_complete, self._is_given_up
        )
        costs = _of(comparison) if comparison.is_complete else np.array(np.nan)
        if not np.isfinite(costs).all():
            raise _GivenUp
        return costs

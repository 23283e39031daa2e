"""Budget: what a bundle's levers cost, and the slider that gives way where that is too much.

The slider goes as far as the budget lets it, and no further: where a lever acts in steps, some is left over.

Costs are those of runs, as at equal money (`experiments.study.money`): above the present, on the same
seeds, without the grants that follow unless the lever is the money for grants itself.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from analysis.page.running.comparison import Comparison
from analysis.page.state import SEEDS, State
from experiments.command.policies import Planned
from experiments.study.money.equal_money import extra_cost
from experiments.study.money.searching import TOLERANCE, WORTH_A_NOTE, solve, with_intensity
from model.parameters import LEVERS
from model.policy import BASELINE, CUSTOM, Dated
from model.population import Population

if TYPE_CHECKING:
    from analysis.page.room import Room

#: Seeds on which the search begins; what it finds is then held against those that are shown.
_FEW = 8
_COSTS = ("cost_total", "grants_paid")
_GRANTS = "annual_budget"


def a_year(comparison: Comparison) -> float:
    """£k a year that the bundle's levers cost above the present, of the seeds so far."""
    rows = comparison.rows(comparison.n, _COSTS)
    means = rows.groupby("policy", sort=False)[list(_COSTS)].mean()
    lever = _GRANTS if _GRANTS in comparison.state.levers else None
    planned = Planned(comparison.state.bundle, lever)
    treated, untreated = (means.loc[name].to_numpy() for name in (CUSTOM, BASELINE.name))
    return float(extra_cost(planned, treated, untreated)) / comparison.years


def kept(state: State, lever: str, population: Population, room: "Room") -> State:
    """The state with one lever of the bundle at what the budget leaves for it; as it is, if that is enough.

    Args:
        state: has a budget, and a bundle.
        lever: that gives way.
        population: of the state.
        room: where costs are reckoned.
    """
    assert state.budget
    bundle, budget = Planned(state.bundle, lever), state.budget
    few, many = (_Costs(replace(state, seeds=min(n, state.seeds)), population, room) for n in (_FEW, SEEDS))
    if many([bundle])[0] <= _most(budget):
        return state
    about, is_it = _within(bundle, budget, few)
    cost = many([about])[0]
    if cost > _most(budget) or (is_it and cost < (1 - WORTH_A_NOTE) * budget):
        about, _ = _within(about, budget, many)
    return replace(state, levers=_moved(about))


class _Costs:
    """£k a year that bundles cost above the present, on a state's seeds."""

    def __init__(self, state: State, population: Population, room: "Room") -> None:
        self._state, self._population, self._room = state, population, room

    def __call__(self, tried: Sequence[Planned]) -> list[float]:
        """Of each bundle."""
        return [self._of(replace(self._state, levers=_moved(each))) for each in tried]

    def _of(self, state: State) -> float:
        own = State(levers=state.levers, policies=(), parameters=state.parameters, seeds=state.seeds)
        if not own.levers:
            return 0.0
        comparison = Comparison(own, self._population, lambda: None, awaited=own.seeds)
        comparison.load(self._room.runner)
        self._room.sharing.finish(comparison.tasks(self._room.runner), lambda: comparison.is_complete)
        return a_year(comparison)


def _within(bundle: Planned, budget: float, costs_of: _Costs) -> tuple[Planned, bool]:
    """A bundle with its lever as far as the budget lets it, of values tried; whether one of them meets it."""
    lever = str(bundle.intensity)
    (solved,) = solve([bundle], budget, costs_of)
    within = {value: cost for value, cost in solved.tried.items() if cost <= _most(budget)}
    value = max(within, key=lambda value: within[value], default=float(LEVERS[lever].default))
    policy = with_intensity(bundle.policy, lever, LEVERS[lever].checked(value))
    return replace(bundle, policy=policy), not solved.reason


def _most(budget: float) -> float:
    """What still keeps to a budget."""
    return (1 + TOLERANCE) * budget


def _moved(bundle: Planned) -> dict[str, Dated]:
    """A bundle's levers that are not where the present has them."""
    return {name: each for name, each in bundle.policy.levers.items() if each.value != LEVERS[name].default}

"""Budget: what a bundle's levers cost, and the slider that gives way where that is too much.

Costs are those of runs, as at equal money (`experiments.study.money`): above the present, on the same
seeds, without the grants that follow unless the lever is the money for grants itself.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from analysis.page.running.comparison import Comparison
from analysis.page.state import State
from experiments.command.policies import Planned
from experiments.study.money.equal_money import extra_cost
from experiments.study.money.searching import solve, with_intensity
from model.parameters import LEVERS
from model.policy import BASELINE, CUSTOM
from model.population import Population

if TYPE_CHECKING:
    from analysis.page.room import Room

#: Seeds on which a cost is reckoned: money varies little.
_SEEDS = 8
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

    def costs_of(tried: Sequence[Planned]) -> list[float]:
        return [_cost(replace(state, levers=each.policy.levers), population, room) for each in tried]

    assert state.budget
    bundle = Planned(state.bundle, lever)
    if costs_of([bundle])[0] <= state.budget:
        return state
    (solved,) = solve([bundle], state.budget, costs_of)
    levers = with_intensity(state.bundle, lever, LEVERS[lever].checked(solved.value)).levers
    return replace(state, levers={k: v for k, v in levers.items() if v.value != LEVERS[k].default})


def _cost(state: State, population: Population, room: "Room") -> float:
    own = State(levers=state.levers, policies=(), parameters=state.parameters, seeds=_SEEDS)
    if not own.levers:
        return 0.0
    comparison = Comparison(own, population, lambda: None)
    comparison.load(room.runner)
    room.sharing.finish(comparison.tasks(room.runner), lambda: comparison.is_complete)
    return a_year(comparison)

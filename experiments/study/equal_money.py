"""Policies at equal money: how much of each can be had for the same yearly sum.

A policy's cost is not known beforehand (grants follow bids, support follows introductions), so its intensity
is solved for on simulated cost: what its levers cost above the baseline, in the same seeds. Grants
count only where the intensity is the budget for grants itself.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np

from experiments import terminal
from experiments.command.policies import Planned
from experiments.command.settings import Settings
from experiments.design.chosen import SINGLE
from experiments.rows.outcomes import Finished
from experiments.rows.plan import Plan
from experiments.rows.store import lines_on
from experiments.running.batches import outcome_of, warmed_up
from experiments.running.filling import Filler
from experiments.running.local import Local
from experiments.status import Unfinished
from experiments.terminal import number
from model.parameters import LEVERS
from model.policy import BASELINE, Policy
from model.simulation import Simulation

#: Solved on as many seeds as together have this many councils: luck weighs less in a larger population.
_COUNCILS = 1000
#: Close enough to the sum, as a share of it.
TOLERANCE = 0.005
WORTH_A_NOTE = 0.02
_MOST_STEPS = 40


@dataclass(frozen=True)
class Solved:
    """A policy with its intensity.

    Attributes:
        policy: the policy, its intensity set.
        lever: which lever that is.
        value: its value (for 36 councils, as levers are).
        cost: £k a year that it costs, above the baseline.
        target: £k a year that it should cost.
        reason: why it costs something else; empty if it does not.
    """

    policy: Policy
    lever: str
    value: float
    cost: float
    target: float
    reason: str = ""


def notes_on(solved: Iterable[Solved]) -> list[str]:
    """What the user should know: which policies cost something else, and why."""
    by_reason: dict[str, list[Solved]] = {}
    for each in solved:
        if each.reason:
            by_reason.setdefault(each.reason, []).append(each)
    return [
        f"Not at £{number(group[0].target)}k a year, as {reason}: "
        + ", ".join(f"{each.policy.name} (£{number(each.cost)}k)" for each in group)
        + "."
        for reason, group in by_reason.items()
    ]


def solved_for(settings: Settings, filler: Filler) -> dict[str, Solved]:
    """The policies at equal money, their intensities solved for, by name."""
    wanted = [planned for planned in settings.policies if planned.at_equal_money]
    if not wanted or settings.equal_money is None or not settings.years:
        return {}
    target = settings.equal_money * settings.population.lever_scale
    costs = _Costs(settings, filler)
    with terminal.progress() as bars:
        watched = terminal.watched(bars, wanted, len(wanted), "Equal money", "policies")
        return {
            planned.policy.name: solve(planned, target, partial(costs.above_baseline, planned))
            for planned in watched
        }


class _Costs:
    """Yearly costs of policies above the baseline, on some of the experiment's seeds.

    The warm-ups of these seeds are kept, as they are the same for every intensity that is tried.
    """

    def __init__(self, settings: Settings, filler: Filler) -> None:
        self._settings = settings
        self._filler = filler
        self._local = Local(settings.threads)
        seeds = math.ceil(_COUNCILS / len(settings.population.councils))
        self._seeds = settings.seeds[: max(seeds, 2)]
        filler.store.keep(settings.population)

    def above_baseline(self, planned: Planned, policy: Policy) -> float:
        """£k a year that a policy costs above the baseline."""
        treated, untreated = self._indicators(policy), self._baseline
        return extra_cost(planned, treated, untreated) / self._settings.years

    @cached_property
    def _baseline(self) -> list[dict[str, float]]:
        return self._indicators(BASELINE)

    @cached_property
    def _warm(self) -> list[Simulation]:
        settings = self._settings

        def warm(seed: int) -> Simulation:
            return warmed_up(settings.parameters, settings.population, seed, settings.timeout)

        return self._local.results(warm, self._seeds)

    def _indicators(self, policy: Policy) -> list[dict[str, float]]:
        """Indicators of a policy's rows, from the store or run now."""
        settings, store = self._settings, self._filler.store
        plan = Plan(settings.parameters, (policy,), settings.population, SINGLE, self._seeds)
        names = plan.names(range(plan.n_families))
        if not store.has(names).all():
            go_on = partial(outcome_of, policy=policy, timeout=settings.timeout)
            outcomes = self._local.results(go_on, self._warm)
            store.add(Finished([plan.family(i).rows[0] for i in range(plan.n_families)], outcomes))
            if failures := store.failures_of(names):
                lines = [
                    f"The cost of {policy.name} cannot be solved for: {len(failures):,} of its runs failed."
                ]
                terminal.say_error(lines + lines_on(failures))
                raise Unfinished(1)
        return store.indicators(names).to_dict("records")  # type: ignore[return-value]


def solve(planned: Planned, target: float, cost_of: Callable[[Policy], float]) -> Solved:
    """Set a policy's intensity such that it costs a given sum.

    Args:
        planned: the policy and the lever to set.
        target: £k a year.
        cost_of: £k a year that a policy costs above the baseline; grows with the intensity.
    """
    from scipy.optimize import brentq

    lever = str(planned.intensity)
    low, high = _range_of(lever)
    costs: dict[float, float] = {}

    def excess(value: float) -> float:
        setting = _rounded(lever, value)
        if setting not in costs:
            policy = with_intensity(planned.policy, lever, setting)
            costs[setting] = 0.0 if _is_baseline(policy) else cost_of(policy)
        above = costs[setting] - target
        return 0.0 if abs(above) <= TOLERANCE * target else above

    if excess(high) < 0:
        reason = f"{lever} is at its most, {number(high)}"
    elif excess(low) > 0:
        reason = f"{lever} is at its least, {number(low)}"
    else:
        brentq(excess, low, high, xtol=_step(lever, low, high), maxiter=_MOST_STEPS, disp=False)
        reason = ""
    value = min(costs, key=lambda setting: (round(abs(costs[setting] - target), 6), costs[setting]))
    if not reason and abs(costs[value] - target) > WORTH_A_NOTE * target:
        reason = f"{lever} acts in steps, and {number(value)} comes nearest"
    policy = with_intensity(planned.policy, lever, value)
    return Solved(policy, lever, value, costs[value], target, reason)


def with_intensity(policy: Policy, lever: str, value: float) -> Policy:
    """A policy with another value of one lever, dates and all else as they were."""
    return replace(policy, levers={**policy.levers, lever: replace(policy.levers[lever], value=value)})


def extra_cost(
    planned: Planned, treated: Sequence[dict[str, float]], untreated: Sequence[dict[str, float]]
) -> float:
    """What a policy costs above the baseline over the horizon, £k: mean over runs of the same seeds."""
    counts_grants = planned.intensity == "annual_budget"

    def cost(indicators: dict[str, float]) -> float:
        return indicators["cost_total"] - (0.0 if counts_grants else indicators["grants_paid"])

    return float(np.mean([cost(run) for run in treated]) - np.mean([cost(run) for run in untreated]))


def _is_baseline(policy: Policy) -> bool:
    """Whether every lever is where the baseline has it, so that nothing differs, cost included."""
    return all(dated.value == LEVERS[name].default for name, dated in policy.levers.items())


def _range_of(lever: str) -> tuple[float, float]:
    """From where to where an intensity is looked for: the lever's plausible range."""
    declared = LEVERS[lever]
    return declared.plausible or (declared.domain.low, declared.domain.high)


def _rounded(lever: str, value: float) -> float:
    return math.floor(value + 0.5) if LEVERS[lever].domain.whole else value


def _step(lever: str, low: float, high: float) -> float:
    return 0.25 if LEVERS[lever].domain.whole else (high - low) * 1e-4

"""Policies at equal money: how much of each can be had for the same yearly sum.

A policy's cost is not known beforehand (grants follow bids, support follows introductions), so its intensity
is solved for on simulated cost: what its levers cost above the baseline, in the same seeds. Grants
count only where the intensity is the budget for grants itself.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from experiments import terminal
from experiments.command.policies import Planned
from experiments.command.settings import Settings
from experiments.design.chosen import SINGLE
from experiments.rows.plan import Plan
from experiments.rows.results import values_of
from experiments.rows.store import lines_on
from experiments.running.filling import Filler
from experiments.status import FAILED, Unfinished
from experiments.study.completing import run_missing
from experiments.terminal import number
from model.parameters import LEVERS
from model.policy import BASELINE, Policy

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
    if not wanted or settings.money is None or not settings.years:
        return {}
    solved = solve(wanted, settings.money, _Costs(settings, filler).above_baseline)
    return {each.policy.name: each for each in solved}


class _Costs:
    """Yearly costs of policies above the baseline, on some of the experiment's seeds."""

    def __init__(self, settings: Settings, filler: Filler) -> None:
        self._settings = settings
        self._filler = filler
        seeds = math.ceil(_COUNCILS / len(settings.population.councils))
        self._seeds = settings.seeds[: max(seeds, 2)]
        self._seconds = 0.0  # a row, once it has been measured

    def above_baseline(self, tried: Sequence[Planned]) -> list[float]:
        """£k a year that each of some policies costs above the baseline."""
        settings = self._settings
        policies = (BASELINE, *(planned.policy for planned in tried))
        plan = Plan(settings.parameters, policies, settings.population, SINGLE, self._seeds)
        self._fill(plan)
        costs = values_of(self._filler.store, plan, ("cost_total", "grants_paid"))[0]
        self._check_known(plan, costs)
        untreated, *treated = costs.mean(axis=0)
        return [
            extra_cost(planned, total, untreated) / settings.years
            for planned, total in zip(tried, treated, strict=True)
        ]

    def _fill(self, plan: Plan) -> None:
        missing = self._filler.missing(plan)
        if missing.n_rows and not self._seconds:
            self._seconds = self._filler.seconds_a_row(plan, missing)
            missing = self._filler.missing(plan)
        if missing.n_rows:
            run_missing(plan, missing, self._filler, self._seconds, "Equal money")

    def _check_known(self, plan: Plan, costs: np.ndarray) -> None:
        """Refuse to go on where runs of a policy have failed.

        Raises:
            Unfinished: the user has been told which.
        """
        unknown = np.flatnonzero(np.isnan(costs).any(axis=(0, 2)))
        if not len(unknown):
            return
        policy = plan.policies[unknown[0]]
        names = replace(plan, policies=(policy,)).names(range(plan.n_families))
        failures = self._filler.store.failures_of(names)
        said = f"The cost of {policy.name} cannot be solved for: {len(failures):,} of its runs failed."
        terminal.say_error([said, *lines_on(failures)])
        raise Unfinished(FAILED)


def solve(
    wanted: Sequence[Planned], target: float, costs_of: Callable[[Sequence[Planned]], Sequence[float]]
) -> list[Solved]:
    """Set policies' intensities such that each costs a given sum; all of them a step at a time.

    Args:
        wanted: the policies and the levers to set.
        target: £k a year.
        costs_of: £k a year that each of some policies costs above the baseline; grows with the intensity.
    """
    searches = [_Search(planned, target) for planned in wanted]
    for _ in range(_MOST_STEPS):
        asked = [(search, value) for search in searches if (value := search.next()) is not None]
        if not asked:
            break
        costs = costs_of([search.at(value) for search, value in asked])
        for (search, value), cost in zip(asked, costs, strict=True):
            search.costs[value] = cost
    return [search.found() for search in searches]


class _Search:
    """The search for one policy's intensity, by secants: costs are all but linear in the intensity.

    Attributes:
        costs: £k a year above the baseline, by the values that have been tried.
    """

    def __init__(self, planned: Planned, target: float) -> None:
        self._planned, self._target = planned, target
        self._lever = str(planned.intensity)
        self._low, self._high = _range_of(self._lever)
        self._default = _rounded(self._lever, float(LEVERS[self._lever].default))
        is_free = _is_baseline(self.at(self._default).policy)
        self.costs: dict[float, float] = {self._default: 0.0} if is_free else {}

    def at(self, value: float) -> Planned:
        """The policy with its lever at a value."""
        return replace(self._planned, policy=with_intensity(self._planned.policy, self._lever, value))

    def next(self) -> float | None:
        """The value to try next; None once it is found, or cannot be."""
        above = {value: cost - self._target for value, cost in self.costs.items()}
        if any(abs(excess) <= TOLERANCE * self._target for excess in above.values()):
            return None
        low = max((value for value, excess in above.items() if excess < 0), default=None)
        high = min((value for value, excess in above.items() if excess > 0), default=None)
        step = _step(self._lever, self._low, self._high)
        least = self._low if low is None else low + step
        most = self._high if high is None else high - step
        guess = self._guess(above)
        if low is not None and high is not None and not low < guess < high:
            guess = _crossing(low, above[low], high, above[high])
        value = _rounded(self._lever, min(max(guess, least), most))
        return None if least > most or value in self.costs else value

    def found(self) -> Solved:
        """The value that comes nearest, and why it comes no nearer."""
        costs, target, lever = self.costs, self._target, self._lever
        value = min(costs, key=lambda tried: (round(abs(costs[tried] - target), 6), costs[tried]))
        miss = (costs[value] - target) / target
        reason = ""
        if miss < -TOLERANCE and value >= self._high:
            reason = f"{lever} is at its most, {number(value)}"
        elif miss > TOLERANCE and value <= self._low:
            reason = f"{lever} is at its least, {number(value)}"
        elif abs(miss) > WORTH_A_NOTE:
            reason = f"{lever} acts in steps, and {number(value)} comes nearest"
        return Solved(self.at(value).policy, lever, value, costs[value], target, reason)

    def _guess(self, above: Mapping[float, float]) -> float:
        """Where the line through the two values that came nearest meets the target.

        The first guess is the value that the policy was designed with, as its runs are often there already.
        """
        designed = float(self._planned.policy.levers[self._lever].value)
        if len(above) < 2 and designed not in above:
            return designed
        one, *others = sorted(above, key=lambda value: abs(above[value]))
        other = others[0] if others else self._default
        rise = above[one] - above.get(other, -self._target)  # as if all of the cost were the lever's
        if rise * (one - other) <= 0:  # luck, or a lever that has come to its end: look as far as it goes
            return self._high if above[one] < 0 else self._low
        return _crossing(one, above[one], other, above[one] - rise)


def _crossing(one: float, above_one: float, other: float, above_other: float) -> float:
    """Where the line through two points crosses zero."""
    return one - above_one * (one - other) / (above_one - above_other)


def with_intensity(policy: Policy, lever: str, value: float) -> Policy:
    """A policy with another value of one lever, dates and all else as they were."""
    return replace(policy, levers={**policy.levers, lever: replace(policy.levers[lever], value=value)})


def extra_cost(planned: Planned, treated: np.ndarray, untreated: np.ndarray) -> float:
    """What a policy costs above the baseline over the horizon, £k.

    Args:
        planned: the policy.
        treated: mean of its runs' total cost, and of the grants in that.
        untreated: the same of the baseline's runs on the same seeds.
    """
    total, grants = treated - untreated
    return float(total if planned.intensity == "annual_budget" else total - grants)


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
    """How near two values may come to each other."""
    return 1 if LEVERS[lever].domain.whole else (high - low) * 1e-4

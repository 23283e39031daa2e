"""The search for the intensity at which a policy costs a sum, by secants, on the mean of a few seeds."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from experiments.command.policies import Planned
from experiments.study.money.solved import Solved
from experiments.terminal import number
from model.parameters import LEVERS
from model.policy import Dated, Policy

#: Close enough to the sum, as a share of it; and for few seeds, whose luck is about as much.
TOLERANCE, NEAR = 0.005, 0.02
#: How near values come to each other, as a share of the lever's range.
_FINE = 1 / 256
WORTH_A_NOTE = 0.02
_MOST_STEPS = 40


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
    return all_found(searches, costs_of)


class Search[Tried, Cost](Protocol):
    """A search for what a policy's lever should be."""

    def at(self, tried: Tried) -> Planned:
        """The policy with its lever as it is tried."""
        ...

    def next(self) -> Tried | None:
        """What to try next; None once there is nothing."""
        ...

    def learn(self, tried: Tried, costs: Cost) -> None:
        """Take what that costs."""
        ...

    def found(self) -> Solved:
        """What came of it."""
        ...


def all_found[Tried, Cost](
    searches: Sequence[Search[Tried, Cost]], costs_of: Callable[[Sequence[Planned]], Sequence[Cost]]
) -> list[Solved]:
    """What comes of searches that take their steps together.

    Args:
        searches: of policies.
        costs_of: what each of some policies costs.
    """
    for _ in range(_MOST_STEPS):
        asked = [(search, tried) for search in searches if (tried := search.next()) is not None]
        if not asked:
            break
        costs = costs_of([search.at(tried) for search, tried in asked])
        for (search, tried), cost in zip(asked, costs, strict=True):
            search.learn(tried, cost)
    return [search.found() for search in searches]


class _Search:
    """The search for one policy's intensity, by secants: costs are all but linear in the intensity."""

    def __init__(self, planned: Planned, target: float) -> None:
        self._planned, self._target = planned, target
        self._lever = str(planned.intensity)
        self._low, self._high = range_of(self._lever)
        default = rounded(self._lever, float(LEVERS[self._lever].default))
        is_nothing = is_free(self.at(default).policy)
        self._costs = {default: 0.0} if is_nothing else dict[float, float]()  # £k a year, by value

    def at(self, tried: float) -> Planned:
        """The policy with its lever at a value."""
        return replace(self._planned, policy=with_intensity(self._planned.policy, self._lever, tried))

    def learn(self, tried: float, costs: float) -> None:
        """Take what a value costs, £k a year above the baseline."""
        self._costs[tried] = costs

    def next(self) -> float | None:
        """The value to try next; None once it is found, or cannot be."""
        above = {value: cost - self._target for value, cost in self._costs.items()}
        if any(abs(excess) <= NEAR * self._target for excess in above.values()):
            return None
        low = max((value for value, excess in above.items() if excess < 0), default=None)
        high = min((value for value, excess in above.items() if excess > 0), default=None)
        step = step_of(self._lever, self._low, self._high)
        least = self._low if low is None else low + step
        most = self._high if high is None else high - step
        guess = self._guess(above)
        if low is not None and high is not None and not low < guess < high:
            guess = _crossing(low, above[low], high, above[high])
        value = rounded(self._lever, min(max(guess, least), most))
        return None if least > most or value in self._costs else value

    def found(self) -> Solved:
        """The value that comes nearest, and why it comes no nearer."""
        costs, target, lever = self._costs, self._target, self._lever
        value = min(costs, key=lambda tried: (round(abs(costs[tried] - target), 6), costs[tried]))
        misses = [(cost - target) / target for cost in (costs[value], *costs.values())]
        reason = why_not(lever, value, *misses, worth_a_note=WORTH_A_NOTE)
        return Solved(self.at(value).policy, lever, value, costs[value], target, reason, costs)

    def _guess(self, above: Mapping[float, float]) -> float:
        """Where the line through the two values that came nearest meets the target.

        The first guess is the value that the policy was designed with, as its runs are often there already.
        """
        designed = float(self._planned.policy.levers[self._lever].value)
        if len(above) < 2 and designed not in above:
            return designed
        one, *others = sorted(above, key=lambda value: abs(above[value]))
        other = others[0] if others else 0.0
        rise = above[one] - above.get(other, -self._target)  # as if all of the cost were the lever's
        if rise * (one - other) <= 0:  # luck, or a lever that has come to its end: look as far as it goes
            return self._high if above[one] < 0 else self._low
        return _crossing(one, above[one], other, above[one] - rise)


def why_not(lever: str, value: float, miss: float, *others: float, worth_a_note: float = TOLERANCE) -> str:
    """Why a policy misses the sum, by a share of it; empty if it does not.

    Args:
        lever: that was set.
        value: at which it comes nearest.
        miss: by how much.
        others: by how much it misses at whatever else was tried.
        worth_a_note: what is no miss.
    """
    low, high = range_of(lever)
    if miss < -TOLERANCE and value >= high:
        return f"{lever} is at its most, {number(value)}"
    if miss > TOLERANCE and value <= low:
        return f"{lever} is at its least, {number(value)}"
    if abs(miss) <= worth_a_note:
        return ""
    if others and all(miss * other > 0 for other in others):
        return f"no value of {lever} that was tried costs so {'much' if miss < 0 else 'little'}"
    return f"{lever} acts in steps, and none comes nearer"


def _crossing(one: float, above_one: float, other: float, above_other: float) -> float:
    """Where the line through two points crosses zero."""
    return one - above_one * (one - other) / (above_one - above_other)


def with_intensity(policy: Policy, lever: str, value: float) -> Policy:
    """A policy with another value of one lever, dates and all else as they were."""
    dated = policy.levers[lever]
    return replace(policy, levers={**policy.levers, lever: Dated(value, dated.start, dated.end)})


def is_free(policy: Policy) -> bool:
    """Whether every lever is where the baseline has it, so that nothing differs, cost included."""
    return all(dated.value == LEVERS[name].default for name, dated in policy.levers.items())


def range_of(lever: str) -> tuple[float, float]:
    """From where to where an intensity is looked for: the lever's plausible range."""
    declared = LEVERS[lever]
    return declared.plausible or (declared.domain.low, declared.domain.high)


def rounded(lever: str, value: float) -> float:
    """A value that the lever can have."""
    return math.floor(value + 0.5) if LEVERS[lever].domain.whole else value


def step_of(lever: str, low: float, high: float) -> float:
    """How near two values may come to each other."""
    return 1 if LEVERS[lever].domain.whole else (high - low) * _FINE

"""Mixing: the values on either side of a sum, each in some of the seeds, so that the mean over all meets it.

Many levers act in steps, and what follows from them is a matter of luck, so that no single value costs the
sum. Of two next to each other, one costs too little and one too much. Seeds lie evenly on a circle, whatever
their luck; those of a part of it get the one, the rest the other. How long that part is, and where it begins,
is set such that the mean costs the sum: to the pound where the step costs more in some seeds than in others,
and to half a step by the number of seeds where it costs the same in all.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from itertools import pairwise

import numpy as np

from experiments.command.policies import Planned
from experiments.rows.mixed import Mixed, turn
from experiments.study.money.searching import (
    TOLERANCE,
    all_found,
    range_of,
    rounded,
    step_of,
    why_not,
    with_intensity,
)
from experiments.study.money.solved import Solved
from model.parameters import LEVERS

#: £k a year that are nothing: half a pound.
_NOTHING = 0.0005
#: Values are near whose costs are no further apart than this share of the sum; half of it is aimed beyond.
_NEAR = 0.04
#: The least gap that is looked into, as a share of the lever's range, where cost does not rise throughout.
_FINE = 1 / 64
#: Places on the circle of seeds from which the share is tried; pounds are told to so many digits.
_STARTS, _DIGITS = 100, 6


def mix(
    about: Sequence[tuple[Planned, Solved]],
    seeds: Sequence[int],
    costs_of: Callable[[Sequence[Planned]], Sequence[np.ndarray]],
) -> list[Solved]:
    """Bring policies to their sum over all seeds; all of them a step at a time.

    Args:
        about: the policies, and about where their intensity lies.
        seeds: of the experiment.
        costs_of: £k a year that each of some policies costs above the baseline in each of them [seeds].
    """
    searches = [_Sides(planned, solved, seeds) for planned, solved in about]
    return all_found(searches, costs_of)


class _Sides:
    """The search for two values of a lever, next to each other, on either side of the sum.

    Attributes:
        costs: £k a year above the baseline in each seed, by the values that have been tried.
    """

    def __init__(self, planned: Planned, about: Solved, seeds: Sequence[int]) -> None:
        self._planned, self._about, self._seeds = planned, about, seeds
        self._lever, self._target = about.lever, about.target
        self._low, self._high = range_of(self._lever)
        self._step = step_of(self._lever, self._low, self._high)
        self._first = _first(about)
        self.costs: dict[float, np.ndarray] = {}

    def at(self, value: float) -> Planned:
        """The policy with its lever at a value."""
        return replace(self._planned, policy=with_intensity(self._planned.policy, self._lever, value))

    def next(self) -> float | None:
        """The value to try next; None once two sides are found, or cannot be."""
        if (first := next((value for value in self._first if value not in self.costs), None)) is not None:
            return first
        excess = self._excess()
        if min(map(abs, excess.values())) <= _NOTHING:
            return None
        pair = _sides(excess)
        if pair is None:
            value = self._beside(excess)
        elif self._are_near(*pair, excess):
            return None
        else:
            value = rounded(self._lever, sum(pair) / 2)
        return None if value is None or value in self.costs else value

    def found(self) -> Solved:
        """The value that costs the sum, or the two that do so together; or the one that comes nearest."""
        excess = self._excess()
        nearest = min(excess, key=lambda tried: (abs(excess[tried]), tried))
        if (pair := _sides(excess)) is None or abs(excess[nearest]) <= _NOTHING:
            return self._solved(nearest)
        low, high = pair
        mixed = self._mixed(low, high, excess[low])
        return self._solved(nearest) if mixed is None else self._solved(low, mixed)

    def _mixed(self, low: float, high: float, excess: float) -> Mixed | None:
        """The seeds that get the higher value, so that the mean costs the sum; None if none is better."""
        turns = np.array([turn(seed) for seed in self._seeds])
        order = np.argsort(turns)
        turns, n = turns[order], len(order)
        moves = np.tile((self.costs[high] - self.costs[low])[order] / n, 2)
        moved = np.cumsum(np.concatenate([[0.0], moves]))
        starts, sizes = np.arange(min(n, _STARTS))[:, None], np.arange(n + 1)
        missed = np.abs(excess + moved[starts + sizes] - moved[starts]).round(_DIGITS)
        start, size = np.unravel_index(missed.argmin(), missed.shape)
        if size in (0, n):
            return None
        gaps = np.concatenate([[turns[-1] - 1.0], turns, turns + 1.0])
        since, until = ((gaps[at] + gaps[at + 1]) / 2 for at in (start, start + size))
        dated = self.at(low).policy.levers[self._lever]
        return Mixed(**asdict(dated), other=high, share=float(until - since), since=float(since % 1.0))

    def _excess(self) -> dict[float, float]:
        """£k a year above the sum at each value that has been tried, in order of the values."""
        return {value: float(self.costs[value].mean()) - self._target for value in sorted(self.costs)}

    def _are_near(self, low: float, high: float, excess: Mapping[float, float]) -> bool:
        """Whether two values on either side need come no nearer to each other."""
        is_step = high - low < 2 * self._step
        costs_alike = abs(excess[high] - excess[low]) <= _NEAR * self._target
        return is_step or (costs_alike and not LEVERS[self._lever].domain.whole)

    def _beside(self, excess: Mapping[float, float]) -> float | None:
        """Where the other side may be, with all values that have been tried on one."""
        nearest = min(excess, key=lambda tried: abs(excess[tried]))
        way, end = (1, self._high) if excess[nearest] < 0 else (-1, self._low)
        last = max(excess, key=lambda tried: way * tried)
        if way * (end - last) <= 0:
            return self._between(sorted({*excess, self._low, self._high}), nearest)
        value = rounded(self._lever, last + way * self._reach(last, abs(excess[last])))
        return min(max(value, self._low), self._high)

    def _between(self, values: Sequence[float], nearest: float) -> float | None:
        """The middle of the wider gap beside the value that comes nearest, unless that is one of the ends.

        Where cost rises with the lever, that is at the end; where it does not, the sum may be met in between.
        """
        if not self._low < nearest < self._high:
            return None
        at = values.index(nearest)
        low, high = max(pairwise(values[at - 1 : at + 2]), key=lambda gap: gap[1] - gap[0])
        fine = max(2 * self._step, _FINE * (self._high - self._low))
        return rounded(self._lever, (low + high) / 2) if high - low > fine else None

    def _reach(self, last: float, missing: float) -> float:
        """How far beyond a value the other side should be; twice as far at each further try."""
        cost, default = float(self.costs[last].mean()), float(LEVERS[self._lever].default)
        rise = cost / (last - default) if last != default else 0.0
        rise = rise if rise > 0 else self._target / (self._high - self._low)
        aimed = 0.0 if LEVERS[self._lever].domain.whole else _NEAR / 2 * self._target
        return max(self._step, (missing + aimed) * 2 ** (len(self.costs) - 1) / rise)

    def _solved(self, value: float, mixed: Mixed | None = None) -> Solved:
        """The policy at a value, or at two."""
        policy, costs, lever = self.at(value).policy, self.costs[value], self._lever
        if mixed is not None:
            policy = replace(policy, levers={**policy.levers, lever: mixed})
            costs = np.where([*map(mixed.has, self._seeds)], self.costs[float(mixed.other)], costs)
        cost = float(costs.mean())
        reason = why_not(lever, value, (cost - self._target) / self._target)
        return Solved(policy, lever, value, cost, self._target, reason)


def _first(about: Solved) -> tuple[float, ...]:
    """What a few seeds leave to be tried over all: the value that costs the sum, or those on either side."""
    excess = {value: about.tried[value] - about.target for value in sorted(about.tried)}
    is_there = abs(about.cost - about.target) <= TOLERANCE * about.target
    return (not is_there and _sides(excess)) or (about.value,)


def _sides(excess: Mapping[float, float]) -> tuple[float, float] | None:
    """Of neighbouring values of which one costs too much and one too little, those nearest to each other."""
    pairs = [pair for pair in pairwise(excess) if excess[pair[0]] * excess[pair[1]] < 0]
    return min(pairs, key=lambda pair: pair[1] - pair[0], default=None)

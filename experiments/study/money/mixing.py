"""Mixing: the values on either side of a sum, each in some of the seeds, so that the mean over all meets it.

Many levers act in steps, and what follows from them is a matter of luck, so that no single value costs the
sum. Of two next to each other, one costs too little and one too much. Seeds lie evenly on a circle, whatever
their luck; those of a part of it, an arc, get the higher one, the rest the other. How long the arc is, and
where it begins, is set such that the mean costs the sum.

Each seed is run with the value that it gets. Runs of it with another are needed only where the arc's ends
have been moved over it: between two arcs that cost too little and too much, all costs are known.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from experiments.command.policies import Planned
from experiments.rows.mixed import Mixed, turn
from experiments.study.money.searching import (
    NEAR,
    all_found,
    range_of,
    rounded,
    why_not,
    with_intensity,
)
from experiments.study.money.solved import Solved
from model.parameters import LEVERS

#: Near enough to the sum, as a share of it.
_ENOUGH = 0.0005
#: By what share of the sum the costs of two values differ that are mixed; whole ones differ by 1 at least.
_APART = 0.04
#: How near values are, as a share of the lever's range, where few seeds do not tell where the sum is met.
_FINE = 1 / 64
#: Seeds by which an arc is made longer than it should have to be, and by which its beginning is then moved.
_BEYOND, _BEFORE = 4, 4
#: The least share of the way between two sides that the next try is away from either.
_AWAY = 0.2
#: Seeds at which an arc may begin; pounds are told to so many digits.
_STARTS, _DIGITS = 100, 6


class _Arc(NamedTuple):
    """Seeds that get the higher of two values next to each other.

    Attributes:
        step: number of the lower value, from the one that a few seeds say costs the sum.
        start: number of the arc's first seed on the circle.
        size: how many seeds it has.
    """

    step: int
    start: int
    size: int


class _Guess(NamedTuple):
    """What a few seeds tell of where to begin.

    Attributes:
        value: about what costs the sum.
        gap: how far the next value is from it.
        rise: £k a year that the lever costs a unit.
        share: of the seeds that should have the next value.
    """

    value: float
    gap: float
    rise: float
    share: float


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
    return all_found([_Mixing(planned, solved, seeds) for planned, solved in about], costs_of)


class _Mixing:
    """The search for an arc with which a policy costs the sum.

    Arcs that begin with the first seed are numbered by how many seeds have come up to the next value, from
    one value in all seeds to the next, and on.
    """

    def __init__(self, planned: Planned, about: Solved, seeds: Sequence[int]) -> None:
        self._planned, self._n = planned, len(seeds)
        self._lever, self._target = about.lever, about.target
        self._low, self._high = range_of(self._lever)
        turns = np.array([turn(seed) for seed in seeds])
        self._order = np.argsort(turns)
        self._turns = turns[self._order]
        self._guess = _guess_from(about, self._high - self._low)
        self._paid: dict[float, np.ndarray] = {}  # £k a year in each seed, where known, by value
        self._excess: dict[int, float] = {}  # £k a year above the sum, by number of the arc
        self._is_moved = False  # whether another beginning has been tried

    def at(self, tried: _Arc) -> Planned:
        """The policy with its lever as an arc has it."""
        low, high = self._value(tried.step), self._value(tried.step + 1)
        policy = with_intensity(self._planned.policy, self._lever, low)
        if not tried.size or low == high:
            return replace(self._planned, policy=policy)
        dated = policy.levers[self._lever]
        mixed = Mixed(dated.value, dated.start, dated.end, high, *self._placed(tried))
        return replace(self._planned, policy=replace(policy, levers={**policy.levers, self._lever: mixed}))

    def learn(self, tried: _Arc, costs: np.ndarray) -> None:
        """Take what an arc costs [seeds]."""
        is_high = self._has(tried)
        for step, gets in ((tried.step, ~is_high), (tried.step + 1, is_high)):
            if gets.any():
                paid = self._paid.setdefault(self._value(step), np.full(self._n, np.nan))
                paid[gets] = costs[self._order][gets]
        if not tried.start:
            self._excess[tried.step * self._n + tried.size] = float(costs.mean()) - self._target

    def next(self) -> _Arc | None:
        """The arc to try next; None once one costs the sum, or none can."""
        if not self._excess:
            return self._arc(self._within(round(self._guess.share * self._n)))
        if abs(self._best()[1]) <= _ENOUGH * self._target:
            return None
        sides = _sides(self._excess)
        if sides and sides[1] - sides[0] <= self._n:
            return self._moved(sides[0])
        number = self._inside(*sides) if sides else self._beside()
        return None if number is None or number in self._excess else self._arc(number)

    def found(self) -> Solved:
        """The value that costs the sum, or the two that do so together; or what comes nearest."""
        best, excess = self._best()
        policy, value, cost = self.at(best).policy, self._value(best.step), self._target + excess
        misses = [each / self._target for each in (excess, *self._excess.values())]
        reason = why_not(self._lever, value, *misses)
        return Solved(policy, self._lever, value, cost, self._target, reason)

    def _value(self, step: int) -> float:
        """A value by its number."""
        value = min(max(self._guess.value + step * self._guess.gap, self._low), self._high)
        return rounded(self._lever, value)

    def _arc(self, number: int) -> _Arc:
        step, size = divmod(number, self._n)
        return _Arc(step, 0, size)

    def _has(self, arc: _Arc) -> np.ndarray:
        """Which seeds of the circle are on an arc."""
        return (np.arange(self._n) - arc.start) % self._n < arc.size

    def _placed(self, arc: _Arc) -> tuple[float, float]:
        """How much of the circle an arc is, and where it begins: its ends are half-way between seeds."""
        turns = self._turns
        gaps = np.concatenate([[turns[-1] - 1.0], turns, turns + 1.0])
        start = arc.start % self._n
        since, until = ((gaps[at] + gaps[at + 1]) / 2 for at in (start, start + arc.size))
        return float(until - since), float(since % 1.0)

    def _seeds_for(self, cost: float) -> float:
        """How many seeds have to come up for the mean to cost so much more, as far as a few seeds tell."""
        return self._n * cost / (self._guess.rise * self._guess.gap)

    def _within(self, number: int) -> int:
        """A number, or the last one in the lever's range."""
        return min(max(number, self._ends()[0]), self._ends()[1])

    def _ends(self) -> tuple[int, int]:
        """Numbers of the lever's least value and of its highest."""
        value, gap, *_ = self._guess
        return (
            -self._n * math.ceil((value - self._low) / gap),
            self._n * math.ceil((self._high - value) / gap),
        )

    def _inside(self, low: int, high: int) -> int:
        """Where the sum should be met between two sides, but not all too near to one of them."""
        below, above = (abs(self._excess[number]) for number in (low, high))
        share = min(max(below / (below + above), _AWAY), 1 - _AWAY)
        return low + round(share * (high - low))

    def _beside(self) -> int | None:
        """Where the other side may be, with all arcs that have been tried on one; further off each time."""
        tried, ends = self._excess, self._ends()
        way = 1 if min(tried.values(), key=abs) < 0 else -1
        last = max(tried, key=lambda number: way * number)
        if last == ends[way > 0]:
            return self._between()
        seeds = abs(self._seeds_for(tried[last])) + _BEYOND
        return self._within(last + way * math.ceil(seeds * 2 ** (len(tried) - 1)))

    def _between(self) -> int | None:
        """The middle of the wider gap beside the arc that comes nearest, unless that is one of the ends.

        Where cost rises with the lever, that is at the end; where it does not, the sum may be met in between.
        """
        nearest = min(self._excess, key=lambda tried: abs(self._excess[tried]))
        numbers = sorted({*self._excess, *self._ends()})
        at = numbers.index(nearest)
        if at in (0, len(numbers) - 1):
            return None
        low, high = max(pairwise(numbers[at - 1 : at + 2]), key=lambda gap: gap[1] - gap[0])
        return (low + high) // 2 if high - low > 2 * self._n else None

    def _moved(self, number: int) -> _Arc | None:
        """An arc that begins earlier, so that there are more arcs whose costs are known."""
        if self._is_moved:
            return None
        self._is_moved = True
        step, _, size = self._arc(number)
        before = min(_BEFORE, self._n - size)
        return _Arc(step, -before, size + before)

    def _best(self) -> tuple[_Arc, float]:
        """Of all arcs whose costs are known, the one that comes nearest, and what it costs above the sum."""
        steps = {number // self._n for number in self._excess}
        found = [self._best_of(step) for step in sorted({*steps, *(step - 1 for step in steps)})]
        return min(found, key=lambda each: abs(each[1]))

    def _best_of(self, step: int) -> tuple[_Arc, float]:
        """The same of arcs of a value and the next."""
        unknown, n = np.full(self._n, np.nan), self._n
        paid = np.array([self._paid.get(self._value(each), unknown) for each in (step, step + 1)])
        low, high = (np.concatenate([[0.0], np.cumsum(np.tile(each, 2))]) for each in np.nan_to_num(paid))
        no_low, no_high = (np.concatenate([[0], np.cumsum(np.tile(each, 2))]) for each in np.isnan(paid))
        starts = (np.arange(min(n, _STARTS))[:, None] - _BEFORE) % n
        sizes = np.arange(n + 1)
        since, until, end = starts, starts + sizes, starts + n
        costs = ((high[until] - high[since] + low[end] - low[until]) / n - self._target).round(_DIGITS)
        missing = (no_high[until] - no_high[since]) + (no_low[end] - no_low[until])
        missed = np.where(missing == 0, np.abs(costs), np.inf)
        start, size = np.unravel_index(missed.argmin(), missed.shape)
        excess = float(costs[start, size]) if np.isfinite(missed[start, size]) else math.inf
        if size == n:
            return _Arc(step + 1, 0, 0), excess
        return _Arc(step, int(starts[start, 0]) if size else 0, int(size)), excess


def _guess_from(about: Solved, width: float) -> _Guess:
    """What a few seeds tell of where to begin.

    Args:
        about: what they found.
        width: of the lever's range.
    """
    value, missing = about.value, about.target - about.cost
    is_near = abs(missing) <= NEAR * about.target
    sides = _sides({tried: cost - about.target for tried, cost in about.tried.items()})
    rise = _rise_of(about, about.target / width)
    if LEVERS[about.lever].domain.whole:
        gap = max(1, round(_APART * about.target / rise))
        share = missing / rise / gap if (sides or is_near) and abs(missing) > _ENOUGH * about.target else 0.0
        return _Guess(value, gap, rise, min(max(share, -1.0), 1.0))
    if sides and not is_near:  # the lever acts in steps
        low, high = sides
        share = (about.target - about.tried[low]) / (about.tried[high] - about.tried[low])
        return _Guess(low, high - low, rise, share)
    if is_near:
        return _Guess(value + missing / rise, min(_APART * about.target / rise, width), rise, 0.0)
    return _Guess(value, _FINE * width, rise, 0.0)


def _rise_of(about: Solved, otherwise: float) -> float:
    """£k a year that the lever costs a unit, over all that a few seeds were tried with."""
    other = max(about.tried, key=lambda tried: abs(tried - about.value))
    rise = (about.cost - about.tried[other]) / (about.value - other) if other != about.value else 0.0
    return rise if rise > 0 else otherwise


def _sides[At: (int, float)](excess: Mapping[At, float]) -> tuple[At, At] | None:
    """Of neighbours of which one costs too much and one too little, those nearest to each other."""
    pairs = [pair for pair in pairwise(sorted(excess)) if excess[pair[0]] * excess[pair[1]] < 0]
    return min(pairs, key=lambda pair: pair[1] - pair[0], default=None)

"""Picking: whom a council or a researcher turns to, with chances by distance and size (ODD 4.4)."""

import numpy as np

from model.arrays import NONE, World
from model.machine.compiling import compiled, inlined


@compiled
def weigh_councils(world: World):
    """Sum up what outreach weighs councils by."""
    for u in range(world.universities.size):
        weigh_councils_from(world, u)


@compiled
def weigh_councils_from(world: World, u: int):
    """The same, of one university."""
    total = 0.0
    for c in range(world.councils.size):
        total += world.proximity[u, c] * familiarity(world, u, c)
        world.outreach_sums[u, c] = total


@inlined
def familiarity(world: World, u: int, c: int):
    """How many times as readily two turn to each other: more often once they have common work."""
    return world.parameters.known_first if world.common_work[u, c] > 0 else 1.0


@compiled
def weigh_staff(world: World):
    """Sum up what councils' searches weigh universities by; anew when their staff has changed."""
    attraction = world.parameters.attraction
    for u in range(world.universities.size):
        university = world.universities[u]
        staff, mission = university.staff, university.mission
        university.pull = mission * float(staff) ** attraction if staff > 0 else 0.0
        university.zeal = mission / (1.0 + staff / world.parameters.outreach_half)
    for c in range(world.councils.size):
        weigh_staff_from(world, c)
    world.clock.staff_changed = 0


@compiled
def weigh_staff_from(world: World, c: int):
    """The same, of one council."""
    total = 0.0
    for u in range(world.universities.size):
        total += world.universities[u].pull * world.proximity[u, c] * familiarity(world, u, c)
        world.search_sums[c, u] = total


@compiled
def weigh_anew(world: World, u: int, c: int):
    """Two know each other now, or no longer: both turn to others with other chances."""
    weigh_councils_from(world, u)
    weigh_staff_from(world, c)


@inlined
def pick(sums: np.ndarray, row: int, luck: float):
    """Which of a row of weights, summed up, a uniform draw falls on; -1 if all of them are 0."""
    first, left = 0, sums.shape[1]
    total = sums[row, left - 1] if left > 0 else 0.0
    if total <= 0.0:
        return NONE
    target = luck * total
    while left > 1:  # bisection without a branch, which the processor would have to guess
        half = left // 2
        first += half * (sums[row, first + half - 1] <= target)
        left -= half
    return first


@inlined
def pick_university(world: World, c: int, luck: float):
    """A university that a council turns to, with weight M_u n_u^attraction near; -1 if there is no staff."""
    return pick(world.search_sums, c, luck)


@inlined
def pick_council(world: World, u: int, luck: float):
    """A council that someone at a university turns to, with weight near; -1 if there is none."""
    return pick(world.outreach_sums, u, luck)

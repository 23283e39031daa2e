"""Picking: whom a council or a researcher turns to, with chances by distance and size (ODD 4.4)."""

from model.arrays import NONE, STRETCH
from model.machine.compiling import compiled, inlined


@compiled
def weigh_councils(world):
    """Sum up what outreach weighs councils by."""
    for u in range(world.universities.size):
        total = 0.0
        for c in range(world.councils.size):
            total += world.proximity[u, c]
            world.outreach_signposts[u, c // STRETCH] = total
            world.outreach_milestones[u, c // (STRETCH * STRETCH)] = total


@compiled
def weigh_staff(world):
    """Fill in what councils' searches weigh universities by; anew when their staff has changed."""
    for first in range(0, world.councils.size, STRETCH):
        last = min(first + STRETCH, world.councils.size)
        for u in range(world.universities.size):
            for c in range(first, last):
                world.search_weights[c, u] = world.universities[u].staff * world.proximity[u, c]
        for c in range(first, last):
            total = 0.0
            for u in range(world.universities.size):
                total += world.search_weights[c, u]
                world.search_signposts[c, u // STRETCH] = total
                world.search_milestones[c, u // (STRETCH * STRETCH)] = total
    world.clock.staff_changed = 0


@inlined
def aim(milestones, row, u):
    """First step of a pick: where a uniform draw falls among the weights of a row, as milestones tell.

    Returns how far along it falls, and the first stretch in which that may be; -1 if all weights are 0.
    All sums of a level are counted, since processors compare several at a time but guess badly where to
    stop.
    """
    total = milestones[row, milestones.shape[1] - 1] if milestones.shape[1] > 0 else 0.0
    if total <= 0.0:
        return 0.0, NONE
    target = u * total
    stretch = 0
    for i in range(milestones.shape[1] - 1):
        stretch += STRETCH * (milestones[row, i] <= target)
    return target, stretch


@inlined
def approach(signposts, row, target, first, n):
    """Second step: the stretch in which a target falls, of n weights; -1 if there is none.

    Weights so small that they are rounded to nothing can add up to no more than the target; then it lies
    in the last stretch.
    """
    if first == NONE:
        return NONE
    stretch = first
    for i in range(first, first + STRETCH):
        stretch += signposts[row, i] <= target
    return min(stretch, (n - 1) // STRETCH)


@inlined
def hit(weights, signposts, row, target, stretch, n):
    """Last step: which of n weights, in a stretch, a target falls on; -1 if there is no stretch."""
    if stretch == NONE:
        return NONE
    total = signposts[row, stretch - 1] if stretch > 0 else 0.0
    index = stretch * STRETCH
    for i in range(stretch * STRETCH, stretch * STRETCH + STRETCH - 1):
        total += weights[row, i]
        index += total <= target
    return min(index, n - 1)


@inlined
def pick_university(world, council, u):
    """A university whom a council turns to, with weight n_u prox; -1 if there is no staff anywhere."""
    weights, signposts, n = world.search_weights, world.search_signposts, world.universities.size
    target, first = aim(world.search_milestones, council, u)
    return hit(weights, signposts, council, target, approach(signposts, council, target, first, n), n)


@inlined
def pick_council(world, university, u):
    """A council whom someone at a university turns to, with weight prox; -1 if there is none."""
    weights, signposts, n = world.proximity, world.outreach_signposts, world.councils.size
    target, first = aim(world.outreach_milestones, university, u)
    return hit(weights, signposts, university, target, approach(signposts, university, target, first, n), n)

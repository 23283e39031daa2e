"""The *optimal* matchmaking: the assignment of researchers to needs with the largest total score.

Whoever are fewer, needs or researchers, seek, and the others are sought; were the more to seek, those who
must go without in the end would have to try all others. Every seeker may also go without, for a score of 0:
that is one more who is sought, by it alone. The sought have prices, seekers are worth something, neither is
below 0, and always

    worth of the seeker + price of the sought >= score of the pair,

with equality where they are assigned; whoever is free has price 0. So nothing else adds up to more. Seekers
come up one by one, and each takes the shortest augmenting path (Jonker & Volgenant, "A shortest augmenting
path algorithm for dense and sparse linear assignment problems", Computing 38, 1987): it takes whom another
has, who takes whom a third has, and so on to one who is free, whichever path loses least.

Since no price is below 0, a path to someone loses at least what the seeker is worth less the score: where
that is as much as the best path to someone free that is known by then, the sought is of no use. So most need
not be looked at; of needs that seek, a page of each one's best is looked up once, and seldom does anyone else
come in.

As in `model.round`, k and j are places in the round's lists of needs and of candidates; s and r are those of
who seek and who are sought.
"""

import math

import numpy as np

from model import chance
from model.arrays import NONE, PAGE, World
from model.chance import stream_of
from model.machine.compiling import compiled, inlined
from model.month import levers_of
from model.round import (
    NO_CEILING,
    is_brought,
    is_feasible,
    list_page,
    nearness,
    noise_of,
    score_of,
    score_seen,
)

BEST_SCORE = 1.0


@compiled
def assign(world: World):
    """Choose a candidate for every need of the round, or none, so that scores add up to the most."""
    clock, search = world.clock, world.search
    stream = stream_of(clock.seed, chance.INTRODUCTION, clock.month)
    search.needs_seek = clock.free_needs <= clock.candidates
    search.seekers = clock.free_needs if search.needs_seek else clock.candidates
    search.sought = clock.candidates if search.needs_seek else clock.free_needs
    for r in range(search.sought + search.seekers):
        path = world.sought_paths[r]
        path.taken = path.position = NONE
        path.price = 0.0
    for s in range(search.seekers):
        begin_path(world, stream, s)
        augment(world, stream, s)
    for s in range(search.seekers):
        choose_assigned(world, stream, s, world.seeker_paths[s].choice)


@compiled
def choose_assigned(world: World, stream: int, s: int, r: int):
    """Note what a seeker has been assigned as the choice of a need, unless it goes without."""
    if r < world.search.sought:
        k, j = (s, r) if world.search.needs_seek else (r, s)
        world.round_choice[k] = j
        world.round_score[k] = score_of(world, stream, world.round_needs[k], world.round_researchers[j])


@compiled
def begin_path(world: World, stream: int, s: int):
    """Say what a seeker is worth at the most; of a need, list the best."""
    path = world.seeker_paths[s]
    path.worth = BEST_SCORE
    if world.search.needs_seek:
        path.listed = list_page(world, stream, s, PAGE, NO_CEILING, NONE)
        path.worth = world.page_scores[s, 0] if path.listed > 0 else 0.0


@compiled
def augment(world: World, stream: int, root: int):
    """Find the path from a seeker to someone free that loses least, and take it."""
    search = world.search
    search.searched = search.reached = search.settled = 0
    search.within = math.inf
    s, r, loss = root, NONE, 0.0
    while s != NONE:
        search_from(world, stream, s, loss)
        r = nearest_reached(world)
        s, loss = world.sought_paths[r].taken, world.sought_paths[r].loss
        if s != NONE:
            settle(world, r)
    settle_prices(world, loss)
    take_path(world, root, r)
    for at in range(search.reached):
        world.sought_paths[world.items[at]].position = NONE


@compiled
def search_from(world: World, stream: int, s: int, loss: float):
    """Lead the path that has come to a seeker on, to going without and to whom it seeks."""
    search, path = world.search, world.seeker_paths[s]
    world.searching[search.searched] = s
    search.searched += 1
    path.loss = loss
    reach(world, s, search.sought + s, 0.0)
    if search.needs_seek:
        reach_candidates(world, stream, s)
    else:
        reach_needs(world, stream, s)


@compiled
def reach_candidates(world: World, stream: int, k: int):
    """Lead the path of a need on to its candidates: those on its page; if all are of use, to others, too."""
    path = world.seeker_paths[k]
    for at in range(path.listed):
        score = world.page_scores[k, at]
        if path.loss + (path.worth - score) >= world.search.within:
            return  # nor is anyone further down of use
        reach(world, k, world.page_candidates[k, at], score)
    if path.listed == PAGE:
        asked = is_brought(world, world.round_needs[k])
        for at in range(world.clock.staffs):
            reach_staff(world, stream, k, world.staffs[at], asked)


@compiled
def reach_staff(world: World, stream: int, k: int, staff: np.record, asked: bool):
    """Lead the path of a need on to those of a university's candidates who are of use."""
    n, accuracy = world.round_needs[k], levers_of(world).match_accuracy
    topic, near = world.needs[n].topic, nearness(world, n, staff.university)
    path = world.seeker_paths[k]
    for at in range(staff.start, staff.end):
        j, f = world.round_experts[topic, at], world.round_expertise[topic, at]
        most = score_seen(accuracy, f, near, 1.0)
        if path.loss + (path.worth - most) >= world.search.within:
            return  # nor is anyone further down
        if not is_of_use(world, k, j, most):
            continue  # the noise need not be drawn
        i = world.round_researchers[j]
        score = score_seen(accuracy, f, near, noise_of(world, stream, n, i))
        if is_of_use(world, k, j, score) and is_feasible(world, stream, n, i, asked):
            reach(world, k, j, score)


@compiled
def reach_needs(world: World, stream: int, j: int):
    """Lead the path of a candidate on to the needs that are of use."""
    i, accuracy = world.round_researchers[j], levers_of(world).match_accuracy
    researcher, c, near = world.researchers[i], NONE, 0.0
    for k in range(world.clock.free_needs):
        n = world.round_needs[k]
        if world.needs[n].council != c:
            c, near = world.needs[n].council, nearness(world, n, researcher.university)
        f = researcher.expertise[world.needs[n].topic]
        if not is_of_use(world, j, k, score_seen(accuracy, f, near, 1.0)):
            continue  # the noise need not be drawn
        score = score_seen(accuracy, f, near, noise_of(world, stream, n, i))
        if is_of_use(world, j, k, score) and is_feasible(world, stream, n, i, is_brought(world, n)):
            reach(world, j, k, score)


@inlined
def is_of_use(world: World, s: int, r: int, score: float):
    """Whether the path of a seeker to someone, with such a score, loses less than is known already."""
    search, path, sought = world.search, world.seeker_paths[s], world.sought_paths[r]
    loss = path.loss + (path.worth + sought.price - score)
    if sought.position == NONE:
        return loss < search.within
    return (loss < search.within) & (sought.position >= search.settled) & (loss < sought.loss)


@compiled
def reach(world: World, s: int, r: int, score: float):
    """Lead the path of a seeker on to someone, where that is of use."""
    search, path, sought = world.search, world.seeker_paths[s], world.sought_paths[r]
    if not is_of_use(world, s, r, score):
        return
    if sought.position == NONE:
        sought.position, world.items[search.reached] = search.reached, r
        search.reached += 1
    sought.loss, sought.via = path.loss + (path.worth + sought.price - score), s
    if sought.taken == NONE:
        search.within = sought.loss


@compiled
def nearest_reached(world: World):
    """Of those reached and not settled, the one to whom a path loses least."""
    nearest, least = NONE, math.inf
    for at in range(world.search.settled, world.search.reached):
        r = world.items[at]
        if world.sought_paths[r].loss < least:
            nearest, least = r, world.sought_paths[r].loss
    return nearest


@compiled
def settle(world: World, r: int):
    """Note that no path to someone loses less: they move up in the list, to the others so settled."""
    settled = world.search.settled
    other, at = world.items[settled], world.sought_paths[r].position
    world.items[settled], world.items[at] = r, other
    world.sought_paths[r].position, world.sought_paths[other].position = settled, at
    world.search.settled += 1


@compiled
def settle_prices(world: World, loss: float):
    """Take what the path loses from the worth of the seekers on it, and put it on the prices they pay."""
    for at in range(world.search.searched):
        path = world.seeker_paths[world.searching[at]]
        path.worth -= loss - path.loss
    for at in range(world.search.settled):
        sought = world.sought_paths[world.items[at]]
        sought.price += loss - sought.loss


@compiled
def take_path(world: World, root: int, last: int):
    """Give those along the path to the last to the seekers that they were reached from."""
    r = last
    while r != NONE:
        s = world.sought_paths[r].via
        given_up = world.seeker_paths[s].choice
        world.seeker_paths[s].choice, world.sought_paths[r].taken = r, s
        r = NONE if s == root else given_up

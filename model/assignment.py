"""The *optimal* matchmaking: the assignment of researchers to needs with the largest total score.

Needs come up one by one, and each takes the shortest augmenting path (Jonker & Volgenant, "A shortest
augmenting path algorithm for dense and sparse linear assignment problems", Computing 38, 1987): it takes a
candidate from a need that takes another from a third, and so on to one who is free, whichever path loses
least. Every need has one more candidate that is its own, with score 0: to go without. Candidates have prices,
needs are worth something, neither is below 0, and always

    worth of the need + price of the candidate >= score of the pair,

with equality where they are assigned; whoever is free has price 0. So nothing else adds up to more.

Since no price is below 0, a path to a candidate loses at least what the need is worth less the score: where
that is as much as the best path to someone free that is known by then, the candidate is of no use. So most
need not be looked at: a page of each need's best is looked up once, and seldom does anyone else come in.

As in `model.round`, k and j are places in the round's lists of needs and of candidates.
"""

import math

import numpy as np

from model import chance
from model.arrays import NONE, World
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
    page_length,
    score_of,
    score_seen,
)


@compiled
def assign(world: World):
    """Choose a candidate for every need of the round, or none, so that scores add up to the most."""
    clock = world.clock
    stream = stream_of(clock.seed, chance.INTRODUCTION, clock.month)
    for j in range(clock.candidates + clock.free_needs):
        world.round_taken[j] = world.candidate_paths[j].position = NONE
        world.candidate_paths[j].price = 0.0
    for k in range(clock.free_needs):
        path = world.need_paths[k]
        path.listed = list_page(world, stream, k, NO_CEILING, NONE)
        path.worth = world.page_scores[k, 0] if path.listed > 0 else 0.0
        augment(world, stream, k)
    for k in range(clock.free_needs):
        if world.round_choice[k] < clock.candidates:
            i = world.round_researchers[world.round_choice[k]]
            world.round_score[k] = score_of(world, stream, world.round_needs[k], i)
        else:
            world.round_choice[k] = NONE


@compiled
def augment(world: World, stream: int, root: int):
    """Find the path from a need to a free candidate that loses least, and take it."""
    search = world.search
    search.searched = search.reached = search.settled = 0
    search.within = math.inf
    k, j, loss = root, NONE, 0.0
    while k != NONE:
        search_from(world, stream, k, loss)
        j = nearest_reached(world)
        k, loss = world.round_taken[j], world.candidate_paths[j].loss
        if k != NONE:
            settle(world, j)
    settle_prices(world, loss)
    take_path(world, root, j)
    for at in range(search.reached):
        world.candidate_paths[world.items[at]].position = NONE


@compiled
def search_from(world: World, stream: int, k: int, loss: float):
    """Lead the path that has come to a need on, to going without and to its candidates."""
    search, path = world.search, world.need_paths[k]
    world.searching[search.searched] = k
    search.searched += 1
    path.loss = loss
    reach(world, k, world.clock.candidates + k, 0.0)
    for at in range(path.listed):
        score = world.page_scores[k, at]
        if path.loss + (path.worth - score) >= search.within:
            return  # nor is anyone further down of use
        reach(world, k, world.page_candidates[k, at], score)
    if path.listed == page_length(world):
        reach_all(world, stream, k)


@compiled
def reach_all(world: World, stream: int, k: int):
    """Lead the path of a need on to all who are of use, be they on its page or not."""
    asked = is_brought(world, world.round_needs[k])
    for s in range(world.clock.staffs):
        reach_staff(world, stream, k, world.staffs[s], asked)


@compiled
def reach_staff(world: World, stream: int, k: int, staff: np.record, asked: bool):
    """Lead the path of a need on to those of a university's candidates who are of use."""
    n, accuracy = world.round_needs[k], levers_of(world).match_accuracy
    topic, near = world.needs[n].topic, nearness(world, n, staff.university)
    path = world.need_paths[k]
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


@inlined
def is_of_use(world: World, k: int, j: int, score: float):
    """Whether the path of a need to a candidate, with such a score, loses less than is known already."""
    search, path, candidate = world.search, world.need_paths[k], world.candidate_paths[j]
    loss = path.loss + (path.worth + candidate.price - score)
    if candidate.position == NONE:
        return loss < search.within
    return (loss < search.within) & (candidate.position >= search.settled) & (loss < candidate.loss)


@compiled
def reach(world: World, k: int, j: int, score: float):
    """Lead the path of a need on to a candidate, where that is of use."""
    search, path, candidate = world.search, world.need_paths[k], world.candidate_paths[j]
    if not is_of_use(world, k, j, score):
        return
    if candidate.position == NONE:
        candidate.position, world.items[search.reached] = search.reached, j
        search.reached += 1
    candidate.loss, candidate.via = path.loss + (path.worth + candidate.price - score), k
    if world.round_taken[j] == NONE:
        search.within = candidate.loss


@compiled
def nearest_reached(world: World):
    """Of the candidates reached and not settled, the one to whom a path loses least."""
    nearest, least = NONE, math.inf
    for at in range(world.search.settled, world.search.reached):
        j = world.items[at]
        if world.candidate_paths[j].loss < least:
            nearest, least = j, world.candidate_paths[j].loss
    return nearest


@compiled
def settle(world: World, j: int):
    """Note that no path to a candidate loses less: it moves up in the list, to the others so settled."""
    settled = world.search.settled
    other, at = world.items[settled], world.candidate_paths[j].position
    world.items[settled], world.items[at] = j, other
    world.candidate_paths[j].position, world.candidate_paths[other].position = settled, at
    world.search.settled += 1


@compiled
def settle_prices(world: World, loss: float):
    """Take what the path loses from the worth of the needs on it, and put it on the prices they pay."""
    for at in range(world.search.searched):
        path = world.need_paths[world.searching[at]]
        path.worth -= loss - path.loss
    for at in range(world.search.settled):
        candidate = world.candidate_paths[world.items[at]]
        candidate.price += loss - candidate.loss


@compiled
def take_path(world: World, root: int, last: int):
    """Give the candidates along the path to the last to the needs that they were reached from."""
    j = last
    while j != NONE:
        k = world.candidate_paths[j].via
        given_up = world.round_choice[k]
        world.round_choice[k], world.round_taken[j] = j, k
        j = NONE if k == root else given_up

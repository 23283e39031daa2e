"""The *optimal* matchmaking: the assignment of researchers to needs with the largest total score.

Needs come up one by one, and each takes the shortest augmenting path (Jonker & Volgenant, "A shortest
augmenting path algorithm for dense and sparse linear assignment problems", Computing 38, 1987): it takes a
candidate from a need that takes another from a third, and so on to one who is free, whichever path loses
least. Every need has one more candidate that is its own, with score 0: to go without. Candidates have prices,
needs are worth something, neither is below 0, and always

    worth of the need + price of the candidate >= score of the pair,

with equality where they are assigned; whoever is free has price 0. So nothing else adds up to more.

Candidates are looked up a page at a time, best first. Since no price is below 0, a path to someone further
down loses at least what the need is worth less the page's last score, and until a path loses that much there
is no need to know who is there.
"""

import math

from model import chance
from model.arrays import NONE, World
from model.chance import stream_of
from model.machine.compiling import compiled
from model.round import INFEASIBLE, NO_CEILING, list_best, score_of


@compiled
def assign(world: World):
    """Choose a candidate for every need of the round, or none, so that scores add up to the most."""
    clock = world.clock
    stream = stream_of(clock.seed, chance.INTRODUCTION, clock.month)
    for i in range(clock.candidates + clock.free_needs):
        world.round_taken[i] = world.candidate_paths[i].position = NONE
        world.candidate_paths[i].price = 0.0
    for n in range(clock.free_needs):
        path = world.need_paths[n]
        path.listed = list_best(world, stream, world.round_needs[n], n, NO_CEILING, NONE)
        path.worth = world.page_scores[n, 0] if path.listed > 0 else 0.0
        augment(world, stream, n)
    for n in range(clock.free_needs):
        if world.round_choice[n] < clock.candidates:
            researcher = world.round_researchers[world.round_choice[n]]
            world.round_score[n] = score_of(world, stream, world.round_needs[n], researcher)
        else:
            world.round_choice[n] = NONE


@compiled
def augment(world: World, stream: int, root: int):
    """Find the path from a need to a free candidate that loses least, and take it."""
    searched, reached, settled = 0, 0, 0
    n, i, loss = root, NONE, 0.0
    while n != NONE:
        world.searching[searched] = n
        searched += 1
        world.need_paths[n].loss = loss
        reached = turn_to_page(world, n, n, world.need_paths[n].listed, reached, settled)
        reached = reach(world, n, world.clock.candidates + n, 0.0, reached, settled)
        i, reached = find_nearest(world, stream, searched, reached, settled)
        n, loss = world.round_taken[i], world.candidate_paths[i].loss
        if n != NONE:
            settle(world, i, settled)
            settled += 1
    settle_prices(world, searched, settled, loss)
    take_path(world, root, i)
    for k in range(reached):
        world.candidate_paths[world.items[k]].position = NONE


@compiled
def turn_to_page(world: World, n: int, page: int, listed: int, reached: int, settled: int):
    """Lead the path of a need on to the candidates on a page; returns how many are reached in all."""
    path = world.need_paths[n]
    path.least = INFEASIBLE
    for k in range(listed):
        i, score = world.page_candidates[page, k], world.page_scores[page, k]
        reached = reach(world, n, i, score, reached, settled)
        if k == world.page_scores.shape[1] - 1:
            path.least, path.last = score, i
    return reached


@compiled
def reach(world: World, n: int, i: int, score: float, reached: int, settled: int):
    """Lead the path of a need on to a candidate, where that loses less; returns how many are reached."""
    path, candidate = world.need_paths[n], world.candidate_paths[i]
    loss = path.loss + (path.worth + candidate.price - score)
    if candidate.position == NONE:
        candidate.position, world.items[reached] = reached, i
        reached += 1
    elif candidate.position < settled or loss >= candidate.loss:
        return reached
    candidate.loss, candidate.via = loss, n
    return reached


@compiled
def find_nearest(world: World, stream: int, searched: int, reached: int, settled: int):
    """The candidate, not yet settled, to whom a path loses least; and how many are reached by now."""
    while True:
        i = nearest_reached(world, reached, settled)
        n = look_further(world, searched, world.candidate_paths[i].loss)
        if n == NONE:
            return i, reached
        path, spare = world.need_paths[n], world.page_scores.shape[0] - 1
        listed = list_best(world, stream, world.round_needs[n], spare, path.least, path.last)
        reached = turn_to_page(world, n, spare, listed, reached, settled)


@compiled
def nearest_reached(world: World, reached: int, settled: int):
    """Of the candidates reached and not settled, the one to whom a path loses least."""
    nearest, least = NONE, math.inf
    for k in range(settled, reached):
        i = world.items[k]
        if world.candidate_paths[i].loss < least:
            nearest, least = i, world.candidate_paths[i].loss
    return nearest


@compiled
def look_further(world: World, searched: int, within: float):
    """A need that may have a candidate on its next page to whom a path loses less; -1 if none."""
    for k in range(searched):
        path = world.need_paths[world.searching[k]]
        if path.least > INFEASIBLE and path.loss + (path.worth - path.least) < within:
            return world.searching[k]
    return NONE


@compiled
def settle(world: World, i: int, settled: int):
    """Note that no path to a candidate loses less: it moves up in the list, to the others so settled."""
    other, at = world.items[settled], world.candidate_paths[i].position
    world.items[settled], world.items[at] = i, other
    world.candidate_paths[i].position, world.candidate_paths[other].position = settled, at


@compiled
def settle_prices(world: World, searched: int, settled: int, loss: float):
    """Take what the path loses from the worth of the needs on it, and put it on the prices they pay."""
    for k in range(searched):
        path = world.need_paths[world.searching[k]]
        path.worth -= loss - path.loss
    for k in range(settled):
        candidate = world.candidate_paths[world.items[k]]
        candidate.price += loss - candidate.loss


@compiled
def take_path(world: World, root: int, i: int):
    """Give the candidates along the path that ends with i to the needs that they were reached from."""
    while i != NONE:
        n = world.candidate_paths[i].via
        given_up = world.round_choice[n]
        world.round_choice[n], world.round_taken[i] = i, n
        i = NONE if n == root else given_up

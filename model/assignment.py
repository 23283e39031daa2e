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

As in `model.round`, k and j are places in the round's lists of needs and of candidates.
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
    for j in range(clock.candidates + clock.free_needs):
        world.round_taken[j] = world.candidate_paths[j].position = NONE
        world.candidate_paths[j].price = 0.0
    for k in range(clock.free_needs):
        path = world.need_paths[k]
        path.listed = list_page(world, stream, k, k, NO_CEILING, NONE)
        path.worth = world.page_scores[k, 0] if path.listed > 0 else 0.0
        augment(world, stream, k)
    for k in range(clock.free_needs):
        if world.round_choice[k] < clock.candidates:
            i = world.round_researchers[world.round_choice[k]]
            world.round_score[k] = score_of(world, stream, world.round_needs[k], i)
        else:
            world.round_choice[k] = NONE


@compiled
def list_page(world: World, stream: int, k: int, page: int, ceiling: float, after: int):
    """Look up a page of a need's candidates; returns how many there are."""
    n, length = world.round_needs[k], world.page_scores.shape[1]
    return list_best(world, stream, n, False, False, ceiling, after, page, length)


@compiled
def augment(world: World, stream: int, root: int):
    """Find the path from a need to a free candidate that loses least, and take it."""
    searched, reached, settled = 0, 0, 0
    k, j, loss = root, NONE, 0.0
    while k != NONE:
        world.searching[searched] = k
        searched += 1
        world.need_paths[k].loss = loss
        reached = turn_to_page(world, k, k, world.need_paths[k].listed, reached, settled)
        reached = reach(world, k, world.clock.candidates + k, 0.0, reached, settled)
        j, reached = find_nearest(world, stream, searched, reached, settled)
        k, loss = world.round_taken[j], world.candidate_paths[j].loss
        if k != NONE:
            settle(world, j, settled)
            settled += 1
    settle_prices(world, searched, settled, loss)
    take_path(world, root, j)
    for at in range(reached):
        world.candidate_paths[world.items[at]].position = NONE


@compiled
def turn_to_page(world: World, k: int, page: int, listed: int, reached: int, settled: int):
    """Lead the path of a need on to the candidates on a page; returns how many are reached in all."""
    path = world.need_paths[k]
    path.least = INFEASIBLE
    for at in range(listed):
        j, score = world.page_candidates[page, at], world.page_scores[page, at]
        reached = reach(world, k, j, score, reached, settled)
        if at == world.page_scores.shape[1] - 1:
            path.least, path.last = score, j
    return reached


@compiled
def reach(world: World, k: int, j: int, score: float, reached: int, settled: int):
    """Lead the path of a need on to a candidate, where that loses less; returns how many are reached."""
    path, candidate = world.need_paths[k], world.candidate_paths[j]
    loss = path.loss + (path.worth + candidate.price - score)
    if candidate.position == NONE:
        candidate.position, world.items[reached] = reached, j
        reached += 1
    elif candidate.position < settled or loss >= candidate.loss:
        return reached
    candidate.loss, candidate.via = loss, k
    return reached


@compiled
def find_nearest(world: World, stream: int, searched: int, reached: int, settled: int):
    """The candidate, not yet settled, to whom a path loses least; and how many are reached by now."""
    while True:
        j = nearest_reached(world, reached, settled)
        k = look_further(world, searched, world.candidate_paths[j].loss)
        if k == NONE:
            return j, reached
        path, spare = world.need_paths[k], world.page_scores.shape[0] - 1
        listed = list_page(world, stream, k, spare, path.least, path.last)
        reached = turn_to_page(world, k, spare, listed, reached, settled)


@compiled
def nearest_reached(world: World, reached: int, settled: int):
    """Of the candidates reached and not settled, the one to whom a path loses least."""
    nearest, least = NONE, math.inf
    for at in range(settled, reached):
        j = world.items[at]
        if world.candidate_paths[j].loss < least:
            nearest, least = j, world.candidate_paths[j].loss
    return nearest


@compiled
def look_further(world: World, searched: int, within: float):
    """A need that may have a candidate on its next page to whom a path loses less; -1 if none."""
    for at in range(searched):
        path = world.need_paths[world.searching[at]]
        if path.least > INFEASIBLE and path.loss + (path.worth - path.least) < within:
            return world.searching[at]
    return NONE


@compiled
def settle(world: World, j: int, settled: int):
    """Note that no path to a candidate loses less: it moves up in the list, to the others so settled."""
    other, at = world.items[settled], world.candidate_paths[j].position
    world.items[settled], world.items[at] = j, other
    world.candidate_paths[j].position, world.candidate_paths[other].position = settled, at


@compiled
def settle_prices(world: World, searched: int, settled: int, loss: float):
    """Take what the path loses from the worth of the needs on it, and put it on the prices they pay."""
    for at in range(searched):
        path = world.need_paths[world.searching[at]]
        path.worth -= loss - path.loss
    for at in range(settled):
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

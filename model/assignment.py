"""The *optimal* matchmaking: the assignment of researchers to needs with the largest total score.

Needs come up one by one, and each takes the shortest augmenting path (Jonker & Volgenant, "A shortest
augmenting path algorithm for dense and sparse linear assignment problems", Computing 38, 1987): it takes
someone, whoever loses that one takes someone else, and so on, until someone is free or a need goes without,
whichever costs least. Candidates have prices, needs are worth something, and always

    worth of the need + price of the candidate >= score of the pair,

with equality where they are assigned; a candidate who is free costs 0, a need without one is worth 0. So no
other assignment adds up to more. Candidates are looked up a page at a time, best first: as no price is below
0, those further down cost a path at least the need's worth less the page's last score, and the next page is
looked up only when nothing else costs less.
"""

import math

from model import chance
from model.arrays import NONE
from model.chance import stream_of
from model.machine.compiling import compiled
from model.round import INFEASIBLE, NO_CEILING, list_best, score_of


@compiled
def assign(world):
    """Choose a candidate for every need of the round, or none, so that scores add up to the most."""
    clock = world.clock
    stream = stream_of(clock.seed, chance.INTRODUCTION, clock.month)
    for i in range(clock.candidates):
        world.candidate_paths[i].price = 0.0
        world.candidate_paths[i].position = NONE
    for n in range(clock.free_needs):
        listed = list_best(world, stream, world.round_needs[n], n, NO_CEILING, NONE)
        world.need_paths[n].listed = listed
        if listed > 0:
            world.need_paths[n].worth = world.page_scores[n, 0]
            augment(world, stream, n)
    for n in range(clock.free_needs):
        if world.round_choice[n] != NONE:
            researcher = world.round_researchers[world.round_choice[n]]
            world.round_score[n] = score_of(world, stream, world.round_needs[n], researcher)


@compiled
def augment(world, stream, root):
    """Find the cheapest path from a need to someone free, or to a need that goes without; and take it."""
    reached, settled, searched = 0, 0, 0
    quitter, least = NONE, math.inf  # the need that can go without at the least loss
    n, loss = root, 0.0
    while True:
        if n != NONE:  # a need that must find another candidate
            world.searching[searched] = n
            searched += 1
            world.need_paths[n].loss = loss
            if loss + world.need_paths[n].worth < least:
                quitter, least = n, loss + world.need_paths[n].worth
            reached = turn_to_page(world, n, n, world.need_paths[n].listed, reached, settled)
        nearest = nearest_candidate(world, reached, settled)
        within = least if nearest == NONE else min(least, world.candidate_paths[nearest].loss)
        further = least_looked_up(world, searched, within)
        if further != NONE:
            reached = look_further(world, stream, further, reached, settled)
            n = NONE
        elif nearest == NONE or least <= world.candidate_paths[nearest].loss:
            settle_prices(world, searched, settled, least)
            take_path(world, root, world.round_choice[quitter])
            if quitter != root:
                world.round_choice[quitter] = NONE
            break
        elif world.round_taken[nearest] == NONE:
            settle_prices(world, searched, settled, world.candidate_paths[nearest].loss)
            take_path(world, root, nearest)
            break
        else:
            settle(world, nearest, settled)
            settled += 1
            n, loss = world.round_taken[nearest], world.candidate_paths[nearest].loss
    for k in range(reached):
        world.candidate_paths[world.items[k]].position = NONE


@compiled
def turn_to_page(world, n, page, listed, reached, settled):
    """Let a need's path go on to those on a page, where that is cheaper; returns how many are reached."""
    path = world.need_paths[n]
    for k in range(listed):
        i = world.page_candidates[page, k]
        candidate = world.candidate_paths[i]
        loss = path.loss + (path.worth + candidate.price - world.page_scores[page, k])
        if candidate.position == NONE:
            candidate.position = reached
            world.items[reached] = i
            reached += 1
        elif candidate.position < settled or loss >= candidate.loss:
            continue
        candidate.loss, candidate.via = loss, n
    is_full = listed == world.page_scores.shape[1]
    path.least = world.page_scores[page, listed - 1] if is_full else INFEASIBLE
    path.last = world.page_candidates[page, listed - 1] if is_full else NONE
    return reached


@compiled
def nearest_candidate(world, reached, settled):
    """Of the candidates reached and not settled, whom the cheapest path leads to; -1 if there is none."""
    nearest, least = NONE, math.inf
    for k in range(settled, reached):
        i = world.items[k]
        if world.candidate_paths[i].loss < least:
            nearest, least = i, world.candidate_paths[i].loss
    return nearest


@compiled
def least_looked_up(world, searched, within):
    """A need on whose next page there may be someone whom a path of less loss leads to; -1 if none."""
    for k in range(searched):
        path = world.need_paths[world.searching[k]]
        if path.least > INFEASIBLE and path.loss + (path.worth - path.least) < within:
            return world.searching[k]
    return NONE


@compiled
def look_further(world, stream, n, reached, settled):
    """Look up a need's next page, and let its path go on to those there."""
    path, spare = world.need_paths[n], world.page_scores.shape[0] - 1
    listed = list_best(world, stream, world.round_needs[n], spare, path.least, path.last)
    return turn_to_page(world, n, spare, listed, reached, settled)


@compiled
def settle(world, i, settled):
    """Move a candidate reached to whom no path can be cheaper up to the others of whom that is known."""
    other, at = world.items[settled], world.candidate_paths[i].position
    world.items[settled], world.items[at] = i, other
    world.candidate_paths[i].position, world.candidate_paths[other].position = settled, at


@compiled
def settle_prices(world, searched, settled, loss):
    """What the path loses is taken from the needs' worth, and put on the prices of those they fight over."""
    for k in range(searched):
        path = world.need_paths[world.searching[k]]
        path.worth -= loss - path.loss
    for k in range(settled):
        candidate = world.candidate_paths[world.items[k]]
        candidate.price += loss - candidate.loss


@compiled
def take_path(world, root, i):
    """Give the candidates along the path that ends with i to the needs that they were reached from."""
    while i != NONE:
        n = world.candidate_paths[i].via
        given_up = world.round_choice[n]
        world.round_choice[n], world.round_taken[i] = i, n
        i = NONE if n == root else given_up

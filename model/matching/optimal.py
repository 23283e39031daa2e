"""*optimal*: of as many pairs as can be introduced, those with the largest total score (ODD 5).

One pair is added at a time, by the path that adds most: a need that has nobody takes whom another has, who
takes whom a third has, and so on to one who is free. So many pairs never add up to more, and each adds no
more than the one before (successive shortest paths: Ahuja, Magnanti & Orlin, "Network Flows", 1993, 9.7);
where the next would add nothing, needs stay without.

Candidates whom a need has are priced, such needs are worth something, neither is below 0, and always

    worth of the need + price of the candidate >= score of the pair,

with equality where they are paired; whoever is free has price 0, and needs that have nobody are worth what
the latest pair has added. So a path loses what its steps fall short of that, never less than 0, and the one
that loses least is found step by step (Edmonds & Karp, "Theoretical improvements in algorithmic efficiency
for network flow problems", Journal of the ACM 19, 1972). Most paths are one step, as a greedy choice would
take it: whatever loses as much as the best that is known need not be looked at.

As in `model.matching.round`, k and j are places in the round's lists of needs and of candidates.
"""

import math

from model import chance
from model.arrays import NONE, World
from model.chance import stream_of
from model.machine.compiling import compiled, inlined
from model.matching.looking import best_left, find_best, find_promising, put_in_order
from model.matching.round import INFEASIBLE, is_brought, is_feasible, most_elsewhere, score_above, score_of
from model.matching.serving import order_by_score
from model.month import levers_of

BEST_SCORE = 1.0


@compiled
def choose(world: World):
    """Choose pairs for the needs of a round."""
    assign(world, levers_of(world).match_capacity)
    order_by_score(world)


@compiled
def assign(world: World, capacity: int):
    """Choose candidates for so many needs of the round at the most that scores add up to the most."""
    clock, search = world.clock, world.search
    stream = stream_of(clock.seed, chance.INTRODUCTION, clock.month)
    search.pairs, search.gain = 0, BEST_SCORE
    if capacity > 0:
        find_promising(world, stream, False, capacity)
    for k in range(clock.free_needs):
        begin_need(world, k)
    put_in_order(world, world.items)
    while search.pairs < capacity and add_pair(world, stream):
        pass
    for k in range(clock.free_needs):
        choose_assigned(world, stream, k, world.need_paths[k].choice)


@inlined
def begin_need(world: World, k: int):
    """Note what a need scores at the most; nobody has been assigned to it."""
    path, n = world.need_paths[k], world.round_needs[k]
    path.most, path.elsewhere = world.round_score[k], most_elsewhere(world, n)
    path.place, path.choice = world.councils[world.needs[n].council].place, NONE


@inlined
def most_with(world: World, k: int, j: int):
    """What a need scores at the most with a candidate whom a need has."""
    path = world.need_paths[k]
    return path.most if path.place == world.candidate_paths[j].place else min(path.most, path.elsewhere)


@compiled
def choose_assigned(world: World, stream: int, k: int, j: int):
    """Note whom a need has been assigned, if anyone, as its choice."""
    world.round_choice[k] = j
    if j != NONE:
        world.round_score[k] = score_of(world, stream, world.round_needs[k], world.round_researchers[j])


@compiled
def add_pair(world: World, stream: int):
    """Take the path to someone free that adds most to the total score; returns whether any adds to it."""
    search = world.search
    begin_paths(world, stream)
    j = nearest_reached(world)
    while j != NONE:
        lead_on(world, stream, j)
        j = nearest_reached(world)
    if search.within >= search.gain:
        return False
    settle_prices(world)
    take_path(world)
    return True


@compiled
def begin_paths(world: World, stream: int):
    """Lead paths from the needs that have nobody: to who is free, and to each candidate that a need has."""
    search = world.search
    search.within = math.inf
    k = best_left(world, stream, False)
    if k != NONE:
        search.within = search.gain - world.round_score[k]
        search.last_need, search.last = k, world.round_choice[k]
    for at in range(search.pairs):
        j = world.paired[at]
        path = world.candidate_paths[j]
        least = search.gain + path.price
        if least - path.rival_score < search.within and not is_rival_left(world, j):
            find_rival(world, stream, j)
        path.loss = least - path.rival_score if is_rival_left(world, j) else math.inf
        path.via, path.settled = path.rival, 0


@compiled
def is_rival_left(world: World, j: int):
    """Whether it is known who of the needs that have nobody scores most with a candidate."""
    k = world.candidate_paths[j].rival
    return k != NONE and world.need_paths[k].choice == NONE


@compiled
def find_rival(world: World, stream: int, j: int):
    """Find, of the needs that have nobody, the one that scores most with a candidate."""
    i, best, best_score = world.round_researchers[j], NONE, INFEASIBLE
    for at in range(world.clock.free_needs):
        k = world.items[at]
        if world.need_paths[k].most <= best_score:
            break  # nor does any after it score more
        if world.need_paths[k].choice != NONE or most_with(world, k, j) <= best_score:
            continue
        n = world.round_needs[k]
        score = score_above(world, stream, n, i, best_score)
        if score > best_score and is_feasible(world, stream, n, i, is_brought(world, n)):
            best, best_score = k, score
    world.candidate_paths[j].rival, world.candidate_paths[j].rival_score = best, best_score


@compiled
def nearest_reached(world: World):
    """Of the candidates reached and not settled, the one to whom a path loses least, if that is of use."""
    nearest, least = NONE, world.search.within
    for at in range(world.search.pairs):
        path = world.candidate_paths[world.paired[at]]
        if path.settled == 0 and path.loss < least:
            nearest, least = world.paired[at], path.loss
    return nearest


@compiled
def lead_on(world: World, stream: int, j: int):
    """Settle a candidate; lead on the path from the need that has it, to who is free and to the others."""
    search, path, k = world.search, world.candidate_paths[j], world.round_taken[j]
    path.settled = 1
    search.loss = path.loss + world.need_paths[k].worth
    free, score = find_best(world, stream, k, False, search.loss - search.within)
    if free != NONE:
        search.within, search.last_need, search.last = search.loss - score, k, free
    search.led, search.asked = k, is_brought(world, world.round_needs[k])
    for at in range(search.pairs):
        if world.candidate_paths[world.paired[at]].settled == 0:
            reach(world, stream, world.paired[at])


@inlined
def reach(world: World, stream: int, j: int):
    """Lead the path on to a candidate whom another need has, where that loses less than is known."""
    search, path = world.search, world.candidate_paths[j]
    least = search.loss + path.price
    floor = least - min(path.loss, search.within)
    if most_with(world, search.led, j) > floor:
        lead_to(world, stream, j, least, floor)


@compiled
def lead_to(world: World, stream: int, j: int, least: float, floor: float):
    """Lead the path on to a candidate if their score is above a floor, and they may be introduced."""
    search, i = world.search, world.round_researchers[j]
    n = world.round_needs[search.led]
    score = score_above(world, stream, n, i, floor)
    if score > floor and is_feasible(world, stream, n, i, search.asked):
        world.candidate_paths[j].loss, world.candidate_paths[j].via = least - score, search.led


@compiled
def settle_prices(world: World):
    """Take what the path loses from what needs are worth, and put it on the candidates that they pay for."""
    search = world.search
    for at in range(search.pairs):
        path = world.candidate_paths[world.paired[at]]
        if path.settled == 1:
            path.price += search.within - path.loss
            world.need_paths[world.round_taken[world.paired[at]]].worth -= search.within - path.loss
    search.gain -= search.within


@compiled
def take_path(world: World):
    """Give those along the path to the needs that they were reached from."""
    search, k, j = world.search, world.search.last_need, world.search.last
    path = world.candidate_paths[j]
    path.price, path.rival, path.rival_score = 0.0, NONE, BEST_SCORE
    path.place = world.universities[world.researchers[world.round_researchers[j]].university].place
    world.paired[search.pairs] = j
    search.pairs += 1
    while j != NONE:
        given_up = world.need_paths[k].choice
        world.need_paths[k].choice, world.round_taken[j] = j, k
        if given_up == NONE:
            world.need_paths[k].worth = search.gain
            world.round_score[k] = INFEASIBLE  # no more among those left
        else:
            k = world.candidate_paths[given_up].via
        j = given_up

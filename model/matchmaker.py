"""The matchmaker: rounds of introductions, by five algorithms (ODD 5).

As in `model.round`, k and j are places in a round's lists of needs and of candidates.
"""

from model import chance
from model.appraisal import researcher_value, trust_between
from model.arrays import BY_INTRODUCTION, LONG_PAGE, NONE, PAGE, World
from model.assignment import assign
from model.chance import introduction_of, stream_of, uniform
from model.machine.compiling import compiled
from model.machine.ordering import sort_by_key
from model.meeting import form_tie, meet
from model.month import levers_of, this_month
from model.parameters import as_number
from model.round import (
    INFEASIBLE,
    NO_CEILING,
    best_left,
    find_best,
    find_promising,
    gather,
    is_brought,
    list_page,
)
from model.tie import find_tie

# Compiled rules know words by their positions in the lever's declaration.
RANDOM = as_number("match_algorithm", "random")
BEST_FIT = as_number("match_algorithm", "best_fit")
STABLE = as_number("match_algorithm", "stable")
OPTIMAL = as_number("match_algorithm", "optimal")
EQUITABLE = as_number("match_algorithm", "equitable")


@compiled
def is_round(world: World):
    """Whether a matchmaking round is held this month."""
    interval = levers_of(world).match_interval
    return interval > 0 and (world.clock.month + 1) % interval == 0


@compiled
def introduce(world: World):
    """Hold a round, if it is time for one, and let those introduced meet."""
    levers, month, p = levers_of(world), this_month(world), world.parameters
    if levers.match_interval > 0:
        month.cost_matchmaking += p.price_matchmaker / 12.0
    if not is_round(world):
        return
    gather(world)
    choose(world, levers.match_algorithm)
    stream = stream_of(world.clock.seed, chance.INTRODUCTION, world.clock.month)
    for at in range(world.clock.introductions):
        k = world.items[at]
        n = world.round_needs[k]
        i = world.round_researchers[world.round_choice[k]]
        month.requests += is_brought(world, n)
        if not is_qualified(world, n):
            continue
        month.introductions += 1
        month.cost_matchmaking += p.price_introduction
        bring_together(world, stream, world.needs[n].council, i, n)


@compiled
def is_qualified(world: World, n: int):
    """Whether an introduction can be made over a need: of those that councils bring, the ripe ones."""
    if not is_brought(world, n):
        return True
    stream = stream_of(world.clock.seed, chance.INTRODUCTION_ORDER, world.clock.month)
    return uniform(stream, world.needs[n].who, 2) < world.parameters.match_qualified


@compiled
def bring_together(world: World, stream: int, c: int, i: int, n: int):
    """Two are introduced over a need; where the council has asked for it, both have agreed before."""
    if is_brought(world, n):
        form_tie(world, c, i, n, find_tie(world, c, i), BY_INTRODUCTION)
    else:
        meet(world, stream, introduction_of(world.needs[n].who, i), c, i, n, BY_INTRODUCTION)


@compiled
def choose(world: World, algorithm: int):
    """Choose pairs; leaves the needs to serve, in order, in the scratch items."""
    if algorithm == STABLE:
        accept_deferred(world)
        order_by_score(world)
    elif algorithm == OPTIMAL:
        assign(world, levers_of(world).match_capacity)
        order_by_score(world)
    elif algorithm == EQUITABLE:
        serve_fewest_first(world)
    else:
        take_greedily(world, algorithm == RANDOM)


@compiled
def take_greedily(world: World, at_random: bool):
    """Highest score first: *best_fit*; with a score of pure chance: *random*."""
    clock, capacity = world.clock, levers_of(world).match_capacity
    stream = stream_of(clock.seed, chance.INTRODUCTION, clock.month)
    clock.introductions = 0
    if capacity > 0:
        find_promising(world, stream, at_random, capacity)
    while clock.introductions < capacity:
        k = best_left(world, stream, at_random)
        if k == NONE:
            return
        world.round_taken[world.round_choice[k]] = k
        world.round_score[k] = INFEASIBLE
        world.items[clock.introductions] = k
        clock.introductions += 1


@compiled
def serve_fewest_first(world: World):
    """*equitable*: councils with the fewest active ties first."""
    clock = world.clock
    order = stream_of(clock.seed, chance.INTRODUCTION_ORDER, clock.month)
    for k in range(clock.free_needs):
        need = world.needs[world.round_needs[k]]
        world.keys[k] = world.councils[need.council].active + uniform(order, need.who, 0)
        world.items[k] = k
    sort_by_key(world.keys, world.items, 0, clock.free_needs)
    serve_in_order(world)


@compiled
def serve_in_order(world: World):
    """Let each need take its best candidate left, in the order of the scratch items."""
    clock = world.clock
    stream = stream_of(clock.seed, chance.INTRODUCTION, clock.month)
    clock.introductions = 0
    for at in range(clock.free_needs):
        if clock.introductions == levers_of(world).match_capacity:
            return
        k = world.items[at]
        j, _ = find_best(world, stream, world.round_needs[k], False, INFEASIBLE)
        if j != NONE:
            world.round_taken[j] = k
            world.round_choice[k] = j
            world.items[clock.introductions] = k
            clock.introductions += 1


@compiled
def accept_deferred(world: World):
    """*stable*: deferred acceptance (Gale & Shapley 1962), needs proposing in order of score."""
    clock = world.clock
    stream = stream_of(clock.seed, chance.INTRODUCTION, clock.month)
    for first in range(clock.free_needs):
        begin_paging(world, stream, first)
        k = first
        while k != NONE:
            j = turn_to_next(world, stream, k)
            k = NONE if j == NONE else hold_better(world, k, j)


@compiled
def begin_paging(world: World, stream: int, k: int):
    """Look up the first page of a need's candidates."""
    turn_page(world, stream, k, PAGE, NO_CEILING, NONE)


@compiled
def turn_page(world: World, stream: int, k: int, room: int, ceiling: float, after: int):
    """Look up those of a need's candidates who come after one with some score."""
    paging = world.pagings[k]
    paging.room, paging.turned = room, 0
    paging.listed = list_page(world, stream, k, room, ceiling, after)


@compiled
def turn_to_next(world: World, stream: int, k: int):
    """The next best candidate of a need, which is from now on its choice; -1 if there is none left."""
    paging = world.pagings[k]
    if paging.turned == paging.room:  # a page that is not full is the last
        turn_page(world, stream, k, LONG_PAGE, world.round_score[k], world.round_choice[k])
    if paging.turned == paging.listed:
        world.round_choice[k] = NONE
        return NONE
    world.round_choice[k], world.round_score[k] = (
        world.page_candidates[k, paging.turned],
        world.page_scores[k, paging.turned],
    )
    paging.turned += 1
    return world.round_choice[k]


@compiled
def hold_better(world: World, k: int, j: int):
    """Let a researcher hold the better of two needs; returns the need refused, -1 if none."""
    held = world.round_taken[j]
    if held == NONE:
        world.round_taken[j] = k
        return NONE
    if prefers(world, j, k, held):
        world.round_taken[j] = k
        return held
    return k


@compiled
def prefers(world: World, j: int, k: int, held: int):
    """Whether a researcher prefers need k to the one held: by V_i, equals by score, then the earlier."""
    i = world.round_researchers[j]
    new = value_of(world, world.needs[world.round_needs[k]].council, i)
    old = value_of(world, world.needs[world.round_needs[held]].council, i)
    if new != old:
        return new > old
    if world.round_score[k] != world.round_score[held]:
        return world.round_score[k] > world.round_score[held]
    return k < held


@compiled
def value_of(world: World, c: int, i: int):
    """V_i of a pair, with the trust between them."""
    return researcher_value(world, c, i, trust_between(world, c, i, find_tie(world, c, i)))


@compiled
def order_by_score(world: World):
    """Put the needs that have a candidate in order of score, and keep as many as there is capacity."""
    clock = world.clock
    chosen = 0
    for k in range(clock.free_needs):
        if world.round_choice[k] != NONE:
            world.keys[chosen], world.items[chosen] = -world.round_score[k], k
            chosen += 1
    sort_by_key(world.keys, world.items, 0, chosen)
    clock.introductions = min(chosen, levers_of(world).match_capacity)

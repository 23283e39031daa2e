"""The matchmaker: rounds of introductions, by five algorithms (ODD 5).

As in `model.round`, k and j are places in a round's lists of needs and of candidates.
"""

from model import chance
from model.arrays import BY_INTRODUCTION, NONE, World
from model.assignment import assign
from model.chance import introduction_of, stream_of, uniform
from model.looking import best_left, find_best, find_holder, find_promising, liking
from model.machine.compiling import compiled
from model.machine.ordering import sort_by_key
from model.meeting import form_tie, meet
from model.month import levers_of, this_month
from model.parameters import as_number
from model.round import INFEASIBLE, gather, is_brought
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
        j, _ = find_best(world, stream, k, False, INFEASIBLE)
        if j != NONE:
            world.round_taken[j] = k
            world.round_choice[k] = j
            world.items[clock.introductions] = k
            clock.introductions += 1


@compiled
def accept_deferred(world: World):
    """*stable*: deferred acceptance (Gale & Shapley 1962), needs proposing in order of score."""
    stream = stream_of(world.clock.seed, chance.INTRODUCTION, world.clock.month)
    for first in range(world.clock.free_needs):
        k = first
        while k != NONE:
            k = propose(world, stream, k)


@compiled
def propose(world: World, stream: int, k: int):
    """Let the best who would hold a need do so; returns the need that has to give way, -1 if none.

    Whoever refuses a need once would do so ever after, so that those need not be asked first.
    """
    j, score = find_holder(world, stream, k)
    world.round_choice[k], world.round_score[k] = j, score
    if j == NONE:
        return NONE
    held = world.round_taken[j]
    world.round_taken[j], world.round_values[j] = k, liking(world, world.round_needs[k], j)
    return held


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

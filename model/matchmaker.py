"""The matchmaker: rounds of introductions, by five algorithms (ODD 5)."""

from model import chance
from model.arrays import BY_INTRODUCTION, NONE
from model.assignment import assign
from model.chance import introduction_of, stream_of, uniform
from model.machine.compiling import compiled
from model.machine.ordering import sort_by_key
from model.meeting import meet, researcher_value
from model.month import levers_of, this_month
from model.round import INFEASIBLE, NO_CEILING, find_best, find_next, gather
from model.tie import find_tie

# Positions of the algorithms in the lever's words.
RANDOM, BEST_FIT, STABLE, OPTIMAL, EQUITABLE = range(5)


@compiled
def is_round(world):
    """Whether a matchmaking round is held this month."""
    interval = levers_of(world).match_interval
    return interval > 0 and (world.clock.month + 1) % interval == 0


@compiled
def introduce(world):
    """Hold a round, if it is time for one, and let those introduced meet."""
    levers, month, p = levers_of(world), this_month(world), world.parameters
    if levers.match_interval > 0:
        month.cost_matchmaking += p.price_matchmaker / 12.0
    if not is_round(world):
        return
    gather(world)
    choose(world, levers.match_algorithm)
    stream = stream_of(world.clock.seed, chance.INTRODUCTION, world.clock.month)
    for i in range(world.clock.introductions):
        n = world.items[i]
        need = world.round_needs[n]
        researcher = world.round_researchers[world.round_choice[n]]
        month.introductions += 1
        month.cost_matchmaking += p.price_introduction
        who = introduction_of(world.needs[need].who, researcher)
        meet(world, stream, who, world.needs[need].council, researcher, need, BY_INTRODUCTION)


@compiled
def choose(world, algorithm):
    """Choose pairs; leaves the needs to serve, in order, in the scratch items."""
    if algorithm == STABLE:
        accept_deferred(world)
        order_by_score(world)
    elif algorithm == OPTIMAL:
        assign(world)
        order_by_score(world)
    elif algorithm == EQUITABLE:
        serve_fewest_first(world)
    else:
        take_greedily(world, algorithm == RANDOM)


@compiled
def take_greedily(world, at_random):
    """Highest score first: *best_fit*; with a score of pure chance: *random*."""
    clock = world.clock
    stream = stream_of(clock.seed, chance.INTRODUCTION, clock.month)
    clock.introductions = 0
    for n in range(clock.free_needs):
        world.round_choice[n], world.round_score[n] = find_best(
            world, stream, world.round_needs[n], at_random
        )
    while clock.introductions < levers_of(world).match_capacity:
        n = best_left(world)
        if n == NONE:
            return
        candidate = world.round_choice[n]
        if world.round_taken[candidate] != NONE:  # taken since it was found
            world.round_choice[n], world.round_score[n] = find_best(
                world, stream, world.round_needs[n], at_random
            )
            continue
        world.round_taken[candidate] = n
        world.round_score[n] = INFEASIBLE
        world.items[clock.introductions] = n
        clock.introductions += 1


@compiled
def best_left(world):
    """The need whose best candidate has the highest score; -1 if none is left."""
    best, best_score = NONE, INFEASIBLE
    for n in range(world.clock.free_needs):
        if world.round_choice[n] != NONE and world.round_score[n] > best_score:
            best, best_score = n, world.round_score[n]
    return best


@compiled
def serve_fewest_first(world):
    """*equitable*: councils with the fewest active ties first, each need taking its best left."""
    clock = world.clock
    order = stream_of(clock.seed, chance.INTRODUCTION_ORDER, clock.month)
    stream = stream_of(clock.seed, chance.INTRODUCTION, clock.month)
    for n in range(clock.free_needs):
        need = world.needs[world.round_needs[n]]
        world.keys[n] = world.councils[need.council].active + uniform(order, need.who, 0)
        world.items[n] = n
    sort_by_key(world.keys, world.items, 0, clock.free_needs)
    clock.introductions = 0
    for i in range(clock.free_needs):
        if clock.introductions == levers_of(world).match_capacity:
            return
        n = world.items[i]
        candidate, _ = find_best(world, stream, world.round_needs[n], False)
        if candidate != NONE:
            world.round_taken[candidate] = n
            world.round_choice[n] = candidate
            world.items[clock.introductions] = n
            clock.introductions += 1


@compiled
def accept_deferred(world):
    """*stable*: deferred acceptance (Gale & Shapley 1962), needs proposing in order of score."""
    clock = world.clock
    stream = stream_of(clock.seed, chance.INTRODUCTION, clock.month)
    for first in range(clock.free_needs):
        world.round_score[first] = NO_CEILING
        n = first
        while n != NONE:
            need = world.round_needs[n]
            candidate, value = find_next(
                world, stream, need, False, world.round_score[n], world.round_choice[n], False
            )
            world.round_choice[n], world.round_score[n] = candidate, value
            n = NONE if candidate == NONE else hold_better(world, stream, n, candidate)


@compiled
def hold_better(world, stream, n, candidate):
    """Let a researcher hold the better of two needs; returns the need refused, -1 if none."""
    held = world.round_taken[candidate]
    if held == NONE:
        world.round_taken[candidate] = n
        return NONE
    if prefers(world, candidate, n, held):
        world.round_taken[candidate] = n
        return held
    return n


@compiled
def prefers(world, candidate, n, held):
    """Whether a researcher prefers need n to the one held: by V_i, equals by score, then the earlier."""
    researcher = world.round_researchers[candidate]
    new = value_of(world, world.needs[world.round_needs[n]].council, researcher)
    old = value_of(world, world.needs[world.round_needs[held]].council, researcher)
    if new != old:
        return new > old
    if world.round_score[n] != world.round_score[held]:
        return world.round_score[n] > world.round_score[held]
    return n < held


@compiled
def value_of(world, council, researcher):
    """V_i of a pair, with the trust of its dormant tie if it has one."""
    row = find_tie(world, council, researcher)
    trust = world.ties[row].trust if row != NONE else 0.0
    return researcher_value(world, council, researcher, trust)


@compiled
def order_by_score(world):
    """Put the needs that have a candidate in order of score, and keep as many as there is capacity."""
    clock = world.clock
    n = 0
    for i in range(clock.free_needs):
        if world.round_choice[i] != NONE:
            world.keys[n], world.items[n] = -world.round_score[i], i
            n += 1
    sort_by_key(world.keys, world.items, 0, n)
    clock.introductions = min(n, levers_of(world).match_capacity)

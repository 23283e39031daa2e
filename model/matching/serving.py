"""What algorithms of matchmaking have in common: greedy choices, and needs served in order (ODD 5)."""

from model import chance
from model.arrays import NONE, World
from model.chance import stream_of
from model.machine.compiling import compiled
from model.machine.ordering import sort_by_key
from model.matching.looking import best_left, find_best, find_promising
from model.matching.round import INFEASIBLE
from model.month import levers_of


@compiled
def take_greedily(world: World, at_random: bool):
    """Highest score first, be it what the matchmaker sees or pure chance."""
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

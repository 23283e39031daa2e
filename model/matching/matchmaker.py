"""The matchmaker: rounds of introductions (ODD 5).

As in `model.matching.round`, k and j are places in a round's lists of needs and of candidates.
"""

from model import chance
from model.arrays import BY_INTRODUCTION, World
from model.chance import introduction_of, stream_of, uniform
from model.machine.compiling import compiled
from model.matching.algorithms import choose
from model.matching.round import gather, is_brought
from model.meeting import form_tie, meet
from model.month import levers_of, this_month
from model.tie import find_tie


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

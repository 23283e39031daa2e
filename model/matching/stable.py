"""*stable*: deferred acceptance (Gale & Shapley 1962), needs proposing in order of score (ODD 5)."""

from model import chance
from model.arrays import NONE, World
from model.chance import stream_of
from model.machine.compiling import compiled
from model.matching.looking import find_holder, liking
from model.matching.serving import order_by_score


@compiled
def choose(world: World):
    """Choose pairs for the needs of a round."""
    stream = stream_of(world.clock.seed, chance.INTRODUCTION, world.clock.month)
    for first in range(world.clock.free_needs):
        k = first
        while k != NONE:
            k = propose(world, stream, k)
    order_by_score(world)


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

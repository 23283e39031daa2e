"""*equitable*: needs of the councils with the fewest active ties first (ODD 5)."""

from model import chance
from model.arrays import World
from model.chance import stream_of, uniform
from model.machine.compiling import compiled
from model.machine.ordering import sort_by_key
from model.matching.serving import serve_in_order


@compiled
def choose(world: World):
    """Choose pairs for the needs of a round."""
    clock = world.clock
    order = stream_of(clock.seed, chance.INTRODUCTION_ORDER, clock.month)
    for k in range(clock.free_needs):
        need = world.needs[world.round_needs[k]]
        world.keys[k] = world.councils[need.council].active + uniform(order, need.who, 0)
        world.items[k] = k
    sort_by_key(world.keys, world.items, 0, clock.free_needs)
    serve_in_order(world)

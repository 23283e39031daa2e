"""*random*: at random: each possible pair gets a draw, the highest first (ODD 5)."""

from model.arrays import World
from model.machine.compiling import compiled
from model.matching.serving import take_greedily


@compiled
def choose(world: World):
    """Choose pairs for the needs of a round."""
    take_greedily(world, True)

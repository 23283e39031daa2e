"""Leaders: how committed those of both sides are, and what becomes of partnerships by that (ODD 4.10, 7)."""

import math

from model import chance
from model.arrays import World
from model.machine.compiling import compiled, inlined
from model.place import shared_structure


@compiled
def draw_commitment(stream: int, who: int, draw: int):
    """How committed leaders are, 0-1."""
    return chance.beta(stream, who, draw, 2.0, 3.0)


@inlined
def leadership(world: World, u: int, c: int):
    """sqrt(L L_u), and what the two share by a structure makes up for weak leaders."""
    alone = math.sqrt(world.councils[c].commitment * world.universities[u].commitment)
    return 1.0 - (1.0 - alone) * (1.0 - world.parameters.structure_leads * shared_structure(world, c, u))


@inlined
def furthered(world: World, u: int, c: int):
    """What leaders of both sides leave of a hazard that they further: a quarter without any."""
    return 0.25 + 0.75 * leadership(world, u, c)


@inlined
def loosened(world: World, u: int, c: int):
    """Hazard by which a bond ends that leaders of both sides care too little for."""
    p = world.parameters
    return p.strategic_leader * max(0.0, p.weak_leadership - leadership(world, u, c))

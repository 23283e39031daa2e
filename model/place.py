"""Places: their strategic structures, and what distance makes of meetings (ODD 2, 5)."""

import math

import numpy as np

from model import chance
from model.arrays import World
from model.chance import stream_of, uniform
from model.machine.compiling import compiled
from model.machine.ordering import sort_by_key
from model.month import levers_of, this_month

EARTH_RADIUS = 6371.0  # km


@compiled
def round_half_up(x: float):
    """The nearest whole number; halves go up."""
    return math.floor(x + 0.5)


@compiled
def locate(entity: np.record, stream: int, who: int, site: np.record, geographic: bool):
    """Draw a position around a site; geographic ones become points of the globe."""
    x = site.x + site.sd_x * chance.normal(stream, who, 0)
    y = site.y + site.sd_y * chance.normal(stream, who, 2)
    if geographic:
        longitude, latitude = math.radians(x), math.radians(y)
        entity.x = EARTH_RADIUS * math.cos(latitude) * math.cos(longitude)
        entity.y = EARTH_RADIUS * math.cos(latitude) * math.sin(longitude)
        entity.z = EARTH_RADIUS * math.sin(latitude)
    else:
        entity.x, entity.y, entity.z = x, y, 0.0


@compiled
def measure_distances(world: World):
    """Fill in, where prox will stand, what it is a power of: 1 + d / distance_scale."""
    for u in range(world.universities.size):
        university = world.universities[u]
        for c in range(world.councils.size):
            council = world.councils[c]
            dx, dy, dz = council.x - university.x, council.y - university.y, council.z - university.z
            distance = math.sqrt(dx * dx + dy * dy + dz * dz)
            world.proximity[u, c] = 1.0 + distance / world.parameters.distance_scale


def decay_with_distance(world: World) -> None:
    """Fill in prox of every university and council.

    NumPy raises several numbers to a power at a time; on processors of another kind it may round the last
    bit otherwise.
    """
    np.power(world.proximity, -world.parameters.distance_decay, out=world.proximity)


@compiled
def find_nearest(world: World):
    """Note how near the nearest university of another place is to each council."""
    for c in range(world.councils.size):
        council = world.councils[c]
        council.nearest = 0.0
        for u in range(world.universities.size):
            if not same_place(world, c, u):
                council.nearest = max(council.nearest, world.proximity[u, c])


@compiled
def same_place(world: World, c: int, u: int):
    """Whether council and university share a place."""
    return world.councils[c].place == world.universities[u].place


@compiled
def home(world: World, c: int, u: int):
    """1 where council and university share a place, else prox."""
    return 1.0 if same_place(world, c, u) else world.proximity[u, c]


@compiled
def shared_structure(world: World, c: int, u: int):
    """The strength of the structure that council and university share, 0 if none."""
    area = world.councils[c].area
    return world.areas[area].structure if area == world.universities[u].area else 0.0


@compiled
def draw_structures(world: World):
    """Give some areas a strategic structure of their own: those known to have one, if any, else at random."""
    stream = stream_of(world.clock.seed, chance.PLACE, 0)
    n = list_bare(world, stream, True)
    count = n if n > 0 else round_half_up(world.parameters.structure_share * list_bare(world, stream, False))
    for k in range(count):
        a = world.items[k]
        world.areas[a].structure = 0.5 + 0.5 * uniform(stream, a, 1)


@compiled
def list_bare(world: World, stream: int, is_known: bool):
    """List areas without a structure, of all or of those known to have one, in an order by chance."""
    n = 0
    for a in range(world.areas.size):
        area = world.areas[a]
        if area.structure == 0.0 and area.councils > 0 and (area.is_known or not is_known):
            world.keys[n], world.items[n] = uniform(stream, a, 0), a
            n += 1
    sort_by_key(world.keys, world.items, 0, n)
    return n


@compiled
def uphold_structures(world: World, former: np.record):
    """Make structures where the lever begins, unmake them where it ends; charge for those upheld."""
    levers = levers_of(world)
    if levers.structures != former.structures:
        unmake_structures(world)
        make_structures(world, levers.structures)
    upheld = 0
    for a in range(world.areas.size):
        upheld += world.areas[a].added
    this_month(world).cost_structures += upheld * world.parameters.price_structure / 12.0


@compiled
def unmake_structures(world: World):
    """Take away the structures that the lever made."""
    for a in range(world.areas.size):
        area = world.areas[a]
        if area.added:
            area.structure = 0.0
            area.added = 0


@compiled
def make_structures(world: World, share: float):
    """Give a share of the areas without a structure one."""
    stream = stream_of(world.clock.seed, chance.STRUCTURE, world.clock.month)
    for k in range(round_half_up(share * list_bare(world, stream, False))):
        area = world.areas[world.items[k]]
        area.structure = world.parameters.structure_strength
        area.added = 1

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
    return world.places[world.councils[c].place].structure if same_place(world, c, u) else 0.0


@compiled
def draw_structures(world: World):
    """Give some places a strategic structure of their own."""
    stream = stream_of(world.clock.seed, chance.PLACE, 0)
    count = world.places.size
    for place_row in range(count):
        world.keys[place_row], world.items[place_row] = uniform(stream, place_row, 0), place_row
    sort_by_key(world.keys, world.items, 0, count)
    for k in range(round_half_up(world.parameters.structure_share * count)):
        place_row = world.items[k]
        world.places[place_row].structure = 0.5 + 0.5 * uniform(stream, place_row, 1)


@compiled
def uphold_structures(world: World, former: np.record):
    """Make structures where the lever begins, unmake them where it ends; charge for those upheld."""
    levers = levers_of(world)
    if levers.structures != former.structures:
        unmake_structures(world)
        make_structures(world, levers.structures)
    upheld = 0
    for place_row in range(world.places.size):
        upheld += world.places[place_row].added
    this_month(world).cost_structures += upheld * world.parameters.price_structure / 12.0


@compiled
def unmake_structures(world: World):
    """Take away the structures that the lever made."""
    for place_row in range(world.places.size):
        place = world.places[place_row]
        if place.added:
            place.structure = 0.0
            place.added = 0


@compiled
def make_structures(world: World, share: float):
    """Give a share of the places without a structure one."""
    stream = stream_of(world.clock.seed, chance.STRUCTURE, world.clock.month)
    bare = 0
    for place_row in range(world.places.size):
        if world.places[place_row].structure == 0.0:
            world.keys[bare], world.items[bare] = uniform(stream, place_row, 0), place_row
            bare += 1
    sort_by_key(world.keys, world.items, 0, bare)
    for k in range(round_half_up(share * bare)):
        place = world.places[world.items[k]]
        place.structure = world.parameters.structure_strength
        place.added = 1

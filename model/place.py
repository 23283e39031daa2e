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
def round_half_up(x):
    """The nearest whole number; halves go up."""
    return math.floor(x + 0.5)


@compiled
def locate(at, stream, who, site, geographic):
    """Draw a position around a site; geographic ones become points of the globe."""
    x = site.x + site.sd_x * chance.normal(stream, who, 0)
    y = site.y + site.sd_y * chance.normal(stream, who, 2)
    if geographic:
        longitude, latitude = math.radians(x), math.radians(y)
        at.x = EARTH_RADIUS * math.cos(latitude) * math.cos(longitude)
        at.y = EARTH_RADIUS * math.cos(latitude) * math.sin(longitude)
        at.z = EARTH_RADIUS * math.sin(latitude)
    else:
        at.x, at.y, at.z = x, y, 0.0


@compiled
def measure_distances(world):
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
def same_place(world, council, university):
    """Whether council and university share a place."""
    return world.councils[council].place == world.universities[university].place


@compiled
def home(world, council, university):
    """1 where council and university share a place, else prox."""
    return 1.0 if same_place(world, council, university) else world.proximity[university, council]


@compiled
def shared_structure(world, council, university):
    """The strength of the structure that council and university share, 0 if none."""
    return (
        world.places[world.councils[council].place].structure
        if same_place(world, council, university)
        else 0.0
    )


@compiled
def draw_structures(world):
    """Give some places a strategic structure of their own."""
    stream = stream_of(world.clock.seed, chance.PLACE, 0)
    n = world.places.size
    for place in range(n):
        world.keys[place], world.items[place] = uniform(stream, place, 0), place
    sort_by_key(world.keys, world.items, 0, n)
    for i in range(round_half_up(world.parameters.structure_share * n)):
        place = world.items[i]
        world.places[place].structure = 0.5 + 0.5 * uniform(stream, place, 1)


@compiled
def uphold_structures(world, before):
    """Make structures where the lever begins, unmake them where it ends; charge for those upheld."""
    levers = levers_of(world)
    if levers.structures != before.structures:
        unmake_structures(world)
        make_structures(world, levers.structures)
    upheld = 0
    for place in range(world.places.size):
        upheld += world.places[place].added
    this_month(world).cost_structures += upheld * world.parameters.price_structure / 12.0


@compiled
def unmake_structures(world):
    """Take away the structures that the lever made."""
    for place in range(world.places.size):
        if world.places[place].added:
            world.places[place].structure = 0.0
            world.places[place].added = 0


@compiled
def make_structures(world, share):
    """Give a share of the places without a structure one."""
    stream = stream_of(world.clock.seed, chance.STRUCTURE, world.clock.month)
    n = 0
    for place in range(world.places.size):
        if world.places[place].structure == 0.0:
            world.keys[n], world.items[n] = uniform(stream, place, 0), place
            n += 1
    sort_by_key(world.keys, world.items, 0, n)
    for i in range(round_half_up(share * n)):
        world.places[world.items[i]].structure = world.parameters.structure_strength
        world.places[world.items[i]].added = 1

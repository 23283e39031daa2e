"""Places: their strategic structures, and what distance makes of meetings (ODD 2, 5)."""

import math

from model import chance
from model.arrays import NONE, STRETCH
from model.chance import stream_of, uniform
from model.compiling import compiled, inlined
from model.ordering import sort_by_key
from model.tie import levers_of, this_month

EARTH_RADIUS = 6371.0
STRUCTURE_MADE = 0.75


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
    """Fill in prox of every council and university, and what outreach and searches weigh by it."""
    p = world.parameters
    for c in range(world.councils.size):
        for u in range(world.universities.size):
            council, university = world.councils[c], world.universities[u]
            dx, dy, dz = council.x - university.x, council.y - university.y, council.z - university.z
            distance = math.sqrt(dx * dx + dy * dy + dz * dz)
            near = (1.0 + distance / p.distance_scale) ** -p.distance_decay
            world.proximity[c, u] = near
            before = world.outreach_weights[u, c - 1] if c > 0 else 0.0
            world.outreach_weights[u, c] = before + near
    for u in range(world.universities.size):
        put_up_signposts(world.outreach_weights[u], world.outreach_signposts[u])
    weigh_staff(world)


@compiled
def weigh_staff(world):
    """Fill in what councils' searches weigh universities by; anew when their staff has changed."""
    for c in range(world.councils.size):
        total = 0.0
        for u in range(world.universities.size):
            total += world.universities[u].staff * world.proximity[c, u]
            world.search_weights[c, u] = total
        put_up_signposts(world.search_weights[c], world.search_signposts[c])
    world.clock.staff_changed = 0


@compiled
def put_up_signposts(cumulative, signposts):
    """Note where each stretch of cumulative weights ends, so that looking one up reads little of them."""
    for i in range(signposts.size):
        signposts[i] = cumulative[min((i + 1) * STRETCH, cumulative.size) - 1]


@inlined
def pick(weights, signposts, row, u):
    """Index drawn with the weights that a row adds up, by a uniform draw; -1 if all are 0."""
    n, last = weights.shape[1], signposts.shape[1] - 1
    if n == 0 or signposts[row, last] <= 0.0:
        return NONE
    target = u * signposts[row, last]
    first = STRETCH * passed(signposts, row, 0, last, target)
    return passed(weights, row, first, min(first + STRETCH, n) - 1, target)


@inlined
def pick_university(world, council, u):
    """A university whom a council turns to, with weight n_u prox; -1 if there is no staff anywhere."""
    return pick(world.search_weights, world.search_signposts, council, u)


@inlined
def pick_council(world, university, u):
    """A council whom someone at a university turns to, with weight prox; -1 if there is none."""
    return pick(world.outreach_weights, world.outreach_signposts, university, u)


@inlined
def passed(weights, row, first, end, target):
    """First index from which a row's cumulative weights lie above a target, `end` if there is none before.

    All are counted, since processors compare several at a time but guess badly where to stop.
    """
    index = first
    for i in range(first, end):
        index += weights[row, i] <= target
    return index


@compiled
def same_place(world, council, university):
    """Whether council and university share a place."""
    return world.councils[council].place == world.universities[university].place


@compiled
def home(world, council, university):
    """1 where council and university share a place, else prox."""
    return 1.0 if same_place(world, council, university) else world.proximity[council, university]


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
        world.places[world.items[i]].structure = STRUCTURE_MADE
        world.places[world.items[i]].added = 1

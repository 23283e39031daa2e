"""Universities: leadership, dedicated partnership roles, and staff (ODD 2, 4.1, 5)."""

import math

import numpy as np

from model import chance
from model.arrays import NONE, Table, World
from model.chance import attribute_of, stream_of, uniform
from model.leaders import draw_commitment
from model.machine.compiling import compiled, inlined
from model.month import levers_of, this_month
from model.place import locate

BROKER, JOINT_POST = 0, 1  # kinds of added role, and their draws of ROLES


@compiled
def draw_universities(world: World, sites: Table, geographic: bool):
    """Draw every university; its researchers' posts are in consecutive rows."""
    stream = stream_of(world.clock.seed, chance.UNIVERSITY, 0)
    first_post = 0
    for u in range(world.universities.size):
        university = world.universities[u]
        university.place = sites[u].place
        locate(university, stream, attribute_of(u, chance.UNIVERSITY_POSITION), sites[u], geographic)
        commitment = attribute_of(u, chance.UNIVERSITY_COMMITMENT)
        university.commitment = draw_commitment(stream, commitment, 0)
        spread = world.parameters.mission_spread
        median = math.exp(-spread * spread / 2.0)
        university.mission = chance.log_normal(
            stream, attribute_of(u, chance.UNIVERSITY_MISSION), 0, median, spread
        )
        if uniform(stream, attribute_of(u, chance.UNIVERSITY_ROLES), 0) < world.parameters.role_share:
            university.own_roles = university.roles = 1.0
        university.first_post = first_post
        university.posts = university.staff = sites[u].staff
        first_post += university.posts
    world.clock.researchers = first_post


@inlined
def staff_member(world: World, u: int, k: int):
    """Row of a member of staff: posts in order, then PhD researchers in order of arrival."""
    university = world.universities[u]
    if k < university.posts:
        return university.first_post + k
    i = university.first_phd
    for _ in range(k - university.posts):
        i = world.researchers[i].next_phd
    return i


@compiled
def change_university_leaders(world: World):
    """A new leadership brings a commitment of its own."""
    clock = world.clock
    stream = stream_of(clock.seed, chance.UNIVERSITY_LEADER, clock.month)
    for u in range(world.universities.size):
        if uniform(stream, u, 0) < 1.0 / world.parameters.university_leader_months:
            world.universities[u].commitment = draw_commitment(stream, u, 8)


@compiled
def provide_roles(world: World, former: np.record):
    """Brokers and joint posts: made where their lever begins, unmade where it ends, and paid."""
    levers, month = levers_of(world), this_month(world)
    if levers.brokers != former.brokers:
        for u in range(world.universities.size):
            add_role(world.universities[u], -world.universities[u].brokers, BROKER)
        make_roles(world, levers.brokers, BROKER)
    if levers.joint_posts != former.joint_posts:
        for u in range(world.universities.size):
            add_role(world.universities[u], -world.universities[u].joint_posts, JOINT_POST)
        make_roles(world, levers.joint_posts, JOINT_POST)
    if world.universities.size > 0:
        month.cost_brokers += levers.brokers * world.parameters.price_broker / 12.0
        month.cost_joint_posts += levers.joint_posts * world.parameters.price_joint_post / 12.0


@compiled
def make_roles(world: World, fte: float, kind: int):
    """Add posts, one at a time, to the university with the fewest; the last may be a fraction."""
    stream = stream_of(world.clock.seed, chance.ROLES, world.clock.month)
    least_commitment = world.parameters.joint_post_commitment
    while fte > 0.0 and world.universities.size > 0:
        fewest = 0
        for u in range(1, world.universities.size):
            roles, least = world.universities[u].roles, world.universities[fewest].roles
            is_earlier = uniform(stream, u, kind) < uniform(stream, fewest, kind)
            if roles < least or (roles == least and is_earlier):
                fewest = u
        add_role(world.universities[fewest], min(fte, 1.0), kind)
        if kind == JOINT_POST:
            university = world.universities[fewest]
            university.commitment = max(university.commitment, least_commitment)
        fte -= 1.0


@compiled
def add_role(university: np.record, fte: float, kind: int):
    """Add (or take away) FTE of one kind of role."""
    if kind == JOINT_POST:
        university.joint_posts += fte
    else:
        university.brokers += fte
    university.roles = university.own_roles + university.brokers + university.joint_posts


@compiled
def join_phd(world: World, i: int):
    """Add a PhD researcher to the end of the university's list."""
    u = world.researchers[i].university
    university = world.universities[u]
    world.researchers[i].next_phd = NONE
    if university.first_phd == NONE:
        university.first_phd = i
    else:
        last = university.first_phd
        while world.researchers[last].next_phd != NONE:
            last = world.researchers[last].next_phd
        world.researchers[last].next_phd = i
    university.staff += 1
    world.clock.researchers += 1
    world.clock.staff_changed = 1


@compiled
def leave_phd(world: World, i: int):
    """Take a PhD researcher off the university's list."""
    u = world.researchers[i].university
    university = world.universities[u]
    following = world.researchers[i].next_phd
    if university.first_phd == i:
        university.first_phd = following
    else:
        before = university.first_phd
        while world.researchers[before].next_phd != i:
            before = world.researchers[before].next_phd
        world.researchers[before].next_phd = following
    university.staff -= 1
    world.clock.researchers -= 1
    world.clock.staff_changed = 1

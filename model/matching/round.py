"""A matchmaking round: who may be introduced to whom, and how well they seem to go together (ODD 5).

Of a round, k and j are places in its lists of needs and of candidates; n, i and u are rows, as everywhere.
"""

from model import chance
from model.appraisal import trust_between
from model.arrays import DORMANT, N_TOPICS, NONE, World
from model.chance import introduction_of, stream_of, uniform
from model.machine.compiling import compiled, inlined
from model.meeting import researcher_accepts
from model.month import levers_of
from model.parameters import as_number
from model.place import home, same_place
from model.researcher import is_available
from model.tie import find_tie

ALL_PLACES = as_number("match_scope", "all")
INFEASIBLE = -1.0


@compiled
def gather(world: World):
    """List the free needs and the available researchers of the round."""
    clock = world.clock
    clock.free_needs = 0
    clock.candidates = 0
    for c in range(world.councils.size):
        n = world.councils[c].first_need
        while n != NONE:
            if world.needs[n].tie == NONE:
                world.round_choice[clock.free_needs] = NONE
                world.round_needs[clock.free_needs] = n
                clock.free_needs += 1
            n = world.needs[n].next
    for i in range(clock.slots):
        if is_available(world, i):
            world.round_taken[clock.candidates] = NONE
            world.round_researchers[clock.candidates] = i
            clock.candidates += 1
    list_staffs(world)


@compiled
def list_staffs(world: World):
    """Note which candidates next to each other share a university, and who of them knows most of what."""
    world.clock.staffs = 0
    u = NONE
    for j in range(world.clock.candidates):
        researcher = world.researchers[world.round_researchers[j]]
        if researcher.university != u:
            u = researcher.university
            world.staffs[world.clock.staffs].university, world.staffs[world.clock.staffs].start = u, j
            world.clock.staffs += 1
        staff = world.staffs[world.clock.staffs - 1]
        staff.end = j + 1
        for topic in range(N_TOPICS):
            list_expert(world, topic, j, researcher.expertise[topic], staff.start)


@inlined
def list_expert(world: World, topic: int, j: int, f: float, start: int):
    """Enter a candidate after those of the staff who know as much of a topic; seldom has anyone to move."""
    experts, expertise, at = world.round_experts, world.round_expertise, j
    while at > start and expertise[topic, at - 1] < f:
        experts[topic, at], expertise[topic, at] = experts[topic, at - 1], expertise[topic, at - 1]
        at -= 1
    experts[topic, at], expertise[topic, at] = j, f


@inlined
def nearness(world: World, n: int, u: int):
    """What the matchmaker makes of how near a need's council and a university are."""
    return nearness_of(world, home(world, world.needs[n].council, u))


@inlined
def nearness_of(world: World, near: float):
    """match_far + (1 - match_far) home."""
    far = world.parameters.match_far
    return far + (1.0 - far) * near


@inlined
def most_elsewhere(world: World, n: int):
    """What a need scores at the most with anyone of another place."""
    near = nearness_of(world, world.councils[world.needs[n].council].nearest)
    return score_seen(levers_of(world).match_accuracy, 1.0, near, 1.0)


@inlined
def score_seen(accuracy: float, f: float, near: float, noise: float):
    """What the matchmaker sees: match_accuracy f nearness + (1 - match_accuracy) U."""
    return accuracy * f * near + (1.0 - accuracy) * noise


@inlined
def noise_of(world: World, stream: int, n: int, i: int):
    """What blurs the matchmaker's sight of a need and a researcher."""
    return uniform(stream, introduction_of(world.needs[n].who, i), 0)


@compiled
def score_of(world: World, stream: int, n: int, i: int):
    """What the matchmaker sees of a need and a researcher."""
    researcher, accuracy = world.researchers[i], levers_of(world).match_accuracy
    f, near = researcher.expertise[world.needs[n].topic], nearness(world, n, researcher.university)
    return score_seen(accuracy, f, near, noise_of(world, stream, n, i))


@compiled
def score_above(world: World, stream: int, n: int, i: int, floor: float):
    """The score of a need and a researcher; the floor, if it is not above it."""
    researcher, accuracy = world.researchers[i], levers_of(world).match_accuracy
    f, near = researcher.expertise[world.needs[n].topic], nearness(world, n, researcher.university)
    if score_seen(accuracy, f, near, 1.0) <= floor:
        return floor  # the noise need not be drawn
    return max(floor, score_seen(accuracy, f, near, noise_of(world, stream, n, i)))


@compiled
def is_brought(world: World, n: int):
    """Whether a council has come to this month's round with a need, and wants an answer."""
    share = levers_of(world).match_request
    if share <= 0.0 or world.councils[world.needs[n].council].load >= 1.0:
        return False
    stream = stream_of(world.clock.seed, chance.INTRODUCTION_ORDER, world.clock.month)
    return uniform(stream, world.needs[n].who, 1) < share


@compiled
def is_feasible(world: World, stream: int, n: int, i: int, asked: bool):
    """Whether the two may be introduced: no live tie, in scope, and willing where the council has asked."""
    c = world.needs[n].council
    u = world.researchers[i].university
    if levers_of(world).match_scope != ALL_PLACES and not same_place(world, c, u):
        return False
    t = find_tie(world, c, i)
    if t != NONE and world.ties[t].stage != DORMANT:
        return False
    if not asked:
        return True
    trust = trust_between(world, c, i, t)
    return researcher_accepts(world, stream, introduction_of(world.needs[n].who, i), c, i, trust)

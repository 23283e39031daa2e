"""A matchmaking round: who may be introduced to whom, and how well they seem to go together (ODD 5).

Of a round, k and j are places in its lists of needs and of candidates; n, i and u are rows, as everywhere.
"""

import numpy as np

from model import chance
from model.appraisal import trust_between
from model.arrays import N_TOPICS, NONE, World
from model.chance import introduction_of, stream_of, uniform
from model.machine.compiling import compiled, inlined
from model.machine.ordering import insert_highest
from model.meeting import researcher_accepts
from model.month import levers_of
from model.parameters import as_number
from model.place import home, same_place
from model.researcher import is_available
from model.tie import find_tie, is_live

ALL_PLACES = as_number("match_scope", "all")
INFEASIBLE = -1.0
NO_CEILING = 2.0  # above any score


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


@compiled
def nearness(world: World, n: int, u: int):
    """match_far + (1 - match_far) home."""
    far = world.parameters.match_far
    return far + (1.0 - far) * home(world, world.needs[n].council, u)


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
    if is_live(world, c, i):
        return False
    if not asked:
        return True
    trust = trust_between(world, c, i, find_tie(world, c, i))
    return researcher_accepts(world, stream, introduction_of(world.needs[n].who, i), c, i, trust)


@compiled
def find_best(world: World, stream: int, n: int, at_random: bool, floor: float):
    """A need's best candidate not yet taken, and the score; -1 and the floor if none scores more."""
    page = world.page_scores.shape[0] - 1
    begin_page(world, n, page, 1, True, NO_CEILING, NONE, floor)
    if at_random:
        list_by_luck(world, stream)
    else:
        list_by_score(world, stream)
    if world.listing.listed == 0:
        return NONE, floor
    return world.page_candidates[page, 0], world.page_scores[page, 0]


@compiled
def find_promising(world: World, stream: int, at_random: bool, capacity: int):
    """Find the best candidates of the needs that may be served; of others, what they score at the most.

    Those found so far that score highest, as many as can be served, set the floor for the next.
    """
    found = 0
    for k in range(world.clock.free_needs):
        floor = world.keys[capacity - 1] if found == capacity else INFEASIBLE
        world.round_choice[k], world.round_score[k] = find_best(
            world, stream, world.round_needs[k], at_random, floor
        )
        if world.round_choice[k] != NONE:
            found = min(found + 1, capacity)
            insert_highest(world.keys, found, world.round_score[k])


@compiled
def best_left(world: World, stream: int, at_random: bool):
    """The need that scores highest with a candidate who is left: its choice from now on; -1 if none does."""
    while True:
        k = highest(world)
        if k == NONE:
            return NONE
        j = world.round_choice[k]
        if j != NONE and world.round_taken[j] == NONE:
            return k
        # Not looked for so far down, or taken since.
        world.round_choice[k], world.round_score[k] = find_best(
            world, stream, world.round_needs[k], at_random, INFEASIBLE
        )


@compiled
def highest(world: World):
    """The need with the highest score, or most that it can be; -1 if none can have any."""
    best, best_score = NONE, INFEASIBLE
    for k in range(world.clock.free_needs):
        if world.round_score[k] > best_score:
            best, best_score = k, world.round_score[k]
    return best


@compiled
def list_page(world: World, stream: int, k: int, room: int, ceiling: float, after: int):
    """Fill a need's page with its best candidates below a score, or of that score and later in the list.

    Best first, equals by index, as many as there is room for; returns how many there are.
    """
    begin_page(world, world.round_needs[k], k, room, False, ceiling, after, INFEASIBLE)
    list_by_score(world, stream)
    return world.listing.listed


@compiled
def begin_page(
    world: World, n: int, page: int, length: int, skip_taken: bool, ceiling: float, after: int, floor: float
):
    """Say what belongs on a page; while it has room, its last place keeps out who is not above the floor."""
    listing = world.listing
    listing.need, listing.page, listing.length, listing.listed = n, page, length, 0
    listing.skip_taken, listing.ceiling, listing.after = skip_taken, ceiling, after
    listing.asked = is_brought(world, n)
    world.page_candidates[page, length - 1], world.page_scores[page, length - 1] = NONE, floor


@compiled
def list_by_luck(world: World, stream: int):
    """Enter candidates by a score of pure chance."""
    who = world.needs[world.listing.need].who
    for j in range(world.clock.candidates):
        score = uniform(stream, introduction_of(who, world.round_researchers[j]), 1)
        if belongs(world, j, score):
            enter_feasible(world, stream, j, score)


@compiled
def list_by_score(world: World, stream: int):
    """Enter candidates by their score."""
    place = world.councils[world.needs[world.listing.need].council].place
    for elsewhere in range(2):  # at home first, where scores are high: most others need not be looked at
        for s in range(world.clock.staffs):
            staff = world.staffs[s]
            if (world.universities[staff.university].place == place) == (elsewhere == 0):
                list_staff(world, stream, staff)


@compiled
def list_staff(world: World, stream: int, staff: np.record):
    """Enter those of a university's candidates who belong on the page."""
    n, accuracy = world.listing.need, levers_of(world).match_accuracy
    topic, near = world.needs[n].topic, nearness(world, n, staff.university)
    for at in range(staff.start, staff.end):
        j, f = world.round_experts[topic, at], world.round_expertise[topic, at]
        if not belongs(world, j, score_seen(accuracy, f, near, 1.0)):
            return  # with the best of luck not, so nobody further down either
        if score_seen(accuracy, f, near, 0.0) > world.listing.ceiling:
            continue  # with the worst of luck not
        noise = noise_of(world, stream, n, world.round_researchers[j])
        score = score_seen(accuracy, f, near, noise)
        if belongs(world, j, score):
            enter_feasible(world, stream, j, score)


@inlined
def belongs(world: World, j: int, score: float):
    """Whether a candidate of some score belongs on the page: who stands in its last place ranks lower."""
    return ranks_before(world, j, score, world.listing.length - 1)


@inlined
def ranks_before(world: World, j: int, score: float, at: int):
    """Whether a candidate comes before the one who stands at a place of the page."""
    page = world.listing.page
    other, least = world.page_candidates[page, at], world.page_scores[page, at]
    return score > least or (score == least and j < other)


@compiled
def enter_feasible(world: World, stream: int, j: int, score: float):
    """Enter a candidate who is within what is listed, and may be introduced."""
    listing = world.listing
    if listing.skip_taken and world.round_taken[j] != NONE:
        return
    is_below = score < listing.ceiling or (score == listing.ceiling and j > listing.after)
    if is_below and is_feasible(world, stream, listing.need, world.round_researchers[j], listing.asked):
        enter(world, j, score)


@compiled
def enter(world: World, j: int, score: float):
    """Enter a candidate on the page where the score belongs; if it is full, its last has to go."""
    candidates, scores, listing = world.page_candidates, world.page_scores, world.listing
    listing.listed = min(listing.listed + 1, listing.length)
    page, at = listing.page, listing.listed - 1
    while at > 0 and ranks_before(world, j, score, at - 1):
        candidates[page, at], scores[page, at] = candidates[page, at - 1], scores[page, at - 1]
        at -= 1
    candidates[page, at], scores[page, at] = j, score

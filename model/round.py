"""A matchmaking round: who may be introduced to whom, and how well they seem to go together (ODD 5).

Of a round, k and j are places in its lists of needs and of candidates; n, i and u are rows, as everywhere.
"""

from model import chance
from model.appraisal import trust_between
from model.arrays import NONE, World
from model.chance import introduction_of, stream_of, uniform
from model.machine.compiling import compiled
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
    mark_universities(world)


@compiled
def mark_universities(world: World):
    """Note for each candidate where those of the same university, who are next to each other, end."""
    end = world.clock.candidates
    for j in range(world.clock.candidates - 1, -1, -1):
        world.round_ends[j] = end
        u = world.researchers[world.round_researchers[j]].university
        if j > 0 and world.researchers[world.round_researchers[j - 1]].university != u:
            end = j


@compiled
def nearness(world: World, n: int, u: int):
    """match_far + (1 - match_far) home."""
    far = world.parameters.match_far
    return far + (1.0 - far) * home(world, world.needs[n].council, u)


@compiled
def score_of(world: World, stream: int, n: int, i: int):
    """What the matchmaker sees: match_accuracy f nearness + (1 - match_accuracy) U."""
    researcher, accuracy = world.researchers[i], levers_of(world).match_accuracy
    f = researcher.expertise[world.needs[n].topic]
    noise = uniform(stream, introduction_of(world.needs[n].who, i), 0)
    return accuracy * f * nearness(world, n, researcher.university) + (1.0 - accuracy) * noise


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
def find_best(world: World, stream: int, n: int, at_random: bool):
    """A need's best candidate not yet taken, and the score; -1 if none is left."""
    return find_next(world, stream, n, at_random, True, NO_CEILING, NONE)


@compiled
def find_next(
    world: World, stream: int, n: int, at_random: bool, skip_taken: bool, ceiling: float, after: int
):
    """A need's best candidate below a score, or of that score and later in the list; -1 if there is none."""
    page = world.page_scores.shape[0] - 1
    if list_best(world, stream, n, at_random, skip_taken, ceiling, after, page, 1) == 0:
        return NONE, INFEASIBLE
    return world.page_candidates[page, 0], world.page_scores[page, 0]


@compiled
def list_best(
    world: World,
    stream: int,
    n: int,
    at_random: bool,
    skip_taken: bool,
    ceiling: float,
    after: int,
    page: int,
    length: int,
):
    """Fill a page with a need's best candidates below a score, or of that score and later in the list.

    Best first, equals by index; returns how many there are.
    """
    listing = world.listing
    listing.need, listing.page, listing.length, listing.listed = n, page, length, 0
    listing.at_random, listing.skip_taken = at_random, skip_taken
    listing.ceiling, listing.after = ceiling, after
    listing.asked = is_brought(world, n)
    for elsewhere in range(2):  # at home first, where scores are high: most others need not be looked at
        end = 0
        while end < world.clock.candidates:
            start, end = end, world.round_ends[end]
            u = world.researchers[world.round_researchers[start]].university
            if same_place(world, world.needs[n].council, u) == (elsewhere == 0):
                list_staff(world, stream, u, start, end)
    return listing.listed


@compiled
def list_staff(world: World, stream: int, u: int, start: int, end: int):
    """Enter those of a university's candidates who belong on the page."""
    listing, accuracy = world.listing, levers_of(world).match_accuracy
    n, topic, near = listing.need, world.needs[listing.need].topic, nearness(world, listing.need, u)
    if not listing.at_random and not belongs(world, start, accuracy * near + (1.0 - accuracy)):
        return  # nobody there can score high enough
    for j in range(start, end):
        if listing.skip_taken and world.round_taken[j] != NONE:
            continue
        i = world.round_researchers[j]
        if listing.at_random:
            score = uniform(stream, introduction_of(world.needs[n].who, i), 1)
        else:
            most = accuracy * world.researchers[i].expertise[topic] * near + (1.0 - accuracy)
            if not belongs(world, j, most):
                continue  # the noise need not be drawn
            score = score_of(world, stream, n, i)
        is_below = score < listing.ceiling or (score == listing.ceiling and j > listing.after)
        if is_below and belongs(world, j, score) and is_feasible(world, stream, n, i, listing.asked):
            enter(world, j, score)


@compiled
def belongs(world: World, j: int, score: float):
    """Whether a candidate of some score belongs on the page: it has room, or its last ranks lower."""
    listing = world.listing
    return listing.listed < listing.length or ranks_before(world, j, score, listing.length - 1)


@compiled
def ranks_before(world: World, j: int, score: float, at: int):
    """Whether a candidate comes before the one who stands at a place of the page."""
    page = world.listing.page
    other, least = world.page_candidates[page, at], world.page_scores[page, at]
    return score > least or (score == least and j < other)


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

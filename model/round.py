"""A matchmaking round: who may be introduced to whom, and how well they seem to go together (ODD 5).

Of a round, k and j are places in its lists of needs and of candidates; n, i and u are rows, as everywhere.
"""

from model.arrays import NONE, World
from model.chance import introduction_of, uniform
from model.machine.compiling import compiled
from model.month import levers_of
from model.parameters import as_number
from model.place import home, same_place
from model.researcher import is_available
from model.tie import is_live

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
def score_bound(world: World, n: int, u: int, f: float):
    """The most that the score of a need and a university's researcher of some fit can be."""
    return fitness(world, n, u, f) + (1.0 - levers_of(world).match_accuracy)


@compiled
def fitness(world: World, n: int, u: int, f: float):
    """match_accuracy f (match_far + (1 - match_far) home)."""
    far = world.parameters.match_far
    near = far + (1.0 - far) * home(world, world.needs[n].council, u)
    return levers_of(world).match_accuracy * f * near


@compiled
def score_of(world: World, stream: int, n: int, i: int):
    """What the matchmaker sees: fit and nearness, dimmed by noise."""
    noise = uniform(stream, introduction_of(world.needs[n].who, i), 0)
    researcher, topic = world.researchers[i], world.needs[n].topic
    seen = fitness(world, n, researcher.university, researcher.expertise[topic])
    return seen + (1.0 - levers_of(world).match_accuracy) * noise


@compiled
def is_feasible(world: World, n: int, i: int):
    """Whether the two may be introduced: no live tie, and within a place if the scope says so."""
    c = world.needs[n].council
    u = world.researchers[i].university
    if levers_of(world).match_scope != ALL_PLACES and not same_place(world, c, u):
        return False
    return not is_live(world, c, i)


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
    topic, listed, least, first = world.needs[n].topic, 0, INFEASIBLE, 0
    while first < world.clock.candidates:
        start, first = first, world.round_ends[first]
        u = world.researchers[world.round_researchers[start]].university
        if not at_random and score_bound(world, n, u, 1.0) <= least:
            continue  # nobody there can score higher
        for j in range(start, first):
            if skip_taken and world.round_taken[j] != NONE:
                continue
            i = world.round_researchers[j]
            if at_random:
                value = uniform(stream, introduction_of(world.needs[n].who, i), 1)
            else:
                f = world.researchers[i].expertise[topic]
                if score_bound(world, n, u, f) <= least:
                    continue  # the noise need not be drawn
                value = score_of(world, stream, n, i)
            below = value < ceiling or (value == ceiling and j > after)
            if below and value > least and is_feasible(world, n, i):
                enter(world, page, min(listed, length - 1), j, value)
                listed = min(listed + 1, length)
                if listed == length:
                    least = world.page_scores[page, length - 1]
    return listed


@compiled
def enter(world: World, page: int, last: int, j: int, score: float):
    """Enter a candidate on a page where the score belongs, in place of the last."""
    candidates, scores, at = world.page_candidates, world.page_scores, last
    while at > 0 and scores[page, at - 1] < score:
        candidates[page, at], scores[page, at] = candidates[page, at - 1], scores[page, at - 1]
        at -= 1
    candidates[page, at], scores[page, at] = j, score

"""A matchmaking round: who may be introduced to whom, and how well they seem to go together (ODD 5)."""

from model.arrays import NONE
from model.chance import introduction_of, uniform
from model.machine.compiling import compiled
from model.month import levers_of
from model.place import home, same_place
from model.researcher import is_available
from model.tie import is_live

ALL_PLACES = 0
INFEASIBLE = -1.0
NO_CEILING = 2.0  # above any score


@compiled
def gather(world):
    """List the free needs and the available researchers of the round."""
    clock = world.clock
    clock.free_needs = 0
    clock.candidates = 0
    for c in range(world.councils.size):
        row = world.councils[c].first_need
        while row != NONE:
            if world.needs[row].tie == NONE:
                world.round_choice[clock.free_needs] = NONE
                world.round_needs[clock.free_needs] = row
                clock.free_needs += 1
            row = world.needs[row].next
    for r in range(clock.slots):
        if is_available(world, r):
            world.round_taken[clock.candidates] = NONE
            world.round_researchers[clock.candidates] = r
            clock.candidates += 1
    mark_universities(world)


@compiled
def mark_universities(world):
    """Note for each candidate where those of the same university, who are next to each other, end."""
    end = world.clock.candidates
    for i in range(world.clock.candidates - 1, -1, -1):
        world.round_ends[i] = end
        university = world.researchers[world.round_researchers[i]].university
        if i > 0 and world.researchers[world.round_researchers[i - 1]].university != university:
            end = i


@compiled
def score_bound(world, need, university, f):
    """The most that the score of a need and a university's researcher of some fit can be."""
    return fitness(world, need, university, f) + (1.0 - levers_of(world).match_accuracy)


@compiled
def fitness(world, need, university, f):
    """match_accuracy f (0.3 + 0.7 home)."""
    near = 0.3 + 0.7 * home(world, world.needs[need].council, university)
    return levers_of(world).match_accuracy * f * near


@compiled
def score_of(world, stream, need, researcher):
    """What the matchmaker sees: fit and nearness, dimmed by noise."""
    noise = uniform(stream, introduction_of(world.needs[need].who, researcher), 0)
    person, topic = world.researchers[researcher], world.needs[need].topic
    seen = fitness(world, need, person.university, person.expertise[topic])
    return seen + (1.0 - levers_of(world).match_accuracy) * noise


@compiled
def is_feasible(world, need, researcher):
    """Whether the two may be introduced: no live tie, and within a place if the scope says so."""
    council = world.needs[need].council
    university = world.researchers[researcher].university
    if levers_of(world).match_scope != ALL_PLACES and not same_place(world, council, university):
        return False
    return not is_live(world, council, researcher)


@compiled
def find_best(world, stream, need, at_random):
    """Index and score of a need's best candidate not yet taken; -1 if none is left."""
    return find_next(world, stream, need, at_random, NO_CEILING, NONE, True)


@compiled
def find_next(world, stream, need, at_random, ceiling, after, skip_taken):
    """Index and score of a need's best candidate below a score, or of that score and later in the list."""
    topic = world.needs[need].topic
    best, best_score, first = NONE, INFEASIBLE, 0
    while first < world.clock.candidates:
        start, first = first, world.round_ends[first]
        university = world.researchers[world.round_researchers[start]].university
        if not at_random and score_bound(world, need, university, 1.0) <= best_score:
            continue  # nobody there can score higher
        for i in range(start, first):
            if skip_taken and world.round_taken[i] != NONE:
                continue
            researcher = world.round_researchers[i]
            if at_random:
                value = uniform(stream, introduction_of(world.needs[need].who, researcher), 1)
            else:
                f = world.researchers[researcher].expertise[topic]
                if score_bound(world, need, university, f) <= best_score:
                    continue  # the noise need not be drawn
                value = score_of(world, stream, need, researcher)
            below = value < ceiling or (value == ceiling and i > after)
            if below and value > best_score and is_feasible(world, need, researcher):
                best, best_score = i, value
    return best, best_score


@compiled
def list_best(world, stream, need, page, ceiling, after):
    """Fill a page with a need's best candidates below a score, or of that score and later in the list.

    Best first, equals by index; returns how many there are.
    """
    candidates, scores = world.page_candidates, world.page_scores
    full = scores.shape[1]
    topic, listed, least, first = world.needs[need].topic, 0, INFEASIBLE, 0
    while first < world.clock.candidates:
        start, first = first, world.round_ends[first]
        university = world.researchers[world.round_researchers[start]].university
        if score_bound(world, need, university, 1.0) <= least:
            continue  # nobody there can score higher
        for i in range(start, first):
            researcher = world.round_researchers[i]
            f = world.researchers[researcher].expertise[topic]
            if score_bound(world, need, university, f) <= least:
                continue  # the noise need not be drawn
            value = score_of(world, stream, need, researcher)
            below = value < ceiling or (value == ceiling and i > after)
            if below and value > least and is_feasible(world, need, researcher):
                k = min(listed, full - 1)
                while k > 0 and scores[page, k - 1] < value:
                    candidates[page, k], scores[page, k] = candidates[page, k - 1], scores[page, k - 1]
                    k -= 1
                candidates[page, k], scores[page, k] = i, value
                listed = min(listed + 1, full)
                if listed == full:
                    least = scores[page, full - 1]
    return listed

"""The matchmaker: rounds of introductions, by five algorithms (ODD 5)."""

from model import chance
from model.arrays import BY_INTRODUCTION, NONE
from model.chance import introduction_of, stream_of, uniform
from model.machine.compiling import compiled, entry
from model.machine.ordering import sort_by_key
from model.meeting import meet, researcher_value
from model.month import levers_of, this_month
from model.place import home, same_place
from model.researcher import is_available
from model.tie import find_tie, is_live

# Positions of the algorithms in the lever's words.
RANDOM, BEST_FIT, STABLE, OPTIMAL, EQUITABLE = range(5)
ALL_PLACES = 0
INFEASIBLE = -1.0
NO_CEILING = 2.0  # above any score


@compiled
def is_round(world):
    """Whether a matchmaking round is held this month."""
    interval = levers_of(world).match_interval
    return interval > 0 and (world.clock.month + 1) % interval == 0


@compiled
def introduce(world):
    """Hold a round, if it is time for one, and let those introduced meet."""
    levers, month, p = levers_of(world), this_month(world), world.parameters
    if levers.match_interval > 0:
        month.cost_matchmaking += p.price_matchmaker / 12.0
    if not is_round(world):
        return
    if levers.match_algorithm != OPTIMAL:
        gather(world)
        choose(world, levers.match_algorithm)
    stream = stream_of(world.clock.seed, chance.INTRODUCTION, world.clock.month)
    for i in range(world.clock.introductions):
        n = world.items[i]
        need = world.round_needs[n]
        researcher = world.round_researchers[world.round_choice[n]]
        month.introductions += 1
        month.cost_matchmaking += p.price_introduction
        who = introduction_of(world.needs[need].who, researcher)
        meet(world, stream, who, world.needs[need].council, researcher, need, BY_INTRODUCTION)


@entry
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


@entry
def choose(world, algorithm):
    """Choose pairs; leaves the needs to serve, in order, in the scratch items."""
    if algorithm == STABLE:
        accept_deferred(world)
        order_by_score(world)
    elif algorithm == EQUITABLE:
        serve_fewest_first(world)
    else:
        take_greedily(world, algorithm == RANDOM)


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
def take_greedily(world, at_random):
    """Highest score first: *best_fit*; with a score of pure chance: *random*."""
    clock = world.clock
    stream = stream_of(clock.seed, chance.INTRODUCTION, clock.month)
    clock.introductions = 0
    for n in range(clock.free_needs):
        world.round_choice[n], world.round_score[n] = find_best(
            world, stream, world.round_needs[n], at_random
        )
    while clock.introductions < levers_of(world).match_capacity:
        n = best_left(world)
        if n == NONE:
            return
        candidate = world.round_choice[n]
        if world.round_taken[candidate] != NONE:  # taken since it was found
            world.round_choice[n], world.round_score[n] = find_best(
                world, stream, world.round_needs[n], at_random
            )
            continue
        world.round_taken[candidate] = n
        world.round_score[n] = INFEASIBLE
        world.items[clock.introductions] = n
        clock.introductions += 1


@compiled
def best_left(world):
    """The need whose best candidate has the highest score; -1 if none is left."""
    best, best_score = NONE, INFEASIBLE
    for n in range(world.clock.free_needs):
        if world.round_choice[n] != NONE and world.round_score[n] > best_score:
            best, best_score = n, world.round_score[n]
    return best


@compiled
def serve_fewest_first(world):
    """*equitable*: councils with the fewest active ties first, each need taking its best left."""
    clock = world.clock
    order = stream_of(clock.seed, chance.INTRODUCTION_ORDER, clock.month)
    stream = stream_of(clock.seed, chance.INTRODUCTION, clock.month)
    for n in range(clock.free_needs):
        need = world.needs[world.round_needs[n]]
        world.keys[n] = world.councils[need.council].active + uniform(order, need.who, 0)
        world.items[n] = n
    sort_by_key(world.keys, world.items, 0, clock.free_needs)
    clock.introductions = 0
    for i in range(clock.free_needs):
        if clock.introductions == levers_of(world).match_capacity:
            return
        n = world.items[i]
        candidate, _ = find_best(world, stream, world.round_needs[n], False)
        if candidate != NONE:
            world.round_taken[candidate] = n
            world.round_choice[n] = candidate
            world.items[clock.introductions] = n
            clock.introductions += 1


@compiled
def accept_deferred(world):
    """*stable*: deferred acceptance (Gale & Shapley 1962), needs proposing in order of score."""
    clock = world.clock
    stream = stream_of(clock.seed, chance.INTRODUCTION, clock.month)
    for first in range(clock.free_needs):
        world.round_score[first] = NO_CEILING
        n = first
        while n != NONE:
            need = world.round_needs[n]
            candidate, value = find_next(
                world, stream, need, False, world.round_score[n], world.round_choice[n], False
            )
            world.round_choice[n], world.round_score[n] = candidate, value
            n = NONE if candidate == NONE else hold_better(world, stream, n, candidate)


@compiled
def hold_better(world, stream, n, candidate):
    """Let a researcher hold the better of two needs; returns the need refused, -1 if none."""
    held = world.round_taken[candidate]
    if held == NONE:
        world.round_taken[candidate] = n
        return NONE
    if prefers(world, candidate, n, held):
        world.round_taken[candidate] = n
        return held
    return n


@compiled
def prefers(world, candidate, n, held):
    """Whether a researcher prefers need n to the one held: by V_i, equals by score, then the earlier."""
    researcher = world.round_researchers[candidate]
    new = value_of(world, world.needs[world.round_needs[n]].council, researcher)
    old = value_of(world, world.needs[world.round_needs[held]].council, researcher)
    if new != old:
        return new > old
    if world.round_score[n] != world.round_score[held]:
        return world.round_score[n] > world.round_score[held]
    return n < held


@compiled
def value_of(world, council, researcher):
    """V_i of a pair, with the trust of its dormant tie if it has one."""
    row = find_tie(world, council, researcher)
    trust = world.ties[row].trust if row != NONE else 0.0
    return researcher_value(world, council, researcher, trust)


@entry
def order_by_score(world):
    """Put the needs that have a candidate in order of score, and keep as many as there is capacity."""
    clock = world.clock
    n = 0
    for i in range(clock.free_needs):
        if world.round_choice[i] != NONE:
            world.keys[n], world.items[n] = -world.round_score[i], i
            n += 1
    sort_by_key(world.keys, world.items, 0, n)
    clock.introductions = min(n, levers_of(world).match_capacity)


@entry
def fill_scores(world, scores):
    """Scores of all candidate pairs, [needs, researchers]; INFEASIBLE where two may not be introduced."""
    clock = world.clock
    stream = stream_of(clock.seed, chance.INTRODUCTION, clock.month)
    for n in range(clock.free_needs):
        for i in range(clock.candidates):
            need, researcher = world.round_needs[n], world.round_researchers[i]
            scores[n, i] = INFEASIBLE
            if is_feasible(world, need, researcher):
                scores[n, i] = score_of(world, stream, need, researcher)

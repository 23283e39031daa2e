"""Whom a need finds best in a matchmaking round, of those who are left to it (ODD 5).

As in `model.matching.round`, k and j are places in the round's lists of needs and of candidates.
"""

import numpy as np

from model.appraisal import researcher_value, trust_between
from model.arrays import NONE, World
from model.chance import introduction_of, uniform
from model.machine.compiling import compiled, inlined
from model.machine.ordering import insert_highest, sort_by_key
from model.matching.round import (
    INFEASIBLE,
    is_brought,
    is_feasible,
    most_elsewhere,
    nearness,
    noise_of,
    score_seen,
)
from model.month import levers_of
from model.tie import find_tie


@compiled
def find_promising(world: World, stream: int, at_random: bool, capacity: int):
    """Find the best candidates of the needs that may be served; of others, what they score at the most.

    Those found so far that score highest, as many as can be served, set the floor for the next. The needs are
    in order then, as `best_left` takes them.
    """
    found = 0
    for k in range(world.clock.free_needs):
        floor = world.keys[capacity - 1] if found == capacity else INFEASIBLE
        world.round_choice[k], world.round_score[k] = find_best(world, stream, k, at_random, floor)
        if world.round_choice[k] != NONE:
            found = min(found + 1, capacity)
            insert_highest(world.keys, found, world.round_score[k])
    put_in_order(world, world.round_order)
    world.look.first = 0


@compiled
def put_in_order(world: World, order: np.ndarray):
    """Put the needs in order of their scores, highest first, from the first on."""
    for k in range(world.clock.free_needs):
        world.keys[k], order[k] = -world.round_score[k], k
    sort_by_key(world.keys, order, 0, world.clock.free_needs)


@compiled
def best_left(world: World, stream: int, at_random: bool):
    """The need that scores highest with a candidate who is left: its choice from now on; -1 if none does."""
    look = world.look
    while look.first < world.clock.free_needs:
        k = world.round_order[look.first]
        j = world.round_choice[k]
        if world.round_score[k] == INFEASIBLE:  # served, or nobody is left to it
            look.first += 1
        elif j != NONE and world.round_taken[j] == NONE:
            return k
        else:  # not looked for so far down, or taken since
            world.round_choice[k], world.round_score[k] = find_best(world, stream, k, at_random, INFEASIBLE)
            put_back(world)
    return NONE


@inlined
def put_back(world: World):
    """Put the first of the needs in order behind those that score more by now, or are served."""
    order, score, at = world.round_order, world.round_score, world.look.first
    k = order[at]
    while at + 1 < world.clock.free_needs and comes_before(score, order[at + 1], k):
        order[at] = order[at + 1]
        at += 1
    order[at] = k


@inlined
def comes_before(score: np.ndarray, one: int, other: int):
    """Whether a need is served, scores more than another, or as much and is listed before."""
    scores_more = score[one] > score[other] or (score[one] == score[other] and one < other)
    return scores_more or score[one] == INFEASIBLE


@compiled
def find_best(world: World, stream: int, k: int, at_random: bool, floor: float):
    """A need's best candidate whom no need has, and the score; -1 and the floor if none scores more."""
    begin_look(world, k, False, floor)
    if at_random:
        look_by_luck(world, stream)
    else:
        look_by_score(world, stream)
    return world.look.best, world.look.score


@compiled
def find_holder(world: World, stream: int, k: int):
    """The best of the candidates who would hold a need, and the score; -1 if none would."""
    begin_look(world, k, True, INFEASIBLE)
    look_by_score(world, stream)
    return world.look.best, world.look.score


@inlined
def begin_look(world: World, k: int, is_proposing: bool, floor: float):
    """Say for which need the best candidate is looked for, and the score above which it must be."""
    look, n = world.look, world.round_needs[k]
    look.need, look.proposing, look.asked = n, k if is_proposing else NONE, is_brought(world, n)
    look.best, look.score = NONE, floor


@compiled
def look_by_luck(world: World, stream: int):
    """Consider candidates by a score of pure chance."""
    who = world.needs[world.look.need].who
    for j in range(world.clock.candidates):
        consider(world, stream, j, uniform(stream, introduction_of(who, world.round_researchers[j]), 1))


@compiled
def look_by_score(world: World, stream: int):
    """Consider candidates by their score: at home first, where scores are high."""
    look_at_staffs(world, stream, True)
    if most_elsewhere(world, world.look.need) >= world.look.score:
        look_at_staffs(world, stream, False)


@inlined
def look_at_staffs(world: World, stream: int, at_home: bool):
    """Consider candidates of the universities of the council's place, or of all others."""
    place = world.councils[world.needs[world.look.need].council].place
    for s in range(world.clock.staffs):
        staff = world.staffs[s]
        if (world.universities[staff.university].place == place) == at_home:
            look_at_staff(world, stream, staff)


@compiled
def look_at_staff(world: World, stream: int, staff: np.record):
    """Consider those of a university's candidates who may score more than the best so far."""
    n, accuracy = world.look.need, levers_of(world).match_accuracy
    topic, near = world.needs[n].topic, nearness(world, n, staff.university)
    for at in range(staff.start, staff.end):
        j, f = world.round_experts[topic, at], world.round_expertise[topic, at]
        if not surpasses(world, j, score_seen(accuracy, f, near, 1.0)):
            return  # with the best of luck not, so nobody further down either
        if world.round_taken[j] == NONE or world.look.proposing != NONE:
            noise = noise_of(world, stream, n, world.round_researchers[j])
            consider(world, stream, j, score_seen(accuracy, f, near, noise))


@inlined
def surpasses(world: World, j: int, score: float):
    """Whether a candidate of some score comes before the best so far."""
    look = world.look
    return score > look.score or (score == look.score and j < look.best)


@compiled
def consider(world: World, stream: int, j: int, score: float):
    """Take a candidate for the best so far, if it is, is left to the need, and may be introduced."""
    look = world.look
    if (
        surpasses(world, j, score)
        and is_left(world, j, score)
        and is_feasible(world, stream, look.need, world.round_researchers[j], look.asked)
    ):
        look.best, look.score = j, score


@compiled
def is_left(world: World, j: int, score: float):
    """Whether no need has a candidate, or one that is liked less: by V_i, equals by score, then the later."""
    held, k = world.round_taken[j], world.look.proposing
    if held == NONE or k == NONE:
        return held == NONE
    value = liking(world, world.look.need, j)
    if value != world.round_values[j]:
        return value > world.round_values[j]
    return score > world.round_score[held] or (score == world.round_score[held] and k < held)


@compiled
def value_of(world: World, c: int, i: int):
    """V_i of a pair, with the trust between them."""
    return researcher_value(world, c, i, trust_between(world, c, i, find_tie(world, c, i)))


@inlined
def liking(world: World, n: int, j: int):
    """What a candidate makes of a need's council."""
    return value_of(world, world.needs[n].council, world.round_researchers[j])

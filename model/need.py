"""Needs: questions that councils have, for as long as an answer is of use (ODD 4.3)."""

from model import chance
from model.arrays import NONE, TABLE_FULL, World
from model.chance import stream_of, uniform
from model.machine.compiling import compiled, inlined
from model.month import this_month
from model.reasons import ELSEWHERE, MET, OF_NEEDS
from model.unmet import count_reason, forget_reasons, run_out_of_time

MOST_IN_A_MONTH = 1024


@compiled
def renew_needs(world: World):
    """Older needs age, expire or are answered elsewhere; then councils raise new ones."""
    clock = world.clock
    outside = stream_of(clock.seed, chance.OUTSIDE, clock.month)
    for c in range(world.councils.size):
        age_needs(world, c, outside)
    counts = stream_of(clock.seed, chance.NEED_COUNT, clock.month)
    topics = stream_of(clock.seed, chance.NEED_TOPIC, clock.month)
    for c in range(world.councils.size):
        raise_needs(world, c, counts, topics)


@inlined
def age_needs(world: World, c: int, stream: int):
    """Let a council's older needs expire, or be answered by its other sources."""
    clock, council = world.clock, world.councils[c]
    elsewhere = 2.0 * world.parameters.outside_answer * council.other_evidence
    n = council.first_need
    while n != NONE:
        need = world.needs[n]
        following = need.next
        if clock.month - need.born > council.window:
            this_month(world).needs_expired += 1
            run_out_of_time(world, n)
            close_need(world, n)
        elif uniform(stream, need.who, 0) < elsewhere and need.tie == NONE:
            this_month(world).needs_met_elsewhere += 1
            count_reason(world, OF_NEEDS, c, ELSEWHERE)
            close_need(world, n)
        n = following


@inlined
def raise_needs(world: World, c: int, counts: int, topics: int):
    """Let a council raise new needs, at most 1,024 in a month (their addresses hold no more)."""
    clock, council = world.clock, world.councils[c]
    count = chance.poisson(counts, c, 0, world.parameters.need_rate * council.scale)
    for k in range(min(count, MOST_IN_A_MONTH)):
        who = chance.need_of(c, clock.month, k)
        luck = uniform(topics, who, 0)
        topic = 0
        while topic < council.profile.size - 1 and luck >= council.profile[topic]:
            topic += 1
        open_need(world, c, topic, who)


@compiled
def open_need(world: World, c: int, topic: int, who: int):
    """Add a need to the end of its council's list."""
    clock, n = world.clock, world.clock.free_need
    if n == NONE:
        clock.overflowed = TABLE_FULL
        return
    need = world.needs[n]
    clock.free_need = need.next
    need.council = c
    need.topic = topic
    need.born = clock.month
    need.who = who
    need.tie = NONE
    need.next = NONE
    forget_reasons(need)
    last = world.councils[c].last_need
    if last == NONE:
        world.councils[c].first_need = n
    else:
        world.needs[last].next = n
    world.councils[c].last_need = n
    world.funder.open_needs[topic] += 1
    world.funder.needs_open += 1
    this_month(world).needs_raised += 1


@compiled
def answer_need(world: World, n: int):
    """Close a need that research has answered."""
    count_reason(world, OF_NEEDS, world.needs[n].council, MET)
    close_need(world, n)


@compiled
def close_need(world: World, n: int):
    """Take a need that ends off its council's list; its tie is left without one and keeps the topic."""
    need = world.needs[n]
    council = world.councils[need.council]
    before = NONE
    at = council.first_need
    while at != n:
        before = at
        at = world.needs[at].next
    if before == NONE:
        council.first_need = need.next
    else:
        world.needs[before].next = need.next
    if council.last_need == n:
        council.last_need = before
    if need.tie != NONE:
        world.ties[need.tie].need = NONE
        need.tie = NONE
    world.funder.open_needs[need.topic] -= 1
    world.funder.needs_open -= 1
    need.next = world.clock.free_need
    world.clock.free_need = n


@inlined
def best_free_need(world: World, c: int, i: int):
    """The council's free need that fits the researcher best, of equals the oldest; -1 if none."""
    best, best_fit = NONE, -1.0
    expertise = world.researchers[i].expertise
    n = world.councils[c].first_need
    while n != NONE and best_fit < 1.0:  # nothing fits better than that
        need = world.needs[n]
        if (need.tie == NONE) & (expertise[need.topic] > best_fit):
            best, best_fit = n, expertise[need.topic]
        n = need.next
    return best


@compiled
def oldest_need_on(world: World, c: int, topic: int):
    """The council's oldest open need on a topic, claimed or not; -1 if none."""
    n = world.councils[c].first_need
    while n != NONE and world.needs[n].topic != topic:
        n = world.needs[n].next
    return n

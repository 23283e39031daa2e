"""Needs: questions that councils have, for as long as an answer is of use (ODD 4.3)."""

from model import chance
from model.arrays import NONE, TABLE_FULL
from model.chance import stream_of, uniform
from model.machine.compiling import compiled, inlined
from model.month import this_month

MOST_IN_A_MONTH = 1024


@compiled
def renew_needs(world):
    """Older needs age, expire or are answered elsewhere; then councils raise new ones."""
    clock = world.clock
    outside = stream_of(clock.seed, chance.OUTSIDE, clock.month)
    for council in range(world.councils.size):
        age_needs(world, council, outside)
    counts = stream_of(clock.seed, chance.NEED_COUNT, clock.month)
    topics = stream_of(clock.seed, chance.NEED_TOPIC, clock.month)
    for council in range(world.councils.size):
        raise_needs(world, council, counts, topics)


@inlined
def age_needs(world, council, stream):
    """Let a council's older needs expire, or be answered by its other sources."""
    clock, row = world.clock, world.councils[council]
    elsewhere = 2.0 * world.parameters.outside_answer * row.other_evidence
    need = row.first_need
    while need != NONE:
        following = world.needs[need].next
        if clock.month - world.needs[need].born > row.window:
            this_month(world).needs_expired += 1
            close_need(world, need)
        elif uniform(stream, world.needs[need].who, 0) < elsewhere and world.needs[need].tie == NONE:
            this_month(world).needs_met_elsewhere += 1
            close_need(world, need)
        need = following


@inlined
def raise_needs(world, council, counts, topics):
    """Let a council raise new needs, at most 1,024 in a month (their addresses hold no more)."""
    clock, row = world.clock, world.councils[council]
    count = chance.poisson(counts, council, 0, world.parameters.need_rate * row.scale)
    for i in range(min(count, MOST_IN_A_MONTH)):
        who = chance.need_of(council, clock.month, i)
        u = uniform(topics, who, 0)
        topic = 0
        while topic < row.profile.size - 1 and u >= row.profile[topic]:
            topic += 1
        open_need(world, council, topic, who)


@compiled
def open_need(world, council, topic, who):
    """Add a need to the end of its council's list."""
    clock, row = world.clock, world.clock.free_need
    if row == NONE:
        clock.overflowed = TABLE_FULL
        return
    need = world.needs[row]
    clock.free_need = need.next
    need.council = council
    need.topic = topic
    need.born = clock.month
    need.who = who
    need.tie = NONE
    need.next = NONE
    last = world.councils[council].last_need
    if last == NONE:
        world.councils[council].first_need = row
    else:
        world.needs[last].next = row
    world.councils[council].last_need = row
    world.funder.open_needs[topic] += 1
    world.funder.needs_open += 1
    this_month(world).needs_raised += 1


@compiled
def close_need(world, row):
    """Take a need that ends off its council's list; its tie is left without one and keeps the topic."""
    need = world.needs[row]
    council = world.councils[need.council]
    before = NONE
    at = council.first_need
    while at != row:
        before = at
        at = world.needs[at].next
    if before == NONE:
        council.first_need = need.next
    else:
        world.needs[before].next = need.next
    if council.last_need == row:
        council.last_need = before
    if need.tie != NONE:
        world.ties[need.tie].need = NONE
        need.tie = NONE
    world.funder.open_needs[need.topic] -= 1
    world.funder.needs_open -= 1
    need.next = world.clock.free_need
    world.clock.free_need = row


@inlined
def best_free_need(world, council, researcher):
    """The council's free need that fits the researcher best, of equals the oldest; -1 if none."""
    best, best_fit = NONE, -1.0
    expertise = world.researchers[researcher].expertise
    row = world.councils[council].first_need
    while row != NONE:
        need = world.needs[row]
        if (need.tie == NONE) & (expertise[need.topic] > best_fit):
            best, best_fit = row, expertise[need.topic]
        row = need.next
    return best


@compiled
def oldest_need_on(world, council, topic):
    """The council's oldest open need on a topic, claimed or not; -1 if none."""
    row = world.councils[council].first_need
    while row != NONE and world.needs[row].topic != topic:
        row = world.needs[row].next
    return row

"""Findings: the work of partnerships, and what comes of it (ODD 4.9)."""

import math

import numpy as np

from model import chance
from model.agreement import note_common_work
from model.arrays import NONE, PROJECT, STRATEGIC, World
from model.chance import stream_of, uniform
from model.council import analytical_share
from model.machine.compiling import compiled, inlined
from model.machine.fetching import call_up
from model.machine.ordering import sort_by_luck
from model.measures import CLAIMED, FINDING_LATE, FINDING_MET, FINDING_OWN, YIELDED
from model.month import levers_of, record, surprise, this_month
from model.need import answer_need, oldest_need_on
from model.tie import is_active

HEARER_TRIES = 1000


@compiled
def deliver(world: World):
    """Partnerships, in random order, take on needs, work, and deliver findings."""
    clock = world.clock
    stream = stream_of(clock.seed, chance.DELIVERY, clock.month)
    working = 0
    for k in range(clock.live):
        call_up(world.ties, world.live, k, world.clock.live)
        t = world.live[k]
        tie = world.ties[t]
        if tie.stage == STRATEGIC or (tie.stage == PROJECT and tie.since < clock.month):
            who = chance.pair_of(tie.council, tie.researcher)
            world.keys[working], world.items[working] = uniform(stream, who, 0), t
            working += 1
    sort_by_luck(world, working)
    for k in range(working):
        work(world, stream, world.items[k])


@inlined
def work(world: World, stream: int, t: int):
    """Take on a need if there is none, and bring the finding on by a month."""
    tie = world.ties[t]
    if tie.progress == 0.0:
        if tie.need == NONE:
            claim_need(world, stream, t, tie)
        if tie.need == NONE and tie.stage == STRATEGIC:
            return
        tie.began_with_need = tie.need != NONE
    tie.progress += speed(world, tie)
    if tie.progress >= 1.0:
        tie.progress = 0.0
        deliver_finding(world, stream, tie)


@compiled
def fit(world: World, tie: np.record, topic: int):
    """F of the tie on a topic; a strategic one can draw on colleagues."""
    expertise = world.researchers[tie.researcher].expertise[topic]
    return max(expertise, world.parameters.strategic_reach) if tie.stage == STRATEGIC else expertise


@compiled
def claim_need(world: World, stream: int, t: int, tie: np.record):
    """Claim the best-fitting need of the council that is free, or is yielded; of equals the oldest."""
    who = chance.pair_of(tie.council, tie.researcher)
    takes_over = uniform(stream, who, 8) < world.parameters.need_yields
    best, best_fit = NONE, world.parameters.least_fit
    n = world.councils[tie.council].first_need
    while n != NONE and best_fit < 1.0:  # nothing fits better than that
        need = world.needs[n]
        is_left = need.tie == NONE or (takes_over and not is_active(world.ties[need.tie]))
        if is_left and fit(world, tie, need.topic) > best_fit:
            best, best_fit = n, fit(world, tie, need.topic)
        n = need.next
    if best != NONE:
        if world.needs[best].tie != NONE:
            yield_need(world, world.ties[world.needs[best].tie])
        tie.need = best
        tie.topic = world.needs[best].topic
        world.needs[best].tie = t
        record(world, tie, CLAIMED)


@compiled
def yield_need(world: World, tie: np.record):
    """A pair without a project leaves its need to a partnership."""
    tie.need = NONE
    record(world, tie, YIELDED)


@inlined
def speed(world: World, tie: np.record):
    """Progress made this month towards a finding."""
    p = world.parameters
    council, researcher = world.councils[tie.council], world.researchers[tie.researcher]
    absorption = analytical_share(world, council) + council.absorptive_capacity
    pace = researcher.pace * p.rapid if tie.stage == STRATEGIC else researcher.pace
    return tie.served * (1.0 + p.absorb_speed * absorption) / pace


@compiled
def worth(world: World, tie: np.record):
    """What an answer of the two on their topic is worth."""
    council, researcher = world.councils[tie.council], world.researchers[tie.researcher]
    return (
        fit(world, tie, tie.topic)
        * (0.5 + 0.5 * researcher.excellence)
        * (0.5 + 0.5 * analytical_share(world, council))
    )


@compiled
def deliver_finding(world: World, stream: int, tie: np.record):
    """A finding, of use if in time; the researcher learns in any case, and others may hear of it."""
    p, month = world.parameters, this_month(world)
    council, researcher = world.councils[tie.council], world.researchers[tie.researcher]
    value = worth(world, tie)
    month.findings += 1
    if tie.need != NONE:
        answer_need(world, tie.need)
        tie.trust += p.timely_trust * (1.0 - tie.trust)
        council.absorptive_capacity += p.learn_absorb * (1.0 - council.absorptive_capacity)
        month.needs_met += 1
        month.findings_timely += 1
        record(world, tie, FINDING_MET)
    elif tie.began_with_need:
        value *= p.late_value
        tie.trust -= p.late_trust * tie.trust
        record(world, tie, FINDING_LATE)
    else:
        value *= p.late_value
        record(world, tie, FINDING_OWN)
    tie.findings += 1
    note_common_work(world, researcher.university, tie.council)
    month.value += value
    who = chance.pair_of(tie.council, tie.researcher)
    researcher.sector_knowledge += p.learn_sector * (1.0 - researcher.sector_knowledge)
    draw_outcome(world, tie, uniform(stream, who, 1))
    spread(world, stream, tie, who, value)


@compiled
def draw_outcome(world: World, tie: np.record, luck: float):
    """One of the review's four kinds of success that a finding can be."""
    council, researcher = world.councils[tie.council], world.researchers[tie.researcher]
    month, strategic = this_month(world), tie.stage == STRATEGIC
    fresh = council.motives[0] * (1.0 if strategic else 0.2)
    asset = council.motives[1] * analytical_share(world, council)
    delivery = council.motives[3] * (0.3 + researcher.sector_knowledge) * (1.0 if strategic else 0.3)
    specialist = council.motives[2] * researcher.excellence
    target = luck * (fresh + asset + delivery + specialist)
    if target < fresh:
        month.fresh_perspective += 1
    elif target < fresh + asset:
        month.evidence_asset += 1
    elif target < fresh + asset + delivery:
        month.evidence_to_delivery += 1
    else:
        month.specialist_application += 1


@compiled
def spread(world: World, stream: int, tie: np.record, who: int, value: float):
    """Other councils, distinct and picked at random, hear of the finding."""
    clock = world.clock
    audience = min(chance.poisson(stream, who, 2, levers_of(world).dissemination), world.councils.size - 1)
    if audience <= 0:
        return
    hearers = stream_of(clock.seed, chance.HEARER, clock.month)
    heard = 0
    for attempt in range(HEARER_TRIES):
        c = chance.index(hearers, who * 1024 + attempt, 0, world.councils.size)
        if c != tie.council and not has_heard(world, c, heard):
            world.noted[heard] = c
            heard += 1
            hear(world, c, tie, value, uniform(hearers, who * 1024 + attempt, 1))
            if heard == audience:
                return


@compiled
def has_heard(world: World, c: int, heard: int):
    """Whether a council is among those that have heard."""
    for k in range(heard):  # noqa: SIM110 (rules have no generators)
        if world.noted[k] == c:
            return True
    return False


@compiled
def hear(world: World, c: int, tie: np.record, value: float, luck: float):
    """A council that hears of a finding may have its oldest need on the topic met; ODD 4.9."""
    n = oldest_need_on(world, c, tie.topic)
    if n == NONE:
        return
    probability = transfer(world, n, tie.council)
    world.luck.heard += surprise(world, luck < probability, probability)
    if luck < probability:
        answer_need(world, n)
        this_month(world).needs_met_dissemination += 1
        this_month(world).value += world.parameters.transfer_value * value


@compiled
def transfer(world: World, n: int, maker: int):
    """Chance that a finding made for one council meets a need of another."""
    need = world.needs[n]
    council = world.councils[need.council]
    age = (world.clock.month - need.born) / council.window
    unlike = abs(math.log(council.relative_size / world.councils[maker].relative_size))
    return world.parameters.transfer_chance ** (1.0 + age + unlike)


@compiled
def charge_communication(world: World):
    """Communication beyond the warm-up's is paid for by the year."""
    further = levers_of(world).dissemination - world.segments[0].dissemination
    if further > 0.0:
        this_month(world).cost_dissemination += world.parameters.price_communication * further / 12.0

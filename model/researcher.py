"""Researchers: who they are, careers, and the skills that policies give them (ODD 2, 4.1, 5, 7)."""

import numpy as np

from model import chance
from model.arrays import (
    AWARDED,
    BY_PHD,
    N_TOPICS,
    NONE,
    PERMANENT,
    PHD_ROW_TAKEN,
    PROJECT,
    STRATEGIC,
    VACANT,
    World,
)
from model.chance import attribute_of, stream_of, uniform
from model.council import draw_weights
from model.machine.compiling import compiled, inlined
from model.machine.fetching import call_up
from model.measures import DEPARTED, HANDED_OVER, OFFICER_LOST, SECONDED
from model.month import lasting_surprise, levers_of, record, this_month
from model.need import best_free_need
from model.picking import pick_council, weigh_staff
from model.reasons import LEFT
from model.tie import awaken, find_tie, is_active, make_tie, note_experience, remove_tie, start_project
from model.university import join_phd, leave_phd, staff_member
from model.unmet import lose_hold

SECONDMENT_TRIES = 61  # draws of SECONDMENT that researchers are tried by
PRICED_SECONDMENT = 6.0  # months of secondment that have a price


@compiled
def draw_researchers(world: World, shapes: np.ndarray):
    """Draw the first holder of every post; shapes are those of the Dirichlet of motives."""
    stream, p = stream_of(world.clock.seed, chance.RESEARCHER, 0), world.parameters
    for u in range(world.universities.size):
        for k in range(world.universities[u].posts):
            i = staff_member(world, u, k)
            researcher = world.researchers[i]
            researcher.university = u
            draw_person(world, researcher, shapes, stream, i)
            researcher.arrived = NONE
            contract = attribute_of(i, chance.RESEARCHER_CONTRACT)
            world.contract_ends[i] = PERMANENT
            if uniform(stream, contract, 0) >= p.permanent_share:
                world.contract_ends[i] = chance.index(stream, contract, 1, p.first_contract_months)


@compiled
def draw_person(world: World, researcher: np.record, shapes: np.ndarray, stream: int, who: int):
    """Draw all that a researcher brings; the post stays what it is."""
    p = world.parameters
    researcher.present = 1
    researcher.arrived = world.clock.month
    draw_expertise(researcher, stream, attribute_of(who, chance.RESEARCHER_TOPICS))
    researcher.excellence = chance.beta(stream, attribute_of(who, chance.RESEARCHER_EXCELLENCE), 0, 4.0, 4.0)
    researcher.local_focus = chance.beta(
        stream, attribute_of(who, chance.RESEARCHER_LOCAL_FOCUS), 0, 2.0, 3.0
    )
    researcher.pace = chance.log_normal(
        stream, attribute_of(who, chance.RESEARCHER_PACE), 0, p.pace_median, 0.4
    )
    time = chance.gamma(stream, attribute_of(who, chance.RESEARCHER_ENGAGEMENT_CAPACITY), 0, 1.0)
    researcher.engagement_capacity = p.researcher_time * time + 0.1
    researcher.sector_knowledge = chance.beta(
        stream, attribute_of(who, chance.RESEARCHER_SECTOR_KNOWLEDGE), 0, 1.5, 4.0
    )
    draw_weights(researcher.motives, shapes, stream, attribute_of(who, chance.RESEARCHER_MOTIVES))
    researcher.load = 0.0
    researcher.seconded_to = NONE
    researcher.partner = NONE
    researcher.experienced = 0


@compiled
def draw_expertise(researcher: np.record, stream: int, who: int):
    """1 on one topic, 0.4-0.8 on a second, 0.1 elsewhere."""
    best = chance.index(stream, who, 0, N_TOPICS)
    second = chance.index(stream, who, 1, N_TOPICS - 1)
    second += second >= best
    for topic in range(N_TOPICS):
        researcher.expertise[topic] = 0.1
    researcher.expertise[second] = 0.4 + 0.4 * uniform(stream, who, 2)
    researcher.expertise[best] = 1.0


@compiled
def best_topic(researcher: np.record):
    """The topic of expertise 1."""
    topic = 0
    while researcher.expertise[topic] < 1.0:
        topic += 1
    return topic


@inlined
def is_available(world: World, i: int):
    """Whether a researcher is open to something new."""
    researcher = world.researchers[i]
    has_time = researcher.engagement_capacity >= world.parameters.available_time
    return (researcher.present == 1) & (researcher.load < 1.0) & has_time


@compiled
def pursue_careers(world: World, shapes: np.ndarray):
    """Permanent researchers may leave; fixed terms run out and may be renewed."""
    clock, p = world.clock, world.parameters
    stream = stream_of(clock.seed, chance.CAREER, clock.month)
    handovers = stream_of(clock.seed, chance.HANDOVER, clock.month)
    successors = stream_of(clock.seed, chance.SUCCESSOR, clock.month)
    expect_departures(world)
    listed = 0
    for i in range(clock.slots):
        ends = world.contract_ends[i]
        world.items[listed] = i
        listed += (ends == clock.month) | ((ends == PERMANENT) & (uniform(stream, i, 0) < p.researcher_exit))
    for k in range(listed):
        call_up(world.researchers, world.items, k, listed)
        i = world.items[k]
        months = 0
        if world.contract_ends[i] == clock.month and i < clock.posts:
            months = renewed_for(world, stream, i)
        if months > 0:
            world.contract_ends[i] = clock.month + months
        else:
            depart(world, i, shapes, handovers, successors)


@compiled
def expect_departures(world: World):
    """Take off the luck of departures what is to be expected: strategic ties that vanish this month."""
    for k in range(world.clock.live if world.clock.left > 0.0 else 0):
        tie = world.ties[world.live[k]]
        if tie.stage == STRATEGIC:
            stays_on = handover(world, tie) if tie.researcher < world.clock.posts else 0.0
            vanishes = chance_to_leave(world, tie.researcher) * (1.0 - stays_on)
            world.luck.departed += lasting_surprise(world, False, vanishes)


@compiled
def chance_to_leave(world: World, i: int):
    """Chance that a researcher leaves this month."""
    p = world.parameters
    if world.contract_ends[i] == PERMANENT:
        return p.researcher_exit
    if world.contract_ends[i] != world.clock.month:
        return 0.0
    if i >= world.clock.posts:
        return 1.0
    with_grant = p.contract_with_grant if longest_grant(world, i) > 0 else 0.0
    return (1.0 - with_grant) * (1.0 - p.renewal)


@compiled
def renewed_for(world: World, stream: int, i: int):
    """Months for which a fixed term that has run out goes on: to a grant's end, or anew; 0 if not at all."""
    p = world.parameters
    months = longest_grant(world, i) if uniform(stream, i, 2) < p.contract_with_grant else 0
    if months == 0 and uniform(stream, i, 1) < p.renewal:
        return p.contract_months
    return months


@compiled
def longest_grant(world: World, i: int):
    """Months to the end of a researcher's longest grant; 0 without one."""
    months, t = 0, world.researchers[i].first_tie
    while t != NONE:
        months = max(months, months_of_grant(world, world.ties[t]))
        t = world.ties[t].next_of_researcher
    return months


@inlined
def months_of_grant(world: World, tie: np.record):
    """Months to the end of a tie's grant, won or running; 0 without one."""
    if tie.stage == PROJECT and tie.funded == 1:
        return tie.funding_left
    return tie.due - world.clock.month + tie.grant_months if tie.stage == AWARDED else 0


@compiled
def depart(world: World, i: int, shapes: np.ndarray, handovers: int, successors: int):
    """A researcher leaves, and most ties with it; a post is filled anew."""
    researcher = world.researchers[i]
    if researcher.seconded_to != NONE:
        world.councils[researcher.seconded_to].seconded -= 1
        world.clock.seconded -= 1
        researcher.seconded_to = NONE
    part_with_ties(world, i, handovers)
    if i >= world.clock.posts:
        join_council(world, i)
        researcher.present = 0
        world.contract_ends[i] = VACANT
        leave_phd(world, i)
    else:
        draw_person(world, researcher, shapes, successors, i)
        take_over(world, i)
        if world.contract_ends[i] != PERMANENT:
            world.contract_ends[i] = world.clock.month + world.parameters.contract_months


@compiled
def take_over(world: World, i: int):
    """A successor to whom a partnership was handed is in it."""
    t = world.researchers[i].first_tie
    while t != NONE:
        if is_active(world.ties[t]):
            note_experience(world, i)
        t = world.ties[t].next_of_researcher


@compiled
def join_council(world: World, i: int):
    """Some who have done a PhD with a council go to work for it, and bring what they know."""
    c, p = world.researchers[i].partner, world.parameters
    stream = stream_of(world.clock.seed, chance.CAREER, world.clock.month)
    if c != NONE and uniform(stream, i, 3) < p.phd_to_council:
        world.councils[c].absorptive_capacity += p.phd_absorb * (1.0 - world.councils[c].absorptive_capacity)


@compiled
def part_with_ties(world: World, i: int, stream: int):
    """Ties vanish with their researcher, but a strategic one or a grant may be handed to the successor."""
    p, month = world.parameters, this_month(world)
    t = world.researchers[i].first_tie
    while t != NONE:
        tie = world.ties[t]
        following = tie.next_of_researcher
        pair = chance.pair_of(tie.council, i)
        if i < world.clock.posts and uniform(stream, pair, 0) < handover(world, tie):
            tie.trust *= p.handover_trust
            record(world, tie, HANDED_OVER)
        else:
            world.luck.departed += lasting_surprise(world, tie.stage == STRATEGIC, 0.0)
            month.lost_strategic += tie.stage == STRATEGIC
            month.ended_project += tie.stage == PROJECT
            record(world, tie, DEPARTED)
            lose_hold(world, tie, LEFT)
            remove_tie(world, t)
        t = following


@compiled
def handover(world: World, tie: np.record):
    """Chance that a tie is handed on when its researcher leaves."""
    p = world.parameters
    u, chance_of_it = world.researchers[tie.researcher].university, 0.0
    if tie.stage == STRATEGIC:
        chance_of_it = p.handover_with_role if world.universities[u].roles > 0.0 else p.handover_without
    elif months_of_grant(world, tie) > 0:
        chance_of_it = p.handover_project
    if is_active(tie) and world.agreements[u, tie.council]:
        chance_of_it = max(chance_of_it, p.agreement_handover)
    return chance_of_it


@compiled
def lose_officers(world: World):
    """Live ties lose their officer at the council, and trust with them."""
    clock, p = world.clock, world.parameters
    stream = stream_of(clock.seed, chance.OFFICER, clock.month)
    for k in range(clock.live):
        call_up(world.ties, world.live, k, clock.live)
        tie = world.ties[world.live[k]]
        if uniform(stream, chance.pair_of(tie.council, tie.researcher), 0) < p.officer_turnover:
            share = p.officer_loss_strategic if tie.stage == STRATEGIC else 1.0
            tie.trust *= 1.0 - share * p.officer_loss
            world.councils[tie.council].absorptive_capacity *= p.officer_absorb
            record(world, tie, OFFICER_LOST)


@compiled
def train(world: World):
    """Training: researchers learn how local government works."""
    levers, p = levers_of(world), world.parameters
    if levers.training_rate <= 0.0:
        return
    stream = stream_of(world.clock.seed, chance.TRAINING, world.clock.month)
    for i in range(world.clock.slots):
        researcher = world.researchers[i]
        if researcher.present and uniform(stream, i, 0) < levers.training_rate / 12.0:
            researcher.sector_knowledge += p.training_gain * (1.0 - researcher.sector_knowledge)
            this_month(world).cost_training += p.price_training


@compiled
def second(world: World):
    """Secondments: those that are over bear fruit, and new ones begin."""
    clock, levers = world.clock, levers_of(world)
    for i in range(clock.slots if clock.seconded > 0 else 0):
        researcher = world.researchers[i]
        if researcher.seconded_to != NONE and researcher.seconded_until == clock.month:
            return_from_secondment(world, i)
    if levers.secondments <= 0.0 or clock.researchers == 0:
        return
    stream = stream_of(clock.seed, chance.SECONDMENT, clock.month)
    for who in range(chance.yearly_number(stream, levers.secondments)):
        begin_secondment(world, stream, who)


@compiled
def begin_secondment(world: World, stream: int, who: int):
    """Second a random researcher to a council picked by near."""
    i = choose_to_second(world, stream, who)
    if i == NONE:
        return
    researcher = world.researchers[i]
    c = pick_council(world, researcher.university, uniform(stream, who, 0))
    if c == NONE:
        return
    researcher.seconded_to = c
    clock, p = world.clock, world.parameters
    researcher.seconded_until = clock.month + p.secondment_months
    world.councils[c].seconded += 1
    clock.seconded += 1
    this_month(world).cost_secondments += p.price_secondment * (p.secondment_months / PRICED_SECONDMENT)


@compiled
def choose_to_second(world: World, stream: int, who: int):
    """Row of a random researcher who is not on secondment, or -1."""
    slots = world.clock.slots
    i = 0
    for attempt in range(SECONDMENT_TRIES):
        i = chance.index(stream, who, 1 + attempt, slots)
        if can_be_seconded(world.researchers[i]):
            return i
    for _ in range(slots):
        i = (i + 1) % slots
        if can_be_seconded(world.researchers[i]):
            return i
    return NONE


@compiled
def can_be_seconded(researcher: np.record):
    """Whether someone is there and not on secondment."""
    return researcher.present and researcher.seconded_to == NONE


@compiled
def return_from_secondment(world: World, i: int):
    """Knowledge and trust gained while seconded; a new tie starts dormant."""
    researcher, p = world.researchers[i], world.parameters
    c = researcher.seconded_to
    council = world.councils[c]
    council.seconded -= 1
    world.clock.seconded -= 1
    researcher.seconded_to = NONE
    researcher.sector_knowledge += p.secondment_sector * (1.0 - researcher.sector_knowledge)
    council.absorptive_capacity += p.secondment_absorb * (1.0 - council.absorptive_capacity)
    t = find_tie(world, c, i)
    if t == NONE:
        t = make_tie(world, c, i, best_topic(researcher))
        if t == NONE:
            return
    tie = world.ties[t]
    tie.trust = max(tie.trust, p.secondment_trust)
    record(world, tie, SECONDED)


@compiled
def start_phds(world: World, shapes: np.ndarray):
    """PhDs: new researchers with a foot in local government."""
    clock, levers = world.clock, levers_of(world)
    n_universities = world.universities.size
    if levers.phds > 0.0 and n_universities > 0:
        stream = stream_of(clock.seed, chance.PHD, clock.month)
        for who in range(chance.yearly_number(stream, levers.phds)):
            start_phd(world, who, chance.index(stream, who, 0, n_universities), shapes)
    if clock.staff_changed:
        weigh_staff(world)
    in_post = 0
    for i in range(clock.posts, clock.slots):
        in_post += world.researchers[i].present
    this_month(world).cost_phds += in_post * world.parameters.price_phd / 12.0


@compiled
def start_phd(world: World, who: int, u: int, shapes: np.ndarray):
    """Fill the next row for PhD researchers."""
    clock, p = world.clock, world.parameters
    i = clock.posts + clock.phds_started % (clock.slots - clock.posts)
    researcher = world.researchers[i]
    if researcher.present:
        clock.overflowed = PHD_ROW_TAKEN
        return
    clock.phds_started += 1
    researcher.university = u
    world.contract_ends[i] = clock.month + p.phd_months
    draw_person(world, researcher, shapes, stream_of(clock.seed, chance.PHD_RESEARCHER, clock.month), who)
    researcher.local_focus = p.phd_local_focus
    researcher.sector_knowledge = p.phd_sector
    researcher.engagement_capacity = p.phd_days
    join_phd(world, i)
    stream = stream_of(clock.seed, chance.PHD, clock.month)
    if uniform(stream, who, 1) < p.phd_partnership:
        c = pick_council(world, u, uniform(stream, who, 2))
        if c != NONE:
            begin_phd_project(world, c, i)


@compiled
def begin_phd_project(world: World, c: int, i: int):
    """A collaborative PhD is a funded project with a named council, over its best free need if any."""
    n = best_free_need(world, c, i)
    topic = best_topic(world.researchers[i]) if n == NONE else world.needs[n].topic
    t = make_tie(world, c, i, topic)
    if t == NONE:
        return
    tie = world.ties[t]
    awaken(world, t)
    tie.trust = world.parameters.meeting_trust
    tie.origin = BY_PHD
    if n != NONE:
        tie.need, world.needs[n].tie = n, t
    world.researchers[i].partner = c
    start_project(world, tie, 1, world.parameters.phd_months)
    this_month(world).starts_phd += 1
    record(world, tie, BY_PHD)

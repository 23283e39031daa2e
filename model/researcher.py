"""Researchers: who they are, careers, and the skills that policies give them (ODD 2, 4.1, 5, 7)."""

from model import chance
from model.arrays import N_TOPICS, NONE, PERMANENT, PHD_ROW_TAKEN, PROJECT, STRATEGIC, VACANT
from model.chance import attribute_of, stream_of, uniform
from model.council import draw_weights
from model.machine.compiling import compiled, inlined
from model.machine.fetching import call_up
from model.measures import DEPARTED, HANDED_OVER, OFFICER_LOST, SECONDED
from model.month import levers_of, record, this_month
from model.picking import pick_council, weigh_staff
from model.tie import find_tie, make_tie, remove_tie
from model.university import join_phd, leave_phd, staff_member

SECONDMENT_TRIES = 61  # draws of SECONDMENT that researchers are tried by
PRICED_SECONDMENT = 6.0  # months of secondment that have a price


@compiled
def draw_researchers(world, shapes):
    """Draw the first holder of every post; shapes are those of the Dirichlet of motives."""
    stream, p = stream_of(world.clock.seed, chance.RESEARCHER, 0), world.parameters
    for u in range(world.universities.size):
        for i in range(world.universities[u].posts):
            post = staff_member(world, u, i)
            researcher = world.researchers[post]
            researcher.university = u
            draw_person(world, researcher, shapes, stream, post)
            researcher.arrived = NONE
            contract = attribute_of(post, chance.RESEARCHER_CONTRACT)
            world.contract_ends[post] = PERMANENT
            if uniform(stream, contract, 0) >= p.permanent_share:
                world.contract_ends[post] = chance.index(stream, contract, 1, p.first_contract_months)


@compiled
def draw_person(world, researcher, shapes, stream, who):
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


@compiled
def draw_expertise(researcher, stream, who):
    """1 on one topic, 0.4-0.8 on a second, 0.1 elsewhere."""
    best = chance.index(stream, who, 0, N_TOPICS)
    second = chance.index(stream, who, 1, N_TOPICS - 1)
    second += second >= best
    for topic in range(N_TOPICS):
        researcher.expertise[topic] = 0.1
    researcher.expertise[second] = 0.4 + 0.4 * uniform(stream, who, 2)
    researcher.expertise[best] = 1.0


@compiled
def best_topic(researcher):
    """The topic of expertise 1."""
    topic = 0
    while researcher.expertise[topic] < 1.0:
        topic += 1
    return topic


@inlined
def is_available(world, researcher):
    """Whether a researcher is open to something new."""
    row = world.researchers[researcher]
    has_time = row.engagement_capacity >= world.parameters.available_time
    return (row.present == 1) & (row.load < 1.0) & has_time


@compiled
def pursue_careers(world, shapes):
    """Permanent researchers may leave; fixed terms run out and may be renewed."""
    clock, p = world.clock, world.parameters
    stream = stream_of(clock.seed, chance.CAREER, clock.month)
    handovers = stream_of(clock.seed, chance.HANDOVER, clock.month)
    successors = stream_of(clock.seed, chance.SUCCESSOR, clock.month)
    n = 0
    for r in range(clock.slots):
        ends = world.contract_ends[r]
        world.items[n] = r
        n += (ends == clock.month) | ((ends == PERMANENT) & (uniform(stream, r, 0) < p.researcher_exit))
    for j in range(n):
        call_up(world.researchers, world.items, j, n)
        r = world.items[j]
        if world.contract_ends[r] == clock.month and r < clock.posts and uniform(stream, r, 1) < p.renewal:
            world.contract_ends[r] = clock.month + p.contract_months
        else:
            depart(world, r, shapes, handovers, successors)


@compiled
def depart(world, r, shapes, handovers, successors):
    """A researcher leaves, and most ties with it; a post is filled anew."""
    researcher = world.researchers[r]
    if researcher.seconded_to != NONE:
        world.councils[researcher.seconded_to].seconded -= 1
        world.clock.seconded -= 1
        researcher.seconded_to = NONE
    part_with_ties(world, r, handovers)
    if r >= world.clock.posts:
        researcher.present = 0
        world.contract_ends[r] = VACANT
        leave_phd(world, r)
    else:
        draw_person(world, researcher, shapes, successors, r)
        if world.contract_ends[r] != PERMANENT:
            world.contract_ends[r] = world.clock.month + world.parameters.contract_months


@compiled
def part_with_ties(world, r, stream):
    """Ties vanish with their researcher, but a strategic one may be handed to the successor."""
    p, month = world.parameters, this_month(world)
    researcher = world.researchers[r]
    has_role = world.universities[researcher.university].roles > 0.0
    handover = p.handover_with_role if has_role else p.handover_without
    row = researcher.first_tie
    while row != NONE:
        tie = world.ties[row]
        following = tie.next_of_researcher
        pair = chance.pair_of(tie.council, r)
        if tie.stage == STRATEGIC and r < world.clock.posts and uniform(stream, pair, 0) < handover:
            tie.trust *= p.handover_trust
            record(world, tie, HANDED_OVER)
        else:
            month.lost_strategic += tie.stage == STRATEGIC
            month.ended_project += tie.stage == PROJECT
            record(world, tie, DEPARTED)
            remove_tie(world, row)
        row = following


@compiled
def lose_officers(world):
    """Live ties lose their officer at the council, and trust with them."""
    clock, p = world.clock, world.parameters
    stream = stream_of(clock.seed, chance.OFFICER, clock.month)
    for i in range(clock.live):
        call_up(world.ties, world.live, i, clock.live)
        tie = world.ties[world.live[i]]
        if uniform(stream, chance.pair_of(tie.council, tie.researcher), 0) < p.officer_turnover:
            share = p.officer_loss_strategic if tie.stage == STRATEGIC else 1.0
            tie.trust *= 1.0 - share * p.officer_loss
            world.councils[tie.council].absorptive_capacity *= p.officer_absorb
            record(world, tie, OFFICER_LOST)


@compiled
def train(world):
    """Training: researchers learn how local government works."""
    levers, p = levers_of(world), world.parameters
    if levers.training_rate <= 0.0:
        return
    stream = stream_of(world.clock.seed, chance.TRAINING, world.clock.month)
    for r in range(world.clock.slots):
        researcher = world.researchers[r]
        if researcher.present and uniform(stream, r, 0) < levers.training_rate / 12.0:
            researcher.sector_knowledge += p.training_gain * (1.0 - researcher.sector_knowledge)
            this_month(world).cost_training += p.price_training


@compiled
def second(world):
    """Secondments: those that are over bear fruit, and new ones begin."""
    clock, levers = world.clock, levers_of(world)
    for r in range(clock.slots if clock.seconded > 0 else 0):
        researcher = world.researchers[r]
        if researcher.seconded_to != NONE and researcher.seconded_until == clock.month:
            return_from_secondment(world, r)
    if levers.secondments <= 0.0 or clock.researchers == 0:
        return
    stream = stream_of(clock.seed, chance.SECONDMENT, clock.month)
    for i in range(chance.yearly_number(stream, levers.secondments)):
        begin_secondment(world, stream, i)


@compiled
def begin_secondment(world, stream, i):
    """Second a random researcher to a council picked by prox."""
    r = choose_to_second(world, stream, i)
    if r == NONE:
        return
    researcher = world.researchers[r]
    council = pick_council(world, researcher.university, uniform(stream, i, 0))
    if council == NONE:
        return
    researcher.seconded_to = council
    clock, p = world.clock, world.parameters
    researcher.seconded_until = clock.month + p.secondment_months
    world.councils[council].seconded += 1
    clock.seconded += 1
    this_month(world).cost_secondments += p.price_secondment * (p.secondment_months / PRICED_SECONDMENT)


@compiled
def choose_to_second(world, stream, i):
    """Row of a random researcher who is not on secondment, or -1."""
    slots = world.clock.slots
    r = 0
    for attempt in range(SECONDMENT_TRIES):
        r = chance.index(stream, i, 1 + attempt, slots)
        if can_be_seconded(world.researchers[r]):
            return r
    for _ in range(slots):
        r = (r + 1) % slots
        if can_be_seconded(world.researchers[r]):
            return r
    return NONE


@compiled
def can_be_seconded(researcher):
    """Whether someone is there and not on secondment."""
    return researcher.present and researcher.seconded_to == NONE


@compiled
def return_from_secondment(world, r):
    """Knowledge and trust gained while seconded; a new tie starts dormant."""
    researcher, p = world.researchers[r], world.parameters
    c = researcher.seconded_to
    council = world.councils[c]
    council.seconded -= 1
    world.clock.seconded -= 1
    researcher.seconded_to = NONE
    researcher.sector_knowledge += p.secondment_sector * (1.0 - researcher.sector_knowledge)
    council.absorptive_capacity += p.secondment_absorb * (1.0 - council.absorptive_capacity)
    row = find_tie(world, c, r)
    if row == NONE:
        row = make_tie(world, c, r, best_topic(researcher))
        if row == NONE:
            return
    tie = world.ties[row]
    tie.trust = max(tie.trust, p.secondment_trust)
    record(world, tie, SECONDED)


@compiled
def start_phds(world, shapes):
    """PhDs: new researchers with a foot in local government."""
    clock, levers = world.clock, levers_of(world)
    n_universities = world.universities.size
    if levers.phds > 0.0 and n_universities > 0:
        stream = stream_of(clock.seed, chance.PHD, clock.month)
        for i in range(chance.yearly_number(stream, levers.phds)):
            start_phd(world, i, chance.index(stream, i, 0, n_universities), shapes)
    if clock.staff_changed:
        weigh_staff(world)
    in_post = 0
    for r in range(clock.posts, clock.slots):
        in_post += world.researchers[r].present
    this_month(world).cost_phds += in_post * world.parameters.price_phd / 12.0


@compiled
def start_phd(world, i, university, shapes):
    """Fill the next row for PhD researchers."""
    clock, p = world.clock, world.parameters
    row = clock.posts + clock.phds_started % (clock.slots - clock.posts)
    researcher = world.researchers[row]
    if researcher.present:
        clock.overflowed = PHD_ROW_TAKEN
        return
    clock.phds_started += 1
    researcher.university = university
    world.contract_ends[row] = clock.month + p.phd_months
    draw_person(world, researcher, shapes, stream_of(clock.seed, chance.PHD_RESEARCHER, clock.month), i)
    researcher.local_focus = p.phd_local_focus
    researcher.sector_knowledge = p.phd_sector
    researcher.engagement_capacity = p.phd_days
    join_phd(world, row)

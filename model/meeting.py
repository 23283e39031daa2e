"""Meetings: search, outreach and events; and the appraisal that both must pass (ODD 4.4, 4.5)."""

import math

from model import chance
from model.arrays import (
    BY_EVENT,
    BY_INITIAL,
    BY_OUTREACH,
    BY_REPEAT,
    BY_SEARCH,
    DORMANT,
    NONE,
    STRATEGIC,
)
from model.chance import stream_of, uniform
from model.compiling import compiled, inlined
from model.council import analytical_share
from model.measures import INITIAL
from model.need import best_free_need
from model.ordering import sort_by_luck
from model.place import home, pick_council, pick_university, shared_structure
from model.researcher import best_topic, is_available
from model.tie import awaken, find_tie, levers_of, make_tie, record, this_month
from model.university import staff_member

LEAST_TRUST = 0.1
INITIAL_TRUST = 0.5
EVENT_WHO = 1024


@compiled
def search(world):
    """Councils with time look for partners for their free needs."""
    clock = world.clock
    stream = stream_of(clock.seed, chance.SEARCH, clock.month)
    for c in range(world.councils.size):
        if world.councils[c].load < 1.0:
            row = world.councils[c].first_need
            while row != NONE:
                need = world.needs[row]
                if (need.tie == NONE) & (uniform(stream, need.who, 0) < world.parameters.search_rate):
                    search_for(world, stream, c, row)
                row = need.next


@inlined
def search_for(world, stream, council, row):
    """Turn to someone known, or to a university where it cannot be seen who fits."""
    need = world.needs[row]
    if uniform(stream, need.who, 1) < world.parameters.repeat_share:
        known = best_dormant(world, council, need.topic)
        if known != NONE:
            meet(world, council, world.ties[known].researcher, row, BY_REPEAT, stream, need.who)
            return
    university = pick_university(world, council, uniform(stream, need.who, 2))
    if university != NONE:
        researcher = ask_university(world, university, need.topic, stream, need.who)
        meet(world, council, researcher, row, BY_SEARCH, stream, need.who)


@inlined
def best_dormant(world, council, topic):
    """Row of the council's dormant tie with the highest trust x expertise (equal: lowest researcher)."""
    best, best_value = NONE, -1.0
    row = world.councils[council].first_tie
    while row != NONE:
        tie = world.ties[row]
        value = tie.trust * world.researchers[tie.researcher].expertise[topic]
        comes_up = (tie.stage == DORMANT) & (value >= best_value)
        if comes_up and (value > best_value or tie.researcher < world.ties[best].researcher):
            best, best_value = row, value
        row = tie.next_of_council
    return best


@inlined
def ask_university(world, university, topic, stream, who):
    """A random member of staff; a partnership office shows the best-fitting of several."""
    staff = world.universities[university].staff
    shown = world.parameters.office_reach if world.universities[university].roles > 0.0 else 1
    best, best_fit = NONE, -1.0
    for i in range(shown):
        researcher = staff_member(world, university, chance.index(stream, who, 3 + i, staff))
        fit = world.researchers[researcher].expertise[topic]
        if fit > best_fit:
            best, best_fit = researcher, fit
    return best


@compiled
def reach_out(world):
    """Researchers with time approach a council that they are near to."""
    clock, p, prospect = world.clock, world.parameters, world.funder.prospect
    stream = stream_of(clock.seed, chance.OUTREACH, clock.month)
    most = p.outreach_rate * max(1.0, 2.0 * prospect)  # motives add up to 1
    chance.uniform_row(world.luck, stream, 0, clock.slots)
    n = 0
    for r in range(clock.slots):
        u = world.luck[r]
        if u >= most:
            continue
        motives = world.researchers[r].motives
        drive = motives[0] + 0.5 * motives[1] + 2.0 * motives[2] * prospect
        if (u < p.outreach_rate * drive) & is_available(world, r):
            world.chosen[r] = pick_council(world, world.researchers[r].university, uniform(stream, r, 1))
            world.keys[n], world.items[n] = uniform(stream, r, 2), r
            n += 1
    sort_by_luck(world, n)
    for i in range(n):
        r = world.items[i]
        offer_help(world, world.chosen[r], r, BY_OUTREACH, stream, r)


@inlined
def offer_help(world, council, researcher, origin, stream, who):
    """Meet over the free need that fits the researcher best, if the council has one."""
    if council != NONE:
        need = best_free_need(world, council, researcher)
        if need != NONE:
            meet(world, council, researcher, need, origin, stream, who)


@compiled
def hold_events(world):
    """Events: random councils meet staff as in their own search without a partnership office."""
    levers, clock = levers_of(world), world.clock
    if levers.events_per_year <= 0.0:
        return
    stream = stream_of(clock.seed, chance.EVENT, clock.month)
    for event in range(chance.yearly_number(stream, levers.events_per_year)):
        for pair in range(levers.event_size):
            who = event * EVENT_WHO + pair
            council = chance.index(stream, who, 0, world.councils.size)
            university = pick_university(world, council, uniform(stream, who, 1))
            if university != NONE:
                i = chance.index(stream, who, 2, world.universities[university].staff)
                offer_help(world, council, staff_member(world, university, i), BY_EVENT, stream, who)
        this_month(world).cost_events += world.parameters.price_event


@inlined
def meet(world, council, researcher, need, origin, stream, who):
    """Two people meet over a need; if both want it, their tie scopes."""
    if world.needs[need].tie != NONE or not is_available(world, researcher):
        return
    row = find_tie(world, council, researcher)
    trust = 0.0
    if row != NONE:
        if world.ties[row].stage != DORMANT:
            return
        trust = world.ties[row].trust
    # The researcher is asked first only because that is quicker; each has a draw of their own.
    willing = acceptance(researcher_value(world, council, researcher, trust))
    if uniform(stream, who, chance.RESEARCHER_ACCEPTS) >= willing:
        return
    wanted = acceptance(council_value(world, council, researcher, world.needs[need].topic, trust))
    if uniform(stream, who, chance.COUNCIL_ACCEPTS) < wanted:
        form_tie(world, council, researcher, need, origin, row)


@inlined
def acceptance(value):
    """Logit choice (McFadden 1974)."""
    return 1.0 / (1.0 + math.exp(min(-value, 700.0)))


@inlined
def council_value(world, council, researcher, topic, trust):
    """V_c: what working with this researcher is worth to the council, in logits."""
    p, c, i = world.parameters, world.councils[council], world.researchers[researcher]
    f = i.expertise[topic]
    m = c.motives
    benefit = (
        m[0] * home(world, council, i.university)
        + m[1] * f
        + 1.5 * m[2] * f * i.excellence
        + m[3] * f * (0.5 + i.sector_knowledge)
    )
    return (
        p.council_base
        + p.council_benefit * benefit
        + p.trust_weight * trust
        - p.pace_aversion * (math.log(i.pace / c.window) if i.pace > c.window else 0.0)
        - p.scale_aversion * (1.0 - i.local_focus)
        - p.load_aversion * c.load
        - p.outside_option * c.other_evidence
    )


@inlined
def researcher_value(world, council, researcher, trust):
    """V_i: what working with this council is worth to the researcher, in logits."""
    p, c, i = world.parameters, world.councils[council], world.researchers[researcher]
    m = i.motives
    benefit = (
        1.5 * m[0] * c.commitment
        + m[1] * max(trust, shared_structure(world, council, i.university))
        + 1.5 * m[2] * world.funder.prospect
        + m[3] * (1.0 - i.local_focus / 2.0) * analytical_share(world, c)
    )
    return (
        p.researcher_base
        + p.researcher_benefit * benefit
        + p.trust_weight * trust
        - 0.5 * p.scale_aversion * (1.0 - i.local_focus)
        - p.load_aversion * i.load
        - p.unfamiliarity * (1.0 - i.sector_knowledge)
    )


@compiled
def form_tie(world, council, researcher, need, origin, row):
    """Make or revive a tie; it claims the need and takes its topic."""
    is_new = row == NONE
    if is_new:
        row = make_tie(world, council, researcher, world.needs[need].topic)
        if row == NONE:
            return
    tie = world.ties[row]
    awaken(world, row)
    tie.trust = max(tie.trust, LEAST_TRUST)
    tie.progress = 0.0 if is_new else tie.trust / 2.0
    tie.origin = origin
    tie.met = world.clock.month
    tie.topic = world.needs[need].topic
    tie.need = need
    world.needs[need].tie = row
    record(world, tie, origin)
    count_formed(this_month(world), origin)


@compiled
def count_formed(month, origin):
    """Count a tie formed, by the origin of the meeting."""
    month.formed += 1
    if origin == BY_SEARCH:
        month.formed_council_search += 1
    elif origin == BY_OUTREACH:
        month.formed_outreach += 1
    elif origin == BY_REPEAT:
        month.formed_repeat += 1
    elif origin == BY_EVENT:
        month.formed_event += 1
    else:
        month.formed_introduction += 1


@compiled
def open_initial_ties(world, count):
    """The strategic ties at the very start; no other tie exists."""
    stream = stream_of(world.clock.seed, chance.INITIAL_TIE, 0)
    for i in range(count):
        council = chance.index(stream, i * 1024, 2, world.councils.size)
        for attempt in range(1000):
            who = i * 1024 + attempt
            university = pick_university(world, council, uniform(stream, who, 0))
            if university == NONE:
                return
            staff = world.universities[university].staff
            researcher = staff_member(world, university, chance.index(stream, who, 1, staff))
            if is_available(world, researcher) and find_tie(world, council, researcher) == NONE:
                open_initial_tie(world, council, researcher)
                break


@compiled
def open_initial_tie(world, council, researcher):
    """Make one strategic tie, on the researcher's best topic."""
    row = make_tie(world, council, researcher, best_topic(world.researchers[researcher]))
    if row == NONE:
        return
    awaken(world, row)
    tie = world.ties[row]
    tie.stage = STRATEGIC
    tie.trust = INITIAL_TRUST
    tie.origin = BY_INITIAL
    tie.since = NONE
    world.councils[council].active += 1
    record(world, tie, INITIAL)

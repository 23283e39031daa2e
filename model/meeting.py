"""Meetings: search, outreach and events; both sides must want what they appraise (ODD 4.4, 4.5)."""

import numpy as np

from model import chance
from model.appraisal import (
    acceptance,
    council_objection,
    council_value,
    researcher_objection,
    researcher_value,
    trust_between,
)
from model.arrays import (
    BY_EVENT,
    BY_INITIAL,
    BY_OUTREACH,
    BY_REPEAT,
    BY_SEARCH,
    DORMANT,
    NONE,
    STRATEGIC,
    World,
)
from model.chance import stream_of, uniform
from model.machine.compiling import compiled, inlined
from model.machine.fetching import call_up
from model.machine.ordering import sort_by_luck
from model.measures import INITIAL
from model.month import lasting_surprise, levers_of, record, this_month
from model.need import best_free_need
from model.picking import pick_council, pick_university
from model.reasons import AGREED, APPRAISED, APPROACHED, NO_TIME, OF_MEETINGS, TOGETHER
from model.researcher import best_topic, is_available
from model.tie import awaken, find_tie, make_tie
from model.university import staff_member
from model.unmet import count_reason, lead_nowhere, matters

EVENT_WHO = 1024


@compiled
def search(world: World):
    """Councils with time look for partners for their free needs."""
    stream = stream_of(world.clock.seed, chance.SEARCH, world.clock.month)
    for c in range(world.councils.size):
        if world.councils[c].load < 1.0:
            world.councils[c].looked = world.clock.month
            rate = world.parameters.search_rate * world.councils[c].interest
            n = world.councils[c].first_need
            while n != NONE:
                need = world.needs[n]
                if (need.tie == NONE) & (uniform(stream, need.who, 0) < rate):
                    search_for(world, stream, c, n)
                n = need.next


@inlined
def search_for(world: World, stream: int, c: int, n: int):
    """Turn to someone known, or to a university where it cannot be seen who fits."""
    need = world.needs[n]
    if uniform(stream, need.who, 1) < world.parameters.repeat_share:
        t = best_dormant(world, c, need.topic)
        if t != NONE:
            meet(world, stream, need.who, c, world.ties[t].researcher, n, BY_REPEAT)
            return
    u = pick_university(world, c, uniform(stream, need.who, 2))
    if u != NONE:
        meet(world, stream, need.who, c, ask_university(world, stream, need.who, u, need.topic), n, BY_SEARCH)


@inlined
def best_dormant(world: World, c: int, topic: int):
    """The council's dormant tie with the highest trust x expertise (equal: lowest researcher); -1 if none."""
    best, best_value = NONE, -1.0
    t = world.councils[c].first_tie
    while t != NONE:
        tie = world.ties[t]
        if (tie.stage == DORMANT) & (tie.trust >= best_value):  # expertise is 1 at most
            value = tie.trust * world.researchers[tie.researcher].expertise[topic]
            is_lower = value == best_value and tie.researcher < world.ties[best].researcher
            if value > best_value or is_lower:
                best, best_value = t, value
        t = tie.next_of_council
    return best


@inlined
def ask_university(world: World, stream: int, who: int, u: int, topic: int):
    """A random member of staff; a partnership office shows the best-fitting of several (equal: the first)."""
    university = world.universities[u]
    shown = world.parameters.office_reach if university.roles > 0.0 else 1
    best, best_fit = NONE, -1.0
    for k in range(shown):
        i = staff_member(world, u, chance.index(stream, who, 3 + k, university.staff))
        fit = world.researchers[i].expertise[topic]
        if fit > best_fit:
            best, best_fit = i, fit
    return best


@compiled
def reach_out(world: World):
    """Researchers with time approach a council that they are near to, in random order."""
    stream = stream_of(world.clock.seed, chance.OUTREACH, world.clock.month)
    eager = list_eager(world, stream)
    sort_by_luck(world, eager)
    for k in range(eager):
        call_up(world.researchers, world.items, k, eager)
        i = world.items[k]
        c = pick_council(world, world.researchers[i].university, uniform(stream, i, 1))
        if c != NONE:
            offer_help(world, stream, i, c, i, BY_OUTREACH)


@inlined
def list_eager(world: World, stream: int):
    """List the available researchers who reach out, with what orders them; returns how many there are."""
    p, prospect = world.parameters, world.funder.prospect
    most = p.outreach_rate * max(1.0, 2.0 * prospect) * most_zeal(world)  # motives add up to 1
    lucky = 0
    for i in range(world.clock.slots):  # all are drawn for, and few come into question
        world.keys[lucky], world.items[lucky] = uniform(stream, i, 0), i
        lucky += world.keys[lucky] < most
    eager = 0
    for k in range(lucky):
        call_up(world.researchers, world.items, k, lucky)
        i = world.items[k]
        if is_available(world, i) and world.keys[k] < p.outreach_rate * drive(world, i):
            world.keys[eager], world.items[eager] = uniform(stream, i, 2), i
            eager += 1
    return eager


@inlined
def most_zeal(world: World):
    """How readily staff reach out where they do most."""
    most = 0.0
    for u in range(world.universities.size):
        most = max(most, world.universities[u].zeal)
    return most


@inlined
def drive(world: World, i: int):
    """How much someone wants to reach out: less among many at a university, more by its mission."""
    researcher, prospect = world.researchers[i], world.funder.prospect
    wants = researcher.motives[0] + 0.5 * researcher.motives[1] + 2.0 * researcher.motives[2] * prospect
    return wants * world.universities[researcher.university].zeal


@inlined
def offer_help(world: World, stream: int, who: int, c: int, i: int, origin: int):
    """Meet over the free need that fits the researcher best, if the council has one."""
    n = best_free_need(world, c, i)
    if n != NONE:
        meet(world, stream, who, c, i, n, origin)


@compiled
def hold_events(world: World):
    """Events: random councils meet staff as in their own search without a partnership office."""
    levers, clock = levers_of(world), world.clock
    if levers.events_per_year <= 0.0:
        return
    stream = stream_of(clock.seed, chance.EVENT, clock.month)
    for event in range(chance.yearly_number(stream, levers.events_per_year)):
        for pair in range(levers.event_size):
            who = event * EVENT_WHO + pair
            c = chance.index(stream, who, 0, world.councils.size)
            u = pick_university(world, c, uniform(stream, who, 1))
            if u != NONE:
                i = staff_member(world, u, chance.index(stream, who, 2, world.universities[u].staff))
                offer_help(world, stream, who, c, i, BY_EVENT)
        this_month(world).cost_events += world.parameters.price_event


@compiled
def meet(world: World, stream: int, who: int, c: int, i: int, n: int, origin: int):
    """Two people meet over a need; if both are free and want it, their tie scopes."""
    t = find_tie(world, c, i)
    if world.needs[n].tie != NONE:
        return
    if not is_available(world, i):
        lead_nowhere(world, n, APPROACHED, NO_TIME)
    elif t != NONE and world.ties[t].stage != DORMANT:
        lead_nowhere(world, n, APPROACHED, TOGETHER)
    elif both_want_it(world, stream, who, c, i, world.needs[n].topic, trust_between(world, c, i, t)):
        form_tie(world, c, i, n, t, origin)
    elif matters(world, n):
        explain_refusal(world, stream, who, c, i, n)


@inlined
def both_want_it(world: World, stream: int, who: int, c: int, i: int, topic: int, trust: float):
    """Whether both accept, each by a draw of their own."""
    # The researcher is asked first only because that is quicker.
    if not researcher_accepts(world, stream, who, c, i, trust):
        return False
    wanted = acceptance(council_value(world, c, i, topic, trust))
    accepts = council_accepts(stream, who, wanted)
    world.luck.accepted += lasting_surprise(world, accepts, wanted)
    return accepts


@inlined
def council_accepts(stream: int, who: int, wanted: float):
    """Whether the council does, given the chance of it."""
    return uniform(stream, who, chance.COUNCIL_ACCEPTS) < wanted


@inlined
def researcher_accepts(world: World, stream: int, who: int, c: int, i: int, trust: float):
    """Whether the researcher does."""
    willing = acceptance(researcher_value(world, c, i, trust))
    return uniform(stream, who, chance.RESEARCHER_ACCEPTS) < willing


@compiled
def explain_refusal(world: World, stream: int, who: int, c: int, i: int, n: int):
    """Note who refused, and why; where both did, the less willing of them."""
    topic, trust = world.needs[n].topic, trust_between(world, c, i, find_tie(world, c, i))
    by_council = True
    if not researcher_accepts(world, stream, who, c, i, trust):
        wanted, willing = council_value(world, c, i, topic, trust), researcher_value(world, c, i, trust)
        by_council = wanted <= willing and not council_accepts(stream, who, acceptance(wanted))
    if by_council:
        why = council_objection(world, c, i, topic, trust)
    else:
        why = researcher_objection(world, c, i, trust)
    lead_nowhere(world, n, APPRAISED, why)


@compiled
def form_tie(world: World, c: int, i: int, n: int, t: int, origin: int):
    """Make a tie, or revive the pair's dormant one; it claims the need and takes its topic."""
    need, is_new = world.needs[n], t == NONE
    if is_new:
        t = make_tie(world, c, i, need.topic)
        if t == NONE:
            return
    tie = world.ties[t]
    awaken(world, t)
    tie.trust = max(trust_between(world, c, i, t), world.parameters.meeting_trust)
    tie.progress = 0.0 if is_new else tie.trust / 2.0
    tie.origin = origin
    tie.met = world.clock.month
    tie.topic = need.topic
    tie.need = n
    need.tie = t
    record(world, tie, origin)
    count_formed(this_month(world), origin)
    count_reason(world, OF_MEETINGS, c, AGREED)


@compiled
def count_formed(month: np.record, origin: int):
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
def open_initial_ties(world: World, count: int):
    """The strategic ties at the very start; no other tie exists."""
    stream = stream_of(world.clock.seed, chance.INITIAL_TIE, 0)
    for k in range(count):
        c = chance.index(stream, k * 1024, 2, world.councils.size)
        for attempt in range(1000):
            who = k * 1024 + attempt
            u = pick_university(world, c, uniform(stream, who, 0))
            if u == NONE:
                return
            i = staff_member(world, u, chance.index(stream, who, 1, world.universities[u].staff))
            if is_available(world, i) and find_tie(world, c, i) == NONE:
                open_initial_tie(world, c, i)
                break


@compiled
def open_initial_tie(world: World, c: int, i: int):
    """Make one strategic tie, on the researcher's best topic."""
    t = make_tie(world, c, i, best_topic(world.researchers[i]))
    if t == NONE:
        return
    awaken(world, t)
    tie = world.ties[t]
    tie.stage = STRATEGIC
    tie.trust = world.parameters.initial_trust
    tie.origin = BY_INITIAL
    tie.since = NONE
    world.councils[c].active += 1
    world.researchers[i].experienced = 1
    record(world, tie, INITIAL)

"""Meetings: search, outreach and events; and the appraisal that both must pass (ODD 4.4, 4.5).

Searches and outreach are most of a run's work, and in a large world most of that is waiting for rows
that are in no cache. They are therefore taken a step at a time for all of a month's meetings, so that
what a step needs can be asked for in time (`model.machine.fetching`), and in loops without branches, which
the processor would have to guess: a list grows by counting on only where an entry belongs to it. Ties are
formed one by one at the end, in the order of the meetings; a search for which an earlier one has changed
something is made once more.
"""

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
    STRETCH,
)
from model.chance import stream_of, uniform
from model.council import analytical_share
from model.machine.compiling import compiled, inlined
from model.machine.fetching import AHEAD, fetch, upcoming
from model.machine.ordering import sort_by_luck
from model.measures import INITIAL
from model.month import levers_of, record, this_month
from model.need import best_free_need
from model.picking import aim, approach, hit, pick_university
from model.place import home, shared_structure
from model.researcher import best_topic, is_available
from model.tie import awaken, find_tie, is_live, make_tie
from model.university import staff_member

EVENT_WHO = 1024


@compiled
def search(world):
    """Councils with time look for partners for their free needs."""
    stream = stream_of(world.clock.seed, chance.SEARCH, world.clock.month)
    n = list_searches(world, stream)
    look_for_partners(world, stream, 0, n)
    for i in range(n):
        meeting = world.meetings[i]
        if meeting.known != NONE and world.ties[meeting.known].stage != DORMANT:
            look_for_partners(world, stream, i, i + 1)  # someone has met that researcher just before
        if meeting.agreed and not is_live(world, meeting.council, meeting.researcher):
            origin = BY_REPEAT if meeting.known != NONE else BY_SEARCH
            form_tie(world, meeting.council, meeting.researcher, meeting.need, origin)


@inlined
def list_searches(world, stream):
    """List the searches of the month, in order; returns how many there are."""
    n = 0
    for c in range(world.councils.size):
        if world.councils[c].load < 1.0:
            row = world.councils[c].first_need
            while row != NONE:
                need, meeting = world.needs[row], world.meetings[n]
                meeting.council, meeting.need, meeting.topic, meeting.who = c, row, need.topic, need.who
                n += (need.tie == NONE) & (uniform(stream, need.who, 0) < world.parameters.search_rate)
                row = need.next
    return n


@compiled
def look_for_partners(world, stream, first, end):
    """Let searches find someone, and find out whether the two agree."""
    turn_to_known(world, stream, first, end)
    turn_to_universities(world, stream, first, end)
    appraise(world, stream, first, end)


@inlined
def turn_to_known(world, stream, first, end):
    """Let some searches turn to a dormant tie of the council's, if it has any."""
    n = 0
    for i in range(first, end):
        meeting = world.meetings[i]
        meeting.known = meeting.researcher = NONE
        meeting.promise = -1.0
        meeting.tie = world.councils[meeting.council].first_tie
        fetch(world.ties, meeting.tie)
        world.items[n] = i
        n += (uniform(stream, meeting.who, 1) < world.parameters.repeat_share) & (meeting.tie != NONE)
    while n > 0:
        left = 0
        for j in range(n):
            soon = world.meetings[upcoming(world.items, j + AHEAD, n)].tie
            fetch(world.researchers[world.ties[soon].researcher].expertise, 0)
            i = world.items[j]
            meeting = world.meetings[i]
            consider(world, meeting, world.ties[meeting.tie])
            meeting.tie = world.ties[meeting.tie].next_of_council
            fetch(world.ties, meeting.tie)
            world.items[left] = i
            left += meeting.tie != NONE
        n = left


@inlined
def consider(world, meeting, tie):
    """Prefer a dormant tie with more trust x expertise than those before (equal: a lower researcher)."""
    if (tie.stage == DORMANT) & (tie.trust >= meeting.promise):  # expertise is 1 at most
        promise = tie.trust * world.researchers[tie.researcher].expertise[meeting.topic]
        is_lower = tie.researcher < meeting.researcher
        if promise > meeting.promise or (promise == meeting.promise and is_lower):
            meeting.known, meeting.researcher, meeting.promise = meeting.tie, tie.researcher, promise


@inlined
def turn_to_universities(world, stream, first, end):
    """Let the other searches turn to a university, where it cannot be seen who fits."""
    n = 0
    for i in range(first, end):
        world.items[n] = i
        n += world.meetings[i].known == NONE
    choose_universities(world, stream, n)
    for j in range(n):
        soon = world.meetings[upcoming(world.items, j + AHEAD, n)]
        for i in range(staff_shown(world, soon.university)):
            researcher = someone_at(world, soon.university, stream, soon.who, i)
            fetch(world.researchers[researcher].expertise, 0)
        meeting = world.meetings[world.items[j]]
        meeting.researcher = ask_university(world, meeting.university, meeting.topic, stream, meeting.who)


@inlined
def choose_universities(world, stream, n):
    """Pick the universities of n meetings listed, a step at a time."""
    weights, signposts, size = world.search_weights, world.search_signposts, world.universities.size
    for j in range(n):
        meeting = world.meetings[world.items[j]]
        u = uniform(stream, meeting.who, 2)
        meeting.target, meeting.stretch = aim(world.search_milestones, meeting.council, u)
    for j in range(n):
        soon = world.meetings[upcoming(world.items, j + AHEAD, n)]
        fetch(signposts[soon.council], soon.stretch)
        meeting = world.meetings[world.items[j]]
        meeting.stretch = approach(signposts, meeting.council, meeting.target, meeting.stretch, size)
    for j in range(n):
        soon = world.meetings[upcoming(world.items, j + AHEAD, n)]
        fetch(weights[soon.council], STRETCH * soon.stretch)
        meeting = world.meetings[world.items[j]]
        meeting.university = hit(weights, signposts, meeting.council, meeting.target, meeting.stretch, size)


@inlined
def appraise(world, stream, first, end):
    """Find out in which meetings both sides want to work together, if they are free to."""
    n = 0
    for i in range(first, end):
        fetch(world.researchers, world.meetings[min(i + AHEAD, end - 1)].researcher)
        world.meetings[i].agreed = 0
        world.items[n] = i
        researcher = world.meetings[i].researcher
        n += researcher != NONE and is_available(world, researcher)
    n = keep_willing(world, stream, n)
    for j in range(n):
        meeting = world.meetings[world.items[j]]
        meeting.agreed = council_accepts(
            world, stream, meeting.council, meeting.researcher, meeting.topic, meeting.who
        )


@inlined
def keep_willing(world, stream, n):
    """Keep, of n meetings listed, those that researchers accept; returns how many are left."""
    left = 0
    for j in range(n):
        fetch(world.researchers, world.meetings[upcoming(world.items, j + AHEAD, n)].researcher)
        i = world.items[j]
        meeting = world.meetings[i]
        world.items[left] = i
        left += researcher_accepts(world, stream, meeting.council, meeting.researcher, meeting.who)
        fetch(world.proximity[world.researchers[meeting.researcher].university], meeting.council)
    return left


@inlined
def staff_shown(world, university):
    """How many of its staff a university shows to a council that turns to it."""
    if university == NONE:
        return 0
    return world.parameters.office_reach if world.universities[university].roles > 0.0 else 1


@inlined
def someone_at(world, university, stream, who, i):
    """A random member of staff, the i-th that is shown."""
    staff = world.universities[university].staff
    return staff_member(world, university, chance.index(stream, who, 3 + i, staff))


@inlined
def ask_university(world, university, topic, stream, who):
    """Of those whom the university shows, who fits best (equal: shown first); -1 if there is nobody."""
    best, best_fit = NONE, -1.0
    for i in range(staff_shown(world, university)):
        researcher = someone_at(world, university, stream, who, i)
        fit = world.researchers[researcher].expertise[topic]
        if fit > best_fit:
            best, best_fit = researcher, fit
    return best


@compiled
def reach_out(world):
    """Researchers with time approach a council that they are near to."""
    stream = stream_of(world.clock.seed, chance.OUTREACH, world.clock.month)
    n = list_outreach(world, stream)
    n = turn_to_councils(world, stream, n)
    n = keep_willing(world, stream, n)
    for j in range(n):
        world.keys[j] = uniform(stream, world.meetings[world.items[j]].who, 2)
    sort_by_luck(world, n)
    for j in range(n):
        meeting = world.meetings[world.items[j]]
        need = best_free_need(world, meeting.council, meeting.researcher)
        if need != NONE:
            topic = world.needs[need].topic
            if council_accepts(world, stream, meeting.council, meeting.researcher, topic, meeting.who):
                form_tie(world, meeting.council, meeting.researcher, need, BY_OUTREACH)


@inlined
def list_outreach(world, stream):
    """List the available researchers who reach out this month; returns how many there are."""
    p, prospect, slots = world.parameters, world.funder.prospect, world.clock.slots
    most = p.outreach_rate * max(1.0, 2.0 * prospect)  # motives add up to 1
    chance.uniform_row(world.luck, stream, 0, slots)
    lucky = 0
    for r in range(slots):
        world.items[lucky] = r
        lucky += world.luck[r] < most
    n = 0
    for j in range(lucky):
        fetch(world.researchers[upcoming(world.items, j + AHEAD, lucky)].motives, 0)
        r = world.items[j]
        motives, meeting = world.researchers[r].motives, world.meetings[n]
        meeting.researcher = meeting.who = r
        drive = motives[0] + 0.5 * motives[1] + 2.0 * motives[2] * prospect
        n += (world.luck[r] < p.outreach_rate * drive) & is_available(world, r)
    return n


@inlined
def turn_to_councils(world, stream, n):
    """Let n researchers pick a council to approach; lists the meetings and returns how many there are."""
    weights, signposts, size = world.proximity, world.outreach_signposts, world.councils.size
    for i in range(n):
        meeting = world.meetings[i]
        meeting.university = world.researchers[meeting.researcher].university
        u = uniform(stream, meeting.who, 1)
        meeting.target, meeting.stretch = aim(world.outreach_milestones, meeting.university, u)
    for i in range(n):
        soon = world.meetings[min(i + AHEAD, n - 1)]
        fetch(signposts[soon.university], soon.stretch)
        meeting = world.meetings[i]
        meeting.stretch = approach(signposts, meeting.university, meeting.target, meeting.stretch, size)
    left = 0
    for i in range(n):
        soon = world.meetings[min(i + AHEAD, n - 1)]
        fetch(weights[soon.university], STRETCH * soon.stretch)
        meeting = world.meetings[i]
        meeting.council = hit(weights, signposts, meeting.university, meeting.target, meeting.stretch, size)
        world.items[left] = i
        left += meeting.council != NONE
    return left


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
    # The researcher is asked first only because that is quicker; each has a draw of their own.
    if not researcher_accepts(world, stream, council, researcher, who):
        return
    if council_accepts(world, stream, council, researcher, world.needs[need].topic, who):
        form_tie(world, council, researcher, need, origin)


@inlined
def researcher_accepts(world, stream, council, researcher, who):
    """Whether a researcher without a live tie to a council wants to work with it."""
    row = find_tie(world, council, researcher)
    is_free = row == NONE or world.ties[row].stage == DORMANT
    trust = world.ties[row].trust if row != NONE else 0.0
    willing = acceptance(researcher_value(world, council, researcher, trust))
    return is_free & (uniform(stream, who, chance.RESEARCHER_ACCEPTS) < willing)


@inlined
def council_accepts(world, stream, council, researcher, topic, who):
    """Whether a council wants to work with a researcher on a topic."""
    row = find_tie(world, council, researcher)
    trust = world.ties[row].trust if row != NONE else 0.0
    wanted = acceptance(council_value(world, council, researcher, topic, trust))
    return uniform(stream, who, chance.COUNCIL_ACCEPTS) < wanted


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
def form_tie(world, council, researcher, need, origin):
    """Make or revive a tie; it claims the need and takes its topic."""
    row = find_tie(world, council, researcher)
    is_new = row == NONE
    if is_new:
        row = make_tie(world, council, researcher, world.needs[need].topic)
        if row == NONE:
            return
    tie = world.ties[row]
    awaken(world, row)
    tie.trust = max(tie.trust, world.parameters.meeting_trust)
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
    tie.trust = world.parameters.initial_trust
    tie.origin = BY_INITIAL
    tie.since = NONE
    world.councils[council].active += 1
    record(world, tie, INITIAL)

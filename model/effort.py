"""Effort: who asks for how much of whose time, and what is served (ODD 4.6)."""

import numpy as np

from model.arrays import BY_INTRODUCTION, NONE, PROJECT, READY, SCOPING, STRATEGIC, World
from model.machine.compiling import compiled, inlined
from model.machine.fetching import call_up
from model.month import levers_of, this_month
from model.tie import is_active

LEAST_CAPACITY = 1e-9  # so that a load without any capacity is large, but a number


@compiled
def share_out_effort(world: World):
    """Reckon demand, then serve commitments first and scoping and ready ties from what is left."""
    rest_researchers(world)
    commit_engagement(world)
    for k in range(world.clock.live):
        call_up(world.ties, world.live, k, world.clock.live)
        demand_effort(world, world.ties[world.live[k]])
    serve_councils(world)
    serve_researchers(world)
    for k in range(world.clock.live):
        call_up(world.ties, world.live, k, world.clock.live)
        take_served(world, world.ties[world.live[k]])


@compiled
def rest_researchers(world: World):
    """Nothing is asked of anyone yet; most are never asked, and never looked at."""
    for k in range(world.clock.busy):
        researcher = world.researchers[world.efforts[k].researcher]
        researcher.effort = NONE
        researcher.load = 0.0
    world.clock.busy = 0


@inlined
def call_on(world: World, i: int):
    """What is asked of a researcher: nothing, if this is the first time this month."""
    researcher = world.researchers[i]
    if researcher.effort == NONE:
        researcher.effort = world.clock.busy
        effort = world.efforts[world.clock.busy]
        effort.researcher = i
        effort.committed = 0.0
        effort.nurturing = 0.0
        world.clock.busy += 1
    return world.efforts[researcher.effort]


@compiled
def commit_engagement(world: World):
    """The time that the funder's engagement takes of every council."""
    levers, p = levers_of(world), world.parameters
    for c in range(world.councils.size):
        council = world.councils[c]
        council.nurturing = 0.0
        council.committed = levers.engagement * p.engagement_days * council.scale
    this_month(world).cost_engagement += p.price_engagement * levers.engagement / 12.0


@inlined
def demand_effort(world: World, tie: np.record):
    """Add a tie's demand to what is asked of its two sides."""
    p = world.parameters
    council, effort = world.councils[tie.council], call_on(world, tie.researcher)
    university = world.universities[world.researchers[tie.researcher].university]
    relief = 1.0 - p.role_relief * min(1.0, university.roles)
    if tie.stage == PROJECT:
        council.committed += p.project_council
        effort.committed += p.project_researcher * (1.0 - p.grant_buyout * tie.funded)
    elif tie.stage == STRATEGIC:
        idle = p.idle_share if tie.need == NONE else 1.0
        council.committed += p.strategic_council * idle * relief
        effort.committed += p.strategic_researcher * idle * relief
    else:
        demand_nurturing(world, tie, council, effort, relief * support(world, tie))


@compiled
def support(world: World, tie: np.record):
    """Share of scoping and ready demand that nurture support leaves to the pair; the rest is charged."""
    share = levers_of(world).nurture_support
    if share <= 0.0 or tie.origin != BY_INTRODUCTION:
        return 1.0
    this_month(world).cost_nurture += share * world.parameters.price_nurture
    return 1.0 - share


@inlined
def demand_nurturing(world: World, tie: np.record, council: np.record, effort: np.record, left: float):
    """Demand of a scoping, ready or awarded tie, of which relief leaves a share."""
    p = world.parameters
    share = 1.0 if tie.stage == SCOPING else p.ready_share
    tie.bid_days = bid_days(world, tie) * left if tie.stage == READY else 0.0
    council.nurturing += p.scoping_council * share * left
    effort.nurturing += p.scoping_researcher * share * left + tie.bid_days


@inlined
def bid_days(world: World, tie: np.record):
    """A ready tie's days on bids this month: towards a call, a full bid, or rolling money."""
    p = world.parameters
    return (count_bits(tie.rolling_bids) + bids_to_calls(world, tie)) * p.bid_days / p.bid_months


@inlined
def bids_to_calls(world: World, tie: np.record):
    """The part of a bid to a call that a ready tie works on."""
    p, two_stage = world.parameters, levers_of(world).two_stage
    if tie.due != NONE:
        return 1.0 - p.outline_share
    if world.funder.months_to_call < p.bid_months:
        return p.outline_share if two_stage else 1.0
    return 0.0


@inlined
def count_bits(bits: int):
    """How many bits of a number are 1."""
    count = 0
    while bits > 0:
        count += bits & 1
        bits >>= 1
    return count


@compiled
def served_share(capacity: float, demand: float):
    """min(1, capacity / demand)."""
    return 1.0 if demand <= capacity else max(capacity, 0.0) / demand


@inlined
def serve(side: np.record, capacity: float):
    """Serve a council or a researcher, commitments first, then nurturing; returns the load."""
    side.served_committed = served_share(capacity, side.committed)
    side.served_nurturing = served_share(max(0.0, capacity - side.committed), side.nurturing)
    return (side.committed + side.nurturing) / max(capacity, LEAST_CAPACITY)


@inlined
def days_given(side: np.record):
    """Days that a council or a researcher gives this month, of those that are asked."""
    return side.committed * side.served_committed + side.nurturing * side.served_nurturing


@compiled
def serve_councils(world: World):
    """Serve every council, and measure the mean load, and the days given."""
    total, days = 0.0, 0.0
    for c in range(world.councils.size):
        council = world.councils[c]
        council.load = serve(council, council.partnership_capacity)
        total += council.load
        days += days_given(council)
    this_month(world).days_council = days
    if world.councils.size > 0:
        this_month(world).load_council = total / world.councils.size


@compiled
def serve_researchers(world: World):
    """Serve everyone of whom something is asked, and measure the mean load, and the days given."""
    total, days = 0.0, 0.0
    for k in range(world.clock.busy):
        researcher = world.researchers[world.efforts[k].researcher]
        researcher.load = serve(world.efforts[k], researcher.engagement_capacity)
        total += researcher.load
        days += days_given(world.efforts[k])
    this_month(world).days_researcher = days
    if world.clock.researchers > 0:
        this_month(world).load_researcher = total / world.clock.researchers


@inlined
def take_served(world: World, tie: np.record):
    """A tie is served as well as the less served of its two sides."""
    council = world.councils[tie.council]
    effort = world.efforts[world.researchers[tie.researcher].effort]
    if is_active(tie):
        tie.served = min(council.served_committed, effort.served_committed)
    else:
        tie.served = min(council.served_nurturing, effort.served_nurturing)
        count_bid_days(world, tie, tie.bid_days * effort.served_nurturing)


@inlined
def count_bid_days(world: World, tie: np.record, days: float):
    """Measure the days spent bidding, and those for calls apart."""
    if days > 0.0:
        to_calls = bids_to_calls(world, tie)
        this_month(world).days_bidding += days
        this_month(world).days_on_calls += days * to_calls / (to_calls + count_bits(tie.rolling_bids))

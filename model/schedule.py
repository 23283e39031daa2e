"""The month: what happens in it, in order, and why in this order (ODD 3)."""

import numpy as np

from model.agreement import renew_agreements
from model.arrays import Table, World
from model.council import change_council_leaders, draw_councils, shrink_capacity
from model.effort import share_out_effort
from model.finding import charge_communication, deliver
from model.funder import fund, look_ahead
from model.local_money import spend_locally
from model.machine.compiling import compiled, entry
from model.matching.matchmaker import introduce
from model.measuring import close_open_spells, measure
from model.meeting import hold_events, open_initial_ties, reach_out, search
from model.month import reckon_what_is_left
from model.need import renew_needs
from model.partnership import embed_and_end, scope
from model.picking import weigh_councils, weigh_staff
from model.place import draw_structures, find_nearest, measure_distances, round_half_up, uphold_structures
from model.researcher import (
    draw_researchers,
    lose_officers,
    pursue_careers,
    second,
    start_phds,
    train,
)
from model.university import change_university_leaders, draw_universities, provide_roles


@entry
def found(
    world: World, council_sites: Table, university_sites: Table, geographic: bool, council_shapes: np.ndarray
):
    """Draw the structures, councils and universities that are there before the first month."""
    draw_structures(world)
    draw_councils(world, council_sites, geographic, council_shapes)
    draw_universities(world, university_sites, geographic)
    measure_distances(world)


@entry
def populate(world: World, researcher_shapes: np.ndarray):
    """Draw the researchers that are there before the first month, and their first ties."""
    find_nearest(world)
    weigh_councils(world)
    weigh_staff(world)
    draw_researchers(world, researcher_shapes)
    open_initial_ties(world, round_half_up(world.parameters.initial_strategic * world.councils.size))


@compiled
def simulate_month(world: World, researcher_shapes: np.ndarray):
    """One month."""
    reckon_what_is_left(world)
    # 1 Turnover: people go before anything is planned with them.
    shrink_capacity(world)
    change_council_leaders(world)
    change_university_leaders(world)
    pursue_careers(world, researcher_shapes)
    lose_officers(world)
    # 2 Policies on people: roles, structures and skills are there before needs arise.
    former = levers_before(world)
    provide_roles(world, former)
    uphold_structures(world, former)
    train(world)
    second(world)
    start_phds(world, researcher_shapes)
    # 3 Needs: what can be worked on this month.
    renew_needs(world)
    # 4 Meetings: whoever comes first takes the need; both sides appraise at once (5).
    look_ahead(world)
    search(world)
    reach_out(world)
    hold_events(world)
    introduce(world)
    # 6 Effort: all ties, new ones included, ask for time, which is shared out once.
    share_out_effort(world)
    # 7 Scoping: served ties grow ready, starved ones lapse.
    scope(world)
    # 8 Funding: ready ties bid; those awarded earlier start.
    fund(world)
    spend_locally(world)
    # 9 Delivery: partnerships that began in earlier months work on needs.
    charge_communication(world)
    deliver(world)
    # 10 Embedding and ending: what the month's work has made of partnerships.
    embed_and_end(world)
    renew_agreements(world)
    # 11 Record.
    measure(world)
    world.clock.month += 1
    if world.clock.month == world.clock.end:
        close_open_spells(world)


@compiled
def levers_before(world: World):
    """Last month's levers; before the first month, the baseline."""
    clock = world.clock
    return world.segments[world.segment_of_month[clock.month - 1]] if clock.month > 0 else world.segments[0]


@entry
def advance(world: World, until: int, researcher_shapes: np.ndarray):
    """Simulate months up to `until`; returns early if a table overflows."""
    while world.clock.month < until and not world.clock.overflowed:
        simulate_month(world, researcher_shapes)

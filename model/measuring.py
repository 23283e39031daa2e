"""Recording: the state of the month, and partnerships still running at the end (ODD 6)."""

import numpy as np

from model.arrays import AWARDED, NONE, PROJECT, READY, SCOPING, World
from model.machine.compiling import compiled, unrolled
from model.machine.fetching import call_up
from model.month import this_month
from model.parameters import COSTS
from model.tie import SPELL_CENSORED, close_spell, is_active
from model.unmet import leave_open


@compiled
def measure(world: World):
    """Write the month's stocks and its total cost."""
    month, clock = this_month(world), world.clock
    trust, scoping, ready, project, strategic, idle = 0.0, 0, 0, 0, 0, 0
    for k in range(clock.live):
        call_up(world.ties, world.live, k, world.clock.live)
        tie = world.ties[world.live[k]]
        if tie.stage == SCOPING:
            scoping += 1
        elif tie.stage == READY or tie.stage == AWARDED:
            ready += 1
        else:
            trust += tie.trust
            project += tie.stage == PROJECT
            strategic += tie.stage != PROJECT
            idle += tie.stage != PROJECT and tie.need == NONE
    month.scoping, month.ready, month.project, month.strategic = scoping, ready, project, strategic
    month.strategic_idle = idle
    active = project + strategic
    if active > 0:
        month.trust_active = trust / active
    month.dormant = clock.dormant
    month.needs_open = world.funder.needs_open
    measure_councils(world, month)
    month.needs_met_all = month.needs_met + month.needs_met_scoping + month.needs_met_dissemination
    total = month.grants_paid
    for cost in unrolled(COSTS):
        total += month[cost]
    month.cost_total = total


@compiled
def measure_councils(world: World, month: np.record):
    """Coverage, and the active tie-months that inequality is measured by."""
    covered = 0
    for c in range(world.councils.size):
        council = world.councils[c]
        covered += council.active > 0
        if world.clock.month >= world.clock.warmup:
            council.active_months += council.active
    if world.councils.size > 0:
        month.coverage = covered / world.councils.size


@compiled
def close_open_spells(world: World):
    """Partnerships that outlast the horizon are censored at their age; needs that do stay open."""
    world.clock.month -= 1
    for k in range(world.clock.live):
        tie = world.ties[world.live[k]]
        if is_active(tie):
            close_spell(world, tie, SPELL_CENSORED)
    leave_open(world)
    world.clock.month += 1

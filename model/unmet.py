"""What is not met: how far each need comes and why no further, and why meetings lead nowhere (ODD 6)."""

import numpy as np

from model.arrays import AWARDED, NONE, READY, SCOPING, World
from model.machine.compiling import compiled, inlined
from model.reasons import (
    BID_LOST,
    COUNCIL_BUSY,
    COUNCIL_STARVED,
    EXPLORED,
    FUNDABLE,
    GRANTED,
    LATE,
    NOBODY_MET,
    NOT_SOUGHT,
    NOT_STARTED,
    OF_MEETINGS,
    OF_NEEDS,
    OPEN,
    RESEARCHER_STARVED,
    SUBMITTED,
    UNFINISHED,
    WAITED,
    WORKED_ON,
)


@inlined
def are_asked(world: World):
    """Whether reasons are asked for: with histories."""
    return world.history.size > 0


@inlined
def matters(world: World, n: int):
    """Whether it is asked why a need comes no further, and its end may still fall in the horizon."""
    need = world.needs[n]
    window = world.councils[need.council].window
    return are_asked(world) and need.born + window + 1.0 >= world.clock.warmup


@inlined
def count_reason(world: World, of: int, c: int, why: int):
    """Count a reason in the horizon, if reasons are asked for."""
    if are_asked(world) and world.clock.month >= world.clock.warmup:
        world.reasons[of, c, why] += 1


@inlined
def forget_reasons(need: np.record):
    """A new need has come nowhere yet."""
    need.reached = NOT_SOUGHT
    need.why = NOBODY_MET


@inlined
def explain(world: World, n: int, reached: int, why: int):
    """Note why a need came no further; what brought it furthest counts, of equals the latest."""
    need = world.needs[n]
    if reached >= need.reached:
        need.reached, need.why = reached, why


@compiled
def lead_nowhere(world: World, n: int, reached: int, why: int):
    """Count a meeting that comes to nothing, and how far its need came, if reasons are asked for."""
    if are_asked(world):
        count_reason(world, OF_MEETINGS, world.needs[n].council, why)
        explain(world, n, reached, why)


@compiled
def lose_hold(world: World, tie: np.record, why: int):
    """Note why a tie brings its need no further, if it has one."""
    if tie.need != NONE:
        explain(world, tie.need, reached_by(tie), why)


@compiled
def reached_by(tie: np.record):
    """How far a tie in some stage has brought its need."""
    if tie.stage == SCOPING:
        return EXPLORED
    if tie.stage == READY:
        return FUNDABLE
    return GRANTED if tie.stage == AWARDED else WORKED_ON


@compiled
def lose_bid(world: World, tie: np.record):
    """Note that a bid lost which was to answer a need."""
    if tie.need != NONE:
        explain(world, tie.need, SUBMITTED, BID_LOST)


@compiled
def run_out_of_time(world: World, n: int):
    """Count why a need expires, be it claimed or not."""
    need = world.needs[n]
    if need.tie != NONE:
        tie = world.ties[need.tie]
        lose_hold(world, tie, delay_of(world, tie))
    elif need.reached == NOT_SOUGHT and world.councils[need.council].looked < need.born:
        need.why = COUNCIL_BUSY
    count_reason(world, OF_NEEDS, need.council, need.why)


@compiled
def delay_of(world: World, tie: np.record):
    """Why a tie has not answered its need in time."""
    if tie.stage == SCOPING:
        return starved_of(world, tie) if tie.served < 1.0 else UNFINISHED
    if tie.stage == READY:
        return WAITED
    return NOT_STARTED if tie.stage == AWARDED else LATE


@compiled
def starved_of(world: World, tie: np.record):
    """Whose time a tie that is explored is short of: that of the side that serves it less."""
    effort = world.efforts[world.researchers[tie.researcher].effort]
    is_researchers = effort.served_nurturing < world.councils[tie.council].served_nurturing
    return RESEARCHER_STARVED if is_researchers else COUNCIL_STARVED


@compiled
def leave_open(world: World):
    """Count the needs that are open at the end; the last month counts."""
    for c in range(world.councils.size):
        n = world.councils[c].first_need
        while n != NONE:
            count_reason(world, OF_NEEDS, c, OPEN)
            n = world.needs[n].next

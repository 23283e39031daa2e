"""The month under way: its levers, its line of what is measured, and the lives of ties."""

import numpy as np

from model.arrays import TABLE_FULL, World
from model.chance import probability_of
from model.machine.compiling import compiled


@compiled
def levers_of(world: World):
    """The levers as they stand this month."""
    return world.segments[world.segment_of_month[world.clock.month]]


@compiled
def this_month(world: World):
    """The record of what is measured this month."""
    return world.months[world.clock.month]


@compiled
def reckon_what_is_left(world: World):
    """Say what share of the horizon is left, by which luck whose effect lasts is counted."""
    clock = world.clock
    in_horizon = clock.month >= clock.warmup
    clock.left = (clock.end - clock.month) / (clock.end - clock.warmup) if in_horizon else 0.0


@compiled
def surprise(world: World, happened: bool, probability: float):
    """Whether something happened (1 or 0) less its probability; 0 before the horizon."""
    return (happened - min(1.0, probability)) * (world.clock.left > 0.0)


@compiled
def lasting_surprise(world: World, happened: bool, probability: float):
    """A surprise by the share of the horizon that is left, in which it is felt."""
    return (happened - min(1.0, probability)) * world.clock.left


@compiled
def hazardous_surprise(world: World, happened: bool, hazard: float):
    """A lasting surprise at what has a monthly hazard."""
    if world.clock.left == 0.0:
        return 0.0  # an exponential takes time
    return (happened - probability_of(hazard)) * world.clock.left


@compiled
def record(world: World, tie: np.record, event: int):
    """Add an event to the tie's life history, if histories were asked for."""
    clock = world.clock
    if world.history.size == 0:
        return
    if clock.events == world.history.size:
        clock.overflowed = TABLE_FULL
        return
    entry = world.history[clock.events]
    entry.tie = tie.name
    entry.council = tie.council
    entry.researcher = tie.researcher
    entry.arrived = world.researchers[tie.researcher].arrived
    entry.university = world.researchers[tie.researcher].university
    entry.month = clock.month
    entry.event = event
    clock.events += 1

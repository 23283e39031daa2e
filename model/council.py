"""Councils: who they are, who leads them, and how their capacity shrinks (ODD 2, 4.1, 7)."""

import math

import numpy as np

from model import chance
from model.arrays import Table, World
from model.chance import attribute_of, stream_of, uniform
from model.leaders import draw_commitment
from model.machine.compiling import compiled
from model.place import locate
from model.population import LOWER, POPULATION_OF_SIZE_ONE, SCOTTISH, UPPER


@compiled
def draw_councils(world: World, sites: Table, geographic: bool, shapes: np.ndarray):
    """Draw every council; shapes are those of the Dirichlet of motives."""
    stream = stream_of(world.clock.seed, chance.COUNCIL, 0)
    for c in range(world.councils.size):
        draw_council(world, c, sites[c], geographic, shapes, stream)


@compiled
def draw_council(world: World, c: int, site: np.record, geographic: bool, shapes: np.ndarray, stream: int):
    """Draw one council from its attributes' addresses (ODD 7)."""
    p, council = world.parameters, world.councils[c]
    council.place = site.place
    locate(council, stream, attribute_of(c, chance.COUNCIL_POSITION), site, geographic)
    council.people = chance.log_normal(
        stream, attribute_of(c, chance.COUNCIL_POPULATION), 0, site.population, site.population_sigma
    )
    council.relative_size = council.people / POPULATION_OF_SIZE_ONE * functions(world, council)
    council.scale = council.relative_size**p.size_exponent
    council.analytical_capacity = chance.log_normal(
        stream,
        attribute_of(c, chance.COUNCIL_ANALYTICAL_CAPACITY),
        0,
        p.median_analysts * council.relative_size**0.5,
        0.7,
    )
    council.culture = p.culture_size * math.log2(council.relative_size)
    council.culture += p.scottish_culture if council.tier == SCOTTISH else 0.0
    council.culture += p.culture_spread * chance.normal(stream, attribute_of(c, chance.COUNCIL_CULTURE), 0)
    council.interest = min(1.0, math.exp(council.culture))
    shape = 2.0 * max(1.0, council.relative_size)  # a large council's many services even out
    time = chance.gamma(stream, attribute_of(c, chance.COUNCIL_PARTNERSHIP_CAPACITY), 0, shape) / shape
    council.partnership_capacity = p.capacity_mean * council.scale * time + 0.25
    council.window = chance.log_normal(
        stream, attribute_of(c, chance.COUNCIL_WINDOW), 0, p.window_median, p.window_sigma
    )
    council.commitment = draw_commitment(stream, attribute_of(c, chance.COUNCIL_COMMITMENT), 0)
    council.absorptive_capacity = chance.beta(
        stream, attribute_of(c, chance.COUNCIL_ABSORPTIVE_CAPACITY), 0, 2.0, 6.0
    )
    council.other_evidence = chance.beta(stream, attribute_of(c, chance.COUNCIL_OTHER_EVIDENCE), 0, 2.0, 2.0)
    council.election_phase = chance.index(
        stream, attribute_of(c, chance.COUNCIL_ELECTION_PHASE), 0, p.election_months
    )
    draw_weights(council.motives, shapes, stream, attribute_of(c, chance.COUNCIL_MOTIVES))
    draw_profile(council.profile, stream, attribute_of(c, chance.COUNCIL_PROFILE))


@compiled
def functions(world: World, council: np.record):
    """Share of local government's functions that the council's tier has."""
    if council.tier == LOWER:
        return world.parameters.district_functions
    return world.parameters.county_functions if council.tier == UPPER else 1.0


@compiled
def draw_weights(weights: np.ndarray, shapes: np.ndarray, stream: int, who: int):
    """Dirichlet draw; one component a consecutive who."""
    total = 0.0
    for j in range(weights.size):
        weights[j] = chance.gamma(stream, who + j, 0, shapes[j])
        total += weights[j]
    for j in range(weights.size):
        weights[j] /= total


@compiled
def draw_profile(cumulative: np.ndarray, stream: int, who: int):
    """Cumulative shares of a flat Dirichlet; one topic a consecutive who."""
    total = 0.0
    for k in range(cumulative.size):
        total += chance.gamma(stream, who + k, 0, 1.0)
        cumulative[k] = total
    for k in range(cumulative.size):
        cumulative[k] /= total


@compiled
def shrink_capacity(world: World):
    """Austerity: in the horizon, analytical and partnership capacity shrink every month."""
    if world.clock.month < world.clock.warmup:
        return
    factor = (1.0 - world.parameters.austerity) ** (1.0 / 12.0)
    for c in range(world.councils.size):
        world.councils[c].analytical_capacity *= factor
        world.councils[c].partnership_capacity *= factor


@compiled
def change_council_leaders(world: World):
    """Elections and departures redraw the leadership's commitment."""
    clock, p = world.clock, world.parameters
    stream = stream_of(clock.seed, chance.COUNCIL_LEADER, clock.month)
    for c in range(world.councils.size):
        council = world.councils[c]
        election = (clock.month + council.election_phase) % p.election_months == 0
        changes = election and uniform(stream, c, 0) < p.leader_change
        if changes or uniform(stream, c, 1) < p.leader_turnover:
            council.commitment = draw_commitment(stream, c, 8)


@compiled
def analysts(world: World, council: np.record):
    """A as it counts: days of analysts a month, seconded researchers included."""
    return council.analytical_capacity + world.parameters.secondment_days * council.seconded


@compiled
def analytical_share(world: World, council: np.record):
    """A / (A + median_analysts)."""
    days = analysts(world, council)
    return days / (days + world.parameters.median_analysts)

"""Degenerate worlds, and every parameter and lever at the ends of its ranges: numbers stay numbers."""

import math
from itertools import cycle

import numpy as np
import pytest

from model.parameters import LEVERS, PARAMETERS
from model.policy import BASELINE, policy_from
from model.population import COUNCIL_SITE, UNIVERSITY_SITE, Population, lattice
from model.simulation import Simulation, run
from tests.model.worlds import ALGORITHMS, ALL_LEVERS, EVERYTHING, SHORT, SMALL, check_everything, finished

POLICIES = [BASELINE] + [
    policy_from(algorithm, ALL_LEVERS | {"match_algorithm": algorithm, "match_scope": scope})
    for algorithm, scope in zip(ALGORITHMS, cycle(("all", "place")), strict=False)
]


def ends(declared):
    """The ends of its plausible range and the finite ones of its domain, or all its words."""
    if declared.domain.words:
        return declared.domain.words
    low, high = declared.domain.low, declared.domain.high
    found = [*declared.plausible, low if not declared.domain.open_low else math.inf, high]
    return sorted({declared.checked(end) for end in found if math.isfinite(end)})


PARAMETER_ENDS = [(name, end) for name, declared in PARAMETERS.items() for end in ends(declared)]
LEVER_ENDS = [(name, end) for name, declared in LEVERS.items() for end in ends(declared)]


@pytest.mark.parametrize(("name", "end"), PARAMETER_ENDS)
def test_parameter_at_its_ends(name, end):
    for policy in (BASELINE, EVERYTHING):
        check_everything(finished(SHORT | {name: end}, policy))


@pytest.mark.parametrize(("name", "end"), LEVER_ENDS)
def test_lever_at_its_ends(name, end):
    for rest in ({}, ALL_LEVERS):
        policy = policy_from("end", rest | {name: end})
        check_everything(finished(SHORT, policy))


def world_of(councils, universities, places=2):
    """A population from (place, ...) of councils and (place, staff) of universities."""
    return Population(
        "made by hand",
        tuple(f"place {p}" for p in range(places)),
        np.array([(place, 100 * place, 0, 5, 5, 170_000, 0.6) for place in councils], COUNCIL_SITE),
        np.array([(place, 100 * place, 0, 5, 5, staff) for place, staff in universities], UNIVERSITY_SITE),
        scale_levers=False,
    )


WORLDS = {
    "one council, one researcher": lattice(1, 1, 1, 1, scale_levers=False),
    "one council": lattice(1, 1, 3, 20, scale_levers=False),
    "one researcher": world_of([0, 0, 1, 1], [(0, 1)]),
    "a place without a university": world_of([0, 0, 1, 1], [(0, 10), (0, 5)]),
    "a place without a council": world_of([0, 0], [(0, 5), (1, 5)]),
    "a place without either": world_of([0, 2], [(0, 5), (2, 5)], places=3),
    "a university without staff": world_of([0, 1], [(0, 0), (1, 8), (1, 0)]),
    "no researcher": world_of([0, 1], [(0, 0), (1, 0)]),
    "no university": world_of([0, 1, 1], []),
}


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
@pytest.mark.parametrize("world", WORLDS)
def test_degenerate_world(world, policy):
    for seed in range(3):
        check_everything(finished(SHORT, policy, WORLDS[world], seed))


@pytest.mark.parametrize("world", ["no university", "no researcher"])
def test_nobody_to_meet(world):
    """Councils alone raise needs, and no tie is formed."""
    series = run({}, BASELINE, WORLDS[world]).series
    assert series["needs_raised"].sum() > 0
    assert series["formed"].sum() == series["strategic"].sum() == 0


def test_sorting_has_room_for_many_places_of_few_people():
    """Compiled rules would write past the end of the scratch without a word."""
    places = 400
    world = world_of([0], [(place, int(place == 0)) for place in range(places)], places)
    assert len(Simulation(population=world).world.keys) >= places


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
@pytest.mark.parametrize(("warmup", "horizon"), [(0, 0), (0, 1), (1, 0), (12, 0), (0, 12)])
def test_no_months(warmup, horizon, policy):
    simulation = finished({"warmup": warmup, "horizon": horizon}, policy)
    assert simulation.month == warmup + horizon
    assert len(simulation.result().series) == horizon
    check_everything(simulation)


def test_a_row_of_a_phd_researcher_is_never_taken_over(monkeypatch):
    """Were there too few rows, the run would stop, not go on with a torn list of staff."""
    monkeypatch.setattr("model.simulation.phd_rows", lambda phds_a_year, phd_months: phd_months)
    with pytest.raises(RuntimeError, match="row was still taken"):
        finished(SHORT | {"phd_months": 12}, policy_from("phds", {"phds": 24}))


@pytest.mark.parametrize("motives", ["equal", "review", "survey"])
def test_huge_numbers_of_a_small_world(motives):
    """Far beyond what is plausible: many needs, much money, crowds of ties."""
    parameters = SHORT | {"need_rate": 5, "outreach_rate": 5, "initial_strategic": 20, "motives": motives}
    levers = {"annual_budget": 1e6, "dissemination": 50, "phds": 300, "secondments": 500, "brokers": 40}
    check_everything(finished(parameters, policy_from("much", levers), SMALL))

"""The compiled rules and the plain-Mesa reference tell the same story, event for event."""

from itertools import batched

import pytest

from experiments.verification.twin import differences
from model.parameters import LEVERS, PARAMETERS
from model.population import lattice, listed
from tests.reference import ReferenceModel

SMALL = lattice(places=3, councils=3, universities=1, researchers=12)
#: Of willing councils, so that much happens.
SHORT = {"warmup": 36, "horizon": 60, "council_base": -2.5}
BUNDLE = {
    "annual_budget": 4000,
    "two_stage": 1,
    "responsive_share": 0.3,
    "bridging_months": 6,
    "lottery": 0.5,
    "impact_weight": 0.7,
    "dissemination": 1.5,
    "match_interval": 2,
    "match_algorithm": "stable",
    "match_scope": "place",
    "nurture_support": 0.4,
    "engagement": 0.5,
    "training_rate": 0.3,
    "secondments": 30,
    "phds": 40,
    "brokers": 7.5,
    "joint_posts": 5,
    "events_per_year": 40,
    "structures": 0.6,
    "commissions": 8.0,
    "seed_money": 1.0,
    "match_request": 0.6,
    "vouchers": 30,
}


def assert_same(levers, population, seed, parameters):
    """Run both, and compare every event, every month and every indicator."""
    assert next(differences(ReferenceModel, levers, population, seed, parameters), "none") == "none"


@pytest.mark.parametrize("seed", [0, 1])
def test_default_run(seed):
    assert_same({}, lattice(), seed, {})


@pytest.mark.parametrize("algorithm", LEVERS["match_algorithm"].domain.words)
@pytest.mark.parametrize("scope", ["all", "place"])
def test_every_lever_at_once_with_each_algorithm(algorithm, scope):
    assert_same(BUNDLE | {"match_algorithm": algorithm, "match_scope": scope}, SMALL, 1, SHORT)


@pytest.mark.parametrize("lever", [name for name in BUNDLE if not name.startswith("match_")])
def test_each_lever_alone_and_dated(lever):
    assert_same({lever: {"value": BUNDLE[lever], "start": 6, "end": 40}}, SMALL, 2, SHORT)


@pytest.mark.parametrize("months", [0, 9])
def test_posts_whenever_they_are_filled(months):
    levers = {"brokers": {"value": 7.5, "start": 3}, "joint_posts": {"value": 5, "end": 12}}
    assert_same(levers, SMALL, 3, SHORT | {"recruitment_months": months})


@pytest.mark.parametrize(
    "levers",
    [
        {"phds": 100},  # many arrive at one university in a month, and leave it out of order
        {"responsive_share": {"value": 0.9, "end": 40}},  # the purse outlasts the lever
        {"brokers": {"value": 0.1, "end": 30}, "joint_posts": {"value": 0.3, "end": 50}},
        {"two_stage": 1, "call_interval": 1, "annual_budget": 600},  # more money than outlines
        {"vouchers": 500, "match_interval": 1, "match_request": 1.0},  # more vouchers than newcomers
    ],
    ids=["phds", "purse", "fractions", "outlines", "vouchers"],
)
def test_what_once_went_wrong(levers):
    assert_same(levers, lattice(2, 4, 1, 12), 21, {"warmup": 24, "horizon": 96})


def test_much_to_pick_from():
    """Many councils and universities."""
    assert_same({"phds": 60, "events_per_year": 40}, lattice(5, 30, 15, 2), 5, {"warmup": 12, "horizon": 24})


@pytest.mark.parametrize("accuracy", [0.0, 1.0])
@pytest.mark.parametrize("algorithm", ["best_fit", "stable", "equitable"])
def test_equal_scores_are_settled_alike(algorithm, accuracy):
    levers = {"match_interval": 1, "match_accuracy": accuracy, "match_algorithm": algorithm}
    assert_same(levers, SMALL, 3, SHORT)


def ends(declared):
    """Both ends of the plausible range and the finite ones of the domain; or every word."""
    domain = declared.domain
    values = domain.words or (*declared.plausible, domain.low, domain.high)
    return list(dict.fromkeys(v for v in values if v in domain and (domain.words or abs(v) <= 600)))


ALL_BUT_LENGTH = [name for name in PARAMETERS if name not in ("warmup", "horizon")]
LENGTH = {"warmup": 24, "horizon": 36, "council_base": -2.5}


@pytest.mark.parametrize("names", [*batched(ALL_BUT_LENGTH, 3)], ids=", ".join)
def test_each_parameter_at_an_end(names):
    high = {name: ends(PARAMETERS[name])[1] for name in names}
    assert_same(BUNDLE, lattice(2, 3, 1, 10), 4, LENGTH | high)


@pytest.mark.thorough
@pytest.mark.parametrize("name", ALL_BUT_LENGTH)
def test_each_parameter_at_its_ends(name):
    for value in ends(PARAMETERS[name]):
        for levers in ({"match_interval": 3, "dissemination": 1, "secondments": 20}, BUNDLE):
            assert_same(levers, lattice(2, 3, 1, 10), 4, LENGTH | {name: value})


def test_places_of_all_sorts():
    """A place without a university, a university without staff, places of unequal size."""
    councils = {
        "name": ["a", "b", "c", "d"],
        "place": ["north", "north", "south", "east"],
        "latitude": [54.0, 54.2, 51.0, 52.0],
        "longitude": [-1.5, -1.6, -0.5, 1.0],
        "population": [500_000, 100_000, 250_000, 1_200_000],
    }
    universities = {
        "name": ["u", "v", "w"],
        "place": ["north", "south", "south"],
        "latitude": [54.1, 51.1, 51.0],
        "longitude": [-1.5, -0.4, -0.5],
        "staff": [14, 0, 5],
    }
    of_kinds = {**councils, "kind": ["County", "Non-metropolitan district", "Unitary authority", ""]}
    for levers in ({}, BUNDLE):
        for given in (councils, of_kinds, {**councils, "authority": ["", "Aire", "Wey", "wey "]}):
            assert_same(levers, listed("odd", given, universities), 5, SHORT)


@pytest.mark.parametrize(
    "population", [lattice(1, 1, 1, 1), lattice(1, 1, 1, 6), lattice(1, 6, 1, 1)], ids=["1x1", "1x6", "6x1"]
)
def test_tiny_worlds(population):
    for levers in ({}, BUNDLE):
        assert_same(levers, population, 6, SHORT)


@pytest.mark.parametrize("months", [(0, 0), (0, 5), (24, 0)])
def test_no_warmup_or_no_horizon(months):
    assert_same({}, SMALL, 7, {"warmup": months[0], "horizon": months[1]})

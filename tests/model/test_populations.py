"""Populations: shapes, positions, what is drawn of each council and researcher, and how levers scale.

Statistical tests of one world of 400 councils and 6,000 researchers; each fails a sound build for one
choice of seed in a thousand (FALSE_ALARM, shared among the p-values of a test).
"""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from model.arrays import PERMANENT
from model.chance import introduction_of, need_of, pair_of
from model.parameters import LEVERS, PARAMETERS
from model.policy import levers_in, policy_from, scaled
from model.population import (
    LOWER,
    MOST_COUNCILS,
    MOST_RESEARCHERS,
    Population,
    lattice,
    listed,
    regional,
)
from model.problems import BadInput
from model.simulation import Simulation, run
from tests.model import rules
from tests.model.worlds import EVERYTHING, SHORT, bits

FALSE_ALARM = 1e-3


def check(p_values):
    assert min(p_values) > FALSE_ALARM / len(p_values)


DEFAULT = {name: declared.default for name, declared in PARAMETERS.items()}


def drawn(population=None, **parameters):
    return Simulation(parameters, population=population, seed=1).world


@pytest.fixture(scope="module")
def large():
    return drawn(lattice(100, 4, 2, 30))


def test_nine_places():
    population = lattice()
    assert (len(population.places), len(population.councils), len(population.universities)) == (9, 36, 18)
    assert population.n_researchers == 540
    assert population.lever_scale == 1
    assert list(np.unique(population.councils["x"])) == [0, 100, 200]
    assert list(np.unique(population.councils["y"])) == [0, 100, 200]
    assert (np.bincount(population.councils["place"]) == 4).all()
    assert len(set(population.council_names)) == 36
    assert len(set(population.university_names)) == 18


@pytest.mark.parametrize(("places", "columns"), [(1, 1), (2, 2), (4, 2), (5, 3), (9, 3), (10, 4), (576, 24)])
def test_lattice_columns(places, columns):
    sites = lattice(places, 1, 1, 1).councils
    assert sites["x"].max() == 100 * (columns - 1)
    assert len(np.unique(sites[["x", "y"]])) == places


@pytest.mark.parametrize("wrong", [0, -1, 1.5, "4", True, None])
def test_lattice_needs_counts(wrong):
    with pytest.raises(BadInput, match=r"councils = .* is not allowed") as caught:
        lattice(councils=wrong, places=0)
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({"places": 1_000_000}, "4,000,000 councils: at most 16,384"),
        ({"councils": 10_000_000}, "90,000,000 councils: at most 16,384"),
        ({"researchers": 30_000}, "540,000 researchers: at most 524,288"),
        (
            {"universities": 200_000, "researchers": 1},
            "pairs of a council and a university: at most 33,554,432",
        ),
    ],
)
def test_lattices_have_limits(counts, said):
    with pytest.raises(BadInput, match=said):
        lattice(**counts)


def test_the_largest_population_has_draws_of_its_own():
    """Addresses of pairs and introductions do not meet, and stay below 2^58: `uniform` makes 64 of each."""
    most = 2 * MOST_RESEARCHERS
    assert pair_of(0, most - 1) < pair_of(1, 0)
    need = need_of(MOST_COUNCILS - 1, 4095, 1023)
    assert introduction_of(need, most - 1) < introduction_of(need + 1, 0) <= 1 << 58


def test_positions(large):
    """Normal around the place's centre: 12 km for councils, 6 km for universities, on each axis."""
    population = lattice(100, 4, 2, 30)
    p_values = []
    for table, sites, spread in (
        (large.councils, population.councils, 12),
        (large.universities, population.universities, 6),
    ):
        for axis in ("x", "y"):
            deviation = (table[axis] - sites[axis]) / spread
            p_values.append(stats.kstest(deviation, stats.norm.cdf).pvalue)
        assert not table["z"].any()
    check(p_values)


def test_councils_as_drawn(large):
    c = large.councils
    size = c["relative_size"]
    shape = 2 * np.maximum(1, size)
    check(
        [
            stats.kstest(size, stats.lognorm(0.6).cdf).pvalue,
            stats.kstest(c["analytical_capacity"] / np.sqrt(size), stats.lognorm(0.7, scale=20).cdf).pvalue,
            stats.kstest(
                stats.gamma(shape, scale=1 / shape).cdf(
                    (c["partnership_capacity"] - 0.25) / (DEFAULT["capacity_mean"] * c["scale"])
                ),
                stats.uniform.cdf,
            ).pvalue,
            stats.kstest(c["window"], stats.lognorm(0.7, scale=14).cdf).pvalue,
            stats.kstest(c["commitment"], stats.beta(2, 3).cdf).pvalue,
            stats.kstest(c["absorptive_capacity"], stats.beta(2, 6).cdf).pvalue,
            stats.kstest(c["other_evidence"], stats.beta(2, 2).cdf).pvalue,
            stats.chisquare(np.bincount(c["election_phase"] // 8, minlength=6)).pvalue,
            *(stats.kstest(c["motives"][:, j], stats.beta(2, 6).cdf).pvalue for j in range(4)),
            *(
                stats.kstest(share, stats.beta(1, 7).cdf).pvalue
                for share in np.diff(c["profile"], prepend=0).T
            ),
        ]
    )
    np.testing.assert_allclose(c["motives"].sum(axis=1), 1)
    assert (c["profile"][:, -1] == 1).all()
    np.testing.assert_allclose(c["scale"], size ** DEFAULT["size_exponent"])


def test_researchers_as_drawn(large):
    r = large.researchers
    permanent = large.contract_ends == PERMANENT
    left = large.contract_ends[~permanent] + 1  # months, from the first
    best, second = r["expertise"].argmax(axis=1), r["expertise"].argsort(axis=1)[:, -2]
    pairs = np.bincount(best * 8 + second, minlength=64)[
        [8 * i + j for i in range(8) for j in range(8) if i != j]
    ]
    level = np.sort(r["expertise"], axis=1)[:, -2]
    check(
        [
            stats.kstest(r["excellence"], stats.beta(4, 4).cdf).pvalue,
            stats.kstest(r["local_focus"], stats.beta(2, 3).cdf).pvalue,
            stats.kstest(r["pace"], stats.lognorm(0.4, scale=12).cdf).pvalue,
            stats.kstest(
                r["engagement_capacity"] - 0.1, stats.expon(scale=DEFAULT["researcher_time"]).cdf
            ).pvalue,
            stats.kstest(r["sector_knowledge"], stats.beta(1.5, 4).cdf).pvalue,
            stats.binomtest(int(permanent.sum()), len(r), 0.67).pvalue,
            stats.chisquare(np.bincount(left, minlength=37)[1:]).pvalue,
            stats.chisquare(pairs).pvalue,
            stats.kstest(level, stats.uniform(0.4, 0.4).cdf).pvalue,
            *(stats.kstest(r["motives"][:, j], stats.beta(2, 6).cdf).pvalue for j in range(4)),
        ]
    )
    assert left.min() == 1
    assert left.max() == 36
    assert (np.sort(r["expertise"], axis=1)[:, :6] == 0.1).all()
    assert (r["expertise"].max(axis=1) == 1).all()


def test_universities_and_places_as_drawn(large):
    structures = large.areas["structure"][large.areas["structure"] > 0]
    assert len(structures) == round(100 * DEFAULT["structure_share"])
    spread = DEFAULT["mission_spread"]
    mission = np.log(large.universities["mission"]) + spread**2 / 2
    check(
        [
            stats.kstest(large.universities["commitment"], stats.beta(2, 3).cdf).pvalue,
            stats.binomtest(int(large.universities["roles"].sum()), 200, DEFAULT["role_share"]).pvalue,
            stats.kstest(mission, stats.norm(0, spread).cdf).pvalue,
            stats.kstest(structures, stats.uniform(0.5, 0.5).cdf).pvalue,
        ]
    )
    assert set(np.unique(large.universities["roles"])) == {0, 1}
    assert large.clock.live == large.clock.ties_made == 60
    assert (large.ties["trust"][:60] == 0.5).all()


REVIEW = (3.2, 2.4, 1.6, 0.8)


@pytest.mark.parametrize(
    ("motives", "of_researchers"), [("review", REVIEW), ("survey", (2.4, 1.6, 0.8, 3.2))]
)
def test_motives(motives, of_researchers):
    world = drawn(lattice(100, 4, 2, 30), motives=motives)
    p_values = []
    for table, shapes in ((world.councils, REVIEW), (world.researchers, of_researchers)):
        for j, shape in enumerate(shapes):
            p_values.append(stats.kstest(table["motives"][:, j], stats.beta(shape, 8 - shape).cdf).pvalue)
    check(p_values)


CITIES = {  # latitude, longitude
    "Leeds": (53.7997, -1.5492),
    "Bradford": (53.7950, -1.7594),
    "London": (51.5074, -0.1278),
    "Edinburgh": (55.9533, -3.1883),
}


def cities():
    names, latitudes, longitudes = zip(*((name, *at) for name, at in CITIES.items()), strict=True)
    columns = {"name": names, "place": names, "latitude": latitudes, "longitude": longitudes}
    return listed(
        "cities",
        columns | {"population": [800_000] * 4},
        columns | {"staff": [3, 4, 5, 0]},
        scale_levers=False,
    )


def test_listed_positions():
    """Chords of the globe; Leeds to Bradford is some 13.8 km, London to Edinburgh 534 km."""
    world = drawn(cities(), distance_decay=1.0, distance_scale=1.0)
    distance = 1 / world.proximity[:, : len(CITIES)] - 1

    def along_the_ground(one, other):
        (lat1, lon1), (lat2, lon2) = np.radians(CITIES[one]), np.radians(CITIES[other])
        h = math.sin((lat2 - lat1) / 2) ** 2
        h += math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
        return 2 * 6371 * math.asin(math.sqrt(h))

    for c, one in enumerate(CITIES):
        for u, other in enumerate(CITIES):
            chord = 2 * 6371 * math.sin(along_the_ground(one, other) / (2 * 6371))
            assert distance[u, c] == pytest.approx(chord, abs=1e-6)
    assert distance[1, 0] == pytest.approx(13.8, abs=0.1)
    assert distance[3, 2] == pytest.approx(534, abs=1)


def test_listed():
    population = cities()
    assert population.geographic
    assert population.places == tuple(CITIES)
    assert population.council_names == tuple(CITIES)
    assert population.n_researchers == 12
    assert population.lever_scale == 1
    world = drawn(population)
    np.testing.assert_allclose(world.councils["relative_size"], 800_000 / 170_000, rtol=1e-12)
    assert list(world.universities["first_post"]) == [0, 3, 7, 12]


AUTHORITIES = ["Aire", "aire ", "", ""]


def in_authorities(**universities) -> Population:
    """Four councils, two of them in a combined authority, the last alone at its place; two universities."""
    return listed(
        "towns",
        {
            "name": ["Leeds", "York", "Hull", "Berwick"],
            "place": ["north", "north", "north", "far north"],
            "latitude": [53.8, 53.95, 53.75, 55.8],
            "longitude": [-1.55, -1.1, -0.35, -2.0],
            "population": [8e5, 2e5, 2.6e5, 1e4],
            "authority": AUTHORITIES,
        },
        {
            "name": ["u", "v"],
            "place": ["north", "north"],
            "latitude": [53.81, 53.77],
            "longitude": [-1.56, -0.36],
            "staff": [10, 10],
            **universities,
        },
    )


def test_combined_authorities_are_areas_of_their_own():
    population = in_authorities()
    assert population.authorities == ("Aire",)
    assert population.council_areas.tolist() == [2, 2, 0, 1]
    assert population.university_areas.tolist() == [2, 0]  # that of the nearest council
    assert in_authorities(authority=["", "AIRE"]).university_areas.tolist() == [0, 2]
    assert in_authorities(authority=["", "Elsewhere"]).university_areas.tolist() == [0, 0]


@pytest.mark.parametrize("seed", range(5))
def test_where_combined_authorities_are_known_nothing_else_has_a_structure(seed):
    world = Simulation({"structure_share": 1.0}, population=in_authorities(), seed=seed).world
    assert (world.areas["structure"] > 0).tolist() == [False, False, True]
    assert 0.5 <= world.areas["structure"][2] <= 1
    shared = [[rules.shared_structure(world, c, u) > 0 for u in range(2)] for c in range(4)]
    assert shared == [[True, False], [True, False], [False, False], [False, False]]


def test_structures_are_made_where_there_are_councils():
    policy = policy_from("structures", {"structures": 1.0})
    alone = {"place": ["north", "nobody's"], "authority": ["", ""]}
    simulation = Simulation({"warmup": 0, "horizon": 2}, policy, in_authorities(**alone))
    simulation.advance(1)
    assert simulation.world.areas["added"].tolist() == [1, 1, 0, 0]


def test_listed_without_anybody():
    none = {"name": [], "place": [], "latitude": [], "longitude": []}
    one = {"name": ["a"], "place": ["a"], "latitude": [50], "longitude": [0]}
    for councils, universities in (
        (none | {"population": []}, one | {"staff": [5]}),
        (one | {"population": [1000]}, none | {"staff": []}),
        (one | {"population": [1000]}, one | {"staff": [0]}),
    ):
        with pytest.raises(BadInput):
            listed("empty", councils, universities)


KINDS = {"district": {"mean": 100_000, "sigma": 0.4}, "county": {"mean": 700_000, "sigma": 0.5}}
NORTH = {
    "name": "North",
    "councils": {"district": 30, "county": 5},
    "population": 13_000_000,
    "centre": {"latitude": 54, "longitude": -2},
    "spread": {"latitude": 0.5, "longitude": 0.8},
    "universities": 3,
    "staff": 100,
}
SOUTH = NORTH | {
    "name": "South",
    "councils": {"district": 10, "county": 0},
    "population": 500_000,
    "universities": 0,
    "staff": 0,
}


def test_regional():
    population = regional("two regions", [NORTH, SOUTH], KINDS)
    assert population.places == ("North", "South")
    assert list(np.bincount(population.councils["place"])) == [35, 10]
    assert list(population.universities["staff"]) == [34, 33, 33]
    assert population.lever_scale == 45 / 36
    assert population.geographic
    means = population.councils["population"] * np.exp(population.councils["population_sigma"] ** 2 / 2)
    assert means[:35].sum() == pytest.approx(13_000_000)  # twice what the kinds alone would make
    assert means[35:].sum() == pytest.approx(500_000)  # half
    assert means[0] == pytest.approx(200_000)


def test_staff_of_universities_are_spread():
    """A middle, and e^(sigma z) times as many one standard deviation above it; nobody is lost."""
    staff = regional("spread", [NORTH | {"staff": 1000}], KINDS, staff_sigma=1.06).universities["staff"]
    z = stats.norm.ppf(5 / 6)
    assert staff.sum() == 1000
    assert staff == pytest.approx(staff[1] * np.exp([1.06 * z, 0, -1.06 * z]), abs=2)


@pytest.mark.parametrize("wrong", [-0.1, "wide", True, np.inf])
def test_a_spread_is_a_number(wrong):
    with pytest.raises(BadInput, match="staff_sigma = "):
        regional("spread", [NORTH], KINDS, staff_sigma=wrong)


@pytest.mark.parametrize("culture_size", [0, 0.8])
def test_larger_councils_have_more_of_a_research_culture(culture_size):
    """By `culture_size` for each doubling of what they have to do."""
    parameters = {"culture_size": culture_size, "culture_spread": 0, "scottish_culture": 0}
    councils = Simulation(parameters, population="uk").world.councils
    np.testing.assert_allclose(councils["culture"], culture_size * np.log2(councils["relative_size"]))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"population": -1}, "population = -1"),
        ({"councils": {"burgh": 3}}, "burgh is no kind of council"),
        ({"councils": {"district": 1.5}}, "1.5 councils of kind district"),
        ({"centre": {"latitude": 512, "longitude": 0}}, "centre.latitude = 512"),
        ({"spread": {"latitude": -1, "longitude": 0}}, "spread.latitude = -1"),
        ({"universities": 0}, "staff but no university"),
        ({"staff": "many"}, "staff = 'many'"),
    ],
)
def test_bad_region(change, said):
    with pytest.raises(BadInput) as caught:
        regional("two regions", [NORTH | change, SOUTH | {"population": 0}], KINDS)
    assert any(said in problem and "North" in problem for problem in caught.value.problems)
    assert any("South" in problem for problem in caught.value.problems)


def test_missing_figures_of_a_region():
    with pytest.raises(BadInput, match="staff is missing"):
        regional("r", [{key: value for key, value in NORTH.items() if key != "staff"}], KINDS)


@pytest.mark.parametrize("lever", LEVERS)
def test_levers_scale_with_councils(lever):
    """Absolute numbers, given for 36 councils, grow with their number; whole ones are rounded half up."""
    value = 7 if LEVERS[lever].domain.whole else 7.0
    if LEVERS[lever].domain.words:
        return
    for places, factor in ((18, 2), (9, 1), (1, 1 / 9)):
        population = lattice(places)
        expected = value * factor if LEVERS[lever].absolute else value
        if LEVERS[lever].domain.whole:
            expected = math.floor(expected + 0.5)
        assert scaled(lever, value, population) == pytest.approx(expected)
        assert scaled(lever, value, lattice(places, scale_levers=False)) == value


def test_levers_of_a_month():
    population = lattice(18)
    levers = dict(zip(LEVERS, levers_in(EVERYTHING, 0, population), strict=True))
    assert levers["match_capacity"] == 10
    assert levers["annual_budget"] == 3000
    assert levers["grant_months"] == 6
    assert levers["brokers"] == 3
    assert levers["match_algorithm"] == 2


def test_two_tiers_share_what_one_council_does():
    """A district's and a county's size is their share; people, and all that does not grow with size, stay."""
    population = regional("tiers", [NORTH], KINDS)
    share = np.where(
        population.council_tiers == LOWER, DEFAULT["district_functions"], DEFAULT["county_functions"]
    )
    assert np.bincount(population.council_tiers, minlength=4).tolist() == [0, 30, 5, 0]
    tiers, alike = (Simulation(given, population=population).world.councils for given in ({}, ALIKE))
    np.testing.assert_array_equal(tiers["people"], alike["people"])
    np.testing.assert_allclose(tiers["relative_size"], alike["relative_size"] * share, rtol=1e-12)
    np.testing.assert_allclose(
        tiers["analytical_capacity"], alike["analytical_capacity"] * share**0.5, rtol=1e-12
    )
    less = DEFAULT["culture_size"] * np.log2(share)
    np.testing.assert_allclose(tiers["culture"], alike["culture"] + less, rtol=1e-12)


def test_scottish_councils_have_a_culture_of_their_own():
    population = lattice(2, 1, 1, 1)
    kinds = ("Scottish unitary authority", "Unitary authority")
    scottish = Simulation(population=replace(population, council_kinds=kinds)).world.councils
    alike = Simulation(population=population).world.councils
    more = scottish["culture"] - alike["culture"]
    np.testing.assert_allclose(more, [DEFAULT["scottish_culture"], 0], atol=1e-12)
    np.testing.assert_array_equal(scottish["relative_size"], alike["relative_size"])


ALIKE = {"district_functions": 1, "county_functions": 1}


def test_where_tiers_are_alike_kinds_change_nothing():
    population = regional("tiers", [NORTH], KINDS)
    unknown = replace(population, council_kinds=())
    assert bits(run({**SHORT, **ALIKE}, population=population)) == bits(run(SHORT, population=unknown))

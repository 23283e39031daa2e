"""Matchmaking: each algorithm beside its definition, carried out without thought for speed."""

import warnings
from itertools import combinations, permutations

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from model.arrays import NONE
from model.matching.algorithms import chooser
from model.parameters import as_number
from model.policy import policy_from
from model.population import lattice
from model.problems import BadInput
from model.simulation import Simulation
from tests.model import rules
from tests.model.worlds import ALGORITHMS
from tests.reference.matchmaker import assigned

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the library's own
    from matching.games import HospitalResident

RANDOM, BEST_FIT, STABLE, OPTIMAL, EQUITABLE = (
    as_number("match_algorithm", word) for word in ("random", "best_fit", "stable", "optimal", "equitable")
)
SMALL = lattice(2, 2, 2, 4, scale_levers=False)
SEEDS = range(8)


class Round:
    """The needs and researchers of a round, in a world some months old, and what is known of them."""

    def __init__(
        self, seed, population=SMALL, capacity=1000, scope="all", accuracy=0.8, months=20, needs=0.33
    ):
        levers = {"match_scope": scope, "match_accuracy": accuracy, "match_interval": 6}
        parameters = {"warmup": 0, "available_time": 0, "outside_answer": 0, "need_rate": needs}
        simulation = Simulation(parameters, policy_from("matching", levers), population, seed)
        simulation.advance(months)
        self.world = simulation.world
        self.world.segments["match_capacity"] = capacity
        rules.gather(self.world)
        clock = self.world.clock
        self.needs = self.world.round_needs[: clock.free_needs].copy()
        self.researchers = self.world.round_researchers[: clock.candidates].copy()
        self.scores = np.empty((len(self.needs), len(self.researchers)))
        rules.fill_scores(self.world, self.scores)
        # What each researcher makes of each need: V_i.
        by_council = np.empty((len(self.world.councils), len(self.researchers)))
        rules.fill_values(self.world, by_council, self.researchers)
        self.values = by_council[self.councils()]

    def pairs(self, algorithm):
        """The pairs that the model's algorithm chooses, in its order."""
        rules.gather(self.world)
        rules.choose(self.world, algorithm)
        chosen = self.world.items[: self.world.clock.introductions]
        return [(int(n), int(self.world.round_choice[n])) for n in chosen]

    def councils(self):
        return self.world.needs["council"][self.needs]

    def total(self, pairs):
        return sum(self.scores[pair] for pair in pairs)


def greedy(scores, capacity):
    """Highest score first, each need and researcher once."""
    order = np.dstack(np.unravel_index(np.argsort(-scores, axis=None), scores.shape))[0]
    pairs, needs, researchers = [], set(), set()
    for n, i in order:
        if scores[n, i] >= 0 and n not in needs and i not in researchers and len(pairs) < capacity:
            pairs.append((int(n), int(i)))
            needs.add(n)
            researchers.add(i)
    return pairs


@pytest.mark.parametrize("scope", ["all", "place"])
@pytest.mark.parametrize("capacity", [3, 1000])
@pytest.mark.parametrize("seed", SEEDS[:4])
def test_best_fit(seed, capacity, scope):
    matching = Round(seed, capacity=capacity, scope=scope)
    assert matching.pairs(BEST_FIT) == greedy(matching.scores, capacity)


@pytest.mark.parametrize("capacity", [3, 1000])
@pytest.mark.parametrize("seed", SEEDS)
def test_random(seed, capacity):
    matching = Round(seed, capacity=capacity)
    chances = np.empty_like(matching.scores)
    rules.fill_chances(matching.world, chances)
    assert matching.pairs(RANDOM) == greedy(chances, capacity)


@pytest.mark.parametrize("capacity", [3, 1000])
@pytest.mark.parametrize("seed", SEEDS)
def test_equitable(seed, capacity):
    matching = Round(seed, capacity=capacity)
    order = np.empty(len(matching.needs))
    rules.fill_order(matching.world, order)
    active = matching.world.councils["active"][matching.councils()]
    left, pairs = matching.scores.copy(), []
    for n in np.lexsort((order, active)):
        if len(pairs) < capacity and left[n].max() >= 0:
            i = int(left[n].argmax())
            pairs.append((int(n), i))
            left[:, i] = -1
    assert matching.pairs(EQUITABLE) == pairs


def blocking_pairs(matching, pairs):
    """Needs and researchers who would both rather have each other than what they have."""
    scores, values = matching.scores, matching.values
    needs, researchers = (np.array(side) for side in zip(*pairs, strict=True))
    score_held, value_held, score_of_held = (
        np.full(len(scores), -1.0),
        np.full(scores.shape[1], -np.inf),
        np.full(scores.shape[1], -1.0),
    )
    score_held[needs] = score_of_held[researchers] = scores[needs, researchers]
    value_held[researchers] = values[needs, researchers]
    liked = (values > value_held) | ((values == value_held) & (scores > score_of_held))
    return np.argwhere((scores >= 0) & (scores > score_held[:, None]) & liked)


@pytest.mark.parametrize("population", [SMALL, lattice()], ids=["small", "nine_places"])
@pytest.mark.parametrize("seed", SEEDS[:4])
def test_stable_round_leaves_no_blocking_pair(seed, population):
    matching = Round(seed, population)
    pairs = matching.pairs(STABLE)
    assert pairs
    assert not len(blocking_pairs(matching, pairs))
    assert len(blocking_pairs(matching, pairs[1:]))  # the check itself finds one where there is one


@pytest.mark.parametrize("accuracy", [0.0, 0.8])
@pytest.mark.parametrize("seed", SEEDS)
def test_stable_agrees_with_the_library(seed, accuracy):
    """Needs propose: the same pairs as resident-optimal deferred acceptance of the library matching."""
    matching = Round(seed, accuracy=accuracy)
    scores, values = matching.scores, matching.values
    needs = {
        f"n{n}": [f"r{i}" for i in np.argsort(-row, kind="stable") if row[i] >= 0]
        for n, row in enumerate(scores)
    }
    researchers = {
        f"r{i}": [f"n{n}" for n in np.lexsort((-scores[:, i], -values[:, i])) if scores[n, i] >= 0]
        for i in range(scores.shape[1])
    }
    needs = {name: preferred for name, preferred in needs.items() if preferred}
    researchers = {name: preferred for name, preferred in researchers.items() if preferred}
    game = HospitalResident.create_from_dictionaries(needs, researchers, dict.fromkeys(researchers, 1))
    solved = game.solve(optimal="resident")
    expected = {(n.name, r.name) for r, held in solved.items() for n in held}
    assert {(f"n{n}", f"r{i}") for n, i in matching.pairs(STABLE)} == expected


@pytest.mark.parametrize("capacity", [3, 1000])
@pytest.mark.parametrize("algorithm", [STABLE, OPTIMAL])
def test_pairs_are_in_order_of_score(algorithm, capacity):
    matching = Round(1, capacity=capacity)
    every = matching.pairs(algorithm)
    scores = [matching.scores[pair] for pair in every]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("capacity", [0, 3])
def test_stable_makes_the_highest_scores(capacity):
    assert Round(1, capacity=capacity).pairs(STABLE) == Round(1).pairs(STABLE)[:capacity]


@pytest.mark.parametrize("algorithm", range(len(ALGORITHMS)), ids=ALGORITHMS)
def test_pairs_are_allowed(algorithm):
    """Each need and researcher at most once, in one place if so asked, none with a live tie."""
    matching = Round(3, lattice(), scope="place")
    pairs = matching.pairs(algorithm)
    assert pairs
    for side in zip(*pairs, strict=True):
        assert len(set(side)) == len(side)
    world = matching.world
    live = world.ties[world.live[: world.clock.live]]
    together = set(zip(live["council"], live["researcher"], strict=True))
    for n, i in pairs:
        need, r = world.needs[matching.needs[n]], matching.researchers[i]
        assert need["tie"] == NONE
        assert (need["council"], r) not in together
        at = world.universities["place"][world.researchers["university"][r]]
        assert world.councils["place"][need["council"]] == at


@pytest.mark.parametrize("population", [SMALL, lattice()], ids=["small", "nine_places"])
@pytest.mark.parametrize("seed", SEEDS[:4])
def test_optimal_is_at_least_as_good_as_any(seed, population):
    matching = Round(seed, population)
    best = matching.total(matching.pairs(OPTIMAL))
    for algorithm in range(len(ALGORITHMS)):
        assert matching.total(matching.pairs(algorithm)) <= best + 1e-9


SHAPES = {
    "tiny": SMALL,
    "nine_places": lattice(),
    "more needs": lattice(2, 8, 1, 4),  # than researchers
    "one place": lattice(1, 6, 1, 60),  # all after the same people: paths are long
    "nobody": lattice(1, 6, 1, 1),
}


@pytest.mark.parametrize(  # of the highest score; as policies have it; of every pair
    ("capacity", "seeds"), [(1, 1), (12, 3), (10**6, 1)]
)
@pytest.mark.parametrize("accuracy", [0.0, 0.5, 0.8, 1.0])  # scores all chance, mixed, and mostly equal
@pytest.mark.parametrize("scope", ["all", "place"])
@pytest.mark.parametrize("population", SHAPES.values(), ids=SHAPES)
def test_optimal_total_is_that_of_the_library(population, scope, accuracy, capacity, seeds):
    """As much as SciPy's exact assignment, in which a pair that may not be introduced counts 0."""
    for seed in range(seeds):
        matching = Round(seed, population, capacity, scope, accuracy, months=10, needs=1.0)
        worth = np.maximum(matching.scores, 0.0)
        best = sum(worth[pair] for pair in assigned(worth, capacity))
        pairs = matching.pairs(OPTIMAL)
        assert len(pairs) <= capacity
        assert matching.total(pairs) == pytest.approx(best, rel=1e-12)


@pytest.mark.parametrize("n_needs", [1, 4, 6])
@pytest.mark.parametrize("n_researchers", [1, 4, 5])
def test_the_library_solves_for_any_number_of_pairs(n_needs, n_researchers):
    """What the optimal rounds are held to, against all ways to choose so many pairs."""
    scores = np.random.default_rng(n_needs + 10 * n_researchers).random((n_needs, n_researchers))
    for number in range(1, min(scores.shape) + 1):
        ways = (
            sum(scores[pair] for pair in zip(needs, researchers, strict=True))
            for needs in combinations(range(n_needs), number)
            for researchers in permutations(range(n_researchers), number)
        )
        assert sum(scores[pair] for pair in assigned(scores, number)) == pytest.approx(max(ways), rel=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_optimal_pairs_are_those_of_the_library(seed):
    """Where scores are mixed with chance, the best assignment is the only one."""
    matching = Round(seed, SHAPES["one place"], months=10)
    rows, columns = linear_sum_assignment(matching.scores, maximize=True)
    assert (matching.scores[rows, columns] >= 0).all()
    assert set(matching.pairs(OPTIMAL)) == set(zip(rows.tolist(), columns.tolist(), strict=True))


def test_a_word_without_its_file_is_told():
    with pytest.raises(
        BadInput, match=r"the word .first_come., and model/matching/first_come\.py no rule choose"
    ):
        chooser("first_come")

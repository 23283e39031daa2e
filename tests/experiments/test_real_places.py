"""Real places: councils and universities of the UK as they are, against ties that REF 2014 impact cases name.

The lists are not the project's to pass on: without them, beside it (or where TOWNGOWN_LISTS says), all is
skipped. A case names a tie with some chance only, and a tie of the model is a partnership at any time of ten
years. So where levels count, the model's ties are kept with the one probability that makes as many as were
named. Nothing is fitted here; but distance_scale and distance_decay were set with two thirds of the cases in
sight, and mission_spread, known_first, scottish_culture and how culture varies with all of them: what so many
numbers were set by, they do not confirm. Each half of the subjects is therefore held to them alone, too.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.stats import qmc

from experiments.command.populations import population_from
from experiments.running.stories import story_of
from model.simulation import Simulation

LISTS = Path(os.environ.get("TOWNGOWN_LISTS", Path(__file__).parents[3] / "shared" / "data"))
COUNCILS, UNIVERSITIES = LISTS / "uk_councils.csv", LISTS / "uk_universities.csv"
MENTIONS = LISTS / "ref2014_council_mentions.csv"
SEEDS = 8
BANDS = (0, 10, 25, 50, 100, 200, 400)
#: One of the largest councils, and the university beside it: code and UKPRN.
CITY = ("LDS", 10007795)
#: Projects a year that the two began.
CITY_STARTS = 22.5

pytestmark = pytest.mark.skipif(
    not MENTIONS.exists(), reason=f"no lists of real places in {LISTS} (TOWNGOWN_LISTS=FOLDER says where)"
)


@dataclass(frozen=True)
class World:
    """Real places, what cases name of them, and what runs give.

    Attributes:
        councils: a line a council.
        universities: a line a university.
        cases: a line a council that a case names.
        stories: one a seed.
    """

    councils: pd.DataFrame
    universities: pd.DataFrame
    cases: pd.DataFrame
    stories: tuple

    @property
    def distance(self) -> np.ndarray:
        """Km [councils, universities]."""
        return self.stories[0].distance

    def named(self, cases: pd.DataFrame) -> np.ndarray:
        """Whether cases name a tie of the two [councils, universities]."""
        council, university = self.councils["code"].to_list(), self.universities["ukprn"].to_list()
        found = np.zeros(self.distance.shape, bool)
        for each in cases[cases["council_code"].isin(council)].itertuples():
            found[council.index(each.council_code), university.index(each.ukprn)] = True
        return found

    @cached_property
    def all_named(self) -> np.ndarray:
        """As of all cases."""
        return self.named(self.cases)

    @cached_property
    def kept(self) -> float:
        """Share of the model's ties that makes as many as are named."""
        return self.all_named.sum() / np.mean([story.has_tie.sum() for story in self.stories])

    @cached_property
    def rates(self) -> np.ndarray:
        """What the model gives for `rates`."""
        return rates(np.mean([story.has_tie for story in self.stories], axis=0), self.distance)

    def thinned(self, share: float = 1.0) -> list[np.ndarray]:
        """The model's ties, of which as many are left as are named (or a share of them), by lot."""
        lots, kept = np.random.default_rng(1), share * self.kept
        return [story.has_tie & (lots.random(self.distance.shape) < kept) for story in self.stories]

    def with_tie(self, share: float = 1.0) -> np.ndarray:
        """Chance that each council has a tie among those that are left (or a share of them)."""
        left = [(1 - share * self.kept) ** story.has_tie.sum(axis=1) for story in self.stories]
        return 1 - np.mean(left, axis=0)


def world_with(parameters: dict[str, float], seeds: int = SEEDS) -> World:
    """Real places, and what runs with these parameters give."""
    asked = {"kind": "listed", "name": "csv", "councils": str(COUNCILS), "universities": str(UNIVERSITIES)}
    population, stories = population_from(asked), []
    for seed in range(seeds):
        simulation = Simulation(parameters, population=population, seed=seed, histories=True)
        simulation.advance()
        stories.append(story_of(simulation, simulation.result()))
    lists = (pd.read_csv(each) for each in (COUNCILS, UNIVERSITIES, MENTIONS))
    return World(*lists, tuple(stories))


@pytest.fixture(scope="module")
def world() -> World:
    return world_with({})


def bands_of(distance: np.ndarray) -> list[np.ndarray]:
    """Which pairs are in each band of distance."""
    return [(near <= distance) & (distance < far) for near, far in pairwise(BANDS)]


def rates(ties: np.ndarray, distance: np.ndarray) -> np.ndarray:
    """Share of pairs with a tie in each band of distance, against that of all within 400 km."""
    everywhere = ties[distance < BANDS[-1]].mean()
    return np.array([ties[band].mean() for band in bands_of(distance)]) / everywhere


def may_be(named: np.ndarray, distance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Ends of what the rates may be, given so many named ties (95%, Poisson)."""
    counts = np.array([named[band].sum() for band in bands_of(distance)])
    per_tie = rates(named, distance) / counts
    return stats.gamma.ppf(0.025, counts) * per_tie, stats.gamma.ppf(0.975, counts + 1) * per_tie


def concentration(ties: np.ndarray, axis: int) -> float:
    """Share of ties that the tenth of councils (axis 1) or universities (0) with the most has."""
    numbers = np.sort(ties.sum(axis=axis))[::-1]
    return numbers[: round(len(numbers) / 10)].sum() / numbers.sum()


def halves(cases: pd.DataFrame) -> list[pd.DataFrame]:
    """Cases of every other subject in order of how many there are, and those of the rest."""
    order = cases["uoa"].value_counts().sort_index().sort_values(kind="stable", ascending=False).index
    return [cases[cases["uoa"].isin(order[start::2])] for start in (0, 1)]


def test_rates_by_distance_are_within_a_factor_of_two(world: World) -> None:
    observed = rates(world.all_named, world.distance)
    assert (np.abs(np.log2(world.rates / observed)) < 1).all(), world.rates / observed


def test_rates_by_distance_hold_for_half_of_the_subjects(world: World) -> None:
    """Within a factor of two of what so few cases leave open."""
    for half in halves(world.cases):
        low, high = may_be(world.named(half), world.distance)
        assert ((world.rates > low / 2) & (world.rates < high * 2)).all(), (low, world.rates, high)


def within_region(world: World, ties: np.ndarray) -> float:
    """Share of ties that are within one region."""
    region = np.equal.outer(world.councils["region"].to_numpy(), world.universities["region"].to_numpy())
    return region[ties].mean()


def test_as_many_ties_are_within_one_region(world: World) -> None:
    model = np.mean([within_region(world, story.has_tie) for story in world.stories])
    assert model == pytest.approx(within_region(world, world.all_named), abs=0.1)


def test_as_many_councils_have_a_tie(world: World) -> None:
    assert world.with_tie().mean() == pytest.approx(world.all_named.any(axis=1).mean(), abs=0.1)


KINDS = (
    "London borough",
    "Metropolitan district",
    "Unitary authority",
    "Welsh unitary authority",
    "Scottish unitary authority",
    "Non-metropolitan district",
    "NI district",
    "County",
)


@pytest.mark.parametrize("kind", KINDS)
def test_as_many_of_each_kind_have_a_tie(world: World, kind: str) -> None:
    is_of_kind = (world.councils["kind"] == kind).to_numpy()
    observed = world.all_named.any(axis=1)[is_of_kind].mean()
    assert world.with_tie()[is_of_kind].mean() == pytest.approx(observed, abs=0.1)


def ties_of_few_councils(world: World, ties: np.ndarray) -> float:
    """Share of ties that the tenth of councils with the most has."""
    return concentration(ties, 1)


def ties_of_few_universities(world: World, ties: np.ndarray) -> float:
    """The same, of universities."""
    return concentration(ties, 0)


def ties_by_staff(world: World, ties: np.ndarray) -> float:
    """Rank correlation of universities' ties with their social scientists."""
    return stats.spearmanr(ties.sum(axis=0), world.universities["social_science_fte"]).statistic


def ties_by_people(world: World, ties: np.ndarray) -> float:
    """Rank correlation of councils' ties with their people."""
    return stats.spearmanr(ties.sum(axis=1), world.councils["population"]).statistic


#: What is said of who has most ties, and how far the model may be off.
ALLOWED = (
    (ties_of_few_councils, 0.1),
    (ties_of_few_universities, 0.15),
    (ties_by_staff, 0.2),
    (ties_by_people, 0.2),
)
OF_MOST = pytest.mark.parametrize(("measure", "off"), ALLOWED)


@OF_MOST
def test_the_same_have_most_ties(world: World, measure: Callable, off: float) -> None:
    model = np.mean([measure(world, ties) for ties in world.thinned()])
    assert model == pytest.approx(measure(world, world.all_named), abs=off)


@OF_MOST
def test_the_same_have_most_ties_by_half_of_the_subjects(world: World, measure: Callable, off: float) -> None:
    """As near as for all, but for what so few cases leave open (two standard deviations of so few ties)."""
    for half in halves(world.cases):
        named = world.named(half)
        model = [measure(world, ties) for ties in world.thinned(named.sum() / world.all_named.sum())]
        assert np.mean(model) == pytest.approx(measure(world, named), abs=off + 2 * np.std(model))


def test_a_large_city_starts_as_many_projects(world: World) -> None:
    council = world.councils["code"].to_list().index(CITY[0])
    university = world.universities["ukprn"].to_list().index(CITY[1])
    begun = [
        ((each["council"] == council) & (each["university"] == university) & (each["start"] >= 0)).sum()
        for each in (story.partnerships for story in world.stories)
    ]
    starts = np.mean(begun) / world.stories[0].years
    assert CITY_STARTS / 2 <= starts <= CITY_STARTS * 2


#: Numbers that real places are fitted by, and where they are looked for.
FITTED = {
    "distance_scale": (1.0, 6.0),
    "distance_decay": (0.9, 1.7),
    "attraction": (0.0, 0.6),
    "outreach_half": (100.0, 1000.0),
    "mission_spread": (0.3, 1.3),
    "known_first": (10.0, 100.0),
    "scottish_culture": (0.0, 3.0),
    "culture_spread": (1.0, 2.4),
    "culture_size": (0.2, 1.0),
    "district_functions": (0.1, 0.6),
    "council_base": (-8.6, -6.8),
}


def misses(world: World, cases: pd.DataFrame) -> np.ndarray:
    """How far off the model is of what cases name, as shares of what is allowed: 19 numbers."""
    named = world.named(cases)
    share = named.sum() / world.all_named.sum()
    of_rates = np.log2(np.maximum(world.rates, 1e-3) / rates(named, world.distance))
    apart = (world.with_tie(share) - named.any(axis=1)) / 0.1
    of_kinds = [apart[(world.councils["kind"] == kind).to_numpy()].mean() for kind in KINDS]
    ties = world.thinned(share)
    of_most = [
        (np.mean([measure(world, each) for each in ties]) - measure(world, named)) / off
        for measure, off in ((within_region, 0.1), *ALLOWED)
    ]
    return np.array([*of_rates, *of_kinds, *of_most])


@pytest.mark.thorough
def test_what_is_fitted_to_half_of_the_subjects_holds_for_the_other_half() -> None:
    """Each half in turn: the best of 300 sets of numbers, drawn without a look at any case, on new luck."""
    low, high = np.array(list(FITTED.values())).T
    unit = qmc.LatinHypercube(len(FITTED), rng=np.random.default_rng(3)).random(300)
    sets = [dict(zip(FITTED, each.tolist(), strict=True)) for each in low + (high - low) * unit]
    both = halves(pd.read_csv(MENTIONS))
    # Each is told and let go: three hundred worlds would take a gigabyte.
    tried = np.array(
        [[misses(world, half) for half in both] for world in (world_with(each, 2) for each in sets)]
    )
    off = np.square(np.clip(tried, -3, 3)).mean(axis=2)
    for fit, test in ((0, 1), (1, 0)):
        best = world_with(sets[int(np.argmin(off[:, fit]))])
        assert (np.abs(misses(best, both[fit])) <= 1).sum() >= 17
        assert (np.abs(misses(best, both[test])) <= 1).sum() >= 16

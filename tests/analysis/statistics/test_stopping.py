"""How many seeds: honest coverage, and decisions that do not depend on how the seeds came."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from analysis.statistics.stopping import EXTRA, FIRST, Wanted, interval, seeds_wanted

#: Draws of differences whose mean is 0 and whose variance is 1, by name.
DRAWS: dict[str, Callable[[np.random.Generator, int], np.ndarray]] = {
    "normal": lambda rng, n: rng.normal(size=n),
    "skewed": lambda rng, n: (rng.exponential(size=n) - 1 + 0.7 * rng.normal(size=n)) / np.sqrt(1.49),
    "exponential": lambda rng, n: rng.exponential(size=n) - 1,
    "counts": lambda rng, n: (rng.poisson(0.1, n) - rng.poisson(0.05, n) - 0.05) / np.sqrt(0.15),
}


def coverage(draw: str, seeds: int, experiments: int, most: int = 100_000) -> tuple[float, float]:
    """Share of intervals that hold the mean, and mean number of seeds; fixed luck would need `seeds`."""
    rng = np.random.default_rng(seeds)
    wanted = Wanted(1.96 / np.sqrt(seeds), most)
    covered, n = 0, 0
    for _ in range(experiments):
        differences = DRAWS[draw](rng, 3 * seeds + 300)
        _, low, high, _ = interval(differences, wanted)
        covered += low <= 0 <= high
        n += seeds_wanted(differences, wanted)
    return covered / experiments, n / experiments


@pytest.mark.parametrize(
    ("draw", "seeds"),
    [("normal", 50), ("normal", 200), ("skewed", 80), ("exponential", 150), ("counts", 150)],
)
def test_intervals_cover(draw: str, seeds: int) -> None:
    """95% less half a point; a true coverage of 0.95 fails one case in 50 (2,000 experiments, 2 sd below)."""
    share, n = coverage(draw, seeds, 2000)
    assert share > 0.945 - 2 * np.sqrt(0.05 * 0.95 / 2000)
    # The price: the gap between looks, and the extra seeds.
    assert seeds < n < 1.25 * seeds + EXTRA + 10


@pytest.mark.thorough
@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("seeds", [10, 30, 80, 150, 700, 2000])
def test_intervals_cover_wherever_they_stop(draw: str, seeds: int) -> None:
    """A true coverage of 0.95 fails less than one case in 10,000 (5,000 experiments)."""
    assert coverage(draw, seeds, 5000)[0] > 0.945 - 2 * np.sqrt(0.05 * 0.95 / 5000)


@pytest.mark.thorough
@pytest.mark.parametrize("draw", ["normal", "skewed", "counts"])
@pytest.mark.parametrize("seeds", [100, 150, 200, 300])
def test_intervals_cover_at_the_bound(draw: str, seeds: int) -> None:
    """Some experiments reach the precision and some the bound of 150; false alarms as above."""
    assert coverage(draw, seeds, 5000, most=150)[0] > 0.945 - 2 * np.sqrt(0.05 * 0.95 / 5000)


def test_stopping_as_soon_as_narrow_would_not_cover() -> None:
    """What the rule is for: a look after every seed from the fifth on, and no extra ones."""
    n, half_width = np.arange(1, 201), 1.96 / np.sqrt(30)
    draws = np.random.default_rng(1).normal(size=(2000, 200))
    mean = np.cumsum(draws, axis=1) / n
    variance = (np.cumsum(draws**2, axis=1) - n * mean**2)[:, 4:] / (n[4:] - 1)
    narrow = stats.t.ppf(0.975, n[4:] - 1) * np.sqrt(variance / n[4:]) <= half_width
    stopped = mean[np.arange(2000), 4 + np.argmax(narrow, axis=1)]
    assert (np.abs(stopped) <= half_width).mean() < 0.94


def test_decisions_do_not_depend_on_how_the_seeds_came() -> None:
    differences, wanted = np.random.default_rng(2).normal(size=3000), Wanted(0.1, 2500)
    n, asked = 0, []
    while (n := seeds_wanted(differences[:n], wanted)) not in asked:
        asked.append(n)
    assert asked[:4] == [FIRST, 38, 48, 60]
    assert seeds_wanted(differences[:n], wanted) == n
    # One by one, and all at once with more than was wanted.
    assert all(seeds_wanted(differences[:k], wanted) > k for k in range(n))
    assert seeds_wanted(differences, wanted) == n
    assert interval(differences, wanted) == interval(differences[:n], wanted)


def test_extra_seeds_confirm_or_the_search_goes_on() -> None:
    calm, wild = np.tile([-0.1, 0.1], 15), np.tile([-3.0, 3.0], 400)
    wanted = Wanted(0.5, 800)
    assert seeds_wanted(calm, wanted) == FIRST + EXTRA
    assert seeds_wanted(np.concatenate([calm, np.tile(calm, 3)]), wanted) == FIRST + EXTRA
    # Narrow at 30 and wide at 50: the next looks are taken, those between 30 and 50 among them.
    assert seeds_wanted(np.concatenate([calm, wild[:EXTRA]]), wanted) > FIRST + EXTRA


def test_the_interval_is_as_wide_as_asked_and_no_narrower() -> None:
    mean, low, high, is_reached = interval(np.tile([0.9, 1.1], 25), Wanted(0.5, 800))
    assert (mean, low, high, is_reached) == (pytest.approx(1.0), pytest.approx(0.5), pytest.approx(1.5), True)


@pytest.mark.parametrize("most", [10, 30, 45, 200])
def test_the_bound_is_kept_and_said(most: int) -> None:
    differences, wanted = np.random.default_rng(3).normal(size=500), Wanted(0.001, most)
    n = 0
    while (more := seeds_wanted(differences[:n], wanted)) > n:
        n = more
    assert n == most
    mean, low, high, is_reached = interval(differences[:n], wanted)
    expected = stats.ttest_1samp(differences[:most], 0).confidence_interval()
    assert not is_reached
    assert (mean, low, high) == pytest.approx((differences[:most].mean(), expected.low, expected.high))


def test_extra_seeds_end_at_the_bound() -> None:
    differences = np.tile([0.9, 1.1], 25)
    assert seeds_wanted(differences[:30], Wanted(0.5, 40)) == 40
    assert interval(differences[:40], Wanted(0.5, 40))[3]


def test_a_difference_that_never_varies_stops_early() -> None:
    wanted = Wanted(0.1, 800)
    assert seeds_wanted(np.full(50, 1e9 / 3), wanted) == FIRST + EXTRA
    assert interval(np.zeros(50), wanted) == (0.0, -0.1, 0.1, True)


def test_undefined_differences_take_a_seed_and_tell_nothing() -> None:
    differences = np.where(np.arange(60) % 2, np.nan, np.tile([-1.0, -1.0, 1.0, 1.0], 15))
    mean, low, high, is_reached = interval(differences, Wanted(0.01, 60))
    known = differences[::2]
    expected = stats.ttest_1samp(known, 0).confidence_interval()
    assert (mean, low, high, is_reached) == (pytest.approx(known.mean()), expected.low, expected.high, False)
    assert seeds_wanted(np.full(60, np.nan), Wanted(0.01, 200)) > 60


def test_nothing_is_said_of_nothing() -> None:
    wanted = Wanted(0.1, 100)
    assert seeds_wanted(np.zeros(0), wanted) == FIRST
    assert np.isnan(interval(np.zeros(0), wanted)[0])
    assert not interval(np.zeros(30), wanted)[3]

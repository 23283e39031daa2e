"""How often a truth that is known lies among the points kept for it: made-up models of known answers."""

import time

import numpy as np
import pandas as pd
import pytest

from analysis.statistics.evidence import fits
from analysis.statistics.evidence.calibration import nearest
from analysis.statistics.evidence.coverage import coverage
from tests.analysis.statistics.evidence.test_calibration import targets

LUCK = 0.3


def made_up(n: int, kept: int, slopes, luck: float = LUCK, seed: int = 0):
    """Points of a linear model with luck: each target is a sum of factors [factors, targets]."""
    slopes = np.atleast_2d(slopes)
    generator = np.random.default_rng(seed)
    unit = generator.random((n, len(slopes)))
    means = unit @ slopes + generator.normal(0, luck, (n, slopes.shape[1]))
    positions = pd.DataFrame(unit, columns=[f"factor_{at}" for at in range(len(slopes))])
    points = pd.DataFrame({"wave": 2, "accepted": np.isin(np.arange(n), nearest(means[:, 0], kept))})
    return points, positions, means, np.full(means.shape, luck**2), targets(*[(0.4, 0.6)] * slopes.shape[1])


def by_level(found: pd.DataFrame, factor: str = "factor_0") -> pd.DataFrame:
    return found[found["factor"] == factor].set_index("level")


def test_intervals_of_a_model_whose_luck_decides_hold_as_often_as_they_say() -> None:
    """Few of many are kept, nearer to each other than luck throws them; quantiles of 100 hold 88% and 49%."""
    of_several = [made_up(4000, 100, [[1.0], [0.0]], seed=seed) for seed in range(5)]
    found = pd.concat([coverage(*each) for each in of_several])
    for factor in ("factor_0", "factor_1"):
        lines = by_level(found, factor)
        assert lines["truths"].unique() == [200]
        means = [lines.loc[level, "coverage"].mean() for level in (0.9, 0.5)]
        assert means[0] == pytest.approx(0.882, abs=0.041)  # four standard errors of 1,000 truths
        assert means[1] == pytest.approx(0.490, abs=0.063)
    assert found["held"].mean() > 0.9
    narrow, idle = (by_level(found, f"factor_{at}")["width"].mean() for at in (0, 1))
    assert narrow < 0.9 < idle < 1.05


def test_an_interval_that_is_shrunk_is_found_out() -> None:
    """Between two points lies a third of the truth, whatever else is said of them: 0.9 of it by 90%."""
    found = coverage(*made_up(2000, 2, [[1.0], [0.0]]))
    lines = by_level(found)
    assert lines.loc[0.9, "coverage"] == pytest.approx(0.3, abs=0.13)
    assert lines.loc[0.5, "coverage"] == pytest.approx(0.5 / 3, abs=0.11)
    assert not found["held"].any()
    assert (lines["coverage_low"] < lines["coverage"]).all()
    assert (lines["coverage"] < lines["coverage_high"]).all()


def test_an_interval_that_is_far_too_wide_covers_too_often_and_is_no_fault() -> None:
    """Without luck the truth is in the middle of the points around it."""
    lines = by_level(coverage(*made_up(1000, 200, [[1.0]], luck=0.0)))
    assert lines["coverage"].min() > 0.85
    assert lines["held"].all()
    assert lines.loc[0.9, "width"] == pytest.approx(0.2, abs=0.03)


def test_only_the_points_drawn_last_count_and_every_one_where_they_are_few() -> None:
    points, positions, *rest = made_up(300, 30, [[1.0]])
    points["wave"] = np.where(np.arange(300) < 180, 1, 2)
    points["accepted"] = np.arange(300) >= 290
    found = coverage(points, positions, *rest)
    last = np.arange(300) >= 180
    alone = coverage(
        points[last],
        positions[last],
        *(each[last] if isinstance(each, np.ndarray) else each for each in rest),
    )
    pd.testing.assert_frame_equal(found, alone)
    assert found["truths"].unique() == [120]


def test_beyond_an_open_end_an_observation_tells_nothing_apart() -> None:
    """A target of at least 0.5 says of all above that they are the same, and how far others are below."""
    at_least = targets((0.5, np.nan), (np.nan, 0.5), (0.4, 0.6))
    means = np.array([[0.2, 0.2, 0.2], [0.7, 0.7, 0.7], [0.9, 0.9, np.nan]])
    told = [[0.2, 0.5, 0.2], [0.5, 0.7, 0.7], [0.5, 0.9, np.nan]]
    np.testing.assert_array_equal(fits.comparable(means, at_least), told)
    apart = np.abs(fits.comparable(means, at_least) - 0.5)[:, :2]
    np.testing.assert_array_equal(apart, fits.missed_by(means, at_least)[:, :2])


def test_a_target_that_nothing_is_known_of_has_no_say() -> None:
    points, positions, means, variances, _ = made_up(400, 40, [[1.0, 0.0]])
    means[:, 1] = np.nan
    found = coverage(points, positions, means, variances, targets((0.4, 0.6), (0.4, 0.6)))
    alone = coverage(points, positions, means[:, :1], variances[:, :1], targets((0.4, 0.6)))
    pd.testing.assert_frame_equal(found, alone)


def test_it_takes_less_than_a_second_at_full_size() -> None:
    given = made_up(1200, 100, np.random.default_rng(1).normal(size=(60, 30)))
    coverage(*given)
    began = time.perf_counter()
    assert len(coverage(*given)) == 120
    assert time.perf_counter() - began < 2.0  # 0.3 s on an idle core

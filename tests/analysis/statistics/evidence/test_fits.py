"""How what a model gives compares with what was observed: cases by hand, and known answers."""

import numpy as np
import pandas as pd
import pytest

from analysis.statistics.evidence import fits


def targets(**columns):
    lines = {
        "pattern": ["a", "b", "c"],
        "target": ["x", "y", "z"],
        "low": [1.0, 2.0, np.nan],
        "high": [4.0, np.nan, 0.5],
        "scale": ["log", "linear", "linear"],
        "tolerance": [0.3, 0.5, 0.1],
        "missing": ["", "", ""],
    }
    return pd.DataFrame(lines | columns).reindex(columns=list(fits.TARGETS))


def measured(values):
    """Of values [target, point, seed]."""
    return pd.DataFrame(
        [
            (pattern, target, point, seed, value)
            for (pattern, target), of_target in zip(("ax", "by", "cz"), values, strict=False)
            for point, of_point in enumerate(of_target)
            for seed, value in enumerate(of_point)
        ],
        columns=list(fits.MEASURED),
    )


def test_one_point_passes_by_its_mean_with_the_interval_of_luck():
    found = fits.compared(measured([[[2.0, 3.0, 4.0]], [[1.0, 2.0]], [[np.nan, np.nan]]]), targets())
    assert found["model"].tolist()[:2] == [3.0, 1.5]
    half = 4.302652729911275 / np.sqrt(3)  # Student's t of 2 degrees, sd 1
    assert (found["model_low"][0], found["model_high"][0]) == pytest.approx((3 - half, 3 + half))
    assert found["luck_low"][0] == found["model_low"][0]
    assert found["passes"].tolist() == [True, False, pd.NA]
    assert found["points"].tolist() == [1, 1, 0]
    assert found["share"].tolist()[:2] == [1.0, 0.0]


def test_over_points_luck_is_removed():
    """Points that differ by sd 2, runs by sd 3 around them: the interval is that of the points."""
    generator = np.random.default_rng(1)
    true = generator.normal(10, 2, 4000)
    values = true[:, None] + generator.normal(0, 3, (4000, 4))
    found = fits.compared(measured([values]), targets(low=8, high=12)).loc[0]
    assert (found["model_low"], found["model_high"]) == pytest.approx((10 - 3.92, 10 + 3.92), abs=0.2)
    assert found["luck_high"] - found["luck_low"] == pytest.approx(2 * 1.96 * 3 / np.sqrt(16_000), rel=0.05)
    assert found["share"] == pytest.approx(0.576, abs=0.02)  # of means with sd 2.5, within 2


def test_where_luck_is_all_there_is_a_range_is_not_narrower_than_it_leaves_it():
    """100 points that are all alike, two seeds each: it holds what they are, if not as widely as runs lie."""
    held = 0
    for seed in range(20):
        values = np.random.default_rng(seed).normal(10, 3, (100, 2))
        found = fits.compared(measured([values]), targets(low=8, high=12)).loc[0]
        held += found["model_low"] <= 10 <= found["model_high"]
        assert 0 < found["model_high"] - found["model_low"] < 8
    assert held >= 17  # 95% of 20, less two standard deviations


def test_patterns_are_met_together_where_all_their_targets_are():
    both = targets(pattern=["a", "a", "c"])
    values = measured([[[2.0], [2.0]], [[3.0], [1.0]], [[0.1], [0.1]]])
    values["pattern"] = values["pattern"].replace("b", "a")
    assert fits.met_together(values, both).to_numpy().tolist() == [[True, True], [False, True]]
    unmeasured = both.assign(missing=["", "no statistic", ""])
    assert fits.met_together(values, unmeasured).columns.tolist() == ["c"]


def test_implausibility_by_hand():
    """Band 1 to 4 on a log scale: middle ln 2, sd ln 4 / 4; open bands count from their end."""
    means = np.array([[2.0, 1.0, 0.8], [4.0, 5.0, 0.1]])
    variances = np.array([[0.0, 0.75, 0.0], [0.0, 0.75, 0.0]])
    found = fits.implausibility(means, variances, targets())
    sd = np.sqrt((np.log(4) / 4) ** 2 + 0.3**2)
    np.testing.assert_allclose(found, [[0, 1.0, 3.0], [np.log(2) / sd, 0, 0]])


def test_what_is_placed_in_a_band():
    found = fits.placed(np.array([[2.0, 3.0, 0.5]]), targets())
    np.testing.assert_allclose(found, [[0.5, 0.5, 1.0]])  # open ends are four tolerances away


def test_variances_follow_to_a_log_scale():
    means, variances = np.array([[2.0, 2.0, 2.0]]), np.array([[0.04, 0.04, 0.04]])
    values, found = fits.on_scales(means, variances, targets())
    np.testing.assert_allclose(values, [[np.log(2), 2.0, 2.0]])
    np.testing.assert_allclose(found, [[0.01, 0.04, 0.04]])


def test_what_luck_alone_does_is_not_told_from_nothing_on_a_log_scale():
    """A mean of 0 with a standard deviation of 0.5 is half the low end of its band, not infinitely far."""
    values, found = fits.on_scales(np.zeros((1, 3)), np.full((1, 3), 0.25), targets())
    np.testing.assert_allclose(values, [[np.log(0.5), 0.0, 0.0]])
    np.testing.assert_allclose(found, [[1.0, 0.25, 0.25]])
    unknown, _ = fits.on_scales(np.full((1, 3), np.nan), np.full((1, 3), 0.25), targets())
    assert np.isnan(unknown).all()

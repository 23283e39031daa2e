"""Effects, intervals, survival: against calculations by hand and by other means."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.statistics.effects import effects_of, paired
from analysis.statistics.intervals import Moments
from analysis.statistics.survival import survival_of


def test_paired_interval_is_that_of_a_hand_calculation() -> None:
    treated, untreated = np.array([3.0, 5.0, 4.0, 8.0]), np.array([2.0, 3.0, 4.0, 5.0])
    # Differences 1, 2, 0, 3: mean 1.5, variance 5/3, standard error sqrt(5/12); t(3, 0.975) = 3.182446.
    effect, low, high, level, n, ratio, saved = paired(treated, untreated)
    assert (effect, level, n) == (1.5, 3.5, 4)
    assert low == pytest.approx(1.5 - 3.182446 * 0.6454972, rel=1e-6)
    assert high == pytest.approx(1.5 + 3.182446 * 0.6454972, rel=1e-6)
    # Variances 14/3 of the treated and 5/3 of the untreated: (14/3 + 5/3) / (5/3) = 3.8.
    assert ratio == pytest.approx(3.8)
    assert saved == pytest.approx(4 * 2.8)


def test_paired_interval_is_that_of_the_paired_t_test() -> None:
    draws = np.random.default_rng(1).normal(size=(2, 30))
    _, low, high, *_ = paired(draws[0] + 1, draws[1])
    expected = stats.ttest_rel(draws[0] + 1, draws[1]).confidence_interval()
    assert (low, high) == pytest.approx((expected.low, expected.high))


def test_pairing_saves_what_it_claims() -> None:
    """An unpaired comparison of n * ratio seeds has the interval of the paired one of n."""
    shared, own = (
        np.random.default_rng(2).normal(size=(2, 400)),
        np.random.default_rng(3).normal(size=(2, 400)),
    )
    treated, untreated = 3 * shared[0] + own[0], 3 * shared[0] + own[1]
    _, low, high, _, n, ratio, _ = paired(treated, untreated)
    seeds = round(n * ratio)
    luck = np.random.default_rng(4).normal(size=(4, seeds))
    unpaired = stats.ttest_ind(3 * luck[0] + luck[1], 3 * luck[2] + luck[3]).confidence_interval()
    assert unpaired.high - unpaired.low == pytest.approx(high - low, rel=0.1)


def test_undefined_values_are_left_out_pair_by_pair() -> None:
    effect, *_, n, _, _ = paired(np.array([1.0, np.nan, 3.0]), np.array([0.0, 1.0, np.nan]))
    assert (effect, n) == (1.0, 1)
    assert np.isnan(paired(np.array([np.nan]), np.array([1.0]))[0])


def test_effects_pair_by_seed_whatever_the_order_of_rows() -> None:
    rows = pd.DataFrame(
        {
            "policy": ["baseline", "baseline", "p", "p"],
            "population": "x",
            "seed": [1, 2, 2, 1],
            "a": [10.0, 20.0, 21.0, 11.0],
        }
    )
    (line,) = effects_of(rows).to_dict("records")
    assert (line["policy"], line["indicator"], line["effect"], line["low"], line["high"]) == (
        "p",
        "a",
        1,
        1,
        1,
    )
    assert np.isnan(line["variance_ratio"])


def test_moments_are_those_of_all_values_at_once() -> None:
    values = np.random.default_rng(5).normal(1e6, 1, size=(40, 3, 2))
    values[::3, 1, 1] = np.nan
    moments = Moments()
    for each in values:
        moments.add(each)
    mean, low, _ = moments.interval()
    n = np.isfinite(values).sum(axis=0)
    error = np.nanstd(values, axis=0, ddof=1) / np.sqrt(n)
    assert mean == pytest.approx(np.nanmean(values, axis=0), rel=1e-12)
    assert mean - low == pytest.approx(stats.t.ppf(0.975, n - 1) * error, rel=1e-6)


def test_survival_is_that_of_a_hand_calculation() -> None:
    # Ends at 1, 2, 2 and 4 months, censored at 2 and 3: 5/6, 5/6 * 3/5, the same, and 0.
    spells = np.array([[0, 1, 2, 0, 1], [0, 0, 1, 1, 0]])
    curve = survival_of(spells)
    assert list(curve["months"]) == [0, 1, 2, 3, 4]
    assert list(curve["survival"]) == pytest.approx([1, 5 / 6, 1 / 2, 1 / 2, 0])
    assert (curve["low"][1:4] < curve["survival"][1:4]).all()
    assert (curve["high"][1:4] > curve["survival"][1:4]).all()


def test_survival_without_spells_or_ends() -> None:
    assert survival_of(np.zeros((2, 5))).empty
    assert list(survival_of(np.array([[0, 0, 0], [0, 2, 1]]))["survival"]) == [1, 1, 1]

"""What policies are worth over points: the range holds further points, and luck does not pass for them."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t

from analysis.statistics.decision.posterior import over_points


def rows_of(effects, luck, generator, seeds=2, repeated=0):
    """Runs of the baseline and a policy over points whose true effects are given; some have a seed more."""
    lines = []
    for point, (effect, own) in enumerate(np.broadcast(effects, luck)):
        for seed in range(seeds + (point < repeated)):
            base = generator.normal()
            further = effect + own * generator.normal()
            lines.append(("baseline", point, seed, base))
            lines.append(("policy", point, seed, base + further))
    return pd.DataFrame(lines, columns=["policy", "point", "seed", "y"])


@pytest.mark.parametrize("runs", [{"seeds": 2}, {"seeds": 1, "repeated": 12}], ids=["twice", "some"])
@pytest.mark.parametrize("luck", [0.0, 1.0, 3.0])
def test_range_holds_95_percent_of_points(luck, runs):
    """On average over 60 samples of 60 points, within four standard errors."""
    generator = np.random.default_rng(5)
    held = []
    for _ in range(60):
        rows = rows_of(generator.normal(2.0, 1.0, 60), luck, generator, **runs)
        line = over_points(rows, ["y"], "baseline").iloc[0]
        further = generator.normal(2.0, 1.0, 200)
        held.append(((line["posterior_low"] < further) & (further < line["posterior_high"])).mean())
    error = np.std(held) / np.sqrt(len(held))
    assert np.mean(held) - 4 * error < 0.98
    assert np.mean(held) + 4 * error > 0.95


def test_luck_that_a_few_points_have_much_more_of_does_not_pass_for_all_that_they_differ_by():
    """Twelve pairs, of which one may say more than all others: seldom is a tenth of the points outside."""
    generator = np.random.default_rng(8)
    held = []
    for _ in range(80):
        effects, luck = generator.normal(1.0, 0.4, 100), generator.lognormal(-0.5, 1.0, 100)
        rows = rows_of(effects, luck, generator, seeds=1, repeated=12)
        line = over_points(rows, ["y"], "baseline").iloc[0]
        held.append(((line["posterior_low"] < effects) & (effects < line["posterior_high"])).mean())
    assert np.mean(held) > 0.95
    assert np.mean(np.array(held) < 0.9) < 0.1


def test_no_range_is_narrower_than_luck_leaves_it():
    generator = np.random.default_rng(6)
    contained = 0
    for _ in range(100):
        line = over_points(rows_of(np.full(40, 0.5), 2.0, generator), ["y"], "baseline").iloc[0]
        contained += line["posterior_low"] <= 0.5 <= line["posterior_high"]
    assert contained >= 88  # 95% of 100, less three standard deviations


def test_one_point_of_many_moves_the_mean_and_not_the_median():
    rows = rows_of(np.array([*np.linspace(-1.0, 1.0, 40), 50.0]), 0.0, np.random.default_rng(1))
    line = over_points(rows, ["y"], "baseline").iloc[0]
    assert line["posterior_effect"] > 1.0
    assert abs(line["posterior_median"]) < 0.1


def test_exact_where_there_is_no_luck():
    effects = np.linspace(-1.0, 3.0, 101)
    rows = rows_of(effects, 0.0, np.random.default_rng(1))
    line = over_points(rows, ["y"], "baseline").iloc[0]
    assert line["posterior_effect"] == pytest.approx(1.0)
    assert line["posterior_median"] == pytest.approx(1.0)
    assert line["posterior_points"] == 101
    assert line["posterior_positive"] == pytest.approx(0.75, abs=0.02)
    squares = (effects - effects.mean()) ** 2
    doubt = t.ppf(0.9, 100) * squares.std(ddof=1) / np.sqrt(101)
    spread = 1.9 * np.sqrt(1 + doubt / effects.var(ddof=1))
    reach = np.hypot(spread, t.ppf(0.975, 100) * effects.std(ddof=1) / np.sqrt(101))
    assert line["posterior_high"] == pytest.approx(1.0 + reach)
    assert line["posterior_low"] == pytest.approx(1.0 - reach)


def test_the_middle_point_lies_within_the_range():
    """However skewed runs are by luck that points have no part in."""
    for seed in range(40):
        generator = np.random.default_rng(seed)
        rows = rows_of(np.full(100, 0.2), 0.0, generator, seeds=1, repeated=12)
        skewed = rows["y"].where(
            rows["policy"] == "baseline", rows["y"] + generator.exponential(3.0, len(rows)) ** 2
        )
        line = over_points(rows.assign(y=skewed), ["y"], "baseline").iloc[0]
        assert line["posterior_low"] <= line["posterior_median"] <= line["posterior_high"]

"""Control variates: against regressions by hand, and what their intervals cover."""

import numpy as np
import pandas as pd
import pytest

from analysis.statistics.controls import freed, freed_rows, freed_together
from analysis.statistics.effects import effects_of
from analysis.statistics.intervals import half_width
from analysis.statistics.stopping import EXTRA, Wanted, interval, seeds_wanted

DRAWS = {
    "normal": lambda rng, shape: rng.normal(size=shape),
    "exponential": lambda rng, shape: rng.exponential(size=shape) - 1,
}


def luck_and_values(rng, draw: str, seeds: int, explained: float) -> tuple[np.ndarray, np.ndarray]:
    """Four controls, and values with mean 0 and variance 1 of which they explain a share."""
    luck = DRAWS[draw](rng, (seeds, 4))
    rest = DRAWS[draw](rng, seeds)
    return luck, np.sqrt(explained) * luck.sum(axis=1) / 2 + np.sqrt(1 - explained) * rest


def slopes(values: np.ndarray, luck: np.ndarray) -> np.ndarray:
    design = np.column_stack([np.ones(len(values)), luck])
    return np.linalg.lstsq(design, values, rcond=None)[0][1:]


def test_freed_values_have_a_mean_by_others_slopes_and_lie_about_it_as_the_jackknife_does() -> None:
    luck, values = luck_and_values(np.random.default_rng(1), "exponential", 40, 0.5)
    found, every = freed(values, luck), range(40)
    others = [slopes(np.delete(values, i), np.delete(luck, i, axis=0)) for i in every]
    assert found.mean() == pytest.approx((values - (luck * others).sum(axis=1)).mean())
    intercepts = [
        np.delete(values, i).mean() - np.delete(luck, i, axis=0).mean(axis=0) @ others[i] for i in every
    ]
    assert found.std() / np.sqrt(40) == pytest.approx(np.sqrt(40) * np.std(intercepts))


def test_skewed_luck_that_acts_more_where_there_is_more_of_it_puts_no_effect_off() -> None:
    """4,000 experiments of 30 seeds: bias below 4 standard errors; slopes of all seeds are off by over 20."""
    rng, found = np.random.default_rng(10), []
    for _ in range(4000):
        luck = rng.exponential(size=(30, 1)) - 1
        values = luck[:, 0] + luck[:, 0] ** 2 - 1 + rng.normal(size=30)
        found.append((freed(values, luck).mean(), values.mean() - luck.mean() * slopes(values, luck)[0]))
    means, errors = np.mean(found, axis=0), np.std(found, axis=0) / np.sqrt(4000)
    assert abs(means[0]) < 4 * errors[0]
    assert abs(means[1]) > 20 * errors[1]


def test_luck_that_a_single_seed_had_is_left_in() -> None:
    rng = np.random.default_rng(11)
    for had, is_left in ((1, True), (2, False), (12, False)):
        luck = np.zeros((60, 1))
        luck[:had] = rng.choice([-1.0, 1.0], (had, 1))
        values = luck[:, 0] + 0.1 * rng.normal(size=60)
        assert np.array_equal(freed(values, luck), values) == is_left
        assert np.std(freed(values, luck)) < 0.2


def test_nothing_is_taken_out_that_is_no_luck() -> None:
    """Too few seeds, no controls, or luck that both share: the values themselves."""
    rng = np.random.default_rng(2)
    values = rng.normal(size=50)
    for luck in (np.zeros((50, 3)), np.empty((50, 0))):
        np.testing.assert_array_equal(freed(values, luck), values)
    np.testing.assert_array_equal(freed(values[:20], rng.normal(size=(20, 4))), values[:20])


def test_seeds_that_failed_stay_out() -> None:
    luck, values = luck_and_values(np.random.default_rng(3), "normal", 60, 0.9)
    expected = freed(values, luck)
    luck, values = np.vstack([luck, np.full(4, np.nan)]), np.append(values, np.nan)
    found = freed(values, luck)
    np.testing.assert_allclose(found[:60], expected)
    assert np.isnan(found[60])


def test_controls_that_say_the_same_count_once() -> None:
    luck, values = luck_and_values(np.random.default_rng(4), "normal", 60, 0.9)
    np.testing.assert_allclose(freed(values, np.hstack([luck, luck[:, :1]])), freed(values, luck))


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize(("seeds", "explained"), [(40, 0.0), (40, 0.9), (100, 0.5)])
def test_intervals_cover(draw: str, seeds: int, explained: float) -> None:
    """0.93 to 0.97; a true coverage of 0.95 fails one case in 10,000 (2,000 experiments, 4 sd)."""
    rng, covered = np.random.default_rng(seeds), 0
    for _ in range(2000):
        luck, values = luck_and_values(rng, draw, seeds, explained)
        found = freed(values, luck)
        covered += abs(found.mean()) <= half_width(found.std(ddof=1) / np.sqrt(seeds), seeds)
    assert 0.93 < covered / 2000 < 0.972


@pytest.mark.thorough
def test_stopping_covers_and_takes_fewer_seeds() -> None:
    """With a tenth of the variance; a true coverage of 0.95 fails one case in 10,000 (1,000 experiments)."""
    rng, wanted, covered, seeds = np.random.default_rng(5), Wanted(0.1, 2000), 0, []
    for _ in range(1000):
        luck, values = luck_and_values(rng, "normal", 300, 0.9)
        _, low, high, _ = interval(values, wanted, luck)
        covered += low <= 0 <= high
        seeds.append(seeds_wanted(values, wanted, luck))
    assert covered / 1000 > 0.95 - 3.7 * np.sqrt(0.05 * 0.95 / 1000)
    assert np.mean(seeds) < 1.3 * 0.1 * (1.96 / 0.1) ** 2 + EXTRA + 10


def test_effects_say_what_controls_saved() -> None:
    """Of a tenth of the variance, nine seeds are saved for each that is used; unless it is switched off."""
    luck, values = luck_and_values(np.random.default_rng(6), "normal", 400, 0.9)
    names = [f"luck_{k}" for k in range(4)]
    seeds = pd.DataFrame({"seed": range(400), "needs_met": values, **dict(zip(names, luck.T, strict=True))})
    rows = pd.concat([seeds.assign(policy="p"), (seeds * 0).assign(seed=seeds["seed"], policy="baseline")])
    line = effects_of(rows, controls={"needs_met": names}).iloc[0]
    assert line["controls_ratio"] == pytest.approx(10, rel=0.15)
    assert line["controls_saved_low"] < 9 * 400 < line["controls_saved_high"]
    plain = effects_of(rows)
    assert plain["indicator"].tolist() == ["needs_met"]
    assert np.isnan(plain.iloc[0]["controls_saved"])
    assert (plain["high"] - plain["low"]).iloc[0] > 2.5 * (line["high"] - line["low"])


def test_points_with_few_seeds_share_their_slopes() -> None:
    rng = np.random.default_rng(7)
    luck, points = rng.normal(size=(50, 3, 2, 2)), rng.normal(size=(50, 1, 2))
    np.testing.assert_allclose(freed_together(points + luck @ [2.0, -1.0], luck), points + 0 * luck[..., 0])
    single = points + luck[:, :1] @ [2.0, -1.0]
    np.testing.assert_array_equal(freed_together(single, luck[:, :1]), single)


@pytest.mark.parametrize(("points", "policies"), [(4, 2), (12, 2), (19, 1)])
def test_few_points_leave_luck_in(points: int, policies: int) -> None:
    """Four controls would fit what four points differ by perfectly, and say that there is no luck."""
    rng = np.random.default_rng(9)
    values, luck = rng.normal(size=(points, 2, policies)), rng.normal(size=(points, 2, policies, 4))
    np.testing.assert_array_equal(freed_together(values, luck), values)


def test_rows_are_freed_as_differences_are() -> None:
    """The policy compared with, and indicators without controls, stay what they were."""
    rng, names = np.random.default_rng(8), ["luck_a", "luck_b"]
    columns = ["needs_met", "cost_total", *names]
    runs = {policy: pd.DataFrame(rng.normal(size=(60, 4)), columns=columns) for policy in ("baseline", "p")}
    rows = pd.concat([table.assign(policy=policy, seed=table.index) for policy, table in runs.items()])
    found = freed_rows(rows, "baseline", {"needs_met": names}).set_index(["policy", "seed"])
    apart = runs["p"] - runs["baseline"]
    expected = runs["baseline"]["needs_met"] + freed(apart["needs_met"].to_numpy(), apart[names].to_numpy())
    np.testing.assert_allclose(found.loc["p", "needs_met"], expected)
    np.testing.assert_allclose(found.loc["baseline", "needs_met"], runs["baseline"]["needs_met"])
    np.testing.assert_array_equal(found.loc["p", "cost_total"], runs["p"]["cost_total"])

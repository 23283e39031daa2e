"""What an addition costs: Fieller's intervals against closed forms, and against how often they hold."""

import doctest

import numpy as np
import pandas as pd
import pytest

from analysis.statistics.decision import verdicts
from analysis.statistics.decision.costs import break_even, costs_of
from analysis.statistics.decision.ratios import fieller
from analysis.statistics.effects import effects_of
from analysis.statistics.intervals import half_width


def test_a_ratio_to_a_constant_is_a_mean():
    above = np.random.default_rng(1).normal(10, 3, 30)
    half = float(half_width(above.std(ddof=1) / 30**0.5, 30)) / 4
    ends = fieller(above, np.full(30, 4.0), float(half_width(1.0, 30)))
    assert ends == pytest.approx((above.mean() / 4 - half, above.mean() / 4 + half))


def test_a_ratio_to_what_may_be_nothing_has_no_upper_end():
    rng = np.random.default_rng(2)
    low, high = fieller(rng.normal(300, 3, 50), rng.normal(0.02, 1, 50), 2.0)
    assert high == np.inf
    assert low > 0
    assert np.isnan(fieller(rng.normal(0, 3, 50), rng.normal(0, 1, 50), 2.0)).all()


def test_the_ends_are_where_a_difference_is_just_possible():
    """Fieller's theorem: at either end, the mean of above - r below is `reach` standard errors from 0."""
    rng = np.random.default_rng(3)
    below = rng.normal(2, 1, 40)
    above = 100 * below + rng.normal(50, 40, 40)
    for end in fieller(above, below, 2.1):
        apart = above - end * below
        assert abs(apart.mean()) == pytest.approx(2.1 * apart.std(ddof=1) / 40**0.5)


def test_intervals_hold_the_truth_in_95_of_100_cases():
    """With 1,000 cases, one in ten thousand would fall outside 0.923 to 0.974."""
    rng, held = np.random.default_rng(4), 0
    for _ in range(1000):
        below = rng.normal(1.0, 1.5, 30)
        above = 30 * below + rng.normal(270, 60, 30)
        low, high = fieller(above, below, float(half_width(1.0, 30)))
        held += low <= 300 <= high
    assert 923 <= held <= 974


@pytest.fixture
def rows() -> pd.DataFrame:
    """Over two years, the policy costs £20k a year more, for half a partnership and three needs a year."""
    rng = np.random.default_rng(5)
    luck = rng.normal(0, 1, 40)
    base = pd.DataFrame({"seed": range(40), "mean_strategic": 3 + luck, "needs_met": 10 + luck})
    base = base.assign(cost_total=500.0, needs_met_all=20 + luck, policy="baseline")
    small = rng.normal(0, 0.1, 40)
    treated = base.assign(
        policy="posts", cost_total=540 + small, mean_strategic=base["mean_strategic"] + 0.5 + small,
        needs_met=base["needs_met"] - 2, needs_met_all=base["needs_met_all"] + 6 + small,
    )  # fmt: skip
    return pd.concat([base, treated], ignore_index=True)


def test_what_one_more_costs(rows):
    table = costs_of(rows, effects_of(rows), "baseline", years=2).set_index("outcome")
    assert table.loc["mean_strategic", "each"] == pytest.approx(40, rel=0.1)
    assert table.loc["needs_met_all", "added"] == pytest.approx(3, rel=0.05)
    assert table.loc["needs_met_all", "each"] == pytest.approx(20 / 3, rel=0.05)
    line = table.loc["mean_strategic"]
    assert (
        line["together_low"] <= line["each_low"] < line["each"] < line["each_high"] <= line["together_high"]
    )
    assert np.isnan(table.loc["needs_met", "each"])  # a need that is lost has no price


def test_what_costs_nothing_has_no_price(rows):
    rows.loc[rows["policy"] == "posts", "cost_total"] = 499.0
    table = costs_of(rows, effects_of(rows), "baseline", years=2)
    assert table[["each", "each_low", "each_high", "together_low", "together_high"]].isna().all(axis=None)
    assert (table["a_year"] == -0.5).all()


def test_verdicts_follow_from_intervals():
    assert doctest.testmod(verdicts).failed == 0
    with_nan = verdicts.verdict(np.array([np.nan]), np.array([np.nan]), np.array([0.3]))
    assert with_nan.tolist() == [verdicts.CANNOT_TELL]


def test_the_share_of_seeds_in_which_it_is_ahead(rows):
    found = effects_of(rows)
    best = pd.DataFrame({"policy": ["posts"], "indicator": ["mean_strategic"], "may_be_best": [True]})
    (line,) = verdicts.verdicts_of(rows, found, best, "baseline", 0.1).to_dict("records")
    assert (line["ahead"], line["verdict"]) == (1.0, verdicts.ADDS)
    assert line["smallest"] == pytest.approx(found["baseline"].iloc[0] * 0.1, rel=1e-6)


def test_break_even_is_the_cost_of_one_more_and_rises_with_costs(rows):
    """£20k a year for half a partnership: £40k each; at £60k, it gains £10k a year, 1.5 times its cost."""
    costs = costs_of(rows, effects_of(rows, "baseline"), "baseline", 2.0)
    table = break_even(rows, costs, "baseline", 2.0, 60.0).set_index("optimism")
    each = costs.set_index("outcome").loc["mean_strategic"]
    for more in (0.0, 0.2, 0.4):
        found = table.loc[more, ["breaks_even", "breaks_even_low", "breaks_even_high"]].to_list()
        assert found == pytest.approx([(1 + more) * each[name] for name in ("each", "each_low", "each_high")])
    added, cost = each["added"], each["a_year"]
    assert table.loc[0.0, "net"] == pytest.approx(60 * added - cost)
    assert table.loc[0.4, "net"] == pytest.approx(60 * added - 1.4 * cost)
    assert table.loc[0.0, "ratio"] == pytest.approx(60 * added / cost)
    assert table.loc[0.0, "ratio_low"] == pytest.approx(60 / each["each_high"])
    assert table.loc[0.0, "ratio_high"] == pytest.approx(60 / each["each_low"])


def test_nothing_is_gained_where_nobody_prices_a_partnership(rows):
    costs = costs_of(rows, effects_of(rows, "baseline"), "baseline", 2.0)
    table = break_even(rows, costs, "baseline", 2.0, None)
    assert table.filter(regex="^(net|ratio)").isna().all(axis=None)
    assert table["breaks_even"].notna().all()

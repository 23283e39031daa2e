"""Differences by the year, and what is discounted, by hand."""

import numpy as np
import pytest

from analysis.statistics.decision.costs import discounted
from analysis.statistics.decision.yearly import INDICATORS, Yearly, by_year

COLUMNS, STOCKS = ("other", *INDICATORS), ("strategic", "project")


def test_stocks_are_averaged_and_flows_summed():
    months = np.repeat(np.arange(18.0)[:, None], 2, axis=1)
    years = by_year(months, is_stock=[True, False])
    assert years[:, 0].tolist() == [5.5, 14.5]  # of 12 months, and of 6
    assert years[:, 1].tolist() == [66.0, 87.0]


@pytest.mark.parametrize("stocks", [STOCKS, ("needs_met",)])
def test_which_are_stocks_is_told_by_whoever_gathers(stocks):
    years = Yearly(COLUMNS, stocks, "baseline", {"mean_needs_met": ["luck"]})
    years.add({"baseline": np.zeros((12, len(COLUMNS))), "posts": np.ones((12, len(COLUMNS)))})
    effects = years.table().set_index("indicator")["effect"].to_dict()
    assert effects == {name: 1.0 if name in stocks else 12.0 for name in INDICATORS}
    assert years.luck == (["luck"] if "needs_met" in stocks else [])


def gathered(policies: dict[str, float], seeds: int = 5) -> Yearly:
    """Policies that add so much in every month of two years, on luck of their seed."""
    years = Yearly(COLUMNS, STOCKS, "baseline")
    for luck in np.random.default_rng(1).normal(size=seeds):
        years.add({name: np.full((24, len(COLUMNS)), luck + adds) for name, adds in policies.items()})
    return years


def test_luck_that_is_shared_is_no_difference():
    table = gathered({"baseline": 0.0, "posts": 2.0}).table()
    assert set(table["policy"]) == {"posts"}
    states = table[table["indicator"] == "strategic"]
    assert states[["effect", "low", "high"]].to_numpy() == pytest.approx(2.0)
    assert table.loc[table["indicator"] == "cost_total", "effect"].to_numpy() == pytest.approx(24.0)


def test_a_seed_without_the_baseline_tells_nothing():
    years = Yearly(COLUMNS, STOCKS, "baseline")
    years.add({"posts": np.ones((24, len(COLUMNS)))})
    assert years.table().empty


def test_later_years_count_for_less():
    """£24 a year at 10%: 24 + 24 / 1.1; and 2 partnerships: 2 + 2 / 1.1."""
    table = discounted(gathered({"baseline": 0.0, "posts": 2.0}).table(), 0.1)
    line = table[table["outcome"] == "strategic"].iloc[0]
    assert line["cost"] == pytest.approx(24 + 24 / 1.1)
    assert line["added"] == pytest.approx(2 + 2 / 1.1)
    assert line["each"] == pytest.approx(12.0)


def test_luck_of_whole_runs_is_taken_out_of_their_years_and_intervals_cover():
    """2 a month, nine tenths of the variance luck: 0.95 of 400 cases of 60 seeds, at 4 sd."""
    rng, controls = np.random.default_rng(2), {"mean_strategic": ["luck_a"], "needs_met": ["luck_b"]}
    found: list[np.ndarray] = []
    for _ in range(400):
        years = Yearly(COLUMNS, STOCKS, "baseline", controls)
        assert years.luck == ["luck_a", "luck_b"]
        for luck in rng.normal(size=(60, 2)):
            months = np.full((12, len(COLUMNS)), 2 + 3 * luck[0] + rng.normal())
            runs = {"baseline": np.zeros_like(months), "posts": months}
            years.add(runs, {"baseline": np.zeros(2), "posts": luck})
        table = years.table().set_index("indicator")
        found.append(table.loc[["strategic", "project"], ["low", "high"]].to_numpy())
    low, high = np.moveaxis(np.array(found), 2, 0)
    covered = ((low <= 2) & (high >= 2)).mean(axis=0)
    assert ((covered > 0.905) & (covered < 0.99)).all()
    widths = (high - low).mean(axis=0)
    assert widths[0] / widths[1] == pytest.approx(np.sqrt(0.1), rel=0.1)

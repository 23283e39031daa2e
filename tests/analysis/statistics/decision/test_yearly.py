"""Differences by the year, and what is discounted, by hand."""

import numpy as np
import pytest

from analysis.statistics.decision.costs import discounted
from analysis.statistics.decision.yearly import INDICATORS, Yearly, by_year

COLUMNS = ("other", *INDICATORS)


def test_states_are_averaged_and_events_summed():
    months = np.repeat(np.arange(18.0)[:, None], len(INDICATORS), axis=1)
    years = by_year(months)
    assert years[:, INDICATORS.index("strategic")].tolist() == [5.5, 14.5]  # of 12 months, and of 6
    assert years[:, INDICATORS.index("cost_total")].tolist() == [66.0, 87.0]


def gathered(policies: dict[str, float], seeds: int = 5) -> Yearly:
    """Policies that add so much in every month of two years, on luck of their seed."""
    years = Yearly(COLUMNS, "baseline")
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
    years = Yearly(COLUMNS, "baseline")
    years.add({"posts": np.ones((24, len(COLUMNS)))})
    assert years.table().empty


def test_later_years_count_for_less():
    """£24 a year at 10%: 24 + 24 / 1.1; and 2 partnerships: 2 + 2 / 1.1."""
    table = discounted(gathered({"baseline": 0.0, "posts": 2.0}).table(), 0.1)
    line = table[table["outcome"] == "strategic"].iloc[0]
    assert line["cost"] == pytest.approx(24 + 24 / 1.1)
    assert line["added"] == pytest.approx(2 + 2 / 1.1)
    assert line["each"] == pytest.approx(12.0)

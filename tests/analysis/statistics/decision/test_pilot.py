"""What a trial could see: another library's power, closed forms, and the one known experiment's design."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.report.questions.trial import sentences_of
from analysis.statistics.decision.pilot import needed_for, pilot_of, power_of, smallest_seen
from analysis.statistics.evidence.patterns import Story, council_mean, council_variance


@pytest.mark.filterwarnings("ignore")  # statsmodels' own, of what it imports
@pytest.mark.parametrize(("effect", "councils"), [(0.1, 20), (0.5, 40), (0.8, 160), (2.0, 10)])
def test_power_is_that_of_another_library(effect, councils):
    power = pytest.importorskip("statsmodels.stats.power").TTestIndPower()
    expected = power.power(effect, councils / 2, 0.05, 1.0)
    assert power_of(3.0 * effect, 3.0, councils) == pytest.approx(expected)
    seen = smallest_seen(0.8, 3.0, councils)
    assert power.power(seen / 3.0, councils / 2, 0.05, 1.0) == pytest.approx(0.8, abs=1e-6)


def test_without_an_effect_power_is_the_level_and_no_number_of_councils_is_enough():
    assert power_of(0.0, 1.0, 50) == pytest.approx(0.05)
    assert np.isnan(needed_for(0.0, 1.0, 0.8))
    assert np.isnan(needed_for(1e-6, 1.0, 0.8))


@pytest.mark.parametrize("effect", [0.2, 0.5, 1.5])
def test_as_many_are_needed_as_see_it_and_no_fewer(effect):
    n = needed_for(effect, 1.0, 0.8)
    assert power_of(effect, 1.0, n) >= 0.8 > power_of(effect, 1.0, n - 2)


def test_the_one_known_experiment_takes_tens_of_thousands_of_pairs():
    """Two proportions, 0.16% and 0.28% (Boudreau et al. 2017): the normal formula, in the closed form."""
    low, high = 0.0016, 0.0028
    sd = np.sqrt((low * (1 - low) + high * (1 - high)) / 2)
    quantiles = stats.norm.ppf(0.975) + stats.norm.ppf(0.8)
    each_side = 2 * (quantiles * sd / (high - low)) ** 2
    assert needed_for(high - low, sd, 0.8) / 2 == pytest.approx(each_side, rel=0.001)
    assert round(each_side, -3) == 24_000


def measured() -> pd.DataFrame:
    """Two policies in ten runs: one adds 0.5 a council, between which the standard deviation is 2."""
    luck = np.random.default_rng(1).normal(0, 0.1, 10)
    parts = [
        pd.DataFrame({"policy": name, "seed": range(10), "mean": level + 0.2 * luck, "variance": 4.0})
        for name, level in (("baseline", 1.0), ("brokers", 1.5 + luck))
    ]
    return pd.concat(parts).assign(outcome="all", months=24)


def test_a_table_by_hand():
    table = pilot_of(measured(), "baseline", (20, 80), 0.8)
    luck = np.random.default_rng(1).normal(0, 0.1, 10)
    assert table["effect"].to_list() == pytest.approx(2 * [0.5 + luck.mean()])
    assert table["sd_runs"].to_list() == pytest.approx(2 * [luck.std(ddof=1)])
    assert table["sd"].to_list() == [2.0, 2.0]
    assert table["power"].to_list() == [power_of(float(table["effect"].iloc[0]), 2.0, n) for n in (20, 80)]
    line = table.iloc[1]
    (said,) = sentences_of(table, 0.8)
    assert said.text.startswith(
        "A trial of Brokers on half of 80 councils for 24 months would see an effect of "
        f"{line['smallest']:.2f} partnerships of either kind a council or more in 80% of cases. The model "
        "gives +0."
    )
    assert f"which it would see in {100 * line['power']:.0f}%; {line['needed']:.0f} councils" in said.text


def story(*partnerships: tuple) -> Story:
    """Of four councils, from (tie, council, month, stage)."""
    columns = ["tie", "council", "month", "stage"]
    lives = pd.DataFrame(list(partnerships), columns=columns).assign(university=0, event="x")
    councils = pd.DataFrame({"place": [0] * 4})
    nothing = pd.DataFrame()
    return Story(
        {}, pd.DataFrame(index=range(24)), lives, councils, nothing, np.zeros((4, 1), bool), np.zeros((4, 1))
    )


def test_councils_are_counted_by_hand():
    """One has a project all the time, long-term from month 3; another one for 3 of 12 months; two none."""
    lives = story(
        (0, 0, -5, "project"), (0, 0, 3, "strategic"), (1, 1, 6, "project"), (1, 1, 9, "gone"),
    )  # fmt: skip
    assert council_mean(lives, 12, 0.0) == pytest.approx((1 + 0.25) / 4)
    assert council_mean(lives, 12, 1.0) == pytest.approx(0.75 / 4)
    # Freed of what was there at the beginning, only the three that had nothing vary: 0.25, 0, 0.
    rest = np.array([0.25, 0.0, 0.0])
    assert council_variance(lives, 12, 0.0) == pytest.approx(((rest - rest.mean()) ** 2).sum() / 2)

"""Switching values: closed forms, known crossings, and none where there is none."""

import doctest

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.report.assumed import switching as section
from analysis.report.assumed.switching import sentences_of
from analysis.statistics.decision.switching import CANNOT_TELL, NONE, SWITCHES, switching_of


def told(difference: np.ndarray, points: pd.DataFrame) -> pd.DataFrame:
    """Of two policies, of which the first is better by a difference at each point."""
    values = np.zeros((len(points), 2, 1))
    values[:, 0, 0] = difference
    return switching_of(values, points, ["brokers", "phds"], "brokers", lambda _: list(points))


def test_a_line_without_luck_crosses_where_it_does():
    x = np.linspace(0, 10, 50)
    line = told(3 - x, pd.DataFrame({"x": x})).iloc[0]
    assert (line["verdict"], line["wins_when"]) == (SWITCHES, "above")
    assert line[["switch", "switch_low", "switch_high"]].to_list() == pytest.approx([3, 3, 3])


def test_ends_of_the_line_are_those_of_ordinary_least_squares():
    """The line itself is; its errors differ only as points that scatter unevenly make them."""
    rng = np.random.default_rng(1)
    x = rng.random(4000)
    difference = 0.5 - x + rng.normal(size=4000)
    fit = stats.linregress(x, difference)
    line = told(difference, pd.DataFrame({"x": x})).iloc[0]
    assert line["switch"] == pytest.approx(-fit.intercept / fit.slope)
    middle = -fit.intercept / fit.slope
    error = np.sqrt(1 / 4000 + (middle - x.mean()) ** 2 / ((x - x.mean()) ** 2).sum()) / abs(fit.slope)
    half = (line["switch_high"] - line["switch_low"]) / 2
    assert half == pytest.approx(1.96 * error, rel=0.08)  # luck of 1; Fieller's is a little wider


def test_the_interval_holds_the_crossing():
    """200 cases in which points scatter the more, the higher x: 95% less four standard errors."""
    held = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        x = rng.random(100)
        line = told(2 * (x - 0.4) + (0.5 + x) * rng.normal(size=100), pd.DataFrame({"x": x})).iloc[0]
        if line["verdict"] == SWITCHES:
            held.append(line["switch_low"] <= 0.4 <= line["switch_high"])
    assert len(held) > 180
    assert np.mean(held) > 0.95 - 4 * np.sqrt(0.95 * 0.05 / len(held))


def test_none_in_its_range_is_said_plainly():
    rng = np.random.default_rng(2)
    points = pd.DataFrame({"x": rng.random(100), "word": rng.choice(["u", "v"], 100)})
    table = told(1 + 0.1 * rng.normal(size=100) + points["x"], points)
    assert list(table["verdict"]) == [NONE, NONE]
    assert table[["switch", "switch_low", "switch_high"]].isna().all(axis=None)
    (text,) = (each.text for each in sentences_of(table.assign(response="r")))
    assert text == (
        "Whatever one assumption is within the range over which it was varied, none of these does better "
        "than Brokers on average over the others: PhDs."
    )


def test_the_table_counts_assumptions_by_what_is_told_of_them():
    """Whole numbers, as pandas has them, are numbers."""
    verdicts = [NONE] * 12 + [CANNOT_TELL] * 3
    lines = [("a", "phds", f"x{at}", verdict) for at, verdict in enumerate(verdicts)]
    table = pd.DataFrame(lines, columns=["policy", "other", "factor", "verdict"])
    ((line,),) = (found.lines for found in section._tables(table))
    assert line == ("PhDs", "0", "12", "3", "–")


def test_luck_switches_nothing():
    """Forty assumptions of which none acts: one of ten tables may say that one switches."""
    switched = 0
    for seed in range(10):
        rng = np.random.default_rng(seed)
        points = pd.DataFrame(rng.random((80, 40)))
        switched += (told(rng.normal(size=80), points)["verdict"] == SWITCHES).any()
    assert switched <= 1


def test_a_word_switches():
    rng = np.random.default_rng(3)
    word = rng.choice(["u", "v", "w"], 150)
    line = told(np.where(word == "v", -1.0, 1.0) + rng.normal(size=150), pd.DataFrame({"word": word})).iloc[0]
    assert (line["verdict"], line["wins_when"]) == (SWITCHES, "v")
    assert np.isnan(line["switch"])


def test_sentences_say_what_their_lines_say():
    rng = np.random.default_rng(4)
    points = pd.DataFrame({"embed_role": rng.random(150), "other_one": rng.random(150)})
    table = told(0.5 - points["embed_role"] + 0.1 * rng.normal(size=150), points).assign(response="r")
    first, last = sentences_of(table)
    line = table.iloc[0]
    assert first.text.startswith(
        f"For PhDs to do better than Brokers on average, embed role must be above {line['switch']:.3g} ("
    )
    assert list(table["verdict"]) == [SWITCHES, CANNOT_TELL]
    assert last.text == (
        "Of some assumptions, the runs leave open whether a value in their range would make one of these "
        "do better than Brokers: PhDs (1 of 2)."
    )
    assert doctest.testmod(section).failed == 0

"""What a parameter is worth to know, and how often policies have a rank: closed forms and small cases."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.statistics.decision.information import information_of
from analysis.statistics.decision.ranks import ranks_of


def worlds(n: int, luck: float, seeds: int = 4, of: int = 0) -> tuple[np.ndarray, pd.DataFrame]:
    """Two policies: the second is better by a + b, two parameters of N(0, 1); a third does nothing."""
    rng = np.random.default_rng(of)
    a, b, c = rng.normal(size=(3, n))
    values = np.zeros((n, 2, seeds))
    values[:, 1] = (a + b)[:, None]
    values += rng.normal(scale=luck, size=values.shape)
    return values, pd.DataFrame({"a": a, "b": b, "nothing": c, "word": rng.choice(["x", "y"], n)})


def test_the_closed_form():
    """E max(0, a) = phi(0) = 0.399, of which 4,000 points leave a standard error of 0.015."""
    table = information_of(*worlds(4000, 1.5)).set_index("factor")
    for name in ("a", "b"):
        assert table.loc[name, "value"] == pytest.approx(stats.norm.pdf(0), abs=0.06)
        assert table.loc[name, "worth"]


def test_few_points_err_downwards_and_nothing_is_worth_nothing():
    """Of 30 factors that tell nothing, far fewer than 6 are called, and their values are near 0."""
    found = [information_of(*worlds(200, 1.5, of=i)).set_index("factor") for i in range(15)]
    assert 0.25 < np.mean([each.loc["a", "value"] for each in found]) < stats.norm.pdf(0)
    assert sum(each.loc[["nothing", "word"], "worth"].sum() for each in found) < 6
    assert np.mean([each.loc["nothing", "value"] for each in found]) < 0.03


def test_without_luck_in_what_is_better_there_is_nothing_to_learn():
    values = np.zeros((50, 2, 3))
    values[:, 1] = 1.0
    table = information_of(values, pd.DataFrame({"a": np.linspace(0, 1, 50)}))
    assert table["value"].iloc[0] == pytest.approx(0, abs=1e-9)
    assert not table["worth"].any()


def test_ranks_by_hand():
    """Of three futures a is first in two, and ties for the second place in the third."""
    values = np.array([[[3.0], [2.0], [1.0]], [[3.0], [2.0], [1.0]], [[1.0], [2.0], [1.0]]])
    table = ranks_of(values, ["a", "b", "c"]).pivot_table(index="policy", columns="rank", values="share")
    assert table.loc["a"].tolist() == pytest.approx([2 / 3, 1 / 6, 1 / 6])
    assert table.loc["b"].tolist() == pytest.approx([1 / 3, 2 / 3, 0])
    assert table.sum(axis=1).to_numpy() == pytest.approx(1.0)
    assert table.sum(axis=0).to_numpy() == pytest.approx(1.0)

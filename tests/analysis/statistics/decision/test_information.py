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
    """E max(0, a) = phi(0) = 0.399; four standard deviations of the mean of 40 estimates are 0.04."""
    found = [information_of(*worlds(200, 1.5, of=i)).set_index("factor") for i in range(40)]
    for name in ("a", "b"):
        assert np.mean([each.loc[name, "value"] for each in found]) == pytest.approx(
            stats.norm.pdf(0), abs=0.04
        )
    assert np.mean([each.loc["a", "worth"] for each in found]) == 1


def test_what_does_nothing_is_worth_nothing():
    """Each table has two that tell nothing: of 80, 12 calls would be far beyond 5%."""
    found = [information_of(*worlds(200, 1.5, of=i)).set_index("factor") for i in range(40)]
    calls = sum(each.loc[["nothing", "word"], "worth"].sum() for each in found)
    assert calls < 12
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

"""What effects hang on: SciPy's own figures, and few calls where there is nothing."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.statistics.decision.influence import influence_of


def found(effects: np.ndarray, points: pd.DataFrame) -> pd.DataFrame:
    values = np.zeros((len(points), 2, 2))
    values[:, 1] = np.asarray(effects)[:, None]
    table = influence_of(values, points, ["baseline", "policy"], "baseline", lambda _: list(points))
    return table.set_index("factor")


def test_influence_is_that_of_ranks():
    rng = np.random.default_rng(1)
    points = pd.DataFrame({"a": rng.random(60), "b": rng.random(60), "word": rng.choice(["x", "y"], 60)})
    effects = points["a"].to_numpy() ** 5 - 0.2 * points["b"].to_numpy() + (points["word"] == "x") * 0.1
    table = found(effects, points)
    for name in ("a", "b"):
        r, p = stats.spearmanr(points[name], effects)
        assert table.loc[name, ["influence", "rises", "p"]].to_list() == pytest.approx([r**2, np.sign(r), p])
    assert table.loc["word", "p"] == pytest.approx(
        stats.kruskal(effects[points["word"] == "x"], effects[points["word"] == "y"]).pvalue
    )
    assert table.index[0] == "a"
    assert table.loc["a", "matters"]


def test_where_nothing_acts_few_tables_name_anything():
    """Of 20 tables with 20 factors, one is expected to; five or more come in 1 of 400 cases."""
    rng = np.random.default_rng(2)
    tables = [found(rng.normal(size=50), pd.DataFrame(rng.random((50, 20)))) for _ in range(20)]
    assert sum(bool(table["matters"].any()) for table in tables) < 5


def test_what_does_not_vary_says_nothing():
    table = found(np.zeros(10), pd.DataFrame({"a": np.arange(10.0), "b": 1.0}))
    assert (table["p"] == 1).all()

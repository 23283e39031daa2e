"""The frontier, against a worked example and its definition."""

import doctest

import numpy as np
import pandas as pd

from analysis.statistics.decision import frontier
from analysis.statistics.decision.frontier import BELOW, MIXED, ON, frontier_of, placed

NAMES = ["nothing", "A", "B", "C", "D", "E"]
COSTS = np.array([0.0, 100.0, 150.0, 200.0, 400.0, 420.0])
EFFECTS = np.array([0.0, 1.0, 0.8, 3.0, 4.0, 3.5])


def test_a_worked_example():
    """B costs more than A and gives less; A is beaten by half of C; E costs more than D and gives less."""
    table = placed(NAMES, COSTS, EFFECTS).set_index("policy")
    assert table["place"].to_dict() == {
        "nothing": ON, "A": MIXED, "B": BELOW, "C": ON, "D": ON, "E": BELOW,
    }  # fmt: skip
    assert table["by"].to_dict() == {
        "nothing": "", "A": "nothing, C", "B": "A", "C": "nothing", "D": "C", "E": "D",
    }  # fmt: skip
    assert table["step"].dropna().to_dict() == {"C": 200 / 3, "D": 200.0}


def test_steps_grow_and_nothing_lies_above():
    rng = np.random.default_rng(1)
    for _ in range(200):
        costs, effects = rng.normal(size=(2, 8))
        on = frontier.frontier(costs, effects)
        steps = np.diff(costs[on]) / np.diff(effects[on])
        assert (np.diff(steps) > 0).all()
        assert (steps > 0).all()
        for i in range(8):
            line = np.interp(costs[i], costs[on], effects[on])
            assert effects[i] <= line + 1e-12


def test_how_often_it_is_on_the_frontier():
    """Two policies at one cost, equally good but for luck: each is on the frontier half the time."""
    rng = np.random.default_rng(2)
    seeds = np.arange(200)
    base = pd.DataFrame({"policy": "baseline", "seed": seeds, "cost_total": 0.0, "mean_strategic": 3.0})
    others = [
        base.assign(policy=name, cost_total=100.0, mean_strategic=4 + luck - luck.mean())
        for name, luck in zip("ab", rng.normal(size=(2, 200)), strict=True)
    ]
    table = frontier_of(pd.concat([base, *others]), "baseline", 10).set_index("policy")
    assert table.loc["baseline", "frequency"] == 1
    assert 0.4 < table.loc["a", "frequency"] < 0.6
    assert table.loc["a", "a_year"] == 10.0


def test_the_examples_in_docstrings():
    assert doctest.testmod(frontier).failed == 0

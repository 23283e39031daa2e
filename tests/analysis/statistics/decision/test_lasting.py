"""Log-rank tests against another library, and where SciPy's overflows."""

import numpy as np
import pandas as pd
import pytest

from analysis.statistics.decision.lasting import discovered, lasting_of, logrank
from analysis.statistics.survival import survival_of

duration = pytest.importorskip("statsmodels.duration.survfunc")


def spells_of(rng: np.random.Generator, n: int, scale: float) -> np.ndarray:
    """Counts [ended or censored, months] of n partnerships."""
    lasted = rng.exponential(scale, n).astype(int)
    seen = rng.integers(1, 60, n)
    spells = np.zeros((2, 60), int)
    np.add.at(spells, ((lasted > seen).astype(int), np.minimum(lasted, seen)), 1)
    return spells


def listed(spells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Months, and whether they ended, of each partnership."""
    months = np.tile(np.arange(spells.shape[1]), 2)
    return np.repeat(months, spells.ravel()), np.repeat([1, 0], spells.sum(axis=1))


@pytest.mark.parametrize("scale", [20.0, 24.0])
def test_as_another_library_says(scale):
    rng = np.random.default_rng(1)
    one, other = spells_of(rng, 300, 20.0), spells_of(rng, 200, scale)
    (times, ended), (others, ended_too) = listed(one), listed(other)
    group = np.repeat([0, 1], [len(times), len(others)])
    statistic, p = duration.survdiff(np.r_[times, others], np.r_[ended, ended_too], group)
    expected, ours = logrank(*(survival_of(each).set_index("months") for each in (one, other)))
    assert ours == pytest.approx(p, rel=1e-9)
    assert expected != pytest.approx(one[0].sum())
    assert statistic > 0


def test_counts_of_millions_do_not_overflow():
    one = spells_of(np.random.default_rng(2), 500, 20.0)
    curve = survival_of(one).set_index("months")
    many = curve.assign(at_risk=curve["at_risk"] * 10_000, ended=curve["ended"] * 10_000)
    expected, p = logrank(many, many)
    assert p == 1.0
    assert expected == pytest.approx(many["ended"].sum())


def test_the_table_of_a_comparison():
    rng = np.random.default_rng(3)
    curves = {"baseline": spells_of(rng, 3000, 20.0), "longer": spells_of(rng, 3000, 30.0)}
    curves["same"] = curves["baseline"]
    survival = pd.concat(
        survival_of(spells).assign(policy=name, kind=kind)
        for name, spells in curves.items()
        for kind in ("project", "strategic")
    )
    table = lasting_of(survival, "baseline").query("kind == 'project'").set_index("policy")
    assert table["differs"].to_dict() == {"baseline": False, "longer": True, "same": False}
    assert table.loc["longer", "ended"] < table.loc["longer", "expected"]
    assert table.loc["baseline", "partnerships"] == 3000


def test_a_kind_that_nobody_has_without_the_policy_is_left_out():
    """Else its lines would be of another type, and what is missing no number."""
    spells = spells_of(np.random.default_rng(4), 100, 20.0)
    both = [survival_of(spells).assign(policy=name, kind="strategic") for name in ("baseline", "brokers")]
    survival = pd.concat([*both, survival_of(spells).assign(policy="brokers", kind="project")])
    table = lasting_of(survival, "baseline")
    assert set(table["kind"]) == {"strategic"}
    assert table["p"].dtype == float
    assert lasting_of(survival, "nobody").empty


def test_calls_are_as_benjamini_and_hochberg_say():
    assert discovered(np.array([0.01, np.nan, 0.04, 0.03, 0.9])).tolist() == [
        True,
        False,
        False,
        False,
        False,
    ]
    assert discovered(np.array([0.03, 0.04, 0.01, 0.02])).all()
    assert not discovered(np.array([np.nan, 0.06])).any()

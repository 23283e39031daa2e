"""Influence: with which assumptions a policy's effect goes up or down, and how strongly."""

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
import pandas as pd

from analysis.statistics.decision.lasting import discovered
from analysis.statistics.intervals import moments

#: What each column is: its unit and meaning.
COLUMNS = {
    "influence": (
        "share",
        "of the variance of ranks of the effect that the factor's ranks explain (Spearman), or its words "
        "(Kruskal and Wallis)",
    ),
    "rises": ("", "whether more of the factor makes the effect larger: 1, smaller: -1; missing for words"),
    "p": ("probability", "of so much if the effect did not go with the factor at all"),
    "matters": ("", "whether it is told apart, with at most 5% of such calls wrong over all of a policy"),
}
#: Arrays whose ranks are remembered: more than there are factors.
_RANKED = 512


def influence_of(
    values: np.ndarray,
    factors: pd.DataFrame,
    names: Sequence[str],
    against: str,
    acting: Callable[[str], Sequence[str]],
) -> pd.DataFrame:
    """What each policy's effect hangs on, one factor at a time.

    Args:
        values: [points, policies, seeds], NaN where a point has no more of them; more is better.
        factors: [points x factors]; numbers, or categories as strings.
        names: of the policies.
        against: the one that the others are compared with.
        acting: names of the factors that can act under a policy.

    Returns:
        A line a policy and factor, the surest of each policy first: `policy`, `other` (which it is compared
        with), `factor` and `COLUMNS`.
    """
    _, means, _ = moments(values, axis=2)
    base = means[:, list(names).index(against)]
    parts = [
        _of_policy(means[:, at] - base, factors[acting(name)]).assign(policy=name)
        for at, name in enumerate(names)
        if name != against
    ]
    table = pd.concat(parts, ignore_index=True).assign(other=against)
    return table[["policy", "other", "factor", *COLUMNS]]


def _of_policy(effects: np.ndarray, factors: pd.DataFrame) -> pd.DataFrame:
    lines = [(name, *of_factor(factors[name], effects)) for name in factors]
    table = pd.DataFrame(lines, columns=["factor", "influence", "rises", "p"])
    table = table.assign(matters=discovered(table["p"].to_numpy(float)))
    return table.sort_values("p", ignore_index=True, kind="stable")


def of_factor(factor: pd.Series, effects: np.ndarray) -> tuple[float, float, float]:
    """How strongly effects go with a factor, in which direction, and how likely that is by luck."""
    from scipy import stats

    if factor.nunique() < 2 or np.ptp(effects) == 0:
        return 0.0, np.nan, 1.0
    if pd.api.types.is_numeric_dtype(factor):
        r, p = _spearman(factor.to_numpy(float), effects)
        return r**2, float(np.sign(r)), p
    h, p = stats.kruskal(*(effects[factor == level] for level in factor.unique()))
    return float(h) / (len(effects) - 1), np.nan, float(p)


def _spearman(one: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """The rank correlation of two that vary, and its p value by Student's t.

    The numbers of `scipy.stats.spearmanr`, which takes longer to look at what it is given than to compute.
    """
    from scipy import special

    r = np.corrcoef(_ranks(one.tobytes()), _ranks(other.tobytes()))[1, 0]
    freedom = len(one) - 2
    with np.errstate(divide="ignore"):
        t = r * np.sqrt(np.maximum(freedom / ((r + 1.0) * (1.0 - r)), 0.0))
    return float(r), float(2.0 * special.stdtr(freedom, -abs(t)))


@lru_cache(_RANKED)
def _ranks(values: bytes) -> np.ndarray:
    """Ranks of numbers, once: factors and effects are each held against all of the other."""
    from scipy import stats

    return stats.rankdata(np.frombuffer(values))

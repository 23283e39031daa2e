"""Lasting: whether partnerships last longer under one policy than under another (log-rank test).

The test counts partnerships as independent. Those of one history are not, so its p values are too small
rather than too large: what it does not tell apart is not told apart.
"""

import numpy as np
import pandas as pd
from scipy import special

from analysis.statistics.survival import KINDS

#: Share of the calls "different" that may be wrong, over all policies of a kind (Benjamini and Hochberg).
_FALSE_DISCOVERIES = 0.05
#: What each column is: its unit and meaning.
COLUMNS = {
    "policy": ("", "the policy"),
    "kind": ("", "kind of partnership: project or strategic"),
    "partnerships": ("partnerships", "that began under the policy, over all seeds"),
    "ended": ("partnerships", "of these, that ended while watched"),
    "expected": (
        "partnerships",
        "that would have ended by then, did they last as under the policy compared with",
    ),
    "median": ("months", "after which half have ended; missing where they have not"),
    "p": ("", "of the log-rank test against the policy compared with"),
    "differs": ("", "whether it is told apart, with at most 5% of such calls wrong over all policies"),
}


def lasting_of(survival: pd.DataFrame, against: str) -> pd.DataFrame:
    """Log-rank tests of every policy against one, by kind of partnership.

    Args:
        survival: a line a policy, kind and months lasted, with `at_risk` and `ended`.
        against: the policy that the others are compared with.

    Returns:
        A line a policy and kind of which the policy compared with has any; its own `p` is missing.
    """
    there = [kind for kind in KINDS if ((survival["kind"] == kind) & (survival["policy"] == against)).any()]
    if not there:
        return pd.DataFrame(columns=list(COLUMNS))
    parts = [_of_kind(survival[survival["kind"] == kind], against).assign(kind=kind) for kind in there]
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)]


def _of_kind(curves: pd.DataFrame, against: str) -> pd.DataFrame:
    counts = {str(name): part.set_index("months") for name, part in curves.groupby("policy", sort=False)}
    lines = []
    for policy, curve in counts.items():
        expected, p = logrank(curve, counts[against]) if policy != against else (np.nan, np.nan)
        half = curve.index[curve["survival"] <= 0.5]
        median = half.min() if len(half) else np.nan
        lines.append((policy, curve["at_risk"].max(), curve["ended"].sum(), expected, median, p))
    table = pd.DataFrame(lines, columns=["policy", "partnerships", "ended", "expected", "median", "p"])
    return table.assign(differs=discovered(table["p"].to_numpy(float)))


def logrank(one: pd.DataFrame, other: pd.DataFrame) -> tuple[float, float]:
    """The log-rank test of two groups, from counts at each duration.

    SciPy's own takes every duration by itself, and overflows at some hundred thousand of them.

    Args:
        one: `at_risk` and `ended`, by duration.
        other: likewise.

    Returns:
        How many of the first are expected to have ended if both last equally long, and the p value.
    """
    months = one.index.union(other.index)
    own, others = (
        each[["at_risk", "ended"]].astype(float).reindex(months, fill_value=0.0) for each in (one, other)
    )
    at_risk, ended = own["at_risk"] + others["at_risk"], own["ended"] + others["ended"]
    share = (own["at_risk"] / at_risk).where(at_risk > 0, 0.0)
    expected = (ended * share).sum()
    spread = (ended * share * (1 - share) * (at_risk - ended) / (at_risk - 1)).where(at_risk > 1, 0.0).sum()
    if not spread > 0:
        return float(expected), np.nan
    return float(expected), float(special.chdtrc(1, (own["ended"].sum() - expected) ** 2 / spread))


def discovered(p: np.ndarray) -> np.ndarray:
    """Which of several tests are called, with at most 5% of the calls wrong; missing ones are not."""
    order = np.argsort(np.where(np.isnan(p), 2.0, p))
    n = int(np.isfinite(p).sum())
    passes = p[order][:n] <= _FALSE_DISCOVERIES * np.arange(1, n + 1) / max(n, 1)
    called = np.zeros(len(p), bool)
    called[order[: np.flatnonzero(passes).max() + 1 if passes.any() else 0]] = True
    return called

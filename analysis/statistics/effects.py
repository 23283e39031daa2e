"""What each policy is worth: differences from the baseline between runs of the same seed.

Runs of one seed share all the luck that both use, so their difference varies less than that of two
runs on luck of their own. With variances over n seeds, `s_p^2` of the policy's runs, `s_b^2` of the
baseline's and `s_d^2` of their differences, the difference of the means has variance `s_d^2 / n` here and
would have `(s_p^2 + s_b^2) / m` with m seeds for each policy and none shared. Both are equal at
`m = n * ratio` with `ratio = (s_p^2 + s_b^2) / s_d^2`: the variance ratio. Pairing saved `n * (ratio - 1)`
seeds of each policy (a negative number where it cost some).
"""

import numpy as np
import pandas as pd

from analysis.statistics.intervals import half_width
from analysis.tables import BASELINE

#: What each column is: its unit and meaning.
COLUMNS = {
    "policy": ("", "the policy"),
    "indicator": ("", "what is measured"),
    "effect": ("the indicator's", "mean difference from the baseline on the same seeds"),
    "low": ("the indicator's", "low end of the 95% interval of effect"),
    "high": ("the indicator's", "high end of the 95% interval of effect"),
    "baseline": ("the indicator's", "mean of the baseline over these seeds"),
    "n": ("seeds", "for which both are defined"),
    "variance_ratio": ("ratio", "variance that the effect would have without shared luck, by what it has"),
    "seeds_saved": ("seeds", "that pairing saved of each policy, for the same interval"),
}
_KEYS = ["policy", "population", "seed", "row"]


def effects_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Effect of every policy on every indicator, against the baseline.

    Args:
        rows: a line a run, the baseline's among them.

    Returns:
        A line a policy and indicator: the effect, the ends of its 95% interval, the baseline's mean, the
        number of seeds for which both are defined, variance ratio and seeds saved (NaN where the
        difference never varies).
    """
    tables = {str(name): table.set_index("seed") for name, table in rows.groupby("policy", sort=False)}
    base = tables.pop(BASELINE)
    lines = [
        (
            policy,
            indicator,
            *paired(np.asarray(table[indicator]), np.asarray(base[indicator].reindex(table.index))),
        )
        for policy, table in tables.items()
        for indicator in rows.columns.difference(_KEYS, sort=False)
    ]
    return pd.DataFrame(lines, columns=list(COLUMNS))


def paired(treated: np.ndarray, untreated: np.ndarray) -> tuple[float, ...]:
    """Effect, low, high, mean of the untreated, n, variance ratio and seeds saved; one value a seed each."""
    known = np.isfinite(treated) & np.isfinite(untreated)
    treated, untreated = treated[known].astype(float), untreated[known].astype(float)
    n = len(treated)
    if not n:
        return (*[np.nan] * 4, 0, np.nan, np.nan)
    difference = treated - untreated
    effect = difference.mean()
    if n == 1:
        return (effect, np.nan, np.nan, untreated.mean(), n, np.nan, np.nan)
    half = float(half_width(difference.std(ddof=1) / np.sqrt(n), n))
    shared = difference.var(ddof=1)
    ratio = (treated.var(ddof=1) + untreated.var(ddof=1)) / shared if shared > 0 else np.nan
    return (effect, effect - half, effect + half, untreated.mean(), n, ratio, n * (ratio - 1))

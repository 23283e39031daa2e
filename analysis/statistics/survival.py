"""Survival: how long partnerships last (Kaplan-Meier)."""

import warnings

import numpy as np
import pandas as pd
from scipy import stats

from analysis.statistics.intervals import CONFIDENCE

KINDS = ("project", "strategic")
#: What each column of its table is: its unit and meaning.
COLUMNS = {
    "kind": ("", "kind of partnership: project or strategic"),
    "months": ("months", "since it began"),
    "survival": ("share", "of partnerships that still run then (Kaplan-Meier)"),
    "low": ("share", "low end of the 95% interval of survival"),
    "high": ("share", "high end of the 95% interval of survival"),
    "at_risk": ("partnerships", "that had lasted so long, ended then or watched no longer"),
    "ended": ("partnerships", "that ended then"),
}


def survival_of(spells: np.ndarray) -> pd.DataFrame:
    """Kaplan-Meier estimate with 95% interval (log-log), from counts of spells.

    Args:
        spells: counts [ended or censored, months lasted].

    Returns:
        A line for each number of months from 0 to the longest spell's; none where there are no spells.
    """
    lasted = np.arange(spells.shape[1])
    ended, censored = (np.repeat(lasted, count) for count in spells.astype(int))
    if not len(ended) + len(censored):
        return pd.DataFrame({name: [] for name in COLUMNS if name != "kind"})
    months = np.arange(max([*ended, *censored]) + 1)
    counts = spells.astype(int)[:, : len(months)]
    at_risk = counts.sum(axis=0)[::-1].cumsum()[::-1]
    told = pd.DataFrame({"months": months, "survival": 1.0, "low": 1.0, "high": 1.0})
    told = told.assign(at_risk=at_risk, ended=counts[0])
    if not len(ended):
        return told
    with np.errstate(divide="ignore", invalid="ignore"), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The confidence interval is undefined")
        curve = stats.ecdf(stats.CensoredData(uncensored=ended, right=censored)).sf
        interval = curve.confidence_interval(CONFIDENCE, method="log-log")
    survival = curve.evaluate(months)
    # Before the first end, nothing is uncertain; the formula is not defined there.
    low, high = (
        np.where(survival == 1.0, 1.0, end.evaluate(months)) for end in (interval.low, interval.high)
    )
    return told.assign(survival=survival, low=low, high=high)

"""Gathering: sums over seeds of what is too large to keep in memory for every run."""

import warnings

import numpy as np
import pandas as pd
from scipy import stats

from model.measures import SERIES

KINDS = ("project", "strategic")
CONFIDENCE = 0.95


class Moments:
    """Means and intervals over runs that come one at a time (Welford 1962); undefined values left out."""

    def __init__(self) -> None:
        self.n = np.zeros(0)
        self.mean = np.zeros(0)
        self.squares = np.zeros(0)

    def add(self, values: np.ndarray) -> None:
        """Take in one run's values [any shape, always the same]."""
        if not self.n.size:
            self.n, self.mean, self.squares = (np.zeros(values.shape) for _ in range(3))
        known = np.isfinite(values)
        self.n += known
        change = np.where(known, values - self.mean, 0.0)
        self.mean += change / np.maximum(self.n, 1)
        self.squares += np.where(known, change * (values - self.mean), 0.0)

    def interval(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Mean, and low and high end of its 95% interval by Student's t; NaN where there are too few runs."""
        with np.errstate(invalid="ignore", divide="ignore"):
            error = np.sqrt(self.squares / (self.n - 1) / self.n)
            half = half_width(error, self.n)
        mean = np.where(self.n > 0, self.mean, np.nan)
        return mean, mean - half, mean + half


def half_width(standard_error: np.ndarray | float, n: np.ndarray | float) -> np.ndarray:
    """Half the 95% interval of a mean of n values, by Student's t."""
    return np.asarray(stats.t.ppf((1 + CONFIDENCE) / 2, np.asarray(n) - 1.0) * standard_error)


class Gathered:
    """What is kept of the monthly measures and spells of many runs, added in order of seed."""

    def __init__(self) -> None:
        self._months: dict[str, Moments] = {}
        self._spells: dict[str, np.ndarray] = {}

    def add(self, policy: str, series: np.ndarray, spells: np.ndarray) -> None:
        """Take in a run's series [months, SERIES] and spells [kind, outcome, months lasted]."""
        self._months.setdefault(policy, Moments()).add(series)
        self._spells[policy] = self._spells.get(policy, 0) + spells

    def series(self) -> pd.DataFrame:
        """Means over seeds, with intervals: a line a policy, month of the horizon and indicator."""
        parts = []
        for policy, moments in self._months.items():
            mean, low, high = moments.interval()
            months = mean.shape[0]
            parts.append(
                pd.DataFrame(
                    {
                        "policy": policy,
                        "month": np.repeat(np.arange(months), len(SERIES)),
                        "indicator": np.tile(np.array(SERIES, dtype=object), months),
                        "mean": mean.ravel(),
                        "low": low.ravel(),
                        "high": high.ravel(),
                    }
                )
            )
        return pd.concat(parts, ignore_index=True)

    def survival(self) -> pd.DataFrame:
        """Kaplan-Meier curves: a line a policy, kind of partnership and months lasted."""
        parts = [
            survival_of(spells[k]).assign(policy=policy, kind=kind)
            for policy, spells in self._spells.items()
            for k, kind in enumerate(KINDS)
        ]
        columns = ["policy", "kind", "months", "survival", "low", "high"]
        return pd.concat(parts, ignore_index=True).reindex(columns=columns)


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
        return pd.DataFrame({"months": [], "survival": [], "low": [], "high": []})
    months = np.arange(max([*ended, *censored]) + 1)
    if not len(ended):
        ones = np.ones(len(months))
        return pd.DataFrame({"months": months, "survival": ones, "low": ones, "high": ones})
    with np.errstate(divide="ignore", invalid="ignore"), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The confidence interval is undefined")
        curve = stats.ecdf(stats.CensoredData(uncensored=ended, right=censored)).sf
        interval = curve.confidence_interval(CONFIDENCE, method="log-log")
    survival = curve.evaluate(months)
    # Before the first end, nothing is uncertain; the formula is not defined there.
    low, high = (
        np.where(survival == 1.0, 1.0, end.evaluate(months)) for end in (interval.low, interval.high)
    )
    return pd.DataFrame({"months": months, "survival": survival, "low": low, "high": high})

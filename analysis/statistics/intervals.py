"""Gathering: sums over seeds of what is too large to keep in memory for every run."""

import numpy as np
from scipy import special

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
    quantile = special.stdtrit(np.asarray(n) - 1.0, (1 + CONFIDENCE) / 2)  # as scipy.stats, but quick
    return np.asarray(quantile * standard_error)


def ends_of(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Means over seeds [seeds, ...], and both ends of their 95% intervals; NaN with too few seeds."""
    n = len(values)
    if not n:
        return (np.full(values.shape[1:], np.nan),) * 3
    mean = values.mean(axis=0)
    half = half_width(values.std(axis=0, ddof=1) / np.sqrt(n), n) if n > 1 else np.full(mean.shape, np.nan)
    return mean, mean - half, mean + half

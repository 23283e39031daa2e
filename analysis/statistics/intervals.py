"""Intervals of means over seeds, and over points that have a few seeds each."""

import warnings

import numpy as np
from scipy import special

CONFIDENCE = 0.95
#: How surely a variance over points is not larger than is allowed for.
_BOUND = 0.9


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


# --- over points ------------------------------------------------------------------------------------------


def moments(values: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Number, mean and variance of what is known along an axis; NaN where too little is."""
    known = np.isfinite(values)
    n = known.sum(axis=axis)
    mean = np.where(known, values, 0.0).sum(axis=axis) / np.where(n > 0, n, np.nan)
    squares = np.where(known, values - np.expand_dims(mean, axis), 0.0) ** 2
    return n, mean, squares.sum(axis=axis) / np.where(n > 1, n - 1, np.nan)


def luck_of(means: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Variance by luck of points' means [points, ...], on average over known ones; 0 if none tells."""
    return np.nan_to_num(moments(np.where(np.isfinite(means), noise, np.nan), axis=0)[1])


def range_over_points(means: np.ndarray, noise: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Between what 95% of points' true means lie, each known from a few seeds.

    What luck adds to the variance over points is taken out by drawing the means together, as little as a
    variance over so many points may call for (its 90% bound). What is not known of their mean is added in
    quadrature, so that no range is narrower than luck leaves it. With 50, 100 and 200 points of two seeds,
    and luck from none to three times what points differ by, it held 95% to 97% of further points' true means
    (300 samples each).

    Args:
        means: of each point [points, ...]; NaN where it is not known.
        noise: variance of each mean by luck.

    Returns:
        Two ends [...]; NaN with fewer than two points.
    """
    n, mean, variance = moments(means, axis=0)
    few = np.where(n > 1, n, np.nan)
    tail = (1 - CONFIDENCE) / 2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # where no point is known
        ends = np.nanquantile(means, [tail, 1 - tail], axis=0)
    lessened = special.chdtri(few - 1, _BOUND) / (few - 1)
    below, above = apart_without_luck(variance, luck_of(means, noise), lessened) * np.abs(ends - mean)
    of_mean = half_width(np.sqrt(variance / few), few)
    return mean - np.hypot(below, of_mean), mean + np.hypot(above, of_mean)


def apart_without_luck(
    variance: np.ndarray, luck: np.ndarray, lessened: np.ndarray | float = 1.0
) -> np.ndarray:
    """How far points' means may be from each other without luck, as a share of how far they are.

    Args:
        variance: over points.
        luck: the part of it that luck gives.
        lessened: what the variance is divided by: 1, or a quantile of chi-squared over its degrees of
            freedom.
    """
    positive = np.where(variance > 0, variance, np.nan)
    return np.nan_to_num(np.sqrt(np.maximum(positive / lessened - luck, 0.0) / positive))

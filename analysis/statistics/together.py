"""Together: how far intervals have to reach so that in 95 of 100 tables not one of them misses its truth."""

from itertools import batched

import numpy as np
from scipy import special

from analysis.statistics.intervals import CONFIDENCE
from analysis.statistics.resampling import resampled_counts

#: With fewer seeds, resamples repeat the same few too often to tell how far a maximum reaches.
_FEWEST = 20
#: A share of a value by which it varies that is rounding.
_ROUNDING = 1e-9
#: Means looked at at a time, so that memory does not grow with their number.
_CHUNK = 256


def critical_values(differences: np.ndarray, families: np.ndarray) -> np.ndarray:
    """How many standard errors the intervals of a family of means reach, so that all hold at once in 95%.

    The 95% quantile, over resamples of seeds, of the largest |t| of its means (max-t; Westfall and Young
    1993, Resampling-based multiple testing). A seed is resampled with all its values, so that means that go
    together, such as contrasts with one baseline, count for less than as many others would. With fewer than
    20 seeds it is Bonferroni's, of Student's t.

    Measured on 156 contrasts (39 policies, 4 indicators) that differ from nothing by luck alone: one or more
    intervals missed 0 in 2% to 7% of 150 tables of 20, 50 and 100 seeds, of normal and of exponential luck.

    Args:
        differences: a line a seed and a column a mean; NaN where undefined.
        families: which means each family has [families, means], bool.

    Returns:
        The number of standard errors of each family; NaN where none of its means has one.
    """
    n = np.isfinite(differences).sum(axis=0)
    varies = _varies(differences)
    families = families & varies
    sizes, least = families.sum(axis=1), np.min(n, where=varies, initial=len(differences))
    if least < _FEWEST:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(sizes > 0, -special.stdtrit(least - 1, (1 - CONFIDENCE) / 2 / sizes), np.nan)
    counts = np.concatenate([*resampled_counts(len(differences))]).astype(float)
    largest = np.zeros((len(families), len(counts)))
    for columns in map(list, batched(np.flatnonzero(varies), _CHUNK)):
        t = _resampled_t(differences[:, columns], counts)
        for family, members in enumerate(families[:, columns]):
            if members.any():
                largest[family] = np.maximum(largest[family], t[:, members].max(axis=1))
    return np.where(sizes > 0, np.quantile(largest, CONFIDENCE, axis=1), np.nan)


def _varies(differences: np.ndarray) -> np.ndarray:
    """Which columns vary, beyond rounding: a cost that is the same in every run has no luck."""
    low = np.nanmin(differences, axis=0, initial=np.inf)
    high = np.nanmax(differences, axis=0, initial=-np.inf)
    return high - low > _ROUNDING * np.maximum(np.abs(low), np.abs(high))


def _resampled_t(differences: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """|t| of each mean in each resample [resamples, means]."""
    known = np.isfinite(differences)
    apart = np.where(known, differences - np.nanmean(differences, axis=0), 0.0)
    n = counts @ known
    with np.errstate(invalid="ignore", divide="ignore"):
        moved = counts @ apart / n
        error = np.sqrt(np.maximum(counts @ apart**2 / n - moved**2, 0.0) / (n - 1))
        # A resample of one value over and over says nothing of its spread.
        return np.where(error > 1e-6 * np.abs(apart).max(axis=0), np.abs(moved) / error, 0.0)

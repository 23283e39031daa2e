"""Coverage: how far a calibration's own intervals can be believed, told by points whose truth is known.

Points that were drawn are in turn taken for the truth, and what the model gave there for what was observed;
of all others the same share is kept, by the same distance, and the truth lies in the middle of them or does
not (Prangle et al. 2014, Australian & New Zealand Journal of Statistics 56(4), 309-329). No run is made.
"""

import numpy as np
import pandas as pd

from analysis.statistics.evidence import fits
from analysis.statistics.evidence.calibration import distances, nearest
from analysis.statistics.intervals import CONFIDENCE, ends_of_share

#: Points taken for the truth, at most.
_MOST_TRUTHS = 200
#: Shares of the kept points that lie in the middle.
LEVELS = (0.9, 0.5)

#: What each column is: its unit and meaning.
COLUMNS = {
    "factor": ("", "the parameter"),
    "level": ("share of kept points", "in the middle of those that are kept: the interval that is tried"),
    "truths": ("points", "drawn last, that were each taken for the truth"),
    "coverage": ("share of truths", "that lie in the interval; level, if it can be believed"),
    "coverage_low": ("share of truths", "low end of the 95% interval of coverage (Clopper and Pearson)"),
    "coverage_high": ("share of truths", "high end of the same"),
    "width": ("share of the prior's", "mean width of the interval, where the prior is uniform; 1: as wide"),
    "held": (
        "",
        "whether coverage may be the level, all parameters looked at; if not, intervals are too narrow",
    ),
}


def coverage(
    points: pd.DataFrame,
    positions: pd.DataFrame,
    means: np.ndarray,
    variances: np.ndarray,
    targets: pd.DataFrame,
) -> pd.DataFrame:
    """A line a level and factor: how often the truth lies in the middle of the points kept for it.

    Args:
        points: that were tried: columns of `calibration.POINTS`.
        positions: in the unit cube, a column a factor.
        means: what points gave [points, targets].
        variances: of that by luck [points, targets].
        targets: columns of `fits.TARGETS`.
    """
    last = (points["wave"] == points["wave"].max()).to_numpy()
    values, ensemble = fits.on_scales(means[last], variances[last], targets)
    unit, values = positions[last].to_numpy(), fits.comparable(values, targets)
    spread = np.sqrt(fits.spread(ensemble, targets))
    n = len(unit)
    n_kept = max(1, round(points.loc[last, "accepted"].mean() * (n - 1)))
    truths = np.sort(np.random.default_rng(0).permutation(n)[:_MOST_TRUTHS])
    patterns = list(targets["pattern"])
    kept = np.array([_kept(values, spread, patterns, truth, n_kept) for truth in truths])
    tails = [(1 - level) / 2 for level in LEVELS]
    ends = np.quantile(unit[kept], [*tails, *(1 - tail for tail in tails)], axis=1)
    low, high = ends.reshape(2, len(LEVELS), len(truths), -1)
    inside = ((low <= unit[truths]) & (unit[truths] <= high)).sum(axis=1)
    return _told(list(positions), len(truths), inside, (high - low).mean(axis=1))


def _kept(values: np.ndarray, spread: np.ndarray, patterns: list[str], truth: int, n: int) -> np.ndarray:
    """The n points that come nearest to what another gave [n]."""
    distance = distances(np.abs(values - values[truth]) / spread, patterns)
    distance[truth] = np.inf
    return nearest(distance, n)


def _told(factors: list[str], n: int, inside: np.ndarray, width: np.ndarray) -> pd.DataFrame:
    """Lines of levels and factors.

    Args:
        factors: their names.
        n: truths.
        inside: how many of them lie in the interval [levels, factors].
        width: of it, on average.
    """
    levels = np.repeat(LEVELS, len(factors))
    low, high = ends_of_share(inside.ravel(), n)
    _, at_most = ends_of_share(inside.ravel(), n, (1 - CONFIDENCE) / len(factors))
    content = {
        "factor": factors * len(LEVELS),
        "level": levels,
        "truths": n,
        "coverage": inside.ravel() / n,
        "coverage_low": low,
        "coverage_high": high,
        "width": width.ravel() / levels,
        "held": at_most >= levels,
    }
    return pd.DataFrame(content, columns=list(COLUMNS))

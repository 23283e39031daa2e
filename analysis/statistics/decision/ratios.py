"""Ratios of means: an interval by Fieller's theorem.

With paired means c and e of n seeds, `c - r e` has a normal mean of 0 at the true ratio r, so that all r with
`(c - r e)^2 <= t^2 (v_c - 2 r v_ce + r^2 v_e)` are held possible (Fieller 1954, Journal of the Royal
Statistical Society B 16(2), 175-185). Where e may be 0, so may the ratio be as large as you like: the
interval then has no upper end, and is told so, which a bootstrap or the delta method would hide.
"""

import numpy as np

from analysis.statistics.intervals import ends_of, half_width


def fieller(above: np.ndarray, below: np.ndarray, reach: float) -> tuple[float, float]:
    """Ends of the interval of the ratio of two means, where it is above 0.

    Args:
        above: a value a seed.
        below: the same of what it is divided by.
        reach: how many standard errors an interval of one mean takes.

    Returns:
        Low and high end. High is infinite where what divides may be 0; low is then the least that the ratio
        may be above 0, and both are NaN if nothing can be said.
    """
    n = len(above)
    if n < 2 or not np.isfinite(reach):
        return np.nan, np.nan
    (v_a, v_ab), (_, v_b) = np.cov(above, below) / n
    a, b = float(above.mean()), float(below.mean())
    square, middle, rest = b**2 - reach**2 * v_b, a * b - reach**2 * v_ab, a**2 - reach**2 * v_a
    under_root = middle**2 - square * rest
    if square > 0:
        root = np.sqrt(max(under_root, 0.0))
        return float((middle - root) / square), float((middle + root) / square)
    if square == 0 or rest <= 0:
        return np.nan, np.nan
    return float((middle - np.sqrt(under_root)) / square), np.inf


def share_of(part: np.ndarray, whole: np.ndarray) -> tuple[float, float, float]:
    """The ratio of two paired means and its interval; NaN where the lower one may be nothing.

    Args:
        part: a value a seed.
        whole: the same of what it is divided by; seeds for which it is not known are left out.
    """
    known = np.isfinite(whole)
    part, whole = part[known], whole[known]
    mean, low, high = ends_of(whole)
    if not low * high > 0:
        return np.nan, np.nan, np.nan
    sign = float(np.sign(mean))
    return float(part.mean() / mean), *fieller(sign * part, sign * whole, float(half_width(1.0, len(whole))))

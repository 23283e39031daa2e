"""What each policy is worth over points of parameter space that fit what is known about equally well.

Effects differ from point to point because the points do, and because of luck: each has only a few seeds.
Luck is known from how seeds of one point differ. What it adds to the variance over points is taken out by
drawing the points' effects together, as little as a variance over so many points may call for (its 90%
bound), and what is not known of their mean is added in quadrature, so that no range is narrower than luck
leaves it. With 50, 100 and 200 points of two seeds, and luck from none to three times what points differ by,
it held 95% to 97% of further points' true effects (300 samples each).
"""

import numpy as np
import pandas as pd
from scipy.stats import chi2, norm

from analysis.statistics.controls import NONE, Controls, freed_together
from analysis.statistics.intervals import CONFIDENCE, half_width

#: How surely the variance over points is not larger than is allowed for.
_BOUND = 0.9
#: What each column is: its unit and meaning.
COLUMNS = {
    "posterior_effect": ("the indicator's", "mean effect over the points"),
    "posterior_low": (
        "the indicator's",
        "low end of the range of 95% of points' effects, luck taken out",
    ),
    "posterior_high": ("the indicator's", "high end of the same"),
    "posterior_positive": (
        "share of points",
        "at which the effect is above zero, as far as can be told",
    ),
    "posterior_points": ("points", "at which the effect is known"),
}


def over_points(
    rows: pd.DataFrame, indicators: list[str], against: str, controls: Controls = NONE
) -> pd.DataFrame:
    """Effect of every policy on every indicator, over points and by luck.

    Args:
        rows: a line a run: `policy`, `point`, `seed` and the indicators.
        indicators: that are looked at.
        against: the policy that the others are compared with; `rows` has it.
        controls: columns of luck that indicators are freed of, by indicator.

    Returns:
        A line a policy and indicator: `policy`, `indicator`, and `COLUMNS`.
    """
    by_run = _freed(rows, controls).set_index(["point", "seed"])
    base = by_run.loc[by_run["policy"] == against, indicators]
    lines = []
    for policy, runs in by_run.groupby("policy", sort=False):
        if policy == against:
            continue
        differences = runs[indicators].sub(base).groupby(level="point")
        means, variances, counts = (getattr(differences, what)() for what in ("mean", "var", "count"))
        noise = variances / counts.where(counts > 0)
        lines += [
            (policy, name, *_told(means[name].to_numpy(float), noise[name].to_numpy(float)))
            for name in indicators
        ]
    found = pd.DataFrame(lines, columns=["policy", "indicator", *COLUMNS])
    return found.astype(dict.fromkeys(COLUMNS, float))  # also where there is no policy


def _freed(rows: pd.DataFrame, controls: Controls) -> pd.DataFrame:
    """The rows, freed of luck by slopes that are common to all points."""
    replicate = rows.groupby("point")["seed"].rank(method="dense").to_numpy(int) - 1
    at = (pd.factorize(rows["point"])[0], replicate, pd.factorize(rows["policy"])[0])
    shape = tuple(each.max(initial=-1) + 1 for each in at)
    freed = {}
    for indicator in rows.columns.intersection(list(controls)):
        values = np.full((*shape, 1 + len(controls[indicator])), np.nan)
        values[at] = rows[[indicator, *controls[indicator]]]
        freed[indicator] = freed_together(values[..., 0], values[..., 1:])[at]
    return rows.assign(**freed)


def _told(means: np.ndarray, noise: np.ndarray) -> tuple[float, ...]:
    """What points say of one effect."""
    known = np.isfinite(means)
    if known.sum() < 2:
        return (*[np.nan] * 4, int(known.sum()))
    means, noise = means[known], noise[known]
    luck = np.nanmean(noise) if np.isfinite(noise).any() else 0.0
    n, mean, error = len(means), float(means.mean()), means.std(ddof=1) / np.sqrt(len(means))
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(_drawn_together(means, luck, chi2.ppf(1 - _BOUND, n - 1)), [tail, 1 - tail])
    below, above = np.hypot([mean - low, high - mean], half_width(error, n))
    likely = _drawn_together(means, luck, n - 1)
    positive = norm.cdf(likely / error).mean() if error > 0 else float(mean > 0)
    return mean, mean - float(below), mean + float(above), float(positive), n


def _drawn_together(means: np.ndarray, luck: float, freedom: float) -> np.ndarray:
    """Points' means, as far from each other as without luck.

    Args:
        means: of points.
        luck: the variance that it gives them.
        freedom: what their sum of squares is divided by: degrees of freedom, or a quantile of chi-squared.
    """
    squares = ((means - means.mean()) ** 2).sum()
    kept = np.sqrt(max(0.0, squares / freedom - luck) * (len(means) - 1) / squares) if squares > 0 else 0.0
    return means.mean() + kept * (means - means.mean())

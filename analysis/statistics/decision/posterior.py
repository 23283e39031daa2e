"""What each policy is worth over points of parameter space that come nearest to what is known.

Effects differ from point to point because the points do, and because of luck: each has only a seed or a few.
How much luck does is told by those points that have several, and taken out
(`analysis.statistics.intervals.range_over_points`).
"""

import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import norm

from analysis.statistics.controls import NONE, Controls, freed_together
from analysis.statistics.intervals import moments, most_apart, range_over_points

#: What each column is: its unit and meaning.
COLUMNS = {
    "posterior_effect": ("the indicator's", "mean effect over the points"),
    "posterior_median": (
        "the indicator's",
        "effect that half of the points exceed, luck taken out as far as it surely is",
    ),
    "posterior_low": (
        "the indicator's",
        "low end of the range of 95% of points' effects, luck taken out",
    ),
    "posterior_high": ("the indicator's", "high end of the same"),
    "posterior_positive": (
        "share of points",
        "at which the effect is above zero, luck taken out as far as it surely is",
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
    values, policies, _ = levels_of(rows, indicators, controls)
    apart = values - values[:, :, policies == against]
    told = _told(apart)
    index = pd.MultiIndex.from_product([policies.tolist(), indicators], names=["policy", "indicator"])
    found = pd.DataFrame({name: each.ravel() for name, each in zip(COLUMNS, told, strict=True)}, index)
    return found.drop(index=against, level="policy").reset_index()


def points_of(effects: pd.DataFrame) -> int:
    """Points at which effects are known, at the most; 0 if none were run.

    Args:
        effects: with `COLUMNS`, where any were.
    """
    return int(np.nan_to_num(effects["posterior_points"].max())) if "posterior_points" in effects else 0


def by_luck_alone(effects: pd.DataFrame) -> pd.Series:
    """Where luck excludes zero, all looked at together, and points do not, or were not run [effects].

    Args:
        effects: `effect`, `together_low`, `together_high` and, where any points were run, `COLUMNS`.
    """
    if "posterior_low" not in effects:
        return pd.Series(False, effects.index)
    told = (effects["together_low"] > 0) | (effects["together_high"] < 0)
    ends = effects[["posterior_low", "posterior_high"]]
    return told & ~(ends.mul(effects["effect"], axis=0) > 0).all(axis=1)


def levels_of(
    rows: pd.DataFrame, indicators: Sequence[str], controls: Controls
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Indicators of all runs, freed of luck by slopes that are common to all points.

    Args:
        rows: as of `over_points`.
        indicators: that are looked at.
        controls: columns of luck that they are freed of, by indicator.

    Returns:
        [points, seeds, policies, indicators], NaN where there is no run; names of policies; points' numbers.
    """
    replicate = rows.groupby("point")["seed"].rank(method="dense").to_numpy(int) - 1
    policy, policies = pd.factorize(rows["policy"])
    point, points = pd.factorize(rows["point"], sort=True)
    at = (point, replicate, policy)
    shape = tuple(each.max(initial=-1) + 1 for each in at)

    def placed(names: Sequence[str]) -> np.ndarray:
        values = np.full((*shape, len(names)), np.nan)
        values[at] = rows[list(names)]
        return values

    values = placed(indicators)
    for column, indicator in enumerate(indicators):
        if luck := controls.get(indicator):
            values[..., column] = freed_together(values[..., column], placed(luck))
    return values, np.asarray(policies, str), np.asarray(points)


def _told(apart: np.ndarray) -> tuple[np.ndarray, ...]:
    """What points say of effects.

    Args:
        apart: effects in each run [points, seeds, policies, indicators].

    Returns:
        `COLUMNS`, each [policies, indicators].
    """
    means = moments(apart, axis=1)[1]
    n, mean, variance = moments(means, axis=0)
    few = np.where(n > 1, n, np.nan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # where no point is known
        likely = mean + np.minimum(most_apart(apart), 1.0) * (means - mean)
        median = np.nanmedian(likely, axis=0)
    return (
        np.where(n > 1, mean, np.nan),
        np.where(n > 1, median, np.nan),
        *range_over_points(apart),
        _positive(likely, mean, np.sqrt(variance / few)),
        n.astype(float),
    )


def _positive(likely: np.ndarray, mean: np.ndarray, error: np.ndarray) -> np.ndarray:
    """Share of points whose effect is above zero, of effects that luck is taken out of."""
    with np.errstate(divide="ignore", invalid="ignore"):
        _, share, _ = moments(norm.cdf(likely / error), axis=0)
    return np.where(error > 0, share, np.where(np.isnan(error), np.nan, (mean > 0).astype(float)))

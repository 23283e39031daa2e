"""Robustness: which policy is good whatever the parameters.

All functions take `values` [points, policies, seeds] of one indicator of which more is better. Points are
spread over the plausible ranges of the parameters; each has seeds of its own, which the policies share.

With few seeds a point, whatever is best or worst is so by luck too: the worst of 200 noisy values is far
below the worst value. So picking and valuing are done on different seeds (cross-fitting): one seed is held
out, the best policy of a point or the worst point of a policy is picked with the others and valued with the
one held out, and the results are averaged over which seed is held out. Luck that made a pick no longer
shows in its value. What bias is left comes from picking the wrong one, and has a known direction: regrets
come out too small, and the value at the worst point too large. With picking and valuing on all seeds they
err the other way. More seeds a point bring both to the truth.

Intervals are 95% percentile bootstrap intervals over points. Where something is picked, they reach from the
lower end of the estimate that errs downwards to the upper end of the one that errs upwards: wide with few
seeds, and with reason. So they held the truth in 92% of cases or more, where the cross-fitted estimate's own
held it in none of some (six policies that interact with three parameters; 200 points, 4 seeds; luck of 0.3, 1
and 3 times what points differ by). The exceptions are the worst point and the largest regret when there is
little luck: one point decides, a resample has it or not, and nothing worse than was looked at can show. There
it was 65% to 100%: read those two as values of the points that were run, not of all that there could be.
"""

from collections.abc import Callable, Sequence
from itertools import permutations

import numpy as np
import pandas as pd

from analysis.dictionary import spanned
from analysis.statistics.resampling import ends, resampled_counts

#: Measures of robustness by name, and whether more is better.
MEASURES = {"mean": True, "worst": True, "mean_regret": False, "p90_regret": False, "max_regret": False}
_UNIT = "the response's"
_MEANINGS = {
    "mean": "mean over points and seeds, turned so that more is better",
    "worst": "value at the policy's worst point, turned so that more is better",
    "mean_regret": "mean over points of regret: what the best policy of a point has more than this one there",
    "p90_regret": "regret around its 90th percentile over points",
    "max_regret": "largest regret over points",
}


def _of_measure(measure: str, meaning: str) -> dict[str, tuple[str, str]]:
    return {
        **spanned(measure, _UNIT, meaning),
        f"{measure}_rank": ("rank", f"by {measure}; 1 is best"),
        f"{measure}_chosen": ("share", f"of resamples in which the policy is the best by {measure}"),
    }


#: What each column of `regret` is: its unit and meaning.
COLUMNS = {
    **{name: told for measure in MEASURES for name, told in _of_measure(measure, _MEANINGS[measure]).items()},
    **spanned("noise_share", "share", "of luck in the variance over points of the policy's mean difference"),
}
#: What each column of `beats` is.
BEATS = {
    **spanned("beats", "share", "of futures in which the policy is better than the other; ties count half"),
    **spanned("surely_better", "share", "of points at which the policy is surely better"),
    **spanned("surely_worse", "share", "of points at which the policy is surely worse"),
    **spanned("cannot_tell", "share", "of points at which neither can be said"),
}
#: Ranks over which a quantile is averaged, as shares of the points: one point's held-out seed is too noisy.
_AROUND_P90 = (0.85, 0.95)
#: Share of the calls "surely better" or "surely worse" that may be wrong.
_FALSE_DISCOVERIES = 0.05


def regret(values: np.ndarray, names: Sequence[str]) -> pd.DataFrame:
    """How good each policy is over all points, by five measures.

    Args:
        values: [points, policies, seeds], two or more of each.
        names: of the policies.

    Returns:
        A line a policy. For each of `MEASURES` its value, `_low` and `_high` (the indicator's unit),
        `_rank` (1 is best) and `_chosen`: the share of resamples in which the policy is the best by that
        measure, so that a tie shows as a tie. `mean` is over points and seeds; `worst` the value at the
        policy's worst point (best by it: maximin); regret is what the best policy of a point has more than
        this one there: its mean, around its 90th percentile (mean from the 85th to the 95th) and its
        maximum (best by it: minimax regret). `noise_share`, with interval, is the share of luck in the
        variance over points of the policy's mean difference from the average policy: near 1, the points
        tell luck and nothing else.
    """
    weights = _resampled(len(values))
    table = pd.DataFrame({"policy": list(names)})
    crossed = _measures([_Picked.without(values, seed) for seed in range(values.shape[2])], weights)
    naive = _measures([_Picked.with_all(values)], weights)
    for measure, results in crossed.items():
        table = table.assign(**_with_interval(measure, results, naive[measure]))
        table[f"{measure}_rank"] = (
            table[measure].rank(ascending=not MEASURES[measure], method="min").astype(int)
        )
        table[f"{measure}_chosen"] = _chosen(results[1:] if MEASURES[measure] else -results[1:])
    return table.assign(**_with_interval("noise_share", _noise_share(values, weights)))


def beats(values: np.ndarray, names: Sequence[str]) -> pd.DataFrame:
    """How often one policy beats another.

    In how many points it is better in expectation cannot be counted from a few noisy seeds, and a
    distribution fitted to the differences would answer by its shape. So a point is called surely better,
    surely worse or neither, by t tests of its paired differences, of which one call in twenty may be wrong
    (Benjamini and Hochberg 1995). The share of points where the policy is better in expectation lies, but
    for those, from `surely_better` to 1 - `surely_worse`.

    Args:
        values: [points, policies, seeds], two or more of each.
        names: of the policies.

    Returns:
        A line an ordered pair: policy, other, `beats` (probability that the policy has more in one future:
        share of points and seeds, ties count half), `surely_better`, `surely_worse` and `cannot_tell`
        (shares of points); each with `_low` and `_high`.
    """
    pairs = list(permutations(range(len(names)), 2))
    weights = _resampled(len(values))
    table = pd.DataFrame({"policy": [names[a] for a, _ in pairs], "other": [names[b] for _, b in pairs]})
    for share, of_points in _comparisons(values, pairs).items():
        table = table.assign(**_with_interval(share, weights @ of_points / len(values)))
    return table


# --- resampling -------------------------------------------------------------------------------------------


def _resampled(n_points: int) -> np.ndarray:
    """How often each point is in each resample [1 + resamples, points]; the first is all points once."""
    return np.vstack([np.ones(n_points), *resampled_counts(n_points)])


def _with_interval(name: str, *results: np.ndarray) -> dict[str, np.ndarray]:
    """Columns of the first result [1 + resamples, lines]: itself, and what the intervals of all span."""
    spans = np.array([ends(result[1:]) for result in results])
    return {
        name: results[0][0],
        f"{name}_low": spans[:, 0].min(axis=0),
        f"{name}_high": spans[:, 1].max(axis=0),
    }


def _chosen(results: np.ndarray) -> np.ndarray:
    """Share of resamples [resamples, policies] in which each policy has most; equals share a resample."""
    best = results == results.max(axis=1, keepdims=True)
    return (best / best.sum(axis=1, keepdims=True)).mean(axis=0)


# --- regret -----------------------------------------------------------------------------------------------


class _Picked:
    """What the best is picked with and valued with [points, policies], and the regrets that these show."""

    def __init__(self, with_: np.ndarray, valued: np.ndarray) -> None:
        best = with_.argmax(axis=1, keepdims=True)
        self.with_, self.valued = with_, valued
        self.regret_with, self.regret = (np.take_along_axis(x, best, axis=1) - x for x in (with_, valued))

    @classmethod
    def without(cls, values: np.ndarray, seed: int) -> "_Picked":
        """Picked without one seed, and valued with it."""
        return cls(np.delete(values, seed, axis=2).mean(axis=2), values[:, :, seed])

    @classmethod
    def with_all(cls, values: np.ndarray) -> "_Picked":
        """Picked and valued with all seeds."""
        return cls(values.mean(axis=2), values.mean(axis=2))


def _measures(picks: Sequence[_Picked], weights: np.ndarray) -> dict[str, np.ndarray]:
    """All measures of all policies [1 + resamples, policies], averaged over how the best was picked."""
    n = weights.shape[1]
    low, high = (n * share for share in _AROUND_P90)

    def averaged(measure: Callable[[_Picked], np.ndarray]) -> np.ndarray:
        return np.mean([measure(picked) for picked in picks], axis=0)

    return {
        "mean": averaged(lambda of: weights @ of.valued / n),
        "worst": averaged(lambda of: _ranked(weights, of.with_, of.valued, 0, 1)),
        "mean_regret": averaged(lambda of: weights @ of.regret / n),
        "p90_regret": averaged(lambda of: _ranked(weights, of.regret_with, of.regret, low, high)),
        "max_regret": averaged(lambda of: _ranked(weights, of.regret_with, of.regret, n - 1, n)),
    }


def _ranked(weights: np.ndarray, by: np.ndarray, of: np.ndarray, low: float, high: float) -> np.ndarray:
    """Mean of `of` over the points that rank from low to high by `by`, in each resample.

    Args:
        weights: [1 + resamples, points].
        by: what to rank by [points, policies].
        of: what to average [points, policies].
        low: ranks left out below; a point in part, too.
        high: the last rank.

    Returns:
        [1 + resamples, policies].
    """
    means = np.empty((len(weights), by.shape[1]))
    for policy in range(by.shape[1]):
        order = by[:, policy].argsort(kind="stable")
        upto = np.clip(np.cumsum(weights[:, order], axis=1), low, high)
        shares = np.diff(upto, axis=1, prepend=low)
        means[:, policy] = shares @ of[order, policy] / (high - low)
    return means


def _noise_share(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """What `regret` calls the noise share [1 + resamples, policies]."""
    n_points, _, n_seeds = values.shape
    difference = values - values.mean(axis=1, keepdims=True)
    means = difference.mean(axis=2)
    noise = weights @ difference.var(axis=2, ddof=1) / n_points / n_seeds
    # About the mean of all points, or digits are lost; the factor undoes that a resample's mean follows it.
    centred = means - means.mean(axis=0)
    variance = (
        (weights @ centred**2 / n_points - (weights @ centred / n_points) ** 2) * n_points / (n_points - 1)
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.minimum(noise / variance, 1.0)


# --- pairs ------------------------------------------------------------------------------------------------


def _comparisons(values: np.ndarray, pairs: Sequence[tuple[int, int]]) -> dict[str, np.ndarray]:
    """Of each point and pair [points, pairs]: share of seeds that the first wins, and what can be said."""
    from scipy import stats

    first, second = np.transpose(pairs)
    differences = values[:, first] - values[:, second]
    n = differences.shape[2]
    effect, error = differences.mean(axis=2), differences.std(axis=2, ddof=1) / np.sqrt(n)
    with np.errstate(invalid="ignore", divide="ignore"):
        # 0 / 0 is no difference at all; anything else by 0 is a difference without doubt.
        p = 2 * stats.t.sf(np.nan_to_num(np.abs(effect) / error, nan=0.0, posinf=np.inf), n - 1)
    is_sure = stats.false_discovery_control(p, axis=0) <= _FALSE_DISCOVERIES
    return {
        "beats": ((differences > 0) + 0.5 * (differences == 0)).mean(axis=2),
        "surely_better": 1.0 * (is_sure & (effect > 0)),
        "surely_worse": 1.0 * (is_sure & (effect < 0)),
        "cannot_tell": 1.0 * ~is_sure,
    }

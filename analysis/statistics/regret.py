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

Intervals are 95% bootstrap intervals over points: studentised ones of means, percentile ones of the 90th
percentile. Where something is picked, they reach from the lower end of the estimate that errs downwards to
the upper end of the one that errs upwards: wide with few seeds, and with reason. No true regret is negative,
so none of what is said of one is. With six policies that interact with three parameters, 20 to 200 points of
4 to 8 seeds, and luck of 0.3, 1 and 3 times what points differ by, intervals held the truth over all of the
space in 93% to 97% of cases (mean) and 93% or more (mean regret, and around its 90th percentile).

The worst point of a policy and its largest regret are those of the points that were run, and have no
interval: one point decides, and nothing worse than was looked at can show.
"""

from collections.abc import Callable, Sequence
from itertools import permutations

import numpy as np
import pandas as pd

from analysis.dictionary import spanned
from analysis.statistics.intervals import CONFIDENCE, ends_of_share
from analysis.statistics.resampling import ends, resampled_counts, studentised

#: Measures of robustness by name, and whether more is better.
MEASURES = {"mean": True, "worst": True, "mean_regret": False, "p90_regret": False, "max_regret": False}
_UNIT = "the response's"
_MEANINGS = {
    "mean": "mean over points and seeds, turned so that more is better",
    "worst": "value at the policy's worst point of those run, turned so that more is better",
    "mean_regret": "mean over points of regret: what the best policy of a point has more than this one there",
    "p90_regret": "regret around its 90th percentile over points",
    "max_regret": "largest regret over the points run",
}
#: Those of them that one point decides: they have no interval.
_OF_POINTS_RUN = ("worst", "max_regret")


def _of_measure(measure: str, meaning: str) -> dict[str, tuple[str, str]]:
    of = {measure: (_UNIT, meaning)} if measure in _OF_POINTS_RUN else spanned(measure, _UNIT, meaning)
    return {
        **of,
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
    "better_low": (
        "share",
        "of futures in which the policy is better on average: at least (95%, with better_high)",
    ),
    "better_high": ("share", "of futures in which the policy is better on average: at most"),
    **spanned("surely_better", "share", "of points at which the policy is surely better"),
    **spanned("surely_worse", "share", "of points at which the policy is surely worse"),
    **spanned("cannot_tell", "share", "of points at which neither can be said"),
}
_REGRETS = ("mean_regret", "p90_regret", "max_regret")
#: Ranks over which a quantile is averaged, as shares of the points: one point's held-out seed is too noisy.
_AROUND_P90 = (0.85, 0.95)
#: Share of the calls "surely better" or "surely worse" that may be wrong.
_FALSE_DISCOVERIES = 0.05
#: Of the t tests that count in how many futures a policy is better.
_LEVEL = 0.05


def regret(values: np.ndarray, names: Sequence[str]) -> pd.DataFrame:
    """How good each policy is over all points, by five measures.

    Args:
        values: [points, policies, seeds], two or more of each.
        names: of the policies.

    Returns:
        A line a policy. For each of `MEASURES` its value (the indicator's unit), `_rank` (1 is best) and
        `_chosen`: the share of resamples in which the policy is the best by that measure, so that a tie shows
        as a tie; `_low` and `_high`, but for those that one point decides. `mean` is over points and seeds;
        `worst` the value at the policy's worst point (best by it: maximin); regret is what the best policy of
        a point has more than this one there: its mean, around its 90th percentile (mean from the 85th to the
        95th) and its maximum (best by it: minimax regret). `noise_share`, with interval, is the share of luck
        in the variance over points of the policy's mean difference from the average policy: near 1, the
        points tell luck and nothing else.
    """
    weights = _resampled(len(values))
    crossed = [_Picked.without(values, seed) for seed in range(values.shape[2])]
    naive = [_Picked.with_all(values)]
    spans = [_spans(picks, weights) for picks in (crossed, naive)]
    columns: dict[str, object] = {"policy": list(names)}
    for measure, results in _measures(crossed, weights).items():
        ranked = results if MEASURES[measure] else -results
        columns[measure] = _possible(measure, results[0])
        if measure not in _OF_POINTS_RUN:
            low, high = zip(*(span[measure] for span in spans), strict=True)
            columns[f"{measure}_low"] = _possible(measure, np.min(low, axis=0))
            columns[f"{measure}_high"] = _possible(measure, np.max(high, axis=0))
        columns[f"{measure}_rank"] = pd.Series(-ranked[0]).rank(method="min").astype(int)
        columns[f"{measure}_chosen"] = _chosen(ranked[1:])
    columns["max_regret"] = np.max([columns[name] for name in _REGRETS], axis=0)
    noise = _noise_share(values, weights)
    low, high = ends(noise[1:])
    return pd.DataFrame(columns).assign(noise_share=noise[0], noise_share_low=low, noise_share_high=high)


def in_units(table: pd.DataFrame, scale: float) -> pd.DataFrame:
    """The lines of `regret` with all that is in the indicator's unit multiplied."""
    measured = [f"{measure}{end}" for measure in MEASURES for end in ("", "_low", "_high")]
    return table.assign(**{name: scale * table[name] for name in measured if name in table})


def beats(values: np.ndarray, names: Sequence[str]) -> pd.DataFrame:
    """How often one policy beats another.

    In how many points it is better in expectation cannot be counted from a few noisy seeds, and a
    distribution fitted to the differences would answer by its shape. So a point is called surely better,
    surely worse or neither, by t tests of its paired differences, of which one call in twenty may be wrong
    (Benjamini and Hochberg 1995).

    In what share of futures the policy is better on average is bounded from both sides. Where it is not
    better, its mean difference is above 0 in at most half of cases if luck is symmetric, and passes a t test
    at 5% in at most 5%. So if a share q of points does so, it is better in at least (q - a) / (1 - a) of
    futures, with a = 1/2 (which gives 2 q - 1) or 5%, whichever says more. In all cases simulated (as above)
    the bounds held.

    Args:
        values: [points, policies, seeds], two or more of each.
        names: of the policies.

    Returns:
        A line an ordered pair: policy, other, `beats` (probability that the policy has more in one future:
        share of points and seeds, ties count half), `surely_better`, `surely_worse` and `cannot_tell`
        (shares of points), each with `_low` and `_high`; and the bounds `better_low` and `better_high`.
    """
    pairs = list(permutations(range(len(names)), 2))
    counts = _resampled(len(values))[1:]
    columns: dict[str, object] = {
        "policy": [names[a] for a, _ in pairs],
        "other": [names[b] for _, b in pairs],
    }
    for share, of_points in _comparisons(values, pairs).items():
        low, high = studentised(of_points, counts)
        columns |= {
            share: of_points.mean(axis=0),
            f"{share}_low": low.clip(0),
            f"{share}_high": high.clip(max=1),
        }
    effect, t = _tested(values, pairs)
    columns["better_low"] = _at_least(effect, t, values.shape[2])
    columns["better_high"] = 1 - _at_least(-effect, -t, values.shape[2])
    return pd.DataFrame(columns)


# --- resampling -------------------------------------------------------------------------------------------


def _resampled(n_points: int) -> np.ndarray:
    """How often each point is in each resample [1 + resamples, points]; the first is all points once."""
    return np.vstack([np.ones(n_points), *resampled_counts(n_points)])


def _possible(measure: str, values: np.ndarray) -> np.ndarray:
    """What a measure can be: no regret is negative."""
    return np.maximum(values, 0.0) if measure in _REGRETS else values


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


def _spans(picks: Sequence[_Picked], weights: np.ndarray) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Low and high ends [policies] of the measures that have an interval."""
    level, regret = (np.mean([getattr(of, name) for of in picks], axis=0) for name in ("valued", "regret"))
    low, high = ends(_measures(picks, weights)["p90_regret"][1:])
    return {
        "mean": studentised(level, weights[1:]),
        "mean_regret": studentised(regret, weights[1:]),
        "p90_regret": (low, high),
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
    effect, t = _tested(values, pairs)
    p = 2 * stats.t.sf(np.abs(t), differences.shape[2] - 1)
    is_sure = stats.false_discovery_control(p, axis=0) <= _FALSE_DISCOVERIES
    return {
        "beats": ((differences > 0) + 0.5 * (differences == 0)).mean(axis=2),
        "surely_better": 1.0 * (is_sure & (effect > 0)),
        "surely_worse": 1.0 * (is_sure & (effect < 0)),
        "cannot_tell": 1.0 * ~is_sure,
    }


def _tested(values: np.ndarray, pairs: Sequence[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    """Mean paired difference of each point and pair, and its t statistic [points, pairs]."""
    first, second = np.transpose(pairs)
    differences = values[:, first] - values[:, second]
    effect = differences.mean(axis=2)
    error = differences.std(axis=2, ddof=1) / np.sqrt(differences.shape[2])
    with np.errstate(invalid="ignore", divide="ignore"):
        # 0 / 0 is no difference at all; anything else by 0 is a difference without doubt.
        return effect, np.nan_to_num(effect / error, nan=0.0, posinf=np.inf, neginf=-np.inf)


def _at_least(effect: np.ndarray, t: np.ndarray, n_seeds: int) -> np.ndarray:
    """In how many futures the first of each pair is better on average, at least [pairs]."""
    from scipy import stats

    n, bounds = len(effect), [np.zeros(effect.shape[1])]
    for passing, wrongly in ((effect > 0, 0.5), (stats.t.sf(t, n_seeds - 1) <= _LEVEL, _LEVEL)):
        k = passing.sum(axis=0)
        low, _ = ends_of_share(k, n, (1 - CONFIDENCE) / 2)  # two looks share the 5% that may be wrong
        bounds.append((low - wrongly) / (1 - wrongly))
    return np.max(bounds, axis=0)

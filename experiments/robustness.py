"""Robustness: which policy is good whatever the parameters, and where a ranking flips.

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

from experiments.gathering import half_width

#: Resamples of a bootstrap.
RESAMPLES = 1000
#: Measures of robustness by name, and whether more is better.
MEASURES = {"mean": True, "worst": True, "mean_regret": False, "p90_regret": False, "max_regret": False}
#: Ranks over which a quantile is averaged, as shares of the points: one point's held-out seed is too noisy.
_AROUND_P90 = (0.85, 0.95)
#: Share of the calls "surely better" or "surely worse" that may be wrong.
_FALSE_DISCOVERIES = 0.05
_ENDS = (0.025, 0.975)
_DEPTH, _SMALLEST_LEAF, _SHUFFLES = 3, 0.1, 20


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


def flips(
    values: np.ndarray, factors: pd.DataFrame, names: Sequence[str], pair: tuple[str, str]
) -> pd.DataFrame:
    """Where the ranking of two policies flips: an honest regression tree of their difference.

    The tree is grown on half of the points, and the differences in its leaves are estimated on the other
    half (Athey and Imbens 2016, PNAS 113(27), 7353-7360), so that a split made by luck shows none. With no
    difference anywhere, at most 4 in 100 such tables have surely better and surely worse leaves (eight
    leaves, 2.5% each way); 1 in 100 of those simulated had.

    Args:
        values: [points, policies, seeds].
        factors: [points x factors]; numbers, or categories as strings.
        names: of the policies.
        pair: the two policies.

    Returns:
        A line a leaf, from best for the first policy to worst: conditions in words, share of the points,
        number of points of the estimating half, difference (first minus second, the indicator's unit) with
        95% interval by Student's t, and which policy is better there, or "cannot tell". `flipped` says
        whether a flip was found.
    """
    difference = _difference(values, names, pair)
    grown = _Grown(factors, difference)
    leaf_of = grown.tree.apply(grown.columns.to_numpy(np.float32))
    words = _conditions(grown, factors)
    lines = [
        (words[leaf], (leaf_of == leaf).mean(), *_leaf(difference[grown.kept & (leaf_of == leaf)], pair))
        for leaf in np.unique(leaf_of)
    ]
    table = pd.DataFrame(lines, columns=["where", "share", "n", "difference", "low", "high", "better"])
    return table.sort_values("difference", ascending=False, ignore_index=True)


def flipped(leaves: pd.DataFrame) -> bool:
    """Whether each of two policies is surely better somewhere.

    Args:
        leaves: what `flips` returned.
    """
    return bool((leaves["low"] > 0).any() and (leaves["high"] < 0).any())


def importance(
    values: np.ndarray, factors: pd.DataFrame, names: Sequence[str], pair: tuple[str, str]
) -> pd.DataFrame:
    """How much of the difference of two policies each factor explains in the tree of `flips`.

    Args:
        values: [points, policies, seeds].
        factors: [points x factors]; numbers, or categories as strings.
        names: of the policies.
        pair: the two policies.

    Returns:
        A line a factor, the most important first: by how much the explained share of the variance (R^2, on
        the points that the tree was not grown on) falls when the factor's values are shuffled (Breiman
        2001). 0 or less: not at all.
    """
    difference = _difference(values, names, pair)
    grown = _Grown(factors, difference)
    columns, observed = grown.columns.loc[grown.kept], difference[grown.kept]
    losses = {
        factor: _loss(grown.tree, columns, observed, [c for c, of in grown.factor_of.items() if of == factor])
        for factor in factors
    }
    table = pd.DataFrame({"factor": list(losses), "importance": list(losses.values())})
    return table.sort_values("importance", ascending=False, ignore_index=True)


# --- resampling -------------------------------------------------------------------------------------------


def _resampled(n_points: int) -> np.ndarray:
    """How often each point is in each resample [1 + resamples, points]; the first is all points once."""
    draws = np.random.default_rng(0).multinomial(n_points, np.full(n_points, 1 / n_points), RESAMPLES)
    return np.vstack([np.ones(n_points), draws])


def _with_interval(name: str, *results: np.ndarray) -> dict[str, np.ndarray]:
    """Columns of the first result [1 + resamples, lines]: itself, and what the intervals of all span."""
    ends = np.array([np.quantile(result[1:], _ENDS, axis=0) for result in results])
    return {
        name: results[0][0],
        f"{name}_low": ends[:, 0].min(axis=0),
        f"{name}_high": ends[:, 1].max(axis=0),
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


def _difference(values: np.ndarray, names: Sequence[str], pair: tuple[str, str]) -> np.ndarray:
    """Mean paired difference of two policies at each point."""
    first, second = (list(names).index(name) for name in pair)
    return (values[:, first] - values[:, second]).mean(axis=1)


# --- where a ranking flips --------------------------------------------------------------------------------


class _Grown:
    """A regression tree of a difference, grown on half of the points.

    Attributes:
        columns: factors as the tree sees them; categories as one column of 0 and 1 each [points x columns].
        factor_of: the factor that a column is of.
        kept: the points that it was not grown on [points], bool.
        tree: a DecisionTreeRegressor.
    """

    def __init__(self, factors: pd.DataFrame, difference: np.ndarray) -> None:
        from sklearn.tree import DecisionTreeRegressor

        self.columns, self.factor_of = _encoded(factors)
        self.kept = np.random.default_rng(0).permutation(len(factors)) % 2 == 1
        smallest = max(1, round(_SMALLEST_LEAF * (~self.kept).sum()))
        self.tree = DecisionTreeRegressor(max_depth=_DEPTH, min_samples_leaf=smallest, random_state=0)
        self.tree.fit(self.columns[~self.kept].to_numpy(np.float32), difference[~self.kept])


def _encoded(factors: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, str]]:
    """Factors as numbers, and the factor that each column is of."""
    columns, factor_of = {}, {}
    for factor, values in factors.items():
        if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
            parts = {str(factor): values.astype(float)}
        else:
            parts = {
                f"{factor} is {level}": (values == level).astype(float) for level in sorted(values.unique())
            }
        columns |= parts
        factor_of |= dict.fromkeys(parts, str(factor))
    return pd.DataFrame(columns), factor_of


def _conditions(grown: _Grown, factors: pd.DataFrame) -> dict[int, str]:
    """What holds in each leaf, in words."""
    tree, words = grown.tree.tree_, {}

    def descend(node: int, bounds: dict[str, tuple[float, float]]) -> None:
        if tree.children_left[node] == tree.children_right[node]:
            words[node] = _in_words(bounds, grown.factor_of) or "everywhere"
            return
        column, threshold = str(grown.columns.columns[tree.feature[node]]), float(tree.threshold[node])
        low, high = bounds.get(column, (-np.inf, np.inf))
        descend(tree.children_left[node], bounds | {column: (low, threshold)})
        descend(tree.children_right[node], bounds | {column: (threshold, high)})

    descend(0, {})
    return words


def _in_words(bounds: dict[str, tuple[float, float]], factor_of: dict[str, str]) -> str:
    """Bounds of columns as a sentence; what a category is not goes without saying once it is known."""
    settled = {factor_of[c] for c, (low, _) in bounds.items() if c != factor_of[c] and low > 0}
    parts = []
    for column, (low, high) in bounds.items():
        factor = factor_of[column]
        if column == factor:
            parts.append(_range(column, low, high))
        elif low > 0:
            parts.append(column)
        elif factor not in settled:
            parts.append(column.replace(f"{factor} is ", f"{factor} is not ", 1))
    return " and ".join(parts)


def _range(column: str, low: float, high: float) -> str:
    if low == -np.inf:
        return f"{column} <= {high:.3g}"
    return f"{column} > {low:.3g}" if high == np.inf else f"{low:.3g} < {column} <= {high:.3g}"


def _leaf(differences: np.ndarray, pair: tuple[str, str]) -> tuple[int, float, float, float, str]:
    """Number of points, mean difference, low, high and who is better, of the points of a leaf."""
    n = len(differences)
    if n < 2:
        return n, differences.mean() if n else np.nan, np.nan, np.nan, "cannot tell"
    effect, half = differences.mean(), float(half_width(differences.std(ddof=1) / np.sqrt(n), n))
    better = pair[0] if effect > half else pair[1] if effect < -half else "cannot tell"
    return n, effect, effect - half, effect + half, better


def _loss(tree, columns: pd.DataFrame, observed: np.ndarray, shuffled: Sequence[str]) -> float:
    """How much R^2 falls when some columns are shuffled together."""
    rng = np.random.default_rng(0)
    whole = tree.score(columns.to_numpy(np.float32), observed)
    scores = []
    for _ in range(_SHUFFLES):
        order = rng.permutation(len(columns))
        mixed = columns.assign(**{c: columns[c].to_numpy()[order] for c in shuffled})
        scores.append(tree.score(mixed.to_numpy(np.float32), observed))
    return float(whole - np.mean(scores))

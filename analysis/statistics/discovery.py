"""Scenario discovery: where in parameter space a ranking flips, and what it hangs on."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.statistics.intervals import half_width

#: What each column of `flips` is: its unit and meaning.
FLIPS = {
    "where": ("", "the part of parameter space, in words"),
    "share": ("share", "of points that lie there"),
    "n": ("points", "that the difference is estimated on"),
    "difference": ("the response's", "how much better the policy is there than the other"),
    "low": ("the response's", "low end of the 95% interval of difference"),
    "high": ("the response's", "high end of the 95% interval of difference"),
    "better": ("", "which policy is better there, or cannot tell"),
}
#: What each column of `importance` is.
IMPORTANCE = {"importance": ("share of variance", "that is explained no more once the factor is shuffled")}
_DEPTH, _SMALLEST_LEAF, _SHUFFLES = 3, 0.1, 20


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


def _difference(values: np.ndarray, names: Sequence[str], pair: tuple[str, str]) -> np.ndarray:
    """Mean paired difference of two policies at each point."""
    first, second = (list(names).index(name) for name in pair)
    return (values[:, first] - values[:, second]).mean(axis=1)

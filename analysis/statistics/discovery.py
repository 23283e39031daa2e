"""Scenario discovery: what the difference of two policies hangs on, and where their ranking flips.

Both are asked of many splits of the points into halves (Chernozhukov, Demirer, Duflo and Fernández-Val 2018,
NBER working paper 24678): on one half a regression tree of the difference is grown, on the other its claims
are tested, and what counts is twice the median of the p values over splits. Points are put into an order of
their own first, so that the order in which they come changes nothing.
"""

from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np
import pandas as pd

from analysis.statistics.boxes import bounds_of, encoded, in_words
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
IMPORTANCE = {
    "importance": ("share of variance", "explained no more once the factor is shuffled, mean over splits"),
    "p": (
        "probability",
        "of so clear an importance of any factor if none had any (twice the median)",
    ),
    "matters": ("", "whether p is at most 5%"),
}
_DIFFERENCE = " difference"
CANNOT_TELL = "cannot tell"
_DEPTH, _SMALLEST_LEAF, _SHUFFLES, _SPLITS, _LEVEL = 3, 0.1, 4, 60, 0.05
#: Trees that may be the one that is shown.
_TREES = 10


def flips(
    values: np.ndarray, factors: pd.DataFrame, names: Sequence[str], pair: tuple[str, str]
) -> pd.DataFrame:
    """Where the ranking of two policies flips: an honest regression tree of their difference.

    Trees use the factors that `importance` names, and no others. A flip is told if in the typical split each
    policy is better where the tree says so (on the points that it was not grown on). The table shows one
    tree: that of the split with the median p value, or of the next to it whose leaves show what is told; its
    differences are estimated on the points that it was not grown on (Athey and Imbens 2016, PNAS 113(27),
    7353-7360).

    Measured on 200 points, 3 factors and luck of 0.7 at a point, 1,000 worlds a case: with no difference, or
    the same everywhere, no flip was told; where one policy was better on two fifths of the points, and
    neither elsewhere, in 0.1%; with 30 factors more, or exponential luck, in 0.5% or less of 200. Where the
    difference was 1.2 on two fifths of the points and -0.8 elsewhere, one was told in all of them; 0.5 on
    three tenths and -0.3 elsewhere, in 69%. Where it was 2 and -1, the intervals of leaves held the truth in
    94%. Points are put in order, so that the order in which they come changes nothing; splits by another
    order changed what is told, or named, in 1% of 200 worlds with the clear flip, in 9% of those with the
    weak.

    Args:
        values: [points, policies, seeds].
        factors: [points x factors] that can act; numbers, or categories as strings.
        names: of the policies.
        pair: the two policies.

    Returns:
        A line a leaf, from best for the first policy to worst: conditions in words, share of the points,
        number of points of the estimating half, difference (first minus second, the indicator's unit) with
        95% interval by Student's t, and which policy is better there, or "cannot tell". `flipped` says
        whether a flip was found.
    """
    ordered, difference = _ordered(values, factors, names, pair)
    named = _importance(ordered, difference)
    chosen = list(named.loc[named["matters"], "factor"])
    if not chosen:
        line = ("everywhere", 1.0, *_leaf(difference, pair))
        return pd.DataFrame([line], columns=list(FLIPS))
    grown = list(_splits(ordered[chosen], difference))
    p = np.array([each.flip() for each in grown])
    is_told = 2 * np.median(p) <= _LEVEL
    from_middle = np.argsort(np.abs(p.argsort(kind="stable").argsort() - len(p) // 2), kind="stable")
    tables = (grown[k].leaves(pair) for k in from_middle[:_TREES])
    first = next(tables)
    shown = next((table for table in chain([first], tables) if flipped(table) == is_told), first)
    return shown if is_told else _without_flip(shown, difference.mean(), pair)


def flipped(leaves: pd.DataFrame) -> bool:
    """Whether each of two policies is surely better somewhere.

    Args:
        leaves: what `flips` returned.
    """
    return len(set(leaves["better"]) - {CANNOT_TELL}) == 2


def importance(
    values: np.ndarray, factors: pd.DataFrame, names: Sequence[str], pair: tuple[str, str]
) -> pd.DataFrame:
    """What the difference of two policies hangs on.

    How much a factor explains is by how much the explained share of the variance (R^2, on the half that a
    tree was not grown on) falls when the factor's values are shuffled (Breiman 2001). That this is more than
    nothing is a t test over the points of that half. It is made of the factors that the tree uses, as many
    tests as these are, so that over all factors an error is made in at most 5% of tables (Meinshausen, Meier
    and Bühlmann 2009, Journal of the American Statistical Association 104, 1671-1681).

    Measured as for `flips`: with no difference no factor was named in 1,000 worlds; where one factor or two
    acted, they were named in 99.8% or more of 1,000, and another beside them in 0.1% or less (with 30 others,
    in none of 200).

    Args:
        values: [points, policies, seeds].
        factors: [points x factors] that can act; numbers, or categories as strings.
        names: of the policies.
        pair: the two policies.

    Returns:
        A line a factor, the surest first, then the most important: `importance`, `p` and `matters`.
    """
    table = _importance(*_ordered(values, factors, names, pair))
    return table.sort_values(["p", "importance"], ascending=[True, False], ignore_index=True)


def _importance(factors: pd.DataFrame, difference: np.ndarray) -> pd.DataFrame:
    """As `importance`, in the order of the factors."""
    losses, p = [], []
    for grown in _splits(factors, difference):
        loss, chance = grown.importance()
        losses.append(loss)
        p.append(chance)
    doubled = (2 * pd.DataFrame(p, columns=list(factors)).fillna(1.0).median()).clip(upper=1.0).to_numpy()
    mean = pd.DataFrame(losses, columns=list(factors)).fillna(0.0).mean().to_numpy()
    return pd.DataFrame(
        {"factor": list(factors), "importance": mean, "p": doubled, "matters": doubled <= _LEVEL}
    )


def _without_flip(leaves: pd.DataFrame, overall: float, pair: tuple[str, str]) -> pd.DataFrame:
    """The leaves with no word of where the policy that is worse overall would be better."""
    worse = pair[1] if overall > 0 else pair[0]
    return leaves.replace({"better": {worse: CANNOT_TELL}})


def _splits(factors: pd.DataFrame, difference: np.ndarray) -> Iterator["_Grown"]:
    """Trees grown on many halves of the points."""
    columns, factor_of = encoded(factors)
    points, rng = columns.to_numpy(np.float32), np.random.default_rng(0)
    for _ in range(_SPLITS):
        yield _Grown(points, factor_of, difference, rng.permutation(len(points)) % 2 == 1)


class _Grown:
    """A regression tree of a difference, grown on half of the points.

    Attributes:
        points: factors as the tree sees them; categories as one column of 0 and 1 each [points x columns].
        factor_of: the factor that each column is of, by the column's name.
        difference: of each point [points].
        kept: the points that it was not grown on [points], bool.
        tree: sklearn's own.
    """

    def __init__(
        self, points: np.ndarray, factor_of: dict[str, str], difference: np.ndarray, kept: np.ndarray
    ) -> None:
        from sklearn import config_context
        from sklearn.tree import DecisionTreeRegressor

        self.points, self.factor_of, self.difference, self.kept = points, factor_of, difference, kept
        self.columns = list(factor_of)
        smallest = max(1, round(_SMALLEST_LEAF * (~kept).sum()))
        regressor = DecisionTreeRegressor(max_depth=_DEPTH, min_samples_leaf=smallest, random_state=0)
        with config_context(skip_parameter_validation=True):  # half of the time of so small a tree
            self.tree = regressor.fit(points[~kept], difference[~kept], check_input=False).tree_

    def importance(self) -> tuple[dict[str, float], dict[str, float]]:
        """By how much R^2 falls when a factor is shuffled, and how likely so by luck; of the factors used."""
        factors = sorted({self.factor_of[self.columns[at]] for at in self.tree.feature if at >= 0})
        points, observed = self.points[self.kept], self.difference[self.kept]
        told = (self.tree.predict(points)[:, 0] - observed) ** 2
        level = ((observed - observed.mean()) ** 2).mean()
        losses, p = {}, {}
        for factor in factors:
            at = [k for k, name in enumerate(self.columns) if self.factor_of[name] == factor]
            more = self._shuffled(points, observed, at) - told
            losses[factor] = more.mean() / level if level > 0 else 0.0
            p[factor] = min(1.0, _chance(more) * len(factors))
        return losses, p

    def _shuffled(self, points: np.ndarray, observed: np.ndarray, columns: list[int]) -> np.ndarray:
        """Mean squared error at each point when columns are shuffled together."""
        rng, n = np.random.default_rng(0), len(points)
        mixed = np.tile(points, (_SHUFFLES, 1))
        orders = np.concatenate([rng.permutation(n) for _ in range(_SHUFFLES)])
        mixed[:, columns] = points[orders][:, columns]
        told = self.tree.predict(mixed)[:, 0].reshape(_SHUFFLES, n)
        return ((told - observed) ** 2).mean(axis=0)

    def flip(self) -> float:
        """How likely so clear a flip is by luck: of the less sure of the two sides."""
        told, observed = self.tree.predict(self.points[self.kept])[:, 0], self.difference[self.kept]
        return max(_chance(observed[told > 0]), _chance(-observed[told < 0]))

    def leaves(self, pair: tuple[str, str]) -> pd.DataFrame:
        """The lines of `flips`."""
        leaf_of, words = self.tree.apply(self.points), self._words()
        lines = [
            (
                words[leaf],
                (leaf_of == leaf).mean(),
                *_leaf(self.difference[self.kept & (leaf_of == leaf)], pair),
            )
            for leaf in np.unique(leaf_of)
        ]
        table = pd.DataFrame(lines, columns=list(FLIPS))
        return table.sort_values("difference", ascending=False, ignore_index=True)

    def _words(self) -> dict[int, str]:
        """What holds in each node."""
        return {node: in_words(bounds, self.factor_of) for node, bounds in bounds_of(self.tree, self.columns)}


def _chance(values: np.ndarray) -> float:
    """P value of a t test that their mean is above 0; 1 where there are too few."""
    from scipy import special

    n = len(values)
    if n < 2:
        return 1.0
    error = values.std(ddof=1) / np.sqrt(n)
    if error == 0:
        return float(values[0] <= 0)
    return float(special.stdtr(n - 1, -values.mean() / error))


def _leaf(differences: np.ndarray, pair: tuple[str, str]) -> tuple[int, float, float, float, str]:
    """Number of points, mean difference, low, high and who is better, of the points of a leaf."""
    n = len(differences)
    if n < 2:
        return n, differences.mean() if n else np.nan, np.nan, np.nan, CANNOT_TELL
    effect, half = differences.mean(), float(half_width(differences.std(ddof=1) / np.sqrt(n), n))
    better = pair[0] if effect > half else pair[1] if effect < -half else CANNOT_TELL
    return n, effect, effect - half, effect + half, better


def _ordered(
    values: np.ndarray, factors: pd.DataFrame, names: Sequence[str], pair: tuple[str, str]
) -> tuple[pd.DataFrame, np.ndarray]:
    """Factors and mean paired differences, points in the order of their values, factors in that of names."""
    first, second = (list(names).index(name) for name in pair)
    difference = (values[:, first] - values[:, second]).mean(axis=1)
    table = factors.reset_index(drop=True)[sorted(factors)].assign(**{_DIFFERENCE: difference})
    table = table.sort_values(list(table), ignore_index=True)
    return table.drop(columns=_DIFFERENCE), table[_DIFFERENCE].to_numpy()

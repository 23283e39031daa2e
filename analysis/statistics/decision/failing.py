"""Failing: in which worlds a policy fails, as a box of parameter space (scenario discovery).

A policy fails in a world where it adds less than the smallest effect that matters. The box is a node of a
regression tree (CART) of failures; its density is how many of its worlds are failures, its coverage how many
of all failures lie in it (Bryant and Lempert 2010, Technological Forecasting and Social Change 77(1), 34-49).
Trees use only factors with which the policy's effect surely goes up or down (rank correlation, or Kruskal and
Wallis's test of words; an error over all factors in at most 5% of cases, Bonferroni), and grow on half of the
points: of their nodes that is taken whose share of failures, above the share overall, times its size is
largest (weighted relative accuracy; Lavrač, Flach and Zupan 1999, Inductive Logic Programming, 174-185).
Whether it holds failures more often than chance is tested on the other half (hypergeometric), in many splits;
a box is told if twice the median p value passes, with at most 5% of such calls wrong over all policies.
Density and coverage are counted on the half that did not choose the box.

In 60 cases of 200 points and 7 factors in which the effect was the same everywhere, and luck made half of the
worlds failures, no box was told.

Few seeds a point make some worlds look like failures that are none, and the other way round: both figures are
of what was seen, and err towards the share of failures overall. `luck` says how far to mind that.

Where more than half of all worlds are failures, the box is of those in which the policy works.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pandas as pd

from analysis.dictionary import spanned
from analysis.statistics.boxes import Bounds, bounds_of, encoded, in_words
from analysis.statistics.decision.influence import of_factor
from analysis.statistics.decision.lasting import discovered
from analysis.statistics.intervals import ends_of_share, moments

FAILS, WORKS = "fails", "works"
#: What each column is: its unit and meaning.
COLUMNS = {
    "policy": ("", "the policy"),
    "against": ("", "the policy that it is compared with"),
    **spanned("failing", "share of worlds", "in which it adds less than the smallest effect that matters"),
    "luck": ("share", "of luck in the variance of its effect over worlds: near 1, worlds tell nothing else"),
    "outcome": ("", f"what the box is of, whichever is rarer: {FAILS} or {WORKS}"),
    "where": ("", "the box, in words; empty where none can be told from chance"),
    **spanned("density", "share of worlds in the box", "that have the outcome"),
    **spanned("coverage", "share of worlds with the outcome", "that are in the box"),
    "mass": ("share of worlds", "that are in the box"),
    "p": ("probability", "of a box so much denser than the rest by chance (twice the median over splits)"),
}
#: Fewer worlds of a kind than these show no shape.
_FEWEST = 8
_DEPTH, _SMALLEST_LEAF, _SPLITS, _LEVEL = 3, 0.1, 60, 0.05


def failing_of(
    values: np.ndarray,
    factors: pd.DataFrame,
    names: Sequence[str],
    against: str,
    smallest: float,
    acting: Callable[[str], Sequence[str]],
) -> pd.DataFrame:
    """In which worlds each policy fails.

    Args:
        values: [points, policies, seeds], NaN where a point has no more of them; more is better.
        factors: [points x factors]; numbers, or categories as strings.
        names: of the policies.
        against: the one that the others are compared with.
        smallest: the smallest effect that matters, as a share of what `against` has in a world.
        acting: names of the factors that can act under a policy.

    Returns:
        A line a policy, in their order.
    """
    base = values[:, list(names).index(against)]
    least = smallest * abs(moments(base, axis=1)[1])
    lines = [
        (name, against, *_line(values[:, at] - base, least, factors[acting(name)]))
        for at, name in enumerate(names)
        if name != against
    ]
    table = pd.DataFrame(lines, columns=list(COLUMNS))
    is_told = discovered(table["p"].to_numpy(float))
    of_box = [name for name in COLUMNS if name.startswith(("density", "coverage", "mass"))]
    table.loc[~is_told, of_box] = np.nan
    return table.assign(where=table["where"].where(is_told, ""))


def _means_of(differences: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Means over the seeds of each point, and the variances that luck gives these.

    Luck is taken to do as much at every point: those that have several seeds tell.

    Args:
        differences: [points, seeds, ...]; NaN where there is no run.

    Returns:
        Each [points, ...].
    """
    n, means, variances = moments(differences, axis=1)
    return means, np.nan_to_num(moments(variances, axis=0)[1]) / np.maximum(n, 1)


def _line(differences: np.ndarray, least: np.ndarray, factors: pd.DataFrame) -> tuple:
    """What `COLUMNS` has of one policy, after its name."""
    effects, noise = _means_of(differences)
    fails = effects < least
    share, outcome = fails.mean(), WORKS if fails.mean() > 0.5 else FAILS
    told = (*_share(int(fails.sum()), len(fails)), _luck(effects, noise), outcome)
    seen = fails if outcome == FAILS else ~fails
    if min(share, 1 - share) * len(fails) < _FEWEST:
        return (*told, "", *[np.nan] * 8)
    return (*told, *_box(effects, seen, factors))


def _box(effects: np.ndarray, seen: np.ndarray, factors: pd.DataFrame) -> tuple:
    """Where, density, coverage (each with ends), mass and p."""
    chosen = [
        name for name in sorted(factors) if of_factor(factors[name], effects)[2] * factors.shape[1] <= _LEVEL
    ]
    if not chosen:
        return ("", *[np.nan] * 7, 1.0)
    columns, factor_of = encoded(factors[chosen])
    found = list(_splits(columns, seen))
    p = np.array([each.p for each in found])
    shown = found[int(p.argsort(kind="stable")[len(p) // 2])]
    return (in_words(shown.bounds, factor_of), *shown.counted(), min(1.0, 2 * float(np.median(p))))


class _Found:
    """A box that half of the points chose, as the other half sees it.

    Attributes:
        bounds: the box.
        inside: which of the points that did not choose it are in it.
        seen: which of them have the outcome.
    """

    def __init__(self, bounds: Bounds, inside: np.ndarray, seen: np.ndarray) -> None:
        from scipy import stats

        self.bounds, self.inside, self.seen = bounds, inside, seen
        self.p = float(stats.hypergeom.sf((inside & seen).sum() - 1, len(seen), seen.sum(), inside.sum()))

    def counted(self) -> tuple[float, ...]:
        """Density and coverage, each with ends, and mass."""
        both = int((self.inside & self.seen).sum())
        density, coverage = _share(both, int(self.inside.sum())), _share(both, int(self.seen.sum()))
        return (*density, *coverage, float(self.inside.mean()))


def _splits(columns: pd.DataFrame, seen: np.ndarray) -> Iterator[_Found]:
    """Boxes that many halves of the points choose."""
    from sklearn.tree import DecisionTreeRegressor

    points, rng = columns.to_numpy(np.float32), np.random.default_rng(0)
    for _ in range(_SPLITS):
        kept = rng.permutation(len(points)) % 2 == 1
        smallest = max(1, round(_SMALLEST_LEAF * (~kept).sum()))
        regressor = DecisionTreeRegressor(max_depth=_DEPTH, min_samples_leaf=smallest, random_state=0)
        tree = regressor.fit(points[~kept], seen[~kept].astype(float)).tree_
        accuracy = tree.n_node_samples * (tree.value[:, 0, 0] - tree.value[0, 0, 0])
        at = int(accuracy.argmax())
        inside = tree.decision_path(points[kept]).toarray()[:, at].astype(bool)
        yield _Found(dict(bounds_of(tree, list(columns)))[at], inside, seen[kept])


def _luck(means: np.ndarray, noise: np.ndarray) -> float:
    """Share of luck in the variance over points of means, each with a variance by luck [points]."""
    of_means = means.var(ddof=1)
    return float(min(noise.mean() / of_means, 1.0)) if of_means > 0 else np.nan


def _share(k: int, n: int) -> tuple[float, float, float]:
    """A share with the ends of its 95% interval (Clopper and Pearson)."""
    if not n:
        return np.nan, np.nan, np.nan
    low, high = map(float, ends_of_share(k, n))
    return k / n, low, high

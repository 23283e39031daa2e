"""Sobol indices of what a model does on average over its luck, from runs that each had some.

Asked is which factors move g(x), the mean over seeds of a response at point x. A run gives g(x) plus luck.
Estimators made for models without luck take it for an effect: as it is drawn anew at every point, every
factor seems to act through interactions, one that does nothing included.

**Runs.** Block j holds the points `A_j, AB_j^1 .. AB_j^k, B_j` of Saltelli's scheme, each run with the same R
seeds, which no other block has. So blocks are independent; luck may be correlated among the points of a
block in the same replicate, and never among different replicates.

**Estimators.** SALib's, with each product of two responses replaced by its mean over pairs of *different*
replicates (`cross`), whose luck is independent. With numerators `T_i V = E[(A - AB_i)^2] / 2` (Jansen 1999),
`V_i = E[(B - c)(AB_i - A)]` (Saltelli et al. 2010) and `V = Var[A, B]`, each estimates without bias what
SALib would compute from g itself at these points, whatever the distribution of the luck. c is the mean of
all responses; that it comes from the same runs biases V_i by a share of V of order 1/N, far within the
interval. Without luck the indices are SALib's.

**Intervals** are Student's t, over Sobol sequences that are scrambled independently: block j is of sequence
j modulo their number (Owen 1998, ACM Transactions on Modeling and Computer Simulation 8(1), 71-102). They see
how evenly a sequence fills space, as resampling its points cannot: that made intervals up to three times too
wide. With 8 sequences of 16 and of 64 points, and luck of 0, 0.3 and 1 times what the factors do, they cover
93 to 98% (Ishigami's function). Where blocks are independent, or of one sequence, intervals are percentiles
of a bootstrap over blocks; from 256 independent blocks they cover 91 to 95%.

Sources: Jansen (1999), Computer Physics Communications 117, 35-43; Saltelli et al. (2010), Computer Physics
Communications 181, 259-270; Hoeffding (1948), Annals of Mathematical Statistics 19, 293-325.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from analysis.dictionary import spanned
from analysis.statistics.intervals import CONFIDENCE, half_width
from analysis.statistics.resampling import check_finite, cross, ends, resampled_means, rounding

#: Fewer blocks say nothing about their own spread.
_FEWEST = 16
_OF_VARIANCE = "share of variance"
#: What each column of `Indices.table` is: its unit and meaning.
COLUMNS = {
    **spanned("first", _OF_VARIANCE, "first-order index of the mean over seeds: what the factor does alone"),
    **spanned("total", _OF_VARIANCE, "total index of the mean over seeds: with all its interactions"),
    "rank_low": ("rank", "best rank by total index that the runs allow; 1 is the most important"),
    "rank_high": ("rank", "worst rank by total index that the runs allow"),
    "first_raw": (_OF_VARIANCE, "first-order index as SALib has it, luck included"),
    "total_raw": (_OF_VARIANCE, "total index as SALib has it, luck included"),
}
#: What one answer's figures in all are.
SUMMARY = {
    "variance": ("the response's, squared", "variance of the mean over seeds over the factors' ranges"),
    "noise": ("the response's, squared", "variance of one run at a given point: luck"),
    "luck": ("share", "of one run's variance that is luck"),
    "blocks": ("base samples", "that were used"),
    "replicates": ("seeds", "at each point"),
    "runs": ("runs", "that were used"),
    "noise_removed": ("", "false with one replicate: luck cannot be told from factors then"),
    "varies": ("", "false if variance may be 0: there are no indices then"),
    "recommended_blocks": ("base samples", "of the cheapest design for intervals of the width asked for"),
    "recommended_replicates": ("seeds", "at each point of that design"),
    "recommended_runs": ("runs", "of that design"),
    "recommended_half_width": (_OF_VARIANCE, "expected of its widest interval of a total index"),
    "recommended_factor": ("", "whose interval that is"),
}


@dataclass(frozen=True)
class Indices:
    """Sobol indices with 95% intervals, and how much of what was seen is luck.

    Attributes:
        table: a line a factor: `factor`; `first` and `total` index (shares of `variance`), with the ends of
            their intervals `first_low`, `first_high`, `total_low`, `total_high`; the best and worst rank by
            total index that the runs allow, `rank_low` and `rank_high` (1 is the most important; a factor
            is above another only if the 95% interval of their difference excludes 0, without correction
            for the number of pairs); `first_raw` and `total_raw`, what SALib says of means over replicates.
        variance: of g over the factors' ranges, in the response's unit squared.
        noise: variance of one run at a given point, mean over points, same unit; NaN with one replicate.
        luck: share of one run's variance that is luck, `noise / (noise + variance)`; NaN with one replicate.
        blocks: N.
        replicates: R.
        runs: N (k + 2) R.
        noise_removed: False with one replicate: luck cannot be told from factors then, and the indices
            are SALib's.
        varies: False if the 95% interval of `variance` reaches 0: indices, shares of it, are NaN then.
    """

    table: pd.DataFrame
    variance: float
    noise: float
    luck: float
    blocks: int
    replicates: int
    runs: int
    noise_removed: bool
    varies: bool


class _Terms(NamedTuple):
    """What each block adds to the numerators `V_i`, `T_i V` [blocks, factors] and to V [blocks]."""

    first: np.ndarray
    total: np.ndarray
    variance: np.ndarray

    def indices(self) -> tuple[np.ndarray, np.ndarray]:
        """First and total index [factors]."""
        return self.first.mean(axis=0) / self.variance.mean(), self.total.mean(axis=0) / self.variance.mean()


#: Low and high end [2, ...] of the interval of what some estimates [n, ...] are of.
type _Span = Callable[[np.ndarray], np.ndarray]


def sobol_indices(
    values: np.ndarray, names: Sequence[str], resamples: int = 1000, seed: int = 0, scrambles: int = 0
) -> Indices:
    """First and total Sobol indices of the mean over seeds.

    Args:
        values: responses [blocks, k + 2, replicates], the points of a block in SALib's order (A, AB, B).
        names: of the factors [k].
        resamples: of blocks, for the intervals.
        seed: of the resampling.
        scrambles: independent sequences that the blocks are of, in turn; 0: blocks are resampled.

    Raises:
        ValueError: shape and names do not fit, there are fewer than 2 blocks, or a response is not finite.
    """
    values = _checked(values, names)
    blocks, _, replicates = values.shape
    terms, raw = _terms(values), _terms(values.mean(axis=-1, keepdims=True))
    if scrambles:
        (first, total, variance), span = _scrambled_indices(terms, scrambles), _t_interval
    else:
        (first, total, variance), span = _resampled_indices(terms, resamples, seed), ends
    varies = bool(span(variance)[0] > rounding(values))
    noise = float(values.var(axis=-1, ddof=1).mean()) if replicates > 1 else np.nan
    between = float(terms.variance.mean())
    table = _table(names, terms, raw, first, total, span) if varies else _undefined(names)
    return Indices(
        table=table,
        variance=between,
        noise=noise,
        luck=noise / (noise + max(between, 0.0)) if noise > 0 else noise,
        blocks=blocks,
        replicates=replicates,
        runs=values.size,
        noise_removed=replicates > 1,
        varies=varies,
    )


def convergence(
    values: np.ndarray, names: Sequence[str], resamples: int = 1000, seed: int = 0, scrambles: int = 0
) -> pd.DataFrame:
    """Indices from the first blocks only: N and the three powers of two below, where at least 16.

    Returns:
        The lines of `Indices.table` for each number of `blocks`, fewest first.
    """
    values = _checked(values, names)
    parts = [
        sobol_indices(values[:n], names, resamples, seed, scrambles).table.assign(blocks=n)
        for n in _prefixes(len(values))
    ]
    table = pd.concat(parts, ignore_index=True)
    return table.reindex(columns=["blocks", *table.columns.drop("blocks")])


@dataclass(frozen=True)
class Recommended:
    """The cheapest design for a wanted width of the intervals of the total indices.

    Attributes:
        blocks: N, a power of two.
        replicates: R.
        runs: N (k + 2) R.
        half_width: expected of the widest interval.
        factor: whose interval that is.
    """

    blocks: int
    replicates: int
    runs: int
    half_width: float
    factor: str


def recommended(
    values: np.ndarray,
    names: Sequence[str],
    half_width: float = 0.05,
    candidates: Iterable[int] = range(2, 51),
) -> Recommended | None:
    """How many blocks and replicates give total indices to within `half_width` with the fewest runs.

    The half-width expected of N blocks is `z sqrt(Var / N)`, with Var as in `variance_parts`.

    Args:
        values: responses of the runs so far [blocks, factors + 2, replicates].
        names: of the factors [k].
        half_width: wanted of the 95% intervals of all total indices.
        candidates: numbers of replicates to choose from, each 2 or more.

    Returns:
        None where it cannot be told: from fewer than 4 replicates, or from a mean that may not vary at all.
    """
    values = _checked(values, names)
    if values.shape[-1] < 4 or not sobol_indices(values, names).varies:
        return None
    parts = variance_parts(values)
    designs = [_smallest(parts, replicates, half_width) for replicates in candidates]
    blocks, replicates, widest = min(designs, key=lambda design: design[0] * design[1])
    width = float(_half_widths(parts, replicates).max() / np.sqrt(blocks))
    return Recommended(blocks, replicates, blocks * values.shape[1] * replicates, width, str(names[widest]))


def variance_parts(values: np.ndarray) -> np.ndarray:
    """How the variance of a total index depends on R: N times it is `a + b / R + c / (R (R - 1))`.

    With u and q a block's terms of `T V` and of V, the variance of `T = mean u / mean q` is, to first order,
    that of `(u - T q) / V` over N. Let h(r, s) be what replicates r and s would make of u - T q: then
    u - T q is the mean of h over pairs r != s, a U-statistic (Hoeffding 1948). At a given block
    `h = theta + h1(r) + h1(s) + h2(r, s)`, centred and uncorrelated, so that mean has the variance
    `4 Var[h1] / R + 2 Var[h2] / (R (R - 1))`. So, with means over blocks, a = Var[theta], b = 4 E[Var[h1]],
    c = 2 E[Var[h2]]. (For u alone, with delta the true difference A - AB_i and s^2 the variance of
    its luck, this is a = Var[delta^2] / 4, b = E[delta^2 s^2], c = E[s^4] / 2.)

    Args:
        values: responses [blocks, k + 2, replicates], 4 replicates or more.

    Returns:
        a, b and c of each factor [3, k], estimated without bias, then cut off at 0.
    """
    variance = _terms(values).variance.mean()
    _, total = _terms(values).indices()
    centred = _ends_centred(values)
    level = _pairs(centred).sum(axis=1) / 2
    parts = [
        _parts_of(_pairs(values[:, 0] - values[:, 1 + i]) / 2 - total[i] * level)
        for i in range(values.shape[1] - 2)
    ]
    return np.array(parts).T / variance**2


def _checked(values: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """The responses as floats, if they are what the names need."""
    if values.ndim != 3 or values.shape[1] != len(names) + 2:
        raise ValueError(
            f"{len(names)} factors need responses [blocks, {len(names) + 2}, replicates], "
            f"not {list(values.shape)}"
        )
    if len(values) < 2 or not values.shape[-1]:
        raise ValueError(f"indices need 2 blocks and a replicate or more, not {list(values.shape)}")
    check_finite(values, "block")
    return values.astype(float)


def _terms(values: np.ndarray) -> _Terms:
    difference = values[:, 1:-1] - values[:, :1]
    b = values[:, -1:] - values.mean(axis=(0, 1))
    centred = _ends_centred(values)
    return _Terms(
        first=cross(np.broadcast_to(b, difference.shape), difference),
        total=cross(difference, difference) / 2,
        variance=cross(centred, centred).mean(axis=1),
    )


def _ends_centred(values: np.ndarray) -> np.ndarray:
    """A and B less the mean of both [blocks, 2, replicates]; a mean a replicate, so that luck stays apart."""
    a_and_b = values[:, [0, -1]]
    return a_and_b - a_and_b.mean(axis=(0, 1))


def _resampled_indices(terms: _Terms, resamples: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """First and total indices [resamples, factors], and all resampled variances [resamples].

    A resample whose variance is not positive has no indices; where indices are given at all, fewer than 1 in
    40 are so.
    """
    together = np.column_stack([terms.first, terms.total, terms.variance])
    means = resampled_means(together, resamples, seed)
    variance = means[:, -1]
    shares = means[variance > 0, :-1] / variance[variance > 0, None]
    first, total = np.split(shares, 2, axis=1)
    return first, total, variance


def _scrambled_indices(terms: _Terms, scrambles: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """First and total indices [scrambles, factors], and variances [scrambles].

    Indices are ratios of means over all sequences; to first order, each sequence adds to them what is here,
    and the mean of that is the estimate itself.
    """
    first, total, variance = (
        each.reshape(-1, scrambles, *each.shape[1:]).mean(axis=0)
        for each in (terms.first, terms.total, terms.variance)
    )
    with np.errstate(invalid="ignore", divide="ignore"):  # nothing varies: there are no indices
        shares = [
            index + (numerator - index * variance[:, None]) / variance.mean()
            for index, numerator in zip(terms.indices(), (first, total), strict=True)
        ]
    return shares[0], shares[1], variance


def _t_interval(estimates: np.ndarray) -> np.ndarray:
    n = len(estimates)
    half = half_width(estimates.std(axis=0, ddof=1) / np.sqrt(n), n)
    return np.array([estimates.mean(axis=0) - half, estimates.mean(axis=0) + half])


def _table(
    names: Sequence[str], terms: _Terms, raw: _Terms, first: np.ndarray, total: np.ndarray, span: _Span
) -> pd.DataFrame:
    columns: dict[str, object] = {"factor": list(names)}
    for order, point, sample in zip(("first", "total"), terms.indices(), (first, total), strict=True):
        columns[order] = point
        columns[f"{order}_low"], columns[f"{order}_high"] = span(sample)
    columns["rank_low"], columns["rank_high"] = _ranks(total, span)
    columns["first_raw"], columns["total_raw"] = raw.indices()
    return pd.DataFrame(columns)


def _undefined(names: Sequence[str]) -> pd.DataFrame:
    """The table where no index is defined: any factor may have any rank."""
    shares = ["first", "first_low", "first_high", "total", "total_low", "total_high"]
    return pd.DataFrame(
        {
            "factor": list(names),
            **dict.fromkeys(shares, np.nan),
            "rank_low": 1,
            "rank_high": len(names),
            "first_raw": np.nan,
            "total_raw": np.nan,
        }
    )


def _ranks(total: np.ndarray, span: _Span) -> tuple[np.ndarray, np.ndarray]:
    """Best and worst rank [factors] from totals of the same resamples, or sequences [resamples, factors]."""
    differences = [span(total - total[:, [i]]) for i in range(total.shape[1])]
    above = np.array([(low > 0).sum() for low, _ in differences])
    below = np.array([(high < 0).sum() for _, high in differences])
    return 1 + above, total.shape[1] - below


def _prefixes(blocks: int) -> list[int]:
    top = int(np.ceil(np.log2(blocks)))
    return [n for n in (2 ** (top - back) for back in (3, 2, 1)) if _FEWEST <= n < blocks] + [blocks]


def _half_widths(parts: np.ndarray, replicates: int) -> np.ndarray:
    """Half-widths [factors] that a single block would have; those of N are smaller by sqrt(N)."""
    a, b, c = parts
    variance = a + b / replicates + c / (replicates * (replicates - 1))
    return stats.norm.ppf((1 + CONFIDENCE) / 2) * np.sqrt(variance)


def _smallest(parts: np.ndarray, replicates: int, half_width: float) -> tuple[int, int, int]:
    """Blocks needed (a power of two), replicates, and the factor that needs them."""
    widths = _half_widths(parts, replicates)
    blocks = max(float(widths.max() / half_width) ** 2, _FEWEST)
    return 2 ** int(np.ceil(np.log2(blocks))), replicates, int(widths.argmax())


def _pairs(values: np.ndarray) -> np.ndarray:
    """Products of all pairs of replicates [..., R] -> [..., R, R]."""
    return values[..., :, None] * values[..., None, :]


def _parts_of(pairs: np.ndarray) -> tuple[float, float, float]:
    """a, b and c of `variance_parts` from h(r, s) [blocks, R, R].

    A product of two h that share no replicate has the mean theta^2; if they share one, theta^2 + Var[h1]; if
    both, theta^2 + 2 Var[h1] + Var[h2]. The sum over all products less those that share gives the rest.
    """
    replicates = pairs.shape[-1]
    pairs = pairs * (1 - np.eye(replicates))
    square = (pairs**2).sum(axis=(1, 2))
    sharing_one = (pairs.sum(axis=2) ** 2).sum(axis=1) - square
    apart = pairs.sum(axis=(1, 2)) ** 2 - 4 * sharing_one - 2 * square
    orders = np.cumprod(replicates - np.arange(4))[1:]
    p_self, p_one, p_none = (
        (total / order).mean() for total, order in zip((square, sharing_one, apart), orders, strict=True)
    )
    b, c = max(4 * (p_one - p_none), 0.0), max(2 * (p_self - 2 * p_one + p_none), 0.0)
    seen = float((pairs.sum(axis=(1, 2)) / orders[0]).var(ddof=1))
    return max(seen - b / replicates - c / orders[0], 0.0), b, c

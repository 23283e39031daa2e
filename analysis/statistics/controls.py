"""Control variates: luck that is known to be nil on average, taken out of differences.

A run records, for several kinds of event, the sum of (event - probability): how far its luck went beyond what
was to be expected. Whatever the rules, the mean of such a sum is 0, so what a regression on it explains of a
difference is luck and no effect (Lavenberg and Welch 1981, Management Science 27(3), 322-335; martingales as
controls: Henderson and Glynn 2002, Mathematics of Operations Research 27(2), 253-271). Which sums an
indicator is freed of is declared with the model, and never chosen by the data.

Measured on 1,000 seeds of the default world, the variance of the paired difference of strategic partnerships
is 0.20 of what it was for more money, 0.52 for matchmaking, 0.56 for joint posts, 0.58 for brokers, 0.65 for
matchmaking on request and 0.89 for structures; that of needs met 0.82 to 0.96. No further sums are of use:
nineteen more (who accepts, by trust, size and distance; who searches, gives up or loses an officer; the same
events by other shares of the time left) took off 0.01 to 0.07. Of what is left, 12% (brokers) to 70%
(requests) stands before the policy begins, as 100 warm-ups show that go on with eight lots of luck each; the
rest is what chance meetings lead on to.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from analysis.tables import SAMPLE_POINT

#: Fewer degrees of freedom than these left by the regression would cost more than it gains.
_FEWEST_LEFT = 25
#: Fewer differences between seeds than these for each kind of luck are fitted too well by it.
_FEWEST_EACH = 5
#: So many seeds are one, as of those that had some kind of luck: others say nothing of its slope.
_ONE = 1.1
#: Luck that varies by less, in sums of events, is rounding.
_ROUNDING = 1e-9

#: Columns that tell runs apart.
_NO_NUMBERS = ["policy", "population", "seed", SAMPLE_POINT, "row"]

#: Names of the sums that each indicator is freed of.
type Controls = Mapping[str, Sequence[str]]
NONE: Controls = MappingProxyType({})


@dataclass(frozen=True)
class Runs:
    """What the runs of one policy gave, as plain numbers: thousands of differences are taken of them.

    Attributes:
        seeds: of the lines.
        columns: where in `values` each column of numbers is.
        values: a line a seed [seeds, columns]; NaN where a run is missing, or has no such number.
    """

    seeds: Sequence[int]
    columns: Mapping[str, int]
    values: np.ndarray

    def of(self, *names: str) -> np.ndarray:
        """Some columns of numbers [seeds, names]."""
        return self.values[:, [self.columns[name] for name in names]]


def by_policy(rows: pd.DataFrame, seeds: Sequence[int] = ()) -> dict[str, Runs]:
    """The runs of each policy, a line a seed: the seeds that are named, or all that any policy has."""
    index = list(seeds) or sorted(rows["seed"].unique())
    numbers = rows[rows.columns.difference(_NO_NUMBERS, sort=False)].astype(float).set_index(rows["seed"])
    columns = {name: number for number, name in enumerate(numbers.columns)}
    return {
        str(policy): Runs(index, columns, numbers.iloc[lines].reindex(index).to_numpy())
        for policy, lines in rows.groupby("policy", sort=False).indices.items()
    }


def seed_by_seed(
    runs: Runs, base: Runs, indicator: str, controls: Controls = NONE
) -> tuple[np.ndarray, np.ndarray]:
    """How the runs of two policies differ, seed by seed: in an indicator, and in the luck that moves it.

    Returns:
        Differences [seeds], and of the sums that the indicator is freed of [seeds, controls].
    """
    names = (indicator, *controls.get(indicator, ()))
    apart = runs.of(*names) - base.of(*names)
    return apart[:, 0], apart[:, 1:]


def freed_rows(rows: pd.DataFrame, against: str, controls: Controls) -> pd.DataFrame:
    """Rows whose differences from one policy, seed by seed, are freed of luck; its own are as they were.

    Args:
        rows: a line a run, all at one point.
        against: the policy.
        controls: columns of luck that indicators are freed of, by indicator.

    Returns:
        A line a policy and seed, and their columns of numbers.
    """
    runs = by_policy(rows)
    base = runs[against]
    parts = []
    for policy, its in runs.items():
        moved = {
            name: base.of(name)[:, 0] + freed(*seed_by_seed(its, base, name, controls))
            for name in controls
            if name in its.columns
        }
        table = pd.DataFrame(its.values, columns=list(its.columns))
        parts.append(table.assign(**moved, policy=policy, seed=its.seeds))
    return pd.concat(parts, ignore_index=True)


def freed(values: np.ndarray, luck: np.ndarray) -> np.ndarray:
    """Values of as many seeds, freed of the luck that explains them.

    Their mean is that of values from each of which its luck is taken, times slopes that were fitted to all
    other seeds. Slopes and luck of one seed have nothing to do with each other, and luck is nil on average:
    the mean has no bias however few seeds there are (Avramidis and Wilson 1993, Operations Research 41(5),
    859-875). They lie about it as the jackknife's pseudo-values of a regression's intercept do, so that the
    plain t interval of their mean allows for fitted slopes and for luck that varies more in some seeds than
    in others (MacKinnon and White 1985, Journal of Econometrics 29(3), 305-325): they can stand wherever the
    values could. Luck that a single seed had is left in.

    That interval covered the truth in 0.936 to 0.969 of 4,000 cases each of 30 to 600 seeds, with 4 controls
    that explain none, half or nine tenths of normal or exponential luck. Of 3,000 real seeds, 30 drawn anew
    at a time, in 0.90 to 0.96 of 1,500 cases (as plain intervals, 0.91 to 0.96), 60 or 100 at a time in 0.93
    to 0.97 (strategic partnerships, agreements, needs met, coverage; joint posts, brokers, structures, more
    money); bias was below 0.07 standard errors in each. Slopes fitted to all seeds put effects on strategic
    partnerships too low, by 0.5 standard errors with 30 seeds and 0.25 with 100. With luck that is an event
    or nothing, in one seed of ten, it is too low with few seeds: where that explains nine tenths, 0.77 with
    30, 0.92 with 60, 0.95 with 100.

    Args:
        values: differences, a value a seed; NaN where undefined.
        luck: the same differences of sums whose mean is 0 [seeds, controls].

    Returns:
        As many values; those that came in where too few seeds are known, or luck does not vary.
    """
    known = np.isfinite(values) & np.isfinite(luck).all(axis=1)
    y, x = values[known], luck[known]
    n, x = len(y), x[:, _had_by(x) > _ONE] if len(x) else x
    if not x.shape[1] or n - 1 - x.shape[1] < _FEWEST_LEFT:
        return values
    mean = x.mean(axis=0)
    u, scale, turned = np.linalg.svd(x - mean, full_matrices=False)
    within = scale > _ROUNDING * scale[0]
    u, along = u[:, within], turned[within] / scale[within, None]
    slopes = along.T @ (u.T @ y)
    pull = 1.0 / n + (u**2).sum(axis=1)  # of each seed on the value that is fitted to it
    off = (y - y.mean() - (x - mean) @ slopes) / np.maximum(1.0 - pull, _ROUNDING)  # from all others' line
    centre = (y - x @ slopes + (x @ along.T * u).sum(axis=1) * off).mean()
    apart = (1.0 - n * u @ (along @ mean)) * off
    result = np.full(len(values), np.nan)
    result[known] = centre + apart - apart.mean()
    return result


def _had_by(luck: np.ndarray) -> np.ndarray:
    """How many seeds had as good as all of each kind of luck [controls]; 0 where it does not vary."""
    apart = luck - luck.mean(axis=0)
    squares = np.where(np.ptp(luck, axis=0) > _ROUNDING, apart, 0.0) ** 2
    with np.errstate(invalid="ignore"):
        return np.nan_to_num(squares.sum(axis=0) ** 2 / (squares**2).sum(axis=0))


def freed_together(values: np.ndarray, luck: np.ndarray) -> np.ndarray:
    """Values at many points with few seeds each, freed of luck by slopes that are common to all.

    The slopes are those of differences: between seeds at a point, and there between policies.

    Args:
        values: [points, seeds, policies].
        luck: of the same runs [points, seeds, policies, controls].

    Returns:
        As many values; those that came in where luck does not vary, as with a single seed, or where there are
        too few: slopes that fit them perfectly would take out all that differs between seeds, luck or not.
    """
    y, x = _apart(values).ravel(), _apart(luck).reshape(values.size, -1)
    known = np.isfinite(y) & np.isfinite(x).all(axis=1)
    y, x = y[known], x[known]
    n, among = values.shape[1], max(values.shape[2] - 1, 1)
    apart = len(y) / values.size * len(values) * (n - 1) * among  # that are no sums of others
    if apart < _FEWEST_EACH * x.shape[1] or not (np.abs(x) > _ROUNDING).any():
        return values
    return values - luck @ np.linalg.lstsq(x, y, rcond=None)[0]


def _apart(values: np.ndarray) -> np.ndarray:
    """How far values are from the mean of their point's seeds, and in that from the mean of all policies."""
    values = values - values.mean(axis=1, keepdims=True)
    return values - values.mean(axis=2, keepdims=True) if values.shape[2] > 1 else values

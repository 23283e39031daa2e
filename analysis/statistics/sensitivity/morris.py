"""Morris screening: which of many factors may matter at all, told from luck.

A trajectory is a walk of k + 1 points. Each step moves one factor, or one group of factors, by the same share
delta of the range; the difference of the responses over delta is its elementary effect (Morris 1991).
SALib's measures mu, mu* (Campolongo et al. 2007) and sigma are for models without luck: on runs that had
some, a factor that does nothing has mu* and sigma above 0. So luck is taken out of them. The mean square of
elementary effects is made of products of different replicates, sigma's square loses the variance that luck
has in a mean over replicates, and mu* takes the sign of an effect from other replicates than its size (so
luck can make it too small, and not too large). Without an effect the mean of each is 0, before what falls
below 0 is put there.

What matters is tested twice. *By sign*: if a factor does nothing, its effects in all replicates of all
trajectories are independent, symmetric luck with mean 0, so a t test of their mean takes them for one sample
(it errs on the safe side where luck varies more in some than in others; Efron 1969). *By size*, which also
sees effects that cancel out: how often their mean square would be as large if the sign of each had been a
coin's; whatever the distribution of luck, that is exact (Fisher 1935). Of both p values the lower one counts,
doubled; groups have the second only. Of the factors that are told to matter 5% or fewer do not, on average
(Benjamini and Hochberg 1995).

Measured with 40 factors of which 8 act, in 1,000 studies a case, told to matter (and, for comparison, with a
mean square whose 95% interval excludes 0, as was asked before):

- an effect as large as luck, 20 trajectories of 4 seeds: 90% of them (47%);
- an effect of 0.55 times luck, 60 trajectories of 4 seeds: 88% (21%);
- an effect of twice luck, 10 trajectories of 2 seeds: 82% (58%);
- pairs of factors that act through each other only, 1.5 times luck, 20 trajectories of 4 seeds: 77% (93%).

Of those told to matter 3.2% to 4.0% do not (3.0% where luck is exponential and varies between trajectories).
Where nothing matters at all, something is told to in 4.0% of studies of normal luck and 4 seeds, and in 3.4%
of such uneven luck and 2 seeds.

Of the model's 169 factors, on 10 trajectories of 4 seeds, 33 are told to matter to strategic partnerships.
With differences between seeds of the same points in place of effects, p is below 0.01 for 0.8% of factors,
and none is told in 90 studies.

The points of a trajectory share their R seeds, and no other trajectory has these.

Sources: Morris (1991), Technometrics 33, 161-174; Campolongo, Cariboni and Saltelli (2007), Environmental
Modelling & Software 22, 1509-1518; Fisher (1935), The design of experiments, section 21; Efron (1969),
Journal of the American Statistical Association 64, 1278-1302.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.dictionary import spanned
from analysis.statistics.resampling import check_finite, cross, ends, resampled_means, rounding

#: What each column of `Screening.table` is: its unit and meaning.
COLUMNS = {
    "mu": (
        "the response's",
        "mean elementary effect, per whole range, luck included (SALib); missing where effects have no sign: "
        "of groups, and of words, which are in no order",
    ),
    "mu_star": ("the response's", "mean size of elementary effects, luck removed"),
    "sigma": ("the response's", "standard deviation of elementary effects, luck removed; missing as mu is"),
    "mu_star_raw": ("the response's", "mean size of elementary effects, luck included (SALib)"),
    "sigma_raw": ("the response's", "standard deviation of elementary effects, luck included (SALib)"),
    **spanned(
        "effect",
        "the response's",
        "root mean square of elementary effects, luck removed; no interval where it has no room",
    ),
    "noise": ("the response's", "mu_star_raw that luck alone would give a factor without effect"),
    "p": ("probability", "of effects so clear by luck alone; missing with one replicate"),
    "matters": ("", "whether it is told to matter: 5% of those that are may not; missing with one replicate"),
}
#: What one answer's figures in all are.
SUMMARY = {
    "trajectories": ("trajectories", "that were used"),
    "replicates": ("seeds", "at each point"),
    "runs": ("runs", "that were used"),
    "noise_removed": ("", "false with one replicate: luck cannot be told from effects then"),
}
#: Share of the factors told to matter that may not.
_FALSE_DISCOVERIES = 0.05
#: Flips of signs: so many that the least p value there can be is told to matter, whatever else does not.
_FEWEST_FLIPS, _FLIPS_A_FACTOR, _CHUNK = 2000, 50, 250
#: A share of a sum of squares that is rounding.
_ROUNDING = 1e-9
#: Positions equal to so many digits are the same: they may have been computed back from parameters.
_DIGITS = 6


@dataclass(frozen=True)
class Screening:
    """Which factors matter, by Morris' method. Effects are in the response's unit per whole range.

    Attributes:
        table: a line a factor or group: `factor`; `mu`, `mu_star` and `sigma` (mu and sigma NaN where effects
            have no sign: of a group of several, which move in directions of their own, and of words, whose
            order says nothing); SALib's `mu_star_raw` and `sigma_raw` of the means over replicates; `effect`,
            the root mean square of elementary effects without luck, with the ends of its 95% interval
            `effect_low` and `effect_high` (NaN where so few trajectories leave no room above 0, in spite of
            luck); `noise`, the mu* that luck of the size seen gives a factor without effect; `p` and
            `matters`, with false discoveries controlled over the factors. One that does not matter may still
            have an effect of up to `effect_high`.
        trajectories: T.
        replicates: R.
        runs: T (k + 1) R.
        noise_removed: False with one replicate: luck cannot be told from effects then, `noise` is NaN and
            `p` and `matters` missing.
    """

    table: pd.DataFrame
    trajectories: int
    replicates: int
    runs: int
    noise_removed: bool


def screen(
    values: np.ndarray,
    unit: np.ndarray,
    names: Sequence[str],
    groups: Sequence[str] | None = None,
    num_levels: int = 4,
    words: Sequence[str] = (),
    resamples: int = 1000,
    seed: int = 0,
) -> Screening:
    """Screen factors, or groups of factors, by their elementary effects.

    Args:
        values: responses [trajectories, k + 1, replicates], k the number of factors, or of groups if given.
        unit: the points' positions in the factors' ranges, 0 to 1 [trajectories, k + 1, factors].
        names: of the factors.
        groups: each factor's group.
        num_levels: of the grid from which the points were drawn.
        words: factors whose values are in no order, so that their effects have no sign.
        resamples: of trajectories, for the intervals.
        seed: of the resampling.

    Raises:
        ValueError: shapes and names do not fit, there are fewer than 2 trajectories, a response is not
            finite, or steps are not those of such trajectories.
    """
    kinds = list(dict.fromkeys(groups or names))
    members = np.array([[kind == own for own in groups or names] for kind in kinds])
    _check(values, unit, members)
    unit = np.round(unit, _DIGITS)
    steps = _steps(unit, members, num_levels)
    effects = _elementary_effects(values, steps, _delta(num_levels)) * _directions(unit, steps, members)
    columns = {
        "factor": kinds,
        **_salib(values, unit, names, groups, num_levels),
        **_without_luck(effects, members.sum(axis=1) == 1, rounding(values), resamples, seed),
    }
    table = pd.DataFrame(columns)
    table.loc[table["factor"].isin(words), ["mu", "sigma", "sigma_raw"]] = np.nan
    trajectories, _, replicates = values.shape
    return Screening(table, trajectories, replicates, values.size, replicates > 1)


def _check(values: np.ndarray, unit: np.ndarray, members: np.ndarray) -> None:
    kinds, factors = members.shape
    if values.ndim != 3 or unit.shape != (*values.shape[:2], factors) or values.shape[1] != kinds + 1:
        raise ValueError(
            f"{kinds} factors or groups need responses [trajectories, {kinds + 1}, replicates] and positions "
            f"[trajectories, {kinds + 1}, {factors}], not {list(values.shape)} and {list(unit.shape)}"
        )
    if len(values) < 2 or not values.shape[-1]:
        raise ValueError(f"screening needs 2 trajectories and a replicate or more, not {list(values.shape)}")
    check_finite(values, "trajectory")


def _delta(num_levels: int) -> float:
    """The length of a step, as a share of the range (Morris 1991)."""
    return num_levels / (2 * (num_levels - 1))


def _steps(unit: np.ndarray, members: np.ndarray, num_levels: int) -> np.ndarray:
    """The step at which each factor or group moves [trajectories, k], from positions."""
    length, delta = np.abs(np.diff(unit, axis=1)), _delta(num_levels)
    moved = length > 0
    wrong = moved & ~np.isclose(length, delta, atol=10.0**-_DIGITS)
    if wrong.any():
        raise ValueError(
            f"a step is {length[wrong][0]:g} of the range; {num_levels} levels make it {delta:g}"
        )
    own = (moved[:, :, None, :] == members).all(axis=-1)
    if (own.sum(axis=1) != 1).any():
        where = int(np.argmax((own.sum(axis=1) != 1).any(axis=1)))
        raise ValueError(f"trajectory {where} does not move each factor, or group as a whole, once and alone")
    return own.argmax(axis=1)


def _elementary_effects(values: np.ndarray, steps: np.ndarray, delta: float) -> np.ndarray:
    """How the response changed by each step, over its length [trajectories, k, replicates]."""
    return np.take_along_axis(np.diff(values, axis=1), steps[:, :, None], axis=1) / delta


def _directions(unit: np.ndarray, steps: np.ndarray, members: np.ndarray) -> np.ndarray:
    """Whether each step went up or down [trajectories, k, 1]; a group's, whether its first factor did."""
    moves = np.take_along_axis(np.diff(unit, axis=1), steps[:, :, None], axis=1)
    return np.sign(moves[:, np.arange(len(members)), members.argmax(axis=1)])[..., None]


def _salib(
    values: np.ndarray,
    unit: np.ndarray,
    names: Sequence[str],
    groups: Sequence[str] | None,
    num_levels: int,
) -> dict[str, np.ndarray]:
    """Morris' measures of the means over replicates, by SALib."""
    from SALib.analyze import morris

    problem = {"num_vars": len(names), "names": list(names), "bounds": [[0, 1]] * len(names)}
    if groups:
        problem["groups"] = list(groups)
    # SALib's own interval, of mu* with its luck, is not used: as few resamples as it takes.
    found = morris.analyze(
        problem,
        unit.reshape(-1, unit.shape[-1]).astype(float),
        values.mean(axis=-1).ravel().astype(float),
        num_resamples=2,
        num_levels=num_levels,
        seed=1,
    )
    mu, mu_star, sigma = (np.ma.filled(found[key], np.nan) for key in ("mu", "mu_star", "sigma"))
    # SALib averages mu over a group's factors, which move up and down as it happens: a mean of nothing.
    return {"mu": np.where(np.isnan(sigma), np.nan, mu), "mu_star_raw": mu_star, "sigma_raw": sigma}


def _without_luck(
    effects: np.ndarray, is_single: np.ndarray, negligible: float, resamples: int, seed: int
) -> dict[str, object]:
    """The columns without luck: `mu_star` and `sigma`, `effect` to `matters`."""
    from scipy import stats

    squares = cross(effects, effects)
    low, high = ends(resampled_means(squares, resamples, seed))
    noise_removed = effects.shape[-1] > 1
    noise = _noise(effects) if noise_removed else np.full(len(is_single), np.nan)
    has_room = (high > 0) | ~(noise**2 > negligible)
    p = _chance(effects, is_single, negligible, seed) if noise_removed else np.full(len(is_single), np.nan)
    matters = stats.false_discovery_control(p) <= _FALSE_DISCOVERIES if noise_removed else [pd.NA] * len(p)
    return {
        "mu_star": np.maximum(_sizes(effects).mean(axis=0), 0.0),
        "sigma": np.where(is_single, _sigma(effects), np.nan),
        "effect": _root(squares.mean(axis=0)),
        "effect_low": np.where(has_room, _root(low), np.nan),
        "effect_high": np.where(has_room, _root(high), np.nan),
        "noise": noise,
        "p": p,
        "matters": pd.array(matters, dtype="boolean"),
    }


def _chance(effects: np.ndarray, is_single: np.ndarray, negligible: float, seed: int) -> np.ndarray:
    """How likely effects so clear are by luck alone [k], of effects [trajectories, k, replicates]."""
    of_size = _flipped(effects, seed)
    p = np.where(is_single, np.minimum(2 * np.fmin(_signed(effects), of_size), 1.0), of_size)
    return np.where((effects**2).mean(axis=(0, 2)) > negligible, p, 1.0)


def _signed(effects: np.ndarray) -> np.ndarray:
    """P values of t tests that mean effects are 0 [k]: all replicates of all trajectories are one sample."""
    from scipy import stats

    n = effects.shape[0] * effects.shape[2]
    with np.errstate(invalid="ignore", divide="ignore"):
        t = effects.mean(axis=(0, 2)) / effects.std(axis=(0, 2), ddof=1) * np.sqrt(n)
    return 2 * stats.t.sf(np.abs(t), n - 1)


def _flipped(effects: np.ndarray, seed: int) -> np.ndarray:
    """P values of mean squares [k]: how often they are as large where each replicate's sign is a coin's.

    Of the mean square over pairs of different replicates, only squares of sums change with signs.
    """
    by_trajectory, k = effects.swapaxes(1, 2), effects.shape[1]
    least = (1 - _ROUNDING) * (effects.sum(axis=-1) ** 2).sum(axis=0)
    rng, n = np.random.default_rng(seed), max(_FEWEST_FLIPS, _FLIPS_A_FACTOR * k)
    as_large = np.ones(k)
    for done in range(0, n, _CHUNK):
        flips = rng.choice([-1.0, 1.0], (len(effects), min(_CHUNK, n - done), effects.shape[-1]))
        as_large += (((flips @ by_trajectory) ** 2).sum(axis=0) >= least).sum(axis=0)
    return as_large / (n + 1)


def _sizes(effects: np.ndarray) -> np.ndarray:
    """|effect| of each trajectory [trajectories, k]: each replicate's, with the sign of all others."""
    n = effects.shape[-1]
    others = effects.sum(axis=-1, keepdims=True) - effects if n > 1 else effects
    return (np.sign(others) * effects).mean(axis=-1)


def _sigma(effects: np.ndarray) -> np.ndarray:
    """Standard deviation of effects [k], without what luck adds to means over replicates."""
    n = effects.shape[-1]
    luck = effects.var(axis=-1, ddof=1).mean(axis=0) / n if n > 1 else 0.0
    return _root(effects.mean(axis=-1).var(axis=0, ddof=1) - luck)


def _root(square: np.ndarray) -> np.ndarray:
    """An unbiased mean square can fall below 0; its root is then 0."""
    return np.sqrt(np.maximum(square, 0.0))


def _noise(effects: np.ndarray) -> np.ndarray:
    """The mean of |e|, e normal with the variance of luck in a mean over replicates."""
    variance = effects.var(axis=-1, ddof=1).mean(axis=0) / effects.shape[-1]
    return np.sqrt(2 / np.pi * variance)

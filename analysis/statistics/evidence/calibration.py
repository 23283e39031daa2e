"""Calibration: which points of parameter space are ruled out, which fit best, and what that tells.

History matching rules points out by their implausibility (Vernon, Goldstein and Bower 2010), by an emulator
where nothing has been run yet; approximate Bayesian computation keeps those that come nearest. Points lie in
the unit cube, where the prior is uniform.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.statistics.evidence import fits

#: Of one target no more is counted than this, so that one that cannot be met does not decide all.
_MOST = 10.0
#: Ridges tried, and the least ensemble that an emulator is fitted to.
_RIDGES, _FEWEST = np.geomspace(1e-3, 1e3, 13), 20
_TENTHS = 10

_POINT = {"point": ("", "number of the point, from 0")}
#: What each column of the points tried is: its unit and meaning; factors are columns too.
POINTS = {
    **_POINT,
    "wave": ("", "of history matching, from 1; the last is of the points drawn for the posterior"),
    "implausibility": ("standard deviations", "that decides whether the point is ruled out"),
    "kept": ("", "whether the point is not ruled out"),
    "distance": ("standard deviations", "root mean square implausibility, each pattern counting as much"),
    "shortlisted": ("", "whether it was near enough to be run anew, on more seeds: by these it is told"),
    "accepted": ("", "whether it is one of the nearest"),
}
SCORES = {
    **_POINT,
    "pattern": fits.TARGETS["pattern"],
    "target": fits.TARGETS["target"],
    "mean": ("the target's", "over seeds"),
    "variance": (
        "the target's, squared",
        "of the mean by luck, on average over points that were run as often",
    ),
}
WAVES = {
    "wave": POINTS["wave"],
    "points": ("points", "run"),
    "kept": ("share of points", "not ruled out"),
    "decided": ("", "the target that is most implausible at most points"),
    "best": ("standard deviations", "least distance"),
}
_FACTOR = {"factor": ("", "the parameter")}
IDENTIFIED = {
    **_FACTOR,
    "median": ("the factor's", "of the accepted points"),
    "low": ("the factor's", "low end of the middle 95% of accepted points"),
    "high": ("the factor's", "high end of the same"),
    "width": (
        "share of the prior's",
        "how wide these are, where the prior is uniform; 1: nothing is learned",
    ),
}
PROFILES = {
    **_FACTOR,
    "tenth": ("", "of the factor's prior, from 0"),
    "distance": ("standard deviations", "least there"),
    "accepted": ("share of accepted points", "that lie there; 0.1 by the prior"),
}
CONFLICTS = {
    "pattern": fits.TARGETS["pattern"],
    "other": ("", "another pattern"),
    "met": ("share of points", "that meet the pattern"),
    "other_met": ("share of points", "that meet the other"),
    "both_met": ("share of points", "that meet both"),
    "conflict": ("", "whether each is met somewhere, and never both"),
}
LEFT_OUT = {
    "pattern": ("", "the pattern that is left out"),
    "met_with": ("share of accepted points", "that meet it"),
    "met_without": ("share of accepted points", "that meet it where it has no say in which are accepted"),
    "moved": ("", "the parameter whose median moves most without it"),
    "shift": ("share of the prior's range", "by so much"),
}


# --- deciding ---------------------------------------------------------------------------------------------


def deciding(implausibility: np.ndarray, forgiven: int) -> np.ndarray:
    """What rules points out: the largest implausibility of each [points, targets], but for some."""
    known = np.where(np.isnan(implausibility), np.inf, implausibility)
    return np.sort(known, axis=1)[:, -1 - min(forgiven, known.shape[1] - 1)]


def distances(implausibility: np.ndarray, patterns: Sequence[str]) -> np.ndarray:
    """Root mean square implausibility of points, each pattern counting as much however many its targets."""
    squares = np.minimum(np.nan_to_num(implausibility, nan=_MOST), _MOST) ** 2
    names = pd.Series(patterns)
    weights = 1.0 / names.map(names.value_counts()).to_numpy(float)
    return np.sqrt(squares @ weights / weights.sum())


def nearest(distance: np.ndarray, n: int) -> np.ndarray:
    """Which points are the n of least distance, in their order."""
    return np.sort(np.argsort(distance, kind="stable")[:n])


def plausible(
    candidates: np.ndarray,
    unit: np.ndarray,
    values: np.ndarray,
    targets: pd.DataFrame,
    cutoff: float,
    forgiven: int,
) -> np.ndarray:
    """Which candidates are not ruled out, as far as a quadratic through what has been run can tell.

    The emulator's own variance, by leaving each point out, counts as luck does.

    Args:
        candidates: points of the unit cube [candidates, factors].
        unit: points that were run [points, factors].
        values: what they gave, on the targets' scales [points, targets].
        targets: columns of `fits.TARGETS`.
        cutoff: implausibility above which a point is ruled out.
        forgiven: how many targets it may fail.
    """
    known = [_emulated(candidates, unit, given) for given in values.T]
    emulated, variances = (np.stack(each, axis=1) for each in zip(*known, strict=True))
    found = fits.missed_by(emulated, targets) / np.sqrt(fits.spread(variances, targets))
    return deciding(np.nan_to_num(found), forgiven) <= cutoff


def _emulated(candidates: np.ndarray, unit: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A target at candidates, and its variance; unknown where too few points know it."""
    from sklearn.linear_model import RidgeCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import PolynomialFeatures, StandardScaler

    known = np.isfinite(values)
    if known.sum() < _FEWEST:
        return np.full(len(candidates), np.nan), np.full(len(candidates), np.nan)
    ridge = RidgeCV(_RIDGES)
    fitted = make_pipeline(PolynomialFeatures(2, include_bias=False), StandardScaler(), ridge)
    fitted.fit(unit[known], values[known])
    return fitted.predict(candidates), np.full(len(candidates), -ridge.best_score_)


# --- telling ----------------------------------------------------------------------------------------------


def waves(points: pd.DataFrame, implausibility: np.ndarray, targets: pd.DataFrame) -> pd.DataFrame:
    """A line a wave: how much of it is left, and what rules most out."""
    names = (targets["pattern"] + ": " + targets["target"]).to_numpy()
    worst = names[np.nan_to_num(implausibility, nan=np.inf).argmax(axis=1)]
    lines = points.assign(decided=worst).groupby("wave")
    found = lines.agg(
        points=("point", "size"), kept=("kept", "mean"), decided=("decided", lambda each: each.mode()[0]),
        best=("distance", "min"),
    )  # fmt: skip
    return found.reset_index()[list(WAVES)]


def identified(points: pd.DataFrame, positions: pd.DataFrame) -> pd.DataFrame:
    """A line a factor, the best identified first: where the accepted points lie, against the prior."""
    inner = [0.025, 0.975]
    lines = []
    for name in positions:
        values = pd.to_numeric(points[name], errors="coerce")[points["accepted"]]
        low, high = np.quantile(positions[name][points["accepted"]], inner)
        ends = values.quantile(inner).tolist()
        lines.append((name, values.median(), *ends, (high - low) / (inner[1] - inner[0])))
    return pd.DataFrame(lines, columns=list(IDENTIFIED)).sort_values("width", ignore_index=True)


def profiles(points: pd.DataFrame, positions: pd.DataFrame) -> pd.DataFrame:
    """A line a factor and tenth of its prior: how near points come there, and how many are accepted."""
    parts = []
    for name in positions:
        tenth = np.minimum((positions[name] * _TENTHS).astype(int), _TENTHS - 1)
        by_tenth = points.assign(tenth=tenth.to_numpy()).groupby("tenth")
        found = by_tenth.agg(distance=("distance", "min"), accepted=("accepted", "sum"))
        found = found.reindex(range(_TENTHS)).assign(factor=name)
        parts.append(found.assign(accepted=found["accepted"].fillna(0) / points["accepted"].sum()))
    return pd.concat(parts).reset_index()[list(PROFILES)]


def conflicts(met: pd.DataFrame) -> pd.DataFrame:
    """A line a pair of patterns: how often each is met, and both are, over points [points, patterns]."""
    names = list(met)
    lines = []
    for at, one in enumerate(names):
        for other in names[at + 1 :]:
            shares = met[one].mean(), met[other].mean(), (met[one] & met[other]).mean()
            lines.append((one, other, *shares, bool(min(shares[:2]) > 0 and shares[2] == 0)))
    return pd.DataFrame(lines, columns=list(CONFLICTS))


def left_out(
    points: pd.DataFrame,
    positions: pd.DataFrame,
    implausibility: np.ndarray,
    met: pd.DataFrame,
    targets: pd.DataFrame,
) -> pd.DataFrame:
    """A line a pattern: what the points that come nearest without it say of it, and which parameter moves.

    Among those on the shortlist, as the others are of fewer seeds.

    Args:
        points: columns of `POINTS`; a line a point.
        positions: in the unit cube, a column a factor.
        implausibility: [points, targets].
        met: whether each pattern is met [points, patterns].
        targets: columns of `fits.TARGETS`.
    """
    accepted, patterns = np.flatnonzero(points["accepted"]), targets["pattern"].to_numpy()
    looked, median, lines = np.flatnonzero(points["shortlisted"]), positions.iloc[accepted].median(), []
    for name in met if met.shape[1] > 1 else ():
        others = patterns != name
        distance = distances(implausibility[np.ix_(looked, others)], patterns[others])
        without = looked[nearest(distance, len(accepted))]
        moved = (positions.iloc[without].median() - median).abs()
        shares = met[name].iloc[accepted].mean(), met[name].iloc[without].mean()
        lines.append((name, *shares, moved.idxmax(), moved.max()))
    return pd.DataFrame(lines, columns=list(LEFT_OUT))

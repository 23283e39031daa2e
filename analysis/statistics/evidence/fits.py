"""Fits: what runs give for each pattern, held against what was observed, parameters apart from luck.

A target is a line: what is compared (`pattern`, `target`), the observed band (`low`, `high`, missing where it
is open), the `scale` on which misses are measured (linear or log), and the `tolerance`: the standard
deviation on that scale of what a model so simple may miss by even at its best (model discrepancy).
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.statistics.intervals import half_width, range_over_points

KEYS = ["pattern", "target"]
LOG = "log"
#: A band is taken for the observation's 95% interval: so many of its standard deviations wide.
_SIGMAS = 4.0
#: On a log scale, what is less than this share of the band's end counts as that.
_LEAST = 1e-3

#: What each column of the targets is: its unit and meaning.
TARGETS = {
    "pattern": ("", "the pattern (conf/pattern/)"),
    "target": ("", "what of it is compared"),
    "meaning": ("", "in words"),
    "unit": ("", "of what is compared"),
    "low": ("the target's", "low end of what was observed; missing: any"),
    "high": ("the target's", "high end of what was observed; missing: any"),
    "scale": ("", "on which misses are measured: linear or log"),
    "tolerance": ("on that scale", "standard deviation of what the model may miss by at its best"),
    "held_out": ("", "whether it is kept aside when the model is calibrated"),
    "source": ("", "where it was observed"),
    "blame": ("", "the mechanism to look at if it fails"),
    "missing": ("", "why it is not measured; empty if it is"),
}
#: Of what runs give.
MEASURED = {
    "pattern": TARGETS["pattern"],
    "target": TARGETS["target"],
    "point": ("", "number of the point of the design, from 0"),
    "seed": ("", "names the run's luck"),
    "value": ("the target's", "what the run gives"),
}
#: Of how the two compare.
COLUMNS = {
    **TARGETS,
    "points": ("points", "of parameter space at which it is known"),
    "model": ("the target's", "what the model gives: mean over points and seeds"),
    "model_low": ("the target's", "low end of 95% of points' means, luck removed; of one, luck_low"),
    "model_high": ("the target's", "high end of the same"),
    "luck_low": ("the target's", "low end of the 95% interval of model by luck alone"),
    "luck_high": ("the target's", "high end of the same"),
    "share": ("share of points", "whose mean lies within the band"),
    "passes": ("", "whether model lies within the band; missing if it is not known"),
}  # fmt: skip


def compared(measured: pd.DataFrame, targets: pd.DataFrame) -> pd.DataFrame:
    """A line a target, in their order, with what the model gives for it.

    Args:
        measured: columns of `MEASURED`; a value that is not known is NaN, or not there.
        targets: columns of `TARGETS`.
    """
    known = measured.dropna(subset="value")
    given = {key: _given(part) for key, part in known.groupby(KEYS)}
    lines = targets.to_dict("records")
    found = [line | given.get((line["pattern"], line["target"]), {}) for line in lines]
    table = pd.DataFrame(found).reindex(columns=list(COLUMNS))
    table["points"] = table["points"].fillna(0).astype(int)
    inside = is_within(table["model"], table["low"], table["high"])
    table["passes"] = pd.Series(inside, dtype="boolean").where(table["model"].notna())
    share = _means(known, targets).groupby(KEYS)["inside"].mean().rename("share")
    return table.drop(columns="share").join(share, on=KEYS)[list(COLUMNS)]


def _given(part: pd.DataFrame) -> dict[str, float]:
    """What the model gives for a target: over points, and by luck."""
    points = part.groupby("point")["value"].agg(["mean", "var", "count"])
    noise = np.where(points["count"] > 1, points["var"] / points["count"], np.nan)
    means, n = points["mean"].to_numpy(), len(points)
    model, error = means.mean(), np.sqrt(np.nanmean(noise) / n) if np.isfinite(noise).any() else np.nan
    freedom = points["count"].sum() - n
    half = float(half_width(error, freedom + 1))
    low, high = (model - half, model + half)
    if n > 1:
        replicate = part.groupby("point").cumcount()
        values = part.assign(replicate=replicate).pivot_table(
            index="point", columns="replicate", values="value"
        )
        low, high = map(float, range_over_points(values.to_numpy()))
    return {
        "points": n, "model": model, "model_low": low, "model_high": high, "luck_low": model - half,
        "luck_high": model + half,
    }  # fmt: skip


def is_within(values: pd.Series, low: pd.Series, high: pd.Series) -> np.ndarray:
    """Whether values lie in their bands, of which either end may be open (NaN); NaN does not."""
    return (~(values < low) & ~(values > high) & values.notna()).to_numpy()


def met_together(measured: pd.DataFrame, targets: pd.DataFrame) -> pd.DataFrame:
    """Which patterns are met at which points: [points, patterns], those of which every target is measured."""
    in_full = targets.groupby("pattern")["missing"].agg(lambda reasons: (reasons == "").all())
    means = _means(measured, targets[targets["pattern"].map(in_full)])
    return means.pivot_table(index="point", columns="pattern", values="inside", aggfunc="min").astype(bool)


def _means(measured: pd.DataFrame, targets: pd.DataFrame) -> pd.DataFrame:
    """The mean of each target at each point, and whether it is inside its band."""
    means = measured.groupby([*KEYS, "point"], as_index=False)["value"].mean().merge(targets, on=KEYS)
    return means.assign(inside=is_within(means["value"], means["low"], means["high"]))


# --- implausibility ---------------------------------------------------------------------------------------


def missed_by(values: np.ndarray, targets: pd.DataFrame) -> np.ndarray:
    """How far values on the targets' scales lie from what was observed [..., targets].

    From the middle of a band, or beyond the one end that it has.
    """
    low, high = _ends(targets)
    middle = np.where(np.isnan(low) | np.isnan(high), np.nan, (low + high) / 2)
    beyond = np.fmax(np.fmax(low - values, values - high), 0.0)
    return np.where(np.isnan(values), np.nan, np.where(np.isnan(middle), beyond, np.abs(values - middle)))


def observation_variance(targets: pd.DataFrame) -> np.ndarray:
    """Variance of each observation on its scale; none of one end, which is where it is."""
    low, high = _ends(targets)
    return np.nan_to_num((high - low) / _SIGMAS) ** 2


def placed(values: np.ndarray, targets: pd.DataFrame) -> np.ndarray:
    """Where values lie in their targets' bands: 0 at the low end, 1 at the high one, on the target's scale.

    A band of one end is as wide as that of an observation as uncertain as the tolerance.
    """
    low, high = _ends(targets)
    width = _SIGMAS * targets["tolerance"].to_numpy(float)
    low = np.where(np.isnan(low), high - width, low)
    high = np.where(np.isnan(high), low + width, high)
    return (scaled(values, targets) - low) / (high - low)


def scaled(values: np.ndarray, targets: pd.DataFrame) -> np.ndarray:
    """Values on each target's scale [..., targets]."""
    above = np.where(_is_log(targets), np.maximum(values, _floor(targets)), 1.0)
    return np.where(_is_log(targets), np.log(above), values)


def on_scales(
    means: np.ndarray, variances: np.ndarray, targets: pd.DataFrame
) -> tuple[np.ndarray, np.ndarray]:
    """What means tell on each target's scale, and its variance by luck to first order [points, targets].

    On a log scale a mean that is less than what luck alone does counts as that: of few seeds none may have
    any of what is rare, and that is not infinitely far from some.

    Args:
        means: of each point [points, targets].
        variances: of these by luck.
        targets: columns of `TARGETS`.
    """
    told = np.where(_is_log(targets), np.maximum(means, np.sqrt(variances)), means)
    with np.errstate(divide="ignore", invalid="ignore"):  # of targets whose scale is another
        on_log = variances / np.maximum(told, _floor(targets)) ** 2
    return scaled(told, targets), np.where(_is_log(targets), on_log, variances)


def implausibility(means: np.ndarray, variances: np.ndarray, targets: pd.DataFrame) -> np.ndarray:
    """Misses in standard deviations of observation, ensemble and model discrepancy together.

    As `on_scales`.
    """
    values, ensemble = on_scales(means, variances, targets)
    return missed_by(values, targets) / np.sqrt(spread(ensemble, targets))


def spread(ensemble: np.ndarray, targets: pd.DataFrame) -> np.ndarray:
    """Variance of observation, ensemble and model discrepancy together [points, targets]."""
    return observation_variance(targets) + ensemble + targets["tolerance"].to_numpy(float) ** 2


def comparable(values: np.ndarray, targets: pd.DataFrame) -> np.ndarray:
    """What an observation tells of values on the targets' scales [..., targets].

    Beyond the one end that a band has, it tells none apart: they differ by as much as `missed_by` says.
    """
    low, high = _ends(targets)
    is_open = np.isnan(low) | np.isnan(high)
    return np.where(
        is_open, np.where(np.isnan(low), np.maximum(values, high), np.minimum(values, low)), values
    )


def _ends(targets: pd.DataFrame) -> Sequence[np.ndarray]:
    ends = (targets[end].to_numpy(float) for end in ("low", "high"))
    with np.errstate(divide="ignore", invalid="ignore"):
        return [np.where(_is_log(targets), np.log(end), end) for end in ends]


def _is_log(targets: pd.DataFrame) -> np.ndarray:
    return (targets["scale"] == LOG).to_numpy()


def _floor(targets: pd.DataFrame) -> np.ndarray:
    """Below it, nothing is told apart on a log scale."""
    return _LEAST * targets["low"].fillna(targets["high"]).to_numpy(float)

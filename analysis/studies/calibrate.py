"""Calibration: what is left of parameter space, and what that tells."""

from pathlib import Path

from analysis.asked import Asked
from analysis.dictionary import Dictionary
from analysis.statistics.evidence import calibration, coverage, fits
from analysis.studies.found import Found, Statistics
from analysis.studies.values import POSITIONS, needed


def _calibrated(folder: Path, asked: Asked, columns: Dictionary) -> Found:
    """What is left of parameter space, and what that tells."""
    targets, points = needed(folder, "targets", fits.TARGETS), needed(folder, "points", calibration.POINTS)
    positions, scores = needed(folder, POSITIONS), needed(folder, "scores", calibration.SCORES)
    means, variances = (scores[name].to_numpy().reshape(len(points), -1) for name in ("mean", "variance"))
    found = fits.implausibility(means, variances, targets)
    met = fits.met_together(scores.rename(columns={"mean": "value"}), targets).reindex(points.index)
    met = met.fillna(False).astype(bool)
    return Found(
        {
            "waves": calibration.waves(points, found, targets),
            "identified": calibration.identified(points, positions),
            "profiles": calibration.profiles(points, positions),
            "conflicts": calibration.conflicts(met),
            "left_out": calibration.left_out(points, positions, found, met, targets),
            "coverage": coverage.coverage(points, positions, means, variances, targets),
        }
    )


CALIBRATE = Statistics(
    "calibrate",
    _calibrated,
    {
        "targets": fits.TARGETS,
        "points": calibration.POINTS,
        "scores": calibration.SCORES,
        "waves": calibration.WAVES,
        "identified": calibration.IDENTIFIED,
        "profiles": calibration.PROFILES,
        "conflicts": calibration.CONFLICTS,
        "left_out": calibration.LEFT_OUT,
        "coverage": coverage.COLUMNS,
    },
)

"""Validation: how what the model gives compares with what was observed."""

from pathlib import Path

from analysis.asked import Asked
from analysis.dictionary import Dictionary
from analysis.statistics.evidence import fits
from analysis.studies.found import Found, Statistics
from analysis.studies.values import needed


def _validated(folder: Path, asked: Asked, columns: Dictionary) -> Found:
    """How what the model gives compares with what was observed."""
    targets, measured = needed(folder, "targets", fits.TARGETS), needed(folder, "measured", fits.MEASURED)
    found = Found({"patterns": fits.compared(measured, targets)})
    together = fits.met_together(measured, targets)
    if together.size:
        most = together.sum(axis=1).max()
        found.notes.append(
            f"{most} of {together.shape[1]} patterns that are measured in full are met"
            f"{' together at one point' if len(together) > 1 else ''}."
        )
    return found


VALIDATE = Statistics(
    "validate",
    _validated,
    {"targets": fits.TARGETS, "measured": fits.MEASURED, "patterns": fits.COLUMNS},
)

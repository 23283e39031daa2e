"""Trials: what one of each policy could see."""

from pathlib import Path

from analysis.asked import Asked
from analysis.dictionary import Dictionary
from analysis.statistics.decision import pilot
from analysis.studies.found import Found, Statistics
from analysis.studies.values import needed
from analysis.tables import BadFolder


def _trial(folder: Path, asked: Asked, columns: Dictionary) -> Found:
    """What a trial of each policy could see."""
    if (wanted := asked.pilot) is None:
        raise BadFolder(f"{folder}: does not say what trial was asked about")
    trials = needed(folder, "trials", pilot.MEASURED)
    return Found({"pilot": pilot.pilot_of(trials, asked.against, wanted.councils, wanted.power)})


PILOT = Statistics("pilot", _trial, {"trials": pilot.MEASURED, "pilot": pilot.COLUMNS})

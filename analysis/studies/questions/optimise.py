"""Bundles: what those that a search kept are worth."""

from pathlib import Path

from analysis.asked import Asked
from analysis.dictionary import Dictionary
from analysis.statistics.decision import bundles
from analysis.studies.found import Found, Statistics
from analysis.studies.values import RUN, rows_in, with_luck
from analysis.tables import COST


def _optimised(folder: Path, asked: Asked, columns: Dictionary) -> Found:
    """What the bundles that a search kept are worth."""
    rows = rows_in(folder, [*RUN, *with_luck(asked.responses, asked), COST])
    better = {name: columns.better(name) for name in asked.responses}
    return Found({"bundles": bundles.bundles_of(rows, better, max(asked.months, 1) / 12, asked.controls)})


OPTIMISE = Statistics(
    "optimise",
    _optimised,
    {"tried": bundles.TRIED, "levers": bundles.LEVERS, "bundles": bundles.COLUMNS},
)

"""Friction: what of what could be had is realised."""

from pathlib import Path

from analysis.asked import Asked
from analysis.dictionary import Dictionary
from analysis.statistics.ledger import friction
from analysis.studies.found import Found, Statistics
from analysis.studies.values import needed


def _friction(folder: Path, asked: Asked, columns: Dictionary) -> Found:
    """What of what could be had is realised under each policy."""
    assigned = needed(folder, "assigned", friction.ASSIGNED)
    told = friction.friction_of(assigned, asked.against)
    return Found({"friction": told, "friction_by_month": friction.friction_by_month(assigned)})


FRICTION = Statistics(
    "friction",
    _friction,
    {"assigned": friction.ASSIGNED, "friction": friction.COLUMNS, "friction_by_month": friction.BY_MONTH},
)

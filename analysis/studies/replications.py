"""Replications: how many runs are enough."""

from pathlib import Path

from analysis.asked import Asked
from analysis.dictionary import Dictionary
from analysis.statistics import replications
from analysis.studies.found import Found, Statistics
from analysis.studies.values import rows_in

#: How far the coefficient of variation may still move where it counts as settled.
SETTLED = 0.01


def _replications(folder: Path, asked: Asked, columns: Dictionary) -> Found:
    """How many runs are enough, and what sharing luck saves."""
    rows, responses, against, controls = rows_in(folder), asked.responses, asked.against, asked.controls
    curve = replications.variation(rows, responses)
    return Found(
        {
            "variation": curve,
            "enough": replications.enough(curve, SETTLED),
            "widths": replications.widths(rows, against, responses, controls),
            "needed": replications.needed(rows, against, responses, controls=controls),
            "pairing": replications.pairing(rows, against, responses),
        }
    )


REPLICATIONS = Statistics(
    "replications",
    _replications,
    {
        "variation": replications.VARIATION,
        "enough": replications.ENOUGH,
        "widths": replications.WIDTHS,
        "needed": replications.NEEDED,
        "pairing": replications.PAIRING,
    },
)

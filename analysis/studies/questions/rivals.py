"""Rivals: which conclusions hold whoever is right."""

from pathlib import Path

import pandas as pd

from analysis.asked import Asked
from analysis.dictionary import Dictionary
from analysis.statistics import effects
from analysis.statistics.decision import rivals
from analysis.studies.found import Found, Statistics
from analysis.studies.values import rows_in, with_luck


def _rivals(folder: Path, asked: Asked, columns: Dictionary) -> Found:
    """Which conclusions hold whoever is right."""
    wanted = list(dict.fromkeys([*effects.FINDINGS, *asked.responses]))
    rows = rows_in(folder, ["point", "policy", "population", "seed", "row", *with_luck(wanted, asked)])
    parts = {
        name: effects.effects_of(
            rows[rows["point"] == point].drop(columns="point"), asked.against, asked.controls
        )
        for point, name in enumerate(asked.rivals)
    }
    table = pd.concat([part.assign(rival=name) for name, part in parts.items()], ignore_index=True)
    table = table[table["indicator"].isin(asked.responses)].reset_index(drop=True)
    return Found({"rivals": table[list(rivals.COLUMNS)], "survive": rivals.survive(table)})


RIVALS = Statistics("rivals", _rivals, {"rivals": rivals.COLUMNS, "survive": rivals.SURVIVE})

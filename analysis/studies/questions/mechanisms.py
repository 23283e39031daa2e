"""Mechanisms: what each policy changes without each."""

from pathlib import Path

import pandas as pd

from analysis.asked import Asked
from analysis.dictionary import Dictionary
from analysis.statistics.evidence import mechanisms
from analysis.studies.found import FEWEST_SEEDS, Found, Statistics, TooFew
from analysis.studies.values import rows_in, with_luck


def _mechanisms(folder: Path, asked: Asked, columns: Dictionary) -> Found:
    """What each policy changes without each mechanism."""
    told = ["point", "policy", "seed"]
    rows, found = rows_in(folder, [*told, *with_luck(asked.responses, asked)]), Found()
    add_without(found, rows, asked)
    return found


def add_without(found: Found, rows: pd.DataFrame, asked: Asked) -> None:
    """Add what is left of effects without each mechanism; at the rows' first point all are on."""
    runs = len(asked.policies) * (1 + len(asked.mechanisms))
    for response in asked.responses:
        known = rows[rows[response].notna()].groupby("seed").size() == runs
        if known.sum() < FEWEST_SEEDS:
            raise TooFew(
                f"{response} is known under every policy, without every mechanism, in {known.sum()} seeds, "
                f"and it takes {FEWEST_SEEDS}."
            )
        if left_out := rows["seed"].nunique() - int(known.sum()):
            found.notes.append(
                f"{response}: {left_out} seeds in which a run lacks it have no part in its lines."
            )
    found.tables["mechanisms"] = mechanisms.mechanisms_of(
        rows, asked.mechanisms, asked.against, asked.responses, asked.controls
    )


MECHANISMS = Statistics("mechanisms", _mechanisms, {"mechanisms": mechanisms.COLUMNS})

"""Combinations: what policies do together."""

from pathlib import Path

from analysis.asked import Asked
from analysis.dictionary import Dictionary
from analysis.statistics.decision import combined
from analysis.studies.found import FEWEST_SEEDS, Found, Statistics, TooFew
from analysis.studies.values import rows_in, with_luck


def _combined(folder: Path, asked: Asked, columns: Dictionary) -> Found:
    """What policies do together beside what each does alone, and what each gives of it."""
    rows, found = rows_in(folder, ["policy", "seed", *with_luck(asked.responses, asked)]), Found()
    parts = [name for name in asked.policies if name != asked.against]
    n = rows["seed"].nunique()
    for response in asked.responses:
        policies = rows[rows[response].notna()].groupby("seed")["policy"].nunique()
        if (known := int((policies == 2 ** len(parts)).sum())) < FEWEST_SEEDS:
            raise TooFew(
                f"{response} is known under every bundle in {known} seeds, and it takes {FEWEST_SEEDS}."
            )
        if known < n:
            found.notes.append(f"{response}: {n - known} seeds in which a bundle lacks it are left out.")
    told, shares = combined.combined_of(rows, parts, asked.against, asked.responses, asked.controls)
    found.tables.update(combined=told, shares=shares)
    return found


COMBINE = Statistics("combine", _combined, {"combined": combined.COLUMNS, "shares": combined.SHARES})

"""Found: what statistics make of the rows of a folder, and what each job declares of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.asked import Asked
from analysis.dictionary import Dictionary
from analysis.tables import BadFolder

#: Seeds that tell luck from what is not.
FEWEST_SEEDS = 2
#: Columns that tables of several studies have: their units and meanings.
RESPONSE = {"response": ("", "the indicator that is looked at")}
PAIR = RESPONSE | {"policy": ("", "the policy"), "other": ("", "the policy that it is compared with")}
FACTOR = {"factor": ("", "parameter, lever, or group of them")}


@dataclass(frozen=True)
class Found:
    """What statistics make of a study's rows.

    Attributes:
        tables: by name; none for a job that has no statistics.
        notes: what to know when reading them.
    """

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Statistics:
    """What is made of a job's rows; declared beside the code that makes it.

    Attributes:
        job: whose rows they are.
        found_in: makes the tables: of a folder, of what its study asked, and of what columns are.
        columns: what each column of these tables is, and of those that they are made of: unit and meaning.
    """

    job: str
    found_in: Callable[[Path, Asked, Dictionary], Found]
    columns: Mapping[str, Mapping[str, tuple[str, str]]]


class TooFew(BadFolder):
    """So many runs failed that there is nothing to say."""


def known_pieces(found: Found, what: str, values: np.ndarray, pieces: str, fewest: int) -> np.ndarray:
    """Which pieces of a design have a value of every run; the others are left out, and noted.

    Raises:
        TooFew: if fewer are left than it takes.
    """
    known = np.isfinite(values).all(axis=tuple(range(1, values.ndim)))
    if known.sum() < fewest:
        raise TooFew(f"{what} is known in {known.sum()} {pieces}, and it takes {fewest}.")
    if not known.all():
        found.notes.append(f"{what}: {(~known).sum()} {pieces} in which it is not known are left out.")
    return known

"""Values: what a job's statistics are made of: the tables of a folder, and its rows as arrays."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from analysis import tables
from analysis.asked import Asked
from analysis.statistics.controls import freed_together
from analysis.tables import BadFolder

#: Points of a design, as positions in the ranges of the factors.
POSITIONS = "positions"
#: What places a run in a design.
RUN = ("point", "block", "policy", "seed")


def rows_in(folder: Path, only: Sequence[str] | None = None) -> pd.DataFrame:
    """The rows of a folder; of some columns only, where these are named."""
    wanted = tuple(dict.fromkeys(only)) if only else None
    rows = tables.table(folder, "rows", wanted or tables.COLUMNS["rows"], only=wanted)
    assert rows is not None
    return rows


def needed(folder: Path, name: str, columns: Iterable[str] = ()) -> pd.DataFrame:
    """A table that a study's statistics cannot do without, nor without some of its columns."""
    if (table := tables.table(folder, name, tuple(columns))) is None:
        raise BadFolder(f"{folder}: holds no {name}.parquet, which its statistics take")
    return table


def values_of(rows: pd.DataFrame, asked: Asked, columns: Sequence[str]) -> np.ndarray:
    """Columns of all runs [points, replicates, policies, columns]; NaN where a run failed."""
    first, stop = asked.seeds
    values = np.full((asked.points.size, stop - first, len(asked.policies), len(columns)), np.nan)
    replicate = rows["seed"] - rows["block"] * asked.points.seeds_apart - first
    policy = rows["policy"].map({name: i for i, name in enumerate(asked.policies)})
    values[rows["point"], replicate, policy] = rows[list(columns)]
    return values


def responses_of(rows: pd.DataFrame, asked: Asked) -> np.ndarray:
    """The responses of all runs, freed of luck; as of `values_of`."""
    values = values_of(rows, asked, asked.responses)
    for column, response in enumerate(asked.responses):
        luck = values_of(rows, asked, asked.controls.get(response, ()))
        values[..., column] = freed_together(values[..., column], luck)
    return values


def with_luck(indicators: Sequence[str], asked: Asked) -> list[str]:
    """Indicators, and the luck that they are freed of, each once."""
    luck = (name for indicator in indicators for name in asked.controls.get(indicator, ()))
    return list(dict.fromkeys([*indicators, *luck]))


def labelled(answer: dict[str, pd.DataFrame], **keys: str) -> dict[str, pd.DataFrame]:
    """The tables of an answer, each with columns that say whose it is."""
    return {name: table.assign(**keys) for name, table in answer.items()}


def stacked(answers: Sequence[dict[str, pd.DataFrame]]) -> dict[str, pd.DataFrame]:
    """The tables of several answers, each below the other."""
    return {name: pd.concat([each[name] for each in answers], ignore_index=True) for name in answers[0]}

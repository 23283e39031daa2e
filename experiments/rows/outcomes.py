"""Outcomes: what comes of a row - what is kept of its run, or why there is none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from experiments.rows.row import Row
from model.measures import SERIES
from model.simulation import Run

_CODEC = "zstd"
#: Spells by kind and by how they ended.
_SPELLS = (2, 2)


@dataclass(frozen=True)
class Result:
    """What is kept of a run.

    Months and spells are packed where the run was, by whoever ran it: they are large, mostly zeros, and are
    seldom looked at.

    Attributes:
        indicators: by name, and the run's luck.
        horizon: months.
        series: monthly measures, packed.
        spells: counts of spells, packed.
    """

    indicators: Mapping[str, float]
    horizon: int
    series: bytes
    spells: bytes


@dataclass(frozen=True)
class Failure:
    """Why a row has no result.

    Attributes:
        kind: exception, not finite, time-out, or worker lost.
        message: what happened, in a line.
        traceback: where, if anywhere.
    """

    kind: str
    message: str
    traceback: str = ""


@dataclass(frozen=True)
class Finished:
    """What has been finished.

    Attributes:
        rows: the rows.
        outcomes: what came of each, in the same order.
        seconds: how long that took.
    """

    rows: Sequence[Row]
    outcomes: Sequence[Result | Failure]
    seconds: float = 0.0


def joined(finished: Sequence[Finished]) -> Finished:
    """All that has been finished, as one."""
    rows = [row for each in finished for row in each.rows]
    outcomes = [outcome for each in finished for outcome in each.outcomes]
    return Finished(rows, outcomes, sum(each.seconds for each in finished))


def result_of(run: Run) -> Result:
    """What is kept of a run."""
    # Single precision is ample for means over seeds, and one measure after the other packs best.
    series = run.series.view("f8").reshape(-1, len(SERIES)).T
    return Result(
        run.indicators | run.luck,
        len(run.series),
        _packed(series.astype("f4")),
        _packed(run.spells.astype("i4")),
    )


def unpacked(horizon: int, series: bytes, spells: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Monthly measures [month, SERIES] and counts of spells [kind, ended or censored, months] of a result."""
    months = _unpacked(series, "f4", (len(SERIES), horizon)).T.astype("f8")
    return months, _unpacked(spells, "i4", (*_SPELLS, horizon + 1)).astype("i8")


def _packed(values: np.ndarray) -> bytes:
    return pa.compress(np.ascontiguousarray(values), _CODEC, asbytes=True)


def _unpacked(packed: bytes, kind: str, shape: tuple[int, ...]) -> np.ndarray:
    n_bytes = int(np.prod(shape)) * np.dtype(kind).itemsize
    return np.frombuffer(pa.decompress(packed, n_bytes, _CODEC), kind).reshape(shape)

"""Sensitivity: which factors matter."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis import tables
from analysis.asked import Asked
from analysis.dictionary import Dictionary
from analysis.statistics.sensitivity import morris, sobol, spread
from analysis.studies.found import FACTOR, RESPONSE, Found, Statistics, known_pieces
from analysis.studies.values import (
    POSITIONS,
    RUN,
    labelled,
    responses_of,
    rows_in,
    stacked,
    values_of,
    with_luck,
)
from analysis.tables import BadFolder

#: Half-width of the intervals of total indices for which a design is recommended.
HALF_WIDTH = 0.05
FEWEST_BLOCKS = 2
_ANSWER = {**RESPONSE, "contrast": ("", "the policy, or the two whose difference it is")}
_OF_FACTORS = {**_ANSWER, **FACTOR}
_LUCK = {"luck": sobol.SUMMARY["luck"]}


@dataclass(frozen=True)
class Method:
    """How the points of a kind of design tell which factors matter.

    Attributes:
        table: of those that it makes, the one with a line a factor.
        of_answer: makes them: of a folder, what was asked, values [blocks, points of a block, replicates],
            and which blocks these are.
    """

    table: str
    of_answer: Callable[[Path, Asked, np.ndarray, np.ndarray], dict[str, pd.DataFrame]]


def _sensitivity(folder: Path, asked: Asked, columns: Dictionary) -> Found:
    """Which factors matter."""
    found, parts = Found(), []
    rows = rows_in(folder, [*RUN, *with_luck(asked.responses, asked)])
    method = METHODS[asked.points.kind]
    for response, contrast, values, known in _answers(responses_of(rows, asked), asked, found):
        answer = method.of_answer(folder, asked, values, known)
        parts.append(labelled(answer, response=response, contrast=contrast))
    found.tables.update(stacked(parts))
    found.tables.update(_spread(folder, asked, values_of(rows, asked, asked.responses), found))
    return found


def _spread(folder: Path, asked: Asked, values: np.ndarray, found: Found) -> dict[str, pd.DataFrame]:
    """What the spread of outcomes over seeds hangs on, in which luck is the answer, and left in."""
    if values.shape[1] < spread.FEWEST:
        found.notes.append(f"What spread over seeds hangs on takes {spread.FEWEST} seeds a point or more.")
        return {}
    parts, seen, method = [], Found(), METHODS[asked.points.kind]
    for response, contrast, answer, known in _answers(values, asked, seen):
        of_spread = method.of_answer(folder, asked, spread.of_halves(answer), known)
        parts.append(of_spread[method.table].assign(response=response, contrast=contrast))
    return {"spread": pd.concat(parts, ignore_index=True)}


def _answers(
    values: np.ndarray, asked: Asked, found: Found
) -> Iterator[tuple[str, str, np.ndarray, np.ndarray]]:
    """Response, contrast, values [blocks, points of a block, replicates], and the blocks that are known.

    Of one policy, the response itself; of several, how each differs from the first.
    """
    blocked = values.reshape(asked.points.n, -1, *values.shape[1:])
    first, *others = asked.policies
    for column, response in enumerate(asked.responses):
        levels = blocked[..., column]
        answers = {f"{name} − {first}": levels[..., i] - levels[..., 0] for i, name in enumerate(others, 1)}
        for contrast, answer in (answers or {first: levels[..., 0]}).items():
            known = known_pieces(found, f"{response}, {contrast}", answer, "blocks", FEWEST_BLOCKS)
            yield response, contrast, answer[known], known


def _indices(folder: Path, asked: Asked, values: np.ndarray, known: np.ndarray) -> dict[str, pd.DataFrame]:
    """Sobol indices of one answer."""
    names = list(dict.fromkeys(asked.points.groups))
    # Blocks that are left out take their sequences' evenness with them.
    scrambles = asked.points.scrambles if known.all() else 0
    indices = sobol.sobol_indices(values, names, scrambles=scrambles)
    advice = sobol.recommended(values, names, HALF_WIDTH)
    advised = {f"recommended_{name}": value for name, value in vars(advice).items()} if advice else {}
    return {
        "indices": indices.table.assign(luck=indices.luck),
        "convergence": sobol.convergence(values, names, scrambles=scrambles),
        "summary": pd.DataFrame([_figures(indices) | advised]),
    }


def _screened(folder: Path, asked: Asked, values: np.ndarray, known: np.ndarray) -> dict[str, pd.DataFrame]:
    """The screening of one answer."""
    points = asked.points
    positions = tables.table(folder, POSITIONS, tuple(points.factors))
    if positions is None:
        raise BadFolder(f"{folder}: holds no {POSITIONS}.parquet, which a screening takes")
    unit = positions[list(points.factors)].to_numpy().reshape(points.n, -1, len(points.factors))
    screening = morris.screen(values, unit[known], points.factors, points.groups, points.levels, points.words)
    return {"screening": screening.table, "summary": pd.DataFrame([_figures(screening)])}


def _figures(found: sobol.Indices | morris.Screening) -> dict[str, Any]:
    return {name: value for name, value in vars(found).items() if name != "table"}


#: By kind of design.
METHODS = {"sobol": Method("indices", _indices), "morris": Method("screening", _screened)}
SENSITIVITY = Statistics(
    "sensitivity",
    _sensitivity,
    {
        "indices": {**_OF_FACTORS, **sobol.COLUMNS, **_LUCK},
        "convergence": {**_OF_FACTORS, "blocks": ("base samples", "the first so many"), **sobol.COLUMNS},
        "screening": {**_OF_FACTORS, **morris.COLUMNS},
        "spread": {**_OF_FACTORS, **morris.COLUMNS, **sobol.COLUMNS, **_LUCK},
        "summary": {**_ANSWER, **morris.SUMMARY, **sobol.SUMMARY},
    },
)

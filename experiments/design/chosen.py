"""Designs whose points are chosen: a list, a grid, one factor at a time."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from experiments.design.factors import Factor, samples_of, taking
from experiments.design.points import Design, Kind, Point
from experiments.design.ranges import AT_BOTH_ENDS, STEPPED, Told, check_name, not_allowed
from experiments.design.reading import check_size, factors_from, twice
from experiments.lists import Column, lines_of, number_of, text_of, values_in
from model.domains import Parameter, Value
from model.parameters import DECLARATIONS
from model.problems import BadInput, all_of, refuse


def _chosen(kind: Kind, factors: Sequence[Factor], samples: np.ndarray) -> Design:
    """Points that were not drawn: all share their seeds."""
    blocks = np.zeros(len(samples), np.int64)
    return Design(kind, tuple(factors), len(samples), samples, blocks, np.empty((0, len(factors))))


def _grid(told: Told) -> Design:
    """Every combination of the factors' values, those of the last changing fastest; values can be added."""
    factors = factors_from(GRID, told)
    axes = [samples_of(factor.name, factor.values or ()) for factor in factors]
    check_size(math.prod(map(len, axes)), len(factors))
    samples = np.stack([axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")], axis=1)
    return _chosen(GRID, factors, samples)


def _one_at_a_time(told: Told) -> Design:
    """The point that changes nothing, then every value of every factor alone; values can be added."""
    factors = factors_from(ONE_AT_A_TIME, told)
    axes = [samples_of(factor.name, factor.values or ()) for factor in factors]
    column = np.repeat(np.arange(len(factors)), [len(axis) for axis in axes])
    samples = np.full((1 + len(column), len(factors)), np.nan)
    samples[np.arange(len(column)) + 1, column] = np.concatenate(axes)
    return _chosen(ONE_AT_A_TIME, factors, samples)


def _listed(told: Told) -> Design:
    """The points that are given, or the lines of a file, which takes their place; lines can be added."""
    points = _points_in(Path(str(told["file"]))) if "file" in told else _points(told.get("points"))
    names = list(dict.fromkeys(name for point in points for name in point))
    if not names:
        raise BadInput("design.points change nothing: give at least one a parameter or lever.")
    values = {name: [point[name] for point in points if name in point] for name in names}
    factors = [taking(name, tuple(dict.fromkeys(values[name]))) for name in names]
    samples = np.full((len(points), len(names)), np.nan)
    for column, name in enumerate(names):
        samples[[name in point for point in points], column] = samples_of(name, values[name])
    return _chosen(LIST, factors, samples)


def _draws(told: Told) -> Design:
    """The points of a file, each a draw of its own and with luck of its own; lines can be added."""
    if "file" not in told:
        raise BadInput("design.file is missing: draws takes a CSV file of points.")
    design = _listed(told)
    return replace(design, kind=DRAWS, blocks=np.arange(len(design)))


def some_of(design: Design, points: np.ndarray) -> Design:
    """Some points of a sample, as draws with luck of their own; one that comes again has other luck."""
    unit = design.unit[points] if len(design.unit) else design.unit
    numbers, different = pd.factorize(points)
    return replace(
        design, kind=DRAWS, n=len(different), samples=design.samples[points], unit=unit,
        blocks=np.arange(len(points)), numbers=numbers,
    )  # fmt: skip


def _points(given: object) -> list[Point]:
    """The points that settings list."""
    if not isinstance(given, list | tuple) or not given:
        raise BadInput(
            f"design.points = {given!r} is not allowed: it takes a list of points such as {{brokers: 3}}, "
            "or give file: points.csv."
        )
    return all_of(partial(_point, f"design.points[{at}]", point) for at, point in enumerate(given))


def _point(where: str, given: object) -> Point:
    if not isinstance(given, Mapping):
        raise BadInput(
            f"{where} = {given!r} is not allowed: it takes names and values, such as {{brokers: 3}}."
        )
    all_of(partial(_check_value, where, name, value) for name, value in given.items())
    return {name: DECLARATIONS[name].checked(value) for name, value in given.items()}


def _check_value(where: str, name: str, value: object) -> None:
    check_name(where, name)
    if value not in DECLARATIONS[name].domain:
        raise BadInput(not_allowed(f"{where}.{name}", value, DECLARATIONS[name]))


def _points_in(path: Path) -> list[Point]:
    """The points of a CSV file: a line a point, a column a parameter or lever; an empty cell changes nothing.

    Raises:
        BadInput: naming every line that cannot be used, its value and the reason.
    """
    header, rows = lines_of(path)
    where = f"{path}, line 1"
    known = [name for name in header if name in DECLARATIONS]
    columns = {name: Column(name, partial(_value, DECLARATIONS[name])) for name in known}
    checks: list[Callable[[], Any]] = [
        *(partial(check_name, where, name) for name in header),
        partial(
            refuse,
            (f"{where}: column {name!r} is there {header.count(name)} times." for name in twice(header)),
        ),
        partial(values_in, path, rows, columns),
    ]
    points = all_of(checks)[-1]
    return [{name: value for name, value in point.items() if value is not None} for point in points]


def _value(declared: Parameter, text: str) -> Value | None:
    if not text.strip():
        return None
    value = text_of(text) if declared.domain.words else number_of(text)
    if value not in declared.domain:
        raise ValueError(f"it takes {declared.domain} ({declared.unit}).")
    return declared.checked(value)


LIST = Kind("list", "List", _listed, ("points", "file"))
DRAWS = Kind("draws", "Sample", _draws, ("file",), is_sample=True)
GRID = Kind("grid", "Grid", _grid, ("factors",), STEPPED)
ONE_AT_A_TIME = Kind("one_at_a_time", "One-at-a-time design", _one_at_a_time, ("factors",), AT_BOTH_ENDS)
#: Without a design, an experiment is one point that changes nothing.
SINGLE = Design(LIST, (), 1, np.empty((1, 0)), np.zeros(1, np.int64), np.empty((0, 0)))

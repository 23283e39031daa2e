"""Designs: which points of parameter space an experiment runs.

All that is drawn is drawn in the unit cube, and made into samples by each factor's own distribution: what
analyses sensitivity works on the cube (`Design.unit`, `Design.problem`).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from experiments.design.factors import Factor
from experiments.design.ranges import Reading, Told
from model.domains import Value

type Point = dict[str, Value]
#: Seeds of one block of a design are so far from those of the next.
BLOCK = 2**32


@dataclass(frozen=True)
class Kind:
    """How the points of a design are chosen; declared beside the function that does it.

    Attributes:
        name: as settings say it.
        title: as people say it.
        points_of: makes the design that settings describe.
        settings: of the design.
        reading: how it reads what a factor takes; None: it has no settings of factors.
        noun: what `n` counts.
        is_sample: whether each point is a draw of its own, so that shares of points are probabilities.
        keeps_positions: whether its statistics take where points lie in the ranges of factors.
    """

    name: str
    title: str
    points_of: Callable[[Told], "Design"]
    settings: tuple[str, ...]
    reading: Reading | None = None
    noun: str = "point"
    is_sample: bool = False
    keeps_positions: bool = False


@dataclass(frozen=True, eq=False)
class Design:
    """The points that an experiment runs.

    Attributes:
        kind: how the points were chosen.
        factors: what they vary.
        n: base samples (sobol), trajectories (morris), or points.
        samples: what every factor is given, see `Factor` [points x factors], float; NaN: what it has anyway.
        blocks: points of one block share seeds, those of different blocks share none [points], int.
        unit: where the samples lie within their distributions, 0 to 1 [points x factors]; no points if the
            samples were not drawn.
        levels: positions that a factor takes in a morris design; 0 for other kinds.
        scrambles: independent sequences that the blocks of a sobol design are of, in turn; 0 for other kinds.
        numbers: which point each is, where some are there more than once, with other seeds [points], int.
    """

    kind: Kind
    factors: tuple[Factor, ...]
    n: int
    samples: np.ndarray
    blocks: np.ndarray
    unit: np.ndarray
    levels: int = 0
    scrambles: int = 0
    numbers: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.samples)

    @property
    def groups(self) -> tuple[str, ...]:
        """What is analysed as one, in the order of points and indices: groups, and factors in none."""
        return tuple(dict.fromkeys(factor.group for factor in self.factors))

    @property
    def problem(self) -> dict[str, Any]:
        """The unit cube as SALib describes it."""
        return problem_of(self.factors)

    def parameters(self, point: int) -> Point:
        """The parameters of a point that are not the experiment's own."""
        return self._given(point, is_lever=False)

    def levers(self, point: int) -> Point:
        """The levers of a point that are not the policy's own."""
        return self._given(point, is_lever=True)

    def _given(self, point: int, is_lever: bool) -> Point:
        samples = self.samples[point].tolist()
        return {
            factor.name: factor.value(samples[at])
            for at, factor in self._columns[is_lever]
            if not math.isnan(samples[at])
        }

    @cached_property
    def _columns(self) -> tuple[list[tuple[int, Factor]], ...]:
        """Columns of the factors that are parameters, and of those that are levers."""
        columns = list(enumerate(self.factors))
        return tuple([each for each in columns if each[1].is_lever == wanted] for wanted in (False, True))

    def table(self) -> pd.DataFrame:
        """A line a point: `point` (its number), `block`, and factors' values, missing where not changed."""
        columns = {factor.name: factor.column(self.samples[:, at]) for at, factor in enumerate(self.factors)}
        return pd.DataFrame({"point": self.numbered, "block": self.blocks, **columns})

    @property
    def numbered(self) -> np.ndarray:
        """The number of each point: the same where it is one of those before, with other seeds."""
        return np.arange(len(self)) if self.numbers is None else self.numbers

    @property
    def again(self) -> str:
        """How many points of a list come a second time, with other seeds; nothing where none does."""
        twice = len(self) - self.n
        return f", {twice:,} of them twice" if twice else ""


def repeated(design: Design) -> list[str]:
    """A note, if points that were chosen are there more than once; of those that are drawn, some may be."""
    if len(design.unit):
        return []
    same = pd.DataFrame(design.samples).duplicated()
    if not (n := int(same.sum())):
        return []
    return [f"{n:,} of {counted(len(design), 'point')} repeat an earlier one: what is the same runs once."]


def describe(design: Design) -> str:
    """A design in one line."""
    title, points = design.kind.title, counted(len(design), "point")
    if design.kind.reading is None:
        return f"{title} of {counted(design.n, 'point')}{design.again}"
    factors = counted(len(design.factors), "factor")
    if len(design.groups) < len(design.factors):
        factors += f" in {counted(len(design.groups), 'group')}"
    if design.n < len(design):
        factors = f"{counted(design.n, design.kind.noun)} of {factors}"
    return f"{title}: {factors}, {points}"


def counted(n: int, noun: str) -> str:
    """A number of things."""
    if n == 1:
        return f"1 {noun}"
    return f"{n:,} {noun.removesuffix('y')}ies" if noun.endswith("y") else f"{n:,} {noun}s"


def problem_of(factors: Sequence[Factor]) -> dict[str, Any]:
    """The unit cube as SALib describes it: anew each time, as SALib writes into it."""
    names, groups = ([factor.name for factor in factors], [factor.group for factor in factors])
    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    return problem if groups == names else {**problem, "groups": groups}

"""Designs: which points of parameter space an experiment runs.

| kind | points | growing |
|---|---|---|
| list | those given, or the lines of a file | lines can be added |
| grid | every combination of the factors' values | values can be added |
| one_at_a_time | one that changes nothing, then each value of each factor alone | values can be added |
| latin_hypercube | `n`, spread evenly over every factor | cannot grow: another `n` is another design |
| sobol | `n` base samples of (factors + 2) points, for Sobol indices | the first of more are those of fewer |
| morris | `n` trajectories of (factors + 1) points, for screening | the first of more are those of fewer |

All that is drawn is drawn in the unit cube, and made into samples by each factor's own distribution: what
analyses sensitivity works on the cube (`Design.unit`, `Design.problem`).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from experiments.design.factors import Factor
from model.domains import Value

#: What `n` counts.
NOUNS = {"sobol": "base sample", "morris": "trajectory", "latin_hypercube": "point"}
_TITLES = {
    "grid": "Grid",
    "one_at_a_time": "One-at-a-time design",
    "latin_hypercube": "Latin hypercube design",
}

type Point = dict[str, Value]


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
    """

    kind: str
    factors: tuple[Factor, ...]
    n: int
    samples: np.ndarray
    blocks: np.ndarray
    unit: np.ndarray
    levels: int = 0

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
        return {
            factor.name: factor.value(sample)
            for factor, sample in zip(self.factors, self.samples[point], strict=True)
            if factor.is_lever == is_lever and not math.isnan(sample)
        }

    def table(self) -> pd.DataFrame:
        """A line a point: `point`, `block`, and the value of every factor, missing where not changed."""
        columns = {factor.name: factor.column(self.samples[:, at]) for at, factor in enumerate(self.factors)}
        return pd.DataFrame({"point": np.arange(len(self)), "block": self.blocks, **columns})


#: Without a design, an experiment is one point that changes nothing.
SINGLE = Design("list", (), 1, np.empty((1, 0)), np.zeros(1, np.int64), np.empty((0, 0)))


def describe(design: Design) -> str:
    """A design in one line."""
    factors, points = counted(len(design.factors), "factor"), counted(len(design), "point")
    if len(design.groups) < len(design.factors):
        factors += f" in {counted(len(design.groups), 'group')}"
    match design.kind:
        case "list":
            return f"List of {points}"
        case "sobol" | "morris":
            n = counted(design.n, NOUNS[design.kind])
            return f"{design.kind.capitalize()} design: {n} of {factors}, {points}"
        case kind:
            return f"{_TITLES[kind]}: {factors}, {points}"


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


#: Seeds of one block of a design are so far from those of the next.
BLOCK = 2**32

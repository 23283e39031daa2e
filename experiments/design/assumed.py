"""Assumed: the parameters that hold, seed by seed."""

from collections.abc import Mapping
from dataclasses import dataclass

from experiments.design.chosen import SINGLE
from experiments.design.points import BLOCK, Design
from model.domains import Value


@dataclass(frozen=True)
class Assumed:
    """Parameters that hold in runs, unless a design says otherwise.

    Attributes:
        held: each parameter's value, where no point of the sample has its own.
        sample: points of which each seed runs at one of its own; the one that changes nothing, if none does.
    """

    held: Mapping[str, Value]
    sample: Design = SINGLE

    def __getitem__(self, name: str) -> Value:
        """The value of a parameter that is the same in all seeds."""
        return self.held[name]

    @property
    def varied(self) -> list[str]:
        """Parameters of which the points of the sample have each its own value; none without a sample."""
        return [factor.name for factor in self.sample.factors]

    def point(self, seed: int) -> int:
        """The point that a seed runs at: seed s at s, and round again; each block of seeds begins one on."""
        return sum(divmod(seed, BLOCK)) % len(self.sample)

    def at(self, point: int) -> dict[str, Value]:
        """All parameters at a point of the sample."""
        return {**self.held, **self.sample.parameters(point)}

    def anywhere(self) -> list[dict[str, Value]]:
        """All parameters, at each point of the sample."""
        return [self.at(point) for point in range(len(self.sample))]

"""Luck: every draw of the model, each at an address of its own (ODD 8)."""

import math
from collections.abc import Sequence

import numpy as np

from model import chance


class Stream:
    """The draws of one process in one month, by who they concern and their number."""

    def __init__(self, seed: int, process: int, month: int) -> None:
        self.key = np.uint64(chance.stream_of(seed, process, month))

    def uniform(self, who: int, draw: int = 0) -> float:
        """A number between 0 and 1."""
        return chance.uniform(self.key, who, draw)

    def index(self, who: int, draw: int, n: int) -> int:
        """One of 0 ... n-1."""
        return chance.index(self.key, who, draw, n)

    def happens(self, who: int, draw: int, hazard: float) -> bool:
        """Whether something with this monthly hazard happens."""
        return chance.happens(self.key, who, draw, hazard)

    def normal(self, who: int, draw: int = 0) -> float:
        """A standard normal number."""
        return chance.normal(self.key, who, draw)

    def log_normal(self, who: int, draw: int, median: float, sigma: float) -> float:
        """A log-normal number."""
        return chance.log_normal(self.key, who, draw, median, sigma)

    def gamma(self, who: int, shape: float) -> float:
        """A gamma number of unit scale."""
        return chance.gamma(self.key, who, 0, shape)

    def beta(self, who: int, a: float, b: float, draw: int = 0) -> float:
        """A beta number."""
        return chance.beta(self.key, who, draw, a, b)

    def poisson(self, who: int, draw: int, mean: float) -> int:
        """A Poisson number."""
        return chance.poisson(self.key, who, draw, mean)

    def yearly_number(self, per_year: float) -> int:
        """How many of so many a year fall into this month."""
        return chance.yearly_number(self.key, per_year)

    def dirichlet(self, who: int, shapes: Sequence[float]) -> list[float]:
        """Shares that sum to 1; those of consecutive attributes, beginning with `who`."""
        draws = [self.gamma(who + position, shape) for position, shape in enumerate(shapes)]
        return [draw / sum(draws) for draw in draws]


def pick(weights: Sequence[float], u: float) -> int | None:
    """Where the running sum of the weights passes a share u of their total (None: no weight)."""
    target, running = u * sum(weights), 0.0
    for position, weight in enumerate(weights):
        running += weight
        if running > target:
            return position
    return None


def round_half_up(x: float) -> int:
    """Rounding as everywhere in the model (ODD 7)."""
    return math.floor(x + 0.5)


def sigmoid(x: float) -> float:
    """1 / (1 + e^-x), for any x."""
    return 1.0 / (1.0 + math.exp(-x)) if x > -700.0 else 0.0

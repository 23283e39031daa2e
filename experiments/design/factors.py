"""Factors: the parameters and levers that a design varies, and the values that it gives them.

A declared plausible range is sampled log-uniformly if it lies above 0 and its high end is at least ten times
its low one, and uniformly otherwise; whole numbers always uniformly, each equally likely. A range of one's
own is sampled as the declared one is, unless its `distribution` says otherwise:

- `uniform`, `log_uniform`: the number, or its logarithm, is equally likely everywhere;
- `triangular`: likeliest at its `mode`, ever less so towards both ends;
- `normal`: with this `mean` and `sd`, cut off at both ends.

Whole numbers are drawn from a range wider by a half at both ends, then rounded. `values` and words are
equally likely.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from model.domains import Parameter, Value
from model.parameters import DECLARATIONS, as_number


@dataclass(frozen=True)
class Factor:
    """One parameter or lever, and what it is given.

    A design holds *samples*: the numbers themselves, and for a word its position in its declaration.

    Attributes:
        name: of the parameter or lever.
        group: factors of one group are treated as one; its own name if it is in none.
        low: the least sample.
        high: the greatest sample.
        distribution: of a range, one of uniform, log_uniform, triangular and normal; else "values".
        shape: mode, mean and sd, as far as the distribution has them.
        values: all that it takes, if not a range.
    """

    name: str
    group: str
    low: float
    high: float
    distribution: str
    shape: Mapping[str, float]
    values: tuple[Value, ...] | None = None

    @property
    def declared(self) -> Parameter:
        """What the model says of it."""
        return DECLARATIONS[self.name]

    @property
    def is_lever(self) -> bool:
        """Whether it belongs to the policies, not to the parameters."""
        return self.declared.is_lever

    def samples(self, unit: np.ndarray) -> np.ndarray:
        """Samples at some positions of its distribution, 0 (least) to 1 (greatest)."""
        if self.values is not None:
            position = np.minimum((unit * len(self.values)).astype(np.int64), len(self.values) - 1)
            return samples_of(self.name, self.values)[position]
        half = 0.5 if self.declared.domain.whole else 0.0
        drawn = DISTRIBUTIONS[self.distribution].quantile(
            unit, self.low - half, self.high + half, **self.shape
        )
        return np.clip(np.floor(drawn + 0.5) if half else drawn, self.low, self.high)

    def value(self, sample: float) -> Value:
        """The value that the model gets for a sample."""
        domain = self.declared.domain
        if domain.words:
            return domain.words[int(sample)]
        return int(sample) if domain.whole else float(sample)

    def column(self, samples: np.ndarray) -> Any:
        """The values that the model gets for some samples, missing where a sample is NaN."""
        domain = self.declared.domain
        is_missing = np.isnan(samples)
        if not (domain.words or domain.whole):
            return samples
        whole = np.where(is_missing, 0, samples).astype(np.int64)
        # No objects: a part of a table in which all are missing has to keep the type of the other parts.
        if domain.words:
            words = np.array([*domain.words, None], dtype=object)
            return pd.array(words[np.where(is_missing, -1, whole)], dtype="string")
        return pd.arrays.IntegerArray(whole, is_missing) if is_missing.any() else whole


def samples_of(name: str, values: Sequence[Value]) -> np.ndarray:
    """The samples that stand for some values."""
    return np.array([as_number(name, value) for value in values], dtype=np.float64)


def taking(name: str, values: Sequence[Value]) -> Factor:
    """The factor that takes some values."""
    samples = samples_of(name, values)
    return Factor(name, name, float(samples.min()), float(samples.max()), "values", {}, tuple(values))


def _uniform(unit: np.ndarray, low: float, high: float) -> np.ndarray:
    return low + unit * (high - low)


def _log_uniform(unit: np.ndarray, low: float, high: float) -> np.ndarray:
    return np.exp((1 - unit) * np.log(low) + unit * np.log(high))


def _triangular(unit: np.ndarray, low: float, high: float, mode: float) -> np.ndarray:
    from scipy.stats import triang

    return triang.ppf(unit, (mode - low) / (high - low), loc=low, scale=high - low)


def _normal(unit: np.ndarray, low: float, high: float, mean: float, sd: float) -> np.ndarray:
    from scipy.stats import truncnorm

    return truncnorm.ppf(unit, (low - mean) / sd, (high - mean) / sd, loc=mean, scale=sd)


@dataclass(frozen=True)
class Distribution:
    """How a range is sampled.

    Attributes:
        quantile: of positions from 0 to 1, a low and a high end, and the shape.
        shape: what it is told beside its range.
    """

    quantile: Callable[..., np.ndarray]
    shape: tuple[str, ...] = ()


DISTRIBUTIONS = {
    "uniform": Distribution(_uniform),
    "log_uniform": Distribution(_log_uniform),
    "triangular": Distribution(_triangular, ("mode",)),
    "normal": Distribution(_normal, ("mean", "sd")),
}

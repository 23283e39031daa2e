"""Domains: the values that a declared number or word may take, and what a declaration says."""

import math
import sys
from dataclasses import dataclass
from typing import ClassVar, TypeGuard

import numpy as np

from model.problems import BadInput

type Value = float | int | str
#: The greatest number; neither infinity, nor what is none, nor a whole number of 400 digits is within it.
_MOST = sys.float_info.max


@dataclass(frozen=True)
class Domain:
    """The values a parameter may take: an interval of numbers, or one of some words."""

    low: float = -math.inf
    high: float = math.inf
    whole: bool = False
    open_low: bool = False
    words: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.words:
            return "one of " + ", ".join(self.words)
        kind = "a whole number" if self.whole else "a number"
        if math.isinf(self.low):
            return kind
        if math.isinf(self.high):
            return f"{kind} above {self.low:g}" if self.open_low else f"{kind} of at least {self.low:g}"
        return f"{kind} from {self.low:g} to {self.high:.7g}"

    def __contains__(self, value: object) -> bool:
        if self.words:
            return isinstance(value, str) and value in self.words
        if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
            return False
        if not abs(value) <= _MOST or (self.whole and value != int(value)):
            return False
        return bool((self.low < value if self.open_low else self.low <= value) and value <= self.high)


@dataclass(frozen=True)
class Parameter:
    """One declared number (or word) of the model."""

    name: str
    default: Value
    domain: Domain
    unit: str
    meaning: str
    source: str
    plausible: tuple[float, float] | None = None

    is_lever: ClassVar[bool] = False

    def checked(self, value: object) -> Value:
        """The value as the model uses it.

        Raises:
            BadInput: if the value is of the wrong type or not allowed.
        """
        if value not in self.domain:
            raise BadInput(f"{self.name} = {value!r} is not allowed: it takes {self.domain} ({self.unit}).")
        if self.domain.words:
            return str(value)
        return int(value) if self.domain.whole else float(value)  # type: ignore[arg-type]

    def is_plausible(self, value: Value) -> bool:
        """Whether a value lies within what the evidence leaves open."""
        return self.plausible is None or self.plausible[0] <= value <= self.plausible[1]  # type: ignore[operator]


@dataclass(frozen=True, kw_only=True)
class Lever(Parameter):
    """One that a policy can change; all others hold throughout a run.

    Attributes:
        label: as people read it.
        price: the parameter that prices it, if one does.
        cost: the monthly measure that it is charged to, if it is charged.
        absolute: whether it is a number for 36 councils, which grows with a population.
        recruited: whether people have to be found for it before it acts.
        part_of: the lever that it says more of, and with which it is pulled, if there is one.
        pays_grants: whether it is the money for grants, so that these are part of what it costs.
    """

    label: str
    price: str = ""
    cost: str = ""
    absolute: bool = False
    recruited: bool = False
    part_of: str = ""
    pays_grants: bool = False

    is_lever: ClassVar[bool] = True


def is_whole(value: object, least: int) -> TypeGuard[int]:
    """Whether it is a whole number of at least so much, and written as one."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


ANY_NUMBER = Domain()
ABOVE_ZERO = Domain(0.0, open_low=True)
PROBABILITY = Domain(0.0, 1.0)
# Of the model's numbers: far beyond what makes sense, near enough for a run to take no longer than others.
_NEAR, _FAR = 1e-6, 1e12
REAL = Domain(-1000.0, 1000.0)
NON_NEGATIVE = Domain(0.0, _FAR)
POSITIVE = Domain(_NEAR, _FAR)
AT_LEAST_ONE = Domain(1.0, _FAR)


def whole(low: int, high: int) -> Domain:
    """The whole numbers from low to high."""
    return Domain(low, high, whole=True)


def between(low: float, high: float) -> Domain:
    """The numbers from low to high; a high end keeps a run from taking for ever."""
    return Domain(low, high)


def one_of(*words: str) -> Domain:
    """One of some words."""
    return Domain(words=words)

"""Checks: what theory says of a run, and what the model gives, with an interval that is seldom wrong."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

#: How often a check of luck fails a sound build, for one choice of seeds; seeds are fixed.
FALSE_ALARM = 1e-3
#: What sums in floating-point numbers may be wrong by, of the size of what is summed.
ROUNDING = 1e-9

#: What each column of the checks is: its unit and meaning.
COLUMNS = {
    "kind": ("", "closed form, conservation, extreme, or twin"),
    "check": ("", "its name"),
    "given": ("", "what is set"),
    "theory": ("", "what then holds"),
    "expected": ("the check's", "what theory says"),
    "model": ("the check's", "what the model gives"),
    "low": ("the check's", "low end of its 99.9% interval by luck, or of what rounding may do"),
    "high": ("the check's", "high end of the same"),
    "passes": ("", "whether theory lies between the two; missing where it was not checked"),
    "missing": ("", "why it was not checked; empty if it was"),
}  # fmt: skip


@dataclass(frozen=True)
class Measured:
    """What theory says, and what the model gives.

    Attributes:
        expected: by theory.
        model: by the model.
        low: end of the interval of the latter.
        high: its other end.
    """

    expected: float
    model: float
    low: float
    high: float

    @property
    def passes(self) -> bool:
        """Whether theory lies within the model's interval."""
        return self.low <= self.expected <= self.high


def exactly(expected: float, model: float) -> Measured:
    """Something that no luck moves."""
    room = ROUNDING * max(1.0, abs(expected))
    return Measured(expected, model, model - room, model + room)


def mean_of(values: Sequence[float], expected: float) -> Measured:
    """The mean of independent runs, by Student's t."""
    mean, error = float(np.mean(values)), float(stats.sem(values))
    half = float(stats.t.isf(FALSE_ALARM / 2, len(values) - 1)) * error
    return Measured(expected, mean, mean - half, mean + half)


def share_of(happened: float, tried: float, expected: float) -> Measured:
    """A share of independent trials, by Clopper and Pearson (1934)."""
    ends = stats.binomtest(int(happened), int(tried)).proportion_ci(1 - FALSE_ALARM, "exact")
    return Measured(expected, happened / tried, float(ends.low), float(ends.high))

"""Drawing: where things stand in a picture; templates make SVG of it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

#: Of a picture that fits a telephone; elsewhere it grows.
WIDTH, HEIGHT = 360, 210
_LEFT, _RIGHT, _TOP, _BOTTOM = 38, 12, 10, 30
_TICKS = 5


@dataclass(frozen=True)
class Scale:
    """From values to a picture."""

    low: float
    high: float
    start: float
    stop: float

    def __call__(self, value: float) -> float:
        """Where a value stands."""
        share = (value - self.low) / (self.high - self.low) if self.high > self.low else 0.5
        return round(self.start + share * (self.stop - self.start), 2)

    def ticks(self, most: int = _TICKS) -> list[tuple[float, str]]:
        """Round values, and where they stand."""
        return [(self(value), tick_text(value)) for value in round_values(self.low, self.high, most)]


def round_values(low: float, high: float, most: int = _TICKS) -> list[float]:
    """Some round values within an interval.

    >>> round_values(0.0, 4.3)
    [0.0, 1.0, 2.0, 3.0, 4.0]
    """
    if not (math.isfinite(low) and math.isfinite(high) and high > low):
        return []
    power = 10.0 ** math.floor(math.log10((high - low) / most))
    step = next((k * power for k in (1, 2, 5, 10) if (high - low) / (k * power) <= most), 10 * power)
    first = math.ceil(low / step - 1e-9)
    return [round(k * step, 12) for k in range(first, math.floor(high / step + 1e-9) + 1)]


def tick_text(value: float) -> str:
    """A value of an axis."""
    text = f"{value / 1000:,g}k" if abs(value) >= 10_000 else f"{value:,g}"
    return text.replace("-", "−")


def axes(xs: Sequence[float], ys: Sequence[float], from_zero: bool = True) -> tuple[Scale, Scale]:
    """The scales of a picture that holds these values."""
    across = Scale(*_ends(xs), _LEFT, WIDTH - _RIGHT)
    low, high = _ends(ys)
    low = min(low, 0.0) if from_zero else low
    return across, Scale(low, high + 0.05 * (high - low), HEIGHT - _BOTTOM, _TOP)


def _ends(values: Sequence[float]) -> tuple[float, float]:
    known = [value for value in values if math.isfinite(value)] or [0.0, 1.0]
    low, high = min(known), max(known)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def path(xs: Sequence[float], ys: Sequence[float]) -> str:
    """A line through points, as SVG says it; points that are not known are passed over."""
    points = [f"{x:g},{y:g}" for x, y in zip(xs, ys, strict=True) if math.isfinite(y)]
    return "M" + "L".join(points) if points else ""


@dataclass(frozen=True)
class Line:
    """A line with its band."""

    label: str
    line: str
    band: str


@dataclass(frozen=True)
class Chart:
    """A picture with two axes."""

    across: Scale
    up: Scale
    lines: list[Line]

    def years(self) -> list[tuple[float, str]]:
        """Where years begin, if it is over months."""
        step = 12 if self.across.high <= 12 * 12 else 24
        return [(self.across(month), f"{month // 12}") for month in range(0, int(self.across.high) + 1, step)]


def over_time(months: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]) -> Chart | None:
    """Means over the months with their bands, by name; None if nothing is known."""
    known = {name: each for name, each in months.items() if len(each[0])}
    if not known:
        return None
    n = max(len(mean) for mean, _, _ in known.values())
    ends = [value for each in known.values() for part in each for value in part.tolist()]
    across, up = axes([0.0, n], ends)
    return Chart(across, up, [_line(name, each, across, up) for name, each in known.items()])


def _line(name: str, each: tuple[np.ndarray, np.ndarray, np.ndarray], across: Scale, up: Scale) -> Line:
    xs = [across(month + 1) for month in range(len(each[0]))]
    mean, low, high = ([up(value) for value in part.tolist()] for part in each)
    there = [k for k in range(len(xs)) if math.isfinite(low[k]) and math.isfinite(high[k])]
    around = [*((xs[k], high[k]) for k in there), *((xs[k], low[k]) for k in reversed(there))]
    band = path([x for x, _ in around], [y for _, y in around]) + "Z" if there else ""
    return Line(name, path(xs, mean), band)


@dataclass(frozen=True)
class Bar:
    """An interval on a scale from 0 to 100."""

    low: float
    high: float
    value: float
    zero: float


def bars(effects: Sequence[tuple[float, float, float]]) -> list[Bar]:
    """Intervals (effect, low, high) on one scale that holds zero."""
    scale = Scale(*_ends([0.0, *(value for each in effects for value in each)]), 3.0, 97.0)
    zero = scale(0.0)

    def at(value: float) -> float:
        return scale(value) if math.isfinite(value) else zero

    return [Bar(at(low), at(high), at(effect), zero) for effect, low, high in effects]

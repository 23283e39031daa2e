"""The country: where things stand on a map that fits a picture, and the outline around them."""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

_OUTLINE = Path(__file__).with_name("outline.json")
_EDGE, _TALLEST = 14.0, 1.6
#: Longitudes are so much nearer to each other than latitudes, in the middle of the country.
_NARROW = math.cos(math.radians(54.5))
#: Degrees of longitude and latitude between which the country lies.
_EAST_WEST, _NORTH_SOUTH = (-9.0, 3.0), (49.0, 61.5)
#: Degrees of latitude that are much of it.
_MUCH = 3.0


@dataclass(frozen=True)
class Frame:
    """From positions to a picture; one scale for both directions, so that shapes are right.

    Attributes:
        left: the least position eastward.
        low: the least northward.
        unit: of the picture, to one of the positions.
        start: where the picture of the leftmost begins.
        height: of the picture.
    """

    left: float
    low: float
    unit: float
    start: float
    height: float

    def x(self, eastward: float) -> float:
        """Where a position stands from the left."""
        return round(self.start + self.unit * (eastward - self.left), 2)

    def y(self, northward: float) -> float:
        """Where it stands from the top."""
        return round(self.height - _EDGE - self.unit * (northward - self.low), 2)


def flat(xs: np.ndarray, ys: np.ndarray, is_globe: bool) -> tuple[np.ndarray, np.ndarray]:
    """Positions on a plane: km as they are, longitudes drawn together."""
    return (xs * _NARROW if is_globe else xs), ys


def frame_of(xs: np.ndarray, ys: np.ndarray, width: float) -> Frame:
    """The frame of a picture of some width that holds positions on a plane."""
    wide, tall = (max(float(np.ptp(each)), 1e-6) for each in (xs, ys))
    unit = min((width - 2 * _EDGE) / wide, _TALLEST * width / tall)
    height = round(2 * _EDGE + unit * tall, 1)
    return Frame(float(xs.min()), float(ys.min()), unit, (width - unit * wide) / 2, height)


def outlined(frame: Frame, longitudes: Iterable[float], latitudes: Iterable[float]) -> list[str]:
    """The outline of the country in a frame, as SVG has paths; none if a position is not within it."""
    is_here = all(_EAST_WEST[0] < x < _EAST_WEST[1] for x in longitudes) and all(
        _NORTH_SOUTH[0] < y < _NORTH_SOUTH[1] for y in latitudes
    )
    return [_path(ring, frame) for ring in _rings()] if is_here else []


def with_country(longitudes: np.ndarray, latitudes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positions, and those of the whole country's outline where they lie over much of it.

    A frame of these cuts no country that is meant as a whole; a few councils of one county fill their own.
    """
    if np.ptp(latitudes) < _MUCH:
        return longitudes, latitudes
    outline = np.array([point for ring in _rings() for point in ring])
    return tuple(np.concatenate(each) for each in zip((longitudes, latitudes), outline.T, strict=True))


@cache
def _rings() -> list[list[tuple[float, float]]]:
    """The outline of the United Kingdom: rings of longitude and latitude (Natural Earth, public domain)."""
    return [[tuple(point) for point in ring] for ring in json.loads(_OUTLINE.read_text(encoding="utf-8"))]


def _path(ring: list[tuple[float, float]], frame: Frame) -> str:
    return "M" + "L".join(f"{frame.x(x * _NARROW):g},{frame.y(y):g}" for x, y in ring) + "Z"

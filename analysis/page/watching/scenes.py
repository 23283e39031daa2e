"""Scenes: what is watched, as a link says it, and the picture of it."""

import json
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from analysis.page.drawing import Scale
from analysis.page.state import State, read
from analysis.page.watching.watched import DRAWN, Site, Watched
from model.policy import BASELINE, Policy

_OUTLINE = Path(__file__).parents[1] / "outline.json"
#: Of the picture; its height follows from what it shows.
WIDTH = 360.0
_EDGE = 14.0
_KINDS = ("council", "university", "tie", "researcher")
#: Longitudes are so much nearer to each other than latitudes, in the middle of the country.
_NARROW = math.cos(math.radians(54.5))


@dataclass(frozen=True)
class Scene:
    """What is watched.

    Attributes:
        state: whose policies.
        right: the policy beside the one that the others are compared with; empty: that one alone.
        seed: the luck.
        month: of the horizon.
        about: what is looked at: kind, row and which of the two runs.
        row: a row of the store instead, by the beginning of its name.
    """

    state: State
    right: str
    seed: int = 0
    month: int = 0
    about: tuple[str, int, int] | None = None
    row: str = ""

    @property
    def policies(self) -> list[Policy]:
        """Those that are watched."""
        by_name = dict(zip(self.state.names, self.state.run, strict=True))
        return [by_name.get(self.state.against, BASELINE), *([by_name[self.right]] if self.right else [])]

    @property
    def query(self) -> str:
        """Its link's query."""
        about = ":".join(map(str, self.about)) if self.about else ""
        said = {"right": self.right, "seed": self.seed, "month": self.month, "about": about, "row": self.row}
        own = urlencode([(k, v) for k, v in said.items() if v], safe=":")
        return "&".join(filter(None, (self.state.query, own)))


def scene_of(query: str) -> tuple[Scene, dict[str, str]]:
    """What a link asks to watch, and what is wrong with it."""
    state, problems = read(query)
    said = dict(parse_qsl(query[:8000]))
    others = [name for name in state.names if name != state.against]
    right = said.get("right", "")
    if right and right not in others:
        problems["right"] = f"right = {right} is not allowed: it takes {' or '.join(others) or 'nothing'}."
    return (
        Scene(
            state,
            right if right in others else (others or [""])[0],
            _whole(said.get("seed", ""), 2**63 - 1, "seed", problems),
            _whole(said.get("month", ""), 9999, "month", problems),
            _about(said.get("about", "")),
            "".join(each for each in said.get("row", "") if each in "0123456789abcdef")[:32],
        ),
        problems,
    )


def _whole(text: str, most: int, name: str, problems: dict[str, str]) -> int:
    if text and not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= most):
        problems[name] = f"{name} = {text} is not allowed: it takes a whole number of at least 0."
        return 0
    return int(text or 0)


def _about(text: str) -> tuple[str, int, int] | None:
    kind, _, rest = text.partition(":")
    row, _, side = rest.partition(":")
    if kind in _KINDS and row.isascii() and row.isdigit() and side in ("0", "1") and len(row) < 9:
        return kind, int(row), int(side)
    return None


@dataclass(frozen=True)
class Mark:
    """A council or a university in the picture."""

    row: int
    label: str
    x: float
    y: float
    radius: float


@dataclass(frozen=True)
class Map:
    """The picture: what stands still in it."""

    height: float
    outline: list[str]
    councils: list[Mark]
    universities: list[Mark]
    places: list[tuple[str, float, float]]


def map_of(watched: Watched) -> Map:
    """Where everybody is."""
    is_globe = watched.population.geographic
    sites = [*watched.councils, *watched.universities]
    xs, ys = [_flat(each, is_globe)[0] for each in sites], [_flat(each, is_globe)[1] for each in sites]
    across, up = _scales(xs, ys)
    outline = [_path(ring, across, up) for ring in _rings()] if is_globe and _is_here(watched) else []
    return Map(
        round(up.start + _EDGE, 1),
        outline,
        [_mark(k, each, is_globe, across, up, 3.2) for k, each in enumerate(watched.councils)],
        [_mark(k, each, is_globe, across, up, 3.0) for k, each in enumerate(watched.universities)],
        [] if is_globe else _places(watched, across, up),
    )


def _flat(site: Site, is_globe: bool) -> tuple[float, float]:
    return (site.x * _NARROW, site.y) if is_globe else (site.x, site.y)


def _scales(xs: list[float], ys: list[float]) -> tuple[Scale, Scale]:
    """One scale for both directions, so that shapes are right."""
    left, right, low, high = min(xs), max(xs), min(ys), max(ys)
    wide, tall = max(right - left, 1e-6), max(high - low, 1e-6)
    unit = min((WIDTH - 2 * _EDGE) / wide, 1.6 * WIDTH / tall)
    start = (WIDTH - unit * wide) / 2
    return (
        Scale(left, left + wide, start, start + unit * wide),
        Scale(low, low + tall, _EDGE + unit * tall, _EDGE),
    )


def _mark(row: int, site: Site, is_globe: bool, across: Scale, up: Scale, size: float) -> Mark:
    x, y = _flat(site, is_globe)
    return Mark(row, f"{site.name}, {site.place}", across(x), up(y), size)


def _places(watched: Watched, across: Scale, up: Scale) -> list[tuple[str, float, float]]:
    """Where a place's name stands: above all that is in it."""
    found = []
    for place in watched.population.places:
        own = [each for each in (*watched.councils, *watched.universities) if each.place == place]
        x, y = sum(each.x for each in own) / len(own), max(each.y for each in own)
        found.append((place, across(x), max(up(y) - 6, 9)))
    return found


@cache
def _rings() -> list[list[tuple[float, float]]]:
    """The outline of the United Kingdom: rings of longitude and latitude (Natural Earth, public domain)."""
    return [[tuple(point) for point in ring] for ring in json.loads(_OUTLINE.read_text(encoding="utf-8"))]


def _is_here(watched: Watched) -> bool:
    """Whether councils are in the country whose outline there is."""
    return all(-9 < each.x < 3 and 49 < each.y < 61.5 for each in watched.councils)


def _path(ring: list[tuple[float, float]], across: Scale, up: Scale) -> str:
    return "M" + "L".join(f"{across(x * _NARROW):g},{up(y):g}" for x, y in ring) + "Z"


def moving(watched: Watched) -> dict[str, Any]:
    """What moves in the picture: ties, by their stage from month to month; and what is measured."""
    strategic = watched.run.series["strategic"].astype(int).tolist()
    project = watched.run.series["project"].astype(int).tolist()
    return {"ties": watched.drawn(), "strategic": strategic, "project": project, "stages": DRAWN}

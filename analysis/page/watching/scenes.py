"""Scenes: what is watched, as a link says it, and the picture of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

import numpy as np

from analysis.figures.drawing.country import Frame, flat, frame_of, outlined
from analysis.page.state import State, read
from analysis.page.watching.watched import DRAWN, Site, Watched
from experiments.rows.mixed import in_seed
from model.policy import BASELINE, Policy

#: Of the picture; its height follows from what it shows.
WIDTH = 360.0
_KINDS = ("council", "university", "tie", "researcher", "agreement")


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
        policies = (in_seed(each, self.seed) for each in self.state.run)
        by_name = dict(zip(self.state.names, policies, strict=True))
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
    councils, universities = watched.councils, watched.universities
    frame = frame_of(*_positions([*councils, *universities], is_globe), WIDTH)
    return Map(
        frame.height,
        outlined(frame, [each.x for each in councils], [each.y for each in councils]) if is_globe else [],
        _marks(councils, is_globe, frame, 3.2),
        _marks(universities, is_globe, frame, 3.0),
        [] if is_globe else _places(watched, frame),
    )


def _positions(sites: Sequence[Site], is_globe: bool) -> tuple[np.ndarray, np.ndarray]:
    return flat(np.array([each.x for each in sites]), np.array([each.y for each in sites]), is_globe)


def _marks(sites: Sequence[Site], is_globe: bool, frame: Frame, radius: float) -> list[Mark]:
    positions = zip(*_positions(sites, is_globe), strict=True)
    return [
        Mark(row, f"{site.name}, {site.place}", frame.x(float(x)), frame.y(float(y)), radius)
        for row, (site, (x, y)) in enumerate(zip(sites, positions, strict=True))
    ]


def _places(watched: Watched, frame: Frame) -> list[tuple[str, float, float]]:
    """Where a place's name stands: above all that is in it."""
    found = []
    for place in watched.population.places:
        own = [each for each in (*watched.councils, *watched.universities) if each.place == place]
        x, y = sum(each.x for each in own) / len(own), max(each.y for each in own)
        found.append((place, frame.x(x), max(frame.y(y) - 6, 9)))
    return found


def moving(watched: Watched) -> dict[str, Any]:
    """What moves in the picture: ties, by their stage from month to month; and what is measured."""
    strategic = watched.run.series["strategic"].astype(int).tolist()
    project = watched.run.series["project"].astype(int).tolist()
    return {"ties": watched.drawn(), "strategic": strategic, "project": project, "stages": DRAWN}

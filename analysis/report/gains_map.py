"""The map of who gains: a disc for each place where councils are, by what a policy adds there."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

import numpy as np
import pandas as pd

from analysis.figures.drawing.country import flat, frame_of, outlined, with_country
from analysis.report import phrases
from analysis.report.shown import Figure, number
from analysis.report.source import Source
from analysis.statistics.ledger.councils import entries_of
from analysis.statistics.ledger.pairs import COUNTED, ENTRIES, GAINED, LOST

_WIDTH, _LARGEST, _SMALLEST = 360.0, 13.0, 1.5
#: With more, names would lie over discs; where there is an outline, that tells.
_MOST_NAMES = 16
#: Of names: width of a letter, and how far letters reach above and below their line.
_LETTER, _ABOVE, _BELOW = 5.8, 9.0, 3.0
_GAIN, _LOSS = "#00678a", "#c15b00"


def gains_map(source: Source, policy: str) -> Iterator[Figure]:
    """What a policy adds, where; nothing if that is not known."""
    councils, followed, months = source.table("councils"), source.table("followed"), source.tables.months
    if councils.empty or followed.empty or not months or not {"x", "y"} <= set(councils):
        return
    own = followed[followed["policy"] == policy]
    if own.empty:
        return
    places = _places(councils, own, months)
    is_globe = bool(councils["is_globe"].iloc[0])
    east, north = places["x"].to_numpy(float), places["y"].to_numpy(float)
    xs, ys = flat(east, north, is_globe)
    frame, outline = frame_of(xs, ys, _WIDTH), []
    if is_globe and outlined(frame, east, north):
        frame = frame_of(*flat(*with_country(east, north), is_globe), _WIDTH)
        outline = outlined(frame, east, north)
    parts = [f'<path d="{path}" fill="none" stroke="#888" stroke-width="0.8"/>' for path in outline]
    discs = _discs(places.assign(x=[*map(frame.x, xs)], y=[*map(frame.y, ys)]))
    parts += [_drawn(disc) for disc in discs]
    named = _named(discs) if len(discs) <= _MOST_NAMES else {}
    parts += named.values()
    told = f"Map: partnerships at a time that {phrases.called(policy)} adds for one council, place by place."
    size = f'viewBox="0 0 {_WIDTH:g} {frame.height + _LARGEST:g}" style="max-width:{_WIDTH:g}px;min-width:0"'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(parts)}</svg>'
    unnamed = [disc.name for disc in discs if disc.name not in named] if named else []
    yield Figure(svg, "map", told, _legend(policy, discs, unnamed))


def _places(councils: pd.DataFrame, followed: pd.DataFrame, months: int) -> pd.DataFrame:
    """Where councils are: `x`, `y`, `name`, and partnerships at a time `added` for one council there."""
    (entries,) = entries_of(followed, len(councils)).values()
    active = entries[:, :, COUNTED.index("active")].mean(axis=0)
    at = [ENTRIES.index(name) for name in (*GAINED, *LOST)]
    added = active[:, at] @ np.repeat([1.0, -1.0], len(GAINED)) / months
    there = councils.assign(added=added).groupby(["x", "y"], sort=False)
    names = there["name"].first().where(there.size() == 1, there["place"].first())
    return pd.DataFrame({"added": there["added"].mean(), "name": names}).reset_index()


@dataclass(frozen=True)
class _Disc:
    """A place on the map: its middle, its size, and what is added there."""

    name: str
    added: float
    x: float
    y: float
    radius: float


def _discs(places: pd.DataFrame) -> list[_Disc]:
    """A disc a place, whose area says how much."""
    largest = max(float(places["added"].abs().max()), 1e-9)
    return [
        _Disc(str(name), added, x, y, max(_LARGEST * (abs(added) / largest) ** 0.5, _SMALLEST))
        for name, added, x, y in places[["name", "added", "x", "y"]].itertuples(index=False)
    ]


def _drawn(disc: _Disc) -> str:
    """A disc; hollow, and of another colour, where there is less."""
    colour = _GAIN if disc.added >= 0 else _LOSS
    filled = colour if disc.added >= 0 else "none"
    told = f"<title>{escape(disc.name)}: {number(disc.added, sign=True)}</title>"
    look = f'fill="{filled}" fill-opacity="0.6" stroke="{colour}"'
    return f'<circle cx="{disc.x:g}" cy="{disc.y:g}" r="{disc.radius:.1f}" {look}>{told}</circle>'


def _named(discs: list[_Disc]) -> dict[str, str]:
    """The names of discs, those of the largest first; none where it would lie over anything."""
    taken = [(d.x - d.radius, d.x + d.radius, d.y - d.radius, d.y + d.radius) for d in discs]
    found: dict[str, str] = {}
    for disc in sorted(discs, key=lambda disc: -disc.radius):
        name = f"{disc.name}: {number(disc.added, sign=True)}"
        for side, at, y in _sites(disc):
            left = at - {"start": 0.0, "middle": 0.5, "end": 1.0}[side] * _LETTER * len(name)
            box = (left, left + _LETTER * len(name), y - _ABOVE, y + _BELOW)
            if box[0] >= 0 and box[1] <= _WIDTH and not any(_meet(box, other) for other in taken):
                taken.append(box)
                where = f'x="{at:g}" y="{y:g}" font-size="11" text-anchor="{side}"'
                found[disc.name] = f"<text {where}>{escape(name)}</text>"
                break
    return found


def _sites(disc: _Disc) -> Iterator[tuple[str, float, float]]:
    """Where a name may be: below, beside, above; the side from which it is written, and where that is."""
    beside = disc.radius + _BELOW
    sides = (("middle", disc.x), ("start", disc.x - disc.radius), ("end", disc.x + disc.radius))
    yield from ((side, x, disc.y + beside + _ABOVE - 1) for side, x in sides)
    yield "start", disc.x + beside, disc.y + _BELOW
    yield "end", disc.x - beside, disc.y + _BELOW
    yield from ((side, x, disc.y - beside) for side, x in sides)


def _meet(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    """Whether two boxes share some room."""
    return one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]


def _legend(policy: str, discs: list[_Disc], unnamed: list[str]) -> str:
    largest = max(abs(disc.added) for disc in discs)
    is_less = any(disc.added < 0 for disc in discs)
    text = (
        f"What {phrases.called(policy)} adds for one council, where it is: the largest disc is "
        f"{number(largest)} partnerships at a time{'; hollow ones are fewer than without it' * is_less}."
    )
    return f"{text} No room for the names of: {phrases.listed(unnamed)}." if unnamed else text

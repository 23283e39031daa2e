"""The map of who gains: a disc for each place where councils are, by what a policy adds there."""

from collections.abc import Iterator
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
#: With more, names would lie over one another; where there is an outline, that tells.
_MOST_NAMES = 16
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
    largest = max(float(places["added"].abs().max()), 1e-9)
    for x, y, line in zip(map(frame.x, xs), map(frame.y, ys), places.to_dict("records"), strict=True):
        parts.append(_disc(x, y, float(line["added"]), largest, str(line["name"])))
        if not is_globe and len(places) <= _MOST_NAMES:
            parts.append(_label(x, y, f"{line['name']}: {number(float(line['added']), sign=True)}"))
    told = f"Map: partnerships at a time that {phrases.called(policy)} adds for one council, place by place."
    size = f'viewBox="0 0 {_WIDTH:g} {frame.height + _LARGEST:g}" style="max-width:{_WIDTH:g}px;min-width:0"'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(parts)}</svg>'
    yield Figure(svg, "map", told, _legend(policy, largest, bool((places["added"] < 0).any())))


def _places(councils: pd.DataFrame, followed: pd.DataFrame, months: int) -> pd.DataFrame:
    """Where councils are: `x`, `y`, `name`, and partnerships at a time `added` for one council there."""
    (entries,) = entries_of(followed, len(councils)).values()
    active = entries[:, :, COUNTED.index("active")].mean(axis=0)
    at = [ENTRIES.index(name) for name in (*GAINED, *LOST)]
    added = active[:, at] @ np.repeat([1.0, -1.0], len(GAINED)) / months
    there = councils.assign(added=added).groupby(["x", "y"], sort=False)
    names = there["name"].first().where(there.size() == 1, there["place"].first())
    return pd.DataFrame({"added": there["added"].mean(), "name": names}).reset_index()


def _disc(x: float, y: float, added: float, largest: float, name: str) -> str:
    """A disc whose area says how much; hollow, and of another colour, where there is less."""
    radius = max(_LARGEST * (abs(added) / largest) ** 0.5, _SMALLEST)
    colour = _GAIN if added >= 0 else _LOSS
    filled = colour if added >= 0 else "none"
    told = f"<title>{escape(name)}: {number(added, sign=True)}</title>"
    look = f'fill="{filled}" fill-opacity="0.6" stroke="{colour}"'
    return f'<circle cx="{x:g}" cy="{y:g}" r="{radius:.1f}" {look}>{told}</circle>'


def _label(x: float, y: float, name: str) -> str:
    """The name below a disc, turned to where there is room."""
    side = "start" if x < _WIDTH / 4 else "end" if x > 3 * _WIDTH / 4 else "middle"
    at = x + {"start": -_LARGEST, "end": _LARGEST}.get(side, 0.0)
    where = f'x="{at:g}" y="{y + 1.9 * _LARGEST:g}" font-size="11" text-anchor="{side}"'
    return f"<text {where}>{escape(name)}</text>"


def _legend(policy: str, largest: float, is_less: bool) -> str:
    return (
        f"What {phrases.called(policy)} adds for one council, where it is: the largest disc is "
        f"{number(largest)} partnerships at a time{'; hollow ones are fewer than without it' * is_less}."
    )

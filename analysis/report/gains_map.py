"""The map of who gains: a disc for each place where councils are, by what a policy adds there."""

from collections.abc import Iterator
from html import escape

import numpy as np
import pandas as pd

from analysis.figures.drawing.country import flat, frame_of, outlined
from analysis.report import phrases
from analysis.report.shown import Figure, number
from analysis.report.source import Source
from analysis.statistics.ledger.councils import entries_of
from analysis.statistics.ledger.pairs import ENTRIES, GAINED, LOST, WHATS

_WIDTH, _LARGEST, _SMALLEST = 360.0, 13.0, 1.5
_GAIN, _LOSS = "#00678a", "#c15b00"


def gains_map(source: Source, policy: str) -> Iterator[Figure]:
    """What a policy adds, where; nothing if that is not known."""
    councils, followed, months = source.table("councils"), source.table("followed"), source.tables.months
    own = followed[followed["policy"] == policy]
    if councils.empty or own.empty or not months or not {"x", "y"} <= set(councils):
        return
    places = _places(councils, own, months)
    is_globe = bool(councils["is_globe"].iloc[0])
    xs, ys = flat(places["x"].to_numpy(float), places["y"].to_numpy(float), is_globe)
    frame = frame_of(xs, ys, _WIDTH)
    outline = outlined(frame, places["x"], places["y"]) if is_globe else []
    parts = [f'<path d="{path}" fill="none" stroke="#888" stroke-width="0.8"/>' for path in outline]
    largest = max(float(places["added"].abs().max()), 1e-9)
    parts += [
        _disc(frame.x(x), frame.y(y), float(line["added"]), largest, str(line["name"]))
        for x, y, line in zip(xs, ys, places.to_dict("records"), strict=True)
    ]
    told = f"Map: partnerships at a time that {phrases.called(policy)} adds for one council, place by place."
    size = f'viewBox="0 0 {_WIDTH:g} {frame.height:g}" width="{_WIDTH:g}"'
    legend = _legend(policy, largest, frame.height)
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(parts)}</svg>{legend}'
    yield Figure(svg, "map", told)


def _places(councils: pd.DataFrame, followed: pd.DataFrame, months: int) -> pd.DataFrame:
    """Where councils are: `x`, `y`, `name`, and partnerships at a time `added` for one council there."""
    (entries,) = entries_of(followed, len(councils)).values()
    active = entries[:, :, WHATS.index("active")].mean(axis=0)
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


def _legend(policy: str, largest: float, height: float) -> str:
    text = (
        f"What {phrases.called(policy)} adds for one council, where it is: the largest disc is "
        f"{number(largest)} partnerships at a time; hollow ones are fewer than without it."
    )
    return f'<p class="note">{escape(text)}</p>'

"""Friction: what is realised of what could be had with the same people and time, under each policy."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis import words
from analysis.figures.drawing import panels, style
from analysis.tables import Tables

LINE = 0.3  # inches: a policy's
MOST = 20  # policies: more are told in words
_STEPS = {
    "lot_share": ("by lot", style.PALE),
    "share": ("realised", style.INK),
    "introduced_share": ("by the best introductions", style.BLUE),
    "asked_share": ("where councils take whom they are offered", style.ORANGE),
}


def draw(tables: Tables) -> Figure | None:
    """A line a policy: by lot, realised, by the best introductions, where councils ask; of all there is."""
    table = tables.friction
    if table is None or table.empty or table["share"].isna().all():
        return None
    shown, base = table.head(MOST), table[table["policy"] == tables.against].iloc[0]
    names = [words.shortened(words.humanise(policy)) for policy in shown["policy"]]
    more = len(table) - len(shown)
    left = panels.width_of(names)
    figure, ((axes,),) = panels.grid(
        f"{words.percent(base['share'])} of what could be had is realised; introductions could add "
        f"{100 * (base['introduced_share'] - base['share']):.0f} points",
        "Value of pairs on questions that councils have: fit times the chance that both would agree, of all\n"
        "that the same people have time for. Mean over the ends of years, with 95% intervals.",
        [LINE * (len(names) + (more > 0))],
        left=left,
        legend=[panels.key(text, colour) for text, colour in _STEPS.values()],
    )
    panels.name_lines(axes, names, more > 0)
    if more:
        panels.tell_rest(axes, len(names), f"{words.counted(more, 'policy')} more: in friction.csv", left)
    for step, (_, colour) in _STEPS.items():
        panels.draw_intervals(axes, np.arange(len(shown)), shown, step, colour)
    panels.head(axes, "Of what could be had if all agreed", "", left)
    _scale(axes)
    return figure


def _scale(axes: Axes) -> None:
    axes.set_xlim(0, 1)
    axes.set_xticks(np.linspace(0, 1, 6), [f"{tick}%" for tick in range(0, 101, 20)])

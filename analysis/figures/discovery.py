"""Flips: where in the space of uncertain numbers another policy is better than the best one."""

from textwrap import wrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from analysis import words
from analysis.figures.drawing import panels, style
from analysis.statistics.discovery import flipped
from analysis.tables import Tables

LINE = 0.4  # inches: a part of space, told in two lines
LETTERS = 62  # of a line of conditions
LEFT, RIGHT = 4.55, 1.0  # inches: for conditions, and for shares
MOST = 4  # pairs of policies
N_FACTORS = 3  # named as what the difference hangs on
_PAIR = ("response", "policy", "other")


def draw(tables: Tables) -> Figure | None:
    """The parts of space of each pair of policies whose ranking flips, those that flip most first."""
    pairs = _flipping(tables.flips)
    shown = panels.first(pairs, MOST)
    if not shown:
        return None
    figure, axes = panels.grid(
        _finding(next(iter(shown))),
        "Parts of the space of uncertain numbers, found on one half of the futures; the difference there,\n"
        "estimated on the other half, with its 95% interval; and the share of all futures that lie there.\n"
        "Told where most of many such halves tell it.",
        [LINE * len(leaves) for leaves in shown.values()],
        left=LEFT,
        right=RIGHT,
        legend=[
            panels.key("the first policy is better", style.BETTER),
            panels.key("the second is better", style.WORSE),
            panels.key("cannot tell", style.UNCLEAR),
        ],
        left_out=len(pairs) - len(shown),
    )
    for each, ((response, policy, other), leaves) in zip(axes.flat, shown.items(), strict=True):
        heading = f"{words.humanise(policy)} − {words.humanise(other)}: {tables.columns.label(response)}"
        panels.head(each, heading, _hangs_on(tables.importance, (response, policy, other)), LEFT)
        scale, unit = tables.columns.shown(response, tables.months)
        _draw_leaves(each, leaves, scale)
        each.set_xlabel(f"how much better the first is, {unit}")
    return figure


def _finding(pair: tuple) -> str:
    """What the figure says: whose order turns most."""
    policy, other = (words.shortened(words.humanise(name)) for name in pair[1:])
    return f"{policy} or {other}: which is better turns with the uncertain numbers"


def _flipping(table: pd.DataFrame | None) -> dict[tuple, pd.DataFrame]:
    """The leaves of pairs of which each is better somewhere, by how much of space is surely the other's."""
    pairs = {pair: leaves for pair, leaves in panels.parts(table, *_PAIR).items() if flipped(leaves)}
    return dict(sorted(pairs.items(), key=lambda item: -item[1].loc[item[1]["high"] < 0, "share"].sum()))


def _hangs_on(importance: pd.DataFrame | None, pair: tuple) -> str:
    """The factors that surely explain some of a difference, those that explain most first."""
    factors = panels.parts(importance, *_PAIR).get(pair)
    known = [] if factors is None else factors[factors["matters"]].nlargest(N_FACTORS, "importance")["factor"]
    return f"Hangs most on {', '.join(map(words.condition, known))}" if len(known) else ""


def _draw_leaves(axes: Axes, leaves: pd.DataFrame, scale: float) -> None:
    lines = np.arange(len(leaves))
    difference, low, high = (scale * leaves[name].to_numpy(float) for name in ("difference", "low", "high"))
    table = pd.DataFrame({"difference": difference, "difference_low": low, "difference_high": high})
    panels.name_lines(axes, [_told(where) for where in leaves["where"]])
    panels.mark(axes, 0, len(leaves))
    panels.draw_intervals(axes, lines, table, "difference", style.colours_of(low, high), size=34)
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(style.signed))
    for line, share in zip(lines, leaves["share"], strict=True):
        axes.annotate(
            words.percent(share), (1, line), xycoords=("axes fraction", "data"), xytext=(44, 0),
            textcoords="offset points", ha="right", va="center", fontsize=9, annotation_clip=False,
        )  # fmt: skip
    axes.annotate(
        "of futures", (1, 1), xycoords="axes fraction", xytext=(44, 5), textcoords="offset points",
        ha="right", fontsize=8.5, color=style.GREY, annotation_clip=False,
    )  # fmt: skip


def _told(where: str) -> str:
    """Conditions in two lines at the most."""
    lines = wrap(words.condition(where), LETTERS)
    return "\n".join(lines if len(lines) <= 2 else [lines[0], words.shortened(" ".join(lines[1:]), LETTERS)])

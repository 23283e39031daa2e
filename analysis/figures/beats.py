"""Contests: how often one policy has more than another in one and the same future."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from analysis import words
from analysis.figures.drawing import panels, style
from analysis.figures.regret import label, ranked
from analysis.tables import Tables

N_POLICIES = 16  # a side: more cannot be read
MOST = 3  # responses
CELL, NARROW, LINE = 0.72, 0.5, 0.34  # inches: width at most and at least, and height
RIGHT = 0.3  # inches
SLANT = 35  # degrees, of the names of columns
COLOURS = LinearSegmentedColormap.from_list("contest", [style.VERMILION, "#f7f7f7", style.BLUE])
STRONG = 0.4  # so far from even odds, colours are so dark that letters must be light


def draw(tables: Tables) -> Figure | None:
    """A table of contests for each response, policies in order of regret."""
    responses = panels.parts(tables.beats, "response")
    if not responses:
        return None
    orders = _orders(tables, responses)
    shown = list(panels.first(responses, MOST).items())
    most = max(len(orders[response]) for response, _ in shown)
    left = panels.width_of([label(policy) for response, _ in shown for policy in orders[response]])
    columns = 2 if len(shown) > 1 and left + NARROW * most < style.WIDTH / 2 - RIGHT else 1
    figure, axes = panels.grid(
        _finding(shown[0][1], orders[shown[0][0]]),
        "Probability, in percent, that in one future the row's policy does better than the column's,\n"
        "with the same luck. Bold: the 95% interval excludes even odds. In order of regret, the least first.",
        panels.rows_of([LINE * len(orders[response]) for response, _ in shown], columns),
        columns,
        left,
        right=max(RIGHT, style.WIDTH / columns - left - CELL * most),
        foot=0.1 + left * np.sin(np.radians(SLANT)),
        left_out=len(responses) - len(shown),
    )  # fmt: skip
    for each, (response, contests) in zip(panels.filled(axes, len(shown)), shown, strict=True):
        panels.head(each, tables.columns.label(str(response[0])), _how_many(contests), left)
        _draw_contests(each, contests, orders[response])
    return figure


def _finding(contests: pd.DataFrame, order: Sequence[str]) -> str:
    """What the figure says, of the first response: which policy surely beats most others."""
    wins = (contests["beats_low"] > 0.5).groupby(contests["policy"]).sum().reindex(order)
    if not wins.max():
        return "No policy is shown to beat another in most futures"
    return f"{label(str(wins.idxmax()))} beats {wins.max()} of {len(wins) - 1} others in most futures"


def _how_many(contests: pd.DataFrame) -> str:
    n = contests["policy"].nunique()
    return ("" if n <= N_POLICIES else f"{N_POLICIES} of ") + words.counted(n, "policy")


def _orders(tables: Tables, responses: dict[tuple, pd.DataFrame]) -> dict[tuple, list[str]]:
    """The policies of each response, in order of regret as far as it is known."""
    regrets = ranked(tables.regret)
    return {
        response: list(regrets.get(str(response[0]), contests)["policy"].unique()[:N_POLICIES])
        for response, contests in responses.items()
    }


def _draw_contests(axes: Axes, contests: pd.DataFrame, order: Sequence[str]) -> None:
    chances, low, high = (
        contests.pivot_table(index="policy", columns="other", values=name).reindex(index=order, columns=order)
        for name in ("beats", "beats_low", "beats_high")
    )
    is_clear = ((low > 0.5) | (high < 0.5)).to_numpy()
    axes.pcolormesh(chances, cmap=COLOURS, vmin=0, vmax=1, edgecolors="white", linewidth=1.5)
    for (row, column), chance in np.ndenumerate(chances.to_numpy()):
        if np.isfinite(chance):
            axes.text(column + 0.5, row + 0.5, f"{100 * chance:.0f}", **_look(chance, is_clear[row, column]))
    middle = np.arange(len(order)) + 0.5
    names = [label(policy) for policy in order]
    axes.set_xticks(middle, names, rotation=SLANT, ha="right", rotation_mode="anchor")
    axes.set_yticks(middle, names)
    axes.set_ylim(len(order), 0)
    axes.grid(visible=False)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def _look(chance: float, is_clear: bool) -> dict[str, object]:
    return {
        "ha": "center",
        "va": "center",
        "fontsize": 9,
        "weight": "bold" if is_clear else "normal",
        "color": "white" if abs(chance - 0.5) > STRONG else style.INK,
    }

"""Combined: what policies do together, beside the sum of what each does alone, and what each gives of it."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from analysis import words
from analysis.figures.drawing import panels, style
from analysis.statistics.decision.combined import CANNOT_TELL, THE_SUM
from analysis.tables import Tables

LINE = 0.34  # inches: a policy's
MOST = 3  # indicators
#: How far a line's two marks are from its middle, in lines.
_APART = 0.16
_SUM = "All together"
_NUMBERS = {2: "two", 3: "three", 4: "four", 5: "five"}


def draw(tables: Tables) -> Figure | None:
    """A panel an indicator: each policy alone and what it gives of all together; the sum of both below."""
    if tables.combined is None or tables.shares is None or tables.combined.empty or tables.shares.empty:
        return None
    games = panels.parts(tables.shares, "indicator")
    shown = panels.first(games, MOST)
    order = list(next(iter(shown.values())).sort_values("alone", ascending=False)["policy"])
    names = [*(words.shortened(words.humanise(policy)) for policy in order), _SUM]
    left = panels.width_of(names)
    wholes = _wholes(tables.combined)
    figure, ((*axes,),) = panels.grid(
        _finding(wholes.iloc[0], len(order), tables.columns.label(str(wholes.index[0]))),
        "What each policy changes by itself, and what it gives of all together: what it adds\n"
        "when it comes, mean over all orders of coming. 95% intervals, from runs that share their luck.",
        [LINE * len(names)],
        columns=len(shown),
        left=left,
        between=0.3,
        legend=[
            panels.key("by itself; below, the sum", style.GREY, markerfacecolor="white"),
            *(panels.key(text, colour) for text, colour in _GIVES.items()),
        ],
        left_out=len(games) - len(shown),
    )
    for at, (each, (indicator,)) in enumerate(zip(axes, shown, strict=True)):
        factor, unit = tables.columns.shown(str(indicator), tables.months)
        lines = shown[(indicator,)].set_index("policy").loc[order]
        panels.head(each, tables.columns.label(str(indicator)), unit, left if at == 0 else 0.12)
        panels.name_lines(each, names if at == 0 else [""] * len(names))
        _draw(each, lines, wholes.loc[indicator], factor, tables.columns.better(str(indicator)))
    return figure


_GIVES = {
    "gives of all together: better": style.BETTER,
    "worse": style.WORSE,
    "may be nothing, all taken together": style.UNCLEAR,
}


def _wholes(combined: pd.DataFrame) -> pd.DataFrame:
    """The bundle of all policies, a line an indicator."""
    return combined.groupby("indicator", sort=False).last()


def _finding(whole: pd.Series, n: int, label: str) -> str:
    """What the figure says, of the first indicator."""
    who = f"the {_NUMBERS.get(n, n)}"
    if whole["verdict"] in (CANNOT_TELL, THE_SUM):
        return f"{label}: {who} {'may simply ' * (whole['verdict'] == CANNOT_TELL)}add up"
    return f"{label}: {who} come to {whole['verdict']} than the sum of their parts"


def _draw(axes: Axes, lines: pd.DataFrame, whole: pd.Series, factor: float, better: int) -> None:
    n = len(lines)
    ends = ("", "_low", "_high")
    alone = factor * np.vstack([lines[[f"alone{e}" for e in ends]], whole[[f"parts{e}" for e in ends]]])
    gives = factor * np.vstack([lines[[f"gives{e}" for e in ends]], whole[[f"effect{e}" for e in ends]]])
    sure = factor * np.vstack(
        [lines[["together_low", "together_high"]], whole[["effect_low", "effect_high"]]]
    )
    colours = style.colours_of(*sure.T.astype(float), better)
    panels.mark(axes, 0, n + 1)
    axes.axhline(n - 0.5, color=style.GREY, linewidth=0.8)
    for values, colour, shift, look in (
        (alone, style.GREY, -_APART, {"facecolors": "white"}),
        (gives, colours, _APART, {"facecolors": colours}),
    ):
        middle, low, high = values.T.astype(float)
        at = np.arange(n + 1) + shift
        axes.hlines(at, low, high, colors=colour, linewidth=1.7, zorder=2)
        axes.scatter(middle, at, edgecolors=colour, s=28, zorder=3, **look)
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 4, 5, 10], min_n_ticks=2))
    axes.xaxis.set_major_formatter(FuncFormatter(style.signed))

"""One run: its months as small multiples."""

from collections.abc import Mapping
from itertools import cycle
from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from analysis import words
from analysis.dictionary import Dictionary
from analysis.figures.drawing import style
from analysis.tables import COST, Tables

# What is stacked in each panel: columns of the series, and their colours.
ORIGINS = {
    "formed_council_search": style.BLUE,
    "formed_outreach": style.ORANGE,
    "formed_repeat": style.GREEN,
    "formed_introduction": style.PURPLE,
    "formed_event": style.SKY,
}
FATES = {
    "needs_met": style.BLUE,
    "needs_met_dissemination": style.SKY,
    "needs_met_elsewhere": style.PALE,
    "needs_expired": style.VERMILION,
}
#: Of grants, then of each lever's costs in the order of the series.
SPENDING_COLOURS = (
    style.PALE, style.SKY, style.BLUE, style.GREEN, style.PURPLE, style.YELLOW, "#8c6d31", "#843c39",
    "#637939", style.ORANGE, style.VERMILION, "#6b6ecf", "#3b5b7a",
)  # fmt: skip
_COST, _GRANTS = "cost_", "grants_paid"
#: Letters in a line of a legend, for which there is room.
_WIDTH = 20


def draw(tables: Tables) -> Figure | None:
    """Partnerships, how they form, bids, needs, loads and costs over the horizon of one run."""
    if tables.monthly is None or not tables.months:
        return None
    months = tables.monthly.sort_values("month").set_index("month")
    yearly = by_year(months)
    run, columns = tables.rows.iloc[0], tables.columns
    figure, grid = style.canvas(
        _finding(months["strategic"]),
        f"Policy: {words.humanise(run['policy'])}; population: {run['population']}; seed: {run['seed']}. "
        "Bars are totals of a year.",
        height=9.6,
        rows=3,
        columns=2,
        margins=(0.75, 1.75, 1.1, 0.6),
        gridspec_kw={"wspace": 0.66, "hspace": 0.42},
    )
    origins, fates = (_labelled(parts, yearly, columns) for parts in (ORIGINS, FATES))
    _draw_partnerships(grid[0, 0], months)
    _stack(grid[0, 1], yearly, origins, "New ties, by how the two met", _unit(columns, "formed"))
    _draw_bids(grid[1, 0], yearly, columns)
    _stack(grid[1, 1], yearly, fates, "What became of needs", _unit(columns, "needs_met"))
    _draw_loads(grid[2, 0], months, columns.unit("load_council"))
    _stack(grid[2, 1], yearly, spending(yearly, columns), "What it cost", _unit(columns, COST))
    for axes in grid.flat:
        style.mark_years(axes, tables.months)
    return figure


def _finding(strategic: pd.Series) -> str:
    """What the figure says."""
    first, last = (round(strategic.iloc[at]) for at in (0, -1))
    return (
        f"One run: {words.counted(last, 'long-term partnership')} in the last month, {first:,} in the first"
    )


def _labelled(
    parts: Mapping[str, str], yearly: pd.DataFrame, columns: Dictionary
) -> dict[str, tuple[str, str]]:
    """Parts that are there -> (name, colour): labels, without the words that all of them begin with."""
    there = [name for name in parts if name in yearly]
    labels = words.told_apart([columns.label(name) for name in there])
    return {name: (label, parts[name]) for name, label in zip(there, labels, strict=True)}


def spending(yearly: pd.DataFrame, columns: Dictionary) -> dict[str, tuple[str, str]]:
    """The costs that make the total: grants, and each lever's -> (name, colour)."""
    grants, *others = SPENDING_COLOURS
    levers = [name for name in yearly if name.startswith(_COST) and name != COST]
    of_levers = dict(zip(levers, cycle(others), strict=False))
    return _labelled({_GRANTS: grants}, yearly, columns) | _labelled(of_levers, yearly, columns)


def _unit(columns: Dictionary, flow: str) -> str:
    """The unit of a flow where it is summed by year."""
    return columns.shown(flow, 12)[1]


def by_year(months: pd.DataFrame) -> pd.DataFrame:
    """Flows summed by year of the horizon; a year cut short by its end is scaled up to a whole one."""
    year = months.index // 12
    sums = months.groupby(year).sum()
    return sums.mul(12 / np.bincount(year), axis=0)


def _draw_partnerships(axes: Axes, months: pd.DataFrame) -> None:
    lines = {
        "strategic": (months["strategic"], style.STAGE_COLOURS["strategic"]),
        "project": (months["project"], style.STAGE_COLOURS["project"]),
        "in preparation": (months["scoping"] + months["ready"], style.GREY),
    }
    _draw_lines(axes, lines)
    axes.set(title="Partnerships by kind", ylabel="ties")


def _draw_loads(axes: Axes, months: pd.DataFrame, unit: str) -> None:
    lines = {
        "councils": (months["load_council"], style.VERMILION),
        "researchers": (months["load_researcher"], style.BLUE),
    }
    axes.axhline(1, color=style.INK, linewidth=1, linestyle=(0, (4, 3)))
    _draw_lines(axes, lines)
    axes.set(title="How busy the two sides are", ylabel=f"{unit}, mean")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{share:.0%}"))


def _draw_lines(axes: Axes, lines: Mapping[str, tuple[pd.Series, str]]) -> None:
    for name, (values, colour) in lines.items():
        axes.plot(values.index + 1, values, color=colour, label=name)
    axes.set_ylim(0, None)
    style.label_ends(
        axes, {name: (float(values.iloc[-1]), colour) for name, (values, colour) in lines.items()}, 0.09
    )


def _draw_bids(axes: Axes, yearly: pd.DataFrame, columns: Dictionary) -> None:
    middle = 12 * yearly.index + 6
    for name, colour in (("bids", style.PALE), ("awards", style.ORANGE)):
        axes.bar(middle, yearly[name], width=9.5, color=colour, label=columns.label(name))
    axes.set(title="Bids, and awards among them", ylabel=_unit(columns, "bids"))
    _explain(axes)


def _stack(
    axes: Axes, yearly: pd.DataFrame, parts: Mapping[str, tuple[str, str]], title: str, unit: str
) -> None:
    """Yearly bars of those parts that are not zero throughout."""
    bottom = np.zeros(len(yearly))
    for column, (name, colour) in parts.items():
        if yearly[column].any():
            axes.bar(
                12 * yearly.index + 6, yearly[column], width=9.5, bottom=bottom, color=colour,
                label=fill(name, _WIDTH),
            )  # fmt: skip
            bottom += yearly[column].to_numpy()
    axes.set(title=title, ylabel=unit)
    _explain(axes)


def _explain(axes: Axes) -> None:
    """A legend to the right of the axes, in the order in which the bars are stacked."""
    if axes.get_legend_handles_labels()[1]:
        axes.legend(
            loc="upper left", bbox_to_anchor=(1, 1.03), reverse=True, handlelength=0.9, handleheight=0.9,
            handletextpad=0.5, borderaxespad=0.3, labelspacing=0.35,
        )  # fmt: skip

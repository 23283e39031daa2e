"""Figures of several panels, an answer each, whose lines (factors, policies) have names of their own."""

from collections.abc import Hashable, Mapping, Sequence
from itertools import islice

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis.figures.drawing import style

MOST = 6  # panels: more are better read in a table
HEAD = 0.62  # inches: a panel's heading and the line under it
FOOT = 0.55  # inches: a panel's axis below
_LEGEND = 0.32
TICK = "#a3abb6"
_INSET = 0.12  # inches: from the left edge to the headings, as to the title


def parts(table: pd.DataFrame | None, *keys: str) -> dict[tuple[Hashable, ...], pd.DataFrame]:
    """The lines of each answer, in the table's order; none where there is no table."""
    if table is None:
        return {}
    return dict(iter(table.groupby(list(keys), sort=False)))  # type: ignore[arg-type]


def first[Key, Part](answers: Mapping[Key, Part], most: int = MOST) -> dict[Key, Part]:
    """As many answers as there is room for."""
    return dict(islice(answers.items(), most))


def grid(
    title: str,
    subtitle: str,
    heights: Sequence[float],
    columns: int = 1,
    left: float = 0.75,
    right: float = 0.3,
    legend: Sequence[Line2D] = (),
    left_out: int = 0,
    between: float | None = None,
    foot: float = FOOT,
    above: float = 0.0,
) -> tuple[Figure, np.ndarray]:
    """A figure with rows of axes of given heights, each with room for a heading and for names at its side.

    Args:
        title: what is shown, in one line.
        subtitle: how to read it, in a line or some.
        heights: of the axes of each row, inches.
        columns: of axes.
        left: inches for names at the left of each column.
        right: inches at the right of each column.
        legend: what stands below.
        left_out: answers for which there is no room: said in the subtitle.
        between: inches between columns, where not all of them have names at the left.
        foot: inches for what stands below axes.
        above: inches for what stands between headings and axes.

    Returns:
        The figure, and its axes [rows, columns].
    """
    if left_out:
        subtitle += f"\nThe first answers of the tables; {left_out} more are not drawn."
    top = 0.5 + 0.2 * len(subtitle.splitlines()) + HEAD + above
    bottom = foot + _LEGEND * bool(legend)
    between = left + right if between is None else between
    width = (style.WIDTH - left - right - (columns - 1) * between) / columns
    figure, axes = style.canvas(
        title,
        subtitle,
        height=top + sum(heights) + (len(heights) - 1) * (HEAD + above + foot) + bottom,
        rows=len(heights),
        columns=columns,
        margins=(left, right, top, bottom),
        gridspec_kw={
            "wspace": between / width,
            "hspace": (HEAD + above + foot) / np.mean(heights),
            "height_ratios": heights,
        },
    )
    if legend:
        figure.legend(handles=legend, loc="lower center", ncols=len(legend), borderaxespad=0.3)
    return figure, axes


def filled(axes: np.ndarray, n: int) -> list[Axes]:
    """The first n of axes [rows, columns], the rest taken away."""
    for unused in axes.flat[n:]:
        unused.remove()
    return list(axes.flat[:n])


def rows_of(sizes: Sequence[float], columns: int) -> list[float]:
    """The height of each row of panels of some sizes: that of its largest."""
    return [max(sizes[first : first + columns]) for first in range(0, len(sizes), columns)]


def head(axes: Axes, heading: str, detail: str, left: float, above: float = 0.0) -> None:
    """Name a panel and say what is special of it, at the left edge of its names."""
    for text, height, look in (
        (heading, 22, {"weight": "bold", "fontsize": 10.5}),
        (detail, 7, {"color": style.GREY, "fontsize": 9}),
    ):
        axes.annotate(
            text, (0, 1), xycoords="axes fraction", xytext=(72 * (_INSET - left), height + 72 * above),
            textcoords="offset points", annotation_clip=False, **look,
        )  # fmt: skip


def width_of(names: Sequence[str]) -> float:
    """Inches that names at the left of axes take."""
    return float(np.clip(0.35 + 0.068 * max(map(len, names)), 1.0, 2.7))


def name_lines(axes: Axes, names: Sequence[str], spare: int = 0) -> None:
    """Give each line its name, the first at the top, and leave room for some more below."""
    style.stripe(axes, len(names))
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5 + spare, -0.5)


def mark(axes: Axes, value: float, n_lines: int) -> None:
    """A line down the lines at a value that means something, such as zero."""
    axes.vlines(value, -0.5, n_lines - 0.5, color=style.INK, linewidth=1, zorder=1)


def tell_rest(axes: Axes, line: int, text: str, left: float) -> None:
    """Say, on a line of its own below the others, what is not shown."""
    axes.annotate(
        text, (0, line), xycoords=("axes fraction", "data"), xytext=(72 * (_INSET - left), 0),
        textcoords="offset points", va="center", fontsize=8.5, color=style.GREY, annotation_clip=False,
    )  # fmt: skip


def draw_intervals(
    axes: Axes,
    lines: np.ndarray,
    table: pd.DataFrame,
    name: str,
    colours: Sequence[str] | np.ndarray | str,
    marker: str = "o",
    size: float = 28,
) -> None:
    """Points of a column `name`, each with its interval from `name_low` to `name_high`."""
    low, high = (table[f"{name}_{end}"].to_numpy(float) for end in ("low", "high"))
    axes.hlines(lines, low, high, colors=colours, linewidth=1.7, zorder=2)
    axes.scatter(
        table[name].to_numpy(float),
        lines,
        c=colours,
        marker=marker,
        s=size,
        linewidths=0,
        zorder=3,
        label=name,
    )


def draw_ticks(axes: Axes, lines: np.ndarray, values: pd.Series) -> None:
    """Faint marks of what luck makes of values."""
    axes.scatter(values, lines, marker="|", color=TICK, s=70, linewidths=2, zorder=2, label=values.name)


def tick(label: str) -> Line2D:
    """The entry of such marks in a legend."""
    return key(label, TICK, "|", line=False, markeredgewidth=2)


def key(label: str, colour: str, marker: str = "o", line: bool = True, **look: object) -> Line2D:
    """An entry of a legend: a mark with or without its interval."""
    style_of_line = "-" if line else "none"
    return Line2D(
        [], [], color=colour, marker=marker, markersize=5.5, linestyle=style_of_line, label=label, **look
    )

"""Morris screening: which of many numbers may matter at all."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import Bbox

from analysis import words
from analysis.figures.drawing import naming, panels, style
from analysis.tables import Tables

LINE = 0.235  # inches: a factor's
N_FACTORS = 16  # of an answer: more are told in words
N_NAMED = 8  # points with a name
MOST = 4  # answers
SMALLEST = 2.2  # inches: height of a scatter in which points can be told apart
UNKNOWN = style.SKY
LOOK = {"fontsize": 8.5, "color": style.INK}
CLEARANCE = 22  # pixels: nearer to another point, a name could be taken for that one's


def draw(tables: Tables) -> Figure | None:
    """Each factor's effect with luck removed, and how it varies, for each answer."""
    answers = {
        answer: table.sort_values(["effect", "mu_star"], ascending=False)
        for answer, table in panels.parts(tables.screening, "response", "contrast").items()
    }
    shown = panels.first(answers, MOST)
    if not shown:
        return None
    names = [words.factor(name) for table in shown.values() for name in table["factor"].head(N_FACTORS)]
    left = panels.width_of(names)
    figure, axes = panels.grid(
        _finding(next(iter(shown.values()))),
        "Left: how far the answer moves (root mean square) as a number moves over its whole range; luck\n"
        "removed, with 95% intervals. Right: mu* and sigma, luck removed; above the dotted line, effects\n"
        "vary more with the other numbers than they weigh.",
        [max(SMALLEST, LINE * _n_lines(table)) for table in shown.values()],
        columns=2,
        left=left,
        between=1.0,
        legend=_legend(is_known=any(_is_known(table) for table in shown.values())),
        left_out=len(answers) - len(shown),
    )
    for (forest, scatter), (answer, table) in zip(axes, shown.items(), strict=True):
        panels.head(
            forest, tables.columns.label(answer[0]), f"{words.contrast(answer[1])}: {_how_many(table)}", left
        )
        _draw_effects(forest, table, left)
        forest.set_xlabel(tables.columns.unit(answer[0]))
        _draw_scatter(scatter, table)
    return figure


def _finding(table: pd.DataFrame) -> str:
    """What the figure says, of the first answer."""
    if not _is_known(table):
        return "Which numbers matter cannot be told from luck"
    if not (n := _matters(table).sum()):
        return "No number is shown to matter"
    top = words.factor(table.loc[_matters(table), "factor"].iloc[0])
    return f"{n} of {words.counted(len(table), 'number')} matter, {top[:1].lower()}{top[1:]} most"


def _legend(is_known: bool) -> list[Line2D]:
    if not is_known:
        return [panels.key("luck not removed: what matters cannot be told", UNKNOWN)]
    return [
        panels.key("matters (of all that are said to, 5% may not)", style.BLUE),
        panels.key("may not matter", style.UNCLEAR),
        panels.tick("what luck alone would give (mu*, if not removed)"),
    ]


def _n_lines(table: pd.DataFrame) -> int:
    return min(len(table), N_FACTORS) + (len(table) > N_FACTORS)


def _matters(table: pd.DataFrame) -> np.ndarray:
    return table["matters"].fillna(False).to_numpy(bool)


def _is_known(table: pd.DataFrame) -> bool:
    """False with one replicate, in which luck cannot be told from effects."""
    return bool(table["matters"].notna().any())


def _colours(table: pd.DataFrame) -> np.ndarray | str:
    if not _is_known(table):
        return UNKNOWN
    return np.where(_matters(table), style.BLUE, style.UNCLEAR)


def _how_many(table: pd.DataFrame) -> str:
    if not _is_known(table):
        return "one replicate, luck not removed"
    return f"{_matters(table).sum()} of {words.counted(len(table), 'factor')} matter"


def _draw_effects(axes: Axes, table: pd.DataFrame, left: float) -> None:
    top, rest = table.head(N_FACTORS), table.iloc[N_FACTORS:]
    lines = np.arange(len(top))
    panels.name_lines(axes, [words.factor(name) for name in top["factor"]], spare=bool(len(rest)))
    panels.mark(axes, 0, len(top))
    panels.draw_ticks(axes, lines, top["noise"])
    panels.draw_intervals(axes, lines, top, "effect", _colours(top))
    axes.set_xlim(left=min(0.0, axes.get_xlim()[0]))
    if len(rest):
        panels.tell_rest(axes, len(top), _rest(rest), left)


def _rest(rest: pd.DataFrame) -> str:
    n = _matters(rest).sum()
    matter = f", {n} of which matter" if n else ""
    return f"{len(rest)} more{matter}: intervals up to {words.rounded(rest['effect_high'].max())}"


def _draw_scatter(axes: Axes, table: pd.DataFrame) -> None:
    """Standard deviation of elementary effects against their mean size; groups have none."""
    points = table.dropna(subset=["sigma"])
    axes.set(xlabel="mu*", ylabel="sigma")
    if points.empty:
        return axes.set_axis_off()
    axes.scatter(
        points["mu_star"], points["sigma"], c=_colours(points), s=22, linewidths=0, alpha=0.85, zorder=3
    )
    ends = 1.12 * points[["mu_star", "sigma"]].max()
    axes.set(xlim=(0, ends["mu_star"] or 1), ylim=(0, ends["sigma"] or 1))
    axes.axline((0, 0), slope=1, color=style.GREY, linewidth=1, linestyle=":", zorder=1)
    _name_points(axes, points[_matters(points) | (not _is_known(points))].head(N_NAMED), points)


def _name_points(axes: Axes, named: pd.DataFrame, points: pd.DataFrame) -> None:
    """Name as many of some points as can be named without doubt which one is meant."""
    at = points[["mu_star", "sigma"]]
    taken: list[Bbox] = []
    for index, factor in named["factor"].items():
        others = naming.boxes_of(axes, at.drop(index).to_numpy(), CLEARANCE)
        box = naming.name_point(axes, words.factor(factor), tuple(at.loc[index]), [*taken, *others], **LOOK)
        taken += [box] if box else []

"""What policies add year by year: the difference itself, which bands of levels would hide."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from analysis import words
from analysis.figures.course.best import colours_of_best, for_as_much, named
from analysis.figures.drawing import style
from analysis.tables import MAIN_INDICATOR, Tables

#: Policies that are drawn: more cannot be told apart.
N_BEST = 5
_STATE = "strategic"


def draw(tables: Tables) -> Figure | None:
    """Strategic partnerships added in each year, by the policies that add most over the horizon."""
    if tables.by_year is None or tables.by_year["year"].nunique() < 2:
        return None
    lines = tables.by_year[tables.by_year["indicator"] == _STATE]
    shown = _shown(tables, lines)
    figure, ((axes,),) = style.canvas(
        _finding(lines, next(iter(shown))),
        f"Long-term partnerships added in each year, at any time; bands: 95% interval of the difference from "
        f"{words.within(tables.against)}\n"
        f"on the same luck. The policies that add most over all years{for_as_much(shown)}.",
        height=4.6,
        margins=(0.75, 2.3, 1.05, 0.6),
    )
    for policy, colour in shown.items():
        _draw_line(axes, lines[lines["policy"] == policy], colour)
    axes.axhline(0, color=style.INK, linewidth=1, zorder=1)
    axes.set(xlabel="year", ylabel="partnerships added")
    axes.set_xlim(1, lines["year"].max())
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(style.signed))
    last = lines[lines["year"] == lines["year"].max()].set_index("policy")["effect"]
    style.label_ends(
        axes, {named(policy): (float(last[policy]), colour) for policy, colour in shown.items()}, gap=0.08
    )
    return figure


def _shown(tables: Tables, lines: pd.DataFrame) -> dict[str, str]:
    """The policies that add most over the horizon -> their colours."""
    effects = (
        tables.effect_on(MAIN_INDICATOR)["effect"] if tables.effects is not None else pd.Series(dtype=float)
    )
    means = effects if len(effects) else lines.groupby("policy")["effect"].mean()
    return colours_of_best(means[means.index.isin(lines["policy"])], N_BEST)


def _finding(lines: pd.DataFrame, policy: str) -> str:
    """What the line of a policy says."""
    years = lines[lines["policy"] == policy].sort_values("year")
    first, last = years.iloc[0], years.iloc[-1]
    ends = [
        f"{style.signed(round(float(line['effect']), 2))} in year {line['year']}" for line in (first, last)
    ]
    return f"{named(policy)}: {ends[0]}, {ends[1]}"


def _draw_line(axes: Axes, line: pd.DataFrame, colour: str) -> None:
    line = line.sort_values("year")
    axes.fill_between(line["year"], line["low"], line["high"], color=colour, alpha=0.12, linewidth=0)
    axes.plot(line["year"], line["effect"], color=colour, marker="o", markersize=4)

"""Mechanisms: what each policy still changes where a rule of the model is switched off."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from analysis import words
from analysis.figures.drawing import panels, style
from analysis.statistics.evidence.mechanisms import CANNOT_TELL, NOTHING_LEFT, THE_SAME, TURNS
from analysis.tables import Tables

LINE = 0.215  # inches: a mechanism's
MOST_LINES = 18  # of an indicator: more change less
MOST_POLICIES, MOST_INDICATORS = 4, 2
_LETTERS = 100  # of policies' names, above their panels
_HANGS = (NOTHING_LEFT, TURNS)


def draw(tables: Tables) -> Figure | None:
    """A row an indicator, a panel a policy: its effect without each mechanism, beside that with all on."""
    if tables.mechanisms is None or tables.mechanisms.empty:
        return None
    indicators = panels.parts(tables.mechanisms, "indicator")
    shown = panels.first(indicators, MOST_INDICATORS)
    policies = list(tables.mechanisms["policy"].unique())[:MOST_POLICIES]
    orders = {name: _order(part[part["policy"].isin(policies)]) for (name,), part in shown.items()}
    left = panels.width_of([words.factor(each) for order in orders.values() for each in order])
    figure, axes = panels.grid(
        _finding(next(iter(shown.values())), tables.columns.label(str(next(iter(orders))))),
        "What each policy changes where one mechanism is switched off (dots), and where all are on (line).\n"
        "95% intervals that hold together, from runs that share their luck; of the mechanisms, those that\n"
        "change effects most.",
        [LINE * len(order) for order in orders.values()],
        columns=len(policies),
        left=left,
        between=0.22,
        legend=[panels.key(text, colour) for text, colour in _KEYS.items()],
        left_out=len(indicators) - len(shown),
    )
    for row, (indicator, order) in zip(axes, orders.items(), strict=True):
        _draw_indicator(row, shown[(indicator,)], order, policies, tables, left)
    return figure


_KEYS = {
    "a better effect than with all on": style.BETTER,
    "a worse one": style.WORSE,
    "the change may be nothing": style.UNCLEAR,
}


def _order(table: pd.DataFrame) -> list[str]:
    """The mechanisms that change effects most, in standard errors of the change; the first at the top."""
    half = (table["change_high"] - table["change_low"]).replace(0.0, np.nan)
    weight = (table["change"].abs() / half).fillna(0.0).groupby(table["mechanism"]).max()
    return list(weight.sort_values(ascending=False, kind="stable").index[:MOST_LINES])


def _finding(table: pd.DataFrame, label: str) -> str:
    """What the figure says, of the first indicator: what most effects hang on."""
    hangs = table[table["verdict"].isin(_HANGS)]["mechanism"].value_counts()
    if len(hangs):
        most = hangs.index[hangs == hangs.max()]
        first = next(name for name in [*_order(table), *most] if name in most)
        return f"{label}: effects hang most on {words.humanise(first).lower()}"
    changed = table[~table["verdict"].isin((CANNOT_TELL, THE_SAME))]
    found = "no effect is shown to hang on one" if len(changed) else "none is shown to make a difference"
    return f"{label}: {len(table['mechanism'].unique())} mechanisms, and {found}"


def _draw_indicator(
    row: np.ndarray, table: pd.DataFrame, order: list[str], policies: list[str], tables: Tables, left: float
) -> None:
    indicator = str(table["indicator"].iloc[0])
    factor, unit = tables.columns.shown(indicator, tables.months)
    names = [words.factor(mechanism) for mechanism in order]
    for at, (axes, policy) in enumerate(zip(row, policies, strict=True)):
        lines = table[table["policy"] == policy].set_index("mechanism").loc[order]
        panels.head(axes, "", words.shortened(words.humanise(policy), _LETTERS // len(policies)), 0.12)
        panels.name_lines(axes, names if at == 0 else [""] * len(names))
        _draw(axes, lines, factor, tables.columns.better(indicator))
    panels.head(row[0], f"{tables.columns.label(indicator)}, {unit}", "", left)


def _draw(axes: Axes, lines: pd.DataFrame, factor: float, better: int) -> None:
    panels.mark(axes, 0, len(lines))
    axes.axvline(factor * lines["effect"].iloc[0], color=style.GREY, linewidth=1, linestyle="--")
    colours = style.colours_of(*lines[["change_low", "change_high"]].to_numpy(float).T, better)
    columns = ["without", "without_low", "without_high"]
    panels.draw_intervals(axes, np.arange(len(lines)), factor * lines[columns], "without", colours)
    axes.xaxis.set_major_locator(MaxNLocator(3, steps=[1, 2, 5, 10], min_n_ticks=2))
    axes.xaxis.set_major_formatter(FuncFormatter(style.signed))

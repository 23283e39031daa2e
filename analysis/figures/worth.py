"""What the money buys: each policy's effect against its cost."""

from textwrap import fill

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter
from matplotlib.transforms import Bbox

from analysis import words
from analysis.figures.drawing import naming, style
from analysis.tables import AT_EQUAL_MONEY, COST, MAIN_INDICATOR, Tables

PRICES = (2000, 1000, 400, 200, 100, 50, 25, 12.5)  # £k a year that one more strategic partnership costs

_LETTERS = 130  # of a line below
_TOGETHER = ("together_low", "together_high")


def draw(tables: Tables) -> Figure | None:
    """Strategic partnerships added against money added, with lines of equal worth."""
    points = _points(tables)
    if len(points) < 3 or not tables.months:  # fewer are better read in a table
        return None
    figure, ((axes,),) = style.canvas(
        _finding(points),
        "Policies as designed: long-term partnerships against yearly cost (grants included), as differences\n"
        "with 95% intervals. Along a grey line each costs the same. Grey dots: may be zero, all taken "
        "together.",
        height=6.7,
        margins=(0.75, 0.35, 1.0, 0.95),
    )
    _draw_points(axes, points, tables.columns.better(MAIN_INDICATOR))
    axes.set(xlabel=f"added cost, {tables.columns.shown(COST, tables.months)[1]}")
    axes.set(ylabel=f"added long-term partnerships, {tables.columns.unit(MAIN_INDICATOR)}")
    axes.xaxis.set_major_formatter(FuncFormatter(style.signed))
    axes.yaxis.set_major_formatter(FuncFormatter(style.signed))
    axes.grid(visible=False)
    taken = [*_draw_rates(axes), *naming.boxes_of(axes, points[["cost", "effect"]].to_numpy())]
    if unnamed := _name_points(axes, points, taken):
        told = fill(f"No room for the names of: {', '.join(unnamed)}.", _LETTERS)
        figure.text(0.12 / style.WIDTH, 0.01, told, fontsize=8.5, color=style.GREY, va="bottom")
    return figure


def _finding(points: pd.DataFrame) -> str:
    """What the figure says: where one costs least, of policies that are shown to buy anything."""
    bought = points[(points["together_low"] > 0) & (points["cost_low"] > 0)]
    if bought.empty:
        return "What the money buys: no policy, as designed, is shown to buy anything"
    prices = bought["cost"] / bought["effect"]
    best = words.shortened(words.humanise(str(prices.idxmin())))
    return f"One more long-term partnership costs least with {best}: {words.pounds(prices.min())} a year"


def _points(tables: Tables) -> pd.DataFrame:
    """A line a policy as designed: effect with its interval, and cost for a year."""
    effect, cost = (
        tables.effect_on(name)[["effect", "low", "high", *_TOGETHER]].astype(float)
        for name in (MAIN_INDICATOR, COST)
    )
    cost = cost.drop(columns=list(_TOGETHER))
    cost = cost.set_axis(["cost", "cost_low", "cost_high"], axis=1) * 12 / max(tables.months, 1)
    points = effect.join(cost, how="inner").dropna()
    return points[[not policy.endswith(AT_EQUAL_MONEY) for policy in points.index]]


def _draw_points(axes: Axes, points: pd.DataFrame, better: int) -> None:
    colours = style.colours_of(*(points[end].to_numpy() for end in _TOGETHER), better)
    axes.axhline(0, color=style.INK, linewidth=1, zorder=1)
    axes.axvline(0, color=style.INK, linewidth=1, zorder=1)
    axes.vlines(
        points["cost"], points["low"], points["high"], colors=colours, linewidth=1.3, alpha=0.6, zorder=2
    )
    axes.hlines(
        points["effect"],
        points["cost_low"],
        points["cost_high"],
        colors=colours,
        linewidth=1.3,
        alpha=0.6,
        zorder=2,
    )
    axes.scatter(points["cost"], points["effect"], c=colours, s=34, zorder=3, linewidths=0)
    axes.margins(0.09, 0.07)


def _draw_rates(axes: Axes) -> list[Bbox]:
    """Draw lines of equal worth, as many as can be named; returns where their names stand."""
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    taken: list[Bbox] = []
    for price in PRICES:
        x = min(right, top * price)
        name = axes.annotate(
            f"{words.sum_of(price)} each", (x, x / price), xytext=(-3, -2), textcoords="offset points",
            color=style.GREY, fontsize=8, ha="right", va="top", path_effects=naming.HALO,
        )  # fmt: skip
        box = naming.box_of(axes, name)
        if x <= 0 or box.x0 < axes.transData.transform((0, 0))[0] or box.count_overlaps(taken):
            name.remove()
            continue
        axes.plot([0, x], [0, x / price], color=style.PALE, linewidth=1, zorder=0)
        taken.append(box)
    axes.set(xlim=(left, right), ylim=(bottom, top))
    return taken


def _name_points(axes: Axes, points: pd.DataFrame, taken: list[Bbox]) -> list[str]:
    """Name each point, the clear and large first, at the first free place beside it.

    Returns:
        Names for which there was none.
    """
    unnamed = []
    clear = (points["together_low"] > 0) | (points["together_high"] < 0)
    order = points.assign(clear=clear, size=points["effect"].abs()).sort_values(
        ["clear", "size"], ascending=False
    )
    for policy, point in order.iterrows():
        look = {"fontsize": 9, "color": style.INK} if point["clear"] else {"fontsize": 8, "color": style.GREY}
        name = words.humanise(str(policy))
        others = points.loc[points.index != policy, ["cost", "effect"]].to_numpy()
        box = naming.name_point(axes, name, (point["cost"], point["effect"]), taken, others, **look)
        if box:
            taken.append(box)
        else:
            unnamed.append(name)
    return unnamed

"""How results settle as seeds are added: how runs differ, and how sure effects become."""

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from analysis import words
from analysis.figures.drawing import panels, style
from analysis.tables import BASELINE, Tables

HEIGHT, LEFT, RIGHT = 2.6, 0.9, 1.95  # inches

type Draw = Callable[[Axes, str, pd.DataFrame, dict[str, str]], None]


def draw_variation(tables: Tables) -> Figure | None:
    """The coefficient of variation of each policy's runs against their number, and where it settles."""
    settled = {} if tables.enough is None else tables.enough.set_index(["policy", "indicator"])["n"].dropna()

    def finding(curves: pd.DataFrame) -> str:
        each = set(zip(curves["policy"], curves["indicator"], strict=True))
        n = sum(one in settled for one in each)
        return f"How much runs differ has settled for {n} of {words.counted(len(each), 'policy')}"

    def draw(axes: Axes, indicator: str, curves: pd.DataFrame, colours: dict[str, str]) -> None:
        for policy, curve in _curves(curves):
            _draw_curve(axes, curve["variation"], policy, colours, settled.get((policy, indicator)))
        axes.set_ylim(bottom=0)
        axes.set_ylabel("standard deviation / mean")

    return _figure(
        tables,
        None if tables.variation is None else tables.variation.dropna(subset=["variation"]),
        draw,
        finding,
        "Coefficient of variation of the first n seeds. A ring: from here to the end it is settled, by\n"
        "its own interval, too.",
    )


def draw_widths(tables: Tables) -> Figure | None:
    """Half the paired 95% interval of each effect against the number of seeds."""

    def finding(curves: pd.DataFrame) -> str:
        sure = [_sure_from(curve) is not None for _, curve in _curves(curves)]
        return f"All seeds tell {sum(sure)} of {words.counted(len(sure), 'effect')} from zero"

    def draw(axes: Axes, indicator: str, curves: pd.DataFrame, colours: dict[str, str]) -> None:
        for policy, curve in _curves(curves):
            _draw_curve(axes, curve["half_width"], policy, colours, _sure_from(curve))
        _draw_guide(axes, curves)
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(style.log_ticks(*axes.get_ylim()))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"±{words.rounded(value)}"))
        axes.yaxis.set_minor_locator(NullLocator())
        axes.set_ylabel(tables.columns.unit(indicator))

    return _figure(
        tables,
        None if tables.widths is None else tables.widths[tables.widths["half_width"] > 0],
        draw,
        finding,
        "Half-width of the paired 95% interval of the difference from the present, from the first n seeds.\n"
        "Dotted: 1/√n. A ring: from here to the end it is less than the effect: the interval excludes zero.",
    )


def _figure(
    tables: Tables, table: pd.DataFrame | None, draw: Draw, finding: Callable[[pd.DataFrame], str],
    subtitle: str,
) -> Figure | None:  # fmt: skip
    """A panel an indicator; the title is what is found of the first."""
    indicators = panels.parts(table, "indicator")
    shown = panels.first(indicators)
    if not shown:
        return None
    policies = list(table["policy"].unique())
    colours = _colours(policies)
    columns = min(2, len(shown))
    figure, axes = panels.grid(
        finding(next(iter(shown.values()))),
        subtitle + _rest(len(policies) - len(colours)),
        [HEIGHT] * -(-len(shown) // columns),
        columns,
        LEFT,
        RIGHT,
        left_out=len(indicators) - len(shown),
    )
    for each, ((indicator,), curves) in zip(panels.filled(axes, len(shown)), shown.items(), strict=True):
        panels.head(each, tables.columns.label(indicator), words.counted(curves["n"].max(), "seed"), LEFT)
        draw(each, indicator, curves, colours)
        _finish(each, curves["n"], colours)
    return figure


def _colours(policies: list[str]) -> dict[str, str]:
    """The baseline and the first few other policies -> their colours."""
    others = [policy for policy in policies if policy != BASELINE]
    baseline = {BASELINE: style.INK} if BASELINE in policies else {}
    return baseline | dict(zip(others, style.POLICY_COLOURS, strict=False))


def _rest(n: int) -> str:
    return f"\nPale: {words.counted(n, 'more policy')}." if n else ""


def _curves(table: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Each policy and its lines, by number of seeds."""
    for policy, curve in table.groupby("policy", sort=False):
        yield str(policy), curve.set_index("n").sort_index()


def _draw_curve(axes: Axes, curve: pd.Series, policy: str, colours: dict[str, str], ring: int | None) -> None:
    colour = colours.get(policy, style.PALE)
    on_top = 2 * (policy in colours) + (policy == BASELINE)
    axes.plot(curve.index, curve, color=colour, marker="o", markersize=3, label=policy, zorder=2 + on_top)
    if ring in curve.index and policy in colours:
        axes.scatter(
            ring, curve[ring], s=75, facecolors="none", edgecolors=colour, linewidths=1.6, zorder=2 + on_top
        )


def _sure_from(curve: pd.DataFrame) -> int | None:
    """The fewest seeds from which on the interval excludes zero; None if it does not in the end."""
    is_unsure = (curve["half_width"] >= curve["effect"].abs()).to_numpy()
    first = len(is_unsure) - np.argmax(is_unsure[::-1]) if is_unsure.any() else 0
    return None if first == len(is_unsure) else curve.index[first]


def _draw_guide(axes: Axes, curves: pd.DataFrame) -> None:
    """What 1 / sqrt(n) looks like, through the middle of the curves."""
    n = np.sort(curves["n"].unique())
    middle = np.exp(np.log(curves["half_width"] * np.sqrt(curves["n"])).mean())
    axes.plot(n, middle / np.sqrt(n), color=style.GREY, linewidth=1.2, linestyle=":", zorder=1, label="guide")


def _finish(axes: Axes, n: pd.Series, colours: dict[str, str]) -> None:
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(FuncFormatter(_thousands))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlim(0.9 * n.min(), 1.1 * n.max())
    axes.set_xlabel("seeds")
    ends = {
        words.shortened(words.humanise(line.get_label()), 22): (line.get_ydata()[-1], line.get_color())
        for line in axes.lines
        if line.get_label() in colours
    }
    style.label_ends(axes, ends, gap=0.078)


def _thousands(value: float, _position: int) -> str:
    return f"{value:g}" if value < 1000 else f"{value / 1000:g}k"

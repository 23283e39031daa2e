"""What sharing luck saves: the factor by which it divides the variance of an effect, claimed and observed."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullLocator

from analysis import words
from analysis.figures.drawing import panels, style
from analysis.tables import Tables

LINE = 0.25  # inches: a policy's
N_POLICIES = 20  # of an indicator: more are told in words


def draw(tables: Tables) -> Figure | None:
    """Claimed and observed factor of each policy's effect on each indicator; 1 is no use."""
    known = None if tables.pairing is None else tables.pairing.dropna(subset=["claimed", "observed"])
    indicators = panels.parts(known, "indicator")
    shown = panels.first(indicators)
    if not shown:
        return None
    columns = min(2, len(shown))
    left = panels.width_of([_label(policy) for policy in known["policy"]])
    figure, axes = panels.grid(
        _finding(next(iter(shown.values()))),
        "The factor by which pairing divides the variance of an effect, and so the seeds that it takes.\n"
        "Claimed: from variances of runs. Observed, with 95% interval: when seeds are exchanged.",
        panels.rows_of([LINE * _n_lines(part) for part in shown.values()], columns),
        columns,
        left,
        legend=[
            panels.key("observed, agrees with claimed", style.BLUE),
            panels.key("observed, does not agree", style.VERMILION),
            panels.key("claimed", style.INK, "D", line=False, markerfacecolor="none"),
        ],
        left_out=len(indicators) - len(shown),
    )
    for each, ((indicator,), part) in zip(panels.filled(axes, len(shown)), shown.items(), strict=True):
        panels.head(each, tables.columns.label(indicator), _how_many(tables.pairing, indicator), left)
        _draw_factors(each, part.sort_values("observed", ascending=False), left)
    return figure


def _finding(part: pd.DataFrame) -> str:
    """What the figure says, of the first indicator."""
    typical = float(part["observed"].median())
    if typical <= 1:
        return "Sharing luck between policies saves no seeds at the typical policy"
    return f"Sharing luck divides the seeds that the typical effect takes by {words.rounded(typical, 2)}"


def _label(policy: str) -> str:
    return words.shortened(words.humanise(policy), 28)


def _n_lines(table: pd.DataFrame) -> int:
    return min(len(table), N_POLICIES) + (len(table) > N_POLICIES)


def _how_many(table: pd.DataFrame, indicator: str) -> str:
    """Seeds, and policies of which no factor can be told."""
    part = table[table["indicator"] == indicator]
    unknown = part["observed"].isna().sum()
    missing = f"; {unknown} of {words.counted(len(part), 'policy')} cannot be told" if unknown else ""
    return words.counted(part["n"].max(), "seed") + missing


def _draw_factors(axes: Axes, table: pd.DataFrame, left: float) -> None:
    top, rest = table.head(N_POLICIES), table.iloc[N_POLICIES:]
    lines = np.arange(len(top))
    agrees = top["agrees"].fillna(True).to_numpy(bool)
    panels.name_lines(axes, [_label(policy) for policy in top["policy"]], spare=bool(len(rest)))
    panels.mark(axes, 1, len(top))
    observed = top.rename(columns={"low": "observed_low", "high": "observed_high"})
    panels.draw_intervals(axes, lines, observed, "observed", np.where(agrees, style.BLUE, style.VERMILION))
    axes.scatter(
        top["claimed"], lines, marker="D", s=34, facecolors="none", edgecolors=style.INK, linewidths=1.1,
        zorder=4, label="claimed",
    )  # fmt: skip
    _as_factors(axes)
    if len(rest):
        text = f"{len(rest)} more, observed at most ×{words.rounded(rest['observed'].max())}"
        panels.tell_rest(axes, len(top), text, left)


def _as_factors(axes: Axes) -> None:
    """A logarithmic axis, so that halving and doubling weigh the same, that has 1 on it."""
    axes.set_xscale("log")
    low, high = min(axes.get_xlim()[0], 0.8), max(axes.get_xlim()[1], 1.6)
    axes.set_xlim(low, high)
    axes.xaxis.set_major_locator(style.log_ticks(low, high))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"×{value:g}"))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel("variance without pairing / with it")

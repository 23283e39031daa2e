"""Sobol indices: which uncertain numbers an answer hangs on, and whether that is settled."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullLocator

from analysis import words
from analysis.figures.drawing import panels, style
from analysis.tables import Tables

LINE = 0.27  # inches: a factor's
N_FACTORS = 15  # of a panel: more are told in words
N_CURVES, N_UNCLEAR = 5, 3  # more cannot be told apart; more of no importance need not be
PALE_ORANGE = "#ecd3a2"
# Intervals may reach beyond what a share can be; so far, they are of interest.
LOWEST, HIGHEST = -0.3, 1.3


def draw(tables: Tables) -> Figure | None:
    """Total and first-order index of the factors of each answer, and what luck would make of the total."""
    answers = _answers(tables.indices)
    shown = panels.first(answers)
    if not shown:
        return None
    columns = min(2, len(shown))
    tops = [table.head(N_FACTORS) for table in shown.values()]
    left = panels.width_of([words.factor(name) for top in tops for name in top["factor"]])
    figure, axes = panels.grid(
        _finding(next(iter(shown.values()))),
        "Share of the variance of the mean over seeds that a number explains: in all (total index, with\n"
        "interactions) and alone (first-order index), with 95% intervals. Grey names: the total may be\n"
        "zero. Luck: its share of one run's variance.",
        panels.rows_of([LINE * _n_lines(table) for table in shown.values()], columns),
        columns,
        left,
        legend=[
            panels.key("total index", style.BLUE),
            panels.key("first-order index", style.ORANGE, "D"),
            panels.tick("what the total would seem if luck were not removed"),
        ],
        left_out=len(answers) - len(shown),
    )  # fmt: skip
    for each, (answer, table) in zip(panels.filled(axes, len(shown)), shown.items(), strict=True):
        panels.head(each, tables.columns.label(answer[0]), words.contrast(answer[1]) + _luck(table), left)
        _draw_factors(each, table, left)
    return figure


def draw_convergence(tables: Tables) -> Figure | None:
    """Total indices of the factors that matter, from ever more base samples."""
    answers = {
        answer: table
        for answer, table in _answers(tables.convergence).items()
        if len(table["blocks"].unique()) > 1
    }
    shown = panels.first(answers)
    if not shown:
        return None
    columns = min(2, len(shown))
    figure, axes = panels.grid(
        _moved(next(iter(shown.values()))),
        "Total index from the first base samples only, up to all of them, of factors clear of zero; bands: "
        "95% intervals.\nWhere lines still move, or bands overlap that should not, take more samples.",
        [2.7] * -(-len(shown) // columns),
        columns,
        left=0.8,
        right=1.95,
        left_out=len(answers) - len(shown),
    )
    for each, (answer, table) in zip(panels.filled(axes, len(shown)), shown.items(), strict=True):
        curves, which = _of_interest(table)
        panels.head(each, tables.columns.label(answer[0]), f"{words.contrast(answer[1])}: {which}", 0.8)
        _draw_curves(each, table, curves)
    return figure


def _finding(table: pd.DataFrame) -> str:
    """What the figure says, of the first answer."""
    top = table.iloc[0]
    if not top["total_low"] > 0:
        return "No uncertain number is shown to explain any of the answer"
    return f"{words.factor(top['factor'])} explains most: {words.percent(top['total'])} of the variance"


def _moved(table: pd.DataFrame) -> str:
    """What the figure says, of the first answer: how much the last samples changed."""
    curves, _ = _of_interest(table)
    wide = table.pivot_table(index="blocks", columns="factor", values="total").sort_index()[curves]
    most = float((wide.iloc[-1] - wide.iloc[-2]).abs().max())
    return f"The last samples move total indices by at most {words.percent(most)} of the variance"


def _answers(table: pd.DataFrame | None) -> dict[tuple, pd.DataFrame]:
    """The lines of each answer of which indices are known, the largest total index first."""
    known = {} if table is None else panels.parts(table.dropna(subset=["total"]), "response", "contrast")
    return {answer: part.sort_values("total", ascending=False) for answer, part in known.items()}


def _n_lines(table: pd.DataFrame) -> int:
    return min(len(table), N_FACTORS) + (len(table) > N_FACTORS)


def _luck(table: pd.DataFrame) -> str:
    """What share of one run's variance luck is, where the table tells."""
    if "luck" not in table:
        return ""
    luck = table["luck"].iloc[0]
    return ": luck not removed" if np.isnan(luck) else f": luck {words.percent(luck)}"


def _draw_factors(axes: Axes, table: pd.DataFrame, left: float) -> None:
    top, rest = table.head(N_FACTORS), table.iloc[N_FACTORS:]
    lines = np.arange(len(top))
    clear = (top["total_low"] > 0).to_numpy()
    panels.name_lines(axes, [words.factor(name) for name in top["factor"]], spare=bool(len(rest)))
    for label, is_clear in zip(axes.get_yticklabels(), clear, strict=True):
        label.set_color(style.INK if is_clear else style.GREY)
    panels.mark(axes, 0, len(top))
    panels.draw_ticks(axes, lines - 0.16, top["total_raw"])
    of_total, of_first = np.where(clear, [[style.BLUE], [style.ORANGE]], [[style.UNCLEAR], [PALE_ORANGE]])
    panels.draw_intervals(axes, lines - 0.16, top, "total", of_total)
    panels.draw_intervals(axes, lines + 0.18, top, "first", of_first, "D", size=18)
    _as_shares(axes, "x", top, ["total", "first"], ["total_raw"])
    axes.set_xlabel("share of the variance of the mean over seeds")
    if len(rest):
        panels.tell_rest(axes, len(top), _rest(rest), left)


def _rest(rest: pd.DataFrame) -> str:
    most, reach = words.percent(rest["total"].max()), words.percent(rest["total_high"].max())
    n_clear = (rest["total_low"] > 0).sum()
    clear = f", {n_clear} clear of zero" if n_clear else ""
    return f"{len(rest)} more{clear}: total index at most {most}, intervals up to {reach}"


def _as_shares(axes: Axes, axis: str, table: pd.DataFrame, ranges: list[str], points: list[str]) -> None:
    """Let an axis reach as far as points do, and as intervals do within reason; in percent."""
    ends = table[[f"{name}_{end}" for name in ranges for end in ("low", "high")]].clip(LOWEST, HIGHEST)
    values = np.append(pd.concat([ends, table[[*ranges, *points]]], axis=1).to_numpy(float).ravel(), 0.0)
    low, high = np.nanmin(values), np.nanmax(values)
    spare = 0.04 * max(high - low, 0.01)
    axes.set(**{f"{axis}lim": (low - spare, high + spare)})
    getattr(axes, f"{axis}axis").set_major_formatter(
        FuncFormatter(lambda share, _: f"{share:.0%}".replace("-", "−"))
    )


def _of_interest(table: pd.DataFrame) -> tuple[list[str], str]:
    """The factors of largest total index from all samples, clear of zero if any is, and which they are."""
    final = table[table["blocks"] == table["blocks"].max()]
    clear = final[final["total_low"] > 0]
    if clear.empty:
        return list(final["factor"][:N_UNCLEAR]), f"none of {len(final)} clear"
    shown = list(clear["factor"][:N_CURVES])
    return shown, f"{len(shown)} of {len(clear)} clear, {len(final)} in all"


def _draw_curves(axes: Axes, table: pd.DataFrame, factors: list[str]) -> None:
    ends = {}
    for factor, colour in zip(factors, style.POLICY_COLOURS, strict=False):
        curve = table[table["factor"] == factor].sort_values("blocks")
        x, total, low, high = (
            curve[name].to_numpy(float) for name in ("blocks", "total", "total_low", "total_high")
        )
        axes.fill_between(x, low, high, color=colour, alpha=0.12, linewidth=0)
        axes.plot(x, total, color=colour, marker="o", markersize=4, label=words.factor(factor))
        ends[words.shortened(words.factor(factor), 22)] = (float(total[-1]), colour)
    axes.axhline(0, color=style.INK, linewidth=1, zorder=1)
    axes.set_xscale("log", base=2)
    blocks = np.unique(table["blocks"])
    axes.set_xticks(blocks, [f"{n:,}" for n in blocks])
    axes.xaxis.set_minor_locator(NullLocator())
    _as_shares(axes, "y", table[table["factor"].isin(factors)], ["total"], [])
    axes.set(xlabel="base samples", ylabel="total index")
    style.label_ends(axes, ends, gap=0.075)

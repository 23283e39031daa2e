"""A comparison over time: partnerships month by month, and how long they last."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MultipleLocator

from analysis import words
from analysis.figures.course.best import colours_of_best, for_as_much, named
from analysis.figures.drawing import style
from analysis.tables import AT_EQUAL_MONEY, BASELINE, MAIN_INDICATOR, Tables

KINDS = ("project", "strategic")
N_BEST = 4  # policies beside the baseline: more cannot be told apart
SMOOTHING = 12  # months: calls come and go within a year, and projects with them


def draw_partnerships(tables: Tables) -> Figure | None:
    """Partnerships of each kind over the horizon, under the baseline and the best few policies."""
    if tables.compared is None or not tables.months:
        return None
    colours = _policies_shown(tables)
    figure, (row,) = style.canvas(
        _finding(tables, colours),
        f"{_who(colours)} Means over {tables.rows['seed'].nunique()} histories and\n"
        "twelve months; bands: 95% interval. Luck is shared, so differences are surer than bands suggest.",
        height=4.35,
        columns=2,
        margins=(0.7, 2.3, 1.3, 0.6),
        gridspec_kw={"wspace": 0.2},
    )
    for axes, kind in zip(row, KINDS, strict=True):
        lines = tables.compared[tables.compared["indicator"] == kind]
        for policy, colour in colours.items():
            line = smoothed(lines[lines["policy"] == policy])
            _draw_line(axes, policy, line.index + 0.5, line, colour)
        style.mark_years(axes, tables.months)
        axes.set(title=_heading(tables, kind), ylabel="partnerships" if kind == "project" else "")
    _name_policies(row[-1], colours)
    return figure


def _finding(tables: Tables, colours: dict[str, str]) -> str:
    """What the figure says: how many there are at the end under the baseline and the best policy."""
    assert tables.compared is not None
    last = tables.compared[tables.compared["month"] >= tables.months - SMOOTHING]
    means = last[last["indicator"] == "strategic"].groupby("policy")["mean"].mean()
    told = [
        f"{words.rounded(means[name], 2)} under {_called(name)}"
        for name in list(colours)[:2]
        if name in means
    ]
    if not told:
        return "Partnerships over time"
    return f"Long-term partnerships in the last year: {' and '.join(reversed(told))}"


def _called(policy: str) -> str:
    return words.within(policy.removesuffix(AT_EQUAL_MONEY))


def smoothed(line: pd.DataFrame) -> pd.DataFrame:
    """Mean, low and high of a policy's months, averaged over the year around each; the index is the month.

    The ends of a year's intervals are averaged like its means: months of one run go together, so that a
    year's mean is hardly more certain than a month's.
    """
    months = line.set_index("month").sort_index()[["mean", "low", "high"]]
    window = min(SMOOTHING, len(months))
    return months.rolling(window, center=True).mean().dropna(how="all")


def draw_survival(tables: Tables) -> Figure | None:
    """Kaplan-Meier curves of each kind of partnership, under the baseline and the best few policies."""
    if tables.survival is None or tables.survival.empty or tables.compared is None:
        return None
    colours = _policies_shown(tables)
    figure, (row,) = style.canvas(
        _lasting(tables.survival, colours),
        f"{_who(colours)} Of what begins under the policy,\n"
        "the share that still runs (Kaplan–Meier); bands: 95% interval. A project that becomes long-term "
        "has not ended.",
        height=4.35,
        columns=2,
        margins=(0.75, 2.3, 1.3, 0.6),
        sharey=True,
        gridspec_kw={"wspace": 0.12},
    )
    for axes, kind in zip(row, KINDS, strict=True):
        curves = tables.survival[(tables.survival["kind"] == kind) & tables.survival["policy"].isin(colours)]
        for policy, colour in colours.items():
            curve = curves[curves["policy"] == policy].sort_values("months")
            bounds = curve[["survival", "low", "high"]]
            _draw_line(axes, policy, curve["months"], bounds, colour, steps=True)
        axes.set(
            title=_heading(tables, kind),
            xlabel="months since it began",
            xlim=(0, _last_of_interest(curves)),
            ylim=(0, 1.02),
        )
        axes.xaxis.set_major_locator(MultipleLocator(12 if axes.get_xlim()[1] <= 72 else 24))
    row[0].set_ylabel("still running")
    row[0].yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{share:.0%}"))
    _name_policies(row[-1], colours)
    return figure


def _lasting(survival: pd.DataFrame, colours: dict[str, str]) -> str:
    """What the figure says: how long half of projects last, and where they last longest."""
    lines = survival[(survival["kind"] == "project") & survival["policy"].isin(colours)]
    halves = lines[lines["survival"] <= 0.5].groupby("policy")["months"].min()
    others = halves.drop(BASELINE, errors="ignore")
    if BASELINE not in halves or others.empty:
        return "How long partnerships last"
    best = str(others.idxmax())
    told = f"Half of projects last {halves[BASELINE]:.0f} months under the present"
    if others[best] <= halves[BASELINE]:
        return f"{told}, and no longer under any of these policies"
    return f"{told}, {others[best]:.0f} under {_called(best)}"


def _heading(tables: Tables, kind: str) -> str:
    return tables.columns.label(f"mean_{kind}")


def _policies_shown(tables: Tables) -> dict[str, str]:
    """The baseline and the policies that add most strategic partnerships -> their colours."""
    return {BASELINE: style.INK} | colours_of_best(tables.effect_on(MAIN_INDICATOR)["effect"], N_BEST)


def _who(colours: dict[str, str]) -> str:
    others = len(colours) - 1
    if others > 1:
        return f"The present and the {others} policies that add most{for_as_much(colours)}."
    return f"The present and one policy{for_as_much(colours)}." if others else "The present."


def _draw_line(
    axes: Axes, policy: str, x: pd.Series | pd.Index, bounds: pd.DataFrame, colour: str, steps: bool = False
) -> None:
    middle, low, high = (bounds.iloc[:, column].to_numpy(float) for column in range(3))
    on_top = policy == BASELINE
    axes.fill_between(x, low, high, step="post" if steps else None, color=colour, alpha=0.1, linewidth=0)
    drawstyle = "steps-post" if steps else "default"
    axes.plot(x, middle, color=colour, drawstyle=drawstyle, label=named(policy), zorder=3 + on_top)


def _name_policies(axes: Axes, colours: dict[str, str]) -> None:
    """Name the lines where they end, in the last axes of the figure."""
    ends = {}
    for line in axes.lines:
        end = np.asarray(line.get_ydata(), float)
        x = np.asarray(line.get_xdata(), float)
        inside = np.isfinite(end) & (x <= axes.get_xlim()[1])
        if inside.any():
            ends[str(line.get_label())] = (float(end[inside][-1]), str(line.get_color()))
    style.label_ends(axes, ends)


def _last_of_interest(curves: pd.DataFrame) -> float:
    """Months after which next to nothing of this kind still runs (a year at the least, to whole years)."""
    running = curves.loc[curves["survival"] > 0.01, "months"]
    return 12.0 * max(1, np.ceil((running.max() if len(running) else 0) / 12))

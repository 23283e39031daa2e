"""Regret: which policy is good whatever the uncertain numbers are."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from analysis import words
from analysis.figures.drawing import panels, style
from analysis.statistics.regret import in_units
from analysis.tables import Tables

LINE = 0.235  # inches: a policy's
N_POLICIES = 25  # of a response: more are told in words
MOST = 4  # responses
ABOVE = 0.22  # inches: for the names of the measures
RANKED_BY = "p90_regret"
#: A policy that is best in so few resamples is hardly the best.
HARDLY = 0.05
#: One that is best in more is said to be.
_MOSTLY = 0.5
MEASURES = {
    "mean_regret": "Mean",
    RANKED_BY: "90th percentile",
    "max_regret": "Largest run",
}


def draw(tables: Tables) -> Figure | None:
    """Mean, 90th-percentile and largest regret of each policy, and how often it is the best."""
    responses = ranked(tables.regret)
    shown = panels.first(responses, MOST)
    if not shown:
        return None
    names = [label(policy) for table in shown.values() for policy in table["policy"].head(N_POLICIES)]
    left = panels.width_of(names)
    figure, axes = panels.grid(
        _finding(next(iter(shown.values()))),
        "Regret: how much better the best policy of a future is there than this one. Its mean and 90th\n"
        "percentile over the plausible futures, with 95% intervals; the largest of the futures that were\n"
        "run. Chosen: how often the 90th percentile is the least of all as futures are resampled.",
        [LINE * _n_lines(table) for table in shown.values()],
        columns=len(MEASURES) + 1,
        left=left,
        between=0.25,
        above=ABOVE,
        legend=[
            panels.key("may be the best by this measure", style.BLUE),
            panels.key(f"is so in fewer than {HARDLY:.0%} of resamples", style.UNCLEAR),
        ],
        left_out=len(responses) - len(shown),
    )
    for row, (response, table) in zip(axes, shown.items(), strict=True):
        panels.head(row[0], tables.columns.label(response), _luck(table), left, ABOVE)
        scale, unit = tables.columns.shown(response, tables.months)
        _draw_response(row, in_units(table, scale), unit, left)
    return figure


def _finding(table: pd.DataFrame) -> str:
    """What the figure says, of the first response."""
    best = table.iloc[0]
    if best[f"{RANKED_BY}_chosen"] > _MOSTLY:
        return f"{label(best['policy'])} has the least regret whatever the uncertain numbers are"
    return "No single policy has the least regret whatever the uncertain numbers are"


def ranked(table: pd.DataFrame | None) -> dict[str, pd.DataFrame]:
    """The policies of each response, the one of least regret first."""
    return {
        str(response): part.sort_values(RANKED_BY, ignore_index=True, kind="stable")
        for (response,), part in panels.parts(table, "response").items()
    }


def label(policy: str) -> str:
    """A policy's name, no longer than there is room for."""
    return words.shortened(words.humanise(policy))


def _n_lines(table: pd.DataFrame) -> int:
    return min(len(table), N_POLICIES) + (len(table) > N_POLICIES)


def _luck(table: pd.DataFrame) -> str:
    """How much of what policies' effects seem to vary over futures is luck, where the table tells."""
    if "noise_share" not in table or table["noise_share"].isna().all():
        return ""
    ends = [words.percent(table["noise_share"].agg(end)) for end in ("min", "max")]
    return f"Luck is {' to '.join(dict.fromkeys(ends))} of how a policy's effect varies over futures"


def _draw_response(row: np.ndarray, table: pd.DataFrame, unit: str, left: float) -> None:
    # One future decides the largest: it has no interval.
    table = table.assign(max_regret_low=np.nan, max_regret_high=np.nan)
    top, rest = table.head(N_POLICIES), table.iloc[N_POLICIES:]
    names = [label(policy) for policy in top["policy"]]
    for axes, (measure, heading) in zip(row, MEASURES.items(), strict=False):
        _prepare(axes, names if measure == "mean_regret" else [""] * len(names), heading, bool(len(rest)))
        panels.mark(axes, 0, len(top))
        panels.draw_intervals(axes, np.arange(len(top)), top, measure, _colours(top[f"{measure}_chosen"]))
        axes.set_xlabel(unit)
        axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10], min_n_ticks=2))
    _prepare(row[-1], [""] * len(names), "Chosen", bool(len(rest)))
    _draw_chosen(row[-1], top[f"{RANKED_BY}_chosen"])
    if len(rest):
        text = f"{len(rest)} more, with a 90th percentile of {words.rounded(rest[RANKED_BY].min())} or more"
        panels.tell_rest(row[0], len(top), text, left)


def _prepare(axes: Axes, names: list[str], heading: str, spare: bool) -> None:
    panels.name_lines(axes, names, spare)
    axes.set_title(heading, fontsize=9.5)


def _colours(chosen: pd.Series) -> np.ndarray:
    """By whether a policy may be the best, in shares as they are shown."""
    return np.where(chosen.round(2) >= HARDLY, style.BLUE, style.UNCLEAR)


def _draw_chosen(axes: Axes, shares: pd.Series) -> None:
    lines = np.arange(len(shares))
    axes.barh(lines, shares, height=0.55, color=_colours(shares))
    for line, share in zip(lines, shares, strict=True):
        axes.annotate(
            words.percent(share),
            (share, line),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=8.5,
        )
    axes.set(xlim=(0, 1.3), xticks=[0, 0.5, 1], xlabel="of resamples")
    axes.set_xticklabels(["0%", "50%", "100%"])

"""The lives of ties in one run: a lane each, coloured by stage, with what happened marked."""

from itertools import pairwise

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis import words
from analysis.figures.drawing import style
from analysis.tables import Tables

N_LANES = 40
GONE = "gone"  # the stage of a tie that is no more

SHOWN_AS = {
    "scoping": "scoping",
    "ready": "ready, looking for money",
    "awarded": "awarded",
    "project": "project",
    "strategic": "strategic",
    "dormant": "dormant",
}
#: How the events that are marked look: marker, size, face, edge, meaning.
MARKS = {
    "finding_met": ("o", 22, style.INK, style.INK, "finding in time"),
    "finding_late": ("o", 22, "white", style.INK, "finding too late"),
    "opportunity": ("*", 75, style.YELLOW, style.INK, "new strategic opportunity"),
    "officer_lost": ("v", 30, style.VERMILION, "white", "officer lost"),
    "handed_over": (">", 30, style.GREEN, style.INK, "handed over"),
    "departed": ("X", 48, style.INK, "white", "researcher left"),
}


def draw(tables: Tables) -> Figure | None:
    """Lanes of the ties with the most eventful lives in the horizon, those longest in partnership first."""
    if tables.histories is None or tables.histories.empty or not tables.months:
        return None
    if "stage" not in tables.histories:  # a folder of an older version
        return None
    lives = most_eventful(in_one_order(tables.histories), tables.months)
    if not lives:
        return None
    n = sum(_months_in_partnership(life, tables.months)[0] > 0 for life in lives)
    figure, ((axes,),) = style.canvas(
        f"{n} of {words.counted(len(lives), 'tie')} {'is' if n == 1 else 'are'} long-term for a time",
        "Of all ties between a council and a researcher, those to which most happened; the lasting first.",
        height=2.35 + 0.2 * len(lives),
        margins=(1.35, 0.3, 0.85, 1.5),
    )
    for lane, life in enumerate(lives):
        _draw_stages(axes, lane, life, tables.months)
    _draw_marks(axes, lives)
    style.mark_years(axes, tables.months)
    _name_lanes(axes, lives)
    figure.legend(handles=_legend(), loc="lower center", ncols=4, borderaxespad=0.6, columnspacing=1.6)
    return figure


def in_one_order(histories: pd.DataFrame) -> pd.DataFrame:
    """Events by tie and month, those of one month in the order in which they were written."""
    return histories.sort_values(["tie", "month"], kind="stable").astype({"event": str})


def most_eventful(events: pd.DataFrame, months: int) -> list[pd.DataFrame]:
    """The lives with the most events in the horizon, by how long they are strategic, then a project."""
    inside = events.loc[events["month"].between(0, months - 1), "tie"]
    most = inside.value_counts().sort_index().sort_values(ascending=False, kind="stable").index[:N_LANES]
    lives = [life for tie, life in events[events["tie"].isin(most)].groupby("tie")]
    return sorted(lives, key=lambda life: _months_in_partnership(life, months), reverse=True)


def _months_in_partnership(life: pd.DataFrame, months: int) -> tuple[float, float]:
    spans = stages(life, months)
    strategic, project = (
        sum(end - start for stage, start, end in spans if stage == kind) for kind in ("strategic", "project")
    )
    return strategic, project


def stages(life: pd.DataFrame, months: int) -> list[tuple[str, float, float]]:
    """The stages of a tie's life within the horizon: (stage, first month, month it ends)."""
    changes = life[life["stage"] != life["stage"].shift()]
    starts = zip(changes["stage"], changes["month"].clip(lower=0), strict=True)
    spans = pairwise([*starts, (GONE, months)])
    return [(stage, start, end) for (stage, start), (_, end) in spans if stage != GONE and end > start]


def _draw_stages(axes: Axes, lane: int, life: pd.DataFrame, months: int) -> None:
    for stage, start, end in stages(life, months):
        height = 0.14 if stage == "dormant" else 0.62
        axes.broken_barh(
            [(start, end - start)],
            (lane - height / 2, height),
            facecolor=style.STAGE_COLOURS[stage],
            linewidth=0,
        )


def _draw_marks(axes: Axes, lives: list[pd.DataFrame]) -> None:
    shown = pd.concat([life.assign(lane=lane) for lane, life in enumerate(lives)])
    for event, (marker, size, face, edge, _) in MARKS.items():
        here = shown[(shown["event"] == event) & (shown["month"] >= 0)]
        look = {"s": size, "marker": marker, "color": face, "edgecolors": edge, "linewidths": 0.9}
        axes.scatter(here["month"], here["lane"], zorder=3, label=event, **look)


def _name_lanes(axes: Axes, lives: list[pd.DataFrame]) -> None:
    names = [f"{life['council'].iloc[0]} – {life['researcher'].iloc[0]}" for life in lives]
    axes.set_yticks(range(len(names)), names, fontsize=8)
    axes.set_ylim(len(names) - 0.3, -0.7)
    axes.tick_params(left=False)
    axes.spines["left"].set_visible(False)
    axes.set_ylabel("council – researcher (at first)")
    axes.grid(visible=True, axis="x")
    axes.grid(visible=False, axis="y")


def _legend() -> list[Patch | Line2D]:
    patches = [Patch(color=style.STAGE_COLOURS[stage], label=name) for stage, name in SHOWN_AS.items()]
    marks = [
        Line2D(
            [], [], linestyle="", marker=marker, markersize=size**0.5, markerfacecolor=face,
            markeredgecolor=edge or face, markeredgewidth=0.9, label=name,
        )
        for marker, size, face, edge, name in MARKS.values()
    ]  # fmt: skip
    return [*patches, *marks]

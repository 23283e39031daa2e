"""Patterns: what the model gives for each, where it lies in the band of what was observed."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis import words
from analysis.figures.drawing import panels, style
from analysis.statistics.evidence import fits
from analysis.tables import Tables

LINE = 0.24  # inches: a target's
_SHOWN = (-3.0, 4.0)  # widths of the band: what lies beyond is drawn at the edge


def draw(tables: Tables) -> Figure | None:
    """A line a target, its band as wide as any other."""
    if tables.patterns is None or tables.patterns["model"].isna().all():
        return None
    shown = tables.patterns.dropna(subset="model").reset_index(drop=True)
    names = [_name(line) for line in shown.to_dict("records")]
    figure, ((axes,),) = style.canvas(
        f"The model meets {shown['passes'].sum()} of {len(shown)} figures that were observed",
        f"{_counted(tables.patterns)} The band is what was observed; its width is the unit.\n"
        "Dots are means, lines 95% intervals; triangles lie further out. At the right: model (observed).",
        height=1.75 + LINE * len(shown),
        margins=(3.0, 2.0, 1.05, 0.6),
    )
    panels.name_lines(axes, names)
    low = np.where(shown["low"].isna(), _SHOWN[0], 0)
    high = np.where(shown["high"].isna(), _SHOWN[1], 1)
    axes.barh(np.arange(len(shown)), high - low, 1.0, low, color=style.SKY, alpha=0.3, zorder=0.5)
    _draw_values(axes, shown)
    axes.set_xlim(*_SHOWN)
    axes.set_xticks([0, 1], ["low end", "high end"])
    axes.set_xlabel("of what was observed")
    return figure


def _counted(table: pd.DataFrame) -> str:
    passes = table["passes"].astype("boolean")
    n = len(table)
    return f"{passes.sum()} of {n} lie within their bands, {passes.isna().sum()} are not measured."


def _name(line: dict) -> str:
    return words.shortened(f"{words.humanise(line['pattern'])}: {line['target'].replace('_', ' ')}", 40)


def _draw_values(axes: Axes, shown: pd.DataFrame) -> None:
    at = {
        name: fits.placed(shown[name].to_numpy(float), shown) for name in ("model", "model_low", "model_high")
    }
    lines, passes = np.arange(len(shown)), shown["passes"].to_numpy(bool)
    colours = np.where(passes, style.BLUE, style.VERMILION)
    low, high = (np.clip(at[name], *_SHOWN) for name in ("model_low", "model_high"))
    axes.hlines(lines, low, high, colors=colours, linewidth=1.7, zorder=2)
    inside = np.clip(at["model"], *_SHOWN)
    for marker, is_marked in (
        ("o", inside == at["model"]), ("<", at["model"] < _SHOWN[0]), (">", at["model"] > _SHOWN[1]),
    ):  # fmt: skip
        axes.scatter(
            inside[is_marked], lines[is_marked], c=colours[is_marked], marker=marker, s=30, linewidths=0,
            zorder=3, clip_on=False,
        )  # fmt: skip
    for y, line in enumerate(shown.to_dict("records")):
        axes.annotate(
            f"{_number(line['model'])}  ({_band(line)})", (1, y), xycoords=("axes fraction", "data"),
            xytext=(8, 0), textcoords="offset points", va="center", fontsize=8.5, color=style.GREY,
            annotation_clip=False,
        )  # fmt: skip


def _band(line: dict) -> str:
    low, high = (_number(line[end]) for end in ("low", "high"))
    if pd.isna(line["low"]):
        return f"at most {high}"
    return f"at least {low}" if pd.isna(line["high"]) else f"{low} to {high}"


def _number(value: float) -> str:
    return words.rounded(value).replace("-", "−")

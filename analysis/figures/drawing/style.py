"""The house style: colours, names and layout that all figures share."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

import matplotlib as mpl
import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import LogLocator

# Okabe and Ito's colours, which the colour-blind tell apart, on greys.
INK, GREY, PALE, FAINT = "#2b2f36", "#7a828e", "#c9ced6", "#f1f3f6"
BLUE, ORANGE, GREEN, PURPLE, VERMILION, SKY, YELLOW = (
    "#0072b2", "#e69f00", "#009e73", "#b5609a", "#d55e00", "#56b4e9", "#f0e442",
)  # fmt: skip
#: Of a difference: better, worse, its interval includes zero, or nobody can say which direction is better.
BETTER, WORSE, UNCLEAR, OPEN = BLUE, VERMILION, "#9aa1ab", PURPLE
#: Of a policy beside others; the baseline is INK.
POLICY_COLOURS = (BLUE, VERMILION, GREEN, PURPLE, ORANGE)
#: Of what a tie is: greys before it is a partnership, orange for a project, blue for a strategic one.
STAGE_COLOURS = {
    "scoping": "#dfe3e8",
    "ready": "#aab2bd",
    "awarded": "#f8dc9b",
    "project": ORANGE,
    "strategic": BLUE,
    "dormant": PALE,
}

WIDTH = 10.0  # inches: at 9-10 points, text is still legible at the width of a README
_EDGE = 0.05  # inches that texts keep from it

_RULES: Mapping[str, Any] = {
    "font.size": 10,
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 9.5,
    "axes.labelcolor": INK,
    "axes.edgecolor": GREY,
    "axes.linewidth": 0.8,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "grid.color": "#e4e7eb",
    "grid.linewidth": 0.8,
    "text.color": INK,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "svg.fonttype": "path",
    "svg.hashsalt": "towngown",  # the same tables give the same file
}


#: Matplotlib's settings that are not of a figure.
_OF_SCREENS = ("backend", "interactive")


def house() -> AbstractContextManager[None]:
    """The settings within which every figure is drawn and saved, whatever a `matplotlibrc` says."""
    own = {name: value for name, value in mpl.rcParamsDefault.items() if not name.startswith(_OF_SCREENS)}
    return mpl.rc_context({**own, **sns.axes_style("ticks"), **_RULES})


def canvas(
    title: str,
    subtitle: str,
    height: float,
    rows: int = 1,
    columns: int = 1,
    margins: tuple[float, float, float, float] = (0.75, 0.3, 0.95, 0.6),
    **spacing: Any,
) -> tuple[Figure, np.ndarray]:
    """A figure of the house's width with its title, and its axes.

    Args:
        title: what is shown, in one line.
        subtitle: how to read it, in a line or two.
        height: inches.
        rows: of axes.
        columns: of axes.
        margins: inches at the left, right, top (title included) and bottom.
        spacing: for `Figure.subplots`: what is shared; `gridspec_kw` for gaps.

    Returns:
        The figure, and its axes [rows, columns].
    """
    figure = Figure(figsize=(WIDTH, height))
    figure.set_label(title)
    left, right, top, bottom = margins
    axes = figure.subplots(rows, columns, squeeze=False, **spacing)
    figure.subplots_adjust(left / WIDTH, bottom / height, 1 - right / WIDTH, 1 - top / height)
    head = {"va": "top", "linespacing": 1.35}
    _fit(figure.text(0.12 / WIDTH, 1 - 0.12 / height, title, fontsize=14, weight="bold", **head))
    _fit(figure.text(0.12 / WIDTH, 1 - 0.43 / height, subtitle, fontsize=9.5, color=GREY, **head))
    for axis in axes.flat:
        sns.despine(ax=axis)
        axis.tick_params(length=3, width=0.8)
    return figure, axes


def _fit(text: Text) -> None:
    """Make a text as small as it takes to end within its figure."""
    figure = text.get_figure(root=True)
    assert isinstance(figure, Figure)
    renderer = FigureCanvasAgg(figure).get_renderer()
    room = figure.bbox.x1 - _EDGE * figure.dpi - text.get_window_extent(renderer).x0
    while (width := text.get_window_extent(renderer).width) > room:  # letters have whole pixels
        text.set_fontsize(text.get_fontsize() * min(room / width, 0.99))


def stripe(axes: Axes, n_lines: int) -> None:
    """Let axes with a name a line read as a table: every second line shaded, nothing else at the left."""
    for line in range(0, n_lines, 2):
        axes.axhspan(line - 0.5, line + 0.5, color=FAINT, linewidth=0, zorder=0)
    axes.grid(visible=False)
    axes.tick_params(left=False)
    axes.spines["left"].set_visible(False)


def label_ends(axes: Axes, labels: Mapping[str, tuple[float, str]], gap: float = 0.062) -> None:
    """Name lines at their right ends, moved apart where they would overlap.

    Args:
        axes: with its limits set.
        labels: text -> (height at which the line ends, its colour).
        gap: least distance of two labels, as a share of the height of the axes.
    """
    if not labels:
        return
    order = sorted(labels, key=lambda text: labels[text][0])
    ends = axes.transData.transform([(axes.get_xlim()[1], labels[text][0]) for text in order])
    wanted = axes.transAxes.inverted().transform(ends)[:, 1]  # whatever the scale of the axes
    least = gap * np.arange(len(order))  # no name falls out of the axes at the bottom
    for text, height in zip(order, np.maximum(_spread(wanted, gap), least), strict=True):
        name = axes.annotate(
            text, (1, height), xycoords="axes fraction", xytext=(5, 0), textcoords="offset points",
            color=labels[text][1], va="center", fontsize=9, weight="bold", annotation_clip=False,
        )  # fmt: skip
        _fit(name)


def _spread(heights: np.ndarray, gap: float) -> np.ndarray:
    """Ascending heights, moved as little as it takes to lie `gap` apart (isotonic regression)."""
    blocks: list[list[float]] = []  # of neighbours that share one shift: [sum, number]
    for excess in heights - gap * np.arange(len(heights)):
        blocks.append([excess, 1])
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] > blocks[-1][0] / blocks[-1][1]:
            total, number = blocks.pop()
            blocks[-1][0] += total
            blocks[-1][1] += number
    moved = [total / number for total, number in blocks for _ in range(int(number))]
    return np.array(moved) + gap * np.arange(len(heights))


def mark_years(axes: Axes, months: int) -> None:
    """Let the horizontal axis, which is in months, read in years (every second one where there are many)."""
    step = 12 if months <= 120 else 24
    ticks = np.arange(0, months + 1, step)
    axes.set_xticks(ticks, [f"{tick // 12}" for tick in ticks])
    axes.set_xlim(0, max(months, 1))
    axes.set_xlabel("years under the policy")


def log_ticks(low: float, high: float) -> LogLocator:
    """Where a logarithmic axis has ticks: some, but no more than can be read."""
    span = high / low
    steps = {4: (1, 1.2, 1.5, 2, 3, 5, 7, 8.5), 150: (1, 2, 5), 3000: (1, 3)}
    return LogLocator(subs=next((steps[most] for most in steps if span < most), (1,)))


def colours_of(low: np.ndarray, high: np.ndarray, better: int = 1) -> np.ndarray:
    """The colour of each difference by its interval, and by which direction is better (0: neither)."""
    of_more, of_less = {1: (BETTER, WORSE), -1: (WORSE, BETTER), 0: (OPEN, OPEN)}[better]
    return np.select([low > 0, high < 0], [of_more, of_less], UNCLEAR)


def signed(value: float, _position: int = 0) -> str:
    """A difference with its sign, thousands as k, for an axis."""
    if abs(value) < 1e-12:
        return "0"
    text = f"{abs(value) / 1000:g}k" if abs(value) >= 1000 else f"{abs(value):g}"
    return ("+" if value > 0 else "−") + text

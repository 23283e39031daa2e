"""Names beside points, where there is room for them."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from matplotlib.transforms import Bbox

# Where a name may stand beside its point, the best first: points right, points up, aligned by.
BESIDE = (
    (6, 7, "left"),
    (6, -7, "left"),
    (-6, 7, "right"),
    (-6, -7, "right"),
    (0, 12, "center"),
    (0, -12, "center"),
    (9, 0, "left"),
    (-9, 0, "right"),
)
HALO = [withStroke(linewidth=2.5, foreground="white")]


def boxes_of(axes: Axes, points: np.ndarray, size: float = 8) -> list[Bbox]:
    """What points [n, 2] cover, in pixels, each a square; the limits of the axes must be set."""
    corners = axes.transData.transform(points) - size / 2
    return [Bbox.from_bounds(x, y, size, size) for x, y in corners]


def name_point(
    axes: Axes,
    name: str,
    point: tuple[float, float],
    taken: list[Bbox],
    others: np.ndarray | None = None,
    **look: object,
) -> Bbox | None:
    """Name a point at the first place beside it that is free, and that is beside no other point.

    Args:
        axes: with its limits set.
        name: of the point.
        point: where it is.
        taken: what is covered, in pixels.
        others: further points [n, 2], to none of which the name may be nearer than to its own.
        look: of the name.

    Returns:
        What the name covers; None if no place is free and the point has no name.
    """
    for dx, dy, side in BESIDE:
        text = axes.annotate(
            name, point, xytext=(dx, dy), textcoords="offset points", ha=side, va="center",
            path_effects=HALO, **look,
        )  # fmt: skip
        box = box_of(axes, text)
        is_inside = axes.bbox.containsx(box.x0) and axes.bbox.containsx(box.x1)
        if is_inside and not box.count_overlaps(taken) and _is_beside(axes, box, point, others):
            return box
        text.remove()
    return None


def _is_beside(axes: Axes, box: Bbox, point: tuple[float, float], others: np.ndarray | None) -> bool:
    """Whether what a name covers is no nearer to other points than to its own, but for a pixel."""
    if others is None or not len(others):
        return True
    at = axes.transData.transform([point, *others])
    nearest = np.clip(at, [box.x0, box.y0], [box.x1, box.y1])
    own, *far = np.hypot(*(at - nearest).T)
    return bool(min(far) > own - 1)


def box_of(axes: Axes, text: Text) -> Bbox:
    """What a text covers, in pixels."""
    canvas = FigureCanvasAgg(axes.figure)
    return text.get_window_extent(canvas.get_renderer())

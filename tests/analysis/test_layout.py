"""Whatever is drawn fits: no text leaves its figure, and no two texts of one stand on each other."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from analysis import tables
from analysis.figures.course import one_run as course
from analysis.figures.drawing import style
from analysis.figures.folder import FIGURES
from experiments.design.chosen import SINGLE
from experiments.study.tables import dictionary_of
from model.measures import MONTHLY

#: The costs of the longest names, as many as a bundle of policies may have.
COSTS = sorted(
    (name for name in MONTHLY if name.startswith("cost_")), key=lambda name: len(MONTHLY[name].label)
)[-6:]
LONG = "matchmaking_equitable_equal_money"


def boxes(figure):
    """What each text covers, in pixels."""
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    unseen = {
        label for axes in figure.axes for axis in (axes.xaxis, axes.yaxis) for label in out_of_view(axis)
    }
    texts = [text for text in figure.findobj(Text) if text.get_text().strip() and text.get_visible()]
    return {text: text.get_window_extent(renderer) for text in texts if text not in unseen}


def out_of_view(axis):
    low, high = sorted(axis.get_view_interval())
    ticks = [*axis.get_major_ticks(), *axis.get_minor_ticks()]
    return [tick.label1 for tick in ticks if not low <= tick.get_loc() <= high]


def widened(table):
    """A table with names as long as they come, and four times as many policies or factors."""
    named = [column for column in ("policy", "factor") if column in table][:1]
    for column in named:
        copies = [table.assign(**{column: table[column] + end}) for end in ("", "_1", "_2", "_3")]
        table = pd.concat(copies, ignore_index=True).replace({column: {"phds": LONG, "need_rate_1": LONG}})
    return table.replace({"contrast": {"joint_posts − baseline": f"{LONG} − baseline"}})


@pytest.mark.parametrize("is_wide", [pytest.param(False, marks=pytest.mark.thorough), True])
@pytest.mark.parametrize(
    "kind",
    [
        "comparison",
        "sobol",
        "morris",
        "robust",
        "replications",
        "patterns",
        "combined",
        "mechanisms",
        "friction",
    ],
)
def test_texts_stay_within_the_figure_and_apart(request, spoil, kind, is_wide):
    folder = request.getfixturevalue(kind)
    for file in folder.glob("*.parquet") if is_wide else ():
        spoil(folder, file.stem, widened)
    for name, draw in FIGURES.items():
        with style.house():
            figure = draw(tables.read(folder))
            if figure is None:
                continue
            check(name, figure)


def test_so_do_labels_of_all_that_one_run_can_have(one_run, spoil):
    parts = dict.fromkeys((*course.ORIGINS, *course.FATES, "grants_paid", *COSTS), 1.0)
    spoil(one_run, "series", lambda table: table.assign(**parts))
    dictionary_of(SINGLE).written(one_run)
    with style.house():
        check("series", course.draw(tables.read(one_run)))


def check(name, figure):
    """All texts are within the figure, and apart."""
    found = boxes(figure)
    for text, box in found.items():
        inside = Bbox.intersection(box, figure.bbox)
        assert inside is not None, (name, text)
        assert np.allclose(inside.extents, box.extents, atol=1), (name, text)
    # Boxes of slanted texts reach over their neighbours, which the texts do not.
    level = {text: box for text, box in found.items() if text.get_rotation() in (0, 90)}
    for (one, first), (other, second) in combinations(level.items(), 2):
        assert not first.padded(-2).overlaps(second.padded(-2)), (name, one, other)

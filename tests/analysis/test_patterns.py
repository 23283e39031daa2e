"""The figure of patterns shows where what the model gives lies in the bands of what was observed."""

import numpy as np
from matplotlib.colors import to_hex

from analysis.figures.drawing import style
from analysis.figures.questions import patterns as figure
from tests.analysis.drawing import drawn, texts, tick_labels


def test_a_line_a_target_that_is_measured(patterns):
    (axes,) = drawn(figure.draw, patterns).axes
    assert tick_labels(axes) == [
        "Two regimes: strategic share", "Large city: starts", "Two regimes: starts follow money",
    ]  # fmt: skip
    found = texts(drawn(figure.draw, patterns))
    assert found == ["0.2  (0.1 to 0.3)", "1.2  (16 to 29)", "0.9  (at least 0.3)"]


def test_means_lie_where_they_are_in_their_bands(patterns):
    (axes,) = drawn(figure.draw, patterns).axes
    circles, lower, higher = (marks.get_offsets() for marks in axes.collections[1:])
    # The last is 0.6 above its one end, of a width of four tolerances.
    np.testing.assert_allclose(circles, [[0.5, 0.0], [1.5, 2.0]])
    assert lower.tolist() == [[-3.0, 1.0]]
    assert len(higher) == 0


def test_nothing_is_drawn_of_what_is_not_measured(patterns, spoil):
    spoil(patterns, "patterns", lambda table: table.assign(model=np.nan))
    assert drawn(figure.draw, patterns) is None


def test_what_passes_is_blue(patterns):
    (axes,) = drawn(figure.draw, patterns).axes
    bars = axes.collections[0].get_edgecolors()
    assert [to_hex(bar) for bar in bars] == [style.BLUE, style.VERMILION, style.BLUE]

"""The figures of a Sobol study and of a Morris screening show what their tables hold."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgba

from analysis.figures import morris as screening
from analysis.figures import sobol as indices
from analysis.figures.drawing import style
from tests.analysis.drawing import drawn, texts, tick_labels


def marked(axes, label):
    """The values of a kind of marks, from the top line down."""
    (marks,) = [each for each in axes.collections if each.get_label() == label]
    return np.asarray(marks.get_offsets()[:, 0])


def copies(table, n):
    """Each factor n times, under other names."""
    return pd.concat([table.assign(factor=table["factor"] + f"_{i}") for i in range(n)], ignore_index=True)


def test_indices_are_sorted_by_the_total_one(sobol):
    figure = drawn(indices.draw, sobol)
    (axes,) = figure.axes  # the answer that does not vary has none
    assert tick_labels(axes) == ["Search rate", "Lapse base", "Need rate"]
    assert {"Long-term partnerships", "Joint posts − The present: luck 60%"} <= set(texts(figure))
    assert marked(axes, "total") == pytest.approx([0.6, 0.35, -0.01])
    assert marked(axes, "first") == pytest.approx([0.5, 0.3, -0.02])
    assert marked(axes, "total_raw") == pytest.approx([0.7, 0.5, 0.1])


def test_a_factor_whose_total_index_may_be_zero_is_grey(sobol):
    (axes,) = drawn(indices.draw, sobol).axes
    assert [label.get_color() for label in axes.get_yticklabels()] == [style.INK, style.INK, style.GREY]
    (total,) = [each for each in axes.collections if each.get_label() == "total"]
    wanted = [to_rgba(colour) for colour in (style.BLUE, style.BLUE, style.UNCLEAR)]
    assert np.allclose(total.get_facecolors(), wanted)


def test_of_ninety_factors_the_first_are_drawn_and_the_rest_counted(sobol, spoil):
    spoil(sobol, "indices", lambda table: copies(table, 30))
    figure = drawn(indices.draw, sobol)
    (axes,) = figure.axes
    assert len(tick_labels(axes)) == indices.N_FACTORS
    assert "75 more, 45 clear of zero: total index at most 60%, intervals up to 70%" in texts(figure)


def test_intervals_beyond_reason_do_not_stretch_the_axis(sobol, spoil):
    spoil(sobol, "indices", lambda table: table.assign(total_high=40.0, first_low=-40.0))
    (axes,) = drawn(indices.draw, sobol).axes
    low, high = axes.get_xlim()
    assert -0.5 < low < indices.LOWEST
    assert indices.HIGHEST < high < 1.5


def test_one_factor_and_luck_that_cannot_be_told(sobol, spoil):
    spoil(sobol, "indices", lambda table: table.head(1).assign(luck=np.nan))
    figure = drawn(indices.draw, sobol)
    assert tick_labels(figure.axes[0]) == ["Lapse base"]
    assert "Joint posts − The present: luck not removed" in texts(figure)


def test_answers_for_which_there_is_no_room_are_counted(sobol, spoil):
    spoil(
        sobol,
        "indices",
        lambda table: pd.concat([table.head(3).assign(response=f"cost_{i}") for i in range(8)]),
    )
    figure = drawn(indices.draw, sobol)
    assert len(figure.axes) == 6
    assert "2 more are not drawn" in figure.texts[1].get_text()


def test_convergence_follows_the_factors_that_are_clear_of_zero(sobol):
    figure = drawn(indices.draw_convergence, sobol)
    (axes,) = figure.axes
    curves = {line.get_label(): line for line in axes.lines if line.get_label() in texts(figure)}
    assert list(curves) == ["Search rate", "Lapse base"]
    assert list(curves["Search rate"].get_xdata()) == [16, 32, 64]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["16", "32", "64"]
    assert "Joint posts − The present: 2 of 2 clear, 3 in all" in texts(figure)


def test_where_nothing_is_clear_convergence_shows_the_largest(sobol, spoil):
    spoil(sobol, "convergence", lambda table: table.assign(total_low=-1.0))
    figure = drawn(indices.draw_convergence, sobol)
    assert "Joint posts − The present: none of 3 clear" in texts(figure)
    assert {"Search rate", "Lapse base", "Need rate"} <= set(texts(figure))


def test_one_number_of_samples_does_not_converge(sobol, spoil):
    spoil(sobol, "convergence", lambda table: table[table["blocks"] == 64])
    assert drawn(indices.draw_convergence, sobol) is None


def test_without_indices_nothing_is_drawn(sobol, morris, spoil):
    for draw in (indices.draw, indices.draw_convergence):
        assert drawn(draw, morris) is None
    assert drawn(screening.draw, sobol) is None
    spoil(sobol, "indices", lambda table: table.assign(total=np.nan))
    assert drawn(indices.draw, sobol) is None


def test_screening_sorts_by_effect_and_marks_luck(morris):
    figure = drawn(screening.draw, morris)
    forest, scatter = figure.axes
    assert tick_labels(forest) == ["Search rate", "Money", "Lapse base", "Need rate"]
    assert marked(forest, "effect") == pytest.approx([3.9, 1.9, 0.3, 0])
    assert marked(forest, "noise") == pytest.approx([0.5, 0.5, 0.4, 0.4])
    assert forest.get_xlabel() == "partnerships at a time"
    assert "The present: 2 of 4 factors matter" in texts(figure)
    assert [text.get_text() for text in scatter.texts] == ["Search rate"]  # a group has no sigma
    assert len(scatter.collections[0].get_offsets()) == 3


def test_screening_of_ninety_factors(morris, spoil):
    spoil(morris, "screening", lambda table: copies(table, 20))
    figure = drawn(screening.draw, morris)
    forest, scatter = figure.axes
    assert len(tick_labels(forest)) == screening.N_FACTORS
    assert "64 more, 24 of which matter: intervals up to 4.8" in texts(figure)
    assert len(scatter.texts) <= screening.N_NAMED


def test_with_one_replicate_nothing_is_said_to_matter(morris, spoil):
    unknown = {"noise": np.nan, "matters": pd.array([pd.NA] * 4, dtype="boolean")}
    spoil(morris, "screening", lambda table: table.assign(**unknown))
    figure = drawn(screening.draw, morris)
    assert "The present: one replicate, luck not removed" in texts(figure)
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [
        "luck not removed: what matters cannot be told"
    ]
    effects = [each for each in figure.axes[0].collections if each.get_label() == "effect"]
    assert np.allclose(effects[0].get_facecolors(), to_rgba(screening.UNKNOWN))


def test_one_group_alone_has_no_scatter(morris, spoil):
    spoil(morris, "screening", lambda table: table[table["factor"] == "money"])
    forest, scatter = drawn(screening.draw, morris).axes
    assert tick_labels(forest) == ["Money"]
    assert not scatter.axison

"""The figures of a study of replications show what its tables hold."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgba

from analysis.figures import pairing
from analysis.figures import replications as settling
from analysis.figures.drawing import style
from tests.analysis.drawing import drawn, texts


def rings(axes):
    return [tuple(each.get_offsets()[0]) for each in axes.collections]


def test_variation_rings_where_it_has_settled(replications):
    figure = drawn(settling.draw_variation, replications)
    (axes,) = figure.axes
    curves = {line.get_label(): line for line in axes.lines}
    assert curves["baseline"].get_ydata() == pytest.approx([0.5, 0.4, 0.35, 0.32])
    assert curves["baseline"].get_color() == style.INK
    assert rings(axes) == [pytest.approx((20, 0.35))]  # that of the other policy has not settled
    assert axes.get_xscale() == "log"
    assert {"Needs met by partnerships", "50 seeds", "The present", "PhDs"} <= set(texts(figure))


def test_variation_without_a_mean_or_a_table_of_what_is_enough(replications, spoil):
    (replications / "enough.parquet").unlink()
    spoil(replications, "variation", lambda table: table.replace({"variation": {0.5: np.nan}}))
    (axes,) = drawn(settling.draw_variation, replications).axes
    assert list(axes.lines[0].get_xdata()) == [10, 20, 50]
    assert rings(axes) == []
    spoil(replications, "variation", lambda table: table.assign(variation=np.nan))
    assert drawn(settling.draw_variation, replications) is None


def test_widths_ring_from_where_the_interval_excludes_zero(replications):
    (axes,) = drawn(settling.draw_widths, replications).axes
    assert rings(axes) == [pytest.approx((20, 5 / 20**0.5))]  # 1.12 < 1.5 < 1.58, that of ten
    guide = {line.get_label(): line for line in axes.lines}["guide"]
    assert guide.get_ydata() == pytest.approx([5 / n**0.5 for n in (5, 10, 20, 50)])
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    assert axes.get_ylabel() == "needs over the horizon"


@pytest.mark.parametrize(
    ("effects", "wanted"), [([9.0] * 4, 5), ([9.0, 9.0, 0.1, 9.0], 50), ([0.0] * 4, None)]
)
def test_sure_means_to_the_end(effects, wanted):
    curve = pd.DataFrame({"effect": effects, "half_width": 1.0}, index=[5, 10, 20, 50])
    assert settling._sure_from(curve) == wanted


def test_effects_that_never_vary_have_no_width(replications, spoil):
    spoil(replications, "widths", lambda table: table.assign(half_width=0.0))
    assert drawn(settling.draw_widths, replications) is None


def test_one_number_of_seeds_is_drawn(replications, spoil):
    for name in ("variation", "widths"):
        spoil(replications, name, lambda table: table[table["n"] == 5])
    for draw in (settling.draw_variation, settling.draw_widths):
        (axes,) = drawn(draw, replications).axes
        assert list(axes.lines[0].get_xdata()) == [5]


def test_more_policies_than_colours_are_pale_and_counted(replications, spoil):
    spoil(
        replications,
        "variation",
        lambda table: pd.concat([table, *(table.assign(policy=f"more_{i}") for i in range(8))]),
    )
    figure = drawn(settling.draw_variation, replications)
    assert [line.get_color() for line in figure.axes[0].lines].count(style.PALE) == 4
    assert "Pale: 4 more policies." in figure.texts[1].get_text()


def test_pairing_compares_what_is_claimed_with_what_is_observed(replications):
    figure = drawn(pairing.draw, replications)
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["PhDs", "Brokers"]
    marks = {each.get_label(): each for each in axes.collections}
    assert list(marks["observed"].get_offsets()[:, 0]) == pytest.approx([2.5, 2])
    assert list(marks["claimed"].get_offsets()[:, 0]) == pytest.approx([3, 1])
    wanted = [to_rgba(colour) for colour in (style.BLUE, style.VERMILION)]
    assert np.allclose(marks["observed"].get_facecolors(), wanted)
    assert "50 seeds; 1 of 3 policies cannot be told" in texts(figure)
    low, high = axes.get_xlim()
    assert low < 1 < high


def test_pairing_of_too_few_seeds_is_not_drawn(replications, spoil):
    spoil(replications, "pairing", lambda table: table[table["policy"] == "bridging"])
    assert drawn(pairing.draw, replications) is None


def test_without_their_tables_nothing_is_drawn(comparison):
    for draw in (settling.draw_variation, settling.draw_widths, pairing.draw):
        assert drawn(draw, comparison) is None

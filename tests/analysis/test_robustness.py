"""The figures of a robustness study show what its tables hold."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgba

from analysis.figures import beats, discovery, regret
from analysis.figures.drawing import style
from tests.analysis.drawing import drawn, texts, tick_labels


def test_regret_sorts_by_the_90th_percentile(robust):
    figure = drawn(regret.draw, robust)
    assert tick_labels(figure.axes[0]) == ["Joint posts", "PhDs", "The present"]
    headings = [axes.get_title(loc="left") for axes in figure.axes]
    assert headings == ["Mean", "90th percentile", "Largest run", "Chosen"]
    shown = [axes.collections[-1].get_offsets()[:, 0] for axes in figure.axes[:3]]
    assert np.allclose(shown, [[0.1, 1, 3], [1, 2, 5], [3, 4, 8]])
    assert [text.get_text() for text in figure.axes[3].texts] == ["70%", "30%", "0%"]
    assert figure.axes[1].get_xlabel() == "partnerships at a time"


def test_a_policy_that_is_hardly_ever_the_best_is_grey(robust):
    for axes in drawn(regret.draw, robust).axes[:3]:
        wanted = [to_rgba(colour) for colour in (style.BLUE, style.BLUE, style.UNCLEAR)]
        assert np.allclose(axes.collections[-1].get_facecolors(), wanted)


def test_regret_is_in_the_units_of_the_main_table(robust, spoil):
    spoil(robust, "regret", lambda table: table.assign(response="mean_coverage"))
    figure = drawn(regret.draw, robust)
    assert np.allclose(figure.axes[0].collections[-1].get_offsets()[:, 0], [10, 100, 300])
    assert figure.axes[0].get_xlabel() == "% of councils"


@pytest.mark.parametrize(
    ("shares", "said"),
    [([0.1, 0.2, 0.9], "10% to 90%"), ([0.5, 0.5, 0.5], "50%"), ([np.nan] * 3, "")],
)
def test_regret_tells_how_much_is_luck(robust, spoil, shares, said):
    spoil(robust, "regret", lambda table: table.assign(noise_share=shares))
    told = [text for text in texts(drawn(regret.draw, robust)) if text.startswith("Luck is ")]
    assert told == [f"Luck is {said} of how a policy's effect varies over futures"] * bool(said)


def test_policies_for_which_there_is_no_room_are_counted(robust, spoil):
    spoil(
        robust,
        "regret",
        lambda table: pd.concat([table.assign(policy=table["policy"] + str(i)) for i in range(10)]),
    )
    figure = drawn(regret.draw, robust)
    assert len(tick_labels(figure.axes[0])) == regret.N_POLICIES
    assert "5 more, with a 90th percentile of 5 or more" in texts(figure)


def test_beats_is_a_table_in_order_of_regret(robust):
    (axes,) = drawn(beats.draw, robust).axes
    order = ["Joint posts", "PhDs", "The present"]
    assert tick_labels(axes) == order
    assert [label.get_text() for label in axes.get_xticklabels()] == order
    cells = {text.get_position(): text for text in axes.texts if text.get_text().isdigit()}
    assert {place: int(text.get_text()) for place, text in cells.items()} == {
        (1.5, 0.5): 52,
        (2.5, 0.5): 95,
        (0.5, 1.5): 48,
        (2.5, 1.5): 70,
        (0.5, 2.5): 5,
        (1.5, 2.5): 30,
    }
    assert cells[1.5, 0.5].get_weight() == "normal"  # the interval includes even odds
    assert cells[2.5, 1.5].get_weight() == "bold"


def test_beats_without_regret_and_with_two_responses(robust, spoil):
    (robust / "regret.parquet").unlink()
    spoil(robust, "beats", lambda table: pd.concat([table, table.assign(response="needs_met")]))
    figure = drawn(beats.draw, robust)
    assert len(figure.axes) == 2
    assert {"Long-term partnerships", "Needs met by partnerships", "3 policies"} <= set(texts(figure))


def test_flips_shows_only_pairs_whose_ranking_flips(robust):
    figure = drawn(discovery.draw, robust)
    (axes,) = figure.axes
    assert tick_labels(axes) == [
        "search rate ≤ 0.4",
        "search rate > 0.4 and motives is review",
        "search rate > 0.4 and motives is not review",
    ]
    wanted = [to_rgba(colour) for colour in (style.BETTER, style.UNCLEAR, style.WORSE)]
    assert np.allclose(axes.collections[-1].get_facecolors(), wanted)
    headings = {"Joint posts − PhDs: Long-term partnerships", "Hangs most on search rate"}
    assert headings | {"60%", "10%", "30%"} <= set(texts(figure))


def test_pairs_that_flip_in_most_of_space_come_first(robust, spoil):
    spoil(
        robust,
        "flips",
        lambda table: pd.concat([table, table.assign(other="brokers", share=table["share"] * 1.5)]),
    )
    (robust / "importance.parquet").unlink()
    headings = [axes.texts[0].get_text() for axes in drawn(discovery.draw, robust).axes]
    assert headings == [f"Joint posts − {other}: Long-term partnerships" for other in ("Brokers", "PhDs")]


def test_long_conditions_take_two_lines_at_most(robust, spoil):
    long = " and ".join(f"0.123 < researcher_benefit_{i} <= 0.456" for i in range(9))
    spoil(robust, "flips", lambda table: table.assign(where=long))
    for label in tick_labels(drawn(discovery.draw, robust).axes[0]):
        lines = label.splitlines()
        assert len(lines) == 2
        assert max(map(len, lines)) <= discovery.LETTERS
        assert label.endswith("…")


def test_leaves_too_small_to_say_anything_are_drawn(robust, spoil):
    spoil(robust, "flips", lambda table: table.replace({"low": {-1.0: np.nan}, "high": {1.2: np.nan}}))
    assert len(tick_labels(drawn(discovery.draw, robust).axes[0])) == 3


def test_no_flip_anywhere_gives_no_figure(robust, spoil):
    spoil(robust, "flips", lambda table: table[table["other"] == "baseline"])
    assert drawn(discovery.draw, robust) is None


def test_without_their_tables_nothing_is_drawn(comparison):
    for draw in (regret.draw, beats.draw, discovery.draw):
        assert drawn(draw, comparison) is None

"""The figures of a comparison show what its tables hold."""

import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgba

from analysis.figures import effects, worth
from analysis.figures.course import by_year, over_time
from analysis.figures.drawing import country, naming, style
from analysis.figures.questions import mechanisms as mechanism_figure
from analysis.studies.answering import off_the_sum
from tests.analysis.drawing import drawn, texts, tick_labels


def test_effects_ranks_policies_and_sets_equal_money_apart(comparison):
    figure = drawn(effects.draw, comparison)
    assert len(figure.axes) == 10  # two blocks, five indicators
    assert tick_labels(figure.axes[0]) == ["Joint posts", "Two-stage calls", "PhDs"]
    assert tick_labels(figure.axes[5]) == ["Joint posts"]
    assert {"As designed", "At equal money"} <= set(texts(figure))
    assert [axes.get_xlabel() for axes in figure.axes[5:]] == [
        "partnerships at a time",
        "needs a year",
        "% of councils",
        "Gini × 100",
        "£k a year",
    ]


@pytest.mark.parametrize(
    ("effect", "half", "is_off"),
    [
        (600, 5, False),
        (611, 5, False),  # by less than two percent
        (650, 60, False),  # it may be luck
        (650, 40, True),
        (550, 40, True),
        (650, np.nan, True),  # one seed: nobody knows
    ],
)
def test_what_costs_something_else_and_not_by_luck_is_off_the_sum(effect, half, is_off):
    lines = [(name, "cost_total", effect, effect - half, effect + half) for name in ("a", "a_equal_money")]
    table = pd.DataFrame(lines, columns=["policy", "indicator", "effect", "low", "high"])
    assert off_the_sum(table, 600) == ["a_equal_money"] * is_off


def test_effects_mark_what_is_not_at_equal_money(comparison):
    file = comparison / "effects.parquet"
    table = pd.read_parquet(file)
    table.assign(misses_sum=table["policy"] == "joint_posts_equal_money").to_parquet(file)
    figure = drawn(effects.draw, comparison)
    assert figure.texts[0].get_text().startswith("Joint posts † adds")
    assert tick_labels(figure.axes[0])[0] == "Joint posts"
    assert tick_labels(figure.axes[5]) == ["Joint posts †"]
    assert [text.get_text() for text in figure.texts][-1].startswith("† not at equal money")


def test_effects_are_shown_in_the_unit_that_the_axis_names(comparison):
    figure = drawn(effects.draw, comparison)
    shown = [axes.collections[-1].get_offsets()[0, 0] for axes in figure.axes[:5]]  # of joint posts
    assert shown == pytest.approx([4, 5, 4, -3, 260])  # totals of two years halved, shares in percent
    assert "the present: 10" in texts(figure)
    assert "the present: 2,000" in texts(figure)


def test_effects_say_of_how_many(comparison):
    file = comparison / "effects.parquet"
    table = pd.read_parquet(file)
    raised = table[table["indicator"] == "needs_met"].assign(indicator="needs_raised", baseline=720.0)
    pd.concat([table, raised], ignore_index=True).to_parquet(file)
    pd.DataFrame({"council": range(36)}).to_parquet(comparison / "councils.parquet")
    told = {axes.get_xlabel() for axes in drawn(effects.draw, comparison).axes}
    assert {"of 360 needs a year", "% of 36 councils"} <= told


def test_colours_say_whether_the_interval_excludes_zero(comparison):
    strategic = drawn(effects.draw, comparison).axes[0].collections[-1]
    wanted = [style.BETTER, style.UNCLEAR, style.WORSE]
    assert np.allclose(strategic.get_facecolors(), [to_rgba(colour) for colour in wanted])


def test_colours_say_what_is_better_not_what_is_more(comparison):
    *_, inequality, cost = drawn(effects.draw, comparison).axes[:5]
    for axes, wanted in (
        (inequality, [style.BETTER, style.UNCLEAR, style.UNCLEAR]),
        (cost, [style.WORSE, style.UNCLEAR, style.WORSE]),
    ):
        assert np.allclose(axes.collections[-1].get_facecolors(), [to_rgba(colour) for colour in wanted])


def over_points(table: pd.DataFrame) -> pd.DataFrame:
    """Points that agree on joint posts, that do not on two-stage calls, that were not run of PhDs."""
    low = table["policy"].map({"joint_posts": 2.0, "two_stages": -3.0})
    high = table["policy"].map({"joint_posts": 8.0, "two_stages": 1.0})
    points = low.notna() * 100.0
    return table.assign(posterior_low=low, posterior_high=high, posterior_points=points)


def test_effects_span_the_points_that_fit_and_mark_what_only_luck_supports(comparison, spoil):
    spoil(comparison, "effects", over_points)
    figure = drawn(effects.draw, comparison)
    first = figure.axes[0]
    spans = first.collections[0].get_segments()
    assert [tuple(line[:, 0]) for line in spans[:2]] == [(2.0, 8.0), (-3.0, 1.0)]
    assert not len(spans[2])  # it was not run there
    filled = [np.allclose(face, edge) for face, edge in zip(
        first.collections[-1].get_facecolors(), first.collections[-1].get_edgecolors(), strict=True
    )]  # fmt: skip
    assert filled == [True, True, False]  # two-stage calls may be zero anyway; PhDs, by luck, are not
    assert "only luck says so" in [text.get_text() for text in figure.legends[0].get_texts()]
    assert "95% of 100 sets of assumptions" in figure.texts[1].get_text()
    cost = figure.axes[4].collections[-1]
    assert np.allclose(cost.get_facecolors(), cost.get_edgecolors())  # of costs there is no such finding


def test_a_title_that_only_luck_supports_says_so(comparison, spoil):
    spoil(comparison, "effects", lambda e: over_points(e).assign(posterior_low=-1.0, posterior_high=1.0))
    assert drawn(effects.draw, comparison).texts[0].get_text().endswith(": +5 (only luck says so)")


def test_without_points_nothing_is_said_of_them(comparison):
    figure = drawn(effects.draw, comparison)
    assert len(figure.axes[0].collections) == 2  # intervals and dots
    assert "assumptions" not in figure.texts[1].get_text()
    assert "only luck says so" not in [text.get_text() for text in figure.legends[0].get_texts()]


def test_without_a_dictionary_no_direction_is_called_better(comparison):
    (comparison / "columns.csv").unlink()
    figure = drawn(effects.draw, comparison)
    wanted = [style.OPEN, style.UNCLEAR, style.OPEN]
    assert np.allclose(
        figure.axes[0].collections[-1].get_facecolors(), [to_rgba(colour) for colour in wanted]
    )
    assert figure.axes[5].get_xlabel() == "in the indicator's unit"
    assert "different: better or worse is not said" in [
        text.get_text() for text in figure.legends[0].get_texts()
    ]


def test_intervals_reach_from_low_to_high(comparison):
    lines = drawn(effects.draw, comparison).axes[0].collections[-2].get_segments()
    assert [tuple(line[:, 0]) for line in lines] == [(3.5, 4.5), (-0.4, 0.6), (-2.5, -1.5)]


def test_the_title_names_one_that_is_shown_to_add_though_luck_may_hide_a_better(comparison, spoil):
    def hidden(table: pd.DataFrame) -> pd.DataFrame:
        is_best = table["policy"] == "joint_posts"
        low = table["together_low"].where(~is_best, -1.0).where(table["policy"] != "two_stages", 0.05)
        return table[~table["policy"].str.endswith("_equal_money")].assign(together_low=low)

    spoil(comparison, "effects", hidden)
    title = drawn(effects.draw, comparison).texts[0].get_text()
    assert title == "Two-stage calls adds long-term partnerships: +0.1"


def test_one_policy_and_one_seed_are_drawn(comparison, spoil):
    spoil(comparison, "effects", lambda e: e[e["policy"] == "phds"].assign(low=np.nan, high=np.nan, n=1))
    figure = drawn(effects.draw, comparison)
    assert tick_labels(figure.axes[0]) == ["PhDs"]
    assert "As designed" not in texts(figure)


def test_without_effects_there_is_no_forest(comparison):
    (comparison / "effects.parquet").unlink()
    assert drawn(effects.draw, comparison) is None
    assert drawn(worth.draw, comparison) is None


def test_partnerships_shows_the_baseline_and_the_best(comparison, spoil):
    spoil(comparison, "effects", lambda e: e[~e["policy"].str.endswith("_equal_money")])
    figure = drawn(over_time.draw_partnerships, comparison)
    project, strategic = figure.axes
    names = [line.get_label() for line in strategic.lines]
    assert names == ["The present", "Joint posts", "Two-stage calls", "PhDs"]
    first = strategic.lines[0]  # a straight line, of which averages over a year leave the middle as it was
    assert first.get_ydata() == pytest.approx(5 + 0.1 * (first.get_xdata() - 0.5 - 0.5))
    assert len(first.get_ydata()) == 24 - 12 + 1
    assert (project.get_title(loc="left"), project.get_ylabel()) == ("Project partnerships", "partnerships")
    assert strategic.get_xlabel() == "years under the policy"
    assert set(names) <= set(texts(figure))  # at the ends of the lines


def test_what_is_drawn_over_time_is_at_equal_money_where_that_is_there(comparison):
    figure = drawn(over_time.draw_partnerships, comparison)
    names = [line.get_label() for line in figure.axes[1].lines]
    assert names == ["The present", "Joint posts"]
    assert figure.texts[1].get_text().startswith("The present and one policy at equal money.")


@pytest.mark.parametrize("kept", [("joint_posts", "two_stages", "phds"), ("joint_posts_equal_money",)])
def test_a_policy_keeps_its_colour_from_figure_to_figure(comparison, spoil, kept):
    """Whatever order the tables have them in."""
    spoil(comparison, "effects", lambda e: e[e["policy"].isin(kept)])
    lines = [(name, "strategic", y, y, y, y, 3) for name in sorted(kept) for y in (1, 2)]
    columns = ["policy", "indicator", "year", "effect", "low", "high", "n"]
    pd.DataFrame(lines, columns=columns).to_parquet(comparison / "by_year.parquet")
    draws = (by_year.draw, over_time.draw_partnerships, over_time.draw_survival)
    figures = [drawn(draw, comparison) for draw in draws]
    colours = [{text.get_text(): text.get_color() for text in figure.axes[-1].texts} for figure in figures]
    added, *with_baseline = colours
    assert len(added) == len(kept)
    assert with_baseline == [{"The present": style.INK} | added] * 2


def test_survival_starts_at_all_and_steps_down(comparison):
    figure = drawn(over_time.draw_survival, comparison)
    for axes in figure.axes:
        assert axes.get_xlabel() == "months since it began"
        for line in axes.lines:
            assert line.get_drawstyle() == "steps-post"
            assert line.get_ydata()[0] == 1
    assert figure.axes[0].get_ylabel() == "still running"


def test_worth_sets_effects_against_yearly_cost(comparison):
    figure = drawn(worth.draw, comparison)
    (axes,) = figure.axes
    points = axes.collections[-1].get_offsets()
    assert np.allclose(points, [(260, 4), (450, -2), (0, 0.1)])
    assert axes.get_xlabel() == "added cost, £k a year"
    assert {"Joint posts", "PhDs"} <= set(texts(figure))


def test_a_name_stands_beside_no_point_but_its_own():
    """Places nearer to another point are left; where two lie on one spot, either may have the name."""
    with style.house():
        _, ((axes,),) = style.canvas("title", "subtitle", height=4)
        axes.set(xlim=(0, 1), ylim=(0, 1))
        others = np.array([[0.53, 0.53], [0.5, 0.5]])
        box = naming.name_point(axes, "name", (0.5, 0.5), [], others)
        assert box
        own, other = axes.transData.transform([(0.5, 0.5), others[0]])
        near = [np.hypot(*(at - np.clip(at, box.min, box.max))) for at in (own, other)]
        assert near[0] < near[1]
        around = np.array([(0.5 + x, 0.5 + y) for x in (-0.01, 0, 0.01) for y in (-0.03, 0, 0.03) if x or y])
        assert naming.name_point(axes, "name", (0.5, 0.5), [], around) is None


def test_worth_lists_the_points_that_it_cannot_name(comparison, spoil):
    def crowded(table: pd.DataFrame) -> pd.DataFrame:
        one = table[table["policy"] == "two_stages"]
        return pd.concat([table, *(one.assign(policy=f"two_stages_{k}") for k in range(30))])

    spoil(comparison, "effects", crowded)
    figure = drawn(worth.draw, comparison)
    (told,) = (text.get_text() for text in figure.texts if text.get_text().startswith("No room"))
    named = set(texts(figure))
    points = [f"Two stages {k}" for k in range(30)]
    assert all(
        (name in named) != (name in re.split(r"[:,.]\s+|\.", told.replace("\n", " "))) for name in points
    )


def test_mechanisms_that_most_effects_hang_on_are_named_as_they_are_drawn(mechanisms, spoil):
    """Of those on which as many hang, the one whose change is the surest: that at the top."""

    def one_policy(table: pd.DataFrame) -> pd.DataFrame:
        table = table[table["policy"] == "phds"]
        is_sure = table["mechanism"].str.endswith("_7")
        return table.assign(change=table["change"].where(~is_sure, -100.0))

    spoil(mechanisms, "mechanisms", one_policy)
    figure = drawn(mechanism_figure.draw, mechanisms)
    assert figure.texts[0].get_text().endswith("effects hang most on trust in what they agree on 7")


def test_a_map_of_much_of_the_country_cuts_none_of_it_off():
    wide = np.array([-3.2, -0.1]), np.array([55.9, 51.5])  # Edinburgh and London
    frame = country.frame_of(*country.flat(*country.with_country(*wide), is_globe=True), 360)
    paths = " ".join(country.outlined(frame, *wide))
    xs, ys = (np.array(re.findall(pattern, paths), float) for pattern in (r"([-\d.]+),", r",([-\d.]+)"))
    assert 0 < xs.min() < xs.max() < 360
    assert 0 < ys.min() < ys.max() < frame.height
    near = np.array([-1.5, -1.6]), np.array([53.8, 53.7])
    assert country.with_country(*near) == near


def test_names_at_the_ends_of_lines_keep_apart_and_in_order():
    moved = style._spread(np.array([0.1, 0.11, 0.12, 0.8]), 0.05)
    assert moved == pytest.approx([0.06, 0.11, 0.16, 0.8])

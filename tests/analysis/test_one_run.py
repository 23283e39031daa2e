"""The figures of one run show what its tables hold."""

import pandas as pd
import pytest

from analysis import tables
from analysis.figures.course import histories, over_time
from analysis.figures.course import one_run as months
from experiments.design.chosen import SINGLE
from experiments.study.tables import dictionary_of
from tests.analysis.drawing import drawn


def test_series_has_six_panels_with_units(one_run):
    figure = drawn(months.draw, one_run)
    assert [axes.get_ylabel() for axes in figure.axes] == [
        "ties",
        "ties a year",
        "bids a year",
        "needs a year",
        "demand / capacity, mean",
        "£k a year",
    ]
    assert all(axes.get_title(loc="left") for axes in figure.axes)


def test_partnerships_are_drawn_by_kind(one_run):
    lines = {line.get_label(): set(line.get_ydata()) for line in drawn(months.draw, one_run).axes[0].lines}
    assert lines == {"strategic": {3.0}, "project": {2.0}, "in preparation": {0.0 + 1.0}}


def test_what_never_happened_is_not_in_the_legend(one_run):
    legend = drawn(months.draw, one_run).axes[1].get_legend()
    assert [text.get_text() for text in legend.get_texts()] == ["repeat", "outreach"]


def test_parts_are_called_as_they_are_declared(one_run):
    dictionary_of(SINGLE).written(one_run)
    legends = [axes.get_legend() for axes in drawn(months.draw, one_run).axes]
    told = [text.get_text() for legend in legends if legend for text in legend.get_texts()]
    assert told == [
        "by repeat", "by outreach", "Awards", "Bids", "expired", "met by partnerships", "Cost: Joint posts",
    ]  # fmt: skip


def test_a_year_cut_short_is_scaled_up():
    half = pd.DataFrame({"bids": [1.0] * 18}, index=range(18))
    assert months.by_year(half)["bids"].tolist() == [12, 12]


def test_stages_follow_from_events_and_stay_within_the_horizon(one_run):
    events = histories.in_one_order(tables.read(one_run).histories)
    lives = {tie: histories.stages(life, 30) for tie, life in events.groupby("tie")}
    assert lives[0] == [("strategic", 0, 20)]  # it vanished with its researcher
    assert lives[1] == [
        ("scoping", 0, 3),
        ("ready", 3, 6),
        ("awarded", 6, 11),
        ("project", 11, 25),
        ("strategic", 25, 30),
    ]


def test_histories_shows_the_eventful_lasting_partnerships_first(one_run):
    (axes,) = drawn(histories.draw, one_run).axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["3 – 40", "4 – 41"]
    assert axes.get_xlabel() == "years under the policy"
    assert axes.get_ylabel()
    marked = {each.get_label(): each.get_offsets().tolist() for each in axes.collections}
    assert marked["finding_met"] == [[5, 0]]
    assert marked["finding_late"] == [[18, 1]]
    assert marked["departed"] == [[20, 0]]


def test_no_more_lanes_than_can_be_read():
    events = pd.DataFrame(
        [(tie, month) for tie in range(90) for month in range(tie % 7 + 1)], columns=["tie", "month"]
    )
    lives = histories.most_eventful(events.assign(event="bid", stage="ready"), 12)
    assert len(lives) == histories.N_LANES
    assert min(len(life) for life in lives) >= 4


@pytest.mark.parametrize("name", ["series", "histories"])
def test_an_empty_table_gives_no_figure(one_run, spoil, name):
    spoil(one_run, name, lambda table: table.head(0))
    assert drawn(histories.draw, one_run) is None
    assert (drawn(months.draw, one_run) is None) == (name == "series")


def test_the_few_spells_of_one_run_give_no_survival_curve(one_run):
    spells = pd.DataFrame([("a", "project", 0, 1.0, 1.0, 1.0)], columns=tables.COLUMNS["survival"])
    spells.to_parquet(one_run / "survival.parquet")
    assert drawn(over_time.draw_survival, one_run) is None

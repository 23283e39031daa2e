"""Statistics of patterns: lives made by hand, and what a whole run tells."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.statistics.evidence import patterns
from analysis.statistics.evidence.patterns import Story, partnerships_of

#: tie, council, university, month, event, stage
LIVES = [
    (0, 0, 0, -50, "initial", "strategic"),
    (1, 0, 1, -3, "formed_outreach", "scoping"),
    (1, 0, 1, 0, "ready", "ready"),
    (1, 0, 1, 1, "bid", "ready"),
    (1, 0, 1, 1, "awarded", "awarded"),
    (2, 1, 1, 2, "formed_introduction", "scoping"),
    (1, 0, 1, 6, "started_grant", "project"),
    (2, 1, 1, 8, "started_inkind", "project"),
    (0, 0, 0, 10, "strategic_ended", "dormant"),
    (2, 1, 1, 14, "project_ended", "dormant"),
    (2, 1, 1, 16, "formed_repeat", "scoping"),
    (2, 1, 1, 20, "started_inkind", "project"),
    (1, 0, 1, 24, "embedded", "strategic"),
    (2, 1, 1, 30, "departed", "gone"),
    (1, 0, 1, 70, "strategic_ended", "dormant"),
]


@pytest.fixture
def story() -> Story:
    """Ten years of two councils and two universities; the second of each are beside each other."""
    columns = ["tie", "council", "university", "month", "event", "stage"]
    months = pd.DataFrame(0.0, range(120), ["starts_grant", "starts_inkind", "grants_paid", "grants_open"])
    months.loc[6, "starts_grant"] = 1
    months.loc[1, "grants_paid"] = 100
    months.loc[[8, 20], "starts_inkind"] = 1
    return Story(
        {"introductions": 4.0},
        months,
        pd.DataFrame(LIVES, columns=columns),
        pd.DataFrame({"place": [0, 1], "people": [1e5, 2e5], "kind": ["County", "District"]}),
        pd.DataFrame({"place": [0, 1], "staff": [100, 50], "role": [True, False]}),
        np.array([[False, False], [False, True]]),
        np.array([[100.0, 300.0], [500.0, 5.0]]),
    )


def test_partnerships_begin_and_end_with_their_events(story):
    found = story.partnerships
    assert found["tie"].tolist() == [0, 1, 2, 2]
    assert found["origin"].tolist() == ["initial", "formed_outreach", "formed_introduction", "formed_repeat"]
    assert found["met"].tolist() == [1, 1, 1, 2]
    assert found["began"].tolist() == ["initial", "started_grant", "started_inkind", "started_inkind"]
    assert found["start"].tolist() == [-50, 6, 8, 20]
    np.testing.assert_equal(found["strategic"].to_numpy(), [-50, 24, np.nan, np.nan])
    np.testing.assert_equal(found["end"].to_numpy(), [10, 70, 14, 30])


def test_a_partnership_that_goes_on_has_no_end(story):
    going = partnerships_of(story.histories.iloc[:7])
    assert going["end"].isna().all()


@pytest.mark.parametrize(
    ("statistic", "given", "value"),
    [
        ("money_lag", {}, 5.0),
        ("supported_ratio", {}, 0.0),  # the one that lasted three years has neither, two of three have
        ("council_incidence", {}, 0.5),
        ("city_starts", {}, 0.2),
        ("city_live", {}, 16 / 120),
        ("live_after_grant", {"months": 1}, 1.0),  # embedded in month 24
        ("live_after_grant", {"months": 48}, 0.0),  # ended in month 70
        ("introduced_projects", {}, 0.25),
        ("introduced_a_year", {}, 0.1),
        ("tie_rate", {"near": 0, "far": 10}, 1.0),
        ("local_ties", {}, 2 / 3),
        ("local_strategic", {}, 0.5),
        ("councils_with_ties", {}, 1.0),
        ("councils_of_kind_with_ties", {"kind": "District"}, 1.0),
        ("councils_of_kind_with_ties", {"kind": "Parish"}, np.nan),
        ("ties_by_people", {}, -1.0),
        ("ties_by_staff", {}, -1.0),
    ],
)
def test_statistics_of_a_story_counted_by_hand(story, statistic, given, value):
    assert patterns.OF_STORIES[statistic](story, **given) == pytest.approx(value, nan_ok=True)


def test_starts_follow_the_money_of_the_lag_that_grants_have(story):
    assert patterns.starts_follow_money(story) == pytest.approx(0.56, abs=0.02)  # one start of three
    story.months["starts_inkind"] = 0.0
    assert patterns.starts_follow_money(story) == pytest.approx(1.0)


def test_a_story_without_partnerships_is_not_a_number_where_nothing_can_be_told(story):
    empty = Story(**{**vars(story), "histories": story.histories.iloc[:0]})
    found = {name: each(empty, **GIVEN.get(name, {})) for name, each in patterns.OF_STORIES.items()}
    zero = {
        *COUNTED, "council_incidence", "city_starts", "city_live", "introduced_projects", "introduced_a_year",
        "councils_with_ties", "councils_of_kind_with_ties", *OF_COUNCILS,
    }  # fmt: skip
    assert {name for name, value in found.items() if value == 0} == zero
    others = {name: value for name, value in found.items() if name not in zero}
    assert np.isnan([value for name, value in others.items() if name != "starts_follow_money"]).all()


#: Of pairs, which are none.
COUNTED = ("joint_applications", "new_relations", "still_together")
OF_COUNCILS = ("council_mean", "council_variance")
GIVEN = {
    **{name: {"months": 12, "strategic": 0.0} for name in OF_COUNCILS},
    "tie_rate": {"near": 0, "far": 10},
    "councils_of_kind_with_ties": {"kind": "County"},
    **{name: {"months": 1} for name in ("live_after_grant", *COUNTED)},
}


def test_indicators_give_rates_and_lives():
    rows = {
        "mean_strategic": 10.0, "mean_project": 30.0, "lost_strategic": 5.0, "ended_project": 150.0,
        "starts_grant": 100.0, "starts_inkind": 50.0,
        "bids": 60.0, "awards": 15.0, "bids_open": 40.0, "awards_open": 5.0,
    }  # fmt: skip
    assert patterns.strategic_share(rows, 10) == 0.25
    assert patterns.strategic_exits(rows, 10) == pytest.approx(0.05)
    assert patterns.exit_ratio(rows, 10) == pytest.approx(0.1)
    assert patterns.project_life(rows, 10) == pytest.approx(2.0)  # Little's law: 30 at a time, 15 a year
    assert patterns.bids_lost(rows, 10) == pytest.approx(0.8)


def test_pairs_that_wait_for_a_first_project_are_followed(story):
    """Of those ready as the horizon begins: tie 3 is new and begins in month 5, tie 4 has worked before."""
    waiting = [
        (3, 1, 0, -9, "formed_outreach", "scoping"), (3, 1, 0, -2, "ready", "ready"),
        (3, 1, 0, 5, "started_inkind", "project"), (3, 1, 0, 11, "project_ended", "dormant"),
        (4, 0, 1, -40, "started_grant", "project"), (4, 0, 1, -4, "follow_on", "ready"),
        (4, 0, 1, 3, "started_grant", "project"),
    ]  # fmt: skip
    more = pd.DataFrame(waiting, columns=story.histories.columns)
    story = replace(story, histories=pd.concat([story.histories, more]).sort_values("month", kind="stable"))
    assert [patterns.new_relations(story, months) for months in (5, 6)] == [0, 1]
    assert [patterns.still_together(story, months) for months in (4, 5, 10, 11)] == [0, 1, 1, 0]


def test_joint_applications_are_counted_by_pair(story):
    assert [patterns.joint_applications(story, months) for months in (1, 2, 120)] == [0, 1, 1]

"""Patterns: files that say what is known, and the job that holds the model against them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.__main__ import main as analyse_again
from analysis.statistics.evidence.patterns import OF_ROWS, OF_STORIES
from experiments.command.files import CONF, description, file_of, names_in
from experiments.command.patterns import patterns_from, table_of
from experiments.study.measuring import relative
from model.problems import BadInput

TARGET = """\
# What strategic partnerships are.
what: A pattern.
source: Somebody 2020
targets:
  share: {what: share that is strategic, unit: share, statistic: strategic_share, low: 0.1, high: 0.3,
    tolerance: 0.05, blame: embedding}
"""


def own(text: str) -> list[Path]:
    Path("mine/pattern").mkdir(parents=True, exist_ok=True)
    Path("mine/pattern/own.yaml").write_text(text)
    return [Path("mine"), CONF]


def test_every_pattern_can_be_read_and_all_statistics_have_one() -> None:
    patterns = patterns_from("all", [CONF])
    table = table_of(patterns)
    used = {target.statistic for pattern in patterns for target in pattern.targets}
    assert used - {""} == {*OF_ROWS, *OF_STORIES} - {"council_mean", "council_variance"}  # of a pilot
    assert (table["blame"].str.len() > 5).all()
    assert table["held_out"].any()
    assert len(names_in("pattern")) == len(patterns)
    assert all(len(description(file_of("pattern", name))) > 20 for name in names_in("pattern"))


def test_a_relative_difference_is_that_of_means() -> None:
    """Runs without anything to divide by count, too; the variance is that of the ratio, to first order."""
    one, other = np.array([[3.0, 1.0, np.nan, 5.0]]), np.array([[2.0, 0.0, 1.0, 4.0]])
    found = relative(one, other)
    assert np.nanmean(found) == pytest.approx(9 / 6 - 1)
    assert np.isnan(found[0, 2])
    rng = np.random.default_rng(1)
    below = rng.poisson(50, (4000, 40)).astype(float)
    many = relative(below + rng.poisson(25, below.shape), below)
    assert many.mean() == pytest.approx(0.5, abs=0.01)
    of_means = many.mean(axis=1).std() / np.sqrt(many.var(axis=1, ddof=1).mean() / 40)
    assert of_means == pytest.approx(1.0, abs=0.05)


TRIAL = """\
# What a trial did.
what: A pattern.
source: Somebody 2020
trial: {events_per_year: {value: 120, start: 0, end: 1}}
targets:
  more: {what: more of them, unit: share, statistic: joint_applications, given: {months: 24}, policy: own,
    against: baseline, low: 0.0, tolerance: 0.05, blame: meetings}
"""


def test_a_trial_is_run_as_the_pattern_says_and_needs_no_policy_of_the_experiment(tiny) -> None:
    own(TRIAL)
    said = tiny(
        "experiment=validate", "--config-dir", "mine", "seeds=5", "out=out", "patterns=[own]",
        "policies=[baseline]",
    )  # fmt: skip
    assert said.status == 0, said.err
    assert pd.read_parquet("out/patterns.parquet")["model"][0] > 0
    assert pd.read_parquet("out/rows.parquet")["policy"].unique().tolist() == ["baseline"]


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        (
            "statistic: joint_applications, given: {months: 24}",
            "statistic: bids_a_year",
            "a trial from histories",
        ),
        (
            "trial: {events_per_year: {value: 120, start: 0, end: 1}}",
            "trial: {event_per_year: 3}",
            "events_per_year",
        ),
        ("trial: {events_per_year: {value: 120, start: 0, end: 1}}", "trial: 3", "it takes levers"),
        ("trial:", "population: eight_places\ntrial:", "nine_places"),
    ],
)
def test_mistakes_in_a_trial_are_told(towngown, before: str, after: str, problem: str) -> None:
    with pytest.raises(BadInput, match=problem):
        patterns_from(["own"], own(TRIAL.replace(before, after)))


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("strategic_share,", "strategic_shares,", "Did you mean strategic_share?"),
        ("statistic: strategic_share, ", "", "statistic is needed, or missing"),
        ("low: 0.1", "low: 0.4", "a band takes one number, or two in order"),
        ("tolerance: 0.05", "tolerance: 0", "tolerance = 0 is not allowed"),
        ("low: 0.1", "scale: log, low: 0", "scale = log takes a band above 0"),
        ("blame: embedding", "blame: ''", "blame is missing"),
        ("source: Somebody 2020\n", "", "source is missing"),
        ("what: A pattern.", "why: A pattern.", "why"),
    ],
)
def test_mistakes_in_a_pattern_are_told(towngown, before: str, after: str, problem: str) -> None:
    folders = own(TARGET.replace(before, after))
    with pytest.raises(BadInput) as told:
        patterns_from(["own"], folders)
    assert problem in str(told.value)


def test_patterns_that_there_are_not_are_refused(tiny) -> None:
    said = tiny("experiment=validate", "patterns=[large_cities]")
    assert said.status == 2
    assert "large_city" in said.err
    assert "takes patterns" in tiny("experiment=validate", "patterns=[]").err


def test_validate_compares_rows_and_histories_with_what_was_observed(tiny) -> None:
    own(TARGET)
    asked = ("experiment=validate", "--config-dir", "mine", "seeds=3", "out=out")
    said = tiny(*asked, "patterns=[own,council_incidence,brokers]", "policies=[baseline]")
    assert said.status == 0, said.err
    assert "Kept out" not in said.out
    found = pd.read_parquet("out/patterns.parquet").set_index(["pattern", "target"])
    rows = pd.read_parquet("out/rows.parquet")
    share = (rows["mean_strategic"] / (rows["mean_strategic"] + rows["mean_project"])).mean()
    assert found["model"]["own", "share"] == pytest.approx(share)
    assert 0 < found["model"]["council_incidence", "councils"] <= 1
    assert np.isnan(found["model"]["brokers", "projects"])
    assert "matchmaking" in found["missing"]["brokers", "projects"]
    before = Path("out/patterns.parquet").read_bytes()
    assert analyse_again(["out"]) == 0
    assert Path("out/patterns.parquet").read_bytes() == before


def test_patterns_that_no_calibration_looks_at_are_told(tiny) -> None:
    said = tiny("experiment=validate", "seeds=2", "patterns=[project_life,after_the_grant]")
    assert said.status == 0, said.err
    assert "Kept out of calibration: after_the_grant." in said.out


def test_what_histories_have_told_is_not_asked_again(tiny) -> None:
    asked = ("experiment=validate", "seeds=2", "patterns=[council_incidence]")
    assert "Histories" in tiny(*asked, "out=one").err
    assert "Histories" not in tiny(*asked, "out=two").err
    one, two = (pd.read_parquet(f"{folder}/measured.parquet") for folder in ("one", "two"))
    pd.testing.assert_frame_equal(one, two)


def test_histories_that_are_damaged_are_put_aside_and_told_again(tiny) -> None:
    asked = ("experiment=validate", "seeds=2", "patterns=[council_incidence]")
    tiny(*asked, "out=one")
    (part,) = Path("store/stories").glob("*.parquet")
    part.write_bytes(part.read_bytes()[:-9])
    said = tiny(*asked, "out=two")
    assert (said.status, "put aside" in said.err, "Histories" in said.err) == (0, True, True)

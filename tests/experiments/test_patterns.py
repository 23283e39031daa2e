"""Patterns: files that say what is known, and the job that holds the model against them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.__main__ import main as analyse_again
from analysis.statistics.evidence.patterns import OF_ROWS, OF_STORIES
from experiments.command.files import CONF, description, file_of, names_in
from experiments.command.patterns import patterns_from, table_of
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
    assert used - {""} == {*OF_ROWS, *OF_STORIES}
    assert (table["blame"].str.len() > 5).all()
    assert table["held_out"].any()
    assert len(names_in("pattern")) == len(patterns)
    assert all(len(description(file_of("pattern", name))) > 20 for name in names_in("pattern"))


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

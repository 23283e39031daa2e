"""Calibrating goes on where it was, and the points that it keeps are a set of parameters."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.__main__ import main as analyse_again
from model.parameters import PARAMETERS

SMALL = (
    "experiment=calibrate", "patterns=[two_regimes,waste_and_lag,two_stages]", "policies=[baseline]",
    "seeds=2", "design.n=20", "calibration.waves=2", "calibration.points=6", "calibration.cutoff=1000",
    "calibration.drawn=8", "calibration.shortlist=6", "calibration.ranked=4", "calibration.nearest=4",
    "calibration.raised=3",
    "design.factors=[search_rate,embed_rate,scoping_months]",
)  # fmt: skip


@pytest.fixture
def kept(tiny):
    said = tiny(*SMALL, "out=out")
    assert said.status == 0, said.err
    return said


def test_points_are_tried_in_waves_and_the_nearest_kept(kept) -> None:
    points = pd.read_parquet("out/points.parquet")
    assert points.groupby("wave").size().tolist() == [20, 6, 8]
    sample = points[points["wave"] == 3]
    assert points["accepted"].sum() == sample["accepted"].sum() == 4
    assert points["shortlisted"].sum() == sample["shortlisted"].sum() == 6
    others = sample.iloc[:-1].query("shortlisted")
    assert others[others["accepted"]]["distance"].max() <= others[~others["accepted"]]["distance"].min()
    assert sample["accepted"].iloc[-1]  # the point that holds, wherever its few runs have put it
    assert sample["shortlisted"][sample["accepted"]].all()
    defaults = [PARAMETERS[name].default for name in ("search_rate", "embed_rate", "scoping_months")]
    assert sample.iloc[-1][["search_rate", "embed_rate", "scoping_months"]].tolist() == defaults
    rows = pd.read_parquet("out/rows.parquet")
    assert len(rows) == 4 * 3
    names = ["search_rate", "embed_rate", "scoping_months"]
    own = pd.read_csv("out/parameters/posterior.csv")[names].to_numpy()
    np.testing.assert_array_equal(own, sample.loc[sample["accepted"], names])
    np.testing.assert_array_equal(own, rows.drop_duplicates("point")[names])
    assert set(pd.read_parquet("out/targets.parquet")["pattern"]) == {"two_regimes", "waste_and_lag"}


def test_points_on_the_shortlist_are_told_by_more_seeds(kept, tiny) -> None:
    one = pd.read_parquet("out/scores.parquet")
    short = pd.read_parquet("out/points.parquet").query("shortlisted")["point"]
    assert (
        tiny(*[each for each in SMALL if "ranked" not in each], "calibration.ranked=9", "out=more").status
        == 0
    )
    two = pd.read_parquet("more/scores.parquet")
    told = one["point"].isin(short)
    pd.testing.assert_frame_equal(one[~told], two[~told])
    assert (one.loc[told, "mean"] != two.loc[told, "mean"]).any()
    known = one["variance"] > 0
    assert (two.loc[told & known, "variance"] < one.loc[told & known, "variance"]).mean() > 0.8


def test_how_often_known_truths_are_found_again_is_told(kept) -> None:
    found = pd.read_csv("out/coverage.csv")
    assert len(found) == 2 * 3  # levels, factors
    assert found["truths"].unique() == [8]  # drawn last
    share = found.loc[found["level"] == 0.9, "coverage"].mean()
    said = " ".join(kept.out.split())
    assert "Of 8 points in turn taken for the truth, parameters are found again" in said
    assert f"by the middle 90% of points in {100 * share:.0f}%, by the middle 50%" in said


def test_the_same_command_runs_nothing_again_and_finds_the_same(kept, tiny) -> None:
    again = tiny(*SMALL, "out=again")
    assert not {"Runs", "Histories"} & set(again.err.split())
    for table in ("points", "scores", "identified", "conflicts", "left_out", "coverage"):
        one, two = (pd.read_parquet(f"{folder}/{table}.parquet") for folder in ("out", "again"))
        pd.testing.assert_frame_equal(one, two)


def test_its_statistics_can_be_made_again_from_the_folder(kept) -> None:
    before = {file.name: file.read_bytes() for file in Path("out").glob("*.parquet")}
    assert analyse_again(["out"]) == 0
    assert {file.name: file.read_bytes() for file in Path("out").glob("*.parquet")} == before


def test_what_is_kept_is_a_set_of_parameters_to_run_over(kept, tiny, towngown) -> None:
    over = ("--config-dir", "out", "parameters=posterior")
    assert "Patterns: two_regimes, waste_and_lag" in Path("out/parameters/posterior.yaml").read_text()
    said = tiny(*over, "experiment=validate", "patterns=[two_regimes]", "seeds=2", "out=validated")
    assert said.status == 0, said.err
    assert pd.read_parquet("validated/patterns.parquet")["points"].max() == 4
    robust = tiny(*over, "experiment=robust", "policies=[baseline,phds]", "seeds=2", "out=robust")
    assert robust.status == 0, robust.err
    assert pd.read_parquet("robust/rows.parquet")["point"].nunique() == 4
    held = (*over, "experiment=robust", "policies=[baseline,phds]", "seeds=2", "parameters.search_rate=0.3")
    assert tiny(*held, "out=held").status == 0
    assert not {"search_rate"} & set(pd.read_parquet("held/rows.parquet"))
    assert towngown("again=held", "store=store", "figures=false", "out=again").status == 0
    assert Path("again/regret.csv").read_bytes() == Path("held/regret.csv").read_bytes()


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ("calibration.waves=0", "calibration.waves = 0 is not allowed"),
        ("calibration.cutoff=0", "calibration.cutoff = 0 is not allowed"),
        ("calibration.shortlist=9", "calibration.shortlist = 9 is more than are drawn, 8: lower it"),
        ("calibration.nearest=7", "calibration.nearest = 7 is more than are on the shortlist, 6: lower it"),
        ("calibration.cutoff=0.0001 calibration.forgiven=0 patterns=[project_life]", "are not ruled out"),
        ("patterns=[after_the_grant]", "nothing to calibrate to"),
        ("seeds=1", "one seed cannot tell luck"),
        ("shard=1", "do not go together"),
        ("design.n=5", "takes at least 20"),
    ],
)
def test_what_cannot_be_calibrated_is_told(tiny, asked: str, problem: str) -> None:
    names = [each.partition("=")[0] for each in asked.split()]
    given = [each for each in SMALL if each.partition("=")[0] not in names]
    said = tiny(*given, *asked.split())
    assert said.status != 0
    assert problem in " ".join(said.err.split())

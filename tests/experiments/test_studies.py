"""Studies: rows that fail, rows that are there already, shards, and rows run again."""

from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import pandas as pd
import pytest

from analysis.asked import Pilot, read
from experiments.rows.store import Store
from experiments.running import batches
from model.simulation import Run, Simulation
from tests.experiments.conftest import EMBEDDING

COMPARISON = ("policies=[baseline,brokers]", "seeds=6", "out=out")
SOBOL = ("experiment=sobol", "seeds=2", "design.factors=[search_rate,embed_rate]", "out=out")


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch):
    """Runs of seed 3 end as told: in an exception, or with these indicators."""
    completed = batches.completed

    def breaks(end: Exception | float) -> None:
        def ends(simulation: Simulation, timeout: float | None) -> Run:
            run = completed(simulation, timeout)
            if simulation.seed != 3:
                return run
            if isinstance(end, Exception):
                raise end
            return replace(run, indicators={**run.indicators, "findings": end})

        monkeypatch.setattr(batches, "completed", ends)

    return breaks


@pytest.mark.parametrize(
    ("end", "told"),
    [
        (ValueError("no ink"), "exception: ValueError: no ink"),
        (float("inf"), "not finite: findings = inf"),
        (float("nan"), "not finite: findings = nan"),
    ],
)
def test_a_row_that_fails_is_told_and_the_rest_goes_on(
    tiny, broken, end: Exception | float, told: str
) -> None:
    broken(end)
    said = tiny(*COMPARISON)
    assert said.status == 1
    assert "2 of 12 runs failed" in said.err
    assert told in said.err
    assert "failed=exclude" in said.err
    assert not Path("out").exists()
    assert len(Store(Path("store")).rows) == 10


def test_failed_rows_are_left_out_only_if_so_chosen(tiny, broken) -> None:
    broken(ValueError("no ink"))
    said = tiny(*COMPARISON, "failed=exclude")
    assert said.status == 1
    assert set(pd.read_parquet("out/rows.parquet")["seed"]) == {0, 1, 2, 4, 5}
    assert "left out" in Path("out/manifest.json").read_text()


def test_a_row_that_failed_is_mended_by_running_it_again(tiny, broken, monkeypatch) -> None:
    with monkeypatch.context():
        broken(ValueError("no ink"))
        assert tiny(*COMPARISON).status == 1
        name = next(iter(Store(Path("store")).failures.names().to_pylist()))
        said = tiny("experiment=replay", f"row={name}", "out=again")
        assert said.status == 1
        assert "Traceback" in said.err
        broken(0.0)  # not what it was, but a number
    assert tiny(*COMPARISON).status == 0
    assert len(pd.read_parquet("out/rows.parquet")) == 12


def test_a_run_that_takes_too_long_fails(tiny) -> None:
    said = tiny(*COMPARISON, "engine.timeout=1e-9")
    assert said.status == 1
    assert "time-out" in said.err
    assert "12 of 12 runs failed" in said.err


def test_no_row_is_run_twice_by_any_experiment(tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "outcome_of", counted := Mock(side_effect=batches.outcome_of))
    assert tiny("policies=[baseline,brokers]", "seeds=6", "out=out").status == 0
    assert counted.call_count == 12
    assert tiny("policies=[baseline,brokers]", "seeds=8", "out=out").status == 0
    assert counted.call_count == 16
    points = ("job=sweep", "design.kind=list", "design.points=[{search_rate: 0.04}, {search_rate: 0.5}]")
    assert tiny("policies=[brokers]", *points, "seeds=8", "out=sweep").status == 0
    assert counted.call_count == 24  # the first point is the default


def test_a_larger_sobol_design_goes_on_from_the_smaller(tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "outcome_of", counted := Mock(side_effect=batches.outcome_of))
    assert tiny(*SOBOL, "design.n=4").status == 0
    assert counted.call_count == 4 * 4 * 2
    assert tiny(*SOBOL, "design.n=8").status == 0
    assert counted.call_count == 8 * 4 * 2


def test_shards_fill_one_store_and_the_last_one_analyses(tiny) -> None:
    assert tiny(*SOBOL, "design.n=4").status == 0
    whole = pd.read_parquet("out/indices.parquet")
    arguments = [argument for argument in SOBOL if argument != "out=out"]
    said = tiny(
        "-m", *arguments, "design.n=4", "shards=3", "shard=range(0,3)", "out=sharded", "store=another"
    )
    assert said.status == 0, said.err
    assert "other shards run them" in said.err
    pd.testing.assert_frame_equal(pd.read_parquet("sharded/indices.parquet"), whole, check_exact=True)


def test_one_shard_alone_analyses_nothing(tiny) -> None:
    said = tiny(*SOBOL, "design.n=4", "shards=3", "shard=1")
    assert said.status == 0
    assert not Path("out").exists()
    assert tiny(*SOBOL, "design.n=4").status == 0
    assert Path("out/indices.parquet").exists()


def test_a_dry_run_says_how_much_there_is_to_do(tiny) -> None:
    said = tiny(*SOBOL, "design.n=4", "dry_run=true")
    assert said.status == 0
    assert "4 base samples of 2 factors, 16 points, 32 runs: about" in said.err
    assert not Path("out").exists()


def test_any_row_can_be_run_again_and_is_the_same(tiny) -> None:
    assert tiny(*COMPARISON).status == 0
    name = pd.read_parquet("out/rows.parquet")["row"][7]
    said = tiny("experiment=replay", f"row={name[:10]}", "out=again")
    assert said.status == 0
    assert "as they were, bit for bit" in said.err
    assert Path("again/histories.parquet").exists()


def test_precision_adds_seeds_or_says_that_it_ran_out(tiny) -> None:
    arguments = ("experiment=precise", "policies=[baseline,brokers]", *EMBEDDING, "out=out")
    assert tiny(*arguments, "precision.half_width=2").status == 0
    effects = pd.read_parquet("out/effects.parquet").query("indicator == 'mean_strategic'")
    assert ((effects["high"] - effects["low"]) / 2).tolist() == pytest.approx([2.0])
    said = tiny(*arguments, "precision.half_width=0.0001", "precision.most_seeds=35")
    assert said.status == 0
    assert "only after 35 seeds" in said.err


def test_statistics_are_told_what_their_own_job_asks_and_no_other(tiny) -> None:
    pilot = ("experiment=pilot", "policies=[baseline,brokers]", "pilot={councils: 8, months: 6, power: 0.9}")
    assert tiny(*pilot, "seeds=3", "hangs_on={mechanisms: [embedding], seeds: 2}", "out=out").status == 0
    asked = read(Path("out"))
    assert asked
    assert asked.pilot == Pilot([8], [6], 0.9)
    assert asked.budget is None
    assert asked.mechanisms == {}  # of hangs_on, which is for a comparison
    assert tiny(*COMPARISON).status == 0
    asked = read(Path("out"))
    assert asked
    assert asked.pilot is None

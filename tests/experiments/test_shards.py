"""Shards: jobs that each run a share of the rows and fill one store; whoever finds all of them analyses."""

from pathlib import Path

import pandas as pd
import pytest

from experiments.rows.store import Store
from experiments.study.folder import written_whole
from tests.experiments.program import PATIENCE, started
from tests.experiments.test_failures import broken, failed_row, raising  # noqa: F401 - a fixture
from tests.experiments.test_folder import fill

SWEEP = ("policies=[baseline,joint_posts]", "seeds=30")
SHARDS = ("-m", "shard=range(0,4)", "shards=4")
TABLES = ("rows", "effects", "series", "survival")


def same(one: str | Path, other: str | Path) -> None:
    for table in TABLES:
        assert Path(one, f"{table}.parquet").read_bytes() == Path(other, f"{table}.parquet").read_bytes()


def test_a_shard_runs_its_share_and_says_what_is_missing(tiny) -> None:
    said = tiny(*SWEEP, "shard=1", "shards=4", "out=out")
    assert said.status == 0
    assert "60 runs, 16 of them this job's" in said.err
    assert "44 of 60 runs are missing, as other shards run them" in said.err
    assert len(Store(Path("store")).rows) == 16
    assert not Path("out").exists()
    assert tiny(*SWEEP, "out=out").status == 0


def test_shards_in_one_process_make_one_result(tiny) -> None:
    said = tiny(*SHARDS, *SWEEP, "out=shards")
    assert said.status == 0, said.err
    assert said.err.count("Written to") == 1
    assert tiny(*SWEEP, "out=whole", "store=another").status == 0
    same("shards", "whole")
    assert {path.name for path in Path().iterdir()} == {"store", "another", "shards", "whole"}


def test_shards_share_a_design(tiny) -> None:
    sobol = ("experiment=sobol", "design.factors=[search_rate,embed_rate]", "design.n=8", "seeds=2")
    assert tiny(*SHARDS, *sobol, "out=shards").status == 0
    assert tiny(*sobol, "out=whole", "store=another").status == 0
    for table in ("rows", "indices"):
        pd.testing.assert_frame_equal(
            *(pd.read_parquet(f"{out}/{table}.parquet") for out in ("shards", "whole"))
        )


def test_a_failing_row_fails_its_shard_and_those_that_see_it(tiny, broken) -> None:  # noqa: F811
    broken(raising, 2, lever="joint_posts")
    said = tiny(*SHARDS, *SWEEP, "out=out")
    assert said.status == 1
    assert "1 of 60 runs failed" in said.err
    assert f"row {failed_row()[:12]}" in said.err
    assert len(Store(Path("store")).rows) == 59
    assert not Path("out").exists()
    said = tiny(*SHARDS, *SWEEP, "failed=exclude", "out=out")
    assert said.status == 1
    assert len(pd.read_parquet("out/rows.parquet")) == 59


@pytest.mark.thorough
def test_shards_of_a_launcher_make_one_result(tmp_path: Path, tiny) -> None:
    launched = ("hydra/launcher=submitit_local", "hydra.launcher.timeout_min=5", *SHARDS, *SWEEP)
    with started(*launched, "out=shards", folder=tmp_path) as program:
        _, err = program.communicate(timeout=2 * PATIENCE)
    assert program.returncode == 0, err
    assert len(Store(tmp_path / "store").rows) == 60
    assert list((tmp_path / "results" / "jobs" / ".submitit").rglob("*.out"))  # the jobs' own words
    assert tiny(*SWEEP, "out=whole", "store=another").status == 0
    same(tmp_path / "shards", "whole")

    with started(*launched, "seeds=40", "engine.timeout=1e-9", folder=tmp_path) as program:
        _, err = program.communicate(timeout=2 * PATIENCE)
    assert program.returncode == 1, err
    assert "Its log is in results/jobs/.submitit" in " ".join(err.split())
    assert "Traceback" not in err
    logs = "".join(path.read_text() for path in tmp_path.rglob("*.err"))
    assert "runs failed and have no result" in logs


def test_of_jobs_that_write_one_folder_at_once_one_stays(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with written_whole(out) as one:
        fill(one, rows="one")
        with written_whole(out) as other:
            fill(other, rows="other", months="other")
        assert (out / "rows").read_text() == "other"
    assert (out / "rows").read_text() == "one"
    assert not (out / "months").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_folder_that_another_job_has_just_written_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, rename, others = tmp_path / "out", Path.rename, [1]

    def late(path: Path, target: Path) -> Path:
        """When this job has looked whether a folder is there, another job puts one there."""
        if target == out and others:
            others.clear()
            out.mkdir()
            fill(out, rows="other")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", late)
    with written_whole(out) as folder:
        fill(folder, rows="own")
    assert (out / "rows").read_text() == "own"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]

"""The program, interrupted or killed: the same command goes on, and what comes out is the same to the bit."""

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from experiments.rows.store import Store
from tests.experiments.program import PATIENCE, parts_of, started, until

pytestmark = pytest.mark.slow
TABLES = ("rows", "effects", "series", "survival")
SWEEP = ("policies=[baseline,joint_posts]", "seeds=600", "out=out")


def tables(folder: Path) -> dict[str, bytes]:
    return {table: (folder / "out" / f"{table}.parquet").read_bytes() for table in TABLES}


def completed(folder: Path, *arguments: str) -> None:
    with started(*SWEEP, *arguments, folder=folder) as program:
        _, err = program.communicate(timeout=PATIENCE)
        assert program.returncode == 0, err


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("untouched")
    completed(folder)
    return tables(folder)


def under_way(program: subprocess.Popen, folder: Path, n_rows: int) -> None:
    """Wait until the program has added so many rows."""
    until(lambda: parts_of(folder / "store") and len(Store(folder / "store").rows) > n_rows, program)
    assert program.poll() is None


@pytest.mark.parametrize(
    "moments", [(0, 200), pytest.param((0, 100, 200, 300), marks=pytest.mark.thorough)], ids=len
)
def test_kill_9_loses_a_batch_at_most(
    tmp_path: Path, untouched: dict[str, bytes], moments: tuple[int, ...]
) -> None:
    for n_rows in moments:
        with started(*SWEEP, folder=tmp_path) as program:
            under_way(program, tmp_path, n_rows)
            program.kill()
            program.wait()
        assert len(Store(tmp_path / "store").rows) > n_rows
        assert not (tmp_path / "out").exists()
    completed(tmp_path)
    assert tables(tmp_path) == untouched
    assert {path.name for path in tmp_path.iterdir()} == {"store", "out"}


@pytest.mark.parametrize(
    "engine",
    [
        "engine=local",
        pytest.param("engine.processes=true", marks=pytest.mark.thorough),
        pytest.param("engine=dask", marks=pytest.mark.thorough),
    ],
)
def test_ctrl_c_stops_cleanly_and_says_how_to_go_on(
    tmp_path: Path, untouched: dict[str, bytes], engine: str
) -> None:
    with started(*SWEEP, engine, folder=tmp_path) as program:
        under_way(program, tmp_path, 100)
        os.killpg(program.pid, signal.SIGINT)  # as a terminal does: to the program and all its processes
        _, err = program.communicate(timeout=PATIENCE)
    assert program.returncode == 130, err
    assert "Stopping: the runs under way are finished first" in err
    assert re.search(r"Stopped with [\d,]+ runs to go", err)
    assert "the same command goes on from there" in " ".join(err.split())
    assert "Traceback" not in err
    assert not (tmp_path / "out").exists()
    completed(tmp_path, engine)
    assert tables(tmp_path) == untouched


def test_a_request_of_the_system_is_as_good(tmp_path: Path, untouched: dict[str, bytes]) -> None:
    with started(*SWEEP, folder=tmp_path) as program:
        under_way(program, tmp_path, 100)
        program.terminate()
        _, err = program.communicate(timeout=PATIENCE)
    assert program.returncode == 130
    assert "the same command goes on from there" in " ".join(err.split())
    completed(tmp_path)
    assert tables(tmp_path) == untouched


def test_no_worker_outlives_the_program(tmp_path: Path) -> None:
    with started(*SWEEP, "engine.processes=true", folder=tmp_path) as program:
        under_way(program, tmp_path, 0)
        program.kill()
        program.wait()
        until(lambda: not alive(program.pid))


def alive(group: int) -> bool:
    """Whether any process of a group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_before_the_first_run_it_stops_too(tmp_path: Path, number: signal.Signals) -> None:
    endless = (*SWEEP, "seeds=2000000")  # however late the signal comes, the program is still there
    with started(*endless, folder=tmp_path) as program:
        until(lambda: (tmp_path / "store" / "rows").exists(), program)
        program.send_signal(number)
        _, err = program.communicate(timeout=PATIENCE)
    assert program.returncode == 130
    assert "the same command goes on from there" in " ".join(err.split())
    assert "Traceback" not in err


@pytest.mark.thorough
def test_two_programs_fill_one_store_at_once(tmp_path: Path, untouched: dict[str, bytes]) -> None:
    with started(*SWEEP, folder=tmp_path) as one, started(*SWEEP, folder=tmp_path) as other:
        for program in (one, other):
            _, err = program.communicate(timeout=PATIENCE)
            assert program.returncode == 0, err
    assert tables(tmp_path) == untouched
    assert {path.name for path in tmp_path.iterdir()} == {"store", "out"}

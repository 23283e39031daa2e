"""Whatever happens to a sweep, its store ends up as if nothing had happened."""

import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest

from experiments.command.files import CONF
from tests.experiments import filling


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """The store of a sweep that nothing ever happened to."""
    folder = tmp_path_factory.mktemp("untouched")
    filling.fill(folder, filling.plan())
    return filling.contents(folder, filling.plan())


@contextmanager
def sweep(folder: Path, **options: object) -> Iterator[subprocess.Popen]:
    """A program that fills a store once its standard input says so, killed at the end."""
    command = [sys.executable, "-m", "tests.experiments.filling", str(folder)]
    environment = os.environ | {"PYTHONPATH": str(CONF.parent)}
    program = subprocess.Popen(
        command, cwd=folder.parent, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, **options,
    )  # type: ignore[call-overload]  # fmt: skip
    try:
        yield program
    finally:
        program.kill()
        program.communicate()


def ready(program: subprocess.Popen) -> None:
    assert program.stdout is not None
    assert program.stdout.readline() == "ready\n"


def go(program: subprocess.Popen) -> None:
    assert program.stdin is not None
    program.stdin.write("go\n")
    program.stdin.flush()


def first_part(folder: Path) -> None:
    while not list((folder / "rows").glob("*.parquet")):
        time.sleep(0.01)


@pytest.mark.slow
@pytest.mark.parametrize("kills", [8, pytest.param(20, marks=pytest.mark.thorough)])
def test_a_sweep_killed_at_random_moments_loses_nothing(
    tmp_path: Path, untouched: pd.DataFrame, kills: int
) -> None:
    chance, counts, folder = random.Random(1), [], tmp_path / "store"
    with sweep(tmp_path / "first") as program:
        ready(program)
        go(program)
        started = time.perf_counter()
        first_part(tmp_path / "first")
        until_first_part = time.perf_counter() - started
    for _ in range(kills):
        with sweep(folder) as program:
            ready(program)
            go(program)
            time.sleep(chance.uniform(0, 4 * until_first_part))
        counts.append(len(filling.Store(folder).rows))
    assert len(set(counts)) > kills / 4  # kills did fall between batches
    assert counts == sorted(counts)  # and none took what was finished
    filling.fill(folder, filling.plan())
    assert filling.contents(folder, filling.plan()).equals(untouched)


@pytest.mark.slow
def test_two_writers_at_once_fill_one_store(tmp_path: Path, untouched: pd.DataFrame) -> None:
    folder = tmp_path / "store"
    with sweep(folder) as one, sweep(folder) as other:
        programs = (one, other)
        for program in programs:
            ready(program)
        for program in programs:
            go(program)
        runs = [int(program.communicate()[0]) for program in programs]
    assert max(runs) < len(filling.plan())  # they shared the work
    assert sum(runs) >= len(filling.plan())
    assert filling.contents(folder, filling.plan()).equals(untouched)


def test_ctrl_c_stops_after_the_runs_under_way(tmp_path: Path, untouched: pd.DataFrame) -> None:
    folder = tmp_path / "store"
    with sweep(folder) as program:
        ready(program)
        go(program)
        first_part(folder)
        program.send_signal(signal.SIGINT)
        out, err = program.communicate()
    assert 0 < int(out) < len(filling.plan())
    assert "Stopping" in err
    assert filling.fill(folder, filling.plan()).n_run == len(filling.plan()) - int(out)
    assert filling.contents(folder, filling.plan()).equals(untouched)


def test_a_part_cut_short_is_filled_again(tmp_path: Path, untouched: pd.DataFrame) -> None:
    filling.fill(tmp_path, filling.plan())
    (part,) = (tmp_path / "rows").iterdir()
    part.write_bytes(part.read_bytes()[:-1000])
    assert filling.fill(tmp_path, filling.plan()).n_run == len(filling.plan())
    assert filling.contents(tmp_path, filling.plan()).equals(untouched)


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting a small disk takes rights that this user has not")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_told_and_costs_no_row(tmp_path: Path, untouched: pd.DataFrame) -> None:
    with small_disk(tmp_path / "disk", "160k") as disk:
        folder = disk / "store"
        with sweep(folder) as program:
            ready(program)
            go(program)
            _, err = program.communicate()
        assert program.returncode == 1
        assert "No space left on device. Every run that was finished before is kept" in err
        kept = len(filling.Store(folder).rows)
        assert 0 < kept < len(filling.plan())
        subprocess.run(["mount", "-o", "remount,size=10m", str(disk)], check=True)
        assert filling.fill(folder, filling.plan()).n_run == len(filling.plan()) - kept
        assert filling.contents(folder, filling.plan()).equals(untouched)


def test_a_quota_is_told_and_costs_no_row(tmp_path: Path, untouched: pd.DataFrame) -> None:
    folder = tmp_path / "store"

    def quota() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    with sweep(folder, preexec_fn=quota) as program:
        ready(program)
        go(program)
        _, err = program.communicate()
    assert program.returncode == 1
    assert "cannot be used: File too large" in err
    filling.fill(folder, filling.plan())
    assert filling.contents(folder, filling.plan()).equals(untouched)

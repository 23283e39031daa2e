"""The engine and the folder: order, threads, interruption."""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator
from functools import partial
from itertools import product
from pathlib import Path
from unittest.mock import Mock, patch

import pandas as pd
import pytest

from experiments.rows.outcomes import Failure, Result
from experiments.rows.store import Store
from experiments.running import batches
from experiments.running.batches import outcome_of
from experiments.running.dask import cluster
from experiments.running.engine import WorkerLost
from experiments.running.local import Local
from experiments.study.folder import written_whole
from model.problems import BadInput

TABLES = ("rows", "effects", "series", "survival")


@pytest.fixture
def two() -> Iterator[Local]:
    """Two threads, gone at the end."""
    with Local(2) as engine:
        yield engine


def test_results_come_as_they_are_finished_and_tasks_are_made_late(two: Local) -> None:
    made = []

    def tasks() -> Iterator[int]:
        for task in range(20):
            made.append(task)
            yield task

    def work(task: int) -> int:
        time.sleep(0.2 if task == 0 else 0.001)
        return task * task

    came = []
    for task, result in two.finished(work, tasks()):
        assert result == task * task
        assert len(made) <= len(came) + 5
        came.append(task)
    assert sorted(came) == list(range(20))
    assert came[0] != 0


def test_no_task_is_begun_once_stopped(two: Local) -> None:
    came: list[int] = []
    for task, _ in two.finished(lambda task: task, range(1000), lambda: len(came) >= 10):
        came.append(task)
    assert 10 <= len(came) < 20


def test_an_error_stops_the_rest() -> None:
    begun = []

    def work(task: int) -> int:
        begun.append(task)
        if task == 3:
            raise RuntimeError("no")
        return task

    with pytest.raises(RuntimeError), Local(2) as engine:
        list(engine.finished(work, range(1000)))
    assert len(begun) < 20
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("run")]


def test_much_work_for_many_workers_is_for_processes() -> None:
    for workers, seconds, expected in ((2, 1e6, None), (16, 1.0, None), (16, 1e6, True)):
        engine = Local(workers)
        with patch("experiments.running.local._memory", lambda: float("inf")):
            engine.expect(seconds)
        assert engine.processes is expected


def dies_over(task: int) -> int:
    """Its process dies over task 3, every time; over task 5, the first time."""
    if task == 3 or (task == 5 and not Path("died").exists()):
        if task == 5:
            Path("died").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return task * task


def test_a_dead_process_costs_no_task_but_the_one_that_kills(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with Local(2, processes=True) as engine:
        found = dict(engine.finished(dies_over, range(12)))
    lost = found.pop(3)
    assert isinstance(lost, WorkerLost)
    assert "died 3 times" in lost.message
    assert found == {task: task * task for task in range(12) if task != 3}


def test_whoever_kills_processes_at_whatever_moment_is_not_waited_for() -> None:
    killed, done = 0, threading.Event()

    def kill() -> None:
        nonlocal killed
        while killed < 6 and not done.wait(0.3):
            for process in multiprocessing.active_children()[:1]:
                process.kill()
                killed += 1

    killer = threading.Thread(target=kill)
    with Local(2, processes=True) as engine:
        killer.start()
        found = dict(engine.finished(square, range(40)))
    done.set()
    killer.join()
    assert killed
    assert sorted(found) == list(range(40))
    right = {task: result for task, result in found.items() if not isinstance(result, WorkerLost)}
    assert right == {task: task * task for task in right}
    assert multiprocessing.active_children() == []


def test_an_error_in_a_process_is_raised() -> None:
    with pytest.raises(ZeroDivisionError), Local(1, processes=True) as engine:
        list(engine.finished(partial(divmod, 1), [0]))


def square(task: int) -> int:
    time.sleep(0.05)
    return task * task


def test_a_dead_worker_of_a_cluster_costs_no_task() -> None:
    with cluster(None, 2) as engine:
        pids = list(engine.client.run(os.getpid).values())
        came = {}
        for task, result in engine.finished(square, range(40), lambda: False):
            came[task] = result
            if len(came) == 5:
                os.kill(pids[0], signal.SIGKILL)
    assert came == {task: task * task for task in range(40)}


def test_engines_change_nothing(tiny) -> None:
    engines = {"one": "threads=1", "two": "threads=2", "processes": "processes=true", "dask": None}
    for name, setting in engines.items():
        said = tiny(
            "policies=[baseline,joint_posts,matchmaking_optimal]", "seeds=7", f"out={name}",
            f"engine.{setting}" if setting else "engine=dask", f"store=store_of_{name}",
        )  # fmt: skip
        assert said.status == 0, said.err
    for name, table in product(engines, TABLES):
        one, other = (pd.read_parquet(f"{each}/{table}.parquet") for each in ("one", name))
        pd.testing.assert_frame_equal(one, other, check_exact=True)


def test_seeds_are_the_same_in_any_range(tiny) -> None:
    assert tiny("policies=[baseline,phds]", "seeds=5", "out=all").status == 0
    assert tiny("policies=[baseline,phds]", "seeds=3:5", "out=some", "store=another").status == 0
    every, some = pd.read_parquet("all/rows.parquet"), pd.read_parquet("some/rows.parquet")
    pd.testing.assert_frame_equal(every[every["seed"] >= 3].reset_index(drop=True), some, check_exact=True)


def test_an_interrupted_job_leaves_finished_runs_alone(tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = []

    def interrupted(*arguments: object) -> Result | Failure:
        begun.append(arguments)
        if len(begun) == 90:
            raise KeyboardInterrupt
        return outcome_of(*arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(batches, "outcome_of", interrupted)
        said = tiny("policy=phds", "seeds=50", "out=deep/down/out")
    assert said.status == 130
    assert "Interrupted" in said.err
    assert [path.name for path in Path().iterdir()] == ["store"]
    finished = len(Store(Path("store")).rows)
    assert 0 < finished < 100
    monkeypatch.setattr(batches, "outcome_of", counted := Mock(side_effect=outcome_of))
    assert tiny("policy=phds", "seeds=50", "out=out").status == 0
    assert counted.call_count == 100 - finished


def test_an_interrupted_job_keeps_what_was_there(tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    assert tiny("policy=phds", "seeds=2", "out=out").status == 0
    before = Path("out/rows.parquet").read_bytes()

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("experiments.study.study.write_settings", interrupted)
    assert tiny("policy=phds", "seeds=3", "out=out").status == 130
    assert Path("out/rows.parquet").read_bytes() == before
    assert {path.name for path in Path().iterdir()} == {"out", "store"}


def test_a_later_job_takes_the_place_of_an_earlier_one(tiny) -> None:
    assert tiny("experiment=run", "out=out").status == 0
    assert tiny("policy=phds", "seeds=2", "out=out").status == 0
    assert not Path("out/histories.parquet").exists()


@pytest.mark.parametrize("content", ["mine/thesis.txt", "mine/manifest.txt", "mine/data.csv"])
def test_nothing_of_others_is_overwritten(tiny, content: str) -> None:
    Path("mine").mkdir()
    Path(content).write_text("precious")
    said = tiny("policy=phds", "seeds=1", "out=mine")
    assert said.status == 2
    assert Path(content).name in said.err
    assert Path(content).read_text() == "precious"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="is a file"), written_whole(tmp_path / "file"):
        pass
    with pytest.raises(BadInput, match="cannot be written to"), written_whole(tmp_path / "file" / "out"):
        pass


def test_figures_that_fail_do_not_take_the_numbers_with_them(
    towngown, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = pytest.importorskip("analysis.figures.folder")

    def broken(*_: object) -> None:
        raise ValueError("no ink")

    monkeypatch.setattr(figures, "write", broken)
    said = towngown("policy=phds", "population.places=1", "parameters.horizon=12", "seeds=1", "out=out")
    assert said.status == 1
    assert "no ink" in said.err
    assert Path("out/rows.parquet").exists()

"""The engine and the folder: order, threads, interruption."""

import threading
import time
from pathlib import Path

import pandas as pd
import pytest

from experiments.engine import results
from experiments.folder import written_whole
from model.parameters import BadInput

TABLES = ("rows", "effects", "series", "survival")


def test_results_come_in_the_order_of_tasks() -> None:
    def work(task: int) -> int:
        time.sleep(0.002 * (task % 3))
        return task * task

    assert list(results(work, range(30), 4)) == [task * task for task in range(30)]


def test_an_error_stops_the_rest() -> None:
    begun = []

    def work(task: int) -> int:
        begun.append(task)
        if task == 3:
            raise RuntimeError("no")
        return task

    with pytest.raises(RuntimeError):
        list(results(work, range(1000), 2))
    assert len(begun) < 20
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("run")]


def test_threads_change_nothing(tiny) -> None:
    for threads in (1, 2):
        arguments = (
            "policies=[baseline,joint_posts,matchmaking_optimal]",
            "seeds=7",
            f"engine.threads={threads}",
        )
        assert tiny(*arguments, f"out=threads{threads}").status == 0
    for table in TABLES:
        one, two = (pd.read_parquet(f"threads{threads}/{table}.parquet") for threads in (1, 2))
        pd.testing.assert_frame_equal(one, two, check_exact=True)


def test_seeds_are_the_same_in_any_range(tiny) -> None:
    assert tiny("policies=[baseline,phds]", "seeds=5", "out=all").status == 0
    assert tiny("policies=[baseline,phds]", "seeds=3:5", "out=some").status == 0
    every, some = pd.read_parquet("all/rows.parquet"), pd.read_parquet("some/rows.parquet")
    pd.testing.assert_frame_equal(every[every["seed"] >= 3].reset_index(drop=True), some, check_exact=True)


def test_an_interrupted_job_leaves_nothing(tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    from experiments import compare

    runs = compare.compare
    begun = []

    def interrupted(*arguments):
        begun.append(arguments)
        if len(begun) == 5:
            raise KeyboardInterrupt
        return runs(*arguments)

    monkeypatch.setattr(compare, "compare", interrupted)
    said = tiny("policy=phds", "seeds=50", "out=deep/down/out")
    assert said.status == 130
    assert "Interrupted" in said.err
    assert not list(Path().iterdir())


def test_an_interrupted_job_keeps_what_was_there(tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    assert tiny("policy=phds", "seeds=2", "out=out").status == 0
    before = Path("out/rows.parquet").read_bytes()

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("experiments.compare.write_settings", interrupted)
    assert tiny("policy=phds", "seeds=3", "out=out").status == 130
    assert Path("out/rows.parquet").read_bytes() == before
    assert [path.name for path in Path().iterdir()] == ["out"]


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


def test_a_note_among_results_is_not_overwritten(tiny) -> None:
    assert tiny("policy=phds", "seeds=1", "out=out").status == 0
    Path("out/notes.txt").write_text("precious")
    assert tiny("policy=phds", "seeds=1", "out=out").status == 2
    assert Path("out/notes.txt").read_text() == "precious"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="is a file"), written_whole(tmp_path / "file"):
        pass
    with pytest.raises(BadInput, match="cannot be written to"), written_whole(tmp_path / "file" / "out"):
        pass


def test_figures_that_fail_do_not_take_the_numbers_with_them(
    towngown, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = pytest.importorskip("analysis.figures")

    def broken(_: Path) -> None:
        raise ValueError("no ink")

    monkeypatch.setattr(figures, "write", broken)
    said = towngown("policy=phds", "population.places=1", "parameters.horizon=12", "seeds=1", "out=out")
    assert said.status == 1
    assert "no ink" in said.err
    assert Path("out/rows.parquet").exists()

"""Studies: nothing is computed twice, whatever grows; what cannot be done is refused before anything runs."""

import errno
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from rich.console import RenderableType

from experiments.jobs import compare
from experiments.rows import parts, results
from experiments.rows.parts import Lost
from experiments.rows.seal import sealed
from experiments.rows.store import Store
from experiments.running import batches
from experiments.terminal import progress
from tests.experiments.conftest import TINY
from tests.experiments.test_failures import flat, part_of

TABLES = ("rows", "effects", "series", "survival")
FACTORS = "design.factors=[search_rate,embed_rate]"
POLICIES = "policies=[baseline,phds]"


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How many runs there have been since it was last asked."""
    counted = Mock(side_effect=batches.outcome_of)
    monkeypatch.setattr(batches, "outcome_of", counted)

    def since() -> int:
        n = counted.call_count
        counted.reset_mock()
        return n

    return since


def same(one: str, other: str) -> None:
    for table in TABLES:
        pd.testing.assert_frame_equal(
            pd.read_parquet(f"{one}/{table}.parquet"), pd.read_parquet(f"{other}/{table}.parquet"),
            check_exact=True,
        )  # fmt: skip


# Nothing is computed twice


def test_no_experiment_computes_a_row_of_another(tiny, runs) -> None:
    assert tiny(POLICIES, "seeds=4", "out=out").status == 0
    assert runs() == 8
    assert tiny(POLICIES, "seeds=4", "out=again").status == 0
    assert runs() == 0
    same("out", "again")
    assert tiny("experiment=replications", POLICIES, "seeds=4").status == 0
    assert runs() == 0
    points = "design.points=[{embed_rate: 0.01}, {embed_rate: 0.02}]"
    assert tiny("experiment=points", "policies=[phds]", points, "seeds=4").status == 0
    assert runs() == 8
    assert tiny("experiment=replications", POLICIES, "seeds=4", "parameters.embed_rate=0.01").status == 0
    assert runs() == 4  # the baseline's


def test_growing_seeds_computes_the_new_ones(tiny, runs) -> None:
    assert tiny(POLICIES, "seeds=4").status == 0
    runs()
    assert tiny(POLICIES, "seeds=7", "out=grown").status == 0
    assert runs() == 6
    assert tiny(POLICIES, "seeds=7", "store=fresh", "out=fresh_out").status == 0
    same("grown", "fresh_out")


@pytest.mark.parametrize(("kind", "points"), [("sobol", 4), ("morris", 3)])
def test_growing_a_design_computes_the_new_points(tiny, runs, kind: str, points: int) -> None:
    grow = (f"experiment={kind}", FACTORS, "seeds=2")
    assert tiny(*grow, "design.n=4").status == 0
    assert runs() == 4 * points * 2
    assert tiny(*grow, "design.n=8").status == 0
    assert runs() == 4 * points * 2
    assert tiny(*grow, "design.n=8", "seeds=3").status == 0
    assert runs() == 8 * points


def test_policies_at_equal_money_are_solved_for_once(tiny, runs) -> None:
    arguments = ("policies=[baseline,joint_posts_equal_money]", "seeds=3", "equal_money=150")
    assert tiny(*arguments, "out=one").status == 0
    assert runs() > 6
    assert tiny(*arguments, "out=other").status == 0
    assert runs() == 0
    same("one", "other")


def test_a_dry_run_says_how_much_there_is(tiny, runs) -> None:
    arguments = ("experiment=sobol", FACTORS, "seeds=2", "design.n=8")
    said = tiny(*arguments, "dry_run=true", "out=out")
    assert said.status == 0
    assert re.search(r"8 base samples of 2 factors, 32 points, 64 runs: about \d+ \w+, \d+ MB", said.err)
    sample = runs()
    assert 0 < sample < 64
    assert not Path("out").exists()
    assert tiny(*arguments).status == 0
    assert runs() == 64 - sample  # what the estimate was measured on is kept
    said = tiny(*arguments, "dry_run=true")
    assert said.status == 0
    assert "All 64 runs are in store" in said.err


def test_rows_are_written_alike_in_any_number_of_pieces(tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ("experiment=one_at_a_time", POLICIES, "design.factors=[motives,search_rate]", "seeds=2")
    assert tiny(*arguments, "out=whole").status == 0
    monkeypatch.setattr(results, "_CHUNK", 4)
    assert tiny(*arguments, "out=pieces").status == 0
    pd.testing.assert_frame_equal(*(pd.read_parquet(f"{out}/rows.parquet") for out in ("whole", "pieces")))


def test_words_can_be_factors_of_a_robustness_experiment(tiny) -> None:
    said = tiny("experiment=robust", POLICIES, "design.n=8", "design.factors=[motives,embed_rate]", "seeds=2")
    assert said.status == 0, said.err


def test_a_price_that_cannot_act_explains_nothing(tiny) -> None:
    factors = "design.factors=[price_communication,price_broker,search_rate]"
    arguments = ("experiment=robust", "policies=[baseline,brokers]", "seeds=2", "design.n=6", factors)
    assert tiny(*arguments, "responses=[mean_strategic,cost_total]", "out=out").status == 0
    told = pd.read_csv("out/importance.csv").groupby("response")["factor"].agg(set)
    assert told["mean_strategic"] == {"search_rate"}
    assert told["cost_total"] == {"search_rate", "price_broker"}


def test_a_designs_factors_given_by_hand_take_the_place_of_the_experiments(tiny) -> None:
    grid = "design.factors={embed_rate: {values: [0.01, 0.02]}}"
    said = tiny("experiment=grid", grid, "seeds=1", "dry_run=true")
    assert "Grid: 1 factor, 2 points, 2 runs" in said.err


# Precision


def test_seeds_are_added_until_the_interval_is_narrow(tiny, runs) -> None:
    wanted = ("policies=[baseline,phds,joint_posts]", "precision.indicator=cost_total")
    wanted += ("precision.half_width=20", "precision.most_seeds=400")
    said = tiny(*wanted, "out=out")
    assert said.status == 0
    n = runs()
    effects = pd.read_parquet("out/effects.parquet").query("indicator == 'cost_total'")
    assert list((effects["high"] - effects["low"]) / 2) == pytest.approx([20, 20])
    assert len(pd.read_parquet("out/rows.parquet")) == n < 3 * 400
    assert f"{n // 3} seeds, " in flat(said.out)
    assert f"beyond the {n // 3} used" in flat(said.out)
    assert tiny(*wanted, "out=again").status == 0
    assert runs() == 0
    same("out", "again")


def test_a_bound_on_seeds_is_told(tiny) -> None:
    wanted = ("precision.indicator=cost_total", "precision.half_width=1e-6", "precision.most_seeds=30")
    said = tiny(POLICIES, *wanted, "out=out")
    assert said.status == 0
    assert re.search(r"phds: cost_total is known to ±\S+ only after 30 seeds, the most allowed", said.err)
    assert len(pd.read_parquet("out/rows.parquet")) == 60


# What cannot be done


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["shard=a"], "shard = 'a' is not allowed: it takes a whole number from 0 to shards - 1 = 15"),
        (["shard=4", "shards=4"], "shard = 4 is not allowed"),
        (["shard=-1"], "shard = -1 is not allowed"),
        (["shards=0"], "shards = 0 is not allowed: it takes a whole number of at least 1"),
        (["shards=many"], "shards = 'many' is not allowed"),
        (["failed=maybe"], "failed = 'maybe' is not allowed: it takes refuse or exclude"),
        (["dry_run=2"], "dry_run = 2 is not allowed: it takes true or false"),
        (["store=null"], "store = None is not allowed: it takes the name of a folder"),
        (["store="], "store = '' is not allowed"),
        (["~store"], "~store is not allowed: every setting is needed"),
        (["~engine"], "~engine is not allowed"),
        (["out=null"], "out = None is not allowed"),
        (["out=store/out", "store=store"], "within each other: keep them apart"),
        (["out=.", "store=there"], "within each other"),
        (["out=same", "store=same"], "within each other"),
        (["responses=null"], "responses = None is not allowed: it takes a list of indicators"),
        (["responses=[mean_strateg]"], "Did you mean mean_strategic?"),
        (["responses=[[mean_strategic]]"], "responses: There is no indicator"),
        (["precision=0.1"], "precision = 0.1 is not allowed: say precision.half_width=0.1"),
        (["precision.half_width=-1"], "precision.half_width = -1 is not allowed"),
        (["precision.half_width=abc"], "precision.half_width = 'abc' is not allowed"),
        (["precision.most_seeds=0"], "precision.most_seeds = 0 is not allowed"),
        (["precision.indicator=null"], "precision.indicator = None is not allowed"),
        (["precision.indicator=mean_strateg"], "precision.indicator: There is no indicator 'mean_strateg'"),
        (["precision.indicator=[needs_met,value]"], "precision.indicator = ['needs_met', 'value'] is not"),
        (["precision.halfwidth=1"], "There is no setting 'precision.halfwidth'"),
        (["precision.half_width=1", "policies=[baseline]"], "precision needs effects"),
        (["precision.half_width=1", "experiment=grid"], "precision.half_width is for job=compare"),
        (["precision.half_width=1", "shard=0"], "shard and precision.half_width do not go together"),
        (["engine.kind=[local]"], "engine.kind = ['local'] is not allowed: it takes local or dask"),
        (["engine.kind=mpi"], "engine.kind = 'mpi' is not allowed"),
        (["engine.timeout=0"], "engine.timeout = 0 is not allowed: it takes seconds above 0, or null"),
        (["engine.processes=3"], "engine.processes = 3 is not allowed"),
        (["engine=dask", "engine.address=5"], "engine.address = 5 is not allowed: it takes HOST:PORT"),
        (["engine=daks"], "There is no engine 'daks'. Did you mean dask?"),
        (["engine.address=here"], "There is no setting 'engine.address'"),
        (["design=5"], "design = 5 is not allowed"),
        (["design.kind=sobl"], "There is no kind of design 'sobl'. Did you mean sobol?"),
        (["experiment=sobol", "design.n=3"], "design.n = 3 is not allowed: sobol takes a power of two"),
        (["experiment=sobol", "design.n=1"], "design.n = 1 is not allowed here: it takes at least 2"),
        (["experiment=sobol", "design.m=4"], "design: There is no setting 'm'"),
        (["experiment=sobol", "design.factors=[serch_rate]"], "Did you mean search_rate?"),
        (["experiment=sobol", "design.n=8388608"], "at most 10,000,000 are allowed"),
        (["experiment=robust", "design.n=2"], "design.n = 2 is not allowed here: it takes at least 4"),
        (["experiment=robust", "seeds=1"], "one seed cannot tell luck from parameters"),
        (["experiment=grid", "job=compare"], "job compare takes no design"),
        (["parameters=posterior", "experiment=calibrate"], "job calibrate makes a sample of points"),
        (["experiment=grid", "job=sensitivity"], "job sensitivity takes a sobol or morris design"),
        (["experiment=replications", "policies=[phds]"], "name the baseline and at least one other policy"),
        (["experiment=replay"], "row is missing"),
        (["experiment=replay", "row=ab"], "store = results/store is not there"),
    ],
)  # fmt: skip
def test_mistakes_are_told_and_leave_nothing(towngown, arguments: list[str], message: str) -> None:
    said = towngown(*arguments)
    assert said.status == 2, said.err
    assert message in said.err
    assert "Traceback" not in said.err + said.out
    assert not list(Path().iterdir())


def test_no_precision_is_none(tiny) -> None:
    assert tiny(POLICIES, "precision=null", "seeds=2").status == 0


def test_a_place_that_results_cannot_go_to_is_refused_before_anything_runs(tiny, runs) -> None:
    Path("file").write_text("")
    Path("mine").mkdir()
    Path("mine/thesis.txt").write_text("")
    for out in ("file", "file/out", "mine", "/proc/out"):
        said = tiny(POLICIES, "seeds=2", f"out={out}")
        assert said.status == 2, out
        assert f"out = {out} " in said.err
    assert runs() == 0
    assert {path.name for path in Path().iterdir()} == {"file", "mine"}


def test_the_folder_one_is_in_cannot_be_replaced(tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("here").mkdir()
    monkeypatch.chdir("here")
    said = tiny(POLICIES, "seeds=2", "out=.", "store=../store")
    assert said.status == 2
    assert "out = . is where you are, or a disk: choose a folder within it" in said.err


def test_a_disk_that_is_too_small_is_refused_before_most_runs(
    tiny, runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = Mock(return_value=Mock(free=1000))
    monkeypatch.setattr(shutil, "disk_usage", usage)
    said = tiny(POLICIES, "seeds=200")
    assert said.status == 2
    assert re.search(r"store = store has 1 MB free, and the runs take about \d+ MB", said.err)
    assert runs() < 100


# The store


@pytest.mark.parametrize("store", ["file", "file/store", "/proc/store"])
def test_a_store_that_cannot_be_is_told(tiny, store: str) -> None:
    Path("file").write_text("")
    said = tiny(POLICIES, "seeds=2", f"store={store}")
    assert said.status in (1, 2)
    assert f"store = {store}" in said.err
    assert "fault of the program" not in said.err


def test_a_folder_of_something_else_is_no_store(tiny) -> None:
    Path("mine").mkdir()
    Path("mine/thesis.txt").write_text("precious")
    said = tiny(POLICIES, "seeds=2", "store=mine")
    assert said.status == 2
    assert "mine holds thesis.txt, which is no part of a store" in said.err
    Path("mine/thesis.txt").rename("mine/.DS_Store")  # what systems leave in any folder
    assert tiny(POLICIES, "seeds=2", "store=mine").status == 0


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Callable[[Path], None]]:
    """Make a folder read-only, for root too."""
    mounted: list[Path] = []

    def make(folder: Path) -> None:
        for options in (["--bind"], ["-o", "remount,ro,bind"]):
            command = ["mount", *options, str(folder), str(folder)]
            if subprocess.run(command, capture_output=True, check=False).returncode:
                pytest.skip("mounting takes rights that this user has not")
            mounted[:] = [folder]

    yield make
    for folder in mounted:
        subprocess.run(["umount", str(folder)], check=True)


def test_rows_of_a_read_only_store_can_be_analysed_but_not_added_to(tiny, read_only) -> None:
    assert tiny(POLICIES, "seeds=3", "out=before").status == 0
    read_only(Path("store").absolute())
    assert tiny(POLICIES, "seeds=3", "out=after").status == 0
    same("before", "after")
    said = tiny(POLICIES, "seeds=4", "out=more")
    assert said.status == 1
    assert re.search("store/(rows|months) cannot be used: Read-only file system", said.err)
    assert "the same command goes on from there" in said.err


def test_parts_of_other_versions_and_makers_do_no_harm(tiny, runs) -> None:
    assert tiny(POLICIES, "seeds=3", "out=before").status == 0
    (part,) = Path("store/rows").iterdir()
    own = pd.read_parquet(part)
    other = own.drop(columns=["value"]).assign(row=[f"{n:032x}" for n in range(6)], model="0.0.1", extra=1.0)
    part.with_stem("a").write_bytes(part_of(other))
    other.to_parquet(part.with_stem("b"))
    part.with_stem("c").write_bytes(sealed(pa.table({"no_row": [1]})))
    runs()
    said = tiny(POLICIES, "seeds=3", "out=after")
    assert said.status == 0, said.err
    assert runs() == 0
    assert "b.parquet has no seal, and was put aside as b.damaged" in flat(said.err)
    assert "c.parquet lacks the column row, and was put aside as c.damaged" in flat(said.err)
    same("before", "after")
    assert len(Store(Path("store")).rows) == 12


@pytest.mark.parametrize("table", ["rows", "months"])
def test_a_part_cut_short_costs_its_rows_and_no_number(tiny, runs, table: str) -> None:
    assert tiny(POLICIES, "seeds=3", "out=before").status == 0
    (part,) = Path("store", table).iterdir()
    part.write_bytes(part.read_bytes()[:-100])
    runs()
    assert tiny(POLICIES, "seeds=3", "out=after").status == 0
    assert runs() == 6
    same("before", "after")


@pytest.mark.parametrize("table", ["rows", "months"])
def test_a_part_damaged_while_it_is_used_is_told_and_runs_again(
    tiny, runs, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    assert tiny(POLICIES, "seeds=3", "out=before").status == 0
    (part,) = Path("store", table).iterdir()
    analysed, whole = compare._analysed, part.read_bytes()

    def damaging(*arguments: Any) -> Iterator[RenderableType]:
        if part.exists():
            part.write_bytes(whole[:1000])
        return analysed(*arguments)

    monkeypatch.setattr(compare, "_analysed", damaging)
    runs()
    said = tiny(POLICIES, "seeds=3", "out=after")
    assert said.status == 0, said.err
    assert f"store/{table}/{part.name} does not end as a part does, and was put aside" in flat(said.err)
    assert runs() == 6
    same("before", "after")


def test_a_full_disk_is_named_where_results_are_written(tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    full = OSError(errno.ENOSPC, "Error writing bytes to file")
    monkeypatch.setattr(compare, "_analysed", Mock(side_effect=full))
    said = tiny(POLICIES, "seeds=3", "out=out")
    assert said.status == 1
    assert "out = out cannot be written to: No space left on device. The runs are in the store" in flat(
        said.err
    )
    assert not Path("out").exists()


def test_a_store_that_keeps_nothing_is_given_up(tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare, "_analysed", Mock(side_effect=Lost("It has gone.")))
    said = tiny(POLICIES, "seeds=3", "out=out")
    assert said.status == 1
    assert flat(said.err).count("It has gone. What is missing is looked for now") == 3
    assert "Error: It has gone." in said.err
    assert not Path("out").exists()


def test_months_that_were_altered_are_noticed_when_they_are_used(tiny, runs) -> None:
    assert tiny(POLICIES, "seeds=3", "out=before").status == 0
    (part,) = Path("store/months").iterdir()
    content = bytearray(part.read_bytes())
    content[len(content) // 2] ^= 1
    part.write_bytes(content)
    runs()
    said = tiny(POLICIES, "seeds=3", "out=after")
    assert said.status == 0
    assert f"store/months/{part.name} is cut short or altered, and was put aside" in flat(said.err)
    assert runs() == 6
    same("before", "after")


def test_a_part_that_another_machine_replaces_is_looked_at_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = parts.Parts(tmp_path)
    own.add(pa.table({"row": ["a"]}))
    read = Mock(side_effect=[OSError(errno.ESTALE, "Stale file handle"), pq.ParquetFile(own._own)])
    monkeypatch.setattr(pq, "ParquetFile", read)
    found = parts.Parts(tmp_path)
    assert not found.has(["a"])[0]
    assert found.refresh()
    assert found.has(["a"])[0]
    assert not found.damaged


def test_memory_that_runs_out_damages_no_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parts.Parts(tmp_path).add(pa.table({"row": ["a"]}))
    monkeypatch.setattr(pq, "ParquetFile", Mock(side_effect=pa.ArrowMemoryError("no memory")))
    with pytest.raises(MemoryError):
        parts.Parts(tmp_path)
    assert [path.suffix for path in tmp_path.iterdir()] == [".parquet"]


# Progress


@pytest.mark.parametrize("engine", ["engine=local", "engine=dask"])
def test_progress_has_rate_and_time_left(tiny, engine: str) -> None:
    said = tiny(POLICIES, "seeds=60", engine, "engine.threads=1")
    assert said.status == 0
    assert re.search(r"Runs .*\d+/\d+ +[\d,]+ runs/s +\d\d:\d\d", said.err)


def test_time_left_is_told_while_runs_are_under_way(capsys: pytest.CaptureFixture[str]) -> None:
    now = 0.0
    with progress() as bars:
        bars.get_time = lambda: now
        bar = bars.add_task("Runs", total=100, unit="", runs=1)
        for _ in range(50):
            now += 1.0
            bars.advance(bar)
        bars.refresh()
    assert re.search(r"50/100 +1 runs/s +00:50", capsys.readouterr().err)


# Memory

_PROGRAM = """
import resource, sys
from pathlib import Path
from experiments.main import main
for seeds in (1000, 10000):
    status = main([*sys.argv[1:], f"seeds={seeds}", f"out=out{seeds}"])
    assert status == 0
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.thorough
def test_memory_does_not_grow_with_the_number_of_rows(tmp_path: Path) -> None:
    arguments = [*TINY, "experiment=grid", "responses=[value]"]
    arguments.append("design.factors={joint_posts: {values: [1, 2]}}")
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, *arguments], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    few, many = (int(line) for line in done.stdout.split("\n") if line.isdigit())
    assert (many - few) * 1024 < 100e6  # 18,000 rows more

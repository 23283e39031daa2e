"""Rows that fail: recorded, told, left out only if asked; run again, and replayed."""

import contextlib
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from experiments.design.points import BLOCK
from experiments.main import main
from experiments.rows.outcomes import Finished
from experiments.rows.plan import Plan
from experiments.rows.row import Row
from experiments.rows.seal import sealed
from experiments.rows.store import Store
from experiments.running import batches
from experiments.running.batches import Batch, TimeOut
from experiments.running.filling import Filler
from experiments.running.local import Local
from model.parameters import DECLARATIONS
from model.simulation import Run, Simulation
from tests.experiments import filling
from tests.experiments.conftest import TINY

COMPARE = ("policies=[baseline,phds]", "seeds=6")
AND_DEFAULT = f"design.factors={{embed_rate: {{values: [{DECLARATIONS['embed_rate'].default}, 0.2]}}}}"
completed = batches.completed


def raising(simulation: Simulation) -> Run:
    raise ValueError(f"seed {simulation.seed} is unlucky")


def endless(simulation: Simulation) -> Run:
    result = completed(simulation, None)
    return replace(result, indicators=result.indicators | {"value": np.inf})


def slow(simulation: Simulation) -> Run:
    raise TimeOut("in month 12 of 30 after 600 s")


KINDS = {
    "exception": (raising, "ValueError: seed 2 is unlucky"),
    "not finite": (endless, "value = inf"),
    "time-out": (slow, "TimeOut: in month 12 of 30 after 600 s"),
}


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Make the runs of a seed fail, under a policy that has some lever, or all; or no run."""

    def breaks(fails: Callable[[Simulation], Run] | None, seed: int = 2, lever: str = "phds") -> None:
        def perhaps(simulation: Simulation, timeout: float | None) -> Run:
            is_it = simulation.seed == seed and (not lever or lever in simulation.policy.levers)
            return fails(simulation) if fails and is_it else completed(simulation, timeout)

        monkeypatch.setattr(batches, "completed", perhaps)

    return breaks


def failed_row() -> str:
    (name,) = set(Store(Path("store")).failures.names().to_pylist())
    return name


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("kind", KINDS)
def test_a_failing_row_is_recorded_told_and_mended_by_a_later_success(tiny, broken, kind: str) -> None:
    fails, message = KINDS[kind]
    broken(fails)
    said = tiny(*COMPARE, "out=out")
    assert said.status == 1
    assert "1 of 12 runs failed and have no result" in said.err
    assert f"row {failed_row()[:12]}: {kind}: {message}" in said.err
    assert "Nothing is analysed; failed=exclude leaves them out" in said.err
    assert not Path("out").exists()
    store = Store(Path("store"))
    assert len(store.rows) == 11  # the sweep went on
    failure = store.failures_of([failed_row()])[failed_row()]
    assert (failure.kind, failure.message) == (kind, message)
    assert ("Traceback" in failure.traceback) == (kind != "not finite")

    said = tiny(*COMPARE, "failed=exclude", "out=out")
    assert said.status == 1
    assert "1 of 12 runs failed" in said.err
    assert len(pd.read_parquet("out/rows.parquet")) == 11
    assert set(pd.read_parquet("out/effects.parquet")["n"]) <= set(range(6))
    assert '"failed": 1' in Path("out/manifest.json").read_text()

    broken(None)
    assert tiny(*COMPARE, "out=out").status == 0
    assert len(pd.read_parquet("out/rows.parquet")) == 12


def test_a_row_that_fails_is_tried_once_a_job(tiny, broken) -> None:
    fails = Mock(side_effect=raising)
    broken(fails)
    precision = (
        "precision.indicator=cost_total", "precision.half_width=1e-9", "precision.most_seeds=60",
        "failed=exclude",
    )  # fmt: skip
    assert tiny("policies=[baseline,phds]", *precision, "out=out").status == 1
    assert fails.call_count == 1  # not with every look at the precision
    assert len(pd.read_parquet("out/rows.parquet")) == 119
    assert tiny("policies=[baseline,phds]", *precision, "out=out").status == 1
    assert fails.call_count == 2  # but by every job


def test_the_latest_failure_is_told(tiny, broken) -> None:
    for kind, (fails, _) in KINDS.items():
        broken(fails)
        assert f": {kind}: " in tiny(*COMPARE).err


def test_what_fails_of_the_best_alone_is_told_too(tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of runs without a rule: whoever reads the folder, or waits for the exit status, hears of it."""

    def perhaps(simulation: Simulation, timeout: float | None) -> Run:
        is_off = simulation.parameters["distance_decay"] == 0 and simulation.policy.levers
        return raising(simulation) if is_off and simulation.seed == 1 else completed(simulation, timeout)

    monkeypatch.setattr(batches, "completed", perhaps)
    many = ("policies=[baseline,brokers,phds,training,events,joint_posts]", "equal_money=null", "seeds=5")
    off = "hangs_on={mechanisms: [embedding, distance, slowness], tried: 2, kept: 1, seeds: 3}"
    said = tiny(*many, off, "ledger.seeds=0", "failed=exclude", "out=out")
    assert said.status == 1
    assert "1 of 16 runs failed" in said.err
    assert "1 of 16 runs failed" in Path("out/manifest.json").read_text()
    assert '"failed": 1' in Path("out/manifest.json").read_text()
    sifted = pd.read_csv("out/sifted.csv").set_index("mechanism")
    assert sifted["n"].to_dict() == {"embedding": 2, "distance": 1, "slowness": 2}
    kept = set(pd.read_csv("out/mechanisms.csv")["mechanism"])
    assert set(sifted.index[sifted["kept"]]) == kept


def test_where_every_row_fails_there_is_nothing_to_leave_out(tiny) -> None:
    said = tiny(*COMPARE, "engine.timeout=1e-9", "failed=exclude", "out=out")
    assert said.status == 1
    assert "12 of 12 runs failed" in said.err
    assert re.search(r"time-out: TimeOut: in month \d+ of 30 after 1e-09 s", said.err)
    assert "There is nothing to analyse" in said.err
    assert not Path("out").exists()


@pytest.mark.parametrize("job", [("experiment=replications",), ("experiment=grid", AND_DEFAULT)])
def test_what_one_job_has_finished_no_other_runs(tiny, broken, job: tuple[str, ...]) -> None:
    assert tiny(*job, *COMPARE).status == 0
    broken(raising)
    assert tiny(*COMPARE).status == 0


FACTORS = "design.factors=[search_rate,embed_rate]"
JOBS: dict[str, tuple[tuple[str, ...], int, str]] = {
    "sweep": (("experiment=grid", "seeds=3", "design.factors={embed_rate: {values: [0.1, 0.2]}}"), 2, ""),
    "sobol": (("experiment=sobol", "design.n=4", FACTORS, "seeds=2"), BLOCK, "1 blocks in which it is not"),
    "morris": (("experiment=morris", "design.n=4", FACTORS, "seeds=2"), BLOCK, "1 blocks in which it is not"),
    "robust": (
        ("experiment=robust", "design.n=20", "policies=[baseline,phds]", "seeds=2"),
        BLOCK,
        "1 points in which it is not known",
    ),
    "replications": (("experiment=replications", "policies=[baseline,phds]", "seeds=8"), 2, ""),
}


@pytest.mark.parametrize("job", JOBS)
def test_every_job_leaves_out_what_failed_if_asked(tiny, broken, job: str) -> None:
    arguments, seed, note = JOBS[job]
    broken(raising, seed, lever="")
    said = tiny(*arguments, "out=out")
    assert said.status == 1
    assert "Nothing is analysed" in said.err
    assert not Path("out").exists()
    said = tiny(*arguments, "failed=exclude", "out=out")
    assert said.status == 1
    assert "fault of the program" not in said.err
    assert note in flat(said.err)
    rows = pd.read_parquet("out/rows.parquet")
    assert len(rows)
    assert seed not in set(rows["seed"])


@pytest.mark.parametrize("experiment", ["sobol", "morris"])
def test_too_few_blocks_left_are_told(tiny, broken, experiment: str) -> None:
    broken(raising, BLOCK, lever="")
    arguments = (f"experiment={experiment}", "design.n=2", FACTORS, "seeds=2", "failed=exclude", "out=out")
    said = tiny(*arguments)
    assert said.status == 1
    assert "fault of the program" not in said.err
    assert "blocks" in said.err
    assert not Path("out").exists()


def test_a_policy_whose_cost_cannot_be_solved_for_is_told(tiny, broken) -> None:
    broken(raising, lever="joint_posts")
    said = tiny("policies=[baseline,joint_posts_equal_money]", "seeds=6", "out=out")
    assert said.status == 1
    assert "The cost of joint_posts_equal_money cannot be solved for: 1 of its runs failed" in said.err
    assert f"row {failed_row()[:12]}: exception: ValueError" in said.err
    assert "fault of the program" not in said.err


class Deadly(Row):
    """Kills the process that it is sent to."""

    def __reduce__(self) -> tuple[Any, ...]:
        return exec, ("import os; os._exit(1)",)


@pytest.mark.slow
def test_a_row_that_kills_its_worker_is_blamed_alone(tmp_path: Path) -> None:
    small = filling.plan(40)

    class WithDeadly(Plan):
        def family(self, index: int) -> batches.Family:
            first, second = super().family(index).rows
            return batches.Family((first, Deadly(**vars(second)) if index == 30 else second))

    plan = WithDeadly(**{name: getattr(small, name) for name in Plan.__dataclass_fields__})
    filler = Filler(Store(tmp_path), Local(2, processes=True))
    filled = filler.fill(plan, filler.missing(plan), seconds_a_row=0.1)
    assert (filled.n_run, filled.n_failed) == (80, 1)
    (name,) = plan.names([30])[1:]
    assert len(filler.store.rows) == 79
    assert filler.store.failures_of([name])[name].kind == "worker lost"


def test_time_in_which_the_program_was_stopped_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    short = {"warmup": 0, "horizon": 24}
    Simulation(short).advance()
    advance = Simulation.advance

    def stopped_before(simulation: Simulation, months: int) -> None:
        time.sleep(0.3)
        advance(simulation, months)

    monkeypatch.setattr(Simulation, "advance", stopped_before)
    batches.completed(Simulation(short), timeout=0.5)


class Starting:
    """Two workers of whom each gets ready first."""

    workers = 2

    def finished(self, work, tasks, stopped) -> Iterator[tuple[Batch, Finished]]:
        for number, task in enumerate(tasks):
            yield task, replace(work(task), seconds=9.0 if number < self.workers else 0.1)


def test_how_long_a_worker_takes_to_get_ready_does_not_count(tmp_path: Path) -> None:
    filler, small = Filler(Store(tmp_path), Starting()), filling.plan(20)
    assert filler.seconds_a_row(small, filler.missing(small)) == 0.05


def test_what_ran_to_tell_how_long_runs_take_is_kept_when_someone_stops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([False, False])

    @contextmanager
    def stopping(_: object) -> Iterator[Callable[[], bool]]:
        yield lambda: next(answers, True)

    monkeypatch.setattr("experiments.running.filling.interruptible", stopping)
    plan, filler = filling.plan(40), Filler(Store(tmp_path), Local(1))
    with pytest.raises(KeyboardInterrupt):
        filler.seconds_a_row(plan, filler.missing(plan))
    assert len(Store(tmp_path).rows) == 2


# Replays


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a small comparison has left its store and its results."""
    folder = tmp_path_factory.mktemp("compared")
    with contextlib.chdir(folder):
        assert main((*TINY, *COMPARE, "out=before")) == 0
    return folder


@pytest.fixture
def stored(tiny, compared: Path) -> list[str]:
    """Names of the rows of a small comparison, whose store is here."""
    shutil.copytree(compared, ".", dirs_exist_ok=True)
    return list(pd.read_parquet("before/rows.parquet")["row"])


def test_a_replay_is_the_same_bit_for_bit(tiny, stored: list[str]) -> None:
    said = tiny("experiment=replay", f"row={stored[8][:9]}", "out=out")
    assert list(pd.read_parquet("out/rows.parquet")["row"]) == [stored[8]]
    assert said.status == 0
    assert "indicators are as they were, bit for bit" in said.err
    assert stored[8] in said.err
    assert "One life of many" in said.out or "No tie was formed" in said.out
    assert Path("out/histories.parquet").exists()


@pytest.mark.parametrize("kind", KINDS)
def test_a_replay_of_a_failed_row_shows_where_and_fails_again(tiny, broken, kind: str) -> None:
    fails, message = KINDS[kind]
    broken(fails)
    tiny(*COMPARE)
    said = tiny("experiment=replay", f"row={failed_row()}", "out=out")
    assert said.status == 1
    assert f"{failed_row()} failed: {kind}: {message}" in flat(said.err)
    assert "It fails again in the same way" in said.err
    assert "fault of the program" not in said.err
    if kind != "not finite":
        assert "completed" in said.err  # its traceback
    broken(None)
    said = tiny("experiment=replay", f"row={failed_row()}", "out=out")
    assert said.status == 0
    assert "It has not failed now" in said.err


def test_a_replay_that_fails_now_is_told(tiny, broken, stored: list[str]) -> None:
    broken(raising)
    said = tiny("experiment=replay", f"row={stored[8]}", "out=out")
    assert said.status == 1
    assert "did not fail before, and fails now" in said.err
    assert "seed 2 is unlucky" in said.err


def part_of(rows: pd.DataFrame) -> bytes:
    """A part of such rows."""
    return sealed(pa.Table.from_pylist(rows.to_dict("records")))


def rewrite(change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    """Change what the store's rows say, as another version of the program might."""
    for path in Path("store/rows").glob("*.parquet"):
        path.write_bytes(part_of(change(pd.read_parquet(path))))


def test_numbers_that_were_tampered_with_are_named(tiny, stored: list[str]) -> None:
    rewrite(lambda rows: rows.assign(needs_met=np.nextafter(rows["needs_met"], np.inf)))
    said = tiny("experiment=replay", f"row={stored[0]}", "out=out")
    assert said.status == 1
    assert re.search(r"1 of \d+ indicators are not what they were", said.err)
    assert "needs_met was" in said.err


def test_a_row_of_another_version_is_told(tiny, stored: list[str]) -> None:
    rewrite(lambda rows: rows.assign(model="0.0.1 feed", old=1.0).drop(columns=["value"]))
    said = tiny("experiment=replay", f"row={stored[0]}", "out=out")
    assert said.status == 0
    assert "ran on version 0.0.1 feed of the model; this is" in flat(said.err)
    assert "value is only in this version" in said.err


@pytest.mark.parametrize("column", ["parameters", "policy"])
@pytest.mark.parametrize(
    "text",
    [
        "{",
        "null",
        '{"phds": 3}',
        '{"phds": [1, 2, 3, 4]}',
        *(pytest.param(text, marks=pytest.mark.thorough) for text in ("[]", "3")),
    ],
)
def test_a_row_that_does_not_say_what_it_was_is_told(tiny, stored: list[str], column: str, text: str) -> None:
    rewrite(lambda rows: rows.assign(**{column: text}))
    said = tiny("experiment=replay", f"row={stored[0]}", "out=out")
    assert said.status == 2, said.err
    assert "fault of the program" not in said.err


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("row=zz", "There is no row 'zz'"),
        ("row=''", "row is missing"),
        ("row=123e4567", "There is no row '123e4567'"),
        ("row=00120", "There is no row '00120'"),
    ],
)
def test_rows_that_are_not_there_are_told(tiny, stored: list[str], row: str, message: str) -> None:
    said = tiny("experiment=replay", row)
    assert said.status == 2
    assert message in said.err


def test_a_beginning_that_several_rows_have_is_told(tiny) -> None:
    tiny("policy=phds", "seeds=20")
    first = [name[0] for name in Store(Path("store")).rows.names().to_pylist()]
    several = max(first, key=first.count)
    said = tiny("experiment=replay", f"row={several}")
    assert said.status == 2
    assert f"row = '{several}' is not enough: {first.count(several)} rows" in said.err


def test_a_row_can_be_replayed_after_the_files_of_its_population_have_gone(tiny) -> None:
    Path("councils.csv").write_text(
        "name,region,latitude,longitude,population\nA,R,52,0,100000\nB,R,53,0,200000\n"
    )
    Path("universities.csv").write_text("name,region,latitude,longitude,staff\nU,R,52,0,40\n")
    files = ("population.councils=councils.csv", "population.universities=universities.csv")
    horizon = ("parameters.warmup=6", "parameters.horizon=24", "store=store", "figures=false")
    assert main(["population=csv", *files, *horizon, "policy=phds", "seeds=1", "out=before"]) == 0
    for path in Path().glob("*.csv"):
        path.unlink()
    name = pd.read_parquet("before/rows.parquet")["row"][1]
    assert tiny("experiment=replay", f"row={name}", "out=out").status == 0


@pytest.mark.parametrize("damage", ["", "{}", "[", '{"councils": 3}'])
def test_a_damaged_population_is_told_and_mended(tiny, stored: list[str], damage: str) -> None:
    (path,) = Path("store/populations").iterdir()
    whole = path.read_text()
    path.write_text(damage or whole.replace("170000", "170001"))
    said = tiny("experiment=replay", f"row={stored[0]}", "out=out")
    assert said.status == 1
    assert f"{path} is missing or damaged" in said.err
    assert tiny("policy=brokers", "seeds=1").status == 0
    assert path.read_text() == whole

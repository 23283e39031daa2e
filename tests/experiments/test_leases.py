"""Leases: of processes that fill one store, one runs a row; whatever becomes of it, another does in time."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from experiments.rows import leases
from experiments.rows.leases import EXPIRED, Leases
from experiments.rows.outcomes import Failure
from experiments.rows.store import Store
from experiments.running.filling import Filler
from experiments.running.local import Local
from experiments.running.stories import tell_all
from model.population import Population
from tests.experiments import filling
from tests.experiments.test_faults import first_part, go, ready, sweep

ROWS = [f"{n:032x}" for n in range(10)]
PROCESSES = 5


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Leases]:
    with Leases(tmp_path) as entered:
        yield entered


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Leases]:
    with Leases(tmp_path) as entered:
        yield entered


def age(folder: Path, seconds: float) -> None:
    for path in folder.iterdir():
        os.utime(path, (time.time() - seconds,) * 2)


def test_a_row_is_one_process_s_until_it_lets_go(one: Leases, other: Leases, tmp_path: Path) -> None:
    assert one.claim(ROWS[:6]) == set(ROWS[:6])
    assert other.claim(ROWS[4:]) == set(ROWS[6:])
    assert other.claim(ROWS[:6]) == set()
    one.release(ROWS[:6])
    assert other.claim(ROWS[:6]) == set(ROWS[:6])
    other.release(ROWS)
    assert not list(tmp_path.iterdir())


def test_one_lets_go_of_all_when_it_ends(tmp_path: Path, other: Leases) -> None:
    with Leases(tmp_path) as one:
        one.claim(ROWS)
        assert not other.claim(ROWS)
    assert other.claim(ROWS) == set(ROWS)


def test_what_two_want_at_once_is_never_both_s(
    one: Leases, other: Leases, monkeypatch: pytest.MonkeyPatch
) -> None:
    took, found = Leases._taken_by_others, []

    def at_once(self: Leases, now: float) -> set[str]:
        """When one has written, and has not looked yet, the other claims too."""
        if self is one:
            found.append(other.claim(ROWS[5:]))
        return took(self, now)

    monkeypatch.setattr(Leases, "_taken_by_others", at_once)
    mine = one.claim(ROWS)
    assert mine | found[0] == set(ROWS)
    assert not mine & found[0]


@pytest.mark.parametrize("seconds", [EXPIRED + 5, -EXPIRED - 5])
def test_a_lease_that_nobody_renews_expires(
    one: Leases, other: Leases, tmp_path: Path, seconds: float
) -> None:
    one.claim(ROWS)
    age(tmp_path, seconds)
    one.renew()
    assert not other.claim(ROWS)
    age(tmp_path, seconds)
    assert other.claim(ROWS) == set(ROWS)
    one.renew()  # it has been away, and its lease is not there any more
    one.release(ROWS)
    assert not one.claim(ROWS)


def test_it_is_renewed_by_itself(tmp_path: Path, other: Leases, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "RENEWED", 0.01)
    with Leases(tmp_path) as one:
        one.claim(ROWS)
        age(tmp_path, EXPIRED + 5)
        time.sleep(0.5)
        assert not other.claim(ROWS)


def test_the_lease_of_a_dead_process_holds_no_more(other: Leases, tmp_path: Path) -> None:
    program = f"""
from pathlib import Path
from experiments.rows.leases import Leases
leases = Leases(Path({str(tmp_path)!r})).__enter__()
print(len(leases.claim({ROWS!r})), flush=True)
input()
"""
    root = Path(leases.__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == f"{len(ROWS)}\n"
        assert not other.claim(ROWS)
        holder.kill()
        holder.wait()
        assert other.claim(ROWS) == set(ROWS)


def test_a_process_on_another_machine_is_not_judged_by_its_number(
    one: Leases, other: Leases, tmp_path: Path
) -> None:
    one.claim(ROWS)
    (path,) = tmp_path.iterdir()
    path.write_text("\n".join(["elsewhere", "999999999", *ROWS]))
    assert not other.claim(ROWS)
    age(tmp_path, EXPIRED + 5)
    assert other.claim(ROWS) == set(ROWS)


@pytest.mark.parametrize("content", ["", "here", "here\nno number\nrow", "\0"])
def test_what_is_no_lease_holds_nothing(other: Leases, tmp_path: Path, content: str) -> None:
    (tmp_path / "x.lease").write_text(content)
    os.mkfifo(tmp_path / "y.lease")
    (tmp_path / "z.lease").symlink_to("z.lease")
    assert other.claim(ROWS) == set(ROWS)


def test_one_that_was_never_finished_is_swept_up_when_it_is_old(other: Leases, tmp_path: Path) -> None:
    partial = tmp_path / "x.partial"
    partial.write_text("here")
    other.claim(ROWS)
    assert partial.exists()
    age(tmp_path, EXPIRED + 5)
    other.claim(ROWS)
    assert not partial.exists()


def test_where_none_can_be_kept_all_may_be_run(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with Leases(tmp_path / "file" / "leases") as one:
        assert one.claim(ROWS) == set(ROWS)
        one.release(ROWS)


# Filling


def test_rows_that_another_has_begun_are_waited_for_and_taken_over(tmp_path: Path) -> None:
    plan = filling.plan(6)
    started = time.monotonic()
    with Leases(tmp_path / "leases") as other:
        other.claim(plan.names(range(2)))
        threading.Timer(1.5, other.release, [plan.names(range(2))]).start()
        filled = filling.fill(tmp_path, plan)
    assert filled.n_run == len(plan)
    assert time.monotonic() - started >= 1.5


def test_how_long_runs_take_is_told_by_those_that_no_other_has_begun(tmp_path: Path) -> None:
    plan, filler = filling.plan(5), Filler(Store(tmp_path), Local(1))
    with Leases(tmp_path / "leases") as other:
        other.claim(plan.names(range(4)))
        filler.seconds_a_row(plan, filler.missing(plan))
    assert filler.store.rows.names().to_pylist() == plan.names([4])[:1]


def test_who_waits_can_be_interrupted(tmp_path: Path) -> None:
    with Leases(tmp_path / "leases") as other:
        other.claim(filling.plan(6).names(range(6)))
        timer = threading.Timer(1.0, os.kill, [os.getpid(), signal.SIGINT])
        timer.start()
        filled = filling.fill(tmp_path, filling.plan(6))
    assert filled.is_stopped
    assert filled.n_run == 0


@dataclass(frozen=True)
class Task:
    names: list[str]
    population: ClassVar[Population] = filling.plan(1).population


@pytest.mark.parametrize("is_kept", [True, False])
def test_stories_that_another_has_begun_are_waited_for_and_taken_over(tmp_path: Path, is_kept: bool) -> None:
    first, *others = names = [f"{number:032x}" for number in range(4)]
    other_store, told = Store(tmp_path), []

    def tell(task: Task) -> list[np.ndarray | Failure]:
        told.extend(task.names)
        return [np.ones(2)]

    def let_go() -> None:
        if is_kept:
            other_store.tell({first: np.ones(2)})
        other.release([first])

    filler = Filler(Store(tmp_path), Local(1))
    with Leases(tmp_path / "leases") as other:
        other.claim([first])
        threading.Timer(1.0, let_go).start()
        tell_all(filler, tell, [Task([name]) for name in names], "Stories")
    assert sorted(told) == (others if is_kept else names)
    assert filler.store.stories.has(names).all()
    assert not list((tmp_path / "leases").iterdir())


@pytest.mark.slow
@pytest.mark.parametrize("n_processes", [2, PROCESSES])
def test_processes_share_the_work(tmp_path: Path, n_processes: int) -> None:
    with ExitStack() as stack:
        programs = [stack.enter_context(sweep(tmp_path / "store")) for _ in range(n_processes)]
        for each in (ready, go):
            for program in programs:
                each(program)
        counts = [int(program.communicate()[0]) for program in programs]
    assert len(filling.plan()) <= sum(counts) < 1.05 * len(filling.plan())


@pytest.mark.slow
def test_the_rows_of_a_killed_process_are_run_by_another(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    with sweep(folder) as killed:
        ready(killed)
        go(killed)
        first_part(folder)
        killed.kill()
        killed.wait()
    assert list((folder / "leases").iterdir())
    kept = len(filling.Store(folder).rows)
    assert filling.fill(folder, filling.plan()).n_run == len(filling.plan()) - kept
    assert not list((folder / "leases").glob("*.lease"))

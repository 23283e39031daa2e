"""Sharing: turns go round, and work that nobody waits for gets none."""

import threading
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pandas as pd
import pytest

from analysis.page.running import comparison as running
from analysis.page.running import worlds
from analysis.page.running.comparison import FIRST, Comparison
from analysis.page.running.sharing import Sharing, Work, advanced
from analysis.page.running.worlds import Keeper, Runner
from analysis.page.state import read
from analysis.statistics.effects import effects_of
from experiments.notebook import sweep
from model.measures import moved_by
from model.simulation import NINE_PLACES, Simulation, run
from tests.analysis.page.conftest import TINY, until


def steps(log: list, who: str, n: int, gate: threading.Event) -> Iterator[Iterator[None]]:
    def task() -> Iterator[None]:
        gate.wait()
        for _ in range(n):
            log.append(who)
            yield

    yield task()


def test_turns_go_round() -> None:
    log: list[str] = []
    gate = threading.Event()
    with Sharing(1) as sharing:
        for who in "abc":
            sharing.add(Work(steps(log, who, 4, gate), lambda error: None))
        gate.set()
        until(lambda: len(log) == 12 and not sharing.waiting)
    assert log == list("abcabcabcabc")


def test_cancelled_work_gets_no_further_turn() -> None:
    log: list[int] = []

    def endless() -> Iterator[Iterator[None]]:
        def task() -> Iterator[None]:
            while True:
                log.append(1)
                yield

        yield task()

    with Sharing(2) as sharing:
        work = Work(endless(), lambda error: None)
        sharing.add(work)
        until(lambda: log)
        sharing.cancel(work)
        until(lambda: not sharing.waiting)
    n = len(log)
    assert not sharing.waiting
    assert len(log) == n


def test_a_task_that_fails_is_told_and_others_go_on() -> None:
    told: list[Exception] = []
    done = threading.Event()

    def tasks() -> Iterator[Iterator[None]]:
        def failing() -> Iterator[None]:
            yield
            raise ValueError("no")

        def fine() -> Iterator[None]:
            yield
            done.set()

        yield failing()
        yield fine()

    with Sharing(1) as sharing:
        sharing.add(Work(tasks(), told.append))
        until(done.is_set)
    assert [str(each) for each in told] == ["no"]


def test_a_run_in_turns_is_the_run() -> None:
    simulation = Simulation({"warmup": 24, "horizon": 24}, "phds", seed=3)
    turns = sum(1 for _ in advanced(simulation, simulation.end))
    assert turns >= 0
    assert simulation.result().indicators == run({"warmup": 24, "horizon": 24}, "phds", seed=3).indicators


def test_no_turn_begins_while_it_is_quiet() -> None:
    log: list[str] = []
    gate = threading.Event()
    gate.set()
    with Sharing(2) as sharing:
        with sharing.quiet():
            sharing.add(Work(steps(log, "a", 4, gate), lambda error: None))
            threading.Event().wait(0.05)
            assert log == []
        until(lambda: len(log) == 4)


def test_what_is_awaited_is_kept_while_other_rows_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worlds, "_APART", 10 * 60.0)
    state, _ = read(f"policies=phds&seeds=3&{TINY}")
    plan = Comparison(state, NINE_PLACES, lambda: None).plan
    runner, kept = Runner(Keeper(tmp_path)), []
    for index, is_awaited in enumerate([False, False, True]):
        rows = plan.family(index).rows
        list(runner.family(rows, NINE_PLACES, lambda row, _: kept.append(row.seed), is_awaited))
        if index == 0:
            until(lambda: kept)
    until(lambda: len(kept) == 6)
    runner.keeper.close()


def test_a_slow_policy_keeps_no_other_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "PATIENCE", 0.0)
    state, _ = read(f"policies=phds,brokers&seeds=20&{TINY}")
    comparison, runner = Comparison(state, NINE_PLACES, lambda: None), Runner(Keeper(tmp_path))
    for seed in range(FIRST):
        rows = comparison.plan.family(seed).rows[:2]
        list(runner.family(rows, NINE_PLACES, comparison._here._take, is_awaited=True))
    until(lambda: comparison.found().tables)
    found = comparison.found()
    assert (found.n, found.awaited, comparison.n) == (FIRST, ("brokers",), 0)
    rows = sweep(["baseline", "phds"], {"warmup": 24, "horizon": 24}, seeds=FIRST)
    effects = effects_of(rows, controls=moved_by()).set_index("indicator")["effect"]
    told = found.tables["effects"].set_index("indicator")["effect"]
    pd.testing.assert_series_equal(told, effects[told.index], check_exact=True)
    for task in islice(comparison.tasks(runner), FIRST):
        list(task or ())
    until(lambda: comparison.n == FIRST)
    assert not comparison.found().awaited
    assert set(comparison.found().tables["effects"]["policy"]) == {"phds", "brokers"}
    runner.keeper.close()


def test_more_tasks_are_under_way_than_threads() -> None:
    """What is awaited ends at about the same time, and leaves no thread idle before."""
    log: list[str] = []
    gate = threading.Event()
    gate.set()
    tasks = (task for who in "abc" for task in steps(log, who, 3, gate))
    with Sharing(1) as sharing:
        sharing.add(Work(tasks, lambda error: None))
        until(lambda: len(log) == 9)
    assert log[:2] == ["a", "b"]
    assert log[-1] == "c"


def test_nothing_else_begins_before_the_first_answer_is_safe(tmp_path: Path) -> None:
    state, _ = read(f"policies=phds&seeds=20&{TINY}")
    comparison, runner = Comparison(state, NINE_PLACES, lambda: None), Runner(Keeper(tmp_path))
    tasks = comparison.tasks(runner)
    for task in islice(tasks, FIRST):
        list(task or ())
    until(lambda: comparison.n == FIRST or next(tasks) is not None)
    assert comparison.n == FIRST
    list(next(task for task in tasks if task is not None))
    until(lambda: comparison.n == FIRST + 1)
    runner.keeper.close()

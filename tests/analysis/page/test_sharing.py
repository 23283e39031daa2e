"""Sharing: turns go round, and work that nobody waits for gets none."""

import threading
from collections.abc import Iterator

from analysis.page.running.sharing import Sharing, Work, advanced
from model.simulation import Simulation, run
from tests.analysis.page.conftest import until


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

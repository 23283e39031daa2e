"""This machine's cores, as threads or processes."""

import multiprocessing
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import (
    FIRST_COMPLETED,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from experiments.running.engine import THREADS, TIMEOUT, EngineKind, Setting, WorkerLost, cores, never
from model.machine.compiling import compilation_disabled

#: A task whose worker has died so often is given up.
TRIES = 3


@dataclass(frozen=True)
class Local:
    """This machine's cores.

    Attributes:
        workers: tasks at a time.
        processes: whether workers are processes instead of threads.
    """

    workers: int
    processes: bool = False

    def finished[Task, Result](
        self, work: Callable[[Task], Result], tasks: Iterable[Task], stopped: Callable[[], bool] = never
    ) -> Iterator[tuple[Task, Result | WorkerLost]]:
        """As `Engine.finished`."""
        remaining = iter(tasks)
        waiting: dict[Future[Result], Task] = {}
        pool = self._pool(self.workers)
        try:
            while True:
                while len(waiting) < 2 * self.workers and not stopped():
                    if (task := next(remaining, None)) is None:
                        break
                    waiting[_begun(pool, work, task)] = task
                if not waiting:
                    return
                for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                    task = waiting.pop(future)
                    try:
                        yield task, future.result()
                    except BrokenProcessPool:
                        suspects, pool = [task, *waiting.values()], self._pool(self.workers)
                        waiting.clear()
                        for suspect in suspects:
                            yield suspect, self._alone(work, suspect)
                        break
        finally:
            pool.shutdown(cancel_futures=True)

    def results[Task, Result](self, work: Callable[[Task], Result], tasks: Iterable[Task]) -> list[Result]:
        """What `work` makes of each task, in the tasks' order; for threads."""
        with self._pool(self.workers) as pool:
            return list(pool.map(work, tasks))

    def _pool(self, workers: int) -> Executor:
        if self.processes:
            # Spawned, since a fork would copy threads' locks in whatever state they are.
            context = multiprocessing.get_context("spawn")
            return ProcessPoolExecutor(workers, context, initializer=_leave_interrupts_to_parent)
        return ThreadPoolExecutor(workers, thread_name_prefix="run")

    def _alone[Task, Result](self, work: Callable[[Task], Result], task: Task) -> Result | WorkerLost:
        """Run a task that was under way when a worker died: by itself, so that no other takes the blame."""
        for _ in range(TRIES - 1):
            with self._pool(1) as pool:
                try:
                    return pool.submit(work, task).result()
                except BrokenProcessPool:
                    continue
        return WorkerLost(f"its worker process died {TRIES} times")


def _begun[Task, Result](pool: Executor, work: Callable[[Task], Result], task: Task) -> Future[Result]:
    """A task handed to a pool; if a worker has died since anyone looked, as if it had died over this one."""
    try:
        return pool.submit(work, task)
    except BrokenProcessPool as error:
        future: Future[Result] = Future()
        future.set_exception(error)
        return future


def _leave_interrupts_to_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _opened(settings: Mapping[str, Any]) -> Iterator[Local]:
    processes = settings["processes"]
    yield Local(settings["threads"] or cores(), compilation_disabled if processes is None else processes)


_PROCESSES = Setting(
    lambda given: isinstance(given, bool), "true, false, or null for true where rules are not compiled"
)
LOCAL = EngineKind("local", {"threads": THREADS, "processes": _PROCESSES, "timeout": TIMEOUT}, _opened)

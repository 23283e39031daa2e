"""This machine's cores, as threads or processes."""

import multiprocessing
import os
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
from dataclasses import dataclass, field
from typing import Any, Self

from experiments.running.engine import THREADS, TIMEOUT, EngineKind, Setting, WorkerLost, cores, never
from model.machine.compiling import compilation_disabled

#: A task whose worker has died so often is given up.
TRIES = 3
#: Compiled runs hold no lock of Python's, but what is done with a run before and after does, a tenth of its
#: time: threads of more workers than this come to wait for each other.
MOST_THREADS = 3
#: Processes take some seconds to start, and memory each: seconds of work, and bytes, that are worth it.
WORTH_PROCESSES, MEMORY = 20.0, 512 << 20


@dataclass
class Local:
    """This machine's cores; workers are kept from one call to the next, and let go at the end of `with`.

    Attributes:
        workers: tasks at a time.
        processes: whether workers are processes instead of threads; None: once there is work enough.
    """

    workers: int
    processes: bool | None = None
    _pool: Executor | None = field(default=None, init=False, repr=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def expect(self, seconds: float) -> None:
        """As `Engine.expect`."""
        is_worth_it = self.workers > MOST_THREADS and seconds > WORTH_PROCESSES
        if self.processes is None and is_worth_it and _memory() > self.workers * MEMORY:
            self._close()
            self.processes = True

    def finished[Task, Result](
        self, work: Callable[[Task], Result], tasks: Iterable[Task], stopped: Callable[[], bool] = never
    ) -> Iterator[tuple[Task, Result | WorkerLost]]:
        """As `Engine.finished`."""
        remaining = iter(tasks)
        waiting: dict[Future[Result], Task] = {}
        try:
            while True:
                while len(waiting) < 2 * self.workers and not stopped():
                    if (task := next(remaining, None)) is None:
                        break
                    waiting[self._begun(work, task)] = task
                if not waiting:
                    return
                for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                    task = waiting.pop(future)
                    try:
                        yield task, future.result()
                    except BrokenProcessPool:
                        suspects = [task, *waiting.values()]
                        waiting.clear()
                        self._close()
                        for suspect in suspects:
                            yield suspect, self._alone(work, suspect)
                        break
        finally:
            if waiting:  # something went wrong: what is under way is waited for, the rest is not begun
                self._close()

    def _begun[Task, Result](self, work: Callable[[Task], Result], task: Task) -> Future[Result]:
        """A task handed to a worker; if one has died since anyone looked, as if it had died over this one."""
        self._pool = self._pool or self._opened(self.workers)
        try:
            return self._pool.submit(work, task)
        except BrokenProcessPool as error:
            future: Future[Result] = Future()
            future.set_exception(error)
            return future

    def _opened(self, workers: int) -> Executor:
        if self.processes:
            # Spawned, since a fork would copy threads' locks in whatever state they are.
            context = multiprocessing.get_context("spawn")
            return ProcessPoolExecutor(workers, context, initializer=_leave_interrupts_to_parent)
        return ThreadPoolExecutor(workers, thread_name_prefix="run")

    def _close(self) -> None:
        if self._pool:
            self._pool.shutdown(cancel_futures=True)
        self._pool = None

    def _alone[Task, Result](self, work: Callable[[Task], Result], task: Task) -> Result | WorkerLost:
        """Run a task that was under way when a worker died: by itself, so that no other takes the blame."""
        for _ in range(TRIES - 1):
            with self._opened(1) as pool:
                try:
                    return pool.submit(work, task).result()
                except BrokenProcessPool:
                    continue
        return WorkerLost(f"its worker process died {TRIES} times")


def _memory() -> float:
    """Bytes of memory that this machine has; where it does not say, as many as anyone asks for."""
    names = ("SC_PAGE_SIZE", "SC_PHYS_PAGES")
    if not set(names) <= set(getattr(os, "sysconf_names", ())):
        return float("inf")
    page, pages = map(os.sysconf, names)
    return page * pages


def _leave_interrupts_to_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _opened(settings: Mapping[str, Any]) -> Iterator[Local]:
    # Rules that are not compiled hold Python's lock all the time.
    processes = True if settings["processes"] is None and compilation_disabled else settings["processes"]
    with Local(settings["threads"] or cores(), processes) as engine:
        yield engine


_PROCESSES = Setting(lambda given: isinstance(given, bool), "true, false, or null for whichever is faster")
LOCAL = EngineKind("local", {"threads": THREADS, "processes": _PROCESSES, "timeout": TIMEOUT}, _opened)

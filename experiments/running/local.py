"""This machine's cores, as threads or processes."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any, Self

from experiments.running.engine import THREADS, TIMEOUT, EngineKind, Setting, WorkerLost, cores, never
from experiments.running.processes import Worker
from model.machine.compiling import compilation_disabled

#: Compiled runs hold no lock of Python's, but what is done with a run before and after does, a tenth of its
#: time: threads of more workers than this come to wait for each other.
MOST_THREADS = 3
#: Processes take some two seconds to start, and memory each: seconds of work, and bytes, that are worth it.
WORTH_PROCESSES, MEMORY = 2.0, 512 << 20
#: Seconds for which a thread that is done with a compiled run waits at the most for Python's lock, where the
#: one that writes rows has it: 0.005 unless said otherwise, which is about what a run takes.
_WAIT = 0.0005


@dataclass
class Local:
    """This machine's cores; workers are kept from one call to the next, and let go at the end of `with`.

    Attributes:
        workers: tasks at a time.
        processes: whether workers are processes instead of threads; None: once there is work enough.
    """

    workers: int
    processes: bool | None = None
    _pool: ThreadPoolExecutor | None = field(default=None, init=False, repr=False)
    _idle: SimpleQueue[Worker] = field(default_factory=SimpleQueue, init=False, repr=False)

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
        waiting: dict[Future[Result | WorkerLost], Task] = {}
        try:
            while True:
                while len(waiting) < 2 * self.workers and not stopped():
                    if (task := next(remaining, None)) is None:
                        break
                    waiting[self._begun(work, task)] = task
                if not waiting:
                    return
                for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                    yield waiting.pop(future), future.result()
        finally:
            if waiting:  # something went wrong: what is under way is waited for, the rest is not begun
                self._close()

    def _begun[Task, Result](self, work: Callable[[Task], Result], task: Task) -> Future[Result | WorkerLost]:
        """A task handed to a thread, which may have a process do it."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self.workers, thread_name_prefix="run")
            for _ in range(self.workers):
                self._idle.put(Worker())
        if self.processes:
            return self._pool.submit(self._in_process, work, task)
        return self._pool.submit(work, task)

    def _in_process[Task, Result](self, work: Callable[[Task], Result], task: Task) -> Result | WorkerLost:
        worker = self._idle.get()
        try:
            return worker.do(work, task)
        finally:
            self._idle.put(worker)

    def _close(self) -> None:
        if self._pool:
            self._pool.shutdown(cancel_futures=True)
        self._pool = None
        while not self._idle.empty():
            self._idle.get().end()


def _memory() -> float:
    """Bytes of memory that this machine has; where it does not say, as many as anyone asks for."""
    names = ("SC_PAGE_SIZE", "SC_PHYS_PAGES")
    if not set(names) <= set(getattr(os, "sysconf_names", ())):
        return float("inf")
    page, pages = map(os.sysconf, names)
    return page * pages


@contextmanager
def _opened(settings: Mapping[str, Any]) -> Iterator[Local]:
    # Rules that are not compiled hold Python's lock all the time.
    processes = True if settings["processes"] is None and compilation_disabled else settings["processes"]
    before = sys.getswitchinterval()
    sys.setswitchinterval(_WAIT)
    try:
        with Local(settings["threads"] or cores(), processes) as engine:
            yield engine
    finally:
        sys.setswitchinterval(before)


_PROCESSES = Setting(lambda given: isinstance(given, bool), "true, false, or null for whichever is faster")
LOCAL = EngineKind("local", {"threads": THREADS, "processes": _PROCESSES, "timeout": TIMEOUT}, _opened)

"""Sharing: worker threads that give short turns to whoever has work, one after the other."""

import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Self

from model.simulation import Simulation

#: Seconds that a turn takes, about: compiled months cannot be interrupted.
TURN = 0.02
_FIRST_MONTHS = 12
#: Seconds between two looks at whether something is done.
_LOOK = 0.02

#: Tasks of one work that wait for their next turn while a further one is begun: with one more under way than
#: there are threads, the last of those that are awaited do not leave threads idle.
_WAITING = 1

#: Work cut into turns; it ends when the task is done.
type Task = Iterator[None]
#: None stands for a task that may not begin yet.
type Tasks = Iterator[Task | None]


class Work:
    """Somebody's tasks, done in their order by as many threads as are free, until cancelled.

    Attributes:
        is_cancelled: whether nobody waits for it any more.
        on_error: told of a task that fails; the others go on.
    """

    def __init__(self, tasks: Tasks, on_error: Callable[[Exception], None]) -> None:
        self.is_cancelled = False
        self.on_error = on_error
        self._tasks = tasks
        self._paused: deque[Task] = deque()

    def take(self) -> Task | None:
        """The next task, or one that is paused; None if there is none now."""
        if len(self._paused) <= _WAITING:
            for task in self._tasks:
                if task is not None:
                    return task
                if not self._paused:
                    return _pause()
                break
        return self._paused.popleft() if self._paused else None

    def pause(self, task: Task) -> None:
        """Put a task back that has had its turn."""
        self._paused.append(task)

    def drop(self) -> None:
        """Forget what is left."""
        self._tasks = iter(())
        self._paused.clear()


class Sharing:
    """The threads; each turn goes to the work that has waited longest."""

    def __init__(self, threads: int) -> None:
        self._free = threading.Condition()
        self._ring: deque[Work] = deque()
        self._is_closed = False
        self._quiet = 0
        self._threads = [
            threading.Thread(target=self._serve, name=f"turns-{n}", daemon=True) for n in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def waiting(self) -> int:
        """Works that have something left to do."""
        with self._free:
            return len(self._ring)

    def add(self, work: Work) -> None:
        """Give it turns from now on."""
        with self._free:
            self._ring.append(work)
            self._free.notify_all()

    def result_of[Result](self, steps: Generator[None, None, Result]) -> Result:
        """What a task returns, once it has had its turns.

        Raises:
            Exception: that the task raises.
        """
        done: Future[Result] = Future()

        def task() -> Task:
            done.set_result((yield from steps))

        self.add(Work(iter([task()]), done.set_exception))
        return done.result()

    def finish(
        self, tasks: Tasks, is_done: Callable[[], bool], is_given_up: Callable[[], bool] = bool
    ) -> None:
        """Have tasks done, and wait until it is so, or given up; a task that fails leaves it so, too."""
        failed = threading.Event()
        work = Work(tasks, lambda error: failed.set())
        self.add(work)
        while not is_done() and not failed.is_set() and not self._is_closed and not is_given_up():
            time.sleep(_LOOK)
        self.cancel(work)

    def cancel(self, work: Work) -> None:
        """Give it no further turn; turns under way end by themselves."""
        with self._free:
            work.is_cancelled = True
            work.drop()
            if work in self._ring:
                self._ring.remove(work)

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Begin no turn meanwhile: a first answer that somebody waits for has the machine to itself."""
        with self._free:
            self._quiet += 1
        try:
            yield
        finally:
            with self._free:
                self._quiet -= 1
                self._free.notify_all()

    def close(self) -> None:
        """End the threads, once their turns are over."""
        with self._free:
            self._is_closed = True
            self._free.notify_all()
        for thread in self._threads:
            thread.join()

    def _serve(self) -> None:
        while taken := self._next():
            work, task = taken
            is_left = self._turn(work, task)
            with self._free:
                if is_left and not work.is_cancelled:
                    work.pause(task)
                    if work not in self._ring:
                        self._ring.append(work)
                    self._free.notify()

    def _next(self) -> tuple[Work, Task] | None:
        """Whose turn it is, and with what; None at the end."""
        with self._free:
            while not self._is_closed:
                if self._quiet or not self._ring:
                    self._free.wait()
                    continue
                work = self._ring.popleft()
                if (task := work.take()) is not None:
                    self._ring.append(work)
                    return work, task
            return None

    def _turn(self, work: Work, task: Task) -> bool:
        """One turn; whether something is left of the task."""
        try:
            next(task)
        except StopIteration:
            return False
        except Exception as error:
            work.on_error(error)
            return False
        return True


def _pause() -> Task:
    """A turn in which nothing is done."""
    time.sleep(TURN)
    yield from ()


def advanced(simulation: Simulation, until: int) -> Task:
    """Advance a run to a month, in turns."""
    months = _FIRST_MONTHS
    while simulation.month < until:
        began, started = simulation.month, time.perf_counter()
        simulation.advance(min(months, until - simulation.month))
        seconds = max(time.perf_counter() - started, 1e-6)
        months = max(1, int((simulation.month - began) * TURN / seconds))
        if simulation.month < until:
            yield

"""Worker processes: each at the end of a pipe of its own, so that one that dies takes no other with it.

(Of a `ProcessPoolExecutor`, all workers share queues and their locks: one killed at a bad moment leaves the
others waiting for ever.)
"""

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any

from experiments.running.engine import WorkerLost

#: A task whose worker has died so often is given up.
TRIES = 3
# Spawned, since a fork would copy threads' locks in whatever state they are.
_CONTEXT = multiprocessing.get_context("spawn")
#: Processes are begun and ended one at a time, as the list that Python keeps of them is shared.
_ONE_AT_A_TIME = threading.Lock()
_OF_PARENT = (signal.SIGINT, signal.SIGTERM)


class Worker:
    """A process that does one task at a time; begun with the first, and again whenever it has died."""

    def __init__(self) -> None:
        self._begun: tuple[Any, Connection] | None = None

    def do[Task, Result](self, work: Callable[[Task], Result], task: Task) -> Result | WorkerLost:
        """What `work` makes of a task, in the process."""
        for _ in range(TRIES):
            self._begun = self._begun or _begun()
            _, pipe = self._begun
            try:
                pipe.send((work, task))
                result, error = pipe.recv()
            except (EOFError, OSError):
                self.end()
                continue
            if error:
                raise error
            return result
        return WorkerLost(f"its worker process died {TRIES} times")

    def end(self) -> None:
        """End the process, if there is one."""
        if self._begun:
            process, pipe = self._begun
            self._begun = None
            pipe.close()  # it takes this for the end
            with _ONE_AT_A_TIME:
                process.join()


def _begun() -> tuple[Any, Connection]:
    ours, theirs = _CONTEXT.Pipe()
    process = _CONTEXT.Process(target=_serve, args=(theirs,), daemon=True)
    with _ONE_AT_A_TIME, _signals_left_to_parent():
        process.start()
    theirs.close()
    return process, ours


@contextmanager
def _signals_left_to_parent() -> Iterator[None]:
    """Processes begun here never see Ctrl-C, which reaches all of a terminal, not even as they begin."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _OF_PARENT)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(pipe: Connection) -> None:
    """Do tasks until there are no more, or nobody is left to do them for."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with contextlib.suppress(EOFError, OSError):
        while True:
            work, task = pipe.recv()
            try:
                told = work(task), None
            except Exception as error:
                told = None, error
            pipe.send(told)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)

"""Engines: hand tasks to workers and give back results as they are finished.

Every engine gives the same results, as a row's luck depends on nothing but the row.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from model.domains import ABOVE_ZERO, is_whole


@dataclass(frozen=True)
class WorkerLost:
    """Instead of a result: the task's worker has died, more than once."""

    message: str


class Engine(Protocol):
    """What hands out tasks."""

    @property
    def workers(self) -> int:
        """Tasks at a time."""
        ...

    def expect(self, seconds: float) -> None:
        """Be told how long the work to come will take, about, to get ready for it."""
        ...

    def finished[Task, Result](
        self, work: Callable[[Task], Result], tasks: Iterable[Task], stopped: Callable[[], bool]
    ) -> Iterator[tuple[Task, Result | WorkerLost]]:
        """Each task with what `work` makes of it, as they are finished.

        Few more tasks are begun than there are workers, so that tasks may be made late and results do not
        pile up. Once `stopped()`, no further task is begun, and those under way are waited for.
        """
        ...


@dataclass(frozen=True)
class Setting:
    """A setting of an engine; null, or anything that is allowed.

    Attributes:
        allows: whether a value is allowed.
        takes: what is, in words.
    """

    allows: Callable[[Any], bool]
    takes: str


@dataclass(frozen=True)
class EngineKind:
    """A kind of engine; declared beside its class.

    Attributes:
        name: as settings say it.
        settings: what it can be told, by name.
        opened: the engine that its settings (each of them, null if not given) describe, closed at the end.
    """

    name: str
    settings: Mapping[str, Setting]
    opened: Callable[[Mapping[str, Any]], AbstractContextManager[Engine]]


_MOST_THREADS = 4_096
THREADS = Setting(
    lambda given: is_whole(given, 1) and given <= _MOST_THREADS,
    f"a whole number of at least 1 and at most {_MOST_THREADS:,}, or null for one a core",
)
TIMEOUT = Setting(lambda given: given in ABOVE_ZERO, "seconds above 0, or null")


def never() -> bool:
    """For what is not to be stopped."""
    return False


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

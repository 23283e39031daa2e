"""Leases: who is about to run which rows, so that processes that fill one store do not run the same ones.

A process that is about to run rows leaves a file with their names in a folder that all of them see, and looks
who else has named them: rows that two have named at once are neither's for now. The file goes once the rows
are in the store. While its process lives, it is touched now and then; one that was not for long is removed by
whoever comes across it, and at once if its process was on the same machine and is there no more. Ages are
by the clock of the file system, as machines' clocks differ.

Nothing hangs on leases but time: rows of a lost or unreadable one are run twice, with the same result.
"""

import contextlib
import errno
import os
import platform
import threading
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

#: Seconds between two touches, and after which a lease holds no more.
RENEWED, EXPIRED = 10.0, 60.0
_ENDING, _PARTIAL = ".lease", ".partial"


@dataclass(frozen=True)
class _Lease:
    """What a lease says: which process, on which machine, is about to run which rows."""

    machine: str
    process: int
    names: frozenset[str]


class Leases:
    """This process's leases among those of all, while it is entered."""

    def __init__(self, folder: Path) -> None:
        """See nobody's yet.

        Args:
            folder: where leases are; made if need be.
        """
        self._folder = folder
        self._own = uuid.uuid4().hex
        self._held: dict[Path, set[str]] = {}
        self._others: dict[Path, _Lease] = {}
        self._closing = threading.Event()

    def __enter__(self) -> Self:
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
        threading.Thread(target=self._keep_renewing, daemon=True, name="leases").start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        for path in list(self._held):
            self._drop(path)

    def claim(self, names: Collection[str]) -> set[str]:
        """Those of some rows that this process may run now; it holds them until it releases them.

        Where leases cannot be kept, it may run all of them.
        """
        try:
            path = self._write(names)
            mine = set(names) - self._taken_by_others(_touched(path))
        except OSError:
            return set(names)
        self._held[path] = mine
        self._drop_empty()
        return mine

    def release(self, names: Iterable[str]) -> None:
        """Let go of rows that are in the store, or will not be run."""
        done = set(names)
        for held in self._held.values():
            held.difference_update(done)
        self._drop_empty()

    def renew(self) -> None:
        """Show that this process lives."""
        for path in list(self._held):
            with contextlib.suppress(OSError):  # another may have taken it for a dead one's
                os.utime(path)

    def _keep_renewing(self) -> None:
        while not self._closing.wait(RENEWED):
            self.renew()

    def _write(self, names: Collection[str]) -> Path:
        path = self._folder / f"{self._own}-{uuid.uuid4().hex[:8]}{_ENDING}"
        partial = path.with_suffix(_PARTIAL)
        partial.write_text("\n".join([_machine(), str(os.getpid()), *names]), encoding="utf-8")
        return partial.replace(path)

    def _drop_empty(self) -> None:
        for path in [path for path, held in self._held.items() if not held]:
            self._drop(path)

    def _drop(self, path: Path) -> None:
        del self._held[path]
        _remove(path)

    def _taken_by_others(self, now: float) -> set[str]:
        """Rows that others have named, and may be running; `now` by the clock of the file system."""
        paths = [Path(entry.path) for entry in os.scandir(self._folder)]
        others = [path for path in paths if path.suffix == _ENDING and not path.name.startswith(self._own)]
        self._others = {path: lease for path in others if (lease := self._living(path, now))}
        _sweep([path for path in paths if path.suffix == _PARTIAL], now)
        return set().union(*(lease.names for lease in self._others.values()))

    def _living(self, path: Path, now: float) -> _Lease | None:
        """Another's lease, if it holds; it never changes, so that it is read once."""
        try:
            lease = self._others.get(path) or _read(path)
            holds = abs(now - _touched(path)) <= EXPIRED and not _is_dead(lease)
        except (OSError, ValueError):  # gone meanwhile, or no lease
            return None
        if not holds:
            _remove(path)
        return lease if holds else None


def _read(path: Path) -> _Lease:
    if not path.is_file():  # a pipe would be waited for
        raise ValueError(path)
    machine, process, *names = path.read_text(encoding="utf-8").splitlines()
    return _Lease(machine, int(process), frozenset(names))


def _sweep(partials: list[Path], now: float) -> None:
    """Remove what processes that were killed while they wrote a lease have left."""
    for path in partials:
        with contextlib.suppress(OSError):
            if abs(now - _touched(path)) > EXPIRED:
                path.unlink()


def _touched(path: Path) -> float:
    return path.stat().st_mtime


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()


def _is_dead(lease: _Lease) -> bool:
    """Whether a lease's process was on this machine and is there no more, as far as its number tells."""
    if lease.machine != _machine() or os.name != "posix":
        return False
    try:
        os.kill(lease.process, 0)
    except OSError as error:  # it may be another's, whom one may not ask
        return error.errno == errno.ESRCH
    return False


@cache
def _machine() -> str:
    """This machine, or that part of it in which processes have numbers of their own, as in a container."""
    try:
        return f"{platform.node()} {os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return platform.node()

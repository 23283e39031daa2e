"""Leftovers: folders of a process say whose they are, so that what it leaves when it is killed is removed."""

import contextlib
import os
import platform
import re
import shutil
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: Seconds after which what a process of another machine has left is taken for abandoned.
_ABANDONED = 24 * 3600.0
#: Names of folders that hold what is being written, or replaced, or say whose the empty one beside them is:
#: the machine and process that did so.
_LEFT = re.compile(
    r"\.(?P<name>.+)\.(?P<node>[^/]*)-(?P<process>\d+)-[0-9a-f]{8}\.(?P<kind>partial|old|claim)"
)


def own_name(name: str, kind: str = "partial") -> str:
    """A name for a folder of this process, beside one of that name."""
    return f".{name}.{platform.node()}-{os.getpid()}-{uuid.uuid4().hex[:8]}.{kind}"


@contextmanager
def claiming(folder: Path) -> Iterator[None]:
    """Say for the while that an empty folder is this process's, so that it goes if the process is killed."""
    claim = folder.with_name(own_name(folder.name, "claim"))
    claim.mkdir()
    try:
        yield
    finally:
        remove_if_empty(claim)


def remove_if_empty(*folders: Path) -> None:
    """Remove folders, in this order, that hold nothing."""
    for folder in folders:
        with contextlib.suppress(OSError):  # not empty, or removed by another
            folder.rmdir()


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for the while, where this machine keeps such; what killed processes have left there goes."""
    within = Path(tempfile.gettempdir())
    remove_abandoned(within)
    folder = within / own_name("towngown")
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def remove_abandoned(folder: Path) -> None:
    """Remove what processes have left that were killed while they worked or wrote."""
    for path in folder.glob(".*"):
        left = _LEFT.fullmatch(path.name)
        if left and _is_abandoned(path, left["node"], int(left["process"])):
            if left["kind"] == "claim":
                remove_if_empty(folder / left["name"])
            shutil.rmtree(path, ignore_errors=True)


def _is_abandoned(path: Path, node: str, process: int) -> bool:
    """Whether nobody writes to a folder any more: of processes elsewhere, only its age tells."""
    if node != platform.node() or os.name != "posix":
        return age_of(path) > _ABANDONED
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except OSError:  # somebody else's
        pass
    return False


def age_of(path: Path) -> float:
    """Seconds since a folder was last changed; 0 if it is not there any more."""
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0

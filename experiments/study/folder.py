"""The folder that a job writes: all of it or nothing, and never over what is not the program's own."""

import contextlib
import errno
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from model.problems import BadInput

MANIFEST = "manifest.json"
_OWN_ENDINGS = (".parquet", ".csv", ".json", ".yaml")
_OWN_FOLDERS = ("figures", "experiment")


@contextmanager
def written_whole(out: Path) -> Iterator[Path]:
    """A folder to write to: takes the place of `out` once all is written, and is gone if anything fails.

    Raises:
        BadInput: if `out` holds something else, or cannot be written to.
        OSError: if its disk is full; says which folder that is.
    """
    check_free(out)
    partial, made = _begun(out)
    try:
        yield partial
        _replace(out, partial)
    except BaseException as error:
        _undo(partial, made)
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise OSError(
                f"out = {out} cannot be written to: {os.strerror(error.errno)}. The runs are in the store."
            ) from error
        raise


def check_writable(out: Path) -> None:
    """Refuse a place that results could not be written to, before there are any. Leaves nothing there.

    Raises:
        BadInput: as of `written_whole`.
    """
    check_free(out)
    if out.is_mount() or out.absolute() == Path.cwd():
        raise BadInput(f"out = {out} cannot be replaced as a whole: choose a folder within it.")
    _undo(*_begun(out))


def check_free(out: Path) -> None:
    """Refuse a place that holds anything but the results of an earlier job.

    Raises:
        BadInput: naming what is there.
    """
    if not out.exists():
        return
    if not out.is_dir():
        raise BadInput(f"out = {out} is a file; it takes the name of a folder.")
    there = list(out.iterdir())
    foreign = sorted(path.name for path in there if not _is_own(path))
    if there and (foreign or not (out / MANIFEST).exists()):
        what = ", ".join(foreign[:3] or sorted(path.name for path in there)[:3])
        raise BadInput(
            f"out = {out} holds something that this program did not write ({what}). Choose another folder."
        )


def _is_own(path: Path) -> bool:
    return path.name in _OWN_FOLDERS if path.is_dir() else path.suffix in _OWN_ENDINGS


def _begun(out: Path) -> tuple[Path, list[Path]]:
    """A folder beside `out`, and the folders above that were made for it, innermost first."""
    made: list[Path] = []
    try:
        made = _make_parents(out)
        partial = out.parent / f".{out.name}.{uuid.uuid4().hex[:8]}.partial"
        partial.mkdir(parents=True)  # another job's trial may just have removed those above
    except OSError as error:
        _remove_if_empty(*made)
        raise BadInput(f"out = {out} cannot be written to: {error.strerror}.") from None
    return partial, made


def _undo(partial: Path, made: list[Path]) -> None:
    shutil.rmtree(partial, ignore_errors=True)
    _remove_if_empty(*made)


def _make_parents(out: Path) -> list[Path]:
    """Make the folders above, and tell which were made, innermost first."""
    missing = [folder for folder in out.absolute().parents if not folder.exists()]
    out.absolute().parent.mkdir(parents=True, exist_ok=True)
    return missing


def _replace(out: Path, partial: Path) -> None:
    """Put the new folder in the old one's place; of several jobs that do so at once, the last one's stays."""
    old = partial.with_suffix(".old")
    while True:
        with contextlib.suppress(FileNotFoundError):
            out.rename(old)
        try:
            partial.rename(out)
            break
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):  # another job's has just come there
                raise
            shutil.rmtree(old, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)


def _remove_if_empty(*folders: Path) -> None:
    with contextlib.suppress(OSError):  # not empty, or removed by another
        for folder in folders:
            folder.rmdir()

"""The folder that a job writes: all of it or nothing, and never over what is not the program's own."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from model.parameters import BadInput

MANIFEST = "manifest.json"
_OWN_ENDINGS = (".parquet", ".csv", ".json", ".yaml")
_OWN_FOLDERS = ("figures", "experiment")


@contextmanager
def written_whole(out: Path) -> Iterator[Path]:
    """A folder to write to: takes the place of `out` once all is written, and is gone if anything fails.

    Raises:
        BadInput: if `out` holds something else, or cannot be written to.
    """
    check_free(out)
    try:
        made = _make_parents(out)
        partial = out.parent / f".{out.name}.{os.getpid()}.partial"
        partial.mkdir()
    except OSError as error:
        raise BadInput(f"out = {out} cannot be written to: {error.strerror}.") from None
    try:
        yield partial
        _replace(out, partial)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        for folder in made:
            _remove_if_empty(folder)
        raise


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


def _make_parents(out: Path) -> list[Path]:
    """Make the folders above, and tell which were made, innermost first."""
    missing = [folder for folder in out.absolute().parents if not folder.exists()]
    out.absolute().parent.mkdir(parents=True, exist_ok=True)
    return missing


def _replace(out: Path, partial: Path) -> None:
    """Put the new folder in the old one's place."""
    old = out.parent / f".{out.name}.{os.getpid()}.old"
    if out.exists():
        out.rename(old)
    partial.rename(out)
    shutil.rmtree(old, ignore_errors=True)


def _remove_if_empty(folder: Path) -> None:
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()

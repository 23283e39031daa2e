"""The folder that a job writes: all of it or nothing, in the place of nothing but the program's own files.

The manifest of a folder lists the files that the program wrote there, with their digests. Those, and no
others, give way to the files of a later job; what else is in the folder stays.
"""

import contextlib
import errno
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from analysis.listing import MANIFEST, digest_of, files_in
from experiments.leftovers import age_of, claiming, own_name, remove_abandoned, remove_if_empty
from experiments.rows.store import SYSTEM_FILES
from model.problems import BadInput, refuse

#: Seconds after which another process's lock is taken for abandoned.
_LOCKED = 60.0


@contextmanager
def claimed(out: Path, is_new: bool) -> Iterator[Path]:
    """The folder that results can be written to later; if it has to be a new one, it is made, for this job.

    Raises:
        BadInput: as of `written_whole`.
    """
    if not is_new:
        check_writable(out)
        yield out
        return
    out, made = _made_anew(out)
    try:
        with claiming(out):
            yield out
    except BaseException:
        remove_if_empty(out, *made)
        raise


@contextmanager
def written_whole(out: Path) -> Iterator[Path]:
    """A folder to write to: all that is in it comes to `out` in the end, and is gone if anything fails.

    Raises:
        BadInput: if `out` holds something else, or cannot be written to.
        OSError: if its disk is full; says which folder that is.
    """
    out = _linked(out)
    check_free(out)
    partial, made = _begun(out)
    try:
        yield partial
        _put(partial, out)
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
    if out.is_mount() or out.resolve() == Path.cwd():
        raise BadInput(f"out = {out} is where you are, or a disk: choose a folder within it.")
    _undo(*_begun(_linked(out)))


def check_free(out: Path) -> None:
    """Refuse a place that holds no results of an earlier job, or some that were changed since.

    Raises:
        BadInput: naming what is there.
    """
    if not out.exists():
        return
    if not out.is_dir():
        raise BadInput(f"out = {out} is a file; it takes the name of a folder.")
    there = sorted(path.name for path in out.iterdir() if path.name not in SYSTEM_FILES)
    if there and (files := _listed(out)) is None:
        what = ", ".join(there[:3])
        raise BadInput(
            f"out = {out} holds something that this program did not write ({what}). Choose another folder."
        )
    refuse(
        f"out = {out}: {name} was changed since this program wrote it. Rename it, or choose another folder."
        for name, digest in (files if there else {}).items()
        if os.path.lexists(out / name) and digest_of(out / name) != digest
    )


def _listed(out: Path) -> dict[str, str] | None:
    """The files that a folder's manifest lists; None if the program has written no manifest there."""
    try:
        manifest = json.loads((out / MANIFEST).read_bytes())
        files = dict(manifest["files"])
        are_within = all((out / name).resolve().is_relative_to(out.resolve()) for name in files)
        return files if manifest["program"] == "towngown" and are_within else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _linked(out: Path) -> Path:
    """The folder itself, where `out` is a link to it: the link stays one."""
    return out.resolve() if out.is_symlink() else out


def _begun(out: Path) -> tuple[Path, list[Path]]:
    """A folder beside `out`, and the folders above that were made for it, innermost first."""
    made: list[Path] = []
    try:
        made = _make_parents(out)
        remove_abandoned(out.parent)
        # With its root, or Arrow would take what is before a colon for a protocol.
        partial = out.absolute().parent / own_name(out.name)
        partial.mkdir(parents=True)  # another job's trial may just have removed those above
    except OSError as error:
        remove_if_empty(*made)
        raise BadInput(f"out = {out} cannot be written to: {error.strerror}.") from None
    return partial, made


def _undo(partial: Path, made: list[Path]) -> None:
    shutil.rmtree(partial, ignore_errors=True)
    remove_if_empty(*made)


def _make_parents(out: Path) -> list[Path]:
    """Make the folders above, and tell which were made, innermost first."""
    missing = [folder for folder in out.absolute().parents if not folder.exists()]
    out.absolute().parent.mkdir(parents=True, exist_ok=True)
    return missing


def _made_anew(out: Path) -> tuple[Path, list[Path]]:
    """A folder that was not there, of this name or with a number behind it, and those above made for it."""
    made: list[Path] = []
    try:
        made = _make_parents(out)
        remove_abandoned(out.parent)
        names = (out.name, *(f"{out.name}_{number}" for number in range(2, 1000)))
        for folder in map(out.with_name, names):
            with contextlib.suppress(FileExistsError):
                folder.mkdir(parents=True)
                return folder, made
    except OSError as error:
        remove_if_empty(*made)
        raise BadInput(f"out = {out} cannot be written to: {error.strerror}.") from None
    raise BadInput(f"out = {out} is there a thousand times: choose another name.")


def _put(partial: Path, out: Path) -> None:
    """Put what was written where it belongs; of several jobs that do so at once, the last one's stays."""
    try:
        partial.rename(out)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
        with _alone(out):
            _exchange(partial, out)


def _exchange(partial: Path, out: Path) -> None:
    """Put files in the place of those that an earlier job wrote; if that fails, all is as it was."""
    check_free(out)
    earlier, later = _listed(out) or {}, files_in(partial)
    if others := [name for name in later if name not in earlier and os.path.lexists(out / name)]:
        raise BadInput(
            f"out = {out} holds {others[0]}, which this program did not write. Choose another folder."
        )
    old = partial.with_suffix(".old")
    old.mkdir()
    back: list[tuple[Path, Path]] = []
    try:
        for name in earlier:
            _move(out / name, old / name, back)
        if (out / MANIFEST).exists():  # one or the other is there at any time, so that the folder is known
            shutil.copyfile(out / MANIFEST, old / MANIFEST)
            back.append((old / MANIFEST, out / MANIFEST))
        for name in (MANIFEST, *later):
            _move(partial / name, out / name, back)
    except BaseException:
        for moved, home in reversed(back):
            _move(moved, home, [])
        raise
    finally:
        remove_if_empty(*dict.fromkeys((out / name).parent for name in earlier))
        shutil.rmtree(old, ignore_errors=True)
    shutil.rmtree(partial, ignore_errors=True)


def _move(path: Path, target: Path, back: list[tuple[Path, Path]]) -> None:
    """Move a file that is there, and remember how to move it back."""
    if path.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        back.append((target, path))
        path.replace(target)


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Keep other jobs from `out` for the moment that it takes."""
    lock = out.with_name(f".{out.name}.lock")
    while True:
        try:
            lock.mkdir()
            break
        except FileExistsError:
            if age_of(lock) > _LOCKED:
                remove_if_empty(lock)
            time.sleep(0.01)
    try:
        yield
    finally:
        remove_if_empty(lock)

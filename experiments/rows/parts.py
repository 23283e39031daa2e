"""Parts: one table kept as Parquet files in a folder, to which any number of processes may add rows.

A writer has a part of its own. With each batch it writes the part anew, the batch at its end, beside the
old one, and puts it in the old one's place in one step; when the part is large enough, it begins another. So
a reader, at any moment, finds whole parts only; a writer that dies leaves what it had finished; nobody
waits for anybody, on one machine or on a folder shared by many. Two writers may add the same row: whichever
is found first counts, as they are equal.

Every page of a part has a checksum. A part that is cut short or altered is put aside, and its rows
are missing until they are computed again.
"""

import contextlib
import errno
import os
import time
import uuid
from collections import OrderedDict
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq

_compute: Any = pyarrow.compute  # its functions are made at import
#: A part of so many rows or bytes is large enough.
MOST_ROWS, MOST_BYTES = 2048, 8 << 20
#: What a writer that died has left half-written is removed after so many seconds.
_ABANDONED = 3600
_PARTS_KEPT = 4
_GO_ON = "the same command goes on from there."


class _Damaged(Exception):
    """A part is not what was written."""


class _Replaced(Exception):
    """A part has gone, as another machine on a shared folder has written it anew."""


class StoreError(OSError):
    """The folder cannot be written to or read from; says which, and what to do."""


class Parts:
    """A table of rows, each with a name.

    Attributes:
        folder: where the parts are.
        damaged: parts that were put aside.
    """

    def __init__(self, folder: Path, name: str = "row", latest: bool = False, is_large: bool = False) -> None:
        """Make the folder if need be, and take stock.

        Args:
            folder: where the parts are.
            name: the column that names a row.
            latest: whether the last of several rows of one name counts, instead of the first.
            is_large: whether to read no more than names before rows are asked for.

        Raises:
            StoreError: if the folder cannot be read or written to.
        """
        self.folder = folder
        self.damaged: list[Path] = []
        self._name = name
        self._latest = latest
        self._at_first = [name] if is_large else None
        self._names: dict[Path, pa.ChunkedArray] = {}
        self._seen: dict[Path, tuple[int, int]] = {}
        self._written: set[Path] = set()
        self._index: tuple[list[Path], pa.Array, np.ndarray] | None = None
        self._tables: OrderedDict[Path, pa.Table] = OrderedDict()
        self._begin_part()
        with _told(folder):
            folder.mkdir(parents=True, exist_ok=True)
            self._remove_abandoned()
        self.refresh()

    def __len__(self) -> int:
        return len(self._indexed()[1])

    def refresh(self) -> bool:
        """Take stock of what other writers have added since; whether they have."""
        with _told(self.folder):
            found = {Path(entry.path): entry.stat() for entry in os.scandir(self.folder) if _is_part(entry)}
        for path in self._seen.keys() - found.keys():
            self._forget(path)
        stamps = {path: (status.st_mtime_ns, status.st_size) for path, status in found.items()}
        others = stamps.keys() - self._written
        changed = [path for path in sorted(others) if self._seen.get(path) != stamps[path]]
        for path in changed:
            self._take_in(path, stamps[path])
        return bool(changed)

    def has(self, names: Sequence[str]) -> np.ndarray:
        """Whether each of some rows is there."""
        return self._positions(names) >= 0

    def read(self, names: Sequence[str], columns: Sequence[str] | None = None) -> pa.Table:
        """Rows in the order of their names.

        Raises:
            KeyError: if one is not there.
        """
        positions = self._positions(names)
        if (positions < 0).any():
            raise KeyError(names[int(np.argmin(positions))])
        paths, _, starts = self._indexed()
        parts = np.searchsorted(starts, positions, side="right") - 1
        taken, order = [], []
        for part in np.unique(parts):
            at = np.flatnonzero(parts == part)
            table = self._table(paths[part])
            taken.append(
                (table if columns is None else table.select(columns)).take(positions[at] - starts[part])
            )
            order.append(at)
        return pa.concat_tables(taken).take(np.argsort(np.concatenate(order)))

    def names(self) -> pa.Array:
        """Names of all rows, one that was added twice as often."""
        return self._indexed()[1]

    def beginning_with(self, beginning: str) -> set[str]:
        """Names that begin so."""
        names = self.names()
        return set(names.filter(_compute.starts_with(names, beginning)).to_pylist())

    def add(self, rows: pa.Table) -> None:
        """Add rows; when this returns, they are safe.

        Raises:
            StoreError: if they cannot be written; then none of them is there.
        """
        grown = rows if self._open is None else pa.concat_tables([self._open, rows])
        _write(grown, self._own)
        self._open = grown
        self._written.add(self._own)
        self._names[self._own] = grown[self._name]
        self._seen[self._own] = (0, 0)
        self._tables.pop(self._own, None)
        self._index = None
        if grown.num_rows >= MOST_ROWS or grown.nbytes >= MOST_BYTES:
            self._begin_part()
        pa.default_memory_pool().release_unused()  # or what each part has taken would stay taken

    def _begin_part(self) -> None:
        # Microseconds, so that parts come in the order in which they were begun: the latest failure counts.
        began = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
        self._own = self.folder / f"{began}-{uuid.uuid4().hex[:8]}.parquet"
        self._open: pa.Table | None = None

    def _take_in(self, path: Path, stamp: tuple[int, int]) -> None:
        """Read a part, once, so that one that is damaged is known before anyone relies on it."""
        try:
            with _told(self.folder):
                names = _whole(path, self._at_first, self._name)[self._name].cast(pa.string())
        except _Replaced:
            return
        except _Damaged:
            self._put_aside(path)
            return
        self._names[path] = pa.chunked_array(list(names.chunks), names.type)
        self._seen[path] = stamp
        self._tables.pop(path, None)
        self._index = None

    def _put_aside(self, path: Path) -> None:
        aside = path.with_suffix(".damaged")
        with _told(self.folder), contextlib.suppress(FileNotFoundError):
            path.rename(aside)
        self.damaged.append(aside)
        self._forget(path)

    def _forget(self, path: Path) -> None:
        for known in (self._names, self._seen, self._tables):
            known.pop(path, None)
        self._index = None

    def _indexed(self) -> tuple[list[Path], pa.Array, np.ndarray]:
        """Paths of the parts, names of all rows, and the position in these at which each part begins."""
        if self._index is None:
            paths = sorted(self._names)
            chunks = [chunk for path in paths for chunk in self._names[path].chunks]
            names = pa.chunked_array(chunks, pa.string()).combine_chunks()
            starts = np.cumsum([0, *(len(self._names[path]) for path in paths)])[:-1]
            self._index = (paths, names, starts)
        return self._index

    def _positions(self, names: Sequence[str]) -> np.ndarray:
        """Where each row is among all, -1 where it is not there."""
        known = self._indexed()[1]
        order = slice(None, None, -1 if self._latest else 1)
        found = _compute.index_in(pa.array(names, pa.string()), value_set=known[order])
        at = found.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        return np.where(at < 0, at, len(known) - 1 - at) if self._latest else at

    def _table(self, path: Path) -> pa.Table:
        """A part; the last few are kept, as rows that are read together were mostly written together."""
        if path == self._own and self._open is not None:
            return self._open
        if path not in self._tables:
            try:
                with _told(self.folder):
                    self._tables[path] = _whole(path)
            except _Damaged as error:
                self._put_aside(path)
                raise StoreError(f"store: {path} is damaged, and was put aside: {_GO_ON}") from error
            except _Replaced as error:
                raise StoreError(f"store: {path} was removed meanwhile: {_GO_ON}") from error
            while len(self._tables) > _PARTS_KEPT:
                self._tables.popitem(last=False)
        self._tables.move_to_end(path)
        return self._tables[path]

    def _remove_abandoned(self) -> None:
        for entry in os.scandir(self.folder):
            if entry.name.endswith(".partial") and time.time() - entry.stat().st_mtime > _ABANDONED:
                Path(entry.path).unlink(missing_ok=True)


def _is_part(entry: os.DirEntry) -> bool:
    return entry.name.endswith(".parquet") and not entry.name.startswith(".")


def _whole(path: Path, columns: list[str] | None = None, *needed: str) -> pa.Table:
    """All of a part, or some columns of it, every page held against its checksum.

    Raises:
        _Damaged: if it is not what was written, or lacks a column.
        _Replaced: if it is not there any more.
        OSError: if the system cannot read it, whatever it holds.
    """
    try:
        table = pq.ParquetFile(path, page_checksum_verification=True).read(columns)
    except MemoryError:  # Arrow has its own, which says nothing about the part
        raise
    except (pa.ArrowException, OSError) as error:
        number = getattr(error, "errno", None)
        if number in (errno.ENOENT, errno.ESTALE):
            raise _Replaced from error
        if number:
            raise
        raise _Damaged from error
    if missing := set(needed) - set(table.column_names):
        raise _Damaged(missing)
    return table


def _write(table: pa.Table, path: Path) -> None:
    """Write a part; it is there whole, or the old one still is."""
    texts = [field.name for field in table.schema if pa.types.is_string(field.type)]
    codecs = {
        f.name: "none" if pa.types.is_binary(f.type) else "zstd" for f in table.schema
    }  # packed already
    encoded = pa.BufferOutputStream()
    pq.write_table(
        table,
        encoded,
        compression=codecs,  # type: ignore[arg-type]
        use_dictionary=texts,  # type: ignore[arg-type]
        write_statistics=False,
        write_page_checksum=True,
    )
    write_whole(path, encoded.getvalue())


def write_whole(path: Path, content: bytes | pa.Buffer) -> None:
    """Write a file such that it is there whole or not at all, even if the machine dies.

    Raises:
        StoreError: if it cannot be written.
    """
    partial = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.partial")
    try:
        with _told(path.parent):
            path.parent.mkdir(parents=True, exist_ok=True)
            with partial.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
            _sync(path.parent)
    except BaseException:
        with contextlib.suppress(OSError):  # where nothing can be written, nothing can be removed either
            partial.unlink(missing_ok=True)
        raise


def _sync(folder: Path) -> None:
    """Make a new name in a folder last; not every system can."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def _told(folder: Path):
    """Say which folder could not be used, why, and what to do."""
    try:
        yield
    except StoreError:
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise StoreError(
            f"store = {folder} cannot be used: {reason}. Every run that was finished before is kept; "
            f"once this is mended, {_GO_ON}"
        ) from error

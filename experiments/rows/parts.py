"""Parts: one table kept as Parquet files in a folder, to which any number of processes may add rows.

A writer has a part of its own. With each batch it writes the part anew, the batch at its end, beside the
old one, and puts it in the old one's place in one step; when the part is large enough, it begins another. So
a reader, at any moment, finds whole parts only; a writer that dies leaves what it had finished; nobody
waits for anybody, on one machine or on a folder shared by many. Two writers may add the same row: whichever
is found first counts, as they are equal.

Every part bears a seal (`experiments.rows.seal`), which is looked at whenever the part is read. One that is
cut short or altered, that has no seal, or whose lines cannot be, is put aside, and its rows are missing until
they are computed again. What is no file, whatever its name, is passed over.
"""

import contextlib
import errno
import hashlib
import os
import stat
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq

from experiments.rows import seal
from experiments.rows.seal import Broken

_compute: Any = pyarrow.compute  # its functions are made at import
#: A part of so many rows or bytes is large enough.
MOST_ROWS, MOST_BYTES = 2048, 8 << 20
#: What a writer that died has left half-written is removed after so many seconds.
_ABANDONED = 3600
_PARTS_KEPT = 4
_DIGEST = b"names"
_GO_ON = "the same command goes on from there."
_MISSING = "its rows are missing until they have run again."


#: What is wrong with a part, given all its columns and what has been read of it; nothing if empty.
type Fault = Callable[[pa.Schema, pa.Table], str]
#: When a file was changed, in nanoseconds, and its bytes.
type Stamp = tuple[int, int]


class _Replaced(Exception):
    """A part has gone, as another machine on a shared folder has written it anew."""


class StoreError(OSError):
    """The folder cannot be written to or read from; says which, and what to do."""


class Lost(StoreError):
    """Rows that were there are not there any more; whoever needs them runs them again."""


class Parts:
    """A table of rows, each with a name.

    Attributes:
        folder: where the parts are.
        damaged: parts that were put aside.
        news: lines on what was put aside or passed over, for whoever tells them and takes them away.
    """

    def __init__(
        self,
        folder: Path,
        fault: Fault = lambda *_: "",
        name: str = "row",
        latest: bool = False,
        is_large: bool = False,
    ) -> None:
        """Make the folder if need be, and take stock.

        Args:
            folder: where the parts are.
            fault: what is wrong with a part that is whole.
            name: the column that names a row.
            latest: whether the last of several rows of one name counts, instead of the first.
            is_large: whether to read no more than names before rows are asked for.

        Raises:
            StoreError: if the folder cannot be read or written to.
        """
        self.folder = folder
        self.damaged: list[Path] = []
        self.news: list[str] = []
        self._fault = fault
        self._name = name
        self._latest = latest
        self._is_large = is_large
        self._passed_over: set[Path] = set()
        self._faultless: set[tuple[Path, Stamp | None]] = set()
        self._names: dict[Path, pa.ChunkedArray] = {}
        self._seen: dict[Path, Stamp] = {}
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
            stamps = self._stamps()
            gone = [path for path in self._seen.keys() - stamps.keys() if not _stamp(path)]
        for path in gone:  # one that is just replaced may be missing from a list, and is there
            self._forget(path)
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
        _write(_with_digest(grown, self._name), self._own)
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

    def _stamps(self) -> dict[Path, Stamp]:
        """The parts that are there."""
        paths = [Path(entry.path) for entry in os.scandir(self.folder) if _is_part(entry)]
        stamps = {path: stamp for path in paths if (stamp := _stamp(path))}
        for path in sorted({*paths} - stamps.keys() - self._passed_over):
            if os.path.lexists(path):  # others may have removed it since
                self.news.append(f"{path} is no file, nor leads to one: it is passed over.")
                self._passed_over.add(path)
        return stamps

    def _take_in(self, path: Path, stamp: Stamp) -> None:
        """Read a part, once, so that one that is damaged is known before anyone relies on it."""
        try:
            table = self._believed(path, self._names_of if self._is_large else _whole)
        except Lost:
            return
        names = table[self._name].cast(pa.string())
        self._names[path] = pa.chunked_array(list(names.chunks), names.type)
        self._seen[path] = stamp
        self._tables.pop(path, None)
        self._index = None

    def _believed(self, path: Path, read: Callable[[Path], tuple[pa.Schema, pa.Table]]) -> pa.Table:
        """What is read of a part; a part that is not to be believed is put aside.

        Raises:
            Lost: if it is not there any more.
        """
        stamp = _stamp(path)
        try:
            with _told(self.folder), _damage_named():
                schema, table = read(path)
                if fault := self._fault_of(path, stamp, schema, table):
                    raise Broken(fault)
                return table
        except _Replaced as error:
            self._forget(path)
            raise Lost(f"{path} was removed meanwhile: {_MISSING}") from error
        except Broken as error:
            if _stamp(path) != stamp:
                raise Lost(f"{path} was written anew meanwhile: {_MISSING}") from error
            raise Lost(self._put_aside(path, str(error))) from error

    def _names_of(self, path: Path) -> tuple[pa.Schema, pa.Table]:
        """A part's columns, and names alone."""
        with path.open("rb") as file:
            seal.check_footer(file)
            part = pq.ParquetFile(file, page_checksum_verification=True)
            names = part.read([self._name])
            if _with_digest(names, self._name).schema.metadata != names.schema.metadata:
                raise Broken("is altered")
            return part.schema_arrow, names

    def _put_aside(self, path: Path, reason: str) -> str:
        aside = path.with_suffix(".damaged")
        with _told(self.folder), contextlib.suppress(FileNotFoundError):
            path.rename(aside)
        self.damaged.append(aside)
        self.news.append(f"{path} {reason}, and was put aside as {aside.name}: {_MISSING}")
        self._forget(path)
        return self.news[-1]

    def _fault_of(self, path: Path, stamp: Stamp | None, schema: pa.Schema, table: pa.Table) -> str:
        """What is wrong with what has been read of a part; its lines are looked at once."""
        if self._name not in schema.names:
            return f"lacks the column {self._name}"
        known = self._names.get(path)
        if known is not None and not table[self._name].slice(0, len(known)).equals(known):
            return "has other rows than it had"
        if (path, stamp) in self._faultless:
            return ""
        fault = self._fault(schema, table)
        if not fault and table.num_columns == len(schema):
            self._faultless.add((path, stamp))
        return fault

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
            self._tables[path] = self._believed(path, _whole)
            while len(self._tables) > _PARTS_KEPT:
                self._tables.popitem(last=False)
        self._tables.move_to_end(path)
        return self._tables[path]

    def _remove_abandoned(self) -> None:
        for entry in os.scandir(self.folder):
            stamp = _stamp(Path(entry.path)) if entry.name.endswith(".partial") else None
            if stamp and time.time() - stamp[0] / 1e9 > _ABANDONED:
                Path(entry.path).unlink(missing_ok=True)


def _is_part(entry: os.DirEntry) -> bool:
    return entry.name.endswith(".parquet") and not entry.name.startswith(".")


def _stamp(path: Path) -> Stamp | None:
    """A file's stamp; None if there is none: gone meanwhile, a link to nothing, a pipe, a folder."""
    try:
        status = path.stat()
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ELOOP, errno.ESTALE):
            return None
        raise
    return (status.st_mtime_ns, status.st_size) if stat.S_ISREG(status.st_mode) else None


def _whole(path: Path) -> tuple[pa.Schema, pa.Table]:
    """A part's columns, and all of it."""
    table = pq.ParquetFile(pa.BufferReader(seal.checked(path.read_bytes()))).read()
    return table.schema, table


@contextlib.contextmanager
def _damage_named() -> Iterator[None]:
    """Tell apart what is wrong where a part is read.

    Raises:
        Broken: if it is not what was written.
        _Replaced: if it is not there any more.
        OSError: if the system cannot read it, whatever it holds.
    """
    try:
        yield
    except MemoryError:  # Arrow has its own, which says nothing about the part
        raise
    except (pa.ArrowException, OSError) as error:
        number = getattr(error, "errno", None)
        if number in (errno.ENOENT, errno.ESTALE):
            raise _Replaced from error
        if number not in (None, errno.EIO):
            raise
        raise Broken("cannot be read") from error


def _with_digest(table: pa.Table, name: str) -> pa.Table:
    """A table with a digest of its names, so that they can be believed without the rest."""
    names = table[name].to_pylist() if name in table.column_names else []
    digest = hashlib.blake2b("\n".join(map(str, names)).encode(), digest_size=16).hexdigest()
    return table.replace_schema_metadata({**(table.schema.metadata or {}), _DIGEST: digest})


def _write(table: pa.Table, path: Path) -> None:
    """Write a part; it is there whole, or the old one still is."""
    texts = [field.name for field in table.schema if pa.types.is_string(field.type)]
    codecs = {
        f.name: "none" if pa.types.is_binary(f.type) else "zstd" for f in table.schema
    }  # packed already
    content = seal.sealed(
        table, compression=codecs, use_dictionary=texts, write_statistics=False, write_page_checksum=True
    )
    write_whole(path, content)


def write_whole(path: Path, content: bytes) -> None:
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

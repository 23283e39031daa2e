"""Seals: a Parquet file that proves itself whole.

Parquet has checksums of pages, if asked for, and none of the footer, which says what the pages mean. So a
file carries, in its footer, one digest of all before the footer and one of the footer itself. As they are in
the file, it is replaced in one step, and any reader of Parquet can read it. The footer is small, and can be
believed before all else is read.
"""

import hashlib
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

_MAGIC = b"PAR1"
_KEY = "seal"
_BYTES = 16
#: Hexadecimal digits of both digests; noughts stand in their place until they are known.
_BLANK = "0" * 4 * _BYTES
#: What comes before them: the key and, as Thrift has it, that a text follows, and its length.
_MARK = _KEY.encode() + bytes([0x18, len(_BLANK)])


class Broken(Exception):
    """A file is not what was written; says what is wrong with it."""


def sealed(table: pa.Table, **options: object) -> bytes:
    """A table as the bytes of a Parquet file.

    Args:
        table: what to write.
        options: of `pyarrow.parquet.ParquetWriter`.
    """
    encoded = pa.BufferOutputStream()
    with pq.ParquetWriter(encoded, table.schema, **options) as writer:  # type: ignore[arg-type]
        writer.write_table(table)
        writer.add_key_value_metadata({_KEY: _BLANK})
    content = encoded.getvalue().to_pybytes()
    start = len(content) - _footer_length(content[-8:])
    return content[:start] + _filled(content[start:], content[:start])


def checked(content: bytes) -> bytes:
    """A file's bytes, if they are what was written.

    Raises:
        Broken: if not.
    """
    start = len(content) - _footer_length(content[-8:])
    if start < 0 or _filled(content[start:], memoryview(content)[:start]) != content[start:]:
        raise Broken("is cut short or altered")
    return content


def check_footer(file: BinaryIO) -> None:
    """See that a file's footer is what was written.

    Raises:
        Broken: if not.
    """
    size = file.seek(0, 2)
    file.seek(max(size - 8, 0))
    file.seek(max(size - _footer_length(file.read()), 0))
    footer = file.read()
    at = _place(footer)
    if footer[at + 2 * _BYTES : at + 4 * _BYTES] != _footer_digest(footer, at):
        raise Broken("is cut short or altered")


def _footer_length(end: bytes) -> int:
    """Bytes of the footer, with its length and the mark at its end."""
    if len(end) < 8 or end[4:] != _MAGIC:
        raise Broken("does not end as a part does")
    return int.from_bytes(end[:4], "little") + 8


def _filled(footer: bytes, before: bytes | memoryview) -> bytes:
    """A footer with its seal."""
    at = _place(footer)
    footer = footer[:at] + _digest(before) + footer[at + 2 * _BYTES :]
    return footer[: at + 2 * _BYTES] + _footer_digest(footer, at) + footer[at + 4 * _BYTES :]


def _place(footer: bytes) -> int:
    """Where a footer's seal is."""
    mark = footer.rfind(_MARK)
    if mark < 0 or len(footer) < mark + len(_MARK) + len(_BLANK):
        raise Broken("has no seal")
    return mark + len(_MARK)


def _footer_digest(footer: bytes, at: int) -> bytes:
    return _digest(footer[: at + 2 * _BYTES] + footer[at + 4 * _BYTES :])


def _digest(content: bytes | memoryview) -> bytes:
    return hashlib.blake2b(content, digest_size=_BYTES).hexdigest().encode()

"""Lists: CSV files from anyone's spreadsheet; lines that cannot be used are reported, up to a bound."""

import csv
import io
import math
import re
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from model.problems import BadInput, refuse

#: A list of all the points that a design may have takes less.
_MOST_BYTES = 500_000_000
_MOST_PROBLEMS = 50
#: Lines with the same fault that are told one by one; and how many are named where there are more.
_ONE_BY_ONE, _NAMED = 3, 5
#: Characters of a field that are shown.
_SHOWN = 60
_SEPARATORS = ",;\t|"
#: Figures in threes, such as 1,234,567.8.
_IN_THREES = re.compile(r"[1-9]\d{0,2}(,\d{3})+(\.\d*)?")

type Line = dict[str, str]
#: Makes a value of a field, or raises a ValueError that says why it cannot.
type Reader = Callable[[str], Any]


class Column(NamedTuple):
    """A column of a list: its title there, and what makes values of its fields."""

    title: str
    read: Reader


class _Fault(NamedTuple):
    """What is wrong with a line, or with its field in a column."""

    line: int
    title: str
    field: str
    reason: str


def lines_of(path: Path) -> tuple[list[str], list[tuple[int, Line | str]]]:
    """Header and rows of a CSV file, each with its line; a row that has not the header's fields is a reason.

    Fields are apart by commas, semicolons, tabs or bars, as the header has it. Blank lines are passed over,
    and columns at the end that neither the header nor any field says anything in.

    Raises:
        BadInput: if the file cannot be read.
    """
    text = io.StringIO(_text_in(path), newline="")
    reader = csv.reader(text, delimiter=_separator(text), strict=True)
    try:
        lines = [(reader.line_num, fields) for fields in reader]
    except csv.Error as error:
        raise BadInput(f"{path}, line {reader.line_num}: {error}.") from None
    if not lines or not any(field.strip() for field in lines[0][1]):
        raise BadInput(f"{path} is empty: its first line should name the columns.")
    header = [field.strip() for field in lines[0][1]]
    while not header[-1]:
        header.pop()
    return header, [_row(header, line, fields) for line, fields in lines[1:] if fields]


def _text_in(path: Path) -> str:
    """The text of a file.

    Raises:
        BadInput: if it is no file, too large, or no text in UTF-8.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise BadInput(f"{path} is not a file: it takes the name of a CSV file.")
        if status.st_size > _MOST_BYTES:
            raise BadInput(f"{path} has {status.st_size:,} bytes: a list may have {_MOST_BYTES:,}.")
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        byte = error.object[error.start]
        raise BadInput(
            f"{path}, line {line}: byte 0x{byte:02x} is not UTF-8. Save the file as CSV with encoding UTF-8."
        ) from None
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        if isinstance(error, BadInput):
            raise
        raise BadInput(f"{str(path)!r} cannot be read: {error}.") from None  # a name that no file can have


def _separator(text: io.StringIO) -> str:
    """What the header, without what is in quotes, has most of."""
    header = text.readline().rstrip("\r\n")
    text.seek(0)
    return max(_SEPARATORS, key=re.sub('"[^"]*"', "", header).count)


def _row(header: Sequence[str], line: int, fields: Sequence[str]) -> tuple[int, Line | str]:
    own, others = fields[: len(header)], fields[len(header) :]
    if len(own) != len(header) or any(map(str.strip, others)):
        return line, f"{len(fields)} fields where the header has {len(header)}."
    return line, dict(zip(header, own, strict=True))


def values_in(
    path: Path,
    rows: Sequence[tuple[int, Line | str]],
    columns: Mapping[str, Column],
    unique: str = "",
    noun: str = "",
) -> list[dict[str, Any]]:
    """What rows say in some columns; the others are passed over.

    Args:
        path: of the list.
        rows: as from `lines_of`.
        columns: by what their values are called.
        unique: the value that no two rows may have in common.
        noun: what a row is about.

    Raises:
        BadInput: naming the lines that cannot be used, the value and the reason; many lines with the same
            fault at once.
    """
    values: list[dict[str, Any]] = []
    first_lines: dict[Any, int] = {}
    faults: list[_Fault] = []
    for line, row in rows:
        said, wrong = _read(line, row, columns)
        values.append(said)
        if unique in said and (first := first_lines.setdefault(said[unique], line)) != line:
            reason = f"the {noun} of line {first} has it too."
            wrong.append(_Fault(line, columns[unique].title, said[unique], reason))
        faults += wrong
    problems = list(_told(path, faults))
    if not rows:
        problems.append(f"{path} has a header and no rows{noun and f' of any {noun}'}.")
    more = len(problems) - _MOST_PROBLEMS
    refuse([*problems[:_MOST_PROBLEMS], *([f"{path}: and {more} more."] if more > 0 else [])])
    return values


def _read(line: int, row: Line | str, columns: Mapping[str, Column]) -> tuple[dict[str, Any], list[_Fault]]:
    """The values of a row, and what is wrong with the others."""
    if isinstance(row, str):
        return {}, [_Fault(line, "", "", row)]
    values, faults = {}, []
    for name, (title, read) in columns.items():
        try:
            if title in row:
                values[name] = read(row[title])
        except ValueError as error:
            faults.append(_Fault(line, title, row[title], str(error)))
    return values, faults


def _told(path: Path, faults: Sequence[_Fault]) -> Iterator[str]:
    """Faults in words: one by one, or at once where many lines have the same."""
    alike: dict[tuple[str, str], list[_Fault]] = {}
    for fault in faults:
        alike.setdefault((fault.title, fault.reason), []).append(fault)
    for fault in faults:
        lines = [each.line for each in alike[fault.title, fault.reason]]
        if len(lines) <= _ONE_BY_ONE:
            what = f"{fault.title} = {fault.field[:_SHOWN]!r}: " if fault.title else ""
            yield f"{path}, line {fault.line}: {what}{fault.reason}"
        elif fault.line == lines[0]:
            some = ", ".join(map(str, lines[:_NAMED])) + (", ..." if len(lines) > _NAMED else "")
            what = f"{fault.title}, such as {fault.field[:_SHOWN]!r}: " if fault.title else ""
            yield f"{path}, {len(lines):,} lines ({some}): {what}{fault.reason}"


def text_of(value: str) -> str:
    """What a field says.

    Raises:
        ValueError: if it says nothing.
    """
    if not value.strip():
        raise ValueError("it is missing.")
    return value.strip()


def number_of(value: str) -> float:
    """The number in a field.

    Raises:
        ValueError: if there is none.
    """
    text = text_of(value)
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        has_comma = re.fullmatch(r"[+-]?\d+(,\d+)+", text)
        raise ValueError("it has a comma: write a point, or nothing." if has_comma else "it is not a number.")
    return number


def amount_of(value: str) -> float:
    """The number in a field whose figures may be in threes: 1234.5 or 1,234.5.

    Raises:
        ValueError: if there is none.
    """
    text = value.strip()
    return number_of(text.replace(",", "") if _IN_THREES.fullmatch(text) else text)

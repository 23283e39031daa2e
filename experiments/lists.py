"""Lists: CSV files from anyone's spreadsheet, every line that cannot be used reported."""

import csv
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from model.problems import BadInput, refuse

_MOST_PROBLEMS = 50

type Line = dict[str, str]
#: Makes a value of a field, or raises a ValueError that says why it cannot.
type Reader = Callable[[str], Any]


def lines_of(path: Path) -> tuple[list[str], list[tuple[int, Line | str]]]:
    """Header and rows of a CSV file, each with its line; a row that has not the header's fields is a reason.

    Raises:
        BadInput: if the file cannot be read.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            lines = [(reader.line_num, fields) for fields in reader]
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        byte = error.object[error.start]
        raise BadInput(
            f"{path}, line {line}: byte 0x{byte:02x} is not UTF-8. Save the file as CSV with encoding UTF-8."
        ) from None
    except csv.Error as error:
        raise BadInput(f"{path}, line {reader.line_num}: {error}.") from None
    if not lines or not any(field.strip() for field in lines[0][1]):
        raise BadInput(f"{path} is empty: its first line should name the columns.")
    header = [field.strip() for field in lines[0][1]]
    return header, [_row(header, line, fields) for line, fields in lines[1:] if any(fields)]


def _row(header: Sequence[str], line: int, fields: Sequence[str]) -> tuple[int, Line | str]:
    if len(fields) != len(header):
        return line, f"{len(fields)} fields where the header has {len(header)}."
    return line, dict(zip(header, fields, strict=True))


def values_in(
    path: Path,
    rows: Sequence[tuple[int, Line | str]],
    readers: Mapping[str, Reader],
    unique: str = "",
    noun: str = "",
) -> list[dict[str, Any]]:
    """What rows say in the columns that have a reader; the others are passed over.

    Args:
        path: of the list.
        rows: as from `lines_of`.
        readers: by column.
        unique: the column in which no two rows may say the same.
        noun: what a row is about.

    Raises:
        BadInput: naming the first lines that cannot be used, the value and the reason.
    """
    values: list[dict[str, Any]] = []
    first_lines: dict[Any, int] = {}
    problems: list[str] = []
    for line, row in rows:
        said, wrong = _read(row, readers)
        values.append(said)
        if unique in said and (first := first_lines.setdefault(said[unique], line)) != line:
            wrong.append(f"{unique} = {said[unique]!r}: the {noun} of line {first} has it too.")
        problems += [f"{path}, line {line}: {problem}" for problem in wrong]
    if not rows:
        problems.append(f"{path} has a header and no rows.")
    more = len(problems) - _MOST_PROBLEMS
    refuse([*problems[:_MOST_PROBLEMS], *([f"{path}: and {more} more."] if more > 0 else [])])
    return values


def _read(row: Line | str, readers: Mapping[str, Reader]) -> tuple[dict[str, Any], list[str]]:
    """The values of a row, and what is wrong with the others."""
    if isinstance(row, str):
        return {}, [row]
    values, problems = {}, []
    for column, field in row.items():
        try:
            if column in readers:
                values[column] = readers[column](field)
        except ValueError as error:
            problems.append(f"{column} = {field!r}: {error}")
    return values, problems


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
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError("it is missing." if not value.strip() else "it is not a number.")
    return number

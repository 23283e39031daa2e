"""Lists: CSV files from anyone's spreadsheet, every line that cannot be used reported."""

import csv
import math
from collections.abc import Iterator, Sequence
from pathlib import Path

from model.parameters import BadInput

_MOST_PROBLEMS = 50

type Line = dict[str, str]


def lines_of(path: Path) -> tuple[list[str], Iterator[tuple[int, Line | str]]]:
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
    return header, (_row(header, line, fields) for line, fields in lines[1:] if any(fields))


def _row(header: Sequence[str], line: int, fields: Sequence[str]) -> tuple[int, Line | str]:
    if len(fields) != len(header):
        return line, f"{len(fields)} fields where the header has {len(header)}."
    return line, dict(zip(header, fields, strict=True))


def refuse_lines(path: Path, problems: Sequence[str]) -> None:
    """Refuse a list with problems, the first of them told.

    Raises:
        BadInput: if there are any.
    """
    more = len(problems) - _MOST_PROBLEMS
    if problems:
        raise BadInput([*problems[:_MOST_PROBLEMS], *([f"{path}: and {more} more."] if more > 0 else [])])


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

"""`python -m analysis FOLDER`: make the statistics of a folder again from its rows, and draw its figures."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from analysis import asked, dictionary
from analysis.dictionary import Dictionary
from analysis.figures.folder import write
from analysis.listing import list_again
from analysis.output import be_understood, say
from analysis.studies import analyse
from analysis.tables import BadFolder


def main(arguments: Sequence[str] | None = None) -> int:
    """Make and draw them, and name the figures.

    Returns:
        Exit status: 0, 1 if the files cannot be written, 2 for a folder that cannot be analysed or drawn.
    """
    be_understood()
    parser = argparse.ArgumentParser(
        prog="python -m analysis",
        description=(
            "Make the statistics of a folder that towngown wrote again from its rows, and draw its figures, "
            "into FOLDER/figures. The model is not run."
        ),
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="such as results/2026-11-22_17-00-00")
    folder = parser.parse_args(arguments).folder
    try:
        notes, tables = _analysed(folder)
        written = write(folder)
        list_again(folder, [*tables, *written])
    except BadFolder as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{folder}: the files cannot be written: {error.strerror}", file=sys.stderr)
        return 1
    for note in notes:
        print(f"Note: {note}", file=sys.stderr)
    for file in written:
        say(str(file))
    if not written:
        say(f"{folder}: holds nothing to draw")
    return 0


def _analysed(folder: Path) -> tuple[list[str], list[Path]]:
    """Make the statistics of a folder again; what to know of them, and the files that hold them.

    A folder of an older version does not say what its study asked, or what its columns are: its tables are
    then read as they are.
    """
    columns = Dictionary.of(folder)
    missing = [name for name in (asked.FILE, dictionary.FILE) if not (folder / name).exists()]
    if not missing:
        found = analyse(folder, columns)
        files = [folder / f"{name}.{ending}" for name in found.tables for ending in ("parquet", "csv")]
        return found.notes, [file for file in files if file.exists()]
    lost = "" if columns else " Labels and units of indicators, and which direction is better, are not known."
    return [f"{folder}: holds no {' or '.join(missing)}, so its statistics are read as they are.{lost}"], []


if __name__ == "__main__":
    sys.exit(main())

"""`python -m analysis FOLDER`: make a folder's statistics, figures and report again from its rows."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from analysis.figures import folder as figures
from analysis.listing import list_again
from analysis.output import be_understood, say
from analysis.report import page
from analysis.studies import analysed_again
from analysis.tables import BadFolder, read


def main(arguments: Sequence[str] | None = None) -> int:
    """Make and draw them, and name figures and report.

    Returns:
        Exit status: 0, 1 if the files cannot be written, 2 for a folder that cannot be analysed or drawn.
    """
    be_understood()
    parser = argparse.ArgumentParser(
        prog="python -m analysis",
        description=(
            "Make the statistics of a folder that towngown wrote again from its rows, draw its figures, into "
            "FOLDER/figures, and write its report, FOLDER/report.html. The model is not run."
        ),
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="such as results/2026-11-22_17-00-00")
    folder = parser.parse_args(arguments).folder
    try:
        notes, tables = analysed_again(folder)
        list_again(folder, tables)  # so that the report knows what was changed by others
        pictures = figures.drawn(read(folder))
        written = [*figures.write(folder, pictures), page.write(folder, pictures)]
        list_again(folder, written)
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
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""`python -m analysis FOLDER`: draw the figures of a folder again."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from analysis.figures.folder import write
from analysis.tables import BadFolder


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw them and name the files.

    Returns:
        Exit status: 0, 1 if the figures cannot be written, 2 for a folder that cannot be drawn.
    """
    parser = argparse.ArgumentParser(
        prog="python -m analysis",
        description="Draw the figures of a folder that towngown wrote, into FOLDER/figures.",
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="such as results/2026-11-22_17-00-00")
    folder = parser.parse_args(arguments).folder
    try:
        written = write(folder)
    except BadFolder as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{folder}: the figures cannot be written: {error.strerror}", file=sys.stderr)
        return 1
    for file in written:
        print(file)
    if not written:
        print(f"{folder}: holds nothing to draw")
    return 0


if __name__ == "__main__":
    sys.exit(main())

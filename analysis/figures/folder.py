"""Writes the figures of a folder: those for which it holds the tables."""

import re
from collections.abc import Callable
from io import StringIO
from pathlib import Path

from matplotlib import rc_context
from matplotlib.figure import Figure

from analysis.figures import (
    beats,
    bundles,
    combined,
    discovery,
    effects,
    friction,
    mechanisms,
    morris,
    pairing,
    patterns,
    regret,
    replications,
    sobol,
    worth,
)
from analysis.figures.course import by_year, histories, one_run, over_time
from analysis.figures.drawing import style
from analysis.tables import Tables, read

#: File name -> what draws it; None comes back where the folder lacks what it takes.
FIGURES: dict[str, Callable[[Tables], Figure | None]] = {
    "effects": effects.draw,
    "by_year": by_year.draw,
    "partnerships": over_time.draw_partnerships,
    "survival": over_time.draw_survival,
    "worth": worth.draw,
    "series": one_run.draw,
    "histories": histories.draw,
    "indices": sobol.draw,
    "convergence": sobol.draw_convergence,
    "screening": morris.draw,
    "regret": regret.draw,
    "beats": beats.draw,
    "flips": discovery.draw,
    "variation": replications.draw_variation,
    "widths": replications.draw_widths,
    "pairing": pairing.draw,
    "patterns": patterns.draw,
    "bundles": bundles.draw,
    "combined": combined.draw,
    "mechanisms": mechanisms.draw,
    "friction": friction.draw,
}
FORMATS = {"png": {"dpi": 200}, "svg": {"metadata": {"Date": None}}}


def write(out: Path) -> list[Path]:
    """Draw the figures of a folder that a run wrote, into its folder `figures`.

    Args:
        out: the folder.

    Returns:
        The files written; none for a folder whose horizon has no months.

    Raises:
        BadFolder: if it holds no run, or tables that cannot be read.
    """
    tables = read(out)
    written: list[Path] = []
    for name, draw in FIGURES.items():
        with style.house():
            figure = draw(tables)
            if figure is not None:
                written += _save(figure, out / "figures" / name)
    return written


def inline(tables: Tables, name: str) -> str | None:
    """A figure as a part of a web page: SVG whose text is text, and whose names are its own.

    Args:
        tables: of a folder.
        name: of the figure, one of `FIGURES`.

    Returns:
        The element; None if the tables do not allow the figure.
    """
    with style.house(), rc_context({"svg.fonttype": "none"}):
        figure = FIGURES[name](tables)
        if figure is None:
            return None
        content = StringIO()
        figure.savefig(content, format="svg", **FORMATS["svg"])
    svg = content.getvalue()
    svg = re.sub(r'(?<=[ ]id=")|(?<=url\(#)|(?<=href="#)', f"{name}-", svg[svg.index("<svg ") :])
    return re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)


def _save(figure: Figure, file: Path) -> list[Path]:
    file.parent.mkdir(exist_ok=True)
    files = [file.with_suffix(f".{ending}") for ending in FORMATS]
    for each, options in zip(files, FORMATS.values(), strict=True):
        figure.savefig(each, **options)
    return files

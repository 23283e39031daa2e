"""Writes the figures of a folder: those for which it holds the tables."""

import re
from collections.abc import Callable, Mapping
from io import StringIO
from pathlib import Path

from matplotlib import rc_context
from matplotlib.figure import Figure

from analysis.figures import (
    beats,
    discovery,
    effects,
    morris,
    pairing,
    regret,
    replications,
    sobol,
    worth,
)
from analysis.figures.course import by_year, histories, one_run, over_time
from analysis.figures.drawing import style
from analysis.figures.questions import bundles, combined, friction, mechanisms, patterns
from analysis.tables import Tables

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


#: Figures by name.
type Drawn = Mapping[str, Figure]


def drawn(tables: Tables) -> Drawn:
    """All figures that tables allow, by name; none where the horizon has no months."""
    figures = ((name, draw(tables, name)) for name in FIGURES)
    return {name: figure for name, figure in figures if figure is not None}


def draw(tables: Tables, name: str) -> Figure | None:
    """One of `FIGURES`; None if the tables do not allow it."""
    with style.house():
        return FIGURES[name](tables)


def write(out: Path, figures: Drawn) -> list[Path]:
    """Write the figures of a folder that a run wrote, into its folder `figures`.

    Returns:
        The files written.
    """
    with style.house():
        return [file for name, figure in figures.items() for file in _save(figure, out / "figures" / name)]


def inline(figure: Figure, name: str) -> str:
    """A figure as a part of a web page: SVG whose text is text, and whose names are its own."""
    content = StringIO()
    with style.house(), rc_context({"svg.fonttype": "none"}):
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

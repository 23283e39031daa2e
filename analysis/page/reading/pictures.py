"""Pictures: the report's own figures of what is on the screen, to be looked at and downloaded."""

import threading

from analysis.figures.folder import FIGURES, draw, inline
from analysis.page.running.comparison import COLUMNS, Comparison
from analysis.tables import Tables

#: Matplotlib's settings are everybody's: one figure at a time.
_one_at_a_time = threading.Lock()


def pictures(comparison: Comparison) -> list[str]:
    """Names of the figures that can be drawn of the seeds so far, of all that there are."""
    return [name for name in FIGURES if picture(name, comparison)]


def picture(name: str, comparison: Comparison) -> str | None:
    """A figure as SVG, of the seeds so far; None if there is nothing to draw.

    Args:
        name: one of `FIGURES`.
        comparison: whose.
    """
    if name not in FIGURES or comparison.n < 2 or len(comparison.state.names) < 2:
        return None
    rows = comparison.rows(comparison.n).assign(population=comparison.plan.population.name)
    months = int(comparison.plan.parameters["horizon"])
    tables = Tables(
        months, comparison.state.against, COLUMNS, rows, effects=comparison.effects().assign(misses_sum=False)
    )
    with _one_at_a_time:
        figure = draw(tables, name)
        return figure and inline(figure, name)

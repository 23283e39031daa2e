"""The job that compares policies under rival assumptions, and says what survives all of them."""

from collections.abc import Iterator, Sequence
from itertools import batched
from pathlib import Path

import pandas as pd
from rich.console import RenderableType
from rich.text import Text

from analysis.statistics.decision.rivals import CANNOT_TELL
from experiments.command.settings import Settings
from experiments.rows.plan import Plan
from experiments.study.job import Job, effects, several_seeds
from experiments.study.study import Study, analysed, carried_out
from experiments.study.tables import months_of
from experiments.terminal import escaped, plain_table, records

#: Effects from which one decimal is enough.
_LARGE = 10.0
#: How many rivals have room beside each other in 80 letters.
_BESIDE = 6
#: Of verdicts, what a narrow column takes.
_SHORT = {CANNOT_TELL: "–"}


def _some_rivals(settings: Settings) -> Iterator[str]:
    if settings.rivals is None:
        yield "job rivals compares under several sets of parameters: rivals=[default,review,closed_money]."


def main(settings: Settings) -> int:
    """Run it, write the effects under each rival, show which survive.

    Returns:
        Exit status.
    """
    return carried_out(settings, _analysed)


def _analysed(study: Study, plan: Plan, folder: Path) -> Iterator[RenderableType]:
    found = analysed(study, plan, folder)
    for response in study.settings.responses:
        yield from _tables(study, found, response)
    yield Text(
        "* where luck excludes zero, with all of that rival's table at once. Survives: surely the same way "
        "under all of them (adds, takes); differs: under some; –: sure nowhere. rivals.csv has intervals.\n",
        style="dim",
    )


def _tables(study: Study, found: dict[str, pd.DataFrame], response: str) -> Iterator[RenderableType]:
    """As many as give all rivals room."""
    assert study.settings.rivals is not None
    for names in batched(study.settings.rivals.names, _BESIDE):
        yield _table(study, found, response, names)


def _table(
    study: Study, found: dict[str, pd.DataFrame], response: str, names: Sequence[str]
) -> RenderableType:
    """A line a policy, a column a rival."""
    factor, unit = study.columns.shown(response, months_of(study.settings))
    told = records(found["rivals"].query("indicator == @response"))
    effect = {(line["policy"], line["rival"]): line for line in told}
    table = plain_table(
        f"{study.columns.label(response)}, {unit}",
        f"what policies change, {len(study.settings.seeds)} seeds",
        ("Policy",),
        (*(escaped(name).replace("_", "\n") for name in names), "Sur-\nvives"),
    )
    places = 1 if max(abs(line["effect"]) for line in told) * factor > _LARGE else 2
    for line in records(found["survive"].query("indicator == @response")):
        cells = (_cell(effect[line["policy"], name], factor, places) for name in names)
        table.add_row(line["policy"].replace("_", " "), *cells, _SHORT.get(line["verdict"], line["verdict"]))
    return table


def _cell(cell: dict, factor: float, places: int) -> str:
    mark = "*" if cell["together_low"] > 0 or cell["together_high"] < 0 else " "
    return f"{cell['effect'] * factor:+.{places}f}{mark}".replace("-", "−")


JOB = Job(main, needs=(_some_rivals, effects, several_seeds))

"""The job that runs a design and writes its rows, for whatever analysis comes after."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from experiments.command.settings import Settings
from experiments.design.points import describe
from experiments.rows.plan import Plan
from experiments.rows.results import values_of
from experiments.study.job import Job
from experiments.study.study import Study, analysed, carried_out
from experiments.terminal import UNTOLD, plain_table, told


def main(settings: Settings) -> int:
    """Run it, write `rows.parquet`, show what the responses are like.

    Returns:
        Exit status.
    """
    return carried_out(settings, _analysed)


def _analysed(study: Study, plan: Plan, folder: Path) -> Iterator[RenderableType]:
    analysed(study, plan, folder)
    values = values_of(study.store, plan, study.settings.responses)
    yield _summary(study, plan, values)
    if not np.isfinite(values).any(axis=(0, 1)).all():
        yield Text(f"{UNTOLD}: no run gives it (of nothing, there is no share and no mean).", style="dim")


def _summary(study: Study, plan: Plan, values: np.ndarray) -> Table:
    """Of each response under each policy: its range over the design.

    Args:
        study: asked for it.
        plan: of its rows.
        values: their responses [points, seeds, policies, responses].
    """
    table = plain_table(
        describe(plan.design),
        f"{plan.population.name}, {len(plan.seeds)} seeds",
        ("Policy", "Indicator"),
        ("Mean", "Lowest", "Median", "Highest"),
    )
    for position, policy in enumerate(plan.policies):
        for column, response in enumerate(study.settings.responses):
            known = values[:, :, position, column]
            known = known[np.isfinite(known)]
            figures = (
                (known.mean(), known.min(), np.median(known), known.max()) if len(known) else [np.nan] * 4
            )
            table.add_row(policy.name, response, *(told(figure, ",.4g") for figure in figures))
    return table


JOB = Job(main, has_points=True)

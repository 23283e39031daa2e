"""The main job: compare policies with the baseline on shared luck, and say what each is worth."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from rich.console import RenderableType

from analysis.statistics.effects import effects_of
from experiments import terminal
from experiments.command.settings import Settings
from experiments.jobs.effects_table import effects_table, levels_table
from experiments.jobs.job import Job, no_design
from experiments.rows.plan import Plan
from experiments.rows.results import gathered, row_tables
from experiments.study.precision import narrowed, stop_honestly
from experiments.study.study import Study, carried_out, filled


def main(settings: Settings) -> int:
    """Run it, write the folder, show the table.

    Returns:
        Exit status.
    """
    return carried_out(settings, _analysed, narrowed if settings.precision else filled)


def _precise_effects(settings: Settings) -> Iterator[str]:
    """Precision is of effects."""
    if settings.precision and not settings.has_effects:
        yield "precision needs effects: name the baseline and at least one other policy."


def _analysed(study: Study, plan: Plan, folder: Path) -> Iterator[RenderableType]:
    """Write what came out as Parquet; the table."""
    settings = study.settings
    rows = pd.concat(row_tables(study.store, plan), ignore_index=True)
    rows.to_parquet(folder / "rows.parquet", index=False)
    months = gathered(study.store, plan)
    months.series().to_parquet(folder / "series.parquet", index=False)
    months.survival().to_parquet(folder / "survival.parquet", index=False)
    if not settings.has_effects:
        yield from levels_table(settings, rows)
        return
    effects = effects_of(rows)
    if settings.precision:
        stop_honestly(study, plan, effects, settings.precision)
    effects.to_parquet(folder / "effects.parquet", index=False)
    effects.to_csv(folder / "effects.csv", index=False)
    yield from effects_table(settings, effects, study.solved, terminal.tables())


JOB = Job(
    main,
    needs=(no_design("job=sweep runs one, job=robustness compares over one"), _precise_effects),
    adds_seeds=True,
)

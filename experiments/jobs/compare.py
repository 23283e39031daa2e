"""The main job: compare policies with the baseline on shared luck, and say what each is worth."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from rich.console import RenderableType

from analysis.statistics.effects import effects_of
from experiments import terminal
from experiments.command.policies import BASELINE
from experiments.command.settings import Settings
from experiments.jobs.effects_table import effects_table, levels_table
from experiments.rows.plan import Plan
from experiments.rows.results import gathered, row_tables
from experiments.study.precision import narrowed, stop_honestly
from experiments.study.study import Study, carried_out, filled
from model.problems import BadInput


def main(settings: Settings) -> int:
    """Run it, write the folder, show the table.

    Returns:
        Exit status.
    """
    if settings.design.factors:
        raise BadInput("job compare takes no design: job=sweep runs one, job=robustness compares over one.")
    if settings.precision and not has_contrasts(settings):
        raise BadInput("precision needs effects: name the baseline and at least one other policy.")
    return carried_out(settings, _analysed, narrowed if settings.precision else filled)


def has_contrasts(settings: Settings) -> bool:
    """Whether there is a baseline, and something to compare with it."""
    names = [planned.policy.name for planned in settings.policies]
    return BASELINE in names and len(names) > 1


def _analysed(study: Study, plan: Plan, folder: Path) -> Iterator[RenderableType]:
    """Write what came out as Parquet; the table."""
    settings = study.settings
    rows = pd.concat(row_tables(study.store, plan), ignore_index=True)
    rows.to_parquet(folder / "rows.parquet", index=False)
    months = gathered(study.store, plan)
    months.series().to_parquet(folder / "series.parquet", index=False)
    months.survival().to_parquet(folder / "survival.parquet", index=False)
    if not has_contrasts(settings):
        yield from levels_table(settings, rows)
        return
    effects = effects_of(rows)
    if settings.precision:
        stop_honestly(study, plan, effects, settings.precision)
    effects.to_parquet(folder / "effects.parquet", index=False)
    effects.to_csv(folder / "effects.csv", index=False)
    yield from effects_table(settings, effects, study.solved, terminal.tables())

"""The main job: compare policies with the baseline on shared luck, and say what each is worth."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pandas as pd
from rich.console import RenderableType
from rich.text import Text

from analysis import tables
from analysis.report import answer
from analysis.report.source import Source
from analysis.statistics.effects import effects_of
from analysis.studies.compare import OVER_POSTERIOR, TRIED, WITHOUT
from experiments import terminal
from experiments.command.settings import Settings
from experiments.rows.plan import Plan
from experiments.rows.results import gathered, row_tables, write_rows
from experiments.study.completing import Complete, all_completed, with_failures
from experiments.study.effects_table import best_lines, effects_table, levels_table, posterior_table
from experiments.study.following import councils_of, follow, followed_of
from experiments.study.job import Job, no_design
from experiments.study.precision import narrowed
from experiments.study.study import Study, analysed, carried_out, filled
from experiments.study.tables import controls_of


def main(settings: Settings) -> int:
    """Run it, write the folder, show the table.

    Returns:
        Exit status.
    """
    return carried_out(settings, _analysed, _filled)


def _filled(study: Study) -> Complete:
    """All rows, over the posterior if that is asked for; of the best, on fresh seeds and without rules."""
    fill, over = narrowed if study.settings.precision else filled, study.of_posterior
    rows = all_completed(partial(fill, study), partial(study.fill, over)) if over else fill(study)
    further = []
    if best := study.best(rows.plan):
        further.append(study.fill(best.fresh))
        if best.tried:
            further.append(study.fill(best.tried.plan))
        if best.without:  # as the rows of `tried` say
            further.append(study.fill(best.without.plan))
    follow(study, rows.plan)
    return with_failures(rows, *further)


def _precise_effects(settings: Settings) -> Iterator[str]:
    """Precision is of effects."""
    if settings.precision and not settings.has_effects:
        yield "precision needs effects: name the baseline and at least one other policy."


def _analysed(study: Study, plan: Plan, folder: Path) -> Iterator[RenderableType]:
    """Write what came out as Parquet; the answer in short, and the table."""
    settings = replace(study.settings, seeds=plan.seeds)  # with those that precision added
    months, years = gathered(study.store, plan, settings.against, controls_of(settings))
    tables.write(folder, "series", months.series(), study.columns)
    tables.write(folder, "survival", months.survival(), study.columns)
    _write_for_all(folder, "by_year", years.table(), study)
    for name, content in followed_of(study, plan).items():
        tables.write(folder, name, content, study.columns)
    _write_for_all(folder, "councils", councils_of(study.settings.population), study)
    if over := study.of_posterior:
        write_rows(study.store, over, folder / f"{OVER_POSTERIOR}.parquet", study.columns)
    best = study.best(plan)
    for name, off in ((TRIED, best and best.tried), (WITHOUT, best and best.without)):
        if off:
            write_rows(study.store, off.plan, folder / f"{name}.parquet", study.columns)
    found = analysed(study, plan, folder)
    if best:
        _write_fresh(study, best.fresh, folder)
    if "effects" in found:
        sentences = answer.said(Source(folder))
        yield from map(Text, answer.in_short(sentences))
        yield Text()
        yield from effects_table(settings, found["effects"], study.solved, terminal.tables())
        yield from posterior_table(settings, found["effects"], study.solved, terminal.tables())
        yield from best_lines(found["best"], found["effects"])
        yield from (Text(each.text) for each in answer.hanging_on(sentences))
    else:
        yield from levels_table(settings, pd.read_parquet(folder / "rows.parquet"))


def _write_fresh(study: Study, plan: Plan, folder: Path) -> None:
    """Write what the best policy does on luck that had no part in choosing it, of which a plan is."""
    rows = pd.concat([pd.DataFrame({"policy": []}), *row_tables(study.store, plan)], ignore_index=True)
    if study.settings.against in set(rows["policy"]):
        found = effects_of(rows, study.settings.against, controls_of(study.settings))
        _write_for_all(folder, "fresh", found, study)


def _write_for_all(folder: Path, name: str, content: pd.DataFrame, study: Study) -> None:
    """Write a table as Parquet, and as CSV for whoever reads the report."""
    tables.write(folder, name, content, study.columns)
    content.to_csv(folder / f"{name}.csv", index=False)


JOB = Job(
    main,
    needs=(
        no_design("job=robustness compares over points, parameters=posterior over luck and points at once"),
        _precise_effects,
    ),
    adds_seeds=True,
    is_reported=True,
    has_responses=False,
    asks_further=True,
)

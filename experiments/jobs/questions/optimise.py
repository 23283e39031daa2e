"""The job that looks for the best bundles of levers within a budget, on several objectives at once."""

from collections.abc import Iterator
from pathlib import Path

from rich.console import RenderableType
from rich.text import Text

from analysis import tables
from analysis.report.questions.bundles import sentences_of
from experiments import terminal
from experiments.command.settings import Settings
from experiments.status import DONE, FAILED
from experiments.study.job import Job
from experiments.study.optimising import Optimised, optimised
from experiments.study.study import Study, analysed, begun, say_where, written
from experiments.study.tables import months_of
from model.measures import HORIZON


def main(settings: Settings) -> int:
    """Look for them, write what was found, show it.

    Returns:
        Exit status.
    """
    shown: list[RenderableType] = []
    with begun(settings) as study:
        found = optimised(study)
    done = written(study, found.complete, lambda folder: shown.extend(_analysed(study, found, folder)))
    terminal.show(shown)
    terminal.say([*found.complete.notes, *study.notes])
    say_where(study.settings.out)
    return DONE if done and not found.complete.failures else FAILED


def _analysed(study: Study, found: Optimised, folder: Path) -> Iterator[RenderableType]:
    for name, table in found.tables(study.settings.responses).items():
        tables.write(folder, name, table, study.columns)
        table.to_csv(folder / f"{name}.csv", index=False)
    bundles = analysed(study, found.complete.plan, folder)["bundles"]
    levers = tables.table(folder, "levers")
    assert levers is not None
    budget, months = study.settings.optimise.budget, months_of(study.settings)
    for sentence in sentences_of(bundles, levers, study.columns, budget, months):
        yield Text(sentence.text)


def _the_baseline(settings: Settings) -> Iterator[str]:
    """Bundles are held against the baseline, and nothing else."""
    if [planned.policy.name for planned in settings.policies] != ["baseline"]:
        yield "job optimise takes policies=[baseline]: it makes the others, of optimise.levers."
    if settings.is_sharded:
        yield "shard does not go with job optimise: generations follow on each other."


def _directions(settings: Settings) -> Iterator[str]:
    """Objectives have a better direction."""
    for name in settings.responses:
        if not HORIZON[name].better:
            yield f"responses: {name} cannot be an objective, as neither more nor less of it is better."
    if settings.years <= 0:
        yield "parameters.horizon = 0 is not allowed: nothing can be optimised in no time."


JOB = Job(
    main,
    needs=(_the_baseline, _directions),
    is_reported=True,
    has_points=True,
    asks=lambda settings: {"budget": settings.optimise.budget},
)

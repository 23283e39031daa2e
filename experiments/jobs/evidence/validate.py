"""The job that holds the model against what is known of the world, pattern by pattern."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from rich.console import RenderableType
from rich.text import Text

from analysis import tables
from experiments.command.settings import Settings
from experiments.rows.plan import Plan
from experiments.study.job import Job, Need
from experiments.study.measuring import measured, targets_of
from experiments.study.study import Study, analysed, carried_out
from experiments.terminal import number, plain_table, records


def main(settings: Settings) -> int:
    """Run it, write what the model gives for each pattern, show it.

    Returns:
        Exit status: whatever passes, 0.
    """
    return carried_out(settings, _analysed)


def some_patterns(job: str) -> Need:
    """The job takes patterns."""

    def need(settings: Settings) -> Iterator[str]:
        if not settings.patterns:
            yield f"job {job} takes patterns: say patterns=all, or name some of conf/pattern/."

    return need


def _analysed(study: Study, plan: Plan, folder: Path) -> Iterator[RenderableType]:
    patterns = study.settings.patterns
    tables.write(folder, "targets", targets_of(study, plan, patterns), study.columns)
    tables.write(folder, "measured", measured(study, plan, patterns), study.columns)
    found = analysed(study, plan, folder)["patterns"]
    table = plain_table(
        "Patterns", _where(study, plan), ("Pattern", "What is compared"), ("Observed", "Model", "Passes")
    )
    for _, lines in found.groupby("pattern", sort=False):
        for at, line in enumerate(records(lines)):
            table.add_row(line["pattern"] if not at else "", line["target"], _band(line), *_cells(line))
    yield table
    yield Text(
        "Model: mean, and between what 95% of points' means lie, luck removed; of one point, the 95% "
        "interval of the mean. – : not measured; patterns.csv says why, and what to blame for a failure.",
        style="dim",
    )
    if kept_out := list(dict.fromkeys(found.loc[found["held_out"], "pattern"])):
        yield Text(f"Kept out of calibration: {', '.join(kept_out)}.", style="dim")


def _where(study: Study, plan: Plan) -> str:
    points = f"{len(plan.design):,} points, " if len(plan.design) > 1 else ""
    return f"{plan.population.name}, {points}{len(plan.seeds)} seeds"


def _band(line: dict) -> str:
    low, high = line["low"], line["high"]
    if pd.isna(low):
        return f"≤ {number(high)}"
    return f"≥ {number(low)}" if pd.isna(high) else f"{number(low)} to {number(high)}"


def _cells(line: dict) -> tuple[str | Text, ...]:
    """What the model gives, and whether that is what was observed."""
    if pd.isna(line["model"]):
        return "–", "–"
    ends = (
        "" if pd.isna(line["model_low"]) else f" [{number(line['model_low'])}, {number(line['model_high'])}]"
    )
    verdict = Text("yes", style="green") if line["passes"] else Text("no", style="bold red")
    return f"{number(line['model'])}{ends}", verdict


JOB = Job(main, needs=(some_patterns("validate"),), has_responses=False, has_points=True)

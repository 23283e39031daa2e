"""The job that shows one run: its months, the lives of its partnerships, its figures."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from rich import box
from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from analysis import tables, words
from experiments import terminal
from experiments.command.settings import Settings
from experiments.design.chosen import SINGLE
from experiments.rows.mixed import in_seed
from experiments.rows.plan import Plan
from experiments.rows.results import Gathered, keys_of
from experiments.running.stories import histories_of
from experiments.status import DONE, FAILED
from experiments.study.completing import Complete
from experiments.study.job import Job, no_design
from experiments.study.study import Study, begun, written
from model.measures import SERIES, STOCKS
from model.policy import Policy
from model.simulation import Run, run

#: What is shown of each year.
_YEARLY = (
    "project", "strategic", "coverage", "formed", "bids", "awards", "needs_raised", "needs_met", "cost_total",
)  # fmt: skip
#: In a line of a heading.
_LETTERS = 9
_MOST_EVENTS = 16


def main(settings: Settings) -> int:
    """Run it, write the folder, show its years and one partnership's life.

    Returns:
        Exit status: 1 if the figures could not be drawn, else 0.
    """
    (seed,), (planned,) = settings.seeds, settings.policies
    with begun(settings) as study:
        name = planned.policy.name
        policy = in_seed(study.solved[name].policy if name in study.solved else planned.policy, seed)
        parameters = settings.parameters.at(settings.parameters.point(seed))
        result = run(parameters, policy, settings.population, seed, histories=True)
    return shown(study, policy, seed, result)


def shown(study: Study, policy: Policy, seed: int, result: Run) -> int:
    """Write one run's folder; show its years and one partnership's life."""
    settings = study.settings
    lives = histories_of(result, int(settings.parameters["warmup"]))
    plan = Plan(settings.parameters, (policy,), settings.population, SINGLE, range(seed, seed + 1))
    figures_done = written(
        study, Complete(plan), lambda folder: write_tables(folder, study, plan, result, lives)
    )
    terminal.show([Padding(_years(study, policy.name, seed, result), (0, 0, 1, 0)), _life(settings, lives)])
    terminal.say_where({"Written to": str(settings.out)})
    return DONE if figures_done else FAILED


def write_tables(folder: Path, study: Study, plan: Plan, result: Run, histories: pd.DataFrame) -> None:
    """Write what came out of a plan's one run as Parquet."""
    (policy,) = plan.policies
    series = result.series.view("f8").reshape(len(result.series), -1)
    months = pd.DataFrame(series, columns=list(SERIES))
    months.insert(0, "month", np.arange(len(months)))
    (keys,) = keys_of(plan, range(1)).to_dict("records")
    found = Gathered()
    found.add(policy.name, series, result.spells)
    content = {
        "rows": pd.DataFrame([keys | result.indicators]),
        "series": months,
        "histories": histories,
        "survival": found.survival(),
    }
    for each, table in content.items():
        tables.write(folder, each, table, study.columns)


def _one_run(settings: Settings) -> Iterator[str]:
    """The job shows one run."""
    if len(settings.seeds) != 1:
        first = settings.seeds.start
        yield (
            f"experiment=run shows one run, and seeds names {len(settings.seeds)}: "
            f"say seeds={first}:{first + 1} for seed {first}."
        )
    if len(settings.policies) != 1:
        names = ",".join(planned.policy.name for planned in settings.policies)
        yield f"experiment=run shows one run of one policy, and policies=[{names}] names more."


def _years(study: Study, policy: str, seed: int, result: Run) -> Table:
    """The run, year by year: stocks at the year's end, flows over the year."""
    where = terminal.escaped(study.settings.population.name)
    table = Table(
        title=f"{policy}  [dim]({where}, seed {seed})[/dim]", title_justify="left", title_style="bold",
        box=box.SIMPLE_HEAD, padding=0, pad_edge=False, show_edge=False,
        header_style="bold",
    )  # fmt: skip
    shown = {name: study.columns.shown(name, 12) for name in _YEARLY}
    headings = (_heading(study.columns.label(name), unit) for name, (_, unit) in shown.items())
    for heading in ("Year", *headings):
        table.add_column(heading, justify="right", vertical="bottom", no_wrap=True)
    for start in range(0, len(result.series), 12):
        year = result.series[start : start + 12]
        values = (
            factor * (year[name][-1] if name in STOCKS else year[name].sum())
            for name, (factor, _) in shown.items()
        )
        table.add_row(str(start // 12 + 1), *(f"{value:,.0f}" for value in values))
    return table


def _heading(label: str, unit: str) -> str:
    """A label, over the sign of its unit where that has one, as % and £k."""
    sign = unit.partition(" ")[0]
    return words.heading(label, _LETTERS) + ("" if sign.isalpha() else f"\n{sign}")


def _life(settings: Settings, histories: pd.DataFrame) -> Group:
    """The life of the tie to which most happened, of those that began in the horizon."""
    if histories.empty:
        return Group(Text("No tie was formed.", style="bold"))
    lives = [life.to_dict("records") for _, life in histories.groupby("tie")]
    in_horizon = [life for life in lives if life[0]["month"] >= 0]
    events = max(in_horizon or lives, key=len)
    council, researcher = events[0]["council"], events[0]["researcher"]
    name = settings.population.council_names[council]
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right")
    for event in events[:_MOST_EVENTS]:
        table.add_row(f"{event['month']}", event["event"].replace("_", " "))
    if len(events) > _MOST_EVENTS:
        table.add_row("...", f"and {len(events) - _MOST_EVENTS} more events")
    title = Text(f"One life of many: {name} and researcher {researcher}", style="bold")
    note = Text("By month of the horizon; all lives are in histories.parquet.", style="dim")
    return Group(title, note, table, "")


JOB = Job(main, needs=(_one_run, no_design("it shows one point")), has_responses=False)

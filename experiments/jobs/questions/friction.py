"""The job that says what friction costs: what pairs are worth, beside the best of the same people."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from rich.console import RenderableType
from rich.text import Text

from analysis import tables
from analysis.report.questions.friction import sentences_of
from analysis.statistics.ledger.friction import ASSIGNED, COUNTED
from experiments.command.settings import Settings
from experiments.rows.plan import Plan
from experiments.rows.store import lines_on
from experiments.running.assigning import assigned
from experiments.status import FAILED, Unfinished
from experiments.study.job import Job, no_design, several_seeds
from experiments.study.study import Study, analysed, carried_out

_YEAR = 12


def main(settings: Settings) -> int:
    """Run it, write what is realised of what could be had, say so.

    Returns:
        Exit status.
    """
    return carried_out(settings, _analysed)


def months_of(horizon: int) -> list[int]:
    """When runs are looked at: as the horizon begins, at the end of each year, and at its own end.

    >>> months_of(30)
    [0, 12, 24, 30]
    """
    return [*range(0, horizon, _YEAR), horizon]


def _analysed(study: Study, plan: Plan, folder: Path) -> Iterator[RenderableType]:
    tables.write(folder, "assigned", _assigned(study, plan), study.columns)
    found = analysed(study, plan, folder)
    for sentence in sentences_of(found["friction"], found["friction_by_month"], study.settings.against):
        yield Text(sentence.text)


def _assigned(study: Study, plan: Plan) -> pd.DataFrame:
    """What every run pairs in every month: columns of `ASSIGNED`."""
    months = months_of(int(study.settings.parameters["horizon"]))
    found, failures = assigned(study.filler, plan, months)
    if failures:
        study.notes.append(f"{len(failures):,} runs failed that were to be looked at, and are left out.")
        study.notes.extend(lines_on(failures)[:-1])
    if not found:
        raise Unfinished(FAILED)
    return pd.concat([_lines(*key, months, values) for key, values in found.items()], ignore_index=True)


def _lines(policy: str, seed: int, months: list[int], values: np.ndarray) -> pd.DataFrame:
    table = pd.DataFrame(values, columns=list(COUNTED)).assign(policy=policy, seed=seed, month=months)
    return table.reindex(columns=list(ASSIGNED))


def _a_baseline(settings: Settings) -> Iterator[str]:
    """Policies are held against one that is run."""
    if settings.against not in [planned.policy.name for planned in settings.policies]:
        yield f"job friction holds policies against {settings.against}: name it among the policies."


def _a_horizon(settings: Settings) -> Iterator[str]:
    if not settings.parameters["horizon"]:
        yield "job friction looks at the horizon: parameters.horizon = 0 has no month of it."


JOB = Job(
    main,
    needs=(no_design("pairs are looked at at one point"), several_seeds, _a_baseline, _a_horizon),
    is_reported=True,
    has_responses=False,
)

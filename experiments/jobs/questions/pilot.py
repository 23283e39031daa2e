"""The job that says what a trial of a policy could see: how many councils, months, and its power."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
from rich.console import RenderableType
from rich.text import Text

from analysis import tables
from analysis.report.questions.trial import sentences_of
from analysis.statistics.decision.pilot import OUTCOMES
from experiments.command.settings import Settings
from experiments.rows.plan import Plan
from experiments.rows.store import lines_on
from experiments.running.stories import told
from experiments.study.job import Job, effects, no_design, several_seeds
from experiments.study.study import Study, analysed, carried_out


def main(settings: Settings) -> int:
    """Run it, write what trials could see, show it.

    Returns:
        Exit status.
    """
    return carried_out(settings, _analysed)


def _within(settings: Settings) -> Iterator[str]:
    """A trial takes no longer than the horizon."""
    months, horizon = max(settings.pilot.months), int(settings.parameters["horizon"])
    if months > horizon:
        yield f"pilot.months = {months} is not allowed: the horizon has {horizon} months."


def _analysed(study: Study, plan: Plan, folder: Path) -> Iterator[RenderableType]:
    tables.write(folder, "trials", _trials(study, plan), study.columns)
    for sentence in sentences_of(analysed(study, plan, folder)["pilot"], study.settings.pilot.power):
        yield Text(sentence.text)


def _trials(study: Study, plan: Plan) -> pd.DataFrame:
    """What each run would give in each trial, as its story tells."""
    keys = [(outcome, months) for outcome in OUTCOMES for months in study.settings.pilot.months]
    asks = [
        (what, (("months", float(months)), ("strategic", OUTCOMES[outcome])))
        for outcome, months in keys
        for what in ("council_mean", "council_variance")
    ]
    parts = []
    for policy in plan.policies:
        values, failures = told(study.filler, replace(plan, policies=(policy,)), asks)
        if failures:
            study.notes.append(f"{len(failures):,} histories of {policy.name} failed and are left out.")
            study.notes.extend(lines_on(failures)[:-1])
        for at, (outcome, months) in enumerate(keys):
            mean, variance = values[0, :, 2 * at], values[0, :, 2 * at + 1]
            lines = {"policy": policy.name, "outcome": outcome, "months": months, "seed": list(plan.seeds)}
            parts.append(pd.DataFrame({**lines, "mean": mean, "variance": variance}))
    return pd.concat(parts, ignore_index=True)


JOB = Job(
    main,
    needs=(no_design("a trial is of one point"), effects, several_seeds, _within),
    is_reported=True,
    has_responses=False,
    asks=lambda settings: {"pilot": settings.pilot},
)

"""Completing: see that all rows of a plan are there, or tell the user why they are not."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from analysis.words import counted
from experiments import terminal
from experiments.command.settings import Settings
from experiments.design.points import describe
from experiments.rows.outcomes import Failure
from experiments.rows.parts import Lost
from experiments.rows.plan import Plan
from experiments.rows.store import Store, lines_on
from experiments.running.filling import Filler, Missing
from experiments.status import DONE, FAILED, INTERRUPTED, Unfinished
from experiments.terminal import duration, size
from model.problems import BadInput

#: Bytes that a row takes in the store, about.
_BYTES = 4_500


@dataclass(frozen=True)
class Complete:
    """A plan with all its rows there, but for those that failed and may be left out.

    Attributes:
        plan: the rows.
        failures: rows that failed, by name.
        notes: what to know of them when reading the results.
    """

    plan: Plan
    failures: Mapping[str, Failure] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def completed(plan: Plan, filler: Filler, settings: Settings) -> Complete:
    """Run all rows of a plan that are missing, or this job's share of them.

    Raises:
        Unfinished: if not all rows are there afterwards; the user has been told why.
        Lost: if rows that were there have gone meanwhile.
    """
    missing = filler.missing(plan, settings.shard)
    terminal.say(filler.store.news())
    if missing.n_rows:
        seconds = _announced(plan, missing, filler, settings)
        if settings.dry_run:
            raise Unfinished(DONE)
        run_missing(plan, filler.missing(plan, settings.shard), filler, seconds)
    elif settings.dry_run:
        terminal.say([f"All {len(plan):,} runs are in {filler.store.folder}."])
        raise Unfinished(DONE)
    return _checked(plan, filler, settings)


def all_completed(*fills: Callable[[], Complete]) -> Complete:
    """Complete several plans, each even if rows of another are missing; the first of them, with all notes.

    Raises:
        Unfinished: if not all rows are there afterwards; the user has been told why.
    """
    done, unfinished = [], []
    for fill in fills:
        try:
            done.append(fill())
        except Unfinished as error:
            if error.status == INTERRUPTED:
                raise
            unfinished.append(error)
    if unfinished:
        raise unfinished[0]
    return with_failures(*done)


def with_failures(first: Complete, *others: Complete) -> Complete:
    """A plan that is complete, with what failed of others, too, and all notes."""
    failures, notes = dict(first.failures), list(first.notes)
    for each in others:
        failures.update(each.failures)
        notes += each.notes
    return replace(first, failures=failures, notes=tuple(dict.fromkeys(notes)))


def run_missing(
    plan: Plan,
    missing: Missing,
    filler: Filler,
    seconds_a_row: float,
    title: str = "Runs",
    stays: bool = True,
) -> None:
    """Run what is missing of a plan, under a bar that stays or does not.

    Raises:
        Unfinished: if someone stopped it; the user has been told how to go on.
    """
    filled = filler.fill(plan, missing, seconds_a_row, title, stays)
    if filled.is_stopped:
        left = missing.n_rows - filled.n_run
        terminal.say([f"Stopped with {left:,} runs to go. {_how_to_go_on(filler.store)}"])
        raise Unfinished(INTERRUPTED)


def _announced(plan: Plan, missing: Missing, filler: Filler, settings: Settings) -> float:
    """Say how much there is to do; seconds a row."""
    seconds = filler.seconds_a_row(plan, missing)
    n_bytes = missing.n_rows * _BYTES
    folder = filler.store.folder
    effort = f"about {duration(missing.n_rows * seconds)}, {size(n_bytes)}"
    parts = _how_many(plan, missing, settings)
    terminal.say([f"{', '.join(parts)}: {effort}."], style="dim", label="")
    if (free := shutil.disk_usage(folder).free) < n_bytes:
        raise BadInput(f"store = {folder} has {size(free)} free, and the runs take about {size(n_bytes)}.")
    return seconds


def _how_many(plan: Plan, missing: Missing, settings: Settings) -> list[str]:
    parts = [describe(plan.design)] if plan.design.factors else []
    parts.append(counted(len(plan), "run"))
    if settings.is_sharded:
        parts.append(f"{missing.n_rows:,} of them this job's")
        return parts
    if missing.n_repeated:
        parts.append(f"{missing.n_repeated:,} of them the same as others")
    if kept := len(plan) - missing.n_rows - missing.n_repeated:
        parts.append(f"{kept:,} of them done already")
    return parts


def _checked(plan: Plan, filler: Filler, settings: Settings) -> Complete:
    """Look at what is still missing: rows that failed, or those of other jobs."""
    rest = filler.missing(plan, and_failed=True)
    terminal.say(filler.store.news())
    failures = filler.store.failures_of(
        [name for index in rest.families for name in plan.names([int(index)])]
    )
    notes = _told_failures(failures, len(plan), settings) if failures else ()
    others = rest.n_rows - len(failures)
    missing = f"{others:,} of {len(plan):,} runs"
    if others and not settings.is_sharded:
        raise Lost(f"{missing} were lost meanwhile. {_how_to_go_on(filler.store)}")
    if others:
        once = "Once they have, the same command without shard analyses all."
        terminal.say([f"{missing} are missing, as other shards run them. {once}"])
        raise Unfinished(FAILED if failures else DONE)
    if failures and not (settings.excludes_failed and len(failures) < len(plan)):
        raise Unfinished(FAILED)
    return Complete(plan, failures, notes)


def _told_failures(failures: Mapping[str, Failure], n_rows: int, settings: Settings) -> tuple[str, ...]:
    """Tell what failed; what to know when reading the rest."""
    lines = [f"{len(failures):,} of {n_rows:,} runs failed and have no result.", *lines_on(failures)]
    if len(failures) == n_rows:
        lines.append("There is nothing to analyse.")
    elif not settings.excludes_failed:
        lines.append("Nothing is analysed; failed=exclude leaves them out of the analysis.")
    terminal.say_error(lines)
    return (f"{lines[0]} They are left out, as failed=exclude says.",)


def _how_to_go_on(store: Store) -> str:
    return f"What is finished is in {store.folder}: the same command goes on from there."

"""Studies: how every job gets its rows: plan, say how much there is to do, fill the store, then look."""

import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import pandas as pd

from analysis import studies
from analysis.dictionary import Dictionary
from experiments import terminal
from experiments.command.settings import Settings
from experiments.design.drawn import MORRIS
from experiments.design.points import describe
from experiments.rows.outcomes import Failure
from experiments.rows.parts import Lost
from experiments.rows.plan import Plan
from experiments.rows.results import write_rows
from experiments.rows.store import Store, lines_on
from experiments.running.filling import Filler, Missing
from experiments.running.opening import opened
from experiments.status import DONE, FAILED, INTERRUPTED, Unfinished
from experiments.study.equal_money import Solved, notes_on, solved_for
from experiments.study.folder import claimed, files_in, written_whole
from experiments.study.manifest import manifest, write_manifest, write_settings
from experiments.study.tables import asked_of, dictionary_of, write_positions
from experiments.terminal import Part, duration, size
from model.problems import BadInput

#: Bytes that a row takes in the store, about.
_BYTES = 4_500
_LEFT_OUT = "They are left out, as failed=exclude says."


@dataclass
class Study:
    """One job's rows, and what is known about them.

    Attributes:
        settings: the job's.
        filler: fills the store.
        started: when the job began.
        solved: policies at equal money, by name.
        failures: rows that failed, by name.
        notes: what to know when reading the results.
    """

    settings: Settings
    filler: Filler
    started: datetime
    solved: dict[str, Solved] = field(default_factory=dict)
    failures: dict[str, Failure] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def store(self) -> Store:
        """Where the rows are."""
        return self.filler.store

    @property
    def columns(self) -> Dictionary:
        """What the columns of the tables are."""
        return dictionary_of(self.settings.design)

    @property
    def status(self) -> int:
        """Exit status: a row that failed is a failure even if the rest is of use."""
        return FAILED if self.failures else DONE

    def plan(self) -> Plan:
        """All rows that the settings ask for."""
        settings = self.settings
        policies = tuple(
            self.solved[name].policy if (name := planned.policy.name) in self.solved else planned.policy
            for planned in settings.policies
        )
        return Plan(settings.parameters, policies, settings.population, settings.design, settings.seeds)

    def fill(self, plan: Plan) -> None:
        """Run all rows of a plan that are missing, or this job's share of them.

        Raises:
            Unfinished: if not all rows are there afterwards; the user has been told why.
            Lost: if rows that were there have gone meanwhile.
        """
        shard = self.settings.shard
        missing = self.filler.missing(plan, shard)
        terminal.say(self.store.news())
        if missing.n_rows:
            seconds = self._announce(plan, missing)
            if self.settings.dry_run:
                raise Unfinished(DONE)
            missing = self.filler.missing(plan, shard)
            filled = self.filler.fill(plan, missing, seconds)
            if filled.is_stopped:
                left = missing.n_rows - filled.n_run
                terminal.say([f"Stopped with {left:,} runs to go. {self._how_to_go_on()}"])
                raise Unfinished(INTERRUPTED)
        elif self.settings.dry_run:
            terminal.say([f"All {len(plan):,} runs are in {self.store.folder}."])
            raise Unfinished(DONE)
        self._check_complete(plan)

    def _announce(self, plan: Plan, missing: Missing) -> float:
        """Say how much there is to do; seconds a row."""
        seconds = self.filler.seconds_a_row(plan, missing)
        n_bytes = missing.n_rows * _BYTES
        kept = len(plan) - missing.n_rows if not self.settings.is_sharded else 0
        parts = [f"{len(plan):,} runs"]
        if plan.design.factors:
            parts.insert(0, describe(plan.design))
        if self.settings.is_sharded:
            parts.append(f"{missing.n_rows:,} of them this job's")
        elif kept:
            parts.append(f"{kept:,} of them done already")
        effort = f"about {duration(missing.n_rows * seconds)}, {size(n_bytes)}"
        terminal.say([f"{', '.join(parts)}: {effort}."], style="dim", label="")
        free = shutil.disk_usage(self.store.folder).free
        if free < n_bytes:
            raise BadInput(
                f"store = {self.store.folder} has {size(free)} free, and the runs take about {size(n_bytes)}."
            )
        return seconds

    def _how_to_go_on(self) -> str:
        return f"What is finished is in {self.store.folder}: the same command goes on from there."

    def _check_complete(self, plan: Plan) -> None:
        """Look at what is still missing: rows that failed, or those of other jobs."""
        rest = self.filler.missing(plan, and_failed=True)
        terminal.say(self.store.news())
        names = [name for index in rest.families for name in plan.names([int(index)])]
        self.failures = self.store.failures_of(names)
        others = rest.n_rows - len(self.failures)
        if self.failures:
            self._tell_failures(len(plan))
        if others and not self.settings.is_sharded:
            raise Lost(f"{others:,} of {len(plan):,} runs were lost meanwhile. {self._how_to_go_on()}")
        if others:
            terminal.say(
                [
                    f"{others:,} of {len(plan):,} runs are missing, as other shards run them. Once they "
                    "have, the same command without shard analyses all."
                ]
            )
            raise Unfinished(self.status)
        if self.failures and not (self.settings.excludes_failed and len(self.failures) < len(plan)):
            raise Unfinished(FAILED)

    def _tell_failures(self, n_rows: int) -> None:
        lines = [f"{len(self.failures):,} of {n_rows:,} runs failed and have no result."]
        lines += lines_on(self.failures)
        if len(self.failures) == n_rows:
            lines.append("There is nothing to analyse.")
        elif self.settings.excludes_failed:
            note = f"{lines[0]} {_LEFT_OUT}"
            self.notes = [*(each for each in self.notes if not each.endswith(_LEFT_OUT)), note]
        else:
            lines.append("Nothing is analysed; failed=exclude leaves them out of the analysis.")
        terminal.say_error(lines)


@contextmanager
def begun(settings: Settings) -> Iterator[Study]:
    """A study whose policies are all known, with its engine running."""
    started = datetime.now().astimezone()
    with (
        claimed(settings.out, settings.out_is_new) as out,
        _at_work(replace(settings, out=out), started) as study,
    ):
        yield study


@contextmanager
def _at_work(settings: Settings, started: datetime) -> Iterator[Study]:
    """The study itself, once it is known where its results go."""
    terminal.say(notes := settings.notes())
    with opened(settings.engine) as engine:
        store = Store(settings.store)
        terminal.say(news := store.news())
        notes += news
        study = Study(settings, Filler(store, engine, settings.timeout), started, notes=notes)
        _compile()
        study.solved = solved_for(settings, study.filler)
        terminal.say(not_equal := notes_on(study.solved.values()))
        study.notes += not_equal
        yield study


def _compile() -> None:
    """Compile the model if it is not yet, before several workers would each do it."""
    from model.machine.compiling import is_compiled
    from model.simulation import run

    if not is_compiled():
        terminal.say_compiling()
        run()


def written(study: Study, n_rows: int, write: Callable[[Path], None]) -> bool:
    """Write a study's folder: what `write` writes, settings, manifest and figures; whether all were drawn."""
    settings = study.settings
    with written_whole(settings.out) as folder:
        asked_of(settings).write(folder)
        write(folder)
        study.columns.written(folder)
        write_settings(folder, settings, study.solved)
        content = manifest(
            settings, study.solved.values(), study.started, n_rows, study.notes, len(study.failures)
        )
        write_manifest(folder, content)
        figures_done = not settings.figures or drawn(folder)
        write_manifest(folder, {**content, "files": files_in(folder)})
        return figures_done


def filled(study: Study) -> Plan:
    """The plan that the settings ask for, all its rows there."""
    plan = study.plan()
    study.fill(plan)
    return plan


def analysed(study: Study, plan: Plan, folder: Path) -> dict[str, pd.DataFrame]:
    """Write a plan's rows and what the job's statistics make of them; these tables, by name.

    Raises:
        Unfinished: if too many rows failed; the user has been told.
    """
    write_rows(study.store, plan, folder / "rows.parquet", study.columns)
    if plan.design.kind is MORRIS:
        write_positions(folder, plan.design)
    try:
        found = studies.analyse(folder, study.columns)
    except studies.TooFew as error:
        terminal.say_error([str(error)])
        raise Unfinished(FAILED) from None
    study.notes += found.notes
    return found.tables


type Analyse = Callable[[Study, Plan, Path], Iterable[Part]]


def carried_out(settings: Settings, analyse: Analyse, fill: Callable[[Study], Plan] = filled) -> int:
    """Do a job that is a plan and an analysis of all its rows.

    Args:
        settings: the job's.
        analyse: writes tables to a folder and says what to show.
        fill: makes the plan and sees that its rows are there.

    Returns:
        Exit status.

    Raises:
        Unfinished: if not all rows are there.
    """
    shown: list[Part] = []
    with begun(settings) as study:
        told = len(study.notes)
        plan = fill(study)
    figures_done = written(study, len(plan), lambda folder: shown.extend(analyse(study, plan, folder)))
    terminal.show(shown)
    terminal.say(study.notes[told:])
    terminal.say_where({"Written to": str(study.settings.out)})
    return study.status if figures_done else FAILED


def drawn(folder: Path) -> bool:
    """Draw the figures of a folder; where that fails, say so and keep the rest.

    Returns:
        Whether they were drawn.
    """
    try:
        from analysis.figures.folder import write

        with terminal.notes().status("Drawing figures"):
            write(folder)
    except Exception as error:  # a run of hours is worth more than its figures
        terminal.say_error([f"The figures could not be drawn: {type(error).__name__}: {error}"])
        return False
    return True

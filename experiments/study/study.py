"""Studies: how every job gets its rows: plan, say how much there is to do, fill the store, then look."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import pandas as pd

from analysis import studies, tables
from analysis.dictionary import Dictionary
from analysis.listing import REPORT, files_in
from analysis.studies.compare import OVER_POSTERIOR, TRIED, WITHOUT
from analysis.studies.found import TooFew
from experiments import terminal
from experiments.command.kept import keep
from experiments.command.policies import base_name
from experiments.command.settings import Settings
from experiments.rows.plan import Plan
from experiments.rows.results import write_rows
from experiments.rows.store import Store
from experiments.running.filling import Filler
from experiments.running.opening import opened
from experiments.status import DONE, FAILED, Unfinished
from experiments.study.assumptions import write_assumptions
from experiments.study.completing import Complete, completed
from experiments.study.confirming import Best, best_of
from experiments.study.folder import claimed, written_whole
from experiments.study.manifest import manifest, write_manifest, write_settings
from experiments.study.money.equal_money import solved_for
from experiments.study.money.solved import Solved, notes_on
from experiments.study.tables import asked_of, controls_of, dictionary_of, write_positions
from experiments.terminal import Part


@dataclass(frozen=True)
class Study:
    """One job's rows, and what is known about them.

    Attributes:
        settings: the job's.
        filler: fills the store.
        started: when the job began.
        solved: policies at equal money, by name.
        told: what to know when reading the results, as the user was told at the beginning.
        notes: what else turns up, to be told at the end.
    """

    settings: Settings
    filler: Filler
    started: datetime
    solved: Mapping[str, Solved]
    told: tuple[str, ...]
    notes: list[str] = field(default_factory=list)
    _best: dict[range, Best | None] = field(default_factory=dict, init=False)  # by a plan's seeds

    @property
    def store(self) -> Store:
        """Where the rows are."""
        return self.filler.store

    @property
    def columns(self) -> Dictionary:
        """What the columns of the tables are."""
        over, without = self.settings.posterior, self.settings.hangs_on
        others = {OVER_POSTERIOR: over.design} if over else {}
        if without:
            others |= dict.fromkeys((TRIED, WITHOUT), without.mechanisms.design(self.settings.parameters))
        return dictionary_of(self.settings.design, others)

    def plan(self) -> Plan:
        """All rows that the settings ask for."""
        settings = self.settings
        policies = tuple(
            self.solved[name].policy if (name := planned.policy.name) in self.solved else planned.policy
            for planned in settings.policies
        )
        return Plan(settings.parameters, policies, settings.population, settings.design, settings.seeds)

    @property
    def of_posterior(self) -> Plan | None:
        """The same policies over the points of the posterior, if that is asked for."""
        over, plan = self.settings.posterior, self.plan()
        if over is None:
            return None
        without = {name for name in over.without if name != self.settings.against}
        policies = tuple(each for each in plan.policies if base_name(each.name) not in without)
        return replace(plan, policies=policies, design=over.design, seeds=over.seeds)

    def best(self, plan: Plan) -> Best | None:
        """The best policy of a comparison's plan, whose rows are there; reckoned once for all who ask."""
        settings, known = self.settings, self._best
        if plan.seeds not in known:
            on, controls = settings.hangs_on, controls_of(settings)
            known[plan.seeds] = best_of(self.store, plan, settings.against, on, controls)
        return known[plan.seeds]

    def fill(self, plan: Plan) -> Complete:
        """As `completing.completed`."""
        return completed(plan, self.filler, self.settings)


@contextmanager
def begun(settings: Settings) -> Iterator[Study]:
    """A study whose policies are all known, with its engine running."""
    started = datetime.now().astimezone()
    with (
        claimed(settings.out, settings.out_is_new) as out,
        at_work(replace(settings, out=out), started) as study,
    ):
        yield study


@contextmanager
def at_work(settings: Settings, started: datetime | None = None) -> Iterator[Study]:
    """The study itself, once it is known where its results go; it began now, if not before."""
    terminal.say(notes := settings.notes())
    with opened(settings.engine) as engine:
        store = Store(settings.store)
        terminal.say(news := store.news())
        _compile()
        filler = Filler(store, engine, settings.timeout)
        solved = solved_for(settings, filler)
        terminal.say(not_equal := notes_on(solved.values()))
        began = started or datetime.now().astimezone()
        yield Study(settings, filler, began, solved, (*notes, *news, *not_equal))


def _compile() -> None:
    """Compile the model if it is not yet, before several workers would each do it."""
    from model.machine.cache import root
    from model.machine.compiling import cache_folder, is_compiled
    from model.simulation import run

    if not is_compiled():
        terminal.say_compiling("" if cache_folder() else str(root()))
        run()


def written(study: Study, filled: Complete, write: Callable[[Path], None]) -> bool:
    """Write a study's folder: what `write` writes, settings, manifest and figures; whether all were drawn."""
    settings = study.settings
    with written_whole(settings.out) as folder:
        best = study.best(filled.plan) if settings.hangs_on else None
        without, tried = best and best.without, best and best.tried
        off = without.mechanisms if without else settings.mechanisms
        asked_of(settings, filled.plan.seeds, study.solved, off, tried and tried.mechanisms).write(folder)
        write(folder)
        write_assumptions(folder, settings)
        study.columns.written(folder)
        seeds = filled.plan.seeds if settings.precision else settings.seeds  # others run fresh ones last
        write_settings(folder, settings, seeds, study.solved)
        keep(folder, settings)
        notes = [*study.told, *filled.notes, *study.notes]
        content = manifest(settings, filled, study.solved.values(), study.started, notes)
        write_manifest(folder, content)
        figures_done = not settings.figures or drawn(folder, settings.is_reported)
        write_manifest(folder, {**content, "files": files_in(folder)})
        return figures_done


def filled(study: Study) -> Complete:
    """All rows that the settings ask for."""
    return study.fill(study.plan())


def analysed(study: Study, plan: Plan, folder: Path) -> dict[str, pd.DataFrame]:
    """Write a plan's rows and what the job's statistics make of them; these tables, by name.

    Raises:
        Unfinished: if too many rows failed; the user has been told.
    """
    write_rows(study.store, plan, folder / "rows.parquet", study.columns)
    if plan.design.kind.keeps_positions:
        write_positions(folder, plan.design)
    try:
        found = studies.analyse(folder, study.columns)
    except TooFew as error:
        terminal.say_error([str(error)])
        raise Unfinished(FAILED) from None
    study.notes.extend(found.notes)
    return found.tables


type Analyse = Callable[[Study, Plan, Path], Iterable[Part]]


def carried_out(settings: Settings, analyse: Analyse, fill: Callable[[Study], Complete] = filled) -> int:
    """Do a job that is a plan and an analysis of all its rows.

    Args:
        settings: the job's.
        analyse: writes tables to a folder and says what to show.
        fill: makes the plan and sees that its rows are there.

    Returns:
        Exit status: a row that failed is a failure even if the rest is of use.

    Raises:
        Unfinished: if not all rows are there.
    """
    shown: list[Part] = []
    with begun(settings) as study:
        rows = fill(study)
    figures_done = written(study, rows, lambda folder: shown.extend(analyse(study, rows.plan, folder)))
    terminal.show(shown)
    terminal.say([*rows.notes, *study.notes])
    say_where(study.settings.out)
    return FAILED if rows.failures or not figures_done else DONE


def say_where(out: Path) -> None:
    """Say where results are, and their report, if they have one."""
    report = {"Report": str(out / REPORT)} if (out / REPORT).exists() else {}
    terminal.say_where({"Written to": str(out), **report})


def drawn(folder: Path, has_report: bool = False) -> bool:
    """Draw the figures of a folder, and write its report; where that fails, say so and keep the rest.

    Returns:
        Whether they were drawn.
    """
    try:
        from analysis.figures import folder as figures
        from analysis.report import page

        with terminal.working("Drawing figures"):
            pictures = figures.drawn(tables.read(folder))
            figures.write(folder, pictures)
            if has_report:
                page.write(folder, pictures)
    except Exception as error:  # a run of hours is worth more than its figures
        terminal.say_error([f"The figures could not be drawn: {type(error).__name__}: {error}"])
        return False
    return True

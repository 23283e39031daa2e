"""Stories: runs with histories, of which statistics of patterns are asked; the store keeps the answers."""

import hashlib
import inspect
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from random import SystemRandom
from types import ModuleType
from typing import Protocol

import numpy as np
import pandas as pd

from analysis.statistics.evidence import patterns
from analysis.statistics.evidence.patterns import OF_STORIES, Story
from experiments import terminal
from experiments.rows.leases import Leases
from experiments.rows.outcomes import Failure
from experiments.rows.plan import Plan
from experiments.rows.row import Row, model_version, parameters_of, policy_of
from experiments.running.batches import completed, failure_of, warmed_up
from experiments.running.engine import WorkerLost
from experiments.running.filling import EVERY, Filler, interruptible, wait
from experiments.status import INTERRUPTED, Unfinished
from model.measures import EVENTS, LIFE, SERIES
from model.population import Population
from model.problems import BadInput
from model.simulation import Run, Simulation

_NAMES = [*dict.fromkeys(["dormant", *(each.stage for each in LIFE if each.stage)])]
#: Stages that events leave ties in.
STAGES, _DORMANT = np.array(_NAMES, dtype=object), 0
#: By an event's number, the stage that it leads to, or -1.
_LEADS_TO = np.array([_NAMES.index(each.stage) if each.stage else -1 for each in LIFE])

#: A statistic of stories, and what it is told beside the run.
type Ask = tuple[str, tuple[tuple[str, float | str], ...]]


@dataclass(frozen=True)
class Telling:
    """What a worker does at a time: one run, and what is asked of it.

    Attributes:
        row: the run.
        population: where.
        asks: what is asked.
        timeout: seconds that it may take; None: any.
        model: the model's version that is to run it.
    """

    row: Row
    population: Population = field(repr=False)
    asks: tuple[Ask, ...]
    timeout: float | None
    model: str = field(default_factory=model_version)

    @property
    def names(self) -> list[str]:
        """Hash of the run, of what is asked, and of the code that answers."""
        text = "\n".join((self.row.name, repr(self.asks), _digest()))
        return [hashlib.blake2b(text.encode(), digest_size=16).hexdigest()]


@cache
def _digest() -> str:
    return digest_of(patterns, sys.modules[__name__])


def digest_of(*told_by: ModuleType) -> str:
    """Hash of the code that says what is told, and in which order."""
    text = "".join(map(inspect.getsource, told_by))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def tell(telling: Telling) -> list[np.ndarray | Failure]:
    """Run it, and answer: one story.

    Raises:
        BadInput: if this worker has another version of the model.
    """
    check_version(telling.model)
    row = telling.row
    try:
        simulation = warmed_up(
            parameters_of(row.parameters), telling.population, row.seed, telling.timeout,
            policy_of(row.policy), histories=True,
        )  # fmt: skip
        story = story_of(simulation, completed(simulation, telling.timeout))
        return [np.array([OF_STORIES[name](story, **dict(given)) for name, given in telling.asks], float)]
    except Exception as error:
        return [failure_of(error)]


def check_version(model: str) -> None:
    """Refuse to tell what another version of the model is to tell.

    Raises:
        BadInput: saying so.
    """
    if model != model_version():
        raise BadInput(f"A worker has another version of the model than {model!r}.")


def told(filler: Filler, plan: Plan, asks: Sequence[Ask]) -> tuple[np.ndarray, dict[str, Failure]]:
    """What stories of a plan of one policy say [points, replicates, asks], and those that failed.

    A run that failed is NaN throughout. What is in the store is not asked again.

    Raises:
        Unfinished: if someone stopped it; the user has been told how to go on.
    """
    tellings = [
        Telling(plan.family(index).rows[0], plan.population, tuple(asks), filler.timeout)
        for index in range(plan.n_families)
    ]
    names = [name for telling in tellings for name in telling.names]
    filler.store.refresh()
    known = filler.store.stories.has(names)
    new = {name: each for name, each, is_known in zip(names, tellings, known, strict=True) if not is_known}
    failures = tell_all(filler, tell, [*new.values()], "Histories")
    present = [name for name in names if name not in failures]
    found = dict(zip(present, filler.store.told(present) if present else [], strict=True))
    unknown = np.full(len(asks), np.nan)
    values = np.array([found.get(name, unknown) for name in names])
    return values.reshape(len(plan.design), len(plan.seeds), len(asks)), failures


class Task(Protocol):
    """What is to be told."""

    @property
    def names(self) -> list[str]:
        """Of what it tells, in order."""
        ...

    @property
    def population(self) -> Population:
        """Where it runs."""
        ...


def tell_all[Of: Task](
    filler: Filler, tell: Callable[[Of], list[np.ndarray | Failure]], new: Sequence[Of], title: str
) -> dict[str, Failure]:
    """Have stories told and kept, those of several workers at a time; the failures, by name.

    Raises:
        Unfinished: if someone stopped it; the user has been told how to go on.
    """
    failures: dict[str, Failure] = {}
    if not new:
        return failures
    filler.store.keep(new[0].population)
    left, leases = list(new), Leases(filler.store.folder / "leases")
    with leases, terminal.progress() as bars, interruptible(bars.console) as stopped:
        bar = bars.add_task(title, total=sum(len(each.names) for each in new), unit="", runs=1)
        while left and not stopped():
            tasks, left = left, []
            claimed = _claimed(filler, tasks, leases, left)
            with _keeping(filler, leases) as keep:
                for task, outcome in filler.engine.finished(tell, claimed, stopped):
                    for name, each in zip(task.names, _outcomes(task, outcome), strict=True):
                        keep(name, each)
                        if isinstance(each, Failure):
                            failures[name] = each
                        bars.advance(bar)
            if left:
                wait(bars, bar, title)
        is_stopped = stopped()
    if is_stopped:
        terminal.say(["Stopped. What is finished is kept: the same command goes on from there."])
        raise Unfinished(INTERRUPTED)
    return failures


def _outcomes(task: Task, outcome: list[np.ndarray | Failure] | WorkerLost) -> list[np.ndarray | Failure]:
    if isinstance(outcome, WorkerLost):
        return [Failure("worker lost", outcome.message)] * len(task.names)
    return outcome


def _claimed[Of: Task](filler: Filler, tasks: Sequence[Of], leases: Leases, left: list[Of]) -> Iterator[Of]:
    """Tasks that nobody has done or begun, in any order, so that several processes seldom want the same one.

    `left` gets those that others have begun.
    """
    for task in SystemRandom().sample(tasks, len(tasks)):
        names = set(task.names)
        mine = leases.claim(names)
        filler.store.stories.refresh()  # what others have let go of since is there
        is_told = filler.store.stories.has([*names]).all()
        if mine == names and not is_told:
            yield task
            continue
        leases.release(mine)
        if not is_told:
            left.append(task)


@contextmanager
def _keeping(filler: Filler, leases: Leases) -> Iterator[Callable[[str, np.ndarray | Failure], None]]:
    """A place to put what stories say: it goes to the store once a second, and at the end."""
    waiting: dict[str, np.ndarray | Failure] = {}
    added = time.monotonic()

    def add() -> None:
        if told := {name: each for name, each in waiting.items() if not isinstance(each, Failure)}:
            filler.store.tell(told)
        leases.release(waiting)
        waiting.clear()

    def keep(name: str, values: np.ndarray | Failure) -> None:
        nonlocal added
        waiting[name] = values
        if time.monotonic() - added >= EVERY:
            add()
            added = time.monotonic()

    try:
        yield keep
    finally:
        add()


def story_of(simulation: Simulation, run: Run) -> Story:
    """All that a run with histories tells."""
    world, warmup = simulation.world, int(simulation.parameters["warmup"])
    councils, universities = world.councils, world.universities
    histories = histories_of(run, warmup)
    kinds = simulation.population.council_kinds or [""] * len(councils)
    sites = ([councils[axis], universities[axis]] for axis in "xyz")
    squares = [np.subtract.outer(of_council, of_university) ** 2 for of_council, of_university in sites]
    return Story(
        run.indicators,
        pd.DataFrame(run.series.view("f8").reshape(len(run.series), -1), columns=list(SERIES)),
        histories,
        pd.DataFrame({"place": councils["place"], "people": councils["people"], "kind": kinds}),
        pd.DataFrame(
            {
                "place": universities["place"],
                "staff": universities["posts"],
                "role": universities["roles"] > 0,
            }
        ),
        np.equal.outer(councils["area"], universities["area"])
        & (world.areas["structure"][councils["area"]] > 0)[:, None],
        np.sqrt(np.sum(squares, axis=0)),
    )


def histories_of(result: Run, warmup: int) -> pd.DataFrame:
    """A line an event, and the stage that it leaves the tie in; months before the horizon are negative."""
    histories = pd.DataFrame({name: result.histories[name] for name in result.histories.dtype.names})  # type: ignore[index, union-attr]
    numbers = histories["event"].to_numpy(dtype=int)
    histories["event"] = np.array(EVENTS, dtype=object)[numbers]
    histories[["month", "arrived"]] -= warmup
    return histories.assign(stage=STAGES[stages_after(histories["tie"].to_numpy(), numbers)])


def stages_after(tie: np.ndarray, events: np.ndarray) -> np.ndarray:
    """The stage that each event leaves its tie in, as a place in `STAGES`."""
    order = np.argsort(tie, kind="stable")
    at, led_to = np.arange(len(tie)), _LEADS_TO[events[order]]
    first = np.maximum.accumulate(np.where(np.diff(tie[order], prepend=-1) != 0, at, 0))
    latest = np.maximum.accumulate(np.where(led_to >= 0, at, -1))
    stages = np.empty(len(tie), int)
    # What begins with a secondment rests, until something else happens.
    stages[order] = np.where(latest >= first, led_to[latest], _DORMANT)
    return stages

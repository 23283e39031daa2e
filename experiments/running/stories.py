"""Stories: runs with histories, of which statistics of patterns are asked; the store keeps the answers."""

import hashlib
import inspect
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pandas as pd

from analysis.statistics.evidence import patterns
from analysis.statistics.evidence.patterns import OF_STORIES, Story
from experiments import terminal
from experiments.rows.outcomes import Failure
from experiments.rows.plan import Plan
from experiments.rows.row import Row, model_version, parameters_of, policy_of
from experiments.running.batches import completed, failure_of, warmed_up
from experiments.running.engine import WorkerLost
from experiments.running.filling import EVERY, Filler, interruptible
from experiments.status import INTERRUPTED, Unfinished
from model.measures import EVENTS, LIFE, SERIES
from model.population import Population
from model.problems import BadInput
from model.simulation import Run, Simulation

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
    def name(self) -> str:
        """Hash of the run, of what is asked, and of the code that answers."""
        text = "\n".join((self.row.name, repr(self.asks), _statistics_digest()))
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


@cache
def _statistics_digest() -> str:
    return hashlib.blake2b(inspect.getsource(patterns).encode(), digest_size=16).hexdigest()


def tell(telling: Telling) -> np.ndarray | Failure:
    """Run it, and answer.

    Raises:
        BadInput: if this worker has another version of the model.
    """
    if telling.model != model_version():
        raise BadInput(f"A worker has another version of the model than {telling.model!r}.")
    row = telling.row
    try:
        simulation = warmed_up(
            parameters_of(row.parameters), telling.population, row.seed, telling.timeout,
            policy_of(row.policy), histories=True,
        )  # fmt: skip
        story = story_of(simulation, completed(simulation, telling.timeout))
        return np.array([OF_STORIES[name](story, **dict(given)) for name, given in telling.asks], float)
    except Exception as error:
        return failure_of(error)


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
    names = [telling.name for telling in tellings]
    filler.store.refresh()
    known = filler.store.stories.has(names)
    new = {name: each for name, each, is_known in zip(names, tellings, known, strict=True) if not is_known}
    failures = _tell_all(filler, new) if new else {}
    present = [name for name in names if name not in failures]
    found = dict(zip(present, filler.store.told(present) if present else [], strict=True))
    unknown = np.full(len(asks), np.nan)
    values = np.array([found.get(name, unknown) for name in names])
    return values.reshape(len(plan.design), len(plan.seeds), len(asks)), failures


def _tell_all(filler: Filler, new: Mapping[str, Telling]) -> dict[str, Failure]:
    """Have stories told and kept, those of several workers at a time; the failures, by name."""
    failures: dict[str, Failure] = {}
    filler.store.keep(next(iter(new.values())).population)
    with _keeping(filler) as keep, terminal.progress() as bars, interruptible(bars.console) as stopped:
        bar = bars.add_task("Histories", total=len(new), unit="", runs=1)
        for telling, outcome in filler.engine.finished(tell, new.values(), stopped):
            if isinstance(outcome, np.ndarray):
                keep(telling.name, outcome)
            else:
                failures[telling.name] = _failure(outcome)
            bars.advance(bar)
        is_stopped = stopped()
    if is_stopped:
        terminal.say(["Stopped. What is finished is kept: the same command goes on from there."])
        raise Unfinished(INTERRUPTED)
    return failures


def _failure(outcome: Failure | WorkerLost) -> Failure:
    return outcome if isinstance(outcome, Failure) else Failure("worker lost", outcome.message)


@contextmanager
def _keeping(filler: Filler) -> Iterator[Callable[[str, np.ndarray], None]]:
    """A place to put what stories say: it goes to the store once a second, and at the end."""
    waiting: dict[str, np.ndarray] = {}
    added = time.monotonic()

    def add() -> None:
        if waiting:
            filler.store.tell(waiting)
            waiting.clear()

    def keep(name: str, values: np.ndarray) -> None:
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
    histories["university"] = world.researchers["university"][histories["researcher"]]
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
        np.asarray(world.places["structure"] > 0),
        np.sqrt(np.sum(squares, axis=0)),
    )


def histories_of(result: Run, warmup: int) -> pd.DataFrame:
    """A line an event, and the stage that it leaves the tie in; months before the horizon are negative."""
    histories = pd.DataFrame({name: result.histories[name] for name in result.histories.dtype.names})  # type: ignore[index, union-attr]
    numbers = histories["event"].to_numpy(dtype=int)
    histories["event"] = np.array(EVENTS, dtype=object)[numbers]
    histories["month"] -= warmup
    led_to = pd.Series(np.array([each.stage or None for each in LIFE], dtype=object)[numbers], dtype="str")
    # What begins with a secondment rests, until something else happens.
    return histories.assign(stage=led_to.groupby(histories["tie"]).ffill().fillna("dormant"))

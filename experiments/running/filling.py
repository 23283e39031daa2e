"""Filling: run the rows of a plan that the store does not have yet, until it has them all."""

import signal
import threading
import time
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import batched, compress, groupby
from random import SystemRandom
from typing import Self

import numpy as np
import pandas as pd

from experiments import terminal
from experiments.rows.leases import Leases
from experiments.rows.outcomes import Failure, Finished, joined
from experiments.rows.plan import Plan
from experiments.rows.row import Family
from experiments.rows.store import Store
from experiments.running.batches import Batch, run_batch
from experiments.running.engine import Engine, WorkerLost

#: Rows in a batch, at most; the seconds of work that it should be; and those between two additions to the
#: store, which take time. Together they are what a crash may cost.
MOST_ROWS, SECONDS, EVERY = 500, 1.0, 2.0
_CHUNK = 4096
#: Seconds between two looks at what others have begun: any of them, so that those who wait do not meet.
_PAUSE = 0.3, 1.0
#: Rows a worker that tell how long a row takes; seconds after which those under way are enough.
_SAMPLE, _ENOUGH = 5, 5.0


@dataclass(frozen=True)
class Missing:
    """Rows of a plan that the store has not.

    Attributes:
        families: those with a row missing.
        n_rows: rows missing.
        n_repeated: rows that are the same as earlier ones, as of a policy without the lever that points vary.
    """

    families: np.ndarray
    n_rows: int
    n_repeated: int


@dataclass
class Filled:
    """What came of filling.

    Attributes:
        n_run: rows run.
        n_failed: of them, those that failed.
        is_stopped: whether someone stopped it before the end.
    """

    n_run: int = 0
    n_failed: int = 0
    is_stopped: bool = False


@dataclass(frozen=True)
class Filler:
    """How plans are filled.

    Attributes:
        store: where rows are kept.
        engine: what runs them.
        timeout: seconds that a run may take; None: any.
        failed: names of rows that have failed here, which are not run over and over.
    """

    store: Store
    engine: Engine
    timeout: float | None = None
    failed: set[str] = field(default_factory=set)

    def missing(self, plan: Plan, shard: tuple[int, int] = (0, 1), and_failed: bool = False) -> Missing:
        """What is to be run of a plan, or of a shard (number, of how many) of it; or all that is missing."""
        self.store.refresh()
        number, count = shard
        indices, lacks, digests = [], [], []
        for families in plan.chunks(_CHUNK):
            own = families[(number - families.start) % count :: count]
            names = plan.names(own)
            indices.append(np.asarray(own, np.int64))
            lacks.append(self._lacks(names, and_failed))
            digests.append(np.frombuffer(bytes.fromhex("".join(names)), np.int64)[::2])
        is_first = ~pd.Series(np.concatenate(digests)).duplicated().to_numpy()
        wanted = is_first & np.concatenate(lacks)
        families = np.concatenate(indices)[wanted.reshape(-1, len(plan.policies)).any(axis=1)]
        return Missing(families, int(wanted.sum()), int((~is_first).sum()))

    def seconds_a_row(self, plan: Plan, missing: Missing) -> float:
        """Seconds that each further row takes with all workers at work, measured on some, which are kept.

        Raises:
            KeyboardInterrupt: if someone stopped it; the runs that were under way are kept, too.
        """
        workers = self.engine.workers
        n = min(_SAMPLE * workers, len(missing.families))  # any, as others may be measuring just now
        batches = [self._one(plan, index) for index in SystemRandom().sample(list(missing.families), n)]
        sample = {batch.rows()[0].name: batch for batch in batches}
        leases, seconds = Leases(self.store.folder / "leases"), list[float]()
        self.store.keep(plan.population)
        enough = time.monotonic() + _ENOUGH

        def is_told() -> bool:
            return len(seconds) > workers and time.monotonic() > enough

        with leases, interruptible(terminal.notes()) as stopped, _Pending(self, leases) as pending:
            mine = leases.claim(sample) or sample  # all are others': it has to be known all the same
            for finished in self._finished([sample[name] for name in mine], lambda: stopped() or is_told()):
                pending.take(finished)
                seconds.append(finished.seconds)
            if stopped():
                raise KeyboardInterrupt
        # Of each worker the first takes longer, as it gets ready.
        return float(np.median(seconds[workers:] or seconds)) / workers

    def fill(
        self, plan: Plan, missing: Missing, seconds_a_row: float, title: str = "Runs", stays: bool = True
    ) -> Filled:
        """Run what is missing.

        Args:
            plan: what the rows are of.
            missing: what to run.
            seconds_a_row: what a further row takes, about; it says how many make a batch.
            title: of the bar that shows how far it is.
            stays: whether that bar is still seen afterwards.

        Raises:
            StoreError: if the store cannot be written to; what was added before is safe.
        """
        filled = Filled()
        self.store.keep(plan.population)
        if not missing.n_rows:  # those that were measured were all there was to run
            return filled
        self.engine.expect(missing.n_rows * seconds_a_row)
        rows, left = self._rows_a_batch(seconds_a_row), missing.families.tolist()
        leases = Leases(self.store.folder / "leases")
        with leases, terminal.progress(stays) as bars, interruptible(bars.console) as stopped:
            bar = bars.add_task(title, total=missing.n_rows, unit="", runs=1)
            while left and not stopped():
                indices, left = left, []
                tasks = self._batches(plan, indices, rows, leases, left)
                with _Pending(self, leases) as pending:
                    for finished in self._finished(tasks, stopped):
                        pending.take(finished)
                        filled.n_run += len(finished.rows)
                        filled.n_failed += sum(isinstance(each, Failure) for each in finished.outcomes)
                        bars.advance(bar, len(finished.rows))
                if left:
                    wait(bars, bar, title)
            filled.is_stopped = stopped()
        return filled

    def _finished(self, batches: Iterable[Batch], stopped: Callable[[], bool]) -> Iterator[Finished]:
        """What comes of batches; one that kills its workers is run again row by row, as one row does it."""
        suspects: list[Batch] = []
        for batch, outcome in self.engine.finished(run_batch, batches, stopped):
            if not isinstance(outcome, WorkerLost):
                yield outcome
            elif len(rows := batch.apart()) > 1:
                suspects += rows
            else:
                yield lost(batch, outcome)
        if suspects:
            yield from self._finished(suspects, stopped)

    def _lacks(self, names: Sequence[str], and_failed: bool = False) -> np.ndarray:
        """Whether each row is still to be run."""
        lacks = ~self.store.has(names)
        return lacks if and_failed else lacks & np.array([name not in self.failed for name in names], bool)

    def _rows_a_batch(self, seconds_a_row: float) -> int:
        """Few enough that little is lost if all workers die."""
        in_time = SECONDS / max(seconds_a_row * self.engine.workers, 1e-6)
        return int(max(1, min(MOST_ROWS, in_time)))

    def _one(self, plan: Plan, index: int) -> Batch:
        """A batch of one row that is missing."""
        (family,) = self._lacking(plan, [index])
        return Batch([Family(family.rows[:1])], plan.population, self.timeout)

    def _batches(
        self, plan: Plan, indices: Sequence[int], rows: int, leases: Leases, left: list[int]
    ) -> Iterator[Batch]:
        """Batches of what is missing of some families, made when a worker is about to be free.

        They leave out what others have added meanwhile, or have begun: `left` gets the families of these.
        Once others are seen to fill the same store, batches come in random order, so that several
        processes seldom want the same one.
        """
        most, parts = max(1, rows // len(plan.policies)), 2 * self.engine.workers
        waiting = cut(plan.sharing(indices), most, parts)[::-1]
        is_alone, begun = True, set()
        while waiting:
            some = waiting.pop()
            wanted = set(names_of(self._lacking(plan, some))) - begun
            mine = leases.claim(wanted) if wanted else set()
            changed = self.store.refresh()  # what others have let go of since is there
            families = first_of_each(self._lacking(plan, some), mine)
            names = names_of(families)
            begun.update(names)
            leases.release(mine.difference(names))
            if families:
                yield Batch(together(families), plan.population, self.timeout)
            if len(mine) < len(wanted):
                left.extend(some)
            if is_alone and (changed or left):
                SystemRandom().shuffle(waiting)
                is_alone = False

    def _lacking(self, plan: Plan, indices: Sequence[int]) -> list[Family]:
        """Families with just those rows that the store still lacks."""
        families = [plan.family(int(index)) for index in indices]
        lacks = self._lacks(names_of(families)).reshape(len(families), -1)
        return [
            Family(tuple(compress(family.rows, wanted)))
            for family, wanted in zip(families, lacks, strict=True)
            if wanted.any()
        ]


class _Pending:
    """What has been finished and is not in the store yet; at the end of `with`, however it comes, it is."""

    def __init__(self, filler: Filler, leases: Leases | None = None) -> None:
        self._filler, self._leases = filler, leases
        self._finished: list[Finished] = []
        self._added = 0.0  # so the first is added at once, and whoever cannot write is told

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._add()

    def take(self, finished: Finished) -> None:
        """Take in what has been finished, and add all there is to the store if it is time."""
        outcomes = zip(finished.rows, finished.outcomes, strict=True)
        self._filler.failed.update(row.name for row, outcome in outcomes if isinstance(outcome, Failure))
        self._finished.append(finished)
        if time.monotonic() - self._added >= EVERY:
            self._add()

    def _add(self) -> None:
        finished, self._finished = self._finished, []
        if finished:
            self._filler.store.add(joined(finished))
        if self._leases:
            self._leases.release(row.name for each in finished for row in each.rows)
        self._added = time.monotonic()


def first_of_each(families: Iterable[Family], among: Container[str]) -> list[Family]:
    """Families with just those rows that are among some, none of them twice, as policies may be equal."""
    seen: set[str] = set()
    kept = (
        Family(tuple(row for row in family.rows if row.name in among and not _seen(row.name, seen)))
        for family in families
    )
    return [family for family in kept if family.rows]


def cut(groups: Sequence[Sequence[int]], most: int, parts: int = 1) -> list[list[int]]:
    """Groups in parts of so many at most; none is cut that need not be.

    Each is a share of what is left, as of so many `parts`, or one group: the last are small, so that no
    worker has long to wait for another.
    """
    made: list[list[int]] = [[]]
    left = sum(map(len, groups))
    for group in groups:
        room = min(most, left // parts)
        if len(made[-1]) + len(group) > room and made[-1]:
            made.append([])
        for some in batched(group, most):
            if len(made[-1]) + len(some) > most:
                made.append([])
            made[-1].extend(some)
        left -= len(group)
    return [part for part in made if part]


def together(families: Iterable[Family]) -> list[Family]:
    """Families of which those beside each other that share their warm-up are one."""
    rows = (row for family in families for row in family.rows)
    return [Family(tuple(alike)) for _, alike in groupby(rows, lambda row: (row.parameters, row.seed))]


def _seen(name: str, seen: set[str]) -> bool:
    """Whether a name has been seen; it has now."""
    is_known = name in seen
    seen.add(name)
    return is_known


def names_of(families: Iterable[Family]) -> list[str]:
    """Names of the rows of families."""
    return [row.name for family in families for row in family.rows]


def lost(batch: Batch, reason: WorkerLost) -> Finished:
    """All rows of a batch, failed."""
    rows = batch.rows()
    return Finished(rows, [Failure("worker lost", reason.message)] * len(rows))


def wait(bars: terminal.Progress, bar: terminal.TaskID, title: str) -> None:
    """Wait a moment for what others have begun."""
    bars.update(bar, description=f"{title} (waiting for those that others have begun)")
    time.sleep(SystemRandom().uniform(*_PAUSE))


@contextmanager
def interruptible(console: terminal.Console) -> Iterator[Callable[[], bool]]:
    """Whether someone has asked to stop (Ctrl-C, or the system): first it is a request, then an order."""
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked.is_set
        return

    def ask(number: int, frame: object) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()
        console.print("Stopping: the runs under way are finished first.", style="yellow")

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

"""Worlds: runs for the page - warmed-up worlds kept to be forked, and every row safe before it is shown."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from analysis.page.running.sharing import advanced
from experiments.rows.outcomes import Failure, Finished, Result, result_of
from experiments.rows.row import Row, parameters_of, policy_of
from experiments.rows.store import Store
from experiments.running.batches import failure_of, not_finite
from model.policy import BASELINE
from model.population import Population
from model.simulation import Simulation

#: Warmed-up worlds that are kept, and bytes that they may take together.
MOST_WORLDS, MOST_BYTES = 96, 256 << 20
#: Seconds between two additions to the store, at least; and how many times as long as one takes.
_APART, _TIMES = 0.1, 4.0
#: Seconds for which the first row waits for others, as a first answer takes some.
_GATHER = 0.05
#: Seconds before what could not be added is tried again.
_AGAIN = 1.0

type Luck = tuple[str, str, int]
type Done = Callable[[Row, Result | Failure], None]


class Warm:
    """Worlds at the end of their warm-up, those used last; bounded in number and bytes."""

    def __init__(self, most: int = MOST_WORLDS, most_bytes: int = MOST_BYTES) -> None:
        self._most, self._most_bytes = most, most_bytes
        self._worlds: OrderedDict[Luck, Simulation] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._worlds)

    def get(self, luck: Luck) -> Simulation | None:
        """The world of a luck, if it is there."""
        with self._lock:
            if luck in self._worlds:
                self._worlds.move_to_end(luck)
            return self._worlds.get(luck)

    def keep(self, luck: Luck, world: Simulation) -> None:
        """Keep a world; the ones used longest ago make room."""
        with self._lock:
            if luck in self._worlds or _bytes_of(world) > self._most_bytes:
                return
            self._worlds[luck] = world
            self._bytes += _bytes_of(world)
            while len(self._worlds) > self._most or self._bytes > self._most_bytes:
                self._bytes -= _bytes_of(self._worlds.popitem(last=False)[1])


def _bytes_of(simulation: Simulation) -> int:
    return simulation.world.months.base.nbytes if simulation.world.months.base is not None else 0


@dataclass(frozen=True)
class _Pending:
    row: Row
    outcome: Result | Failure
    stored: Callable[[], None] = field(repr=False)
    is_awaited: bool


class Keeper:
    """A thread of its own that adds rows to the store, many at a time, and tells when they are safe.

    Attributes:
        store: where rows are kept. All that reads or writes it holds `lock`.
        problem: why rows could not be added, if they could not.
    """

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder)
        self.lock = threading.Lock()
        self.problem = ""
        self._pending: list[_Pending] = []
        self._some = threading.Condition()
        self._is_closed = False
        self._thread = threading.Thread(target=self._write, name="keeper", daemon=True)
        self._thread.start()

    def add(
        self, row: Row, outcome: Result | Failure, stored: Callable[[], None], is_awaited: bool = False
    ) -> None:
        """Add a row soon, at once if somebody waits for it; `stored()` is called once it is safe."""
        with self._some:
            self._pending.append(_Pending(row, outcome, stored, is_awaited))
            self._some.notify()

    def keep(self, population: Population) -> None:
        """Keep a population, so that its rows can be run again."""
        with self.lock:
            self.store.keep(population)

    def known(self, rows: Sequence[Row]) -> dict[str, Result]:
        """What the store has of some rows, by name."""
        names = [row.name for row in rows]
        with self.lock:
            self.store.refresh()
            here = [name for name, has in zip(names, self.store.has(names), strict=True) if has]
            if not here:
                return {}
            indicators = self.store.indicators(here).to_dict("records")
            months = self.store.months.read(here, ["horizon", "series", "spells"]).to_pylist()
        return {
            name: Result(values, **line) for name, values, line in zip(here, indicators, months, strict=True)
        }

    def close(self) -> None:
        """Add what is left."""
        with self._some:
            self._is_closed = True
            self._some.notify()
        self._thread.join()

    def _write(self) -> None:
        while batch := self._batch():
            started = time.monotonic()
            try:
                with self.lock:
                    self.store.add(Finished([each.row for each in batch], [each.outcome for each in batch]))
            except OSError as error:  # a full disk: it is told, and tried again until there is room
                self.problem = str(error)
                if self._is_closed:
                    return
                self._put_back(batch)
                continue
            self.problem = ""
            for each in batch:
                each.stored()
            if not self._is_closed:
                self._rest(max(_APART, _TIMES * (time.monotonic() - started)))

    def _put_back(self, batch: list[_Pending]) -> None:
        """Keep what could not be added for another time."""
        with self._some:
            self._pending = batch + self._pending
            self._some.wait_for(lambda: self._is_closed, _AGAIN)

    def _rest(self, seconds: float) -> None:
        """Leave the machine to others, until there is something that is waited for."""
        with self._some:
            self._some.wait_for(
                lambda: self._is_closed or any(each.is_awaited for each in self._pending), seconds
            )

    def _batch(self) -> list[_Pending]:
        with self._some:
            while not self._pending and not self._is_closed:
                self._some.wait()
        if not self._is_closed:
            time.sleep(_GATHER)
        with self._some:
            batch, self._pending = self._pending, []
            return batch


@dataclass(frozen=True)
class Runner:
    """What runs rows.

    Attributes:
        keeper: keeps them.
        warm: worlds to fork.
    """

    keeper: Keeper
    warm: Warm = field(default_factory=Warm)

    def family(
        self, rows: Sequence[Row], population: Population, done: Done, is_awaited: bool = False
    ) -> Iterator[None]:
        """Run rows that share all but the policy, in turns; `done` is told of each once it is safe.

        Args:
            rows: of one world.
            population: of that.
            done: told of a row, and of what came of it.
            is_awaited: whether somebody waits for them, so that they are kept at once.
        """

        def keep(row: Row, outcome: Result | Failure) -> None:
            self.keeper.add(row, outcome, lambda: done(row, outcome), is_awaited)

        try:
            warm = yield from self._warmed_up(rows[0], population)
        except Exception as error:
            failure = failure_of(error)
            for row in rows:
                keep(row, failure)
            return
        for row in rows:
            outcome = yield from _outcome(warm, row)
            keep(row, outcome)
            yield

    def _warmed_up(self, row: Row, population: Population) -> Iterator[None]:
        """The world of a row at the end of its warm-up; made in turns if it is not there."""
        luck = (row.parameters, row.population, row.seed)
        if (world := self.warm.get(luck)) is None:
            world = Simulation(parameters_of(row.parameters), BASELINE, population, row.seed)
            yield from advanced(world, int(world.parameters["warmup"]))
            self.warm.keep(luck, world)
            yield
        return world


def _outcome(warm: Simulation, row: Row) -> Iterator[None]:
    """What comes of a row, in turns."""
    try:
        simulation = warm.fork(policy_of(row.policy))
        yield from advanced(simulation, simulation.end)
        run = simulation.result()
        return not_finite(run.indicators) or result_of(run)
    except Exception as error:
        return failure_of(error)

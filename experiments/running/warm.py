"""Warm-ups that were simulated lately, kept for whoever goes on from one next.

A policy that is tried after others, on the same seeds, takes the warm-ups that these had: so do the steps of
a search, the generations of an optimisation, and those who add a policy to a comparison.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

from model.arrays import array_of
from model.simulation import Simulation

#: Bytes that all of them take at the most: a hundred and fifty runs of some forty councils.
MOST_BYTES = 128 << 20


class Start(NamedTuple):
    """What a warm-up is the same for.

    Attributes:
        parameters: those that differ from their defaults, as JSON.
        population: its key.
        seed: names its luck.
    """

    parameters: str
    population: str
    seed: int


class Warm:
    """The runs at the end of their warm-up that were asked for last, as many as memory is given for.

    Each is for forking alone. Threads may share them.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most, self._taken = most_bytes, 0
        self._kept = OrderedDict[Start, Simulation]()
        self._lock = threading.Lock()

    def has(self, start: Start) -> bool:
        """Whether a warm-up is kept."""
        return start in self._kept

    def of(self, start: Start, warmed_up: Callable[[], Simulation]) -> Simulation:
        """A run at the end of its warm-up: the one that is kept, or one that is simulated now, and kept."""
        with self._lock:
            if (kept := self._kept.get(start)) is not None:
                self._kept.move_to_end(start)
                return kept
        warm = warmed_up()
        with self._lock:
            if start not in self._kept:
                self._kept[start] = warm
                self._taken += _bytes_of(warm)
            while self._taken > self._most:
                self._taken -= _bytes_of(self._kept.popitem(last=False)[1])
        return warm


def _bytes_of(simulation: Simulation) -> int:
    """Memory that a run's tables take."""
    return sum(array_of(table).nbytes for table in simulation.world)

"""Watching: one run as it unfolds - where everybody is, every tie by stage, and what became of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from analysis.page.running.sharing import advanced
from experiments.running.stories import histories_of
from model.domains import Value
from model.measures import GONE, SERIES
from model.place import EARTH_RADIUS
from model.policy import BASELINE, Policy
from model.population import Population
from model.simulation import Run, Simulation

#: Stages that are drawn, from the faintest to the strongest.
DRAWN = ("dormant", "scoping", "ready", "awarded", "project", "strategic")
#: Where there is no tie any more; and what is said of a tie before its changes.
_GONE, _HEAD = -1, 3


@dataclass(frozen=True)
class Site:
    """A council or a university, where it is: km on a plane, or longitude and latitude."""

    name: str
    place: str
    x: float
    y: float


@dataclass(frozen=True)
class Watched:
    """A run with its histories.

    Attributes:
        parameters: those that differ from their defaults.
        policy: under which it ran.
        population: where.
        seed: its luck.
        warmup: months before the horizon.
        run: what it left behind.
        councils: where they are.
        universities: where they are.
        lives: a line an event, as `histories_of` tells them; months before the horizon are negative.
    """

    parameters: dict[str, Value]
    policy: Policy
    population: Population
    seed: int
    warmup: int
    run: Run = field(repr=False)
    councils: list[Site] = field(repr=False)
    universities: list[Site] = field(repr=False)
    lives: pd.DataFrame = field(repr=False)

    @property
    def months(self) -> int:
        """Of the horizon."""
        return len(self.run.series)

    def at(self, month: int) -> Simulation:
        """The run as it stands when a month of the horizon begins; a copy that may be spoilt."""
        simulation = Simulation(self.parameters, self.policy, self.population, self.seed)
        simulation.advance(max(month + self.warmup, 0))
        return simulation

    def drawn(self) -> list[list[Any]]:
        """Ties as a browser draws them: council, university, name, then month and stage of each change.

        Of changes before the horizon, the last; stages are positions in `DRAWN`, -1 where the tie is no more.
        """
        number = {stage: at for at, stage in enumerate(DRAWN)} | {GONE: _GONE}
        lives = self.lives.sort_values("tie", kind="stable")
        columns = [lives[name].tolist() for name in ("tie", "council", "university", "month", "stage")]
        ties: dict[int, list[Any]] = {}
        for tie, council, university, month, stage in zip(*columns, strict=True):
            _change(ties.setdefault(tie, [council, university, tie]), max(month, 0), number[stage])
        return [each for each in ties.values() if each[3:] != [0, _GONE]]


def _change(line: list[Any], month: int, stage: int) -> None:
    """Note a tie's stage from a month on; of several in a month, the last."""
    if len(line) > _HEAD and line[-1] == stage:
        return
    if len(line) > _HEAD and line[-2] == month:
        del line[-2:]
    line += [month, stage]


def watch(
    parameters: dict[str, Value], policies: list[Policy], population: Population, seed: int
) -> Iterator[None]:
    """Watch policies on the same luck, in turns; returns them, in their order."""
    warm = Simulation(parameters, BASELINE, population, seed, histories=True)
    warmup = int(warm.parameters["warmup"])
    yield from advanced(warm, warmup)
    found = []
    for policy in policies:
        simulation = warm.fork(policy)
        yield from advanced(simulation, simulation.end)
        run = simulation.result()
        lives = histories_of(run, warmup)
        sites = _sites(simulation, population)
        found.append(Watched(parameters, policy, population, seed, warmup, run, *sites, lives))
    return found


def _sites(simulation: Simulation, population: Population) -> tuple[list[Site], list[Site]]:
    world = simulation.world
    is_globe = population.geographic

    def sites(table: Any, names: tuple[str, ...], noun: str) -> list[Site]:
        return [
            Site(_name(names, row, noun), population.places[int(each["place"])], *_position(each, is_globe))
            for row, each in enumerate(table)
        ]

    return (
        sites(world.councils, population.council_names, "council"),
        sites(world.universities, population.university_names, "university"),
    )


def _name(names: tuple[str, ...], row: int, noun: str) -> str:
    return names[row] if names else f"{noun} {row + 1}"


def _position(record: Any, is_globe: bool) -> tuple[float, float]:
    """Kilometres, or degrees of longitude and latitude."""
    x, y, z = (float(record[axis]) for axis in "xyz")
    if not is_globe:
        return x, y
    return float(np.degrees(np.arctan2(y, x))), float(np.degrees(np.arcsin(np.clip(z / EARTH_RADIUS, -1, 1))))


@dataclass(frozen=True)
class Parting:
    """Where two runs of one luck part.

    Attributes:
        month: of the horizon, in which anything measured first differs; None: they never part.
        measures: those that differ then.
        event: the first event that one of the two has and the other has not, as a line of `lives`; its run.
    """

    month: int | None
    measures: tuple[str, ...] = ()
    event: dict[str, Any] | None = None
    where: int = 0


def parting(one: Watched, other: Watched) -> Parting:
    """The first month in which two runs differ, and in what."""
    first, second = (each.run.series.view("f8").reshape(len(each.run.series), -1) for each in (one, other))
    differs = np.flatnonzero((first != second).any(axis=1))
    if not len(differs):
        return Parting(None)
    month = int(differs[0])
    measures = tuple(
        name for name, is_one in zip(SERIES, first[month] != second[month], strict=True) if is_one
    )
    return Parting(month, measures, *_first_event(one.lives, other.lives))


#: What makes an event the same in two runs: ties are numbered as they come, which others may have put off.
_KEYS = ["month", "council", "researcher", "event"]


def _first_event(one: pd.DataFrame, other: pd.DataFrame) -> tuple[dict[str, Any] | None, int]:
    """The first event that only one of two runs has, and which one; of two in a month, the other's."""
    alone = [_without(lives, others) for lives, others in ((one, other), (other, one))]
    months = [each["month"].iloc[0] if len(each) else np.inf for each in alone]
    where = int(months[1] <= months[0])
    return (alone[where].iloc[0].to_dict() if len(alone[where]) else None), where


def _without(lives: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    """The events that others have not."""
    there = pd.MultiIndex.from_frame(others[_KEYS])
    return lives[~pd.MultiIndex.from_frame(lives[_KEYS]).isin(there)]

"""Running the model: a run is parameters, a policy, a population and a seed, and nothing else."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from model import schedule
from model.arrays import PHD_ROW_TAKEN, Size, World, array_of, phd_rows
from model.machine import memory
from model.measures import CONTROLS, indicators_of
from model.names import named
from model.parameters import LEVERS, as_number, parameters_from
from model.place import decay_with_distance
from model.policy import (
    BASELINE,
    AnyPolicy,
    Policy,
    as_policies,
    as_policy,
    lever_in,
    levers_in,
    once_recruited,
    phds_of,
    scaled,
)
from model.population import COUNCIL_SITE, POPULATION_OF_SIZE_ONE, UNIVERSITY_SITE, Population, lattice
from model.problems import BadInput, all_of

if TYPE_CHECKING:
    import pandas as pd

NINE_PLACES = lattice()

#: Shapes of the Dirichlet that motive weights are drawn from, councils' and researchers' (ODD 7).
MOTIVES = {
    "equal": ((2.0, 2.0, 2.0, 2.0), (2.0, 2.0, 2.0, 2.0)),
    "review": ((3.2, 2.4, 1.6, 0.8), (3.2, 2.4, 1.6, 0.8)),
    "survey": ((3.2, 2.4, 1.6, 0.8), (2.4, 1.6, 0.8, 3.2)),
}
MOST_SEED = 2**63 - 1

# Rows that a run begins with, for every 170,000 people and to spare. A run that turns out to need more is
# repeated with twice as many: too few cost time, too many memory, and neither changes a result.
TIES, NEEDS, SPARE = 32, 16, 128
EVENTS_A_MONTH, SPARE_EVENTS = 4, 100


@dataclass(frozen=True)
class Run:
    """What a run leaves behind.

    Attributes:
        indicators: the horizon's totals and means, by name.
        series: one record a month of the horizon (`model.measures.SERIES`).
        spells: counts [project or strategic, ended or censored, months lasted].
        histories: one record an event of a tie's life, or None if not asked for.
        luck: sums of events less their probabilities, by name (`model.measures.CONTROLS`).
        reasons: how often needs and meetings of the horizon came to nothing for each reason [needs or
            meetings, councils, `model.reasons.REASONS`], or None if histories were not asked for.
        policy: what the policy is called.
        seed: names its luck.
    """

    indicators: dict[str, float]
    series: np.ndarray
    spells: np.ndarray
    histories: np.ndarray | None
    luck: dict[str, float]
    reasons: np.ndarray | None
    policy: str = ""
    seed: int = 0

    def __repr__(self) -> str:
        """What was run, and the first thing to ask of it: a cell of a notebook has no room for the rest."""
        of = f"{self.policy or 'a policy'}, seed {self.seed}, {len(self.series)} months"
        return f"<Run of {of}: {self.indicators['mean_strategic']:.3g} strategic partnerships>"

    def frame(self) -> "pd.DataFrame":
        """The monthly measures as a table: a line a month of the horizon (from 0), a column a measure."""
        import pandas as pd

        return pd.DataFrame(self.series, index=pd.RangeIndex(len(self.series), name="month"))


class Simulation:
    """One run under way; it can be advanced by any number of months."""

    def __init__(
        self,
        parameters: Mapping[str, object] | None = None,
        policy: AnyPolicy = BASELINE,
        population: Population | str | None = None,
        seed: int = 0,
        histories: bool = False,
    ) -> None:
        """Draw the world as it stands before the first month.

        Args:
            parameters: those that differ from their defaults.
            policy: holds in the horizon; a policy, its name, or its levers, as `as_policy` takes them.
            population: or its name; `nine_places` if not given.
            seed: a whole number from 0 to 2^63 - 1.
            histories: whether to record the life of every tie.

        Raises:
            BadInput: if a parameter, the policy, the population or the seed is not allowed.
        """
        if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or not 0 <= seed <= MOST_SEED:
            raise BadInput(f"seed = {seed!r} is not allowed: it takes a whole number from 0 to 2^63 - 1.")
        self.parameters, self.policy, self.population = all_of(
            [
                partial(parameters_from, parameters),
                partial(as_policy, policy),
                partial(_populated, population),
            ]
        )
        self.seed = int(seed)
        self.histories = histories
        self._most_phds = phds_of(self.policy, self.population)
        self._room = 1.0
        self._demand = float(
            (self.population.councils["population"] / POPULATION_OF_SIZE_ONE).clip(1.0).sum()
        )
        self._shapes = tuple(np.array(shape) for shape in MOTIVES[str(self.parameters["motives"])])
        self._begin()

    @property
    def world(self) -> World:
        """The run's tables."""
        return self._block.world

    @property
    def month(self) -> int:
        """Months simulated so far."""
        return int(self.world.clock["month"])

    @property
    def end(self) -> int:
        """Months of the whole run."""
        return int(self.parameters["warmup"]) + int(self.parameters["horizon"])

    def advance(self, months: int | None = None) -> None:
        """Simulate some months, or all that are left."""
        until = self.end if months is None else min(self.end, self.month + months)
        while self.month < until:
            schedule.advance(self.world, until, self._shapes[1])
            clock = self.world.clock
            if clock["overflowed"] == PHD_ROW_TAKEN:
                raise RuntimeError("A PhD researcher's row was still taken: arrays.phd_rows gives too few.")
            if clock["overflowed"]:
                self._room *= 2.0
                self._begin()

    def fork(self, policy: Policy) -> "Simulation":
        """The same run so far, to go on under another policy; for the end of the warm-up."""
        fork = object.__new__(Simulation)
        most_phds = max(self._most_phds, phds_of(policy, self.population))
        fork.__dict__.update(self.__dict__, policy=policy, _most_phds=most_phds, _block=None)
        fork._block = memory.copied(self._block, fork._size())  # there may be more room for PhD researchers
        fork._take_policy()
        return fork

    def __del__(self) -> None:
        """Leave the tables to the next run."""
        if block := self.__dict__.get("_block"):
            del self._block
            memory.let_go(block)

    def result(self) -> Run:
        """What the run has left behind so far."""
        warmup = int(self.parameters["warmup"])
        series = self.world.months[warmup : max(self.month, warmup)].copy()
        histories = self.world.history[: self.world.clock.events].copy() if self.histories else None
        indicators = indicators_of(series, self.world.councils["active_months"])
        luck = dict(zip(CONTROLS, array_of(self.world.luck)[0].item(), strict=True))
        spells = self.world.spells.copy()
        reasons = self.world.reasons.copy() if self.histories else None
        return Run(indicators, series, spells, histories, luck, reasons, self.policy.name, self.seed)

    def _size(self) -> Size:
        councils, universities = self.population.councils, self.population.universities
        demand = self._demand
        return Size(
            areas=self.population.n_areas,
            councils=len(councils),
            universities=len(universities),
            researchers=self.population.n_researchers + self._phd_rows(self._most_phds),
            ties=int(self._room * (TIES * demand + SPARE)),
            needs=int(self._room * (NEEDS * demand + SPARE)),
            months=self.end,
            segments=2 * len(LEVERS) + 2,
            horizon=int(self.parameters["horizon"]),
            events=self._events() if self.histories else 0,
        )

    def _events(self) -> int:
        """Room for events; what has none keeps no histories."""
        return max(1, int(self._room * self._demand * (EVENTS_A_MONTH * self.end + SPARE_EVENTS)))

    def _phd_rows(self, phds_a_year: float) -> int:
        return phd_rows(phds_a_year, int(self.parameters["phd_months"]))

    def _begin(self) -> None:
        """Start from the beginning, with as much room as has turned out to be needed."""
        self.__del__()
        self._block = memory.founded(self._size())
        self.world.segments[0] = levers_in(BASELINE, 0, self.population)
        array_of(self.world.parameters)[0] = tuple(as_number(*item) for item in self.parameters.items())
        clock = self.world.clock
        clock.seed, clock.warmup, clock.end = self.seed, self.parameters["warmup"], self.end
        clock.free_tie = clock.free_need = 0
        clock.posts = self.population.n_researchers
        self._take_policy()
        self._tell_of_sites()
        council_shapes, researcher_shapes = self._shapes
        schedule.found(
            self.world,
            self.population.councils.astype(np.dtype((np.record, COUNCIL_SITE))),
            self.population.universities.astype(np.dtype((np.record, UNIVERSITY_SITE))),
            self.population.geographic,
            council_shapes,
        )
        decay_with_distance(self.world)
        schedule.populate(self.world, researcher_shapes)

    def _tell_of_sites(self) -> None:
        """Write what is known of councils and universities, where nothing need be drawn."""
        world, population = self.world, self.population
        world.councils["tier"] = population.council_tiers
        world.councils["area"] = population.council_areas
        world.universities["area"] = population.university_areas
        world.areas["councils"] = np.bincount(world.councils["area"], minlength=population.n_areas)
        world.areas["is_known"][len(population.places) :] = 1

    def _take_policy(self) -> None:
        """Write the stretches of months in which the levers stay the same."""
        warmup, world = int(self.parameters["warmup"]), self.world
        horizon = self.end - warmup
        recruitment = int(self.parameters["recruitment_months"])
        levers = {
            name: once_recruited(name, dated, recruitment) for name, dated in self.policy.levers.items()
        }
        changes = {0}.union(*((each.start, each.end or horizon) for each in levers.values()))
        segments = world.segments.view(f"V{world.segments.itemsize}")  # as bytes, which are quick to copy
        world.segment_of_month[:] = 0
        for row, start in enumerate(sorted(month for month in changes if month < horizon), start=1):
            segments[row] = segments[0]
            for name, dated in levers.items():
                value = lever_in(dated, LEVERS[name], start)
                world.segments[name][row] = scaled(name, value, self.population)
            world.segment_of_month[warmup + start :] = row
        phds = phds_of(self.policy, self.population)
        world.clock["slots"] = world.clock["posts"] + self._phd_rows(phds)


def _populated(population: Population | str | None) -> Population:
    """The population that is meant."""
    if isinstance(population, str):
        return named("population", population)
    if not isinstance(population, Population | None):
        raise BadInput(
            f"population = {population!r} is not allowed: it takes a name, such as 'uk', or a population, as "
            "model.population.lattice(places=4) makes."
        )
    return population or NINE_PLACES


def run(
    parameters: Mapping[str, object] | None = None,
    policy: AnyPolicy = BASELINE,
    population: Population | str | None = None,
    seed: int = 0,
    histories: bool = False,
) -> Run:
    """Simulate one run. Arguments and errors as of `Simulation`."""
    return _completed(Simulation(parameters, policy, population, seed, histories))


def compare(
    parameters: Mapping[str, object] | None,
    policies: Iterable[AnyPolicy],
    population: Population | str | None = None,
    seed: int = 0,
    histories: bool = False,
) -> list[Run]:
    """Simulate one run a policy on the same luck; the warm-up, the same for all, only once.

    Arguments and errors as of `Simulation`, for each of several policies.
    """
    meant = as_policies(policies)
    warm = Simulation(parameters, BASELINE, population, seed, histories)
    warm.advance(int(warm.parameters["warmup"]))
    return [_completed(warm.fork(policy)) for policy in meant]


def _completed(simulation: Simulation) -> Run:
    """What a run leaves behind once it has come to its end."""
    simulation.advance()
    return simulation.result()

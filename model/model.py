"""The Mesa model: a run that any Mesa user can drive, watch and collect from."""

from collections.abc import Mapping

import mesa
import numpy as np

from model.agents import Council, Researcher
from model.arrays import World
from model.measures import SERIES
from model.policy import BASELINE, Policy, policy_from
from model.population import Population
from model.problems import BadInput
from model.simulation import Run, Simulation


class PartnershipModel(mesa.Model):
    """Councils and researchers who come to work together, month by month.

    `step()` is one month; `running` turns false after the last. `agents` holds a `Council` for each
    council and a `Researcher` for everyone in post; they are made when first asked for, and follow
    those who leave and arrive. `datacollector` collects every monthly measure (ODD 6).

    Attributes:
        simulation: the run itself.
        population: the councils and universities.
        datacollector: a `mesa.DataCollector`.

    Example:
        >>> model = PartnershipModel(policy={"joint_posts": 9}, seed=1)
        >>> for _ in range(24):
        ...     model.step()
        >>> mean_load = model.agents_by_type[Council].agg("load", np.mean)
    """

    def __init__(
        self,
        parameters: Mapping[str, object] | None = None,
        policy: Policy | Mapping[str, object] = BASELINE,
        population: Population | None = None,
        seed: int = 0,
        histories: bool = False,
    ) -> None:
        """Draw the world as it stands before the first month.

        Args:
            parameters: those that differ from their defaults.
            policy: holds in the horizon; a `Policy`, or levers by name.
            population: `nine_places` if not given.
            seed: names all the luck of the run.
            histories: whether to record the life of every tie.

        Raises:
            BadInput: if a parameter, a lever or the seed is not allowed.
        """
        if not isinstance(policy, Policy):
            policy = policy_from("custom", policy)
        self.simulation = Simulation(parameters, policy, population, seed, histories)
        super().__init__(rng=seed)
        self.population = self.simulation.population
        self.datacollector = mesa.DataCollector(
            model_reporters={"month": "month"} | {name: [self.measured, [name]] for name in SERIES}
        )
        self._researchers: dict[int, Researcher] | None = None

    @property
    def world(self) -> World:
        """The run's tables."""
        return self.simulation.world

    @property
    def month(self) -> int:
        """Months simulated so far, the warm-up included."""
        return self.simulation.month

    def step(self) -> None:
        """Simulate one month and collect what is measured."""
        self.simulation.advance(1)
        self.running = self.simulation.month < self.simulation.end
        self._follow_researchers()
        self.datacollector.collect(self)

    def measured(self, name: str) -> float:
        """A monthly measure (`model.measures.SERIES`) of the last month simulated.

        Raises:
            BadInput: if there is no such measure.
        """
        if name not in SERIES:
            raise BadInput(f"There is no monthly measure {name!r}; there are {', '.join(SERIES)}.")
        return float(self.world.months[self.month - 1][name]) if self.month else 0.0

    def result(self) -> Run:
        """What the run has left behind so far."""
        return self.simulation.result()

    @property
    def agents(self):
        """All councils and researchers."""
        self._make_agents()
        return super().agents

    @property
    def agents_by_type(self):
        """Councils and researchers by class."""
        self._make_agents()
        return super().agents_by_type

    @property
    def agent_types(self) -> list[type]:
        """The classes of agents."""
        self._make_agents()
        return super().agent_types

    def _make_agents(self) -> None:
        if self._researchers is None:
            self._researchers = {}
            for row in range(self.world.councils.size):
                Council(self, row)
            self._follow_researchers()

    def _follow_researchers(self) -> None:
        """Take out those who have left, and add those who have come."""
        if self._researchers is None:
            return
        for row, researcher in list(self._researchers.items()):
            if not researcher.is_here:
                researcher.remove()
                del self._researchers[row]
        for row in np.flatnonzero(self.world.researchers["present"]):
            if row not in self._researchers:
                self._researchers[int(row)] = Researcher(self, int(row))

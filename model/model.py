"""The Mesa model: a run that any Mesa user can drive, watch and collect from."""

from collections.abc import Mapping, Sequence
from typing import Any

import mesa
import numpy as np

from model.agents import Council, Researcher
from model.arrays import World
from model.measures import SERIES
from model.parameters import DECLARATIONS, LEVERS, parameters_from
from model.policy import BASELINE, AnyPolicy, as_policy, with_levers
from model.population import Population
from model.problems import BadInput, no_such, refuse
from model.simulation import MOST_SEED, Run, Simulation

#: What Mesa takes as luck, by either name: a number, or what NumPy makes a generator of.
type Luck = (
    int | np.integer | Sequence[int] | np.random.SeedSequence | np.random.Generator | np.random.BitGenerator
)


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

        Parameters and levers may be arguments of their own, as sliders and `mesa.batch_run` need:

        >>> model = PartnershipModel(policy="brokers", austerity=0.05, joint_posts=3)
    """

    def __init__(
        self,
        parameters: Mapping[str, object] | None = None,
        policy: AnyPolicy = BASELINE,
        population: Population | str | None = None,
        seed: Luck | None = 0,
        histories: bool = False,
        *,
        rng: Luck | None = None,
        scenario: Any = None,
        **single: object,
    ) -> None:
        """Draw the world as it stands before the first month.

        Args:
            parameters: those that differ from their defaults.
            policy: holds in the horizon; a policy, its name, or its levers, as `as_policy` takes them.
            population: or its name; `nine_places` if not given.
            seed: names all the luck of the run. None is luck of its own for each model, and what else Mesa
                takes is made a number of; `model.simulation.seed` is that number.
            histories: whether to record the life of every tie.
            rng: the same, as Mesa calls it now.
            scenario: Mesa's; its parameters are as good as arguments of their own, and give way to them.
            single: parameters and levers, which come before those of `parameters` and `policy`.

        Raises:
            BadInput: if a parameter, a lever, the policy, the population or the seed is not allowed.
        """
        of_scenario = dict(scenario or ())
        number = _number_of(_the_one(seed, rng, of_scenario.pop("rng", None)))
        given, levers = _apart({**of_scenario, **single})
        if levers:
            policy = with_levers(as_policy(policy), levers)
        if given:
            parameters = {**parameters_from(parameters), **given}
        self.simulation = Simulation(parameters, policy, population, number, histories)
        super().__init__(rng=self.simulation.seed)
        if scenario is not None:
            self.scenario = scenario
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
        """Simulate one month and collect what is measured; after the last one, nothing."""
        if self.month < self.simulation.end:
            self.simulation.advance(1)
            self._follow_researchers()
            self.datacollector.collect(self)
        self.running = self.month < self.simulation.end

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


def _the_one(seed: Luck | None, rng: Luck | None, of_scenario: Luck | None) -> Luck | None:
    """The luck that is meant: `rng` if it is given, else the scenario's, else `seed`.

    Raises:
        BadInput: if both `seed` and `rng` are given.
    """
    is_default = seed is None or (isinstance(seed, int) and seed == 0)
    if rng is None:
        return seed if of_scenario is None else of_scenario
    if not is_default:
        raise BadInput(f"seed = {seed!r} and rng = {rng!r} are the same by two names: give one of them.")
    return rng


def _number_of(luck: Luck | None) -> Any:
    """The seed that luck comes to; a number is one as it is."""
    if isinstance(luck, int | np.integer | float):
        return luck
    try:
        return int(np.random.default_rng(luck).integers(MOST_SEED, endpoint=True))
    except (TypeError, ValueError):
        raise BadInput(
            f"seed = {luck!r} is not allowed: it takes a whole number, a generator of NumPy's, or None."
        ) from None


def _apart(single: Mapping[str, object]) -> tuple[dict[str, object], dict[str, object]]:
    """Single arguments as parameters and levers.

    Raises:
        BadInput: naming every one that is neither.
    """
    known = [*_ARGUMENTS, *DECLARATIONS]
    refuse(no_such("argument", name, known, "model/ODD.md") for name in single if name not in DECLARATIONS)
    levers = {name: value for name, value in single.items() if name in LEVERS}
    return {name: value for name, value in single.items() if name not in LEVERS}, levers


#: Arguments of the model that are neither a parameter nor a lever.
_ARGUMENTS = ("parameters", "policy", "population", "seed", "histories", "rng", "scenario")

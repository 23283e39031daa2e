"""Mesa agents: read-only views of the councils and researchers in a run's tables."""

from typing import TYPE_CHECKING

import mesa
import numpy as np

from model.arrays import NONE, PERMANENT, STAGES, STRATEGIC
from model.problems import BadInput

if TYPE_CHECKING:
    from model.model import PartnershipModel


class View(mesa.Agent):
    """An agent that looks itself up in the model's tables; it holds no state of its own.

    Attributes:
        row: its row in the table.
    """

    _table = ""

    def __init__(self, model: "PartnershipModel", row: int) -> None:
        super().__init__(model)
        self.row = row

    @property
    def _own_row(self) -> int:
        """The row, while it is this agent's."""
        return self.row

    @property
    def _record(self) -> np.record:
        return getattr(self.model.world, self._table)[self._own_row]

    def _live_ties(self, side: str) -> list[np.record]:
        world = self.model.world
        ties = world.ties[world.live[: world.clock.live]]
        return list(ties[ties[side] == self._own_row])


class Council(View):
    """A council, as it is this month."""

    _table = "councils"

    @property
    def name(self) -> str:
        """Name in the population; empty if it has none."""
        names = self.model.population.council_names
        return names[self.row] if names else ""

    @property
    def place(self) -> str:
        """Name of its place."""
        return self.model.population.places[self._record.place]

    @property
    def position(self) -> tuple[float, float, float]:
        """km; on a plane (third 0), or on the globe from its centre."""
        record = self._record
        return float(record.x), float(record.y), float(record.z)

    @property
    def population(self) -> float:
        """People."""
        return float(self._record.people)

    @property
    def analytical_capacity(self) -> float:
        """A: days of its own analysts a month."""
        return float(self._record.analytical_capacity)

    @property
    def partnership_capacity(self) -> float:
        """B: days a month it can give to working with researchers."""
        return float(self._record.partnership_capacity)

    @property
    def window(self) -> float:
        """Months for which an answer is useful to it (w)."""
        return float(self._record.window)

    @property
    def commitment(self) -> float:
        """L: leadership commitment, 0-1."""
        return float(self._record.commitment)

    @property
    def absorptive_capacity(self) -> float:
        """X: 0-1."""
        return float(self._record.absorptive_capacity)

    @property
    def other_evidence(self) -> float:
        """Quality of its other evidence sources (o), 0-1."""
        return float(self._record.other_evidence)

    @property
    def motives(self) -> dict[str, float]:
        """Weights of its motives; they add up to 1."""
        names = ("stakeholder", "evidence", "expertise", "implementation")
        return dict(zip(names, self._record.motives.tolist(), strict=True))

    @property
    def load(self) -> float:
        """Days asked of it this month / days it has."""
        return float(self._record.load)

    @property
    def open_needs(self) -> int:
        """Questions it has."""
        count, row = 0, self._record.first_need
        while row != NONE:
            count, row = count + 1, self.model.world.needs[row].next
        return count

    @property
    def partnerships(self) -> int:
        """Active ties: projects and strategic partnerships."""
        return int(self._record.active)

    @property
    def strategic_partnerships(self) -> int:
        """Strategic partnerships."""
        return sum(tie.stage == STRATEGIC for tie in self._live_ties("council"))

    @property
    def ties(self) -> list[dict]:
        """Its live ties: researcher (row), stage, topic (0-7), trust (0-1)."""
        return [
            {
                "researcher": int(tie.researcher),
                "stage": STAGES[tie.stage],
                "topic": int(tie.topic),
                "trust": float(tie.trust),
            }
            for tie in self._live_ties("council")
        ]


class Researcher(View):
    """A researcher, as she or he is this month; of one who has left, nothing can be read.

    Attributes:
        arrived: in which month; -1 for those there from the start.
    """

    _table = "researchers"

    def __init__(self, model: "PartnershipModel", row: int) -> None:
        super().__init__(model, row)
        self.arrived = int(model.world.researchers[row].arrived)

    @property
    def is_here(self) -> bool:
        """Whether the row is still this person's."""
        record = self.model.world.researchers[self.row]
        return bool(record.present) and record.arrived == self.arrived

    @property
    def _own_row(self) -> int:
        if not self.is_here:
            raise BadInput(
                f"This researcher (row {self.row}, arrived in month {self.arrived}) has left, and the row "
                "may be another's: is_here says so, and model.agents has those who are there."
            )
        return self.row

    @property
    def university(self) -> str:
        """Name of the university in the population; its number if it has none."""
        names = self.model.population.university_names
        return names[self._record.university] if names else str(self._record.university)

    @property
    def expertise(self) -> list[float]:
        """e_k: 0-1 by topic."""
        return self._record.expertise.tolist()

    @property
    def excellence(self) -> float:
        """Excellence (q), 0-1."""
        return float(self._record.excellence)

    @property
    def local_focus(self) -> float:
        """0 global ... 1 local."""
        return float(self._record.local_focus)

    @property
    def pace(self) -> float:
        """Fully served months to one usable finding (tau)."""
        return float(self._record.pace)

    @property
    def engagement_capacity(self) -> float:
        """Days a month for engagement (a)."""
        return float(self._record.engagement_capacity)

    @property
    def sector_knowledge(self) -> float:
        """How well local government is known (s), 0-1."""
        return float(self._record.sector_knowledge)

    @property
    def motives(self) -> dict[str, float]:
        """Weights of the motives; they add up to 1."""
        names = ("impact", "network", "funding", "publication")
        return dict(zip(names, self._record.motives.tolist(), strict=True))

    @property
    def permanent(self) -> bool:
        """Whether on a permanent contract."""
        return bool(self.model.world.contract_ends[self._own_row] == PERMANENT)

    @property
    def months_left(self) -> int | None:
        """Months left of a fixed term; None if permanent."""
        ends = int(self.model.world.contract_ends[self._own_row])
        return None if self.permanent else ends + 1 - self.model.month

    @property
    def load(self) -> float:
        """Days asked this month / days there are."""
        return float(self._record.load)

    @property
    def ties(self) -> list[dict]:
        """Live ties: council (row), stage, topic (0-7), trust (0-1)."""
        return [
            {
                "council": int(tie.council),
                "stage": STAGES[tie.stage],
                "topic": int(tie.topic),
                "trust": float(tie.trust),
            }
            for tie in self._live_ties("researcher")
        ]

"""Researchers: their attributes and careers (ODD 2, 4.1, 7)."""

from typing import NamedTuple

import mesa

from model import chance

from .councils import MOTIVE_SHAPES, TOPICS
from .luck import Stream
from .places import Busy, University


class ResearcherMotives(NamedTuple):
    """Weights of a researcher's four motives; they sum to 1."""

    impact: float
    network: float
    funding: float
    publication: float


class Researcher(Busy, mesa.Agent):
    """Someone at a university who may work with councils.

    Posts are numbered by university; whoever holds one has its number, its slot. A PhD has a slot after them.
    """

    is_phd = False

    def __init__(self, model, university: University, slot: int, luck: Stream, number: int) -> None:
        super().__init__(model)
        p = model.parameters

        def who(attribute: int) -> int:
            return chance.attribute_of(number, attribute)

        self.university = university
        self.slot = slot
        self.arrived = model.month
        self.expertise, self.best_topic = draw_expertise(luck, who(chance.RESEARCHER_TOPICS))  # e
        self.excellence = luck.beta(who(chance.RESEARCHER_EXCELLENCE), 4.0, 4.0)  # q
        self.local_focus = luck.beta(who(chance.RESEARCHER_LOCAL_FOCUS), 2.0, 3.0)  # l: 0 global ... 1 local
        self.pace = luck.log_normal(who(chance.RESEARCHER_PACE), 0, p.pace_median, 0.4)  # tau, months
        draw = luck.gamma(who(chance.RESEARCHER_ENGAGEMENT_CAPACITY), 1.0)
        self.engagement_capacity = p.researcher_time * draw + 0.1  # a, days/month
        self.sector_knowledge = luck.beta(who(chance.RESEARCHER_SECTOR_KNOWLEDGE), 1.5, 4.0)  # s
        self.is_permanent = luck.uniform(who(chance.RESEARCHER_CONTRACT), 0) < p.permanent_share
        most_left = p.first_contract_months  # if not permanent
        self.months_left = 1 + luck.index(who(chance.RESEARCHER_CONTRACT), 1, most_left)
        impact, network, funding, publication = MOTIVE_SHAPES[p.motives]
        if p.motives == "survey":  # publication comes first
            publication, impact, network, funding = MOTIVE_SHAPES["survey"]
        shapes = (impact, network, funding, publication)
        self.motives = ResearcherMotives(*luck.dirichlet(who(chance.RESEARCHER_MOTIVES), shapes))
        self.partner = None  # the council of a collaborative PhD
        self.is_experienced = False  # has been in a partnership
        self.host = None  # the council of a secondment
        self.secondment_ends = -1  # month

    @property
    def is_available(self) -> bool:
        """Whether there is time for a council at all (ODD 2)."""
        return self.load < 1.0 and self.engagement_capacity >= self.model.parameters.available_time

    @property
    def ties(self) -> list:
        """All ties, dormant ones included."""
        return [council.ties[self.slot] for council in self.model.councils if self.slot in council.ties]

    def learn_sector(self, share: float) -> None:
        """Close this share of the gap in knowing how local government works."""
        self.sector_knowledge += share * (1.0 - self.sector_knowledge)

    # 4.1 Turnover

    def career(self) -> None:
        """A month of the contract: it may end, and the researcher leave (ODD 4.1)."""
        p, luck = self.model.parameters, self.model.luck(chance.CAREER)
        if self.is_permanent:
            self.expect_to_leave(p.researcher_exit)
            if luck.uniform(self.slot, 0) < p.researcher_exit:
                self.leave()
            return
        self.months_left -= 1
        if self.months_left > 0:
            return
        with_grant = any(tie.months_of_grant > 0 for tie in self.ties)
        stays = 1.0 - (1.0 - p.contract_with_grant * with_grant) * (1.0 - p.renewal)
        self.expect_to_leave(1.0 if self.is_phd else 1.0 - stays)
        under_grant = luck.uniform(self.slot, 2) < p.contract_with_grant
        of_grant = max((tie.months_of_grant for tie in self.ties), default=0) if under_grant else 0
        if not self.is_phd and of_grant > 0:
            self.months_left = of_grant
        elif not self.is_phd and luck.uniform(self.slot, 1) < p.renewal:
            self.months_left = p.contract_months
        else:
            self.leave()

    def expect_to_leave(self, probability: float) -> None:
        """Let ties reckon with it."""
        for tie in self.ties:
            tie.expect_to_lose_researcher(probability)

    def leave(self) -> None:
        """Go, and be replaced unless a PhD; ties vanish, but for strategic ones handed over (ODD 4.1)."""
        successor = None if self.is_phd else self.successor()
        for tie in self.ties:
            tie.lose_researcher(successor)
        self.end_secondment()
        if self.partner is not None:
            p, luck = self.model.parameters, self.model.luck(chance.CAREER)
            if luck.uniform(self.slot, 3) < p.phd_to_council:
                self.partner.absorptive_capacity += p.phd_absorb * (1.0 - self.partner.absorptive_capacity)
        place_in_staff = self.university.staff.index(self)
        if successor is None:
            del self.university.staff[place_in_staff]
            del self.model.researchers[self.slot]
        else:
            self.university.staff[place_in_staff] = successor
            self.model.researchers[self.slot] = successor
        self.remove()

    def join_partnership(self) -> None:
        """Come to be in one, perhaps for the first time (ODD 6)."""
        self.model.measures.count("newcomers", not self.is_experienced)
        self.is_experienced = True

    def successor(self) -> "Researcher":
        """Whoever comes into the same post."""
        luck = self.model.luck(chance.SUCCESSOR)
        successor = Researcher(self.model, self.university, self.slot, luck, self.slot)
        successor.is_permanent = self.is_permanent
        successor.months_left = self.model.parameters.contract_months
        return successor

    # Secondments (ODD 5)

    def begin_secondment(self, council) -> None:
        """Work for a council, for some months."""
        self.host = council
        self.secondment_ends = self.model.month + self.model.parameters.secondment_months
        council.secondees += 1

    def end_secondment(self) -> None:
        """Work for the council no longer."""
        if self.host is not None:
            self.host.secondees -= 1
            self.host, self.secondment_ends = None, -1


def draw_expertise(luck: Stream, who: int) -> tuple[list[float], int]:
    """Expertise by topic: 1 on the best topic, 0.4-0.8 on a second, 0.1 elsewhere; and the best topic."""
    best, second = luck.index(who, 0, TOPICS), luck.index(who, 1, TOPICS - 1)
    expertise = [0.1] * TOPICS
    expertise[best] = 1.0
    expertise[second + (second >= best)] = 0.4 + 0.4 * luck.uniform(who, 2)
    return expertise, best

"""Councils and their needs (ODD 2, 4.1, 4.3, 7)."""

import math
from collections import Counter
from enum import IntEnum
from typing import NamedTuple

import mesa

from model import chance
from model.parameters import LEVERS
from model.population import LOWER, SCOTTISH, UPPER

from .luck import pick
from .places import Busy, University, draw_position

MEDIAN_POPULATION = 170_000
TOPICS = 8
MOTIVE_SHAPES = {
    "equal": (2.0, 2.0, 2.0, 2.0),
    "review": (3.2, 2.4, 1.6, 0.8),
    "survey": (3.2, 2.4, 1.6, 0.8),
}


class CouncilMotives(NamedTuple):
    """Weights of a council's four motives; they sum to 1."""

    stakeholder: float
    evidence: float
    expertise: float
    implementation: float


class Reached(IntEnum):
    """How far a need came (ODD 6)."""

    NOTHING = 0
    MET_SOMEBODY = 1
    APPRAISED = 2
    EXPLORED = 3
    LOOKED_FOR_MONEY = 4
    BID = 5
    GRANTED = 6
    WORKED_ON = 7


class Need:
    """A question that a council has on a topic; at most one tie claims it."""

    def __init__(self, council: "Council", who: int, topic: int) -> None:
        self.council = council
        self.who = who
        self.topic = topic
        self.age = 0  # months
        self.tie = None  # the tie that claims it
        self.raised = council.model.month
        self.furthest, self.why = Reached.NOTHING, "nobody_met"

    @property
    def is_free(self) -> bool:
        """Whether no tie claims it."""
        return self.tie is None

    def explain(self, reached: Reached, why: str) -> None:
        """It came no further than this; what came furthest counts, of equals the latest (ODD 6)."""
        if reached >= self.furthest:
            self.furthest, self.why = reached, why

    def expire(self) -> None:
        """Nobody has answered it in time: why (ODD 6)."""
        if self.tie is not None:
            self.explain(self.tie.reached, self.tie.delay)
        elif self.furthest is Reached.NOTHING and self.council.looked < self.raised:
            self.why = "council_busy"
        self.council.model.measures.explain("need", self.council, self.why)
        self.end("needs_expired")

    def end(self, why: str) -> None:
        """It is met or expires: a tie that claims it is left without one and keeps its topic (ODD 4.3)."""
        if self.tie is not None:
            self.tie.need = None
        self.council.needs.remove(self)
        if why in ("needs_met", "needs_met_scoping", "needs_met_dissemination"):
            self.council.model.measures.explain("need", self.council, "met")
        self.council.model.measures.count(why)


class Council(Busy, mesa.Agent):
    """A local government with questions, people to work on them, leaders and motives."""

    def __init__(self, model, index: int, site) -> None:
        super().__init__(model)
        p, luck = model.parameters, model.luck(chance.COUNCIL)

        def who(attribute: int) -> int:
            return chance.attribute_of(index, attribute)

        self.index = index
        self.place = int(site["place"])
        self.area = model.areas[model.population.council_areas[index]]
        self.position = draw_position(luck, who(chance.COUNCIL_POSITION), site, model.population.geographic)
        median, sigma = float(site["population"]), float(site["population_sigma"])
        population = luck.log_normal(who(chance.COUNCIL_POPULATION), 0, median, sigma)
        does = {LOWER: p.district_functions, UPPER: p.county_functions}
        tier = int(model.population.council_tiers[index])
        self.size = size = population / MEDIAN_POPULATION * does.get(tier, 1.0)
        self.scale = size**p.size_exponent  # how needs and partnership time grow with population
        self.own_analysts = luck.log_normal(  # days/month
            who(chance.COUNCIL_ANALYTICAL_CAPACITY), 0, p.median_analysts * math.sqrt(size), 0.7
        )
        shape = 2.0 * max(1.0, self.size)
        of_mean_one = luck.gamma(who(chance.COUNCIL_PARTNERSHIP_CAPACITY), shape) / shape
        self.partnership_capacity = p.capacity_mean * self.scale * of_mean_one + 0.25  # B, days/month
        self.window = luck.log_normal(who(chance.COUNCIL_WINDOW), 0, p.window_median, p.window_sigma)  # w
        self.commitment = luck.beta(who(chance.COUNCIL_COMMITMENT), 2.0, 3.0)  # L
        self.absorptive_capacity = luck.beta(who(chance.COUNCIL_ABSORPTIVE_CAPACITY), 2.0, 6.0)  # X
        self.other_evidence = luck.beta(who(chance.COUNCIL_OTHER_EVIDENCE), 2.0, 2.0)  # o
        self.election_phase = luck.index(who(chance.COUNCIL_ELECTION_PHASE), 0, p.election_months)
        self.motives = CouncilMotives(*luck.dirichlet(who(chance.COUNCIL_MOTIVES), MOTIVE_SHAPES[p.motives]))
        self.culture = p.culture_size * math.log2(self.size)  # kappa
        if tier == SCOTTISH:
            self.culture += p.scottish_culture
        self.culture += p.culture_spread * luck.normal(who(chance.COUNCIL_CULTURE), 0)
        self.profile = luck.dirichlet(who(chance.COUNCIL_PROFILE), (1.0,) * TOPICS)
        self.needs: list[Need] = []  # oldest first
        self.looked = -1  # latest month in which it had time to look for partners
        self.ties: dict[int, object] = {}  # ties by the researcher's slot
        self.secondees = 0
        self.common_work: Counter[int] = Counter()  # findings with each university
        self.agreements: set[int] = set()  # universities
        self.purse = 0.0  # £k at hand for commissions
        self.prox = [self._prox(university) for university in model.universities]

    def _prox(self, university: University) -> float:
        """How distance thins out meetings (ODD 2)."""
        p = self.model.parameters
        distance = math.dist(self.position, university.position)
        return (1.0 + distance / p.distance_scale) ** -p.distance_decay

    def weight(self, university: University) -> float:
        """How readily the two turn to each other: the nearer, and with common work (ODD 4.4)."""
        first = self.model.parameters.known_first if self.common_work[university.index] > 0 else 1.0
        return self.prox[university.index] * first

    def home(self, university: University) -> float:
        """1 for a university of its own place, else their proximity (ODD 2)."""
        return 1.0 if self.place == university.place else self.prox[university.index]

    @property
    def analytical_capacity(self) -> float:
        """Days a month of analysts A, secondees included."""
        return self.own_analysts + self.model.parameters.secondment_days * self.secondees

    @property
    def analysts_share(self) -> float:
        """A / (A + median_analysts), in 0-1."""
        return self.analytical_capacity / (self.analytical_capacity + self.model.parameters.median_analysts)

    @property
    def n_active_ties(self) -> int:
        """Its transactional and strategic partnerships."""
        return sum(tie.is_active for tie in self.ties.values())

    # 4.1 Turnover

    def shrink(self) -> None:
        """A month of austerity (ODD 4.1)."""
        factor = (1.0 - self.model.parameters.austerity) ** (1.0 / 12.0)
        self.own_analysts *= factor
        self.partnership_capacity *= factor

    def change_leader(self) -> None:
        """Turnover of leaders, by election or otherwise (ODD 4.1)."""
        p, luck = self.model.parameters, self.model.luck(chance.COUNCIL_LEADER)
        election = (self.model.month + self.election_phase) % p.election_months == 0
        if (election and luck.uniform(self.index, 0) < p.leader_change) or (
            luck.uniform(self.index, 1) < p.leader_turnover
        ):
            self.commitment = luck.beta(self.index, 2.0, 3.0, draw=8)

    # 4.10 Agreements

    def structure_with(self, university: University) -> float:
        """The strength of the structure that the two share, 0 if none."""
        return self.area.structure if self.area is university.area else 0.0

    def leadership_with(self, university: University) -> float:
        """How far the leaders of both are committed: a structure that they lead together helps (ODD 4.10)."""
        lacks = 1.0 - math.sqrt(self.commitment * university.commitment)
        made_up = self.model.parameters.structure_leads * self.structure_with(university)
        return 1.0 - lacks * (1.0 - made_up)

    def agrees_with(self, university: University) -> bool:
        """Whether the two have an agreement."""
        return university.index in self.agreements

    def lent_trust(self, university: University) -> float:
        """Least trust of people of the two (ODD 4.5)."""
        p = self.model.parameters
        return p.known_trust * min(1.0, self.common_work[university.index] / p.agreement_work)

    def work_with(self, university: University) -> None:
        """A finding is common work of the two."""
        self.common_work[university.index] += 1

    def renew_agreements(self) -> None:
        """Sign an agreement with those one has worked with, or end it (ODD 4.10)."""
        p, luck = self.model.parameters, self.model.luck(chance.AGREEMENT)
        surprise = self.model.measures.of_hazard
        busy = {tie.researcher.university.index for tie in self.ties.values() if tie.is_active}
        for university in self.model.universities:
            u, leadership = university.index, self.leadership_with(university)
            who = chance.pair_of(self.index, u)
            if u in self.agreements:
                hazard = p.agreement_loss + (0.0 if u in busy else p.agreement_silence)
                hazard += p.strategic_leader * max(0.0, p.weak_leadership - leadership)
                if surprise("unsigned", luck.happens(who, 1, hazard), hazard):
                    self.agreements.remove(u)
                    self.common_work[u] = 0
                continue
            structure = self.structure_with(university)
            hazard = p.agreement_rate * min(1.0, self.common_work[u] / p.agreement_work)
            hazard *= (0.25 + 0.75 * leadership) * (1.0 + p.embed_structure * structure)
            hazard *= 1.0 if self.place == university.place else p.agreement_far
            if surprise("signed", luck.happens(who, 0, hazard), hazard):
                self.agreements.add(u)

    # 4.8 Local money

    def commission(self) -> None:
        """Pay for a small project that answers a question of its own (ODD 4.8)."""
        p = self.model.parameters
        if self.purse >= p.small_cost:
            ready = [tie for tie in self.ties.values() if tie.can_bid and tie.need is not None]
            tie = max(ready, key=lambda tie: (tie.trust * tie.fit, -tie.who), default=None)
            if tie is not None:
                self.purse -= p.small_cost
                tie.start_small("commissioned", "starts_commission")

    def save(self) -> None:
        """A month's money for commissions (ODD 4.8)."""
        share = self.scale * min(1.0, math.exp(self.culture)) / 12.0
        income = self.model.levers.commissions * share
        further = max(0.0, self.model.levers.commissions - LEVERS["commissions"].default)
        self.model.measures.charge("local", further * share)
        most = self.model.parameters.purse_size * self.model.parameters.small_cost
        self.purse = min(self.purse + income, most) if income > 0.0 else 0.0

    # 4.3 Needs

    def review_needs(self) -> None:
        """Needs age; some expire, and some free ones are answered by other sources (ODD 4.3)."""
        luck = self.model.luck(chance.OUTSIDE)
        answered = 2.0 * self.model.parameters.outside_answer * self.other_evidence
        for need in list(self.needs):
            need.age += 1
            if need.age > self.window:
                need.expire()
            elif need.is_free and luck.uniform(need.who) < answered:
                self.model.measures.explain("need", self, "elsewhere")
                need.end("needs_met_elsewhere")

    def raise_needs(self) -> None:
        """New questions come up (ODD 4.3)."""
        mean = self.model.parameters.need_rate * self.scale
        topics = self.model.luck(chance.NEED_TOPIC)
        for index in range(self.model.luck(chance.NEED_COUNT).poisson(self.index, 0, mean)):
            who = chance.need_of(self.index, self.model.month, index)
            self.needs.append(Need(self, who, pick(self.profile, topics.uniform(who))))
            self.model.measures.count("needs_raised")

    def free_needs(self) -> list[Need]:
        """Needs that no tie claims, oldest first."""
        return [need for need in self.needs if need.is_free]

    def best_free_need(self, fit) -> Need | None:
        """The free need whose topic fits best, by `fit(topic)`; of equals the oldest."""
        return max(self.free_needs(), key=lambda need: fit(need.topic), default=None)

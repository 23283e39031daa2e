"""The whole model, and its month (ODD 1-3)."""

from types import SimpleNamespace

import mesa

from model import chance

from .councils import Council
from .effort import effort
from .funder import Funder
from .luck import Stream, round_half_up
from .matchmaker import Matchmaker
from .measures import Measures
from .meetings import meetings, pick_university
from .places import University, draw_areas
from .policies import Programme, levers_in, phd_slots
from .researchers import Researcher
from .ties import Stage, Tie

INITIAL_TRIES = 1000  # to find a researcher for an initial tie


class ReferenceModel(mesa.Model):
    """Councils and researchers, how they come to work together, and what becomes of it.

    Args:
        parameters: all parameters, as from `model.parameters.parameters_from`.
        policy: a `model.policy.Policy`.
        population: a `model.population.Population`.
        seed: 0 or more.
    """

    def __init__(self, parameters, policy, population, seed: int) -> None:
        super().__init__(rng=seed)
        self.parameters = SimpleNamespace(**parameters)
        self.policy, self.population, self.seed = policy, population, seed
        self.warmup, self.horizon = self.parameters.warmup, self.parameters.horizon
        self.month = 0  # t
        self.levers = levers_in(policy, population, -self.warmup, self.parameters.recruitment_months)
        # (month, event, council, researcher's slot, month of arrival, university)
        self.events: list[tuple[int, str, int, int, int, int]] = []
        self._streams: dict[tuple[int, int], Stream] = {}
        self.measures, self.programme = Measures(self), Programme(self)
        self.funder, self.matchmaker = Funder(self), Matchmaker(self)
        self.areas = draw_areas(self)
        self.universities = [
            University.drawn(self, index, site) for index, site in enumerate(population.universities)
        ]
        self.councils = [Council(self, index, site) for index, site in enumerate(population.councils)]
        self.researchers: dict[int, Researcher] = {}  # by slot: those in post
        self._fill_posts()
        self.n_posts = len(self.researchers)
        self.n_slots = self.n_posts + phd_slots(policy, population, self.parameters.phd_months)
        self._make_initial_ties()

    def luck(self, process: int, month: int | None = None) -> Stream:
        """The draws of a process in a month: this one, unless said (ODD 8)."""
        month = self.month if month is None else month
        if (process, month) not in self._streams:
            self._streams[process, month] = Stream(self.seed, process, month)
        return self._streams[process, month]

    @property
    def ties(self) -> list[Tie]:
        """All ties, dormant ones included."""
        return [tie for council in self.councils for tie in council.ties.values()]

    # t = 0

    def _fill_posts(self) -> None:
        luck = self.luck(chance.RESEARCHER)
        for university, site in zip(self.universities, self.population.universities, strict=True):
            for _ in range(int(site["staff"])):
                slot = len(self.researchers)
                self.researchers[slot] = Researcher(self, university, slot, luck, slot)
                self.researchers[slot].arrived = -1  # before the first month
                university.staff.append(self.researchers[slot])

    def _make_initial_ties(self) -> None:
        """Some strategic ties are there from the start (ODD 2)."""
        luck = self.luck(chance.INITIAL_TIE)
        for number in range(round_half_up(self.parameters.initial_strategic * len(self.councils))):
            council = self.councils[luck.index(number * 1024, 2, len(self.councils))]
            researcher = self._initial_partner(council, luck, number)
            if researcher is not None:
                trust = self.parameters.initial_trust
                tie = Tie(council, researcher, researcher.best_topic, Stage.STRATEGIC, trust, since=-1)
                researcher.is_experienced = True
                tie.note("initial")

    def _initial_partner(self, council: Council, luck: Stream, number: int) -> Researcher | None:
        for attempt in range(INITIAL_TRIES):
            who = number * 1024 + attempt
            university = pick_university(council, luck.uniform(who, 0))
            if university is None:
                return None
            researcher = university.staff[luck.index(who, 1, len(university.staff))]
            if researcher.is_available and researcher.slot not in council.ties:
                return researcher
        return None

    # The month

    def step(self) -> None:
        """One month; each phase reads the state that the one before left (ODD 3)."""
        self.levers = levers_in(
            self.policy, self.population, self.month - self.warmup, self.parameters.recruitment_months
        )
        self.funder.look_ahead()
        self.turnover()
        self.programme.act()
        self.renew_needs()
        chances = meetings(self)
        self.appraise(chances)
        effort(self)
        self.scope()
        self.funder.fund()
        for payer in (*self.councils, *self.universities):
            payer.save()
        for council in self.councils:
            council.commission()
        for university in self.universities:
            university.seed()
        self.give_vouchers()
        self.deliver()
        self.embed_and_end()
        for council in self.councils:
            council.renew_agreements()
        self.measures.record()
        self.month += 1

    def turnover(self) -> None:
        """People and capacities come and go (ODD 4.1)."""
        for council in self.councils:
            if self.month >= self.warmup:
                council.shrink()
            council.change_leader()
        for university in self.universities:
            university.change_leader()
        for researcher in list(self.researchers.values()):
            researcher.career()
        for tie in self.ties:
            if tie.is_live:
                tie.lose_officer()

    def renew_needs(self) -> None:
        """Old needs are answered or expire, new ones are raised (ODD 4.3)."""
        for council in self.councils:
            council.review_needs()
            council.raise_needs()

    def appraise(self, chances) -> None:
        """Both sides of a meeting say yes or no before the next comes up: it may claim the need (ODD 4.5)."""
        for meeting in chances:
            meeting.appraise()

    def scope(self) -> None:
        """Scoping and ready ties make progress, lapse or start in kind (ODD 4.7)."""
        for tie in self.ties:
            if tie.is_bridged:
                self.measures.charge("bridging", self.parameters.price_bridging)
            tie.scope()

    def give_vouchers(self) -> None:
        """Small projects of pairs that never worked together (ODD 4.8)."""
        for _ in range(self.luck(chance.VOUCHER).yearly_number(self.levers.vouchers)):
            new = [tie for tie in self.ties if tie.can_bid and tie.is_new]
            if not new:
                return
            best = max(new, key=lambda tie: (tie.trust * tie.fit, -tie.who))
            best.start_small("vouched", "starts_voucher")
            self.measures.charge("vouchers", self.parameters.price_voucher)

    def deliver(self) -> None:
        """Partnerships work, in random order; those new this month begin next month (ODD 4.9)."""
        luck = self.luck(chance.DELIVERY)
        at_work = [tie for tie in self.ties if tie.is_active and not tie.is_new_to_stage]
        for tie in sorted(at_work, key=lambda tie: luck.uniform(tie.who, 0)):
            tie.work()

    def embed_and_end(self) -> None:
        """Partnerships embed, end or go on; dormant trust fades (ODD 4.10)."""
        for tie in self.ties:
            tie.embed_or_end()

    # The run

    def run(self) -> "ReferenceModel":
        """All months of warm-up and horizon."""
        while self.month < self.warmup + self.horizon:
            self.step()
        return self

    @property
    def all_series(self) -> list[dict[str, float]]:
        """What was measured in each month so far, warm-up included."""
        return self.measures.series

    @property
    def series(self) -> list[dict[str, float]]:
        """What was measured in each month of the horizon so far."""
        return self.measures.series[self.warmup :]

    @property
    def spells(self):
        """How many partnerships begun in the horizon lasted how long: by (kind, outcome, months)."""
        return self.measures.spells()

    def indicators(self) -> dict[str, float]:
        """Totals and means of the horizon, by name (ODD 6)."""
        return self.measures.indicators()

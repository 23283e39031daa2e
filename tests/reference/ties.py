"""Ties between a council and a researcher, and all that becomes of them (ODD 2, 4.1, 4.6, 4.7, 4.9, 4.10)."""

import math
from enum import StrEnum

from model import chance

from .councils import Need, Reached
from .luck import pick

OUTCOMES = ("fresh_perspective", "evidence_asset", "evidence_to_delivery", "specialist_application")
TRIES = 1000  # to find another council that hears of a finding


class Stage(StrEnum):
    """Where a tie stands."""

    SCOPING = "scoping"
    READY = "ready"
    AWARDED = "awarded"
    PROJECT = "project"
    STRATEGIC = "strategic"
    DORMANT = "dormant"


ACTIVE = (Stage.PROJECT, Stage.STRATEGIC)
EARLY = (Stage.SCOPING, Stage.READY, Stage.AWARDED)
#: How far a tie brings its need, and why that is not met in time.
REACHED = {
    Stage.SCOPING: Reached.EXPLORED,
    Stage.READY: Reached.LOOKED_FOR_MONEY,
    Stage.AWARDED: Reached.GRANTED,
    Stage.PROJECT: Reached.WORKED_ON,
    Stage.STRATEGIC: Reached.WORKED_ON,
}
DELAYS = {
    Stage.READY: "waited",
    Stage.AWARDED: "not_started",
    Stage.PROJECT: "late",
    Stage.STRATEGIC: "late",
}


class Tie:
    """One council-researcher relationship."""

    def __init__(self, council, researcher, topic: int, stage: Stage, trust: float, since: int) -> None:
        self.model = council.model
        self.council = council
        self.researcher = researcher
        self.topic = topic
        self.stage = stage
        self.since = since  # the month it came to its stage
        self.trust = trust  # theta, 0-1
        self.need: Need | None = None
        self.progress = 0.0  # of scoping, then of the work on a finding
        self.began_with_need = False  # whether there was a need when the present work began
        self.origin = ""  # how the two last met
        self.met = -1  # month of their latest meeting
        self.has_started = False  # whether a project has followed that meeting
        self.funded = False
        self.funding_left = 0  # months
        self.start_month = -1  # of an awarded project
        self.grant_months = 0  # of an awarded project
        self.bridged_until = -1  # last month of protection after a grant
        self.rolling_bids: list[int] = []  # months of bids to rolling money still being worked on
        self.full_bid = None  # the round of full bids it takes part in
        self.findings = 0
        self.served = 1.0  # share of its demand that both sides serve
        self.history: list[tuple[int, str]] = []
        council.ties[researcher.slot] = self

    # What it is

    @property
    def who(self) -> int:
        """Its address in chance: the pair."""
        return chance.pair_of(self.council.index, self.researcher.slot)

    @property
    def is_live(self) -> bool:
        """Whether it is in any stage but dormant."""
        return self.stage is not Stage.DORMANT

    @property
    def is_active(self) -> bool:
        """Whether it is a partnership."""
        return self.stage in ACTIVE

    @property
    def is_new_to_stage(self) -> bool:
        """Whether it came to its stage in this very month."""
        return self.since == self.model.month

    @property
    def is_bridged(self) -> bool:
        """Whether it is ready for follow-on money and under protection (ODD 4.7)."""
        return self.stage is Stage.READY and self.model.month <= self.bridged_until

    @property
    def can_bid(self) -> bool:
        """Whether it is ready and not busy with a full bid (ODD 4.8)."""
        return self.stage is Stage.READY and self.full_bid is None

    @property
    def is_new(self) -> bool:
        """Whether the two have neither had a project since they met nor ever delivered a finding."""
        return not self.has_started and self.findings == 0

    def fit_on(self, topic: int) -> float:
        """How well it fits a topic: a strategic tie can draw on colleagues (ODD 2)."""
        expertise = self.researcher.expertise[topic]
        if self.stage is Stage.STRATEGIC:
            return max(expertise, self.model.parameters.strategic_reach)
        return expertise

    @property
    def fit(self) -> float:
        """How well it fits its topic, f."""
        return self.fit_on(self.topic)

    @property
    def structure(self) -> float:
        """Strength g of the strategic structure that both sides share, 0 if none."""
        return self.council.structure_with(self.researcher.university)

    @property
    def leadership(self) -> float:
        """Commitment of both sides' leaders, the root of L L_u."""
        return self.council.leadership_with(self.researcher.university)

    @property
    def reached(self) -> Reached:
        """How far it has brought its need (ODD 6)."""
        return REACHED[self.stage]

    @property
    def delay(self) -> str:
        """Why it has not answered its need in time (ODD 6)."""
        if self.stage is Stage.SCOPING:
            return self.starved if self.served < 1.0 else "unfinished"
        return DELAYS[self.stage]

    @property
    def starved(self) -> str:
        """Whose time it is short of: that of the side that serves it less."""
        is_researchers = self.researcher.served_early < self.council.served_early
        return "researcher_starved" if is_researchers else "council_starved"

    def lose_need(self, why: str) -> None:
        """It brings its need, if any, no further (ODD 6)."""
        if self.need is not None:
            self.need.explain(self.reached, why)

    # Changes of stage

    def note(self, event: str) -> None:
        """Write an event into its history."""
        self.history.append((self.model.month, event))
        who = self.researcher
        place = (self.council.index, who.slot, who.arrived, who.university.index)
        self.model.events.append((self.model.month, event, *place))

    def become(self, stage: Stage) -> None:
        """Come to another stage; one that was a partnership thereby ends a spell (ODD 6)."""
        self.model.measures.end_spell(self, is_censored=stage is Stage.STRATEGIC)
        self.stage, self.since = stage, self.model.month

    def claim(self, need: Need) -> None:
        """Take up a need, and its topic."""
        need.tie, self.need, self.topic = self, need, need.topic

    def release_need(self) -> None:
        """Give up the claim: the need is free again."""
        if self.need is not None:
            self.need.tie, self.need = None, None

    def go_dormant(self, event: str) -> None:
        """Be a mere acquaintance again."""
        self.note(event)
        self.release_need()
        self.rolling_bids, self.full_bid = [], None
        self.become(Stage.DORMANT)

    def meet(self, need: Need, origin: str, is_revived: bool) -> None:
        """Begin to scope, or begin again, after a meeting that both liked (ODD 4.5)."""
        lent = self.council.lent_trust(self.researcher.university)
        self.trust = max(self.trust, self.model.parameters.meeting_trust, lent)
        self.progress = self.trust / 2.0 if is_revived else 0.0
        self.origin, self.met, self.has_started = origin, self.model.month, False
        self.claim(need)
        self.become(Stage.SCOPING)
        self.note(f"formed_{origin}")
        self.model.measures.count("formed")
        self.model.measures.count(f"formed_{origin}")

    def award(self, lag: int, grant_months: int) -> None:
        """Win a grant that starts after so many months (ODD 4.8)."""
        self.note("awarded")
        self.rolling_bids, self.full_bid = [], None
        self.start_month, self.grant_months = self.model.month + lag, grant_months
        self.become(Stage.AWARDED)

    def start_small(self, event: str, measure: str) -> None:
        """Become a small project on local money (ODD 4.8)."""
        p = self.model.parameters
        self.start(p.small_months, True, event, measure)

    def start(self, months: int, funded: bool, event: str, measure: str) -> None:
        """Become a project, worked on from next month (ODD 3)."""
        self.note(event)
        self.model.measures.count(measure)
        if not self.has_started:
            self.model.measures.wait(self.model.month - self.met)
        self.has_started = True
        self.researcher.join_partnership()
        self.progress, self.funded, self.funding_left = 0.0, funded, months
        self.bridged_until, self.rolling_bids = -1, []
        self.become(Stage.PROJECT)

    # 4.1 Turnover

    def lose_researcher(self, successor) -> None:
        """Its researcher leaves: a strategic tie may be handed over, any other vanishes (ODD 4.1)."""
        u = self.model.luck(chance.HANDOVER).uniform(self.who)
        if successor is not None and u < self.handover:
            self.note("handed_over")
            self.researcher = successor
            self.trust *= self.model.parameters.handover_trust
            if self.is_active:
                successor.join_partnership()
            return
        self.model.measures.surprise("departed", self.stage is Stage.STRATEGIC, 0.0)
        if self.is_active:
            self.model.measures.count("lost_strategic" if self.stage is Stage.STRATEGIC else "ended_project")
        self.note("departed")
        self.lose_need("left")
        self.vanish()

    def expect_to_lose_researcher(self, probability: float) -> None:
        """Take what is to be expected off the luck of strategic ties that vanish (ODD 6)."""
        if self.stage is Stage.STRATEGIC:
            vanishes = probability * (1.0 if self.researcher.is_phd else 1.0 - self.handover)
            self.model.measures.surprise("departed", False, vanishes)

    @property
    def handover(self) -> float:
        """Chance that it is handed on when its researcher leaves (ODD 4.1)."""
        p = self.model.parameters
        chances = [0.0]
        if self.stage is Stage.STRATEGIC:
            has_role = self.researcher.university.roles > 0.0
            chances.append(p.handover_with_role if has_role else p.handover_without)
        elif self.months_of_grant > 0:
            chances.append(p.handover_project)
        if self.is_active and self.council.agrees_with(self.researcher.university):
            chances.append(p.agreement_handover)
        return max(chances)

    @property
    def months_of_grant(self) -> int:
        """Months to the end of its grant, won or running; 0 without one."""
        if self.stage is Stage.AWARDED:
            return self.start_month - self.model.month + self.grant_months
        return self.funding_left if self.stage is Stage.PROJECT and self.funded else 0

    def vanish(self) -> None:
        """Be no more."""
        self.release_need()
        self.model.measures.end_spell(self, is_censored=False)
        del self.council.ties[self.researcher.slot]

    def lose_officer(self) -> None:
        """The boundary spanner on the council's side may leave (ODD 4.1)."""
        p = self.model.parameters
        if self.model.luck(chance.OFFICER).uniform(self.who) < p.officer_turnover:
            part = p.officer_loss_strategic if self.stage is Stage.STRATEGIC else 1.0
            self.trust *= 1.0 - part * p.officer_loss
            self.council.absorptive_capacity *= p.officer_absorb
            self.note("officer_lost")

    # 4.7 Scoping

    def scope(self) -> None:
        """A month of a scoping or ready tie (ODD 4.7)."""
        p = self.model.parameters
        if self.stage is Stage.SCOPING:
            self.trust += p.scoping_trust * self.served * (1.0 - self.trust)
            self.progress += self.served / p.scoping_months
            if self.progress >= 1.0:
                self.become(Stage.READY)
                self.note("ready")
                self._answer_first()
        if self.stage is Stage.SCOPING or self.can_bid:
            self._lapse_or_start()

    def _answer_first(self) -> None:
        """The scoping may itself answer the need (ODD 4.7)."""
        p, luck = self.model.parameters, self.model.luck(chance.SCOPING)
        if self.need is None:
            return
        answers = luck.uniform(self.who, 2) < p.scoping_answer * self.fit
        self.model.measures.surprise("answered", answers, p.scoping_answer * self.fit)
        if answers:
            self.model.measures.count("value", p.scoping_value * self.worth)
            self.need.end("needs_met_scoping")
            self.note("first_answer")

    @property
    def doubt(self) -> float:
        """What is left of its hazards to lapse and to give up, once the two have delivered (ODD 4.7)."""
        return self.model.parameters.proven_lapse if self.findings else 1.0

    def _lapse_or_start(self) -> None:
        p, luck = self.model.parameters, self.model.luck(chance.SCOPING)
        hazard = p.lapse_base + p.lapse_starved * (1.0 - self.served)
        if self.stage is Stage.SCOPING and self.need is None:
            hazard += p.lapse_no_need
        hazard *= self.doubt
        if not self.is_bridged:
            lapses = luck.happens(self.who, 0, hazard)
            if self.model.measures.of_hazard("lapsed", lapses, hazard):
                self.lose_need(self._why_lapsed())
                self.go_dormant("lapsed")
                return
        may_start = self.stage is Stage.READY and self.served > p.inkind_served
        if may_start and luck.uniform(self.who, 1) < 2.0 * p.inkind_rate * self.trust:
            self.start(p.inkind_months, False, "started_inkind", "starts_inkind")

    def _why_lapsed(self) -> str:
        """What most of the hazard of lapsing is for (ODD 6)."""
        p = self.model.parameters
        if self.stage is Stage.READY:
            return "waited"
        return self.starved if p.lapse_starved * (1.0 - self.served) > p.lapse_base else "faded"

    # 4.9 Delivery

    def work(self) -> None:
        """A month of a partnership's work, towards its next finding (ODD 4.9)."""
        p, council = self.model.parameters, self.council
        if self.need is None and self.progress == 0.0:
            self._look_for_need()
            if self.need is None and self.stage is Stage.STRATEGIC:
                return  # a strategic tie waits for a need; a project has a question of its own
        has_begun = self.progress > 0.0
        speed = 1.0 + p.absorb_speed * (council.analysts_share + council.absorptive_capacity)
        speed /= p.rapid if self.stage is Stage.STRATEGIC else 1.0
        self.progress += self.served * speed / self.researcher.pace
        if not has_begun:
            self.began_with_need = self.need is not None
        if self.progress >= 1.0:
            self.deliver()

    def _look_for_need(self) -> None:
        p, takes_over = self.model.parameters, self.model.luck(chance.DELIVERY).uniform(self.who, 8)
        needs = [
            need
            for need in self.council.needs
            if need.is_free or (takes_over < p.need_yields and not need.tie.is_active)
        ]
        need = max(needs, key=lambda need: self.fit_on(need.topic), default=None)
        if need is not None and self.fit_on(need.topic) > p.least_fit:
            if not need.is_free:
                need.tie.note("yielded")
                need.tie.release_need()
            self.claim(need)
            self.note("claimed")

    @property
    def worth(self) -> float:
        """What an answer of the two on their topic is worth (ODD 4.9)."""
        return self.fit * (0.5 + 0.5 * self.researcher.excellence) * (0.5 + 0.5 * self.council.analysts_share)

    def deliver(self) -> None:
        """A finding: what it is worth, what both sides learn, who else hears of it (ODD 4.9)."""
        p, council, researcher = self.model.parameters, self.council, self.researcher
        value = self.worth
        if self.need is not None:
            self.note("finding_met")
            self.need.end("needs_met")
            self.trust += p.timely_trust * (1.0 - self.trust)
            council.absorptive_capacity += p.learn_absorb * (1.0 - council.absorptive_capacity)
            self.model.measures.count("findings_timely")
        elif self.began_with_need:
            self.note("finding_late")
            value *= p.late_value
            self.trust -= p.late_trust * self.trust
        else:
            self.note("finding_own")
            value *= p.late_value
        researcher.learn_sector(p.learn_sector)
        self.progress = 0.0
        self.findings += 1
        self.council.work_with(researcher.university)
        self.model.measures.count("findings")
        self.model.measures.count("value", value)
        self._record_outcome()
        self._disseminate(value)

    def _record_outcome(self) -> None:
        """Which of four kinds of success the finding is (ODD 4.9)."""
        is_strategic = self.stage is Stage.STRATEGIC
        council, researcher, motives = self.council, self.researcher, self.council.motives
        weights = (
            motives.stakeholder * (1.0 if is_strategic else 0.2),
            motives.evidence * council.analysts_share,
            motives.implementation * (0.3 + researcher.sector_knowledge) * (1.0 if is_strategic else 0.3),
            motives.expertise * researcher.excellence,
        )
        outcome = pick(weights, self.model.luck(chance.DELIVERY).uniform(self.who, 1))
        self.model.measures.count(OUTCOMES[outcome])

    def _disseminate(self, value: float) -> None:
        """Other councils hear of the finding, and may have been waiting for just that (ODD 4.9)."""
        p, luck = self.model.parameters, self.model.luck(chance.HEARER)
        for attempt, council in self._hearers():
            need = next((need for need in council.needs if need.topic == self.topic), None)
            if need is None:
                continue
            unlikeness = abs(math.log(council.size / self.council.size))
            transfer = p.transfer_chance ** (1.0 + need.age / council.window + unlikeness)
            is_met = luck.uniform(self.who * 1024 + attempt, 1) < transfer
            self.model.measures.surprise("heard", is_met, transfer)
            if is_met:
                need.end("needs_met_dissemination")
                self.model.measures.count("value", p.transfer_value * value)

    def _hearers(self) -> list:
        councils, luck = self.model.councils, self.model.luck(chance.HEARER)
        n = self.model.luck(chance.DELIVERY).poisson(self.who, 2, self.model.levers.dissemination)
        n = min(n, len(councils) - 1)
        hearers = []
        for attempt in range(TRIES):
            if len(hearers) == n:
                break
            council = councils[luck.index(self.who * 1024 + attempt, 0, len(councils))]
            if council is not self.council and council not in [heard for _, heard in hearers]:
                hearers.append((attempt, council))
        return hearers

    # 4.10 Embedding and ending

    def embed_or_end(self) -> None:
        """What becomes of the tie at the end of the month (ODD 4.10)."""
        if self.is_new_to_stage:
            return
        if self.stage is Stage.PROJECT:
            self._embed_or_run_out()
        elif self.stage is Stage.STRATEGIC:
            self._end_or_open_opportunity()
        elif self.stage is Stage.DORMANT:
            self._fade()

    def _embed_or_run_out(self) -> None:
        p = self.model.parameters
        hazard = p.embed_rate * self.trust * (0.2 + 0.8 * min(1.0, self.findings / 2.0))
        hazard *= 0.25 + 0.75 * self.leadership
        hazard *= 1.0 + p.embed_role * min(1.0, self.researcher.university.roles)
        hazard *= 1.0 + p.embed_structure * self.structure
        hazard *= 1.0 + p.agreement_embed * self.council.agrees_with(self.researcher.university)
        embeds = self.model.luck(chance.EMBEDDING).happens(self.who, 0, hazard)
        if self.model.measures.of_hazard("embedded", embeds, hazard):
            self.note("embedded")
            self.model.measures.count("embedded")
            self.become(Stage.STRATEGIC)
            return
        self.funding_left -= 1
        if self.funding_left == 0:
            self._run_out()

    def _run_out(self) -> None:
        """The funding ends: look for follow-on money, or part."""
        self.model.measures.count("ended_project")
        self.lose_need("grant_ended")
        if self.funded and self.trust >= self.model.parameters.follow_on_trust:
            self.note("follow_on")
            self.bridged_until = self.model.month + self.model.levers.bridging_months
            self.become(Stage.READY)
        else:
            self.go_dormant("project_ended")

    def _end_or_open_opportunity(self) -> None:
        p, luck, measures = self.model.parameters, self.model.luck(chance.EMBEDDING), self.model.measures
        others = p.strategic_loss + p.strategic_starved * (1.0 - self.served)
        leaders = p.strategic_leader * max(0.0, p.weak_leadership - self.leadership)
        hazard = others + leaders
        if measures.of_hazard("ended", luck.happens(self.who, 1, hazard), hazard):
            measures.count("lost_strategic")
            self.lose_need("leaders" if leaders > others else "parted")
            self.go_dormant("strategic_ended")
        elif luck.uniform(self.who, 2) < p.opportunity_rate * self.trust:
            self.note("opportunity")
            measures.count("strategic_opportunity")
            size = luck.log_normal(self.who, 3, p.opportunity_size, p.opportunity_sigma)
            measures.count("outside_money", size)

    def _fade(self) -> None:
        p = self.model.parameters
        self.trust *= 0.5 ** (1.0 / p.dormant_halflife)
        if self.trust < p.forgotten_trust:
            self.note("forgotten")
            self.vanish()

"""Meetings, and what the two sides think of them (ODD 4.4, 4.5)."""

import math
from collections.abc import Iterator

from model import chance

from .councils import Need, Reached
from .luck import Stream, pick, sigmoid
from .researchers import Researcher
from .ties import Stage, Tie


class Meeting:
    """A council and a researcher meet over a need."""

    def __init__(
        self, researcher: Researcher, need: Need, origin: str, luck: Stream, who: int, agreed: bool = False
    ) -> None:
        self.council = need.council
        self.researcher = researcher
        self.need = need
        self.origin = origin  # council_search, outreach, repeat, event or introduction
        self.luck, self.who = luck, who  # address of the two acceptances
        self.agreed = agreed  # both have been asked before

    def appraise(self) -> None:
        """Nothing comes of it unless both are free and both want it (ODD 4.4, 4.5)."""
        tie = self.council.ties.get(self.researcher.slot)
        if not self.need.is_free:
            return
        if not self.researcher.is_available:
            return self.lead_nowhere(Reached.MET_SOMEBODY, "no_time")
        if tie is not None and tie.is_live:
            return self.lead_nowhere(Reached.MET_SOMEBODY, "together")
        if not self.agreed and not (self.researcher_accepts() and self.council_accepts()):
            return self.lead_nowhere(Reached.APPRAISED, self.objection())
        self.council.model.measures.explain("meeting", self.council, "agreed")
        is_revived = tie is not None
        if tie is None:
            month = self.council.model.month
            tie = Tie(self.council, self.researcher, self.need.topic, Stage.DORMANT, 0.0, month)
        tie.meet(self.need, self.origin, is_revived)

    def lead_nowhere(self, reached: Reached, why: str) -> None:
        """Nothing comes of it, for a reason (ODD 6)."""
        self.need.explain(reached, why)
        self.council.model.measures.explain("meeting", self.council, why)

    def objection(self) -> str:
        """What weighed most with who refused, of two the less willing (ODD 6)."""
        council, researcher, topic = self.council, self.researcher, self.need.topic
        wanted = council_value(council, researcher, topic, self.trust)
        willing = researcher_value(council, researcher, self.trust)
        refused = {
            "council": self.luck.uniform(self.who, chance.COUNCIL_ACCEPTS) >= sigmoid(wanted),
            "researcher": self.luck.uniform(self.who, chance.RESEARCHER_ACCEPTS) >= sigmoid(willing),
        }
        if refused["council"] and not (refused["researcher"] and willing < wanted):
            lacks = council_lacks(council, researcher, topic, self.trust)
            return f"council_{max(lacks, key=lacks.__getitem__)}"
        lacks = researcher_lacks(council, researcher, self.trust)
        return f"researcher_{max(lacks, key=lacks.__getitem__)}"

    @property
    def trust(self) -> float:
        """Between the two, or lent to them by an agreement of their organisations."""
        tie = self.council.ties.get(self.researcher.slot)
        return max(tie.trust if tie is not None else 0.0, self.council.lent_trust(self.researcher.university))

    def council_accepts(self) -> bool:
        wanted = sigmoid(council_value(self.council, self.researcher, self.need.topic, self.trust))
        accepts = self.luck.uniform(self.who, chance.COUNCIL_ACCEPTS) < wanted
        self.council.model.measures.surprise("accepted", accepts, wanted)
        return accepts

    def researcher_accepts(self) -> bool:
        value = researcher_value(self.council, self.researcher, self.trust)
        return self.luck.uniform(self.who, chance.RESEARCHER_ACCEPTS) < sigmoid(value)


def council_value(council, researcher: Researcher, topic: int, trust: float) -> float:
    """What a partnership is worth to a council, V_c (ODD 4.5)."""
    p, motives = council.model.parameters, council.motives
    fit = researcher.expertise[topic]
    benefit = (
        motives.stakeholder * council.home(researcher.university)
        + motives.evidence * fit
        + 1.5 * motives.expertise * fit * researcher.excellence
        + motives.implementation * fit * (0.5 + researcher.sector_knowledge)
    )
    return (
        p.council_base
        + council.culture
        + p.council_benefit * benefit
        + p.trust_weight * trust
        - p.pace_aversion * max(0.0, math.log(researcher.pace / council.window))
        - p.scale_aversion * (1.0 - researcher.local_focus)
        - p.load_aversion * council.load
        - p.outside_option * council.other_evidence
    )


def researcher_value(council, researcher: Researcher, trust: float) -> float:
    """What a partnership is worth to a researcher, V_i (ODD 4.5)."""
    p, motives = council.model.parameters, researcher.motives
    benefit = (
        1.5 * motives.impact * council.commitment
        + motives.network * max(trust, council.structure_with(researcher.university))
        + 1.5 * motives.funding * council.model.funder.prospect
        + motives.publication * (1.0 - researcher.local_focus / 2.0) * council.analysts_share
    )
    return (
        p.researcher_base
        + p.researcher_benefit * benefit
        + p.trust_weight * trust
        - 0.5 * p.scale_aversion * (1.0 - researcher.local_focus)
        - p.load_aversion * researcher.load
        - p.unfamiliarity * (1.0 - researcher.sector_knowledge)
    )


def council_lacks(council, researcher: Researcher, topic: int, trust: float) -> dict[str, float]:
    """By how much V_c would be higher, were one thing alone the best that it could be (ODD 6)."""
    p, m = council.model.parameters, council.motives
    of_knowledge = m.evidence + 1.5 * m.expertise * researcher.excellence
    of_knowledge += m.implementation * (0.5 + researcher.sector_knowledge)
    return {
        "fit": p.council_benefit * of_knowledge * (1.0 - researcher.expertise[topic]),
        "distance": p.council_benefit * m.stakeholder * (1.0 - council.home(researcher.university)),
        "strangers": p.trust_weight * (1.0 - trust),
        "culture": -council.culture,
        "pace": p.pace_aversion * max(0.0, math.log(researcher.pace / council.window)),
        "focus": p.scale_aversion * (1.0 - researcher.local_focus),
        "load": p.load_aversion * council.load,
        "evidence": p.outside_option * council.other_evidence,
    }


def researcher_lacks(council, researcher: Researcher, trust: float) -> dict[str, float]:
    """The same of V_i."""
    p, m = council.model.parameters, researcher.motives
    structure = council.structure_with(researcher.university)
    of_papers = m.publication * (1.0 - researcher.local_focus / 2.0)
    return {
        "leaders": p.researcher_benefit * 1.5 * m.impact * (1.0 - council.commitment),
        "network": p.researcher_benefit * m.network * (1.0 - max(trust, structure)),
        "money": p.researcher_benefit * 1.5 * m.funding * (1.0 - council.model.funder.prospect),
        "analysts": p.researcher_benefit * of_papers * (1.0 - council.analysts_share),
        "strangers": p.trust_weight * (1.0 - trust),
        "focus": 0.5 * p.scale_aversion * (1.0 - researcher.local_focus),
        "load": p.load_aversion * researcher.load,
        "unfamiliar": p.unfamiliarity * (1.0 - researcher.sector_knowledge),
    }


def meetings(model) -> Iterator[Meeting]:
    """All meetings of the month, one at a time: each is appraised before the next comes up (ODD 4.4)."""
    yield from searches(model)
    yield from outreach(model)
    yield from events(model)
    yield from model.matchmaker.introductions()


# Search


def searches(model) -> Iterator[Meeting]:
    """Councils that are not overloaded look for someone for their free needs (ODD 4.4)."""
    luck = model.luck(chance.SEARCH)
    for council in model.councils:
        if council.load >= 1.0:
            continue
        council.looked = model.month
        rate = model.parameters.search_rate * min(1.0, math.exp(council.culture))
        for need in council.free_needs():
            if luck.uniform(need.who, 0) < rate:
                yield from search(need, luck)


def search(need: Need, luck: Stream) -> Iterator[Meeting]:
    """Turn to someone known, or else meet a stranger (ODD 4.4)."""
    known = best_dormant_tie(need)
    if known is not None and luck.uniform(need.who, 1) < need.council.model.parameters.repeat_share:
        yield Meeting(known.researcher, need, "repeat", luck, need.who)
        return
    university = pick_university(need.council, luck.uniform(need.who, 2))
    if university is not None:
        stranger = meet_staff(university, need, luck)
        yield Meeting(stranger, need, "council_search", luck, need.who)


def best_dormant_tie(need: Need) -> Tie | None:
    """The dormant tie with the most trust times expertise; of equals that with the lowest slot."""
    ties = need.council.ties
    dormant = [ties[slot] for slot in sorted(ties) if not ties[slot].is_live]
    return max(dormant, key=lambda tie: tie.trust * tie.researcher.expertise[need.topic], default=None)


def pick_university(council, u: float):
    """A university, by staff and proximity; None if there are no staff anywhere."""
    universities = council.model.universities
    exponent = council.model.parameters.attraction
    pull = [each.mission * len(each.staff) ** exponent if each.staff else 0.0 for each in universities]
    position = pick([pull[each.index] * council.weight(each) for each in universities], u)
    return None if position is None else universities[position]


def meet_staff(university, need: Need, luck: Stream) -> Researcher:
    """A random member of staff, or the best of those whom a partnership office shows (ODD 4.4)."""
    n_shown = university.model.parameters.office_reach if university.roles > 0.0 else 1
    staff = university.staff
    shown = [staff[luck.index(need.who, 3 + i, len(staff))] for i in range(n_shown)]
    return max(shown, key=lambda researcher: researcher.expertise[need.topic])


# Outreach


def outreach(model) -> Iterator[Meeting]:
    """Researchers who have time approach a council, in random order (ODD 4.4)."""
    luck = model.luck(chance.OUTREACH)
    eager = [each for each in model.researchers.values() if reaches_out(each, luck)]
    for researcher in sorted(eager, key=lambda each: luck.uniform(each.slot, 2)):
        weights = [council.weight(researcher.university) for council in model.councils]
        council = model.councils[pick(weights, luck.uniform(researcher.slot, 1))]
        need = council.best_free_need(researcher.expertise.__getitem__)
        if need is not None:
            yield Meeting(researcher, need, "outreach", luck, researcher.slot)


def reaches_out(researcher: Researcher, luck: Stream) -> bool:
    """Whether a researcher approaches a council this month (ODD 4.4)."""
    motives, model = researcher.motives, researcher.model
    drive = motives.impact + 0.5 * motives.network + 2.0 * motives.funding * model.funder.prospect
    university = researcher.university
    drive *= university.mission / (1.0 + len(university.staff) / model.parameters.outreach_half)
    willing = luck.uniform(researcher.slot, 0) < model.parameters.outreach_rate * drive
    return willing and researcher.is_available


# Events


def events(model) -> Iterator[Meeting]:
    """Events bring random councils and researchers together (ODD 5)."""
    luck = model.luck(chance.EVENT)
    for event in range(luck.yearly_number(model.levers.events_per_year)):
        model.measures.charge("events", model.parameters.price_event)
        for pair in range(model.levers.event_size):
            yield from meet_at_event(model, luck, event * 1024 + pair)


def meet_at_event(model, luck: Stream, who: int) -> Iterator[Meeting]:
    """Two people who happen to talk."""
    council = model.councils[luck.index(who, 0, len(model.councils))]
    university = pick_university(council, luck.uniform(who, 1))
    if university is None:
        return
    researcher = university.staff[luck.index(who, 2, len(university.staff))]
    need = council.best_free_need(researcher.expertise.__getitem__)
    if need is not None:
        yield Meeting(researcher, need, "event", luck, who)

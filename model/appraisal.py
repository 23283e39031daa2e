"""Appraisal: what working together is worth to the two who meet, and what weighs against it (ODD 4.5, 6).

Against a meeting weighs most what would add most to it, were it alone the best that it could be.
"""

import math

import numpy as np

from model.arrays import NONE, World
from model.council import analytical_share
from model.machine.compiling import compiled, inlined
from model.place import home, shared_structure
from model.reasons import (
    COUNCIL_CULTURE,
    COUNCIL_DISTANCE,
    COUNCIL_EVIDENCE,
    COUNCIL_FIT,
    COUNCIL_FOCUS,
    COUNCIL_LOAD,
    COUNCIL_PACE,
    COUNCIL_STRANGERS,
    RESEARCHER_ANALYSTS,
    RESEARCHER_FOCUS,
    RESEARCHER_LEADERS,
    RESEARCHER_LOAD,
    RESEARCHER_MONEY,
    RESEARCHER_NETWORK,
    RESEARCHER_STRANGERS,
    RESEARCHER_UNFAMILIAR,
)


@inlined
def trust_between(world: World, c: int, i: int, t: int):
    """Trust of two people, of their tie (-1: none) or lent by what council and university did together."""
    trust = world.ties[t].trust if t != NONE else 0.0
    p, common_work = world.parameters, world.common_work[world.researchers[i].university, c]
    return max(trust, p.known_trust * min(1.0, common_work / p.agreement_work))


@inlined
def acceptance(value: float):
    """Logit choice (McFadden 1974)."""
    return 1.0 / (1.0 + math.exp(min(-value, 700.0)))


@inlined
def slowness(council: np.record, researcher: np.record):
    """How much slower than the policy window answers come (log); 0 if they come in time."""
    return math.log(researcher.pace / council.window) if researcher.pace > council.window else 0.0


@inlined
def council_value(world: World, c: int, i: int, topic: int, trust: float):
    """V_c: what working with this researcher is worth to the council, in logits."""
    p, council, researcher = world.parameters, world.councils[c], world.researchers[i]
    f = researcher.expertise[topic]
    m = council.motives
    benefit = (
        m[0] * home(world, c, researcher.university)
        + m[1] * f
        + 1.5 * m[2] * f * researcher.excellence
        + m[3] * f * (0.5 + researcher.sector_knowledge)
    )
    return (
        p.council_base
        + council.culture
        + p.council_benefit * benefit
        + p.trust_weight * trust
        - p.pace_aversion * slowness(council, researcher)
        - p.scale_aversion * (1.0 - researcher.local_focus)
        - p.load_aversion * council.load
        - p.outside_option * council.other_evidence
    )


@inlined
def researcher_value(world: World, c: int, i: int, trust: float):
    """V_i: what working with this council is worth to the researcher, in logits."""
    p, council, researcher = world.parameters, world.councils[c], world.researchers[i]
    m = researcher.motives
    benefit = (
        1.5 * m[0] * council.commitment
        + m[1] * max(trust, shared_structure(world, c, researcher.university))
        + 1.5 * m[2] * world.funder.prospect
        + m[3] * (1.0 - researcher.local_focus / 2.0) * analytical_share(world, council)
    )
    return (
        p.researcher_base
        + p.researcher_benefit * benefit
        + p.trust_weight * trust
        - 0.5 * p.scale_aversion * (1.0 - researcher.local_focus)
        - p.load_aversion * researcher.load
        - p.unfamiliarity * (1.0 - researcher.sector_knowledge)
    )


@inlined
def heavier(why: int, weight: float, other: int, weight_of_other: float):
    """Of two reasons the one that weighs more, of equals the first; and its weight."""
    if weight_of_other > weight:
        return other, weight_of_other
    return why, weight


@compiled
def council_objection(world: World, c: int, i: int, topic: int, trust: float):
    """Which term of V_c weighs most against working with this researcher."""
    p, council, researcher = world.parameters, world.councils[c], world.researchers[i]
    m, unfit = council.motives, 1.0 - researcher.expertise[topic]
    gain = m[1] + 1.5 * m[2] * researcher.excellence + m[3] * (0.5 + researcher.sector_knowledge)
    away = m[0] * (1.0 - home(world, c, researcher.university))
    why, most = COUNCIL_FIT, p.council_benefit * gain * unfit
    why, most = heavier(why, most, COUNCIL_DISTANCE, p.council_benefit * away)
    why, most = heavier(why, most, COUNCIL_STRANGERS, p.trust_weight * (1.0 - trust))
    why, most = heavier(why, most, COUNCIL_CULTURE, -council.culture)
    why, most = heavier(why, most, COUNCIL_PACE, p.pace_aversion * slowness(council, researcher))
    why, most = heavier(why, most, COUNCIL_FOCUS, p.scale_aversion * (1.0 - researcher.local_focus))
    why, most = heavier(why, most, COUNCIL_LOAD, p.load_aversion * council.load)
    why, most = heavier(why, most, COUNCIL_EVIDENCE, p.outside_option * council.other_evidence)
    return why


@compiled
def researcher_objection(world: World, c: int, i: int, trust: float):
    """Which term of V_i weighs most against working with this council."""
    p, council, researcher = world.parameters, world.councils[c], world.researchers[i]
    m, benefit = researcher.motives, p.researcher_benefit
    unconnected = m[1] * (1.0 - max(trust, shared_structure(world, c, researcher.university)))
    alone = m[3] * (1.0 - researcher.local_focus / 2.0) * (1.0 - analytical_share(world, council))
    why, most = RESEARCHER_LEADERS, benefit * 1.5 * m[0] * (1.0 - council.commitment)
    why, most = heavier(why, most, RESEARCHER_NETWORK, benefit * unconnected)
    why, most = heavier(why, most, RESEARCHER_MONEY, benefit * 1.5 * m[2] * (1.0 - world.funder.prospect))
    why, most = heavier(why, most, RESEARCHER_ANALYSTS, benefit * alone)
    why, most = heavier(why, most, RESEARCHER_STRANGERS, p.trust_weight * (1.0 - trust))
    why, most = heavier(why, most, RESEARCHER_FOCUS, 0.5 * p.scale_aversion * (1.0 - researcher.local_focus))
    why, most = heavier(why, most, RESEARCHER_LOAD, p.load_aversion * researcher.load)
    why, most = heavier(
        why, most, RESEARCHER_UNFAMILIAR, p.unfamiliarity * (1.0 - researcher.sector_knowledge)
    )
    return why

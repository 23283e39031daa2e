"""Partnerships: scoping, embedding, ending and forgetting (ODD 4.7, 4.10)."""

import numpy as np

from model import chance
from model.arrays import DORMANT, NONE, PROJECT, READY, SCOPING, STRATEGIC, World
from model.chance import happens, stream_of, uniform
from model.finding import worth
from model.leaders import furthered, loosened
from model.machine.compiling import compiled, inlined
from model.machine.fetching import call_up_backwards
from model.measures import (
    BECAME_READY,
    EMBEDDED,
    FIRST_ANSWER,
    FOLLOW_ON,
    FORGOTTEN,
    LAPSED,
    OPPORTUNITY,
    PROJECT_ENDED,
    STARTED_INKIND,
    STRATEGIC_ENDED,
)
from model.month import hazardous_surprise, levers_of, record, surprise, this_month
from model.need import answer_need
from model.place import shared_structure
from model.reasons import FADED, GRANT_ENDED, LEADERS, PARTED, WAITED
from model.tie import (
    SPELL_ENDED,
    become_ready,
    become_strategic,
    go_dormant,
    leave_activity,
    remove_tie,
    start_project,
)
from model.unmet import lose_hold, starved_of


@compiled
def scope(world: World):
    """Scoping ties grow towards readiness; scoping and ready ones may lapse, or start in kind."""
    stream = stream_of(world.clock.seed, chance.SCOPING, world.clock.month)
    for k in range(world.clock.live - 1, -1, -1):  # backwards: a tie that lapses leaves the list
        call_up_backwards(world.ties, world.live, k, world.clock.live)
        t = world.live[k]
        tie = world.ties[t]
        if tie.stage == SCOPING:
            nurture(world, stream, tie)
        if tie.stage == SCOPING or tie.stage == READY:
            keep_or_lapse(world, stream, t, tie)


@inlined
def nurture(world: World, stream: int, tie: np.record):
    """Let trust and progress grow with the time served."""
    p = world.parameters
    tie.trust += p.scoping_trust * tie.served * (1.0 - tie.trust)
    tie.progress += tie.served / p.scoping_months
    if tie.progress >= 1.0:
        become_ready(world, tie)
        record(world, tie, BECAME_READY)
        if tie.need != NONE:
            answer_first(world, stream, tie)


@compiled
def answer_first(world: World, stream: int, tie: np.record):
    """Scoping well done may give the need a first answer."""
    p, fits = world.parameters, world.researchers[tie.researcher].expertise[tie.topic]
    answers = uniform(stream, chance.pair_of(tie.council, tie.researcher), 2) < p.scoping_answer * fits
    world.luck.answered += surprise(world, answers, p.scoping_answer * fits)
    if answers:
        this_month(world).needs_met_scoping += 1
        this_month(world).value += p.scoping_value * worth(world, tie)
        answer_need(world, tie.need)
        record(world, tie, FIRST_ANSWER)


@compiled
def doubt(world: World, tie: np.record):
    """What is left of a pair's hazards to lapse and to give up: less, once they have delivered together."""
    return world.parameters.proven_lapse if tie.findings > 0 else 1.0


@compiled
def is_bridged(world: World, tie: np.record):
    """Whether a ready tie is protected after a grant."""
    return tie.bridged_until >= world.clock.month


@inlined
def keep_or_lapse(world: World, stream: int, t: int, tie: np.record):
    """Let a scoping or ready tie lapse, or start in kind; bridging and full bids protect it."""
    p = world.parameters
    who = chance.pair_of(tie.council, tie.researcher)
    bridged = is_bridged(world, tie)
    if bridged:
        this_month(world).cost_bridging += p.price_bridging
    if tie.due != NONE:
        return
    if not bridged:
        hazard = p.lapse_base + p.lapse_starved * (1.0 - tie.served)
        if tie.stage == SCOPING and tie.need == NONE:
            hazard += p.lapse_no_need
        hazard *= doubt(world, tie)
        lapses = happens(stream, who, 0, hazard)
        world.luck.lapsed += hazardous_surprise(world, lapses, hazard)
        if lapses:
            record(world, tie, LAPSED)
            lose_hold(world, tie, why_lapsed(world, tie))
            go_dormant(world, t)
            return
    can_start = tie.stage == READY and tie.served > p.inkind_served
    if can_start and uniform(stream, who, 1) < 2.0 * p.inkind_rate * tie.trust:
        start_project(world, tie, 0, p.inkind_months)
        this_month(world).starts_inkind += 1
        record(world, tie, STARTED_INKIND)


@compiled
def why_lapsed(world: World, tie: np.record):
    """Why a tie lapses: if most of its hazard is for want of time, whose."""
    if tie.stage == READY:
        return WAITED
    p = world.parameters
    return starved_of(world, tie) if p.lapse_starved * (1.0 - tie.served) > p.lapse_base else FADED


@compiled
def embed_and_end(world: World):
    """Projects embed or run out; strategic ties end or open opportunities; dormant ones are forgotten."""
    stream = stream_of(world.clock.seed, chance.EMBEDDING, world.clock.month)
    fade(world)
    for k in range(world.clock.live - 1, -1, -1):
        call_up_backwards(world.ties, world.live, k, world.clock.live)
        t = world.live[k]
        tie = world.ties[t]
        if tie.since == world.clock.month:
            continue
        if tie.stage == PROJECT:
            embed_or_end(world, stream, t, tie)
        elif tie.stage == STRATEGIC:
            last_or_end(world, stream, t, tie)


@inlined
def embedding_hazard(world: World, tie: np.record):
    """Hazard that a project becomes strategic."""
    p = world.parameters
    u = world.researchers[tie.researcher].university
    return (
        p.embed_rate
        * tie.trust
        * (0.2 + 0.8 * min(1.0, tie.findings / 2.0))
        * furthered(world, u, tie.council)
        * (1.0 + p.embed_role * min(1.0, world.universities[u].roles))
        * (1.0 + p.embed_structure * shared_structure(world, tie.council, u))
        * (1.0 + p.agreement_embed * world.agreements[u, tie.council])
    )


@inlined
def embed_or_end(world: World, stream: int, t: int, tie: np.record):
    """Let a project embed, or use up a month of its funding."""
    who = chance.pair_of(tie.council, tie.researcher)
    hazard = embedding_hazard(world, tie)
    embeds = happens(stream, who, 0, hazard)
    world.luck.embedded += hazardous_surprise(world, embeds, hazard)
    if embeds:
        become_strategic(world, tie)
        this_month(world).embedded += 1
        record(world, tie, EMBEDDED)
        return
    tie.funding_left -= 1
    if tie.funding_left <= 0:
        end_project(world, t, tie)


@compiled
def end_project(world: World, t: int, tie: np.record):
    """A funded pair that trusts each other looks for follow-on money; others part."""
    bridging = levers_of(world).bridging_months
    this_month(world).ended_project += 1
    lose_hold(world, tie, GRANT_ENDED)
    if tie.funded and tie.trust >= world.parameters.follow_on_trust:
        leave_activity(world, tie, SPELL_ENDED)
        become_ready(world, tie)
        if bridging > 0:
            tie.bridged_until = world.clock.month + bridging
        record(world, tie, FOLLOW_ON)
    else:
        record(world, tie, PROJECT_ENDED)
        go_dormant(world, t)


@inlined
def last_or_end(world: World, stream: int, t: int, tie: np.record):
    """Let a strategic tie end, or open an opportunity."""
    p = world.parameters
    who = chance.pair_of(tie.council, tie.researcher)
    others = p.strategic_loss + p.strategic_starved * (1.0 - tie.served)
    leaders = loosened(world, world.researchers[tie.researcher].university, tie.council)
    hazard = others + leaders
    ends = happens(stream, who, 1, hazard)
    world.luck.ended += hazardous_surprise(world, ends, hazard)
    if ends:
        this_month(world).lost_strategic += 1
        record(world, tie, STRATEGIC_ENDED)
        lose_hold(world, tie, LEADERS if leaders > others else PARTED)
        go_dormant(world, t)
    elif uniform(stream, who, 2) < p.opportunity_rate * tie.trust:
        this_month(world).strategic_opportunity += 1
        this_month(world).outside_money += chance.log_normal(
            stream, who, 3, p.opportunity_size, p.opportunity_sigma
        )
        record(world, tie, OPPORTUNITY)


@compiled
def fade(world: World):
    """Trust of ties that were dormant at the start of the month halves with time, until forgotten."""
    p = world.parameters
    keep = 0.5 ** (1.0 / p.dormant_halflife)
    for k in range(world.clock.dormant - 1, -1, -1):
        call_up_backwards(world.ties, world.dormant, k, world.clock.dormant)
        t = world.dormant[k]
        tie = world.ties[t]
        if tie.stage == DORMANT and tie.since < world.clock.month:
            tie.trust *= keep
            if tie.trust < p.forgotten_trust:
                record(world, tie, FORGOTTEN)
                remove_tie(world, t)

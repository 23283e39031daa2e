"""Why: what a rule made of the world as it stood - asked of the rule itself, never told again here."""

from dataclasses import dataclass

from model import chance
from model.agreement import ending_hazard, signing_hazard
from model.arrays import N_TOPICS, World
from model.chance import stream_of
from model.funder import CALL_NOISE, CALL_TASTE, CUTOFF, OPEN_NOISE, OPEN_TASTE, merit_of, score
from model.machine.compiling import entry
from model.meeting import council_value, researcher_value, trust_between
from model.parameters import PARAMETERS
from model.partnership import embedding_hazard
from model.tie import find_tie

#: Each side's terms, by the parameter that weighs it: without it, the value lacks the term.
COUNCIL_TERMS = (
    "council_benefit", "trust_weight", "pace_aversion", "scale_aversion", "load_aversion", "outside_option",
)  # fmt: skip
RESEARCHER_TERMS = (
    "researcher_benefit", "trust_weight", "scale_aversion", "load_aversion", "unfamiliarity",
)  # fmt: skip


@entry
def _council_value(world: World, c: int, i: int, topic: int):
    """V_c as the rule has it."""
    return council_value(world, c, i, topic, trust_between(world, c, i, find_tie(world, c, i)))


@entry
def _researcher_value(world: World, c: int, i: int, topic: int):
    """V_i as the rule has it."""
    return researcher_value(world, c, i, trust_between(world, c, i, find_tie(world, c, i)))


@entry
def embeds(world: World, t: int):
    """The hazard that a project becomes strategic."""
    return embedding_hazard(world, world.ties[t])


@entry
def signs(world: World, u: int, c: int):
    """The hazard that an agreement is signed."""
    return signing_hazard(world, u, c)


@entry
def ends(world: World, u: int, c: int):
    """The hazard that an agreement ends."""
    return ending_hazard(world, u, c)


@entry
def call_score(world: World, t: int):
    """What assessors of a call make of a bid."""
    clock, noise = world.clock, world.parameters.score_noise
    stream = stream_of(clock.seed, chance.BID, clock.month)
    taste = stream_of(clock.seed, chance.TASTE, clock.month)
    return score(world, world.ties[t], stream, CALL_NOISE, noise, taste, CALL_TASTE)


@entry
def open_margin(world: World, t: int):
    """By how much a bid to a national competition passes its cut-off."""
    clock, p = world.clock, world.parameters
    stream = stream_of(clock.seed, chance.BID, clock.month)
    taste = stream_of(clock.seed, chance.TASTE, clock.month)
    cutoff = p.open_cutoff + p.open_spread * chance.normal(taste, N_TOPICS, CUTOFF)
    tie = world.ties[t]
    luck = chance.normal(stream, chance.pair_of(tie.council, tie.researcher), OPEN_NOISE)
    return (
        merit_of(world, tie, taste, OPEN_TASTE, world.segments[0].impact_weight)
        + p.score_noise * luck
        - cutoff
    )


@dataclass(frozen=True)
class Term:
    """A part of what something was worth to somebody, in logits."""

    label: str
    value: float


def terms(world: World, side: str, c: int, i: int, topic: int) -> tuple[float, list[Term]]:
    """What working together is worth to one side, and the terms that it is the sum of.

    Args:
        world: as it stands; of a run that nobody goes on with, as its parameters are moved for a moment.
        side: "council" or "researcher".
        c: row of the council.
        i: row of the researcher.
        topic: of the need.
    """
    value_of, weighed = (
        (_council_value, COUNCIL_TERMS) if side == "council" else (_researcher_value, RESEARCHER_TERMS)
    )
    value = float(value_of(world, c, i, topic))
    found = [
        Term(PARAMETERS[name].meaning, value - _without(world, name, value_of, c, i, topic))
        for name in weighed
    ]
    base = value - sum(term.value for term in found)
    return value, [Term("to begin with", base), *found]


def _without(world: World, name: str, value_of, c: int, i: int, topic: int) -> float:
    """The value without what a parameter weighs."""
    weight = float(world.parameters[name])
    world.parameters[name] = 0.0
    try:
        return float(value_of(world, c, i, topic))
    finally:
        world.parameters[name] = weight

"""The model's rules, made callable from Python: rules that only rules call have no entrance of their own."""

from model import (
    agreement,
    appraisal,
    chance,
    effort,
    finding,
    funder,
    meeting,
    need,
    partnership,
    picking,
    place,
    researcher,
)
from model.machine import fetching, ordering
from model.machine.compiling import compiled, entry
from model.matching import looking, matchmaker
from model.matching import round as matching_round


@entry
def council_value(world, c, i, topic, trust):
    return appraisal.council_value(world, c, i, topic, trust)


@entry
def researcher_value(world, c, i, trust):
    return appraisal.researcher_value(world, c, i, trust)


@entry
def trust_between(world, c, i, t):
    return appraisal.trust_between(world, c, i, t)


@entry
def council_objection(world, c, i, topic, trust):
    return appraisal.council_objection(world, c, i, topic, trust)


@entry
def researcher_objection(world, c, i, trust):
    return appraisal.researcher_objection(world, c, i, trust)


@entry
def acceptance(value):
    return appraisal.acceptance(value)


@entry
def meet(world, c, i, n, origin):
    stream = chance.stream_of(world.clock.seed, chance.SEARCH, world.clock.month)
    meeting.meet(world, stream, 0, c, i, n, origin)


@entry
def open_need(world, c, topic):
    need.open_need(world, c, topic, chance.need_of(c, world.clock.month, 0))


@entry
def measure_distances(world):
    place.measure_distances(world)


@entry
def weigh(world):
    picking.weigh_councils(world)
    picking.weigh_staff(world)


def measure_proximity(world):
    measure_distances(world)
    place.decay_with_distance(world)
    weigh(world)


@entry
def shared_structure(world, c, u):
    return place.shared_structure(world, c, u)


@entry
def share_out_effort(world):
    effort.share_out_effort(world)


@entry
def grant_cost(world):
    return funder.grant_cost(world)


@entry
def call_money(world):
    return funder.call_money(world)


@entry
def affordable(money, cost):
    return funder.affordable(money, cost)


@entry
def look_ahead(world):
    funder.look_ahead(world)
    return world.funder.prospect


@entry
def speed(world, t):
    return finding.speed(world, world.ties[t])


@entry
def deliver_finding(world, t):
    stream = chance.stream_of(world.clock.seed, chance.DELIVERY, world.clock.month)
    finding.deliver_finding(world, stream, world.ties[t])


@entry
def embedding_hazard(world, t):
    return partnership.embedding_hazard(world, world.ties[t])


@entry
def doubt(world, t):
    return partnership.doubt(world, world.ties[t])


@entry
def signing_hazard(world, u, c):
    return agreement.signing_hazard(world, u, c)


@entry
def ending_hazard(world, u, c):
    agreement.count_partnerships(world)
    return agreement.ending_hazard(world, u, c)


@entry
def handover(world, t):
    return researcher.handover(world, world.ties[t])


@entry
def transfer(world, n, maker):
    return finding.transfer(world, n, maker)


@entry
def gather(world):
    matching_round.gather(world)


@entry
def choose(world, algorithm):
    matchmaker.choose(world, algorithm)


@entry
def fill_scores(world, scores):
    """Scores of all pairs, [needs, researchers]; -1 where two may not be introduced."""
    stream = chance.stream_of(world.clock.seed, chance.INTRODUCTION, world.clock.month)
    for k in range(scores.shape[0]):
        for j in range(scores.shape[1]):
            n, i = world.round_needs[k], world.round_researchers[j]
            scores[k, j] = -1.0
            if matching_round.is_feasible(world, stream, n, i, matching_round.is_brought(world, n)):
                scores[k, j] = matching_round.score_of(world, stream, n, i)


@entry
def fill_values(world, values, researchers):
    """V_i as the matchmaker reckons it, [councils, researchers]."""
    for c in range(values.shape[0]):
        for j in range(values.shape[1]):
            values[c, j] = looking.value_of(world, c, researchers[j])


@entry
def fill_chances(world, chances):
    """Chances that *random* ranks by, [needs, researchers]; -1 where two may not be introduced."""
    stream = chance.stream_of(world.clock.seed, chance.INTRODUCTION, world.clock.month)
    for k in range(chances.shape[0]):
        for j in range(chances.shape[1]):
            n, i = world.round_needs[k], world.round_researchers[j]
            chances[k, j] = -1.0
            if matching_round.is_feasible(world, stream, n, i, matching_round.is_brought(world, n)):
                who = chance.introduction_of(world.needs[n].who, i)
                chances[k, j] = chance.uniform(stream, who, 1)


@entry
def fill_order(world, order):
    """Draws that *equitable* puts needs of equal councils in order by."""
    stream = chance.stream_of(world.clock.seed, chance.INTRODUCTION_ORDER, world.clock.month)
    for k in range(order.size):
        order[k] = chance.uniform(stream, world.needs[world.round_needs[k]].who, 0)


@entry
def pick_councils(world, u, draws, picks):
    for k in range(draws.size):
        picks[k] = picking.pick_council(world, u, draws[k])


@entry
def pick_universities(world, c, draws, picks):
    for k in range(draws.size):
        picks[k] = picking.pick_university(world, c, draws[k])


@compiled
def _stage(world, t):
    return world.ties[t].stage


@entry
def stage(world, t):
    return _stage(world, t)


@entry
def fetch(world, row):
    fetching.fetch(world.researchers, row)
    fetching.fetch(world.proximity[0], row)


@entry
def sort_by_luck(world, count):
    ordering.sort_by_luck(world, count)

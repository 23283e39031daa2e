"""The model's rules, made callable from Python: rules that only rules call have no entrance of their own."""

from model import chance, effort, finding, funder, matchmaker, meeting, need, partnership, picking, place
from model import round as matching_round
from model.machine import fetching, ordering
from model.machine.compiling import compiled, entry


@entry
def council_value(world, council, researcher, topic, trust):
    return meeting.council_value(world, council, researcher, topic, trust)


@entry
def researcher_value(world, council, researcher, trust):
    return meeting.researcher_value(world, council, researcher, trust)


@entry
def acceptance(value):
    return meeting.acceptance(value)


@entry
def meet(world, council, researcher, need, origin):
    stream = chance.stream_of(world.clock.seed, chance.SEARCH, world.clock.month)
    meeting.meet(world, stream, 0, council, researcher, need, origin)


@entry
def open_need(world, council, topic):
    need.open_need(world, council, topic, chance.need_of(council, world.clock.month, 0))


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
def speed(world, tie):
    return finding.speed(world, world.ties[tie])


@entry
def deliver_finding(world, tie):
    stream = chance.stream_of(world.clock.seed, chance.DELIVERY, world.clock.month)
    finding.deliver_finding(world, stream, world.ties[tie])


@entry
def embedding_hazard(world, tie):
    return partnership.embedding_hazard(world, world.ties[tie])


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
    for n in range(scores.shape[0]):
        for i in range(scores.shape[1]):
            need, researcher = world.round_needs[n], world.round_researchers[i]
            scores[n, i] = -1.0
            if matching_round.is_feasible(world, need, researcher):
                scores[n, i] = matching_round.score_of(world, stream, need, researcher)


@entry
def fill_values(world, values, researchers):
    """V_i as the matchmaker reckons it, [councils, researchers]."""
    for c in range(values.shape[0]):
        for i in range(values.shape[1]):
            values[c, i] = matchmaker.value_of(world, c, researchers[i])


@entry
def fill_chances(world, chances):
    """Chances that *random* ranks by, [needs, researchers]; -1 where two may not be introduced."""
    stream = chance.stream_of(world.clock.seed, chance.INTRODUCTION, world.clock.month)
    for n in range(chances.shape[0]):
        for i in range(chances.shape[1]):
            need, researcher = world.round_needs[n], world.round_researchers[i]
            chances[n, i] = -1.0
            if matching_round.is_feasible(world, need, researcher):
                who = chance.introduction_of(world.needs[need].who, researcher)
                chances[n, i] = chance.uniform(stream, who, 1)


@entry
def fill_order(world, order):
    """Draws that *equitable* puts needs of equal councils in order by."""
    stream = chance.stream_of(world.clock.seed, chance.INTRODUCTION_ORDER, world.clock.month)
    for n in range(order.size):
        order[n] = chance.uniform(stream, world.needs[world.round_needs[n]].who, 0)


@entry
def pick_councils(world, university, draws, picks):
    for i in range(draws.size):
        picks[i] = picking.pick_council(world, university, draws[i])


@entry
def pick_universities(world, council, draws, picks):
    for i in range(draws.size):
        picks[i] = picking.pick_university(world, council, draws[i])


@compiled
def _stage(world, tie):
    return world.ties[tie].stage


@entry
def stage(world, tie):
    return _stage(world, tie)


@entry
def fetch(world, row):
    fetching.fetch(world.researchers, row)
    fetching.fetch(world.proximity[0], row)


@entry
def sort_by_luck(world, n):
    ordering.sort_by_luck(world, n)

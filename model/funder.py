"""The funder: calls, bids, and how awards are made (ODD 4.8)."""

import math

import numpy as np

from model import chance
from model.arrays import AWARDED, N_TOPICS, NEVER, NONE, READY, World
from model.chance import stream_of, uniform
from model.machine.compiling import compiled
from model.machine.ordering import sort_by_key
from model.measures import BID, FULL_BID, GAVE_UP, GRANT_AWARDED, STARTED_GRANT
from model.month import lasting_surprise, levers_of, record, this_month
from model.partnership import doubt, is_bridged
from model.place import round_half_up
from model.tie import become_awarded, go_dormant, start_project
from model.unmet import lose_bid

ROUNDING = 1e-9  # money is added up from parts; a grant is not lost to the last bit

# Draws of BID for each kind of bid: whether, noise, giving up; and the draw of TASTE.
CALL_BID, CALL_NOISE, CALL_DROP, CALL_TASTE = 0, 2, 8, 0
ROLLING_BID, ROLLING_NOISE, ROLLING_DROP, ROLLING_TASTE = 1, 4, 9, 1
FULL_NOISE, FULL_DROP = 6, 10
LOT = 11
OPEN_BID, OPEN_DROP, OPEN_NOISE, OPEN_TASTE, CUTOFF = 12, 13, 14, 2, 3


@compiled
def grant_cost(world: World):
    """£k that a grant costs now."""
    p = world.parameters
    return p.grant_fixed + p.grant_monthly * levers_of(world).grant_months


@compiled
def affordable(money: float, cost: float):
    """How many grants the money covers."""
    return math.floor(money / cost + ROUNDING)


@compiled
def call_money(world: World):
    """£k that each call adds to the money at hand."""
    levers = levers_of(world)
    return levers.annual_budget * (1.0 - levers.responsive_share) * levers.call_interval / 12.0


@compiled
def look_ahead(world: World):
    """When the next call will be held, and how funding looks from here."""
    clock, levers, funder, p = world.clock, levers_of(world), world.funder, world.parameters
    if clock.month == clock.warmup:
        start_accounts(funder)
    cost, share = grant_cost(world), call_money(world)
    closing = (-(clock.month + 1)) % levers.call_interval
    if affordable(funder.leftover + share, cost) >= 1:
        funder.months_to_call = closing
    elif share * NEVER < cost:
        funder.months_to_call = NEVER
    else:
        calls = max(1, math.floor((cost - funder.leftover) / share))
        while affordable(funder.leftover + calls * share, cost) < 1:
            calls += 1
        funder.months_to_call = min(NEVER, closing + (calls - 1) * levers.call_interval)
    nearness = 0.0
    if funder.months_to_call < NEVER:
        nearness = math.exp(-funder.months_to_call / p.call_foresight)
    richness = min(1.0, levers.annual_budget / (p.plentiful_grants * cost * world.councils.size))
    rolling = levers.responsive_share
    funder.prospect = awareness(world) * (rolling + (1.0 - rolling) * nearness) * richness


@compiled
def start_accounts(funder: np.record):
    """The horizon starts with nothing over."""
    funder.leftover = 0.0
    funder.purse = 0.0
    for k in range(funder.aside_awards.size):
        funder.aside_awards[k] = 0


@compiled
def raised(world: World, share: float):
    """What the funder's engagement makes of a share: x + (1 - x) E."""
    return share + (1.0 - share) * levers_of(world).engagement


@compiled
def awareness(world: World):
    """Chance that a pair hears of money in time."""
    return raised(world, world.parameters.awareness)


@compiled
def fund(world: World):
    """Awards start; full bids are decided; a call may close; rolling money is given out; others compete."""
    start_awarded(world)
    decide_full_bids(world)
    close_call(world)
    roll(world)
    compete(world)


@compiled
def start_awarded(world: World):
    """Start the projects whose decision lag is over."""
    for k in range(world.clock.live):
        tie = world.ties[world.live[k]]
        if tie.stage == AWARDED and tie.due <= world.clock.month:
            start_project(world, tie, 1, tie.grant_months)
            this_month(world).starts_grant += 1
            record(world, tie, STARTED_GRANT)


@compiled
def close_call(world: World):
    """Hold this month's call, if one closes and the money at hand covers a grant."""
    clock, funder, levers = world.clock, world.funder, levers_of(world)
    if (clock.month + 1) % levers.call_interval != 0:
        return
    funder.leftover += call_money(world)
    awards = affordable(funder.leftover, grant_cost(world))
    if awards < 1:
        return
    p = world.parameters
    noise = p.score_noise * (p.outline_noise if levers.two_stage else 1.0)
    bids = collect_bids(world, noise)
    rank(world, bids)
    if levers.two_stage:
        invite_full_bids(world, bids, awards)
    else:
        draw_lots(world, bids, min(bids, awards))
        funder.leftover -= make_awards(world, min(bids, awards), levers.decision_lag, grant_cost(world))
        turn_down(world, min(bids, awards), bids, CALL_DROP)


@compiled
def collect_bids(world: World, noise: float):
    """Ready ties that bid to this month's call, with their scores, into the scratch lists."""
    clock = world.clock
    stream = stream_of(clock.seed, chance.BID, clock.month)
    taste = stream_of(clock.seed, chance.TASTE, clock.month)
    bids = 0
    for k in range(clock.live):
        t = world.live[k]
        tie = world.ties[t]
        if tie.stage == READY and tie.due == NONE and bids_now(world, tie, stream, CALL_BID, 1.0):
            merit = score(world, tie, stream, CALL_NOISE, noise, taste, CALL_TASTE)
            bids = put_forward(world, bids, t, merit)
    return bids


@compiled
def put_forward(world: World, bids: int, t: int, merit: float):
    """Add a bid to the scratch lists; the keys hold scores with their sign turned. Returns how many."""
    world.keys[bids] = -merit
    world.items[bids] = t
    return bids + 1


@compiled
def bids_now(world: World, tie: np.record, stream: int, draw: int, share: float):
    """Whether a ready tie bids for the funder's money."""
    if not would_bid(world, tie, stream, draw, share):
        return False
    this_month(world).bids += 1
    tie.grant_months = levers_of(world).grant_months
    record(world, tie, BID)
    return True


@compiled
def would_bid(world: World, tie: np.record, stream: int, draw: int, share: float):
    """Whether a ready tie bids: it must hear of the money, want it, and find the time."""
    p, researcher = world.parameters, world.researchers[tie.researcher]
    hears = 1.0 if is_bridged(world, tie) else awareness(world)
    wants = p.bid_base + (1.0 - p.bid_base) * min(1.0, 2.0 * researcher.motives[2])
    time = 0.3 + 0.7 * world.efforts[researcher.effort].served_nurturing
    probability = share * hears * wants * time
    bids = uniform(stream, chance.pair_of(tie.council, tie.researcher), draw) < probability
    world.luck.bid += lasting_surprise(world, bids, probability)
    return bids


@compiled
def score(world: World, tie: np.record, stream: int, draw: int, noise: float, taste: int, taste_draw: int):
    """What the funder's assessors make of a bid: its merit to them, and noise."""
    luck = chance.normal(stream, chance.pair_of(tie.council, tie.researcher), draw)
    return merit_of(world, tie, taste, taste_draw, levers_of(world).impact_weight) + noise * luck


@compiled
def merit_of(world: World, tie: np.record, taste: int, taste_draw: int, impact: float):
    """Merit of a bid to assessors: excellence, impact, and the call's taste."""
    council, researcher = world.councils[tie.council], world.researchers[tie.researcher]
    merit = researcher.expertise[tie.topic] * (0.25 + 0.5 * council.commitment + 0.5 * tie.trust)
    return (
        (1.0 - impact) * researcher.excellence
        + impact * merit
        + world.parameters.taste_weight * taste_for(world, tie.topic, uniform(taste, tie.topic, taste_draw))
    )


@compiled
def taste_for(world: World, topic: int, luck: float):
    """T_k: how much a call likes a topic, from local needs and by chance."""
    most = 0
    for k in range(N_TOPICS):
        most = max(most, world.funder.open_needs[k])
    aligned = raised(world, world.parameters.topic_alignment)
    interest = world.funder.open_needs[topic] / most if most > 0 else 0.0
    return aligned * interest + (1.0 - aligned) * luck


@compiled
def rank(world: World, bids: int):
    """Best score first."""
    sort_by_key(world.keys, world.items, 0, bids)


@compiled
def draw_lots(world: World, bids: int, awards: int):
    """Move those who win by lot, from the better half, up behind those who win by rank."""
    by_rank = awards - round_half_up(levers_of(world).lottery * awards)
    half = (bids + 1) // 2
    if by_rank >= min(awards, half):
        return
    stream = stream_of(world.clock.seed, chance.BID, world.clock.month)
    for k in range(by_rank, half):
        tie = world.ties[world.items[k]]
        world.keys[k] = uniform(stream, chance.pair_of(tie.council, tie.researcher), LOT)
    sort_by_key(world.keys, world.items, by_rank, half)


@compiled
def make_awards(world: World, awards: int, lag: int, cost: float):
    """Award grants to the first of the list; they are paid for even if cut short. Returns £k."""
    for k in range(awards):
        tie = world.ties[world.items[k]]
        become_awarded(world, tie, world.clock.month + lag)
        record(world, tie, GRANT_AWARDED)
    month = this_month(world)
    month.awards += awards
    month.grants_paid += awards * cost
    return awards * cost


@compiled
def turn_down(world: World, first: int, bids: int, draw: int):
    """Those who lose may give up, unless they are bridged."""
    stream = stream_of(world.clock.seed, chance.BID, world.clock.month)
    for k in range(first, bids):
        t = world.items[k]
        lose(world, t, world.ties[t], stream, draw)


@compiled
def lose(world: World, t: int, tie: np.record, stream: int, draw: int):
    """Who loses may give up, unless bridged."""
    who = chance.pair_of(tie.council, tie.researcher)
    lose_bid(world, tie)
    if not is_bridged(world, tie) and uniform(stream, who, draw) < world.parameters.loser_drop * doubt(
        world, tie
    ):
        record(world, tie, GAVE_UP)
        go_dormant(world, t)


@compiled
def invite_full_bids(world: World, bids: int, awards: int):
    """The best outlines go on to full bids; the money for them is set aside."""
    clock, funder, cost = world.clock, world.funder, grant_cost(world)
    p = world.parameters
    invited = min(bids, p.outlines_kept * awards)
    for k in range(invited):
        tie = world.ties[world.items[k]]
        tie.due = clock.month + p.full_bid_months
        record(world, tie, FULL_BID)
    aside = min(bids, awards)
    funder.leftover -= aside * cost
    call = clock.month % funder.aside_awards.size
    funder.aside_awards[call], funder.aside_cost[call] = aside, cost
    turn_down(world, invited, bids, CALL_DROP)


@compiled
def decide_full_bids(world: World):
    """Score the full bids due anew, in the taste of their call, and award what was set aside."""
    clock, funder = world.clock, world.funder
    call = clock.month - world.parameters.full_bid_months
    at = call % funder.aside_awards.size
    if call < 0 or funder.aside_awards[at] == 0:
        return
    stream = stream_of(clock.seed, chance.BID, clock.month)
    taste = stream_of(clock.seed, chance.TASTE, call)
    bids = 0
    for k in range(clock.live):
        t = world.live[k]
        tie = world.ties[t]
        if tie.stage == READY and tie.due == clock.month:
            noise = world.parameters.score_noise
            merit = score(world, tie, stream, FULL_NOISE, noise, taste, CALL_TASTE)
            bids = put_forward(world, bids, t, merit)
    rank(world, bids)
    aside, cost = funder.aside_awards[at], funder.aside_cost[at]
    funder.aside_awards[at] = 0
    awards = min(bids, aside)
    draw_lots(world, bids, awards)
    paid = make_awards(world, awards, levers_of(world).decision_lag, cost)
    funder.leftover += aside * cost - paid
    for k in range(awards, bids):
        world.ties[world.items[k]].due = NONE
    turn_down(world, awards, bids, FULL_DROP)


@compiled
def roll(world: World):
    """Rolling money: in a month in which the purse covers a grant, ready ties may bid at once."""
    clock, funder, levers, p = world.clock, world.funder, levers_of(world), world.parameters
    funder.purse += levers.annual_budget * levers.responsive_share / 12.0
    if clock.month <= funder.rolled + p.bid_months:
        age_rolling_bids(world)
    awards = affordable(funder.purse, grant_cost(world))
    if awards < 1:
        return
    stream = stream_of(clock.seed, chance.BID, clock.month)
    taste = stream_of(clock.seed, chance.TASTE, clock.month)
    bids = 0
    for k in range(clock.live):
        t = world.live[k]
        tie = world.ties[t]
        may_bid = tie.stage == READY and tie.due == NONE
        if may_bid and bids_now(world, tie, stream, ROLLING_BID, 1.0 / p.rolling_interval):
            tie.rolling_bids += 1
            merit = score(world, tie, stream, ROLLING_NOISE, p.score_noise, taste, ROLLING_TASTE)
            bids = put_forward(world, bids, t, merit)
            funder.rolled = clock.month
    rank(world, bids)
    awards = min(awards, bids)
    funder.purse -= make_awards(world, awards, p.responsive_lag, grant_cost(world))
    turn_down(world, awards, bids, ROLLING_DROP)


@compiled
def compete(world: World):
    """National competitions, open to all fields: a bid wins if it passes a cut-off that the others set."""
    clock, funder, p = world.clock, world.funder, world.parameters
    if p.open_rate <= 0.0:
        return
    stream = stream_of(clock.seed, chance.BID, clock.month)
    taste = stream_of(clock.seed, chance.TASTE, clock.month)
    cutoff = p.open_cutoff + p.open_spread * chance.normal(taste, N_TOPICS, CUTOFF)
    for k in range(clock.live - 1, -1, -1):  # backwards: a tie that gives up leaves the list
        t = world.live[k]
        tie = world.ties[t]
        may_bid = tie.stage == READY and tie.due == NONE and tie.rolling_bids & 1 == 0
        if may_bid and would_bid(world, tie, stream, OPEN_BID, p.open_rate):
            tie.rolling_bids += 1
            funder.rolled = clock.month
            bid_openly(world, t, tie, stream, taste, cutoff)


@compiled
def bid_openly(world: World, t: int, tie: np.record, stream: int, taste: int, cutoff: float):
    """A bid to a national competition, decided by panels that no lever reaches."""
    p, month = world.parameters, this_month(world)
    month.bids_open += 1
    record(world, tie, BID)
    luck = chance.normal(stream, chance.pair_of(tie.council, tie.researcher), OPEN_NOISE)
    merit = merit_of(world, tie, taste, OPEN_TASTE, world.segments[0].impact_weight)
    wins = merit + p.score_noise * luck >= cutoff
    world.luck.won += lasting_surprise(world, wins, chance.above(merit, p.score_noise, cutoff))
    if wins:
        tie.grant_months = p.open_months
        become_awarded(world, tie, world.clock.month + p.open_lag)
        record(world, tie, GRANT_AWARDED)
        month.awards_open += 1
        month.grants_open += p.grant_fixed + p.grant_monthly * p.open_months
    else:
        lose(world, t, tie, stream, OPEN_DROP)


@compiled
def age_rolling_bids(world: World):
    """Bids for rolling money are a month older; those for which no more work is done are forgotten."""
    worked_on = (1 << world.parameters.bid_months) - 1
    for k in range(world.clock.live):
        tie = world.ties[world.live[k]]
        if tie.stage == READY:
            tie.rolling_bids = (tie.rolling_bids << 1) & worked_on

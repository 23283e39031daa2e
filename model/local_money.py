"""Local money: commissions, seed money and vouchers start small projects at once (ODD 4.8)."""

import numpy as np

from model import chance
from model.arrays import NONE, READY, World
from model.chance import stream_of, yearly_number
from model.machine.compiling import compiled
from model.measures import COMMISSIONED, SEEDED, VOUCHED
from model.month import levers_of, record, this_month
from model.tie import start_project


@compiled
def spend_locally(world: World):
    """Councils commission answers, universities help their own people, vouchers help those who are new."""
    save(world)
    commission(world)
    seed(world)
    give_vouchers(world)


@compiled
def save(world: World):
    """A month's money comes in."""
    levers, usual, month = levers_of(world), world.segments[0], this_month(world)
    for c in range(world.councils.size):
        council = world.councils[c]
        share = council.scale * council.interest / 12.0
        put_by(world, council, levers.commissions * share)
        month.cost_local += max(0.0, levers.commissions - usual.commissions) * share
    for u in range(world.universities.size):
        university = world.universities[u]
        put_by(world, university, levers.seed_money * university.posts / 12.0)
        month.cost_local += max(0.0, levers.seed_money - usual.seed_money) * university.posts / 12.0


@compiled
def put_by(world: World, payer: np.record, income: float):
    """Add a month's money to a purse, which holds little; and none while none comes in."""
    most = world.parameters.purse_size * world.parameters.small_cost
    payer.purse = min(payer.purse + income, most) if income > 0.0 else 0.0


@compiled
def commission(world: World):
    """Each council that can pay starts that ready tie with a question of its own which is most worth it."""
    for c in range(world.councils.size):
        world.councils[c].chosen = NONE
    for k in range(world.clock.live):
        t = world.live[k]
        council = world.councils[world.ties[t].council]
        if world.ties[t].need != NONE and would_pay(world, council, t):
            council.chosen = t
    for c in range(world.councils.size):
        if world.councils[c].chosen != NONE:
            pay(world, world.councils[c], COMMISSIONED)
            this_month(world).starts_commission += 1


@compiled
def seed(world: World):
    """Each university that can pay starts that ready tie of its people which is most worth it."""
    for u in range(world.universities.size):
        world.universities[u].chosen = NONE
    for k in range(world.clock.live):
        t = world.live[k]
        university = world.universities[world.researchers[world.ties[t].researcher].university]
        if would_pay(world, university, t):
            university.chosen = t
    for u in range(world.universities.size):
        if world.universities[u].chosen != NONE:
            pay(world, world.universities[u], SEEDED)
            this_month(world).starts_seed += 1


@compiled
def would_pay(world: World, payer: np.record, t: int):
    """Whether a council or university can pay for a tie that is ready, and prefers it to its choice."""
    can_pay = payer.purse >= world.parameters.small_cost
    return can_pay and can_begin(world.ties[t]) and is_better(world, t, payer.chosen)


@compiled
def can_begin(tie: np.record):
    """Whether a tie is ready, and does not work on a full bid."""
    return tie.stage == READY and tie.due == NONE


@compiled
def is_better(world: World, t: int, other: int):
    """Whether a tie is more worth a small project than another: by trust times fit, then the lower pair."""
    if other == NONE:
        return True
    one, two = prospects(world, t), prospects(world, other)
    return one > two or (one == two and pair(world, t) < pair(world, other))


@compiled
def prospects(world: World, t: int):
    """Trust times fit."""
    tie = world.ties[t]
    return tie.trust * world.researchers[tie.researcher].expertise[tie.topic]


@compiled
def pair(world: World, t: int):
    """The pair's name."""
    return chance.pair_of(world.ties[t].council, world.ties[t].researcher)


@compiled
def pay(world: World, payer: np.record, event: int):
    """Start the project that a council or university has chosen, out of its purse."""
    payer.purse -= world.parameters.small_cost
    start_small(world, payer.chosen, event)


@compiled
def start_small(world: World, t: int, event: int):
    """Start a small project."""
    start_project(world, world.ties[t], 1, world.parameters.small_months)
    record(world, world.ties[t], event)


@compiled
def give_vouchers(world: World):
    """Each voucher goes to that ready tie of two who never worked together which is most worth it."""
    yearly = levers_of(world).vouchers
    if yearly <= 0.0:
        return
    stream = stream_of(world.clock.seed, chance.VOUCHER, world.clock.month)
    for _ in range(yearly_number(stream, yearly)):
        t = best_newcomers(world)
        if t == NONE:
            return
        start_small(world, t, VOUCHED)
        this_month(world).starts_voucher += 1
        this_month(world).cost_vouchers += world.parameters.price_voucher


@compiled
def best_newcomers(world: World):
    """The ready tie most worth a small project, of two without one behind them; -1 if there is none."""
    best = NONE
    for k in range(world.clock.live):
        t = world.live[k]
        tie = world.ties[t]
        is_new = tie.met != NONE and tie.findings == 0
        if is_new and can_begin(tie) and is_better(world, t, best):
            best = t
    return best

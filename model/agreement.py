"""Agreements between a council and a university, which outlast the people who made them (ODD 4.10)."""

from model import chance
from model.arrays import World
from model.chance import happens, stream_of
from model.leaders import furthered, loosened
from model.machine.compiling import compiled, inlined
from model.month import hazardous_surprise, this_month
from model.picking import weigh_anew
from model.place import same_place, shared_structure
from model.tie import is_active


@compiled
def note_common_work(world: World, u: int, c: int):
    """A finding is common work of the two; with their first they come to know each other."""
    world.common_work[u, c] += 1
    if world.common_work[u, c] == 1:
        weigh_anew(world, u, c)


@compiled
def renew_agreements(world: World):
    """Those who have worked together may sign an agreement; one without leaders or work may end."""
    if world.parameters.agreement_rate <= 0.0:
        return
    count_partnerships(world)
    stream = stream_of(world.clock.seed, chance.AGREEMENT, world.clock.month)
    for u in range(world.universities.size):
        for c in range(world.councils.size):
            if world.common_work[u, c] > 0:
                sign_or_end(world, stream, u, c)
                this_month(world).agreements += world.agreements[u, c]


@compiled
def count_partnerships(world: World):
    """How many active ties there are between each council and university."""
    for u in range(world.universities.size):
        for c in range(world.councils.size):
            world.partnerships[u, c] = 0
    for k in range(world.clock.live):
        tie = world.ties[world.live[k]]
        if is_active(tie):
            world.partnerships[world.researchers[tie.researcher].university, tie.council] += 1


@inlined
def sign_or_end(world: World, stream: int, u: int, c: int):
    """Let two organisations that have worked together sign an agreement, or end the one that they have."""
    who = chance.pair_of(c, u)
    if world.agreements[u, c] == 0:
        hazard = signing_hazard(world, u, c)
        signs = happens(stream, who, 0, hazard)
        world.luck.signed += hazardous_surprise(world, signs, hazard)
        if signs:
            world.agreements[u, c] = 1
    else:
        hazard = ending_hazard(world, u, c)
        ends = happens(stream, who, 1, hazard)
        world.luck.unsigned += hazardous_surprise(world, ends, hazard)
        if ends:
            world.agreements[u, c] = 0
            world.common_work[u, c] = 0
            weigh_anew(world, u, c)


@inlined
def signing_hazard(world: World, u: int, c: int):
    """Hazard that an agreement is signed."""
    p = world.parameters
    return (
        p.agreement_rate
        * min(1.0, world.common_work[u, c] / p.agreement_work)
        * furthered(world, u, c)
        * (1.0 if same_place(world, c, u) else p.agreement_far)
        * (1.0 + p.embed_structure * shared_structure(world, c, u))
    )


@inlined
def ending_hazard(world: World, u: int, c: int):
    """Hazard that an agreement ends."""
    p = world.parameters
    return (
        p.agreement_loss
        + loosened(world, u, c)
        + (p.agreement_silence if world.partnerships[u, c] == 0 else 0.0)
    )

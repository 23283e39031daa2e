"""Shared luck: two policies of one seed differ by what the policy touches, and by nothing else."""

import numpy as np
import pytest
from numpy.lib.recfunctions import repack_fields

from model.arrays import NONE
from model.policy import BASELINE, policy_from
from model.population import lattice
from model.simulation import Simulation
from tests.model.worlds import ALL_LEVERS, EVERYTHING, SHORT, SMALL

NINE = lattice(scale_levers=False)
WARMUP = 36
PARAMETERS = {"warmup": WARMUP, "horizon": 36}
#: Grants, which policies change, prolong no contract.
FATED = PARAMETERS | {"contract_with_grant": 0}
EAGER = PARAMETERS | {"council_base": 1, "researcher_base": 1, "available_time": 0, "recruitment_months": 0}
ONE_A_MONTH = 12
POLICIES = [policy_from(name, {name: value}) for name, value in ALL_LEVERS.items()] + [EVERYTHING]

#: What happens to a council, a university and a post whatever people do.
FATE = {
    "councils": ("commitment", "analytical_capacity", "partnership_capacity", "window", "other_evidence"),
    "universities": ("commitment",),
    "researchers": (
        *("arrived", "expertise", "excellence", "local_focus", "pace", "engagement_capacity", "motives"),
    ),
}


def fate(simulation):
    """The course of events that no policy changes, month by month."""
    course, world = [], simulation.world
    while simulation.month < simulation.end:
        simulation.advance(1)
        for table, columns in FATE.items():
            rows = (
                getattr(world, table)[: world.clock.posts]
                if table == "researchers"
                else getattr(world, table)
            )
            course += [rows[column].tobytes() for column in columns]
        course.append(world.contract_ends[: world.clock.posts].tobytes())
        course.append(world.months["needs_raised"][: world.clock.month].tobytes())
    return course


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
def test_fate_is_the_same_under_every_policy(policy):
    """The same needs arise, the same leaders change, the same contracts end, the same people come."""
    levers = {name: dated for name, dated in policy.levers.items() if name != "joint_posts"}
    policy = policy_from(policy.name, levers)  # a joint post's own effect is on a leadership
    assert fate(Simulation(FATED, policy, SMALL, 2)) == fate(Simulation(FATED, BASELINE, SMALL, 2))


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
def test_warmup_is_the_same_under_every_policy(policy):
    worlds = []
    for each in (policy, BASELINE):
        simulation = Simulation(SHORT, each, SMALL, seed=4)
        simulation.advance(SHORT["warmup"])
        worlds.append(simulation)
    assert differences(*worlds) == (set(), set(), set())
    assert worlds[0].world.months.tobytes() == worlds[1].world.months.tobytes()


#: Columns that say where in a table something is, not what it is.
LINKS = {"first_tie", "first_need", "last_need", "next_phd", "effort", "position", "name", "need"}
LINKS |= {"next_of_council", "next_of_researcher", "chosen"}


#: Columns that are summed up over ties, or made of such: their last digits hang on the ties' order.
SUMS = {"load", "committed", "nurturing", "served_committed", "served_nurturing"}


def packed(rows):
    """Rows as bytes, without the links among rows, nor the last digits of sums."""
    columns = [name for name in rows.dtype.names if name not in LINKS]
    plain = repack_fields(np.asarray(rows)[columns])
    for column in SUMS.intersection(columns):
        plain[column] = plain[column].round(12)
    return plain.view(f"V{plain.dtype.itemsize}").ravel()


def ties_by_pair(world):
    """What each tie is, by its council and researcher."""
    ties = world.ties[world.ties["stage"] > 0]
    needs = np.where(ties["need"] == NONE, NONE, world.needs["who"][ties["need"]])
    pairs = zip(ties["council"].tolist(), ties["researcher"].tolist(), strict=True)
    return dict(zip(pairs, zip(packed(ties).tolist(), needs.tolist(), strict=True), strict=True))


def differences(one, other):
    """Councils, researchers and pairs whose rows differ between two simulations."""
    a, b = one.world, other.world
    posts = slice(0, a.clock.posts)
    first, second = ties_by_pair(a), ties_by_pair(b)
    return (
        set(np.flatnonzero(packed(a.councils) != packed(b.councils)).tolist()),
        set(np.flatnonzero(packed(a.researchers[posts]) != packed(b.researchers[posts])).tolist()),
        {pair for pair in first.keys() | second.keys() if first.get(pair) != second.get(pair)},
    )


def fork_at_warmup(levers, seed):
    """A simulation that went through its warm-up, under no budget, to go on with and without the levers."""
    quiet = {"annual_budget": 0.0, "commissions": 0.0, "seed_money": 0.0, "dissemination": 0.0}
    policies = policy_from("with", quiet | levers), policy_from("without", quiet)
    warm = Simulation(EAGER, BASELINE, NINE, seed)
    warm.advance(WARMUP)
    return [warm.fork(policy) for policy in policies]


def one_month(value):
    return {"value": value, "start": 0, "end": 1}


ONE_MEETING = {
    "event": {"events_per_year": one_month(ONE_A_MONTH), "event_size": 1},
    "introduction": {"match_interval": one_month(1), "match_capacity": 1},
}


@pytest.mark.parametrize("lever", ONE_MEETING)
def test_one_birth_one_difference(lever):
    """One meeting by policy in a world at work: its pair and their other ties differ, and nothing else.

    Money and communication are off, since both reach everyone at once.
    """
    born = 0
    for seed in range(24):
        forks = fork_at_warmup(ONE_MEETING[lever], seed)
        for fork in forks:
            fork.advance(1)
        councils, researchers, pairs = differences(*forks)
        new = ties_by_pair(forks[0].world).keys() - ties_by_pair(forks[1].world).keys()
        if not forks[0].world.months["formed"][WARMUP] > forks[1].world.months["formed"][WARMUP]:
            assert (councils, researchers, pairs) == (set(), set(), set())  # no tie was born
            continue
        born += 1
        (c,) = councils
        (r,) = researchers
        assert (c, r) in pairs
        assert new <= {(c, r)}
        assert all(pair[0] == c or pair[1] == r for pair in pairs)
    assert born >= 3


def live_pairs(simulations):
    """Councils and researchers with a live tie in any of the simulations."""
    pairs = set()
    for simulation in simulations:
        world = simulation.world
        live = world.ties[world.live[: world.clock.live]]
        pairs |= set(zip(live["council"].tolist(), live["researcher"].tolist(), strict=True))
    return pairs


ONE_SECONDMENT = {"secondments": one_month(ONE_A_MONTH)}


@pytest.mark.parametrize("levers", [*ONE_MEETING.values(), ONE_SECONDMENT], ids=[*ONE_MEETING, "secondment"])
def test_differences_spread_through_ties_only(levers):
    """Entries shut off after one policy act: two years on, only those whom ties connect to it differ."""
    share_differing = []
    for seed in range(24):
        forks = fork_at_warmup(levers, seed)
        for fork in forks:
            fork.world.parameters.search_rate = fork.world.parameters.outreach_rate = 0.0
            fork.advance(1)
        councils, researchers, _ = differences(*forks)
        assert len(councils) <= 1
        others = set(researchers)
        if levers is ONE_SECONDMENT:  # further analysts may bring findings of the council's ties to their end
            others -= {r for c, r in live_pairs(forks) if c in councils}
        assert len(others) <= 1
        for _ in range(24):
            pairs = live_pairs(forks)
            for fork in forks:
                fork.advance(1)
            for _ in range(2):  # what one finding teaches may bear on the researcher's other ties at once
                for c, r in pairs | live_pairs(forks):
                    if c in councils or r in researchers:
                        councils.add(c)
                        researchers.add(r)
            differ = differences(*forks)
            assert differ[0] <= councils
            assert differ[1] <= researchers
            assert all(c in councils or r in researchers for c, r in differ[2])
        share_differing.append(len(councils) / len(forks[0].world.councils))
    assert 0 < np.mean(share_differing) < 0.5, share_differing

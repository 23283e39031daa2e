"""What must hold in any correct build of the model: closed forms, conservation, levers that do nothing.

A statistical test fails a sound build for one choice of seeds in a thousand (FALSE_ALARM); seeds are fixed.
Most laws are checks of `experiment=verify` (experiments/verification), which are made here, too.
"""

import numpy as np
import pytest
from scipy import stats

from analysis.statistics.evidence.checks import FALSE_ALARM, ROUNDING
from experiments.verification import CHECKS
from experiments.verification.conservation import LAWS
from experiments.verification.worlds import (
    ALL_LEVERS,
    CERTAIN,
    EVERYTHING,
    INDIFFERENT,
    NO_ENTRIES,
    NOBODY_LEAVES,
    SHORT,
    SMALL,
    finished,
)
from model.arrays import BY_REPEAT, DORMANT, SCOPING
from model.measures import EVENTS
from model.parameters import LEVERS, PARAMETERS
from model.policy import BASELINE, policy_from
from model.population import COUNCIL_SITE, UNIVERSITY_SITE, Population, lattice
from model.reasons import NOBODY_MET, OF_NEEDS
from model.simulation import Simulation, run
from tests.model import rules
from tests.model.worlds import bits


@pytest.mark.parametrize("check", [name for name, check in CHECKS.items() if check.kind != "twin"])
def test_what_verify_checks(check):
    """The twin is held to the model by tests/test_reference.py, in more worlds."""
    assert CHECKS[check].measure().passes


TAMPERED = {
    "needs": lambda world: world.months["needs_raised"][5:6],
    "reasons": lambda world: world.reasons[OF_NEEDS, 0, NOBODY_MET : NOBODY_MET + 1],
    "money": lambda world: world.months["grants_paid"][30:31],
    "stages": lambda world: world.months["project"][7:8],
    "people": lambda world: world.universities["staff"][:1],
    "days": lambda world: world.councils["served_committed"][world.councils["committed"] > 0][:1],
}


@pytest.mark.parametrize("law", LAWS)
def test_laws_notice_the_smallest_breach(law):
    simulation = finished(seed=4)
    assert LAWS[law](simulation) <= ROUNDING
    world = simulation.world
    if law == "days":
        busy = int(np.argmax(world.councils["committed"]))
        world.councils["served_committed"][busy] += 1e-6
    else:
        TAMPERED[law](world)[:] += 1
    assert LAWS[law](simulation) > ROUNDING


def test_appraisal_is_base():
    """Benefits and aversions 0: V is the base whoever meets, whatever their state."""
    simulation = finished(INDIFFERENT, BASELINE, lattice())
    for council, researcher in ((0, 0), (35, 539), (17, 3)):
        assert (
            rules.council_value(simulation.world, council, researcher, 2, 0.8)
            == PARAMETERS["council_base"].default
        )
        assert (
            rules.researcher_value(simulation.world, council, researcher, 0.8)
            == PARAMETERS["researcher_base"].default
        )
    assert rules.acceptance(-2.5) == pytest.approx(1 / (1 + np.exp(2.5)), rel=1e-15)
    assert rules.acceptance(-1e6) == pytest.approx(0.0, abs=1e-300)
    assert rules.acceptance(1e6) == 1.0


@pytest.mark.parametrize("trust", [0.0, 0.06, 0.4])
def test_revived_tie_starts_half_way(trust):
    """A dormant tie that is revived starts with trust of at least 0.1 and progress of half its trust."""
    parameters = NO_ENTRIES | NOBODY_LEAVES | INDIFFERENT | {"need_rate": 3, "strategic_loss": 1e9}
    simulation = Simulation(parameters | {"council_base": CERTAIN, "researcher_base": CERTAIN})
    simulation.advance(1)
    world = simulation.world
    tie = world.ties[world.ties["stage"] == DORMANT][0]
    council, researcher = int(tie["council"]), int(tie["researcher"])
    world.ties["trust"] = trust
    rules.meet(world, council, researcher, int(world.councils["first_need"][council]), BY_REPEAT)
    (revived,) = world.ties[world.ties["stage"] == SCOPING]
    assert (revived["council"], revived["researcher"]) == (council, researcher)
    assert revived["trust"] == max(trust, 0.1)
    assert revived["progress"] == max(trust, 0.1) / 2


CONSERVED = {
    "baseline": (BASELINE, lattice(), {}),
    "every lever": (EVERYTHING, SMALL, {}),
    "every lever, larger": (EVERYTHING, lattice(), {}),
    "levers for some months": (
        policy_from("dated", {n: {"value": v, "start": 7, "end": 61} for n, v in ALL_LEVERS.items()}),
        lattice(),
        {},
    ),
    "more set aside than full bids use": (
        policy_from("two stages", {"two_stage": 1, "call_interval": 1, "annual_budget": 50_000}),
        lattice(),
        {},
    ),
    "busy": (EVERYTHING, SMALL, {"need_rate": 3, "officer_turnover": 0.3, "researcher_exit": 0.1}),
}


@pytest.mark.parametrize("case", CONSERVED)
def test_conservation(case):
    """Of needs, of money, of people and days, and of ties stage by stage."""
    policy, population, parameters = CONSERVED[case]
    simulation = finished(parameters, policy, population, seed=4)
    for name, law in LAWS.items():
        assert law(simulation) <= ROUNDING, name


def test_paid_for_every_award():
    """Grants paid are awards times their cost, and each starts unless its tie is gone."""
    series = run(policy=policy_from("p", {"grant_months": 9, "call_interval": 6}), seed=3).series
    np.testing.assert_array_equal(series["grants_paid"], series["awards"] * (10 + 7.5 * 9))


IDLE = {
    "match_algorithm": "stable",
    "match_scope": "place",
    "match_capacity": 99,
    "match_accuracy": 0.1,
    "nurture_support": 1.0,
    "event_size": 99,
}


@pytest.mark.parametrize("lever", LEVERS)
def test_idle_lever(lever):
    """A lever at intensity 0 (or at its default), for all or for some months, changes nothing."""
    rest = {name: value for name, value in ALL_LEVERS.items() if name != lever}
    idle = LEVERS[lever].default
    for levers in ({}, rest):
        without = bits(run(SHORT, policy_from("without", levers), SMALL, seed=8, histories=True))
        for given in (idle, {"value": idle, "start": 5, "end": 17}):
            policy = policy_from("with", levers | {lever: given})
            assert bits(run(SHORT, policy, SMALL, seed=8, histories=True)) == without


def test_the_smallest_population_has_a_history_and_reasons():
    simulation = finished({"warmup": 0, "horizon": 24}, BASELINE, lattice(1, 1, 1, 1))
    assert simulation.world.history.size
    assert simulation.world.reasons.sum()
    assert LAWS["reasons"](simulation) == 0


def test_levers_without_effect():
    """How introductions and events are made does not matter where none are; nor do levers past the end."""
    baseline = bits(run(SHORT, BASELINE, SMALL, seed=8, histories=True))
    assert bits(run(SHORT, policy_from("idle", IDLE), SMALL, seed=8, histories=True)) == baseline
    late = {name: {"value": value, "start": 24} for name, value in ALL_LEVERS.items()}
    assert bits(run(SHORT, policy_from("late", late), SMALL, seed=8, histories=True)) == baseline


def site(place, x, y, population):
    return (place, x, y, 3.0, 3.0, population, 0.4)


def uneven(order, university_order):
    """An uneven world, its councils and universities listed in some order."""
    councils = np.array(
        [
            site(0, 0, 0, 600_000),
            site(0, 9, 4, 120_000),
            site(1, 50, 0, 250_000),
            site(1, 58, 9, 90_000),
            site(2, 20, 90, 60_000),
            site(2, 26, 80, 170_000),
        ],
        COUNCIL_SITE,
    )
    universities = np.array(
        [(0, 1, 1, 2, 2, 40), (1, 52, 3, 2, 2, 10), (1, 55, 5, 2, 2, 25)], UNIVERSITY_SITE
    )
    return Population("uneven", ("a", "b", "c"), councils[order], universities[university_order])


def observed(population, order, seeds):
    """Indicators of each seed, and the active months of each council in its original order."""
    rows = []
    levers = {"match_interval": 3, "match_algorithm": "equitable", "secondments": 30, "events_per_year": 12}
    for seed in seeds:
        simulation = Simulation(
            {"warmup": 24, "horizon": 60},
            policy_from("some", {**levers, "annual_budget": 4000}),
            population,
            seed,
        )
        simulation.advance()
        months = np.empty(len(order))
        months[order] = simulation.world.councils["active_months"]
        rows.append([*simulation.result().indicators.values(), *months])
    return np.array(rows)


def test_relabelling_changes_no_distribution():
    """Councils and universities listed the other way round: no indicator's distribution changes.

    Kolmogorov-Smirnov tests of every indicator and each council's active months on other seeds.
    """
    n = 400
    order, other = np.arange(6), np.array([3, 5, 0, 4, 2, 1])
    first = observed(uneven(order, [0, 1, 2]), order, range(n))
    second = observed(uneven(other, [2, 0, 1]), other, range(n, 2 * n))
    p_values = []
    for samples in zip(first.T, second.T, strict=True):
        one, two = (sample[np.isfinite(sample)] for sample in samples)
        if len(one) and len(two):
            p_values.append(stats.ks_2samp(one, two, method="asymp").pvalue)
    assert len(p_values) > 40
    assert min(p_values) > FALSE_ALARM / len(p_values)


def test_an_introduction_that_a_council_asked_for_is_refused_by_no_one():
    """All that is introduced scopes, and nobody who would refuse is introduced."""
    policy = policy_from("asked", {"match_interval": 3, "match_capacity": 1000, "match_request": 1.0})
    never_busy = SHORT | {"capacity_mean": 1e6}
    asked = run(never_busy, policy, SMALL, seed=3).indicators
    assert asked["formed_introduction"] == asked["introductions"] > 0
    unwilling = run(never_busy | {"researcher_base": -700.0}, policy, SMALL, seed=3).indicators
    assert unwilling["introductions"] == 0


def test_vouchers_go_to_those_who_never_worked_together():
    """No pair has a finding before its voucher, nor a project since it met; and each is charged."""
    simulation = finished({"council_base": -2.5}, policy_from("vouchers", {"vouchers": 60.0}))
    run = simulation.result()
    assert run.histories is not None
    projects = ("started_grant", "started_inkind", "commissioned", "seeded", "vouched")
    lives: dict[tuple[int, int], list[str]] = {}
    for each in run.histories:
        lives.setdefault((each["council"], each["researcher"]), []).append(EVENTS[each["event"]])
    vouched = 0
    for life in lives.values():
        for at in (k for k, event in enumerate(life) if event == "vouched"):
            vouched += 1
            met = max(k for k in range(at) if life[k].startswith("formed_"))
            last = max((k for k in range(at) if life[k] in ("departed", "forgotten")), default=0)
            assert not set(life[met:at]) & set(projects)
            assert not any(event.startswith("finding_") for event in life[last:at])
    assert vouched == run.indicators["starts_voucher"] > 0
    assert run.indicators["cost_vouchers"] == vouched * PARAMETERS["price_voucher"].default

"""Small worlds, a policy that pulls every lever, and what must hold in any world whatever."""

import hashlib
import json
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from model.arrays import NONE, STAGES
from model.measures import EVENTS, SERIES
from model.parameters import LEVERS
from model.policy import BASELINE, policy_from
from model.population import lattice
from model.simulation import Simulation

SMALL = lattice(2, 2, 1, 5, scale_levers=False)
#: Short runs of willing councils, so that much happens in them.
SHORT = {"warmup": 24, "horizon": 24, "council_base": -2.5, "culture_spread": 1.0}
ALGORITHMS = LEVERS["match_algorithm"].domain.words

#: Every lever away from its default; those in absolute numbers are meant for unscaled small worlds.
ALL_LEVERS = {
    "call_interval": 3,
    "decision_lag": 2,
    "grant_months": 6,
    "annual_budget": 1500.0,
    "responsive_share": 0.4,
    "two_stage": 1,
    "lottery": 0.3,
    "bridging_months": 6,
    "impact_weight": 0.6,
    "dissemination": 1.0,
    "match_interval": 2,
    "match_algorithm": "stable",
    "match_scope": "place",
    "match_capacity": 5,
    "match_accuracy": 0.6,
    "nurture_support": 0.5,
    "engagement": 0.5,
    "training_rate": 0.5,
    "secondments": 6.0,
    "phds": 5.0,
    "brokers": 1.5,
    "events_per_year": 6.0,
    "event_size": 3,
    "joint_posts": 1.0,
    "structures": 0.5,
    "commissions": 1.0,
    "seed_money": 0.1,
    "match_request": 0.5,
    "vouchers": 120.0,
}
EVERYTHING = policy_from("everything", ALL_LEVERS)


def bits(run):
    """All that a run leaves behind, to compare two runs bit for bit."""
    histories = b"" if run.histories is None else run.histories.tobytes()
    indicators = np.array([*run.indicators.values(), *run.luck.values()]).tobytes()
    return indicators + run.series.tobytes() + run.spells.tobytes() + histories


def finished(parameters=SHORT, policy=EVERYTHING, population=SMALL, seed=0):
    """A simulation that has run to its end, with histories."""
    simulation = Simulation(parameters, policy, population, seed, histories=True)
    simulation.advance()
    return simulation


def check_everything(simulation):
    """What must hold after any run."""
    check_needs(simulation)
    check_money(simulation)
    check_stages(simulation)
    check_staff(simulation)
    check_numbers(simulation)


def check_needs(simulation):
    """Needs raised and open before are those that ended, in one of five ways, and those open after."""
    months = simulation.world.months
    ways = ("met", "met_scoping", "met_dissemination", "met_elsewhere", "expired")
    ended = sum(months[f"needs_{how}"] for how in ways)
    np.testing.assert_array_equal(np.cumsum(months["needs_raised"] - ended), months["needs_open"])
    assert simulation.world.funder.open_needs.sum() == simulation.world.funder.needs_open


def check_money(simulation):
    """What calls and purse brought in the horizon is paid, set aside, left over, or in the purse."""
    world, warmup = simulation.world, simulation.world.clock.warmup
    levers = world.segments[world.segment_of_month]
    month = np.arange(len(levers))
    closes = (month + 1) % levers["call_interval"] == 0
    calls = levers["annual_budget"] * (1 - levers["responsive_share"]) * levers["call_interval"] / 12
    income = closes * calls + levers["annual_budget"] * levers["responsive_share"] / 12
    paid = world.months["grants_paid"]
    for period in (slice(0, warmup), slice(warmup, None)):
        received = np.cumsum(income[period])
        assert (np.cumsum(paid[period]) <= received * (1 + 1e-9)).all()
    last = slice(warmup, None) if len(month) > warmup else slice(0, warmup)
    funder = world.funder
    held = funder.leftover + funder.purse + funder.aside_awards @ funder.aside_cost
    assert paid[last].sum() + held == pytest.approx(income[last].sum(), rel=1e-9, abs=1e-6)


#: The stage that an event leads to, and the stages that it may come from ("" before and after a tie's life).
PASSAGES = {
    **{f"formed_{how}": ("scoping", ("", "dormant")) for how in ("council_search", "outreach", "event")},
    "formed_introduction": ("scoping", ("", "dormant")),
    "formed_repeat": ("scoping", ("dormant",)),
    "initial": ("strategic", ("",)),
    "ready": ("ready", ("scoping",)),
    "lapsed": ("dormant", ("scoping", "ready")),
    "awarded": ("awarded", ("ready",)),
    "gave_up": ("dormant", ("ready",)),
    "started_grant": ("project", ("awarded",)),
    **dict.fromkeys(("started_inkind", "commissioned", "seeded", "vouched"), ("project", ("ready",))),
    "started_phd": ("project", ("",)),
    "embedded": ("strategic", ("project",)),
    "follow_on": ("ready", ("project",)),
    "project_ended": ("dormant", ("project",)),
    "strategic_ended": ("dormant", ("strategic",)),
    "departed": ("", ("dormant", "scoping", "ready", "awarded", "project", "strategic")),
    "forgotten": ("", ("dormant",)),
    "bid": (None, ("ready",)),
    "full_bid": (None, ("ready",)),
    "first_answer": (None, ("ready",)),
    "yielded": (None, ("scoping", "ready", "awarded")),
    "claimed": (None, ("project", "strategic")),
    "finding_met": (None, ("project", "strategic")),
    "finding_late": (None, ("project", "strategic")),
    "finding_own": (None, ("project", "strategic")),
    "opportunity": (None, ("strategic",)),
    "handed_over": (None, ("awarded", "project", "strategic")),
    "officer_lost": (None, ("scoping", "ready", "awarded", "project", "strategic")),
}


def check_stages(simulation):
    """Each tie's life is a path through the stages, and all lives together are the stocks of every month."""
    world = simulation.world
    if not len(world.months):
        return
    history = world.history[: world.clock.events]
    stage, stock, at = {}, Counter(), 0
    for month, measured in enumerate(world.months):
        while at < len(history) and history["month"][at] == month:
            tie, before = history["tie"][at], stage.get(history["tie"][at], "")
            after = _next_stage(EVENTS[history["event"][at]], before)
            stock[before] -= 1
            stock[after] += 1
            stage[tie] = after
            at += 1
        counted = [
            stock["scoping"],
            stock["ready"] + stock["awarded"],
            stock["project"],
            stock["strategic"],
            stock["dormant"],
        ]
        assert counted == [measured[name] for name in ("scoping", "ready", "project", "strategic", "dormant")]
    assert at == len(history)
    ties = world.ties[world.ties["stage"] > 0]
    assert {tie["name"]: STAGES[tie["stage"]] for tie in ties} == {t: s for t, s in stage.items() if s}


def _next_stage(event, before):
    if event == "seconded":
        return before or "dormant"
    after, allowed = PASSAGES[event]
    assert before in allowed, f"{event} of a tie that is {before or 'no tie'}"
    return before if after is None else after


def check_staff(simulation):
    """Whoever is present is on one university's staff, and no one else is."""
    world, listed = simulation.world, []
    for university in world.universities:
        staff = list(range(university["first_post"], university["first_post"] + university["posts"]))
        phd = university["first_phd"]
        while phd != NONE:
            staff.append(int(phd))
            assert len(staff) <= university["staff"]  # else the list is a circle
            phd = world.researchers["next_phd"][phd]
        assert len(staff) == university["staff"]
        listed += staff
    assert sorted(listed) == np.flatnonzero(world.researchers["present"]).tolist()
    assert len(listed) == world.clock.researchers


#: Ratios are not defined where nothing stands below the line.
RATIOS = (
    "success_open",
    "success_rate",
    "timely_share",
    "months_to_start",
    "cost_per_strategic_year",
    "cost_per_need_met",
)
SHARES = (
    "mean_coverage",
    "mean_trust_active",
    "gini_active_months",
    "success_open",
    "success_rate",
    "timely_share",
)


def check_numbers(simulation):
    """Numbers are numbers, none below 0, shares no more than 1."""
    months, indicators = simulation.world.months, simulation.result().indicators
    for name in SERIES:
        assert np.isfinite(months[name]).all(), name
        assert (months[name] >= 0).all(), name
    for name, value in indicators.items():
        assert value >= 0 or (np.isnan(value) and name in RATIOS), name
        assert np.isfinite(value) or name in RATIOS, name
    for name in SHARES:
        assert not indicators[name] > 1, name
    for table, columns in SHARES_OF_ROWS.items():
        for column in columns:
            values = getattr(simulation.world, table)[column]
            assert ((values >= 0) & (values <= 1)).all(), (table, column)


SHARES_OF_ROWS = {
    "councils": ("commitment", "absorptive_capacity", "served_committed", "served_nurturing"),
    "universities": ("commitment",),
    "researchers": ("sector_knowledge", "expertise", "local_focus", "excellence"),
    "ties": ("trust", "served"),
    "places": ("structure",),
}


def print_digests():
    """Digests of small worlds, for a process of other settings to compare."""
    print(json.dumps(digests()))


def digests():
    """Of the small world under every algorithm, and of one in which whoever searches finds nobody."""
    policies = {name: policy_from(name, ALL_LEVERS | {"match_algorithm": name}) for name in ALGORITHMS}
    found = {name: _digest(finished(policy=policy)) for name, policy in policies.items()}
    deserted = replace(SMALL, universities=SMALL.universities[:0])
    return found | {"nobody": _digest(finished(policy=BASELINE, population=deserted))}


def _digest(simulation):
    return hashlib.sha256(bits(simulation.result())).hexdigest()

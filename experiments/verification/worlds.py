"""Worlds to check the model in: small ones, a policy that pulls every lever, and what to switch off."""

from collections.abc import Mapping
from functools import cache

from model.policy import BASELINE, Policy, policy_from
from model.population import Population, lattice
from model.simulation import Simulation

SMALL = lattice(2, 2, 1, 5, scale_levers=False)
#: Short runs of willing councils, so that much happens in them.
SHORT = {"warmup": 24, "horizon": 24, "council_base": -2.5, "culture_spread": 1.0}

NO_ENTRIES = {"search_rate": 0, "outreach_rate": 0}
NOBODY_LEAVES = {
    "researcher_exit": 0,
    "renewal": 1,
    "officer_turnover": 0,
    "leader_change": 0,
    "leader_turnover": 0,
    "university_leader_months": 1e12,
    "austerity": 0,
}
NO_BENEFIT = dict.fromkeys(("council_benefit", "researcher_benefit", "trust_weight"), 0)
NO_AVERSION = dict.fromkeys(
    ("pace_aversion", "scale_aversion", "load_aversion", "outside_option", "unfamiliarity"), 0
)
INDIFFERENT = NO_BENEFIT | NO_AVERSION | {"culture_spread": 0, "culture_size": 0}
#: Logit; sigma(50) differs from 1 by 2e-22.
CERTAIN = 50.0
WILLING = INDIFFERENT | {"council_base": CERTAIN, "researcher_base": CERTAIN}
#: Time for all that is asked.
PLENTY = {"capacity_mean": 1e9, "researcher_time": 1e9}

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


def finished(
    parameters: Mapping[str, object] = SHORT,
    policy: Policy = EVERYTHING,
    population: Population = SMALL,
    seed: int = 0,
) -> Simulation:
    """A simulation that has run to its end, with histories."""
    simulation = Simulation(parameters, policy, population, seed, histories=True)
    simulation.advance()
    return simulation


@cache
def kept() -> tuple[Simulation, ...]:
    """Two runs in which much happens: the default one, and one under every lever."""
    return finished({}, BASELINE, lattice()), finished(SHORT | {"horizon": 120}, EVERYTHING, lattice(), 4)

"""Worked cases: numbers that a council officer can check by hand, against the model's own rules.

A case (cases/*.yaml) is a world of one council and one researcher of whom some things are given; what is
expected is rounded to four decimals.
"""

from pathlib import Path

import numpy as np
import pytest
import yaml

from model.arrays import NONE, ORIGINS, STAGES
from model.policy import policy_from
from model.population import lattice
from model.reasons import NAMES
from model.simulation import Simulation
from tests.model import rules

FILES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
CASES = [
    pytest.param(case, id=f"{file.stem}: {case['case']}")
    for file in FILES
    for case in yaml.safe_load(file.read_text(encoding="utf-8"))
]
HALF_OF_LAST_DECIMAL = 5e-5


def simulation_of(case):
    """A council and a researcher with one tie, of whom the case's numbers are true."""
    # trust_weight is the one that the cases' sums were worked out with
    parameters = {"warmup": 0, "horizon": 12, "available_time": 0, "initial_strategic": 1, "trust_weight": 2}
    simulation = Simulation(
        parameters | case.get("parameters", {}),
        policy_from("case", case.get("levers", {})),
        lattice(1, 1, 1, 1, scale_levers=False),
        histories=True,
    )
    world = simulation.world
    world.segment_of_month[:] = 1
    rows = {
        "council": world.councils[0],
        "university": world.universities[0],
        "researcher": world.researchers[0],
        "area": world.areas[0],
        "funder": world.funder,
        "tie": world.ties[0],
    }
    for noun, row in rows.items():
        for column, value in case.get(noun, {}).items():
            row[column] = in_numbers(column, value)
    world.ties["topic"], world.ties["need"] = 0, NONE
    if "need" in case:
        rules.open_need(world, 0, 0)
        world.needs["born"][0] -= case.get("age", 0)
        if case["need"] != "free":
            world.ties["need"][0], world.needs["tie"][0] = 0, 0
    world.common_work[0, 0], world.agreements[0, 0] = case.get("common_work", 0), case.get("agreement", 0)
    rules.measure_proximity(world)
    return simulation


def in_numbers(column, value):
    words = {"stage": STAGES, "origin": ORIGINS}.get(column)
    return words.index(value) if words else value


def after_effort(column, table="councils"):
    def value(world, case):
        rules.share_out_effort(world)
        return getattr(world, table)[column][0]

    return value


def after_finding(table, column):
    def value(world, case):
        rules.deliver_finding(world, 0)
        return getattr(world, table)[column][0]

    return value


def council_value(world, case):
    return rules.council_value(world, 0, 0, 0, float(case.get("trust", 0)))


def researcher_value(world, case):
    return rules.researcher_value(world, 0, 0, float(case.get("trust", 0)))


def grants(world, case):
    return rules.affordable(world.funder.leftover + rules.call_money(world), rules.grant_cost(world))


def months_to_call(world, case):
    rules.look_ahead(world)
    return world.funder.months_to_call


def council_objection(world, case):
    return NAMES[rules.council_objection(world, 0, 0, 0, float(case.get("trust", 0)))]


def researcher_objection(world, case):
    return NAMES[rules.researcher_objection(world, 0, 0, float(case.get("trust", 0)))]


RULES = {
    "council_objection": council_objection,
    "researcher_objection": researcher_objection,
    "proximity": lambda world, case: world.proximity[0, 0],
    "trust_between": lambda world, case: rules.trust_between(world, 0, 0, 0),
    "V_c": council_value,
    "V_i": researcher_value,
    "council_accepts": lambda world, case: rules.acceptance(council_value(world, case)),
    "researcher_accepts": lambda world, case: rules.acceptance(researcher_value(world, case)),
    "served": after_effort("served", "ties"),
    "load_council": after_effort("load"),
    "load_researcher": after_effort("load", "researchers"),
    "cost_nurture": after_effort("cost_nurture", "months"),
    "grant_cost": lambda world, case: rules.grant_cost(world),
    "call_money": lambda world, case: rules.call_money(world),
    "grants": grants,
    "prospect": lambda world, case: rules.look_ahead(world),
    "months_to_call": months_to_call,
    "value": after_finding("months", "value"),
    "trust": after_finding("ties", "trust"),
    "absorptive_capacity": after_finding("councils", "absorptive_capacity"),
    "sector_knowledge": after_finding("researchers", "sector_knowledge"),
    "progress": lambda world, case: rules.speed(world, 0),
    "doubt": lambda world, case: rules.doubt(world, 0),
    "signing_hazard": lambda world, case: rules.signing_hazard(world, 0, 0),
    "ending_hazard": lambda world, case: rules.ending_hazard(world, 0, 0),
    "handover": lambda world, case: rules.handover(world, 0),
    "transfer": lambda world, case: rules.transfer(world, 0, 0),
    "weight": lambda world, case: world.search_sums[0, 0],
    "embedding_hazard": lambda world, case: rules.embedding_hazard(world, 0),
}


@pytest.mark.parametrize("case", CASES)
def test_case(case):
    for name, expected in case.get("expected", {}).items():
        found = RULES[name](simulation_of(case).world, case)
        is_number = isinstance(expected, int | float)
        assert found == (pytest.approx(expected, abs=HALF_OF_LAST_DECIMAL) if is_number else expected), name
    if "month" in case:
        simulation = simulation_of(case)
        simulation.advance(1)
        for name, expected in case["month"].items():
            found = simulation.world.months[name][0]
            assert found == pytest.approx(expected, abs=HALF_OF_LAST_DECIMAL), name
    if "reasons" in case:
        simulation = simulation_of(case)
        simulation.advance(case["months"])
        told = [(("need", "meeting")[of], NAMES[why]) for of, _, why in np.argwhere(simulation.world.reasons)]
        assert told == [*case["reasons"].items()]


def test_every_rule_has_a_case():
    used = {name for case in CASES for name in case.values[0].get("expected", {})}
    assert used == set(RULES)


def test_every_reason_has_a_case():
    cases = [case.values[0] for case in CASES]
    told = {name for case in cases for name in case.get("reasons", {}).values()}
    expected = [case.get("expected", {}) for case in cases]
    weighs = {each.get(rule) for each in expected for rule in ("council_objection", "researcher_objection")}
    assert told | weighs - {None} == set(NAMES)

"""A lever is declared once: it costs what its declaration says, by the price that it names."""

import numpy as np
import pytest

from model.measures import SERIES
from model.parameters import COSTS, LEVERS, PARAMETERS
from model.policy import policy_from
from model.simulation import run
from tests.model.worlds import ALL_LEVERS, SHORT, SMALL

PRICED = {name: lever for name, lever in LEVERS.items() if lever.price}


def series_of(levers, parameters=SHORT):
    """The months of a small world under some levers."""
    return run(parameters, policy_from("tested", levers), SMALL).series


def test_declarations():
    """Every price is a lever's, what is priced is charged, and no two levers are called alike."""
    prices = {name for name in PARAMETERS if name.startswith("price_")}
    assert {lever.price for lever in PRICED.values()} == prices
    money = {name for name, lever in LEVERS.items() if lever.cost and lever.unit == "£k/year"}
    assert {name for name, lever in LEVERS.items() if lever.cost} == {*PRICED, *money}
    assert set(COSTS) <= set(SERIES)
    assert len({lever.label for lever in LEVERS.values()}) == len(LEVERS)


def test_posts_are_recruited_and_nothing_else():
    posts = {name for name, lever in LEVERS.items() if lever.unit == "FTE"}
    assert {name for name, lever in LEVERS.items() if lever.recruited} == {*posts, "match_interval"}


@pytest.mark.parametrize("months", [0, 1, 7])
@pytest.mark.parametrize(
    ("name", "cost"),
    [
        ("brokers", "cost_brokers"),
        ("joint_posts", "cost_joint_posts"),
        ("match_interval", "cost_matchmaking"),
    ],
)
def test_posts_are_paid_once_they_are_filled_and_until_their_lever_ends(name, cost, months):
    levers = {name: {"value": 4, "start": 3, "end": 15}}
    paid = series_of(levers, SHORT | {"recruitment_months": months})[cost]
    assert set(np.flatnonzero(paid)) == set(range(3 + months, 15))


def test_posts_that_end_before_anyone_is_found_are_never_filled():
    levers = {"joint_posts": {"value": 4, "start": 3, "end": 6}}
    untouched, filled = (series_of(each, SHORT | {"recruitment_months": 3}) for each in ({}, levers))
    np.testing.assert_array_equal(untouched, filled)


@pytest.mark.parametrize("name", PRICED)
def test_a_higher_price_is_charged_to_the_lever_and_changes_nothing_else(name):
    lever = PRICED[name]
    dearer = SHORT | {lever.price: 2 * PARAMETERS[lever.price].default}
    cheap, dear = series_of(ALL_LEVERS), series_of(ALL_LEVERS, dearer)
    changed = {column for column in SERIES if (cheap[column] != dear[column]).any()}
    assert changed == {lever.cost, "cost_total"}
    assert (dear[lever.cost] >= cheap[lever.cost]).all()


@pytest.mark.parametrize("cost", COSTS)
def test_only_the_levers_that_say_so_are_charged_to_a_measure(cost):
    others = {name: value for name, value in ALL_LEVERS.items() if LEVERS[name].cost != cost}
    assert series_of(ALL_LEVERS)[cost].sum() > 0
    assert series_of(others)[cost].sum() == 0


def test_the_total_is_grants_and_all_costs():
    months = series_of(ALL_LEVERS)
    np.testing.assert_allclose(months["cost_total"], sum(months[cost] for cost in ("grants_paid", *COSTS)))

"""Picking by weight, asking for rows, and putting in random order, beside their definitions."""

import numpy as np
import pytest

from model.arrays import array_of
from model.population import lattice
from model.simulation import Simulation
from tests.model import rules
from tests.model.worlds import SMALL

SIZES = (1, 2, 3, 7, 8, 9, 1000)


def picked_councils(weights, draws):
    """Councils that a university's draws pick, where their weights are as given."""
    world, picks = Simulation(population=lattice(1, len(weights), 1, 1)).world, np.empty(len(draws), np.int64)
    world.proximity[0] = weights
    rules.weigh(world)
    rules.pick_councils(world, 0, draws, picks)
    return picks


def picked_universities(weights, draws):
    """Universities that a council's draws pick, where their weights are as given."""
    world = Simulation({"mission_spread": 0}, population=lattice(1, 1, len(weights), 1)).world
    picks = np.empty(len(draws), np.int64)
    world.proximity[:, 0] = weights / 2
    world.universities["staff"] = 2
    rules.weigh(world)
    rules.pick_universities(world, 0, draws, picks)
    return picks


PICKED = pytest.mark.parametrize("picked", [picked_councils, picked_universities])


@PICKED
@pytest.mark.parametrize("size", SIZES)
def test_pick_is_where_the_draw_falls_among_cumulative_weights(size, picked):
    rng = np.random.default_rng(size)
    weights = rng.random(size) * (rng.random(size) < 0.7)  # some weigh nothing
    weights[rng.integers(size)] = 1.0
    draws = np.concatenate([rng.random(2000), [2.0**-53, 1.0 - 2.0**-53]])
    cumulative = np.cumsum(weights)
    expected = np.searchsorted(cumulative, draws * cumulative[-1], side="right")
    picks = picked(weights, draws)
    np.testing.assert_array_equal(picks, expected)
    assert (weights[picks] > 0.0).all()


@PICKED
@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_picked_if_nothing_weighs(size, picked):
    assert (picked(np.zeros(size), np.array([0.1, 0.9])) == -1).all()


@PICKED
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("at", [0, -1])
def test_pick_is_there_even_if_weights_all_but_vanish(size, picked, at):
    """A draw above a half comes to all of the smallest weight there is."""
    weights = np.zeros(size)
    weights[at] = 2 * 5e-324
    picks = picked(weights, np.array([0.1, 0.6, 0.9, 1.0 - 2.0**-53]))
    assert ((picks >= 0) & (picks < size)).all()


@pytest.mark.parametrize("row", [-1, 0, 10**6, 2**59])
def test_asking_for_rows_changes_nothing_be_they_there_or_not(row):
    world, untouched = Simulation(population=SMALL).world, Simulation(population=SMALL).world
    rules.fetch(world, row)
    for table, same in zip(world, untouched, strict=True):
        assert array_of(table).tobytes() == array_of(same).tobytes()


@pytest.mark.parametrize("n", [0, 1, 2, 3, 40, 500])
@pytest.mark.parametrize("spread", [1.0, 1e-6], ids=["spread", "bunched"])
def test_random_order_is_order_of_the_draws(n, spread):
    world = Simulation().world
    rng = np.random.default_rng(n)
    keys, items = np.round(rng.random(n) * spread, 8), rng.permutation(n)  # some are equal
    world.keys[:n], world.items[:n] = keys, items
    rules.sort_by_luck(world, n)
    order = np.lexsort((items, keys))
    np.testing.assert_array_equal(world.keys[:n], keys[order])
    np.testing.assert_array_equal(world.items[:n], items[order])

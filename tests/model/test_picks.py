"""Picking by weight and putting in random order, beside their definitions."""

import numpy as np
import pytest

from model.arrays import STRETCH, stretches
from model.simulation import Simulation
from tests.model import rules

SIZES = (1, 2, STRETCH - 1, STRETCH, STRETCH + 1, 3 * STRETCH, 1000)


def picked(weights, draws):
    cumulative, picks = np.cumsum(weights), np.empty(len(draws), np.int64)
    rules.fill_picks(cumulative, np.empty(stretches(len(weights))), draws, picks)
    return picks


@pytest.mark.parametrize("size", SIZES)
def test_pick_is_where_the_draw_falls_among_cumulative_weights(size):
    rng = np.random.default_rng(size)
    weights = rng.random(size) * (rng.random(size) < 0.7)  # some weigh nothing
    weights[rng.integers(size)] = 1.0
    draws = np.concatenate([rng.random(2000), [2.0**-53, 1.0 - 2.0**-53]])
    cumulative = np.cumsum(weights)
    expected = np.searchsorted(cumulative, draws * cumulative[-1], side="right")
    picks = picked(weights, draws)
    np.testing.assert_array_equal(picks, expected)
    assert (weights[picks] > 0.0).all()


@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_picked_if_nothing_weighs(size):
    assert (picked(np.zeros(size), np.array([0.1, 0.9])) == -1).all()


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

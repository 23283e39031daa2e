"""Together: how far intervals reach so that all of a family hold at once."""

import numpy as np

from analysis.statistics.together import critical_values

N = 40


def means(seed: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(N, 5))


def one_family(columns: np.ndarray) -> float:
    return float(critical_values(columns, np.ones((1, columns.shape[1]), bool))[0])


def test_more_means_take_more_and_copies_take_no_more() -> None:
    columns = means()
    assert one_family(columns[:, :1]) < one_family(columns)
    assert one_family(np.hstack([columns, columns])) == one_family(columns)


def test_a_cost_without_luck_takes_no_more_though_it_is_rounded() -> None:
    """One that is the same in all runs but for the last bit of some has a |t| of anything."""
    columns, cost = means(), np.full((N, 1), 2600.0)
    cost[7] = np.nextafter(2600.0, 0.0)
    cost[9] = np.nextafter(2600.0, 5000.0)
    assert one_family(np.hstack([columns, cost])) == one_family(columns)
    assert np.isnan(one_family(cost))


def test_a_mean_of_small_numbers_counts() -> None:
    columns = means()
    small = 2.0**-40 * means(4)
    assert one_family(np.hstack([columns, small])) == one_family(np.hstack([columns, means(4)]))

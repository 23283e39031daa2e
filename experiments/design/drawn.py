"""Designs whose points are drawn: Sobol, Morris, Latin hypercube."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from experiments.design.factors import Factor, samples_of
from experiments.design.points import Design, Kind, counted, problem_of
from experiments.design.ranges import DISTRIBUTED, Told
from experiments.design.reading import check_size, factors_from
from model.domains import is_whole
from model.problems import BadInput, all_of

#: Sequences that the base samples of a Sobol design are taken from.
SCRAMBLES = 8
_MOST_LEVELS = 1_000


def _sobol(told: Told) -> Design:
    """`n` base samples of (factors + 2) points, for Sobol indices; the first of more are those of fewer.

    Of each base sample: A, then A with one group after the other from B, then B (Saltelli et al. 2010). They
    are taken in turn from sequences that are scrambled independently, which tell how sure indices are.
    """
    n, seed, factors = all_of(
        [partial(_power_of_two, told), partial(_seed, told), partial(factors_from, SOBOL, told)]
    )
    check_size(n * (_n_groups(factors) + 2), len(factors))
    from SALib.sample import sobol

    sequences = min(SCRAMBLES, n)
    generators = [np.random.default_rng([seed, sequence]) for sequence in range(sequences)]
    drawn = [
        sobol.sample(problem_of(factors), n // sequences, calc_second_order=False, seed=each)
        for each in generators
    ]
    base_samples = np.array(drawn).reshape(sequences, n // sequences, -1, len(factors)).swapaxes(0, 1)
    return replace(_placed(SOBOL, factors, n, base_samples.reshape(-1, len(factors))), scrambles=sequences)


def _morris(told: Told) -> Design:
    """`n` trajectories of (factors + 1) points, for screening; the first of more are those of fewer.

    Each trajectory has a seed of its own: how many follow changes none. Words and other values are drawn off
    the grid, whose levels would leave some of them out: a trajectory goes between two of them, each two
    equally likely.
    """
    n, seed, levels, factors = all_of(
        [
            partial(_n, MORRIS, told),
            partial(_seed, told),
            partial(_levels, told),
            partial(factors_from, MORRIS, told),
        ]
    )
    check_size(n * (_n_groups(factors) + 1), len(factors))
    from SALib.sample import morris

    generators = [np.random.default_rng([seed, trajectory]) for trajectory in range(n)]
    drawn = [morris.sample(problem_of(factors), 1, num_levels=levels, seed=each) for each in generators]
    # One level, one number: the last digits would decide which whole number or word it stands for.
    unit = np.rint(np.concatenate(drawn) * (levels - 1)) / (levels - 1)
    design = replace(_placed(MORRIS, factors, n, unit), levels=levels)
    pairs = [np.random.default_rng([seed, trajectory, 1]) for trajectory in range(n)]
    for column, factor in enumerate(factors):
        if factor.values is not None:
            design.samples[:, column] = _between_two(factor, unit[:, column].reshape(n, -1), pairs)
    return design


def _between_two(factor: Factor, unit: np.ndarray, generators: Sequence[np.random.Generator]) -> np.ndarray:
    """Of each trajectory two of a factor's values, below and above the middle of its range [points]."""
    samples = np.unique(samples_of(factor.name, factor.values or ()))
    pairs = [np.sort(each.permutation(len(samples))[:2]) for each in generators]
    ends = samples[np.array(pairs)][:, [0, -1]]
    return np.take_along_axis(ends, (unit > 0.5).astype(int), axis=1).ravel()


def _latin_hypercube(told: Told) -> Design:
    """`n` points, spread evenly over every factor; another `n` is another design."""
    n, seed, factors = all_of(
        [
            partial(_n, LATIN_HYPERCUBE, told),
            partial(_seed, told),
            partial(factors_from, LATIN_HYPERCUBE, told),
        ]
    )
    check_size(n, len(factors))
    from SALib.sample import latin

    unit = latin.sample(problem_of(factors), n, seed=np.random.default_rng(seed))
    return _placed(LATIN_HYPERCUBE, factors, n, unit)


def _placed(kind: Kind, factors: tuple[Factor, ...], n: int, unit: np.ndarray) -> Design:
    """The design of points in the unit cube, as many to a block as each of `n` has."""
    samples = np.column_stack([factor.samples(at) for factor, at in zip(factors, unit.T, strict=True)])
    blocks = np.repeat(np.arange(n), len(unit) // n)
    return Design(kind, factors, n, samples, blocks, unit)


def _n_groups(factors: Sequence[Factor]) -> int:
    return len({factor.group for factor in factors})


def _n(kind: Kind, told: Told) -> int:
    if not is_whole(n := told.get("n"), 1):
        counts = counted(2, kind.noun).partition(" ")[2]
        raise BadInput(f"design.n = {n!r} is not allowed: it takes the number of {counts}, at least 1.")
    return n


def _power_of_two(told: Told) -> int:
    n = _n(SOBOL, told)
    below = 1 << n.bit_length() - 1
    if n != below:
        raise BadInput(
            f"design.n = {n} is not allowed: sobol takes a power of two, such as {below} or {2 * below}."
        )
    return n


def _seed(told: Told) -> int:
    if not is_whole(seed := told.get("seed", 0), 0):
        raise BadInput(f"design.seed = {seed!r} is not allowed: it takes a whole number of at least 0.")
    return seed


def _levels(told: Told) -> int:
    levels = told.get("levels", 4)
    if not is_whole(levels, 2) or levels % 2 or levels > _MOST_LEVELS:
        raise BadInput(
            f"design.levels = {levels!r} is not allowed: it takes an even number of at least 2 and at most "
            f"{_MOST_LEVELS:,}."
        )
    return levels


SOBOL = Kind(
    "sobol", "Sobol design", _sobol, ("n", "seed", "factors", "groups"), DISTRIBUTED, noun="base sample"
)
MORRIS = Kind(
    "morris", "Morris design", _morris, ("n", "seed", "levels", "factors", "groups"), DISTRIBUTED,
    noun="trajectory", keeps_positions=True,
)  # fmt: skip
LATIN_HYPERCUBE = Kind(
    "latin_hypercube", "Latin hypercube design", _latin_hypercube, ("n", "seed", "factors"), DISTRIBUTED,
    is_sample=True,
)  # fmt: skip

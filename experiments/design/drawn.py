"""Designs whose points are drawn: Sobol, Morris, Latin hypercube."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from experiments.design.factors import Factor
from experiments.design.points import NOUNS, Design, counted, problem_of
from experiments.design.reading import Told, check_size, factors_from, is_whole
from model.problems import BadInput, all_of


def drawn(kind: str, told: Told) -> Design:
    """Points that are drawn."""
    n, seed, levels, factors = all_of(
        [
            partial(_n, kind, told),
            partial(_seed, told),
            partial(_levels, kind, told),
            partial(factors_from, kind, told),
        ]
    )
    n_groups = len({factor.group for factor in factors})
    check_size(n * {"sobol": n_groups + 2, "morris": n_groups + 1}.get(kind, 1))
    unit = _DRAWS[kind](factors, n, seed, levels)
    samples = np.column_stack([factor.samples(at) for factor, at in zip(factors, unit.T, strict=True)])
    blocks = np.repeat(np.arange(n), len(unit) // n)
    return Design(kind, factors, n, samples, blocks, unit, levels)


def _n(kind: str, told: Told) -> int:
    n, noun = told.get("n"), NOUNS[kind]
    if not is_whole(n, 1):
        raise BadInput(
            f"design.n = {n!r} is not allowed: it takes the number of {counted(2, noun)[2:]}, at least 1."
        )
    below = 1 << n.bit_length() - 1
    if kind == "sobol" and n != below:
        raise BadInput(
            f"design.n = {n} is not allowed: sobol takes a power of two, such as {below} or {2 * below}."
        )
    return n


def _seed(told: Told) -> int:
    seed = told.get("seed", 0)
    if not is_whole(seed, 0):
        raise BadInput(f"design.seed = {seed!r} is not allowed: it takes a whole number of at least 0.")
    return seed


def _levels(kind: str, told: Told) -> int:
    levels = told.get("levels", 4)
    if kind != "morris":
        return 0
    if not is_whole(levels, 2) or levels % 2:
        raise BadInput(f"design.levels = {levels!r} is not allowed: it takes an even number of at least 2.")
    return levels


def _sobol(factors: Sequence[Factor], n: int, seed: int, levels: int) -> np.ndarray:
    """Of each base sample: A, then A with one group after the other from B, then B (Saltelli et al. 2010)."""
    from SALib.sample import sobol

    generator = np.random.default_rng(seed)
    return sobol.sample(problem_of(factors), n, calc_second_order=False, seed=generator)


def _morris(factors: Sequence[Factor], n: int, seed: int, levels: int) -> np.ndarray:
    """Trajectories, each with a seed of its own: how many follow changes none."""
    from SALib.sample import morris

    generators = [np.random.default_rng([seed, trajectory]) for trajectory in range(n)]
    drawn = [morris.sample(problem_of(factors), 1, num_levels=levels, seed=each) for each in generators]
    # One level, one number: the last digits would decide which whole number or word it stands for.
    return np.rint(np.concatenate(drawn) * (levels - 1)) / (levels - 1)


def _latin_hypercube(factors: Sequence[Factor], n: int, seed: int, levels: int) -> np.ndarray:
    from SALib.sample import latin

    return latin.sample(problem_of(factors), n, seed=np.random.default_rng(seed))


_DRAWS: dict[str, Callable[[Sequence[Factor], int, int, int], np.ndarray]] = {
    "sobol": _sobol,
    "morris": _morris,
    "latin_hypercube": _latin_hypercube,
}

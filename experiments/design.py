"""Designs: which points of parameter space an experiment runs.

| kind | points | growing |
|---|---|---|
| list | those given, or the lines of a file | lines can be added |
| grid | every combination of the factors' values | values can be added |
| one_at_a_time | one that changes nothing, then each value of each factor alone | values can be added |
| latin_hypercube | `n`, spread evenly over every factor | cannot grow: another `n` is another design |
| sobol | `n` base samples of (factors + 2) points, for Sobol indices | the first of more are those of fewer |
| morris | `n` trajectories of (factors + 1) points, for screening | the first of more are those of fewer |

All that is drawn is drawn in the unit cube, and made into samples by each factor's own distribution: what
analyses sensitivity works on the cube (`Design.unit`, `Design.problem`).
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from experiments.factors import (
    Factor,
    Told,
    check_name,
    check_settings,
    factor_from,
    is_whole,
    not_allowed,
    samples_of,
    taking,
    uncertain,
)
from experiments.lists import lines_of, number_of, text_of, values_in
from experiments.words import no_such
from model.parameters import DECLARATIONS, BadInput, Parameter, Value, all_of, refuse

#: Settings of a design beside its kind.
_SETTINGS = {
    "list": ("points", "file"),
    "grid": ("factors",),
    "one_at_a_time": ("factors",),
    "latin_hypercube": ("n", "seed", "factors"),
    "sobol": ("n", "seed", "factors", "groups"),
    "morris": ("n", "seed", "levels", "factors", "groups"),
}
#: What `n` counts.
_NOUNS = {"sobol": "base sample", "morris": "trajectory", "latin_hypercube": "point"}
_TITLES = {
    "grid": "Grid",
    "one_at_a_time": "One-at-a-time design",
    "latin_hypercube": "Latin hypercube design",
}
_MOST_POINTS = 10_000_000

type Point = dict[str, Value]


@dataclass(frozen=True, eq=False)
class Design:
    """The points that an experiment runs.

    Attributes:
        kind: how the points were chosen.
        factors: what they vary.
        n: base samples (sobol), trajectories (morris), or points.
        samples: what every factor is given, see `Factor` [points x factors], float; NaN: what it has anyway.
        blocks: points of one block share seeds, those of different blocks share none [points], int.
        unit: where the samples lie within their distributions, 0 to 1 [points x factors]; no points if the
            samples were not drawn.
        levels: positions that a factor takes in a morris design; 0 for other kinds.
    """

    kind: str
    factors: tuple[Factor, ...]
    n: int
    samples: np.ndarray
    blocks: np.ndarray
    unit: np.ndarray
    levels: int = 0

    def __len__(self) -> int:
        return len(self.samples)

    @property
    def groups(self) -> tuple[str, ...]:
        """What is analysed as one, in the order of points and indices: groups, and factors in none."""
        return tuple(dict.fromkeys(factor.group for factor in self.factors))

    @property
    def problem(self) -> dict[str, Any]:
        """The unit cube as SALib describes it."""
        return _problem(self.factors)

    def parameters(self, point: int) -> Point:
        """The parameters of a point that are not the experiment's own."""
        return self._given(point, is_lever=False)

    def levers(self, point: int) -> Point:
        """The levers of a point that are not the policy's own."""
        return self._given(point, is_lever=True)

    def _given(self, point: int, is_lever: bool) -> Point:
        return {
            factor.name: factor.value(sample)
            for factor, sample in zip(self.factors, self.samples[point], strict=True)
            if factor.is_lever == is_lever and not math.isnan(sample)
        }

    def table(self) -> pd.DataFrame:
        """A line a point: `point`, `block`, and the value of every factor, missing where not changed."""
        columns = {factor.name: factor.column(self.samples[:, at]) for at, factor in enumerate(self.factors)}
        return pd.DataFrame({"point": np.arange(len(self)), "block": self.blocks, **columns})


#: Without a design, an experiment is one point that changes nothing.
SINGLE = Design("list", (), 1, np.empty((1, 0)), np.zeros(1, np.int64), np.empty((0, 0)))


def describe(design: Design) -> str:
    """A design in one line."""
    factors, points = _counted(len(design.factors), "factor"), _counted(len(design), "point")
    if len(design.groups) < len(design.factors):
        factors += f" in {_counted(len(design.groups), 'group')}"
    match design.kind:
        case "list":
            return f"List of {points}"
        case "sobol" | "morris":
            n = _counted(design.n, _NOUNS[design.kind])
            return f"{design.kind.capitalize()} design: {n} of {factors}, {points}"
        case kind:
            return f"{_TITLES[kind]}: {factors}, {points}"


def _counted(n: int, noun: str) -> str:
    if n == 1:
        return f"1 {noun}"
    return f"{n:,} {noun.removesuffix('y')}ies" if noun.endswith("y") else f"{n:,} {noun}s"


def design_from(given: Mapping[str, Any]) -> Design:
    """The design that its settings describe; null settings are as good as not given.

    Raises:
        BadInput: naming everything that cannot be used.
    """
    if not isinstance(given, Mapping):
        raise BadInput(f"design = {given!r} is not allowed: it takes settings, such as kind: sobol.")
    told = {name: value for name, value in given.items() if value is not None and name != "kind"}
    kind = given.get("kind")
    if kind not in tuple(_KINDS):
        raise BadInput(no_such("kind of design", kind, _KINDS))
    checks = (partial(check_settings, "design", kind, told, _SETTINGS), partial(_KINDS[kind], kind, told))
    return all_of(checks)[1]


def _factors(kind: str, told: Told) -> tuple[Factor, ...]:
    """What a design varies, each factor with its group."""
    given = _named(told.get("factors"))
    checks = [partial(factor_from, kind, name, settings) for name, settings in given.items()]
    groups, *factors = all_of([partial(_groups, told.get("groups", {}), tuple(given)), *checks])
    return tuple(replace(factor, group=groups.get(factor.name, factor.name)) for factor in factors)


def _named(given: Any) -> dict[str, Any]:
    """The settings of each factor, by name; None for all that is declared."""
    if given == "all":
        return dict.fromkeys(uncertain())
    if not isinstance(given, Mapping | list | tuple) or not given:
        raise BadInput(
            f"design.factors = {given!r} is not allowed: it takes names of parameters and levers, or all."
        )
    if isinstance(given, Mapping):
        return dict(given)
    all_of(partial(check_name, "design.factors", name) for name in given)
    refuse(f"design.factors: {name} is there {given.count(name)} times." for name in _twice(given))
    return dict.fromkeys(given)


def _twice(names: Sequence[str]) -> list[str]:
    return [name for name in dict.fromkeys(names) if names.count(name) > 1]


def _groups(given: object, names: Sequence[str]) -> dict[str, str]:
    """The group of each factor that is in one."""
    if not isinstance(given, Mapping):
        raise BadInput(f"design.groups = {given!r} is not allowed: it takes group: [factor, factor].")
    all_of(partial(_check_group, group, members, names) for group, members in given.items())
    members = [name for members in given.values() for name in members]
    refuse(
        f"design.groups: {name} is there {members.count(name)} times; a factor is in one group at most."
        for name in _twice(members)
    )
    return {name: str(group) for group, members in given.items() for name in members}


def _check_group(group: object, members: object, names: Sequence[str]) -> None:
    if group in names:
        raise BadInput(f"design.groups.{group} is not allowed: a factor has that name.")
    if not isinstance(members, list | tuple) or not members:
        raise BadInput(f"design.groups.{group} = {members!r} is not allowed: it takes a list of factors.")
    refuse(
        f"design.groups.{group}: {no_such('factor', name, names)}" for name in members if name not in names
    )


def _check_size(n_points: int) -> None:
    if n_points > _MOST_POINTS:
        raise BadInput(f"design has {n_points:,} points: at most {_MOST_POINTS:,} are allowed.")


def _drawn(kind: str, told: Told) -> Design:
    """Points that are drawn."""
    n, seed, levels, factors = all_of(
        [
            partial(_n, kind, told),
            partial(_seed, told),
            partial(_levels, kind, told),
            partial(_factors, kind, told),
        ]
    )
    n_groups = len({factor.group for factor in factors})
    _check_size(n * {"sobol": n_groups + 2, "morris": n_groups + 1}.get(kind, 1))
    unit = _DRAWS[kind](factors, n, seed, levels)
    samples = np.column_stack([factor.samples(at) for factor, at in zip(factors, unit.T, strict=True)])
    blocks = np.repeat(np.arange(n), len(unit) // n)
    return Design(kind, factors, n, samples, blocks, unit, levels)


def _n(kind: str, told: Told) -> int:
    n, noun = told.get("n"), _NOUNS[kind]
    if not is_whole(n, 1):
        raise BadInput(
            f"design.n = {n!r} is not allowed: it takes the number of {_counted(2, noun)[2:]}, at least 1."
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


def _problem(factors: Sequence[Factor]) -> dict[str, Any]:
    """The unit cube as SALib describes it: anew each time, as SALib writes into it."""
    names, groups = ([factor.name for factor in factors], [factor.group for factor in factors])
    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    return problem if groups == names else {**problem, "groups": groups}


def _sobol(factors: Sequence[Factor], n: int, seed: int, levels: int) -> np.ndarray:
    """Of each base sample: A, then A with one group after the other from B, then B (Saltelli et al. 2010)."""
    from SALib.sample import sobol

    generator = np.random.default_rng(seed)
    return sobol.sample(_problem(factors), n, calc_second_order=False, seed=generator)


def _morris(factors: Sequence[Factor], n: int, seed: int, levels: int) -> np.ndarray:
    """Trajectories, each with a seed of its own: how many follow changes none."""
    from SALib.sample import morris

    generators = [np.random.default_rng([seed, trajectory]) for trajectory in range(n)]
    drawn = [morris.sample(_problem(factors), 1, num_levels=levels, seed=each) for each in generators]
    # One level, one number: the last digits would decide which whole number or word it stands for.
    return np.rint(np.concatenate(drawn) * (levels - 1)) / (levels - 1)


def _latin_hypercube(factors: Sequence[Factor], n: int, seed: int, levels: int) -> np.ndarray:
    from SALib.sample import latin

    return latin.sample(_problem(factors), n, seed=np.random.default_rng(seed))


_DRAWS: dict[str, Callable[[Sequence[Factor], int, int, int], np.ndarray]] = {
    "sobol": _sobol,
    "morris": _morris,
    "latin_hypercube": _latin_hypercube,
}


def _chosen(kind: str, factors: Sequence[Factor], samples: np.ndarray) -> Design:
    """Points that were not drawn: all share their seeds."""
    blocks = np.zeros(len(samples), np.int64)
    return Design(kind, tuple(factors), len(samples), samples, blocks, np.empty((0, len(factors))))


def _grid(kind: str, told: Told) -> Design:
    """Every combination of values; those of the last factor change fastest."""
    factors = _factors(kind, told)
    axes = [samples_of(factor.name, factor.values or ()) for factor in factors]
    _check_size(math.prod(map(len, axes)))
    samples = np.stack([axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")], axis=1)
    return _chosen(kind, factors, samples)


def _one_at_a_time(kind: str, told: Told) -> Design:
    """The point that changes nothing, then every value of every factor alone."""
    factors = _factors(kind, told)
    axes = [samples_of(factor.name, factor.values or ()) for factor in factors]
    column = np.repeat(np.arange(len(factors)), [len(axis) for axis in axes])
    samples = np.full((1 + len(column), len(factors)), np.nan)
    samples[np.arange(len(column)) + 1, column] = np.concatenate(axes)
    return _chosen(kind, factors, samples)


def _list(kind: str, told: Told) -> Design:
    """The points that are given; a file takes the place of points."""
    points = _points_in(Path(str(told["file"]))) if "file" in told else _points(told.get("points"))
    names = list(dict.fromkeys(name for point in points for name in point))
    if not names:
        raise BadInput("design.points change nothing: give at least one a parameter or lever.")
    values = {name: [point[name] for point in points if name in point] for name in names}
    factors = [taking(name, tuple(dict.fromkeys(values[name]))) for name in names]
    samples = np.full((len(points), len(names)), np.nan)
    for column, name in enumerate(names):
        samples[[name in point for point in points], column] = samples_of(name, values[name])
    return _chosen(kind, factors, samples)


_KINDS: dict[str, Callable[[str, Told], Design]] = {
    "list": _list,
    "grid": _grid,
    "latin_hypercube": _drawn,
    "sobol": _drawn,
    "morris": _drawn,
    "one_at_a_time": _one_at_a_time,
}


def _points(given: object) -> list[Point]:
    """The points that settings list."""
    if not isinstance(given, list | tuple) or not given:
        raise BadInput(
            f"design.points = {given!r} is not allowed: it takes a list of points such as {{brokers: 3}}, "
            "or give file: points.csv."
        )
    return all_of(partial(_point, f"design.points[{at}]", point) for at, point in enumerate(given))


def _point(where: str, given: object) -> Point:
    if not isinstance(given, Mapping):
        raise BadInput(
            f"{where} = {given!r} is not allowed: it takes names and values, such as {{brokers: 3}}."
        )
    all_of(partial(_check_value, where, name, value) for name, value in given.items())
    return {name: DECLARATIONS[name].checked(value) for name, value in given.items()}


def _check_value(where: str, name: str, value: object) -> None:
    check_name(where, name)
    if value not in DECLARATIONS[name].domain:
        raise BadInput(not_allowed(f"{where}.{name}", value, DECLARATIONS[name]))


def _points_in(path: Path) -> list[Point]:
    """The points of a CSV file: a line a point, a column a parameter or lever.

    Raises:
        BadInput: naming every line that cannot be used, its value and the reason.
    """
    header, rows = lines_of(path)
    where = f"{path}, line 1"
    readers = {name: partial(_value, declared) for name, declared in DECLARATIONS.items()}
    checks: list[Callable[[], Any]] = [
        *(partial(check_name, where, name) for name in header),
        partial(
            refuse,
            (f"{where}: column {name!r} is there {header.count(name)} times." for name in _twice(header)),
        ),
        partial(values_in, path, rows, readers),
    ]
    return all_of(checks)[-1]


def _value(declared: Parameter, text: str) -> Value:
    value = text_of(text) if declared.domain.words else number_of(text)
    if value not in declared.domain:
        raise ValueError(f"it takes {declared.domain} ({declared.unit}).")
    return declared.checked(value)

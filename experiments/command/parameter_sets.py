"""Sets of parameters by name: samples that seeds or points are of, posteriors and rivals of a comparison."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from experiments.command.files import POINTS, file_of, mapping_in
from experiments.design.assumed import Assumed
from experiments.design.chosen import DRAWS, LIST, SINGLE, some_of
from experiments.design.kinds import design_from
from experiments.design.points import Design
from model.domains import Value, is_whole
from model.parameters import PARAMETERS
from model.problems import BadInput, all_of, check_keys, no_such, refuse

_KEYS = ("parameters", "points", "seeds", "repeated", "without", "held")
_FEWEST_RIVALS = 2
#: Points between which 95% can be told.
_LEAST = {"points": 20, "seeds": 1, "repeated": 0}
#: Points with a second seed that tell luck from what points differ by, where none has one anyway.
_FEWEST_REPEATED = 10


@dataclass(frozen=True)
class Posterior:
    """Points of parameter space that come nearest to what is known.

    Attributes:
        name: of the set of parameters.
        design: the points, some of them once more.
        seeds: of each.
        without: policies that are not run there.
        noted: what is allowed of them, but worth a word.
    """

    name: str
    design: Design
    seeds: range
    without: tuple[str, ...]
    noted: tuple[str, ...] = ()


def holding(given: object, parameters: object) -> object:
    """Settings of a posterior that say which parameters are `held`: the same at every point.

    Args:
        given: the settings; those of a results folder, where all parameters are spelt out, say so already.
        parameters: by name, that the settings of a job themselves give, if any.
    """
    if not isinstance(given, Mapping) or given.get("held") is not None:
        return given
    names = parameters if isinstance(parameters, Mapping) else ()
    return {**given, "held": sorted(name for name in names if name in PARAMETERS)}  # others are told as such


def posterior_from(given: object, folders: Sequence[Path]) -> Posterior | None:
    """What a comparison is made again over, as settings say; None: nothing.

    Args:
        given: the name of a set of `parameters` that is a sample, how many `points` of it, `seeds` of each,
            how many of the points are `repeated` with other seeds, and which parameters are `held`, as of
            `holding`.
        folders: where the set is looked for.

    Raises:
        BadInput: naming everything that cannot be used.
    """
    if not isinstance(given, Mapping):
        raise BadInput(
            f"posterior = {given!r} is not allowed: it takes settings, such as parameters: posterior."
        )
    check_keys("posterior", given, _KEYS)
    refuse(
        f"posterior.{name} = {given.get(name)!r} is not allowed: it takes a whole number from {least}."
        for name, least in _LEAST.items()
        if not is_whole(given.get(name), least)
    )
    if given["seeds"] == 1 and given["repeated"] < _FEWEST_REPEATED:
        raise BadInput(
            f"posterior.repeated = {given['repeated']} is not allowed with posterior.seeds = 1: it takes at "
            f"least {_FEWEST_REPEATED} points with another seed, which tell what luck does."
        )
    refuse(
        f"posterior.{name} = {given[name]!r} is not allowed: it takes a list of {what}."
        for name, what in (("without", "policies"), ("held", "parameters"))
        if not isinstance(given[name], list | None)
    )
    refuse(
        f"posterior.held: {no_such('parameter', str(name), PARAMETERS)}"
        for name in given["held"] or ()
        if name not in PARAMETERS
    )
    if given["parameters"] is None:
        return None
    name = str(given["parameters"])
    design = _without(_sample(name, folders), given["held"] or ())
    if not design.factors:
        return None
    if len(design) < _LEAST["points"]:
        raise BadInput(
            f"posterior.parameters = {name!r} is not allowed: its sample has {len(design)} points, and it "
            f"takes {_LEAST['points']} to tell what 95% of them give. parameters={name} runs seeds at them."
        )
    points = _spread(len(design), given["points"])
    again = points[_spread(len(points), given["repeated"])]
    without = tuple(map(str, given["without"] or ()))
    asked, n = given["points"], len(design)
    noted = (f"posterior.points = {asked}: {name} has {n}, and all are taken.",) if asked > n else ()
    return Posterior(name, some_of(design, np.r_[points, again]), range(given["seeds"]), without, noted)


def _spread(size: int, n: int) -> np.ndarray:
    """So many of a number of things, or all, at even distances."""
    return np.unique(np.linspace(0, size - 1, n).round().astype(int))


@dataclass(frozen=True)
class Rivals:
    """Sets of assumptions, of which people hold one or another.

    Attributes:
        names: of the sets of parameters.
        design: a point for each.
    """

    names: tuple[str, ...]
    design: Design


def rivals_from(given: object, folders: Sequence[Path]) -> Rivals | None:
    """The rivals that settings name; None: none.

    Raises:
        BadInput: if one is no set of parameters or has points, or if none of them changes anything.
    """
    if given is None:
        return None
    if not isinstance(given, list) or len(given) < _FEWEST_RIVALS:
        raise BadInput(
            f"rivals = {given!r} is not allowed: it takes a list of two sets of parameters or more."
        )
    names = tuple(dict.fromkeys(map(str, given)))
    told = all_of(partial(_values, name, folders) for name in names)
    return Rivals(names, design_from({"kind": LIST.name, "points": told}))


def _values(name: str, folders: Sequence[Path]) -> Mapping[str, Any]:
    file = file_of("parameters", name, folders)
    if POINTS in (told := mapping_in(file)):
        raise BadInput(f"rivals: {file} is a sample of points, and a rival is one set of values.")
    return told


def points_told(told: Mapping[str, Any], file: Path) -> Mapping[str, Any]:
    """The design that a set of parameters names instead of values; its points are in a table beside it."""
    return {"kind": DRAWS.name, "file": str(file.parent / str(told[POINTS]))}


def _sample(name: str, folders: Sequence[Path]) -> Design:
    file = file_of("parameters", name, folders)
    told = mapping_in(file)
    if POINTS not in told:
        raise BadInput(
            f"posterior.parameters = {name!r} is not allowed: {file} has values, and a sample has points, "
            "such as experiment=calibrate keeps."
        )
    return design_from(points_told(told, file))


def assumed_from(values: Mapping[str, Value], sample: Design, given: Container[str]) -> Assumed:
    """The parameters that hold, seed by seed.

    Args:
        values: of all parameters.
        sample: points of which each seed runs at one of its own.
        given: parameters that are given beside these, and so the same at all of them.

    Raises:
        BadInput: if that leaves nothing in which points differ.
    """
    left = _without(sample, given)
    if sample.factors and not left.factors:
        raise BadInput("parameters give all that the points of this sample have: leave some, or its points.")
    columns = zip(left.factors, left.samples.T, strict=True)
    alike = {
        each.name: each.value(at[0]) for each, at in columns if not each.is_lever and (at == at[0]).all()
    }
    left = _without(left, alike)
    return Assumed({**values, **alike}, left if left.factors else SINGLE)


def _without(design: Design, held: Container[str]) -> Design:
    """The points, but for parameters that are held."""
    left = [at for at, factor in enumerate(design.factors) if factor.name not in held]
    factors = tuple(design.factors[at] for at in left)
    return replace(design, factors=factors, samples=design.samples[:, left])

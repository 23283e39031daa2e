"""Reading: what a design varies, from its settings."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from experiments.design.factors import Factor
from experiments.design.points import Kind
from experiments.design.ranges import Told, check_name, factor_from
from model.parameters import PARAMETERS
from model.problems import BadInput, all_of, no_such, refuse

_MOST_POINTS = 10_000_000
_MOST_VALUES = 100_000_000
#: Lengths of a run are a choice, not something uncertain.
_LENGTHS = ("warmup", "horizon")


def factors_from(kind: Kind, told: Told) -> tuple[Factor, ...]:
    """What a design varies, each factor with its group.

    Raises:
        BadInput: naming everything that cannot be used.
    """
    assert kind.reading is not None
    given = _named(told.get("factors"))
    checks = [
        partial(factor_from, kind.name, kind.reading, name, settings) for name, settings in given.items()
    ]
    groups, *factors = all_of([partial(_groups, told.get("groups", {}), tuple(given)), *checks])
    return tuple(replace(factor, group=groups.get(factor.name, factor.name)) for factor in factors)


def uncertain() -> list[str]:
    """Names of all parameters with a plausible range, but for the lengths of a run."""
    return [name for name, each in PARAMETERS.items() if each.plausible and name not in _LENGTHS]


def twice(names: Sequence[str]) -> list[str]:
    """What is there more than once."""
    return [name for name in dict.fromkeys(names) if names.count(name) > 1]


def check_size(n_points: int, n_factors: int) -> None:
    """Refuse a design of more points, or more values in them, than are allowed."""
    if n_points > _MOST_POINTS:
        raise BadInput(f"design has {n_points:,} points: at most {_MOST_POINTS:,} are allowed.")
    if n_points * n_factors > _MOST_VALUES:
        raise BadInput(
            f"design has {n_points:,} points of {n_factors:,} factors: at most {_MOST_VALUES:,} values are "
            "allowed."
        )


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
    refuse(f"design.factors: {name} is there {given.count(name)} times." for name in twice(given))
    return dict.fromkeys(given)


def _groups(given: object, names: Sequence[str]) -> dict[str, str]:
    """The group of each factor that is in one."""
    if not isinstance(given, Mapping):
        raise BadInput(f"design.groups = {given!r} is not allowed: it takes group: [factor, factor].")
    all_of(partial(_check_group, group, members, names) for group, members in given.items())
    members = [name for members in given.values() for name in members]
    refuse(
        f"design.groups: {name} is there {members.count(name)} times; a factor is in one group at most."
        for name in twice(members)
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

"""Populations: from what their settings say to the councils and universities of a run."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from experiments.command.places import places_in
from model.population import Population, lattice, listed, regional
from model.problems import BadInput, check_keys, no_such, refuse


def population_from(settings: Mapping[str, Any]) -> Population:
    """The population that its settings (conf/population/) describe.

    Raises:
        BadInput: naming every setting, line or figure that cannot be used.
    """
    if not isinstance(settings, Mapping):
        raise BadInput(f"population = {settings!r} is not allowed: it takes settings, such as kind: lattice.")
    kind = settings.get("kind")
    if kind not in tuple(_KINDS):
        raise BadInput(no_such("kind of population", kind, _KINDS))
    make, needed, others = _KINDS[kind]
    given = {name: value for name, value in settings.items() if name != "kind"}
    check_keys("population", given, ("name", *needed, *others, "scale_levers"))
    refuse(f"population.{name} is missing." for name in needed if name not in given)
    if not isinstance(given.get("name"), str) or not given["name"]:
        raise BadInput(f"population.name = {given.get('name')!r} is not allowed: it takes a word.")
    if not isinstance(given.get("scale_levers", True), bool):
        raise BadInput(
            f"population.scale_levers = {given['scale_levers']!r} is not allowed: it takes true or false."
        )
    return make(**given)


def _listed(
    name: str,
    councils: str,
    universities: str,
    place: str = "region",
    columns: object = None,
    scale_levers: bool = True,
) -> Population:
    """The population of two CSV files."""
    tables = places_in(Path(str(councils)), Path(str(universities)), str(place), columns)
    return listed(name, *tables, scale_levers=scale_levers)


#: Of each kind: what makes it, what it needs, and what else it may be told.
_KINDS: dict[Any, tuple[Callable[..., Population], tuple[str, ...], tuple[str, ...]]] = {
    "lattice": (lattice, (), ("places", "councils", "universities", "researchers")),
    "regional": (regional, ("regions", "council_kinds"), ()),
    "listed": (_listed, ("councils", "universities"), ("place", "columns")),
}

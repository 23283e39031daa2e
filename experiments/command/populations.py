"""Populations: from what their settings say to the councils and universities of a run."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from experiments.command.files import file_of
from experiments.command.listed.places import places_in
from experiments.command.trusted import trusted
from model.population import Population, lattice, listed, regional
from model.problems import BadInput, check_keys, meant, no_such, refuse


def population_from(settings: Mapping[str, Any] | Population) -> Population:
    """The population that its settings (conf/population/) describe, or one that is there already.

    Raises:
        BadInput: naming every setting, line or figure that cannot be used.
    """
    if isinstance(settings, Population):
        return settings
    if not isinstance(settings, Mapping):
        raise BadInput(f"population = {settings!r} is not allowed: it takes settings, such as kind: lattice.")
    if (kind := settings.get("kind")) is None:
        raise BadInput(f"population.kind is missing. {meant(kind, _KINDS)}")
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


def named(name: str) -> Population:
    """The population of a name.

    Raises:
        BadInput: if there is none, or its settings do not say all it takes.
    """
    settings = trusted("population", file_of("population", name))
    if missing := [key for key, value in settings.items() if value == "???"]:
        raise BadInput(
            f"population = {name!r} is not allowed here, as its {' and '.join(missing)} are one's own: "
            "population_from in experiments/command/populations.py makes such a population."
        )
    return population_from(settings)


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
    "regional": (regional, ("regions", "council_kinds"), ("staff_sigma",)),
    "listed": (_listed, ("councils", "universities"), ("place", "columns")),
}

"""Populations: from what their settings say to the councils and universities of a run."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from experiments.command.files import file_of
from experiments.command.places import places_in
from experiments.command.trusted import trusted
from model.population import Population, lattice, listed, regional
from model.problems import BadInput, check_keys, meant, no_such, refuse

#: Of a results folder, what keeps lists of one's own places.
_LISTS = "lists"


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


def kept_lists(folder: Path) -> dict[str, str]:
    """The lists of places that a results folder keeps of those who had their own; none, if it does not."""
    kept = {name: folder / _LISTS / f"{name}.csv" for name in _KINDS["listed"][1]}
    return {name: str(file) for name, file in kept.items()} if all(map(Path.is_file, kept.values())) else {}


def keep_lists(folder: Path, settings: object, population: Population) -> None:
    """Keep lists of one's own with results, so that these can be run again wherever they are.

    Args:
        folder: of the results.
        settings: of the population.
        population: that they gave; lists that were changed since then, or are gone, are not kept.
    """
    from experiments.rows.row import population_text  # it loads the model, which a first page does without

    if not isinstance(settings, Mapping) or settings.get("kind") != "listed":
        return
    (folder / _LISTS).mkdir()
    try:
        for name in _KINDS["listed"][1]:
            shutil.copyfile(settings[name], folder / _LISTS / f"{name}.csv")
        kept = population_from({**settings, **kept_lists(folder)})
        is_same = population_text(kept) == population_text(population)
    except (OSError, BadInput):
        is_same = False
    if not is_same:
        shutil.rmtree(folder / _LISTS)


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

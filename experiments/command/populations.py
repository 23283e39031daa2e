"""Populations: from what their settings say to the councils and universities of a run.

Lists of real councils and universities come from anyone's spreadsheets. Every row that cannot be used is
reported, with its line, its value and the reason, and then nothing runs.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from experiments.lists import Reader, lines_of, number_of, text_of, values_in
from model.population import Population, lattice, listed, regional
from model.problems import BadInput, all_of, check_keys, no_such, refuse

#: Columns that lists may have beside those that are read.
_IGNORED = (
    "code", "gss_code", "kind", "nation", "region", "county", "combined_authority", "area_km2", "residents",
    "ukprn", "mission_group", "research_fte", "social_science_fte", "place",
)  # fmt: skip


def population_from(settings: Mapping[str, Any]) -> Population:
    """The population that its settings (conf/population/) describe.

    Raises:
        BadInput: naming every setting, line or figure that cannot be used.
    """
    kind = settings.get("kind")
    if kind not in _KINDS:
        raise BadInput(no_such("kind of population", kind, _KINDS))
    make, known = _KINDS[kind]
    given = {name: value for name, value in settings.items() if name != "kind"}
    check_keys("population", given, known)
    if not isinstance(given.get("name"), str) or not given["name"]:
        raise BadInput(f"population.name = {given.get('name')!r} is not allowed: it takes a word.")
    if not isinstance(given.get("scale_levers", True), bool):
        raise BadInput(
            f"population.scale_levers = {given['scale_levers']!r} is not allowed: it takes true or false."
        )
    return make(**given)


def _listed(
    name: str, councils: str, universities: str, place: str = "region", scale_levers: bool = True
) -> Population:
    """The population of two CSV files."""
    lists = (("council", councils, "population"), ("university", universities, "staff"))
    tables = all_of(partial(_columns, Path(str(path)), noun, str(place), size) for noun, path, size in lists)
    return listed(name, *tables, scale_levers=scale_levers)


_KINDS: dict[Any, tuple[Callable[..., Population], tuple[str, ...]]] = {
    "lattice": (lattice, ("name", "places", "councils", "universities", "researchers", "scale_levers")),
    "regional": (regional, ("name", "regions", "council_kinds", "scale_levers")),
    "listed": (_listed, ("name", "councils", "universities", "place", "scale_levers")),
}


def _columns(path: Path, noun: str, place: str, size: str) -> dict[str, list]:
    """The columns of one list: name, place, latitude, longitude and size (population or staff).

    Raises:
        BadInput: naming every line that cannot be used, its value and the reason.
    """
    header, rows = lines_of(path)
    source = "social_science_fte" if size == "staff" and "staff" not in header else size
    readers: dict[str, Reader] = {
        place: text_of,
        "name": text_of,
        "latitude": _degrees(90.0),
        "longitude": _degrees(180.0),
        source: _people if size == "population" else _staff,
    }
    checks: list[Callable[[], Any]] = [
        partial(_check_header, path, header, tuple(readers), size),
        partial(values_in, path, rows, readers, unique="name", noun=noun),
    ]
    lines = all_of(checks)[1]
    titles = {"name": "name", "latitude": "latitude", "longitude": "longitude", size: source}
    columns = {column: [line[title] for line in lines] for column, title in titles.items()}
    return columns | {"place": [str(line[place]) for line in lines]}  # a column of numbers may name places


def _check_header(path: Path, header: Sequence[str], needed: Sequence[str], size: str) -> None:
    """Refuse a header with columns that are missing, twice there or unknown."""
    known = dict.fromkeys([*needed, size, *_IGNORED])
    problems = [f"{path}, line 1: no column {column!r}." for column in needed if column not in header]
    for column in dict.fromkeys(header):
        if header.count(column) > 1:
            problems.append(f"{path}, line 1: column {column!r} is there {header.count(column)} times.")
        if column not in known:
            problems.append(f"{path}, line 1: {no_such('column', column, known)}")
    refuse(problems)


def _degrees(limit: float) -> Callable[[str], float]:
    def read(value: str) -> float:
        if abs(number := number_of(value)) > limit:
            raise ValueError(f"it takes degrees from {-limit:g} to {limit:g}.")
        return number

    return read


def _people(value: str) -> float:
    if (number := number_of(value)) <= 0:
        raise ValueError("it takes a number above 0.")
    return number


def _staff(value: str) -> int:
    if (number := number_of(value)) < 0:
        raise ValueError("it takes a number of at least 0.")
    return math.floor(number + 0.5)

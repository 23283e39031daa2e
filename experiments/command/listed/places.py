"""Places: lists of real councils and universities, from anyone's spreadsheets.

Every row that cannot be used is reported, with its line, its value and the reason, and then nothing runs.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Any

from experiments.command.listed.national_grid import degrees_of
from experiments.lists import Column, Line, Reader, amount_of, lines_of, number_of, text_of, values_in
from model.population import MOST_PEOPLE, MOST_RESEARCHERS
from model.problems import BadInput, all_of, check_keys, meant, no_such, refuse

#: What columns are called, unless `population.columns` says otherwise; the first that a list has is read.
_TITLES = {
    "name": ("name",),
    "place": ("region",),
    "latitude": ("latitude", "lat"),
    "longitude": ("longitude", "long", "lon"),
    "easting": ("easting", "eastings"),
    "northing": ("northing", "northings"),
    "population": ("population",),
    "staff": ("staff", "social_science_fte"),
    "kind": ("kind",),
    "authority": ("combined_authority",),
    "code": ("code",),
}
_DEGREES, _GRID = ("latitude", "longitude"), ("easting", "northing")
#: The kind of a row that is no council, but the structure of several.
_COMBINED = "combined authority"
#: Columns that lists may have beside those that are read.
_IGNORED = (
    "gss_code", "nation", "region", "county", "area_km2", "residents",
    "ukprn", "mission_group", "research_fte", "place",
)  # fmt: skip

type Titles = Mapping[str, Sequence[str]]


def places_in(
    councils: Path, universities: Path, place: str, columns: object
) -> tuple[dict[str, list], dict[str, list]]:
    """The columns of both lists: name, place, latitude, longitude, and population or staff.

    Kinds of councils, and the combined authorities that these and universities belong to, if they are known.
    An authority that is in the list of councils, by its kind, is one of those councils that give its name or
    code in their column; where none does, of all those in its place that have no other.

    Args:
        councils: a list.
        universities: another.
        place: title of the column that says which place each is in.
        columns: titles of other columns, by what they say; several where the lists differ.

    Raises:
        BadInput: naming every line that cannot be used, its value and the reason.
    """
    own = _own_titles(columns)
    titles = {**_TITLES, "place": (place,), **own}
    kinds = ((councils, "council", "population"), (universities, "university", "staff"))
    lists = all_of(partial(_opened, path, noun, size, titles) for path, noun, size in kinds)
    known, *lists = (*lists[0].parted(), lists[1])
    called = {name: each.name for each in known for name in each.called}
    checks = [
        partial(_check_said, own, lists),
        partial(refuse, _not_apart(councils, known)),
        *(partial(each.columns, called, is_mapped=bool(own)) for each in lists),
    ]
    both = all_of(checks)[2:]
    if known:
        _give_places(councils, known, both[0])
    return tuple(both)


def _not_apart(path: Path, known: Sequence["_Authority"]) -> Iterator[str]:
    """Combined authorities that no council could name, or that two rows are."""
    lines: dict[str, int] = {}
    for each in known:
        where = f"{path}, line {each.line}"
        if not each.name:
            yield f"{where}: the name of the combined authority is missing."
        for name in each.called:
            if (line := lines.setdefault(name, each.line)) != each.line:
                yield f"{where}: the combined authority of line {line} is called {name!r}, too."


def _give_places(path: Path, known: Sequence["_Authority"], councils: dict[str, list]) -> None:
    """Give authorities that no council names those councils of their places that name none.

    Raises:
        BadInput: if one has no council then.
    """
    own = councils.setdefault("authority", [""] * len(councils["name"]))
    of_places = {_alike(each.place): each.name for each in known if each.name not in own}
    own[:] = [
        name or of_places.get(_alike(place), "") for name, place in zip(own, councils["place"], strict=True)
    ]
    refuse(
        f"{path}, line {each.line}: no council belongs to the combined authority {each.name!r}: name it in a "
        "column combined_authority of those that do, or leave it out."
        for each in known
        if each.name not in own
    )


def _alike(name: str) -> str:
    """What ways of writing a name have in common."""
    return " ".join(name.casefold().split())


def _own_titles(given: object) -> dict[str, tuple[str, ...]]:
    """Titles that the settings give, each a text or a list of texts."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise BadInput(
            f"population.columns = {given!r} is not allowed: it takes what columns are called, such as "
            "{name: nice-name}."
        )
    check_keys("population.columns", given, _TITLES)
    found = {what: (said,) if isinstance(said, str) else said for what, said in given.items()}
    refuse(
        f"population.columns.{what} = {given[what]!r} is not allowed: it takes a column's title, or some."
        for what, titles in found.items()
        if not isinstance(titles, Sequence) or not titles or not all(isinstance(each, str) for each in titles)
    )
    return {what: (*titles, *_TITLES[what]) for what, titles in found.items()}


def _check_said(own: Titles, lists: Sequence["_List"]) -> None:
    """Refuse titles of the settings that no list has."""
    headers = list(dict.fromkeys(title for each in lists for title in each.header if title))
    refuse(
        f"population.columns.{what}: {no_such('column', title, headers)}"
        for what, titles in own.items()
        for title in titles
        if title not in (*headers, *_TITLES[what])
    )


@dataclass(frozen=True)
class _Authority:
    """A combined authority that is in the list of councils.

    Attributes:
        name: of it.
        place: that it is in.
        called: its name and code, as they may be written.
        line: that it is on.
    """

    name: str
    place: str
    called: tuple[str, ...]
    line: int


@dataclass(frozen=True)
class _List:
    """One list.

    Attributes:
        path: where it is.
        noun: what a row is about.
        size: what says how large that is.
        titles: what its columns may be called.
        header: titles of its columns.
        rows: as from `lines_of`, blank ones left out.
    """

    path: Path
    noun: str
    size: str
    titles: Titles
    header: Sequence[str]
    rows: Sequence[tuple[int, Line | str]]

    def parted(self) -> tuple[list[_Authority], "_List"]:
        """Combined authorities, and the list without them."""
        kind, apart, left = self._title("kind"), [], []
        for line, row in self.rows:
            if not isinstance(row, str) and _alike(row.get(kind, "")) == _COMBINED:
                name, place, code = (
                    row.get(self._title(what), "").strip() for what in ("name", "place", "code")
                )
                called = tuple(_alike(each) for each in (name, code) if each)
                apart.append(_Authority(name, place, called, line))
            else:
                left.append((line, row))
        return apart, replace(self, rows=left)

    def columns(self, called: Mapping[str, str], is_mapped: bool) -> dict[str, list]:
        """Its columns, positions in degrees.

        Args:
            called: combined authorities by their names and codes; where there are none, no row is of one.
            is_mapped: whether the settings say what columns are called, so that others need not be known.

        Raises:
            BadInput: naming every line that cannot be used, its value and the reason.
        """
        readers = self._readers(called)
        columns = {what: Column(self._title(what), read) for what, read in readers.items()}
        checks: list[Callable[[], Any]] = [
            partial(refuse, self._wrong_header([column.title for column in columns.values()], is_mapped)),
            partial(values_in, self.path, self.rows, columns, unique="name", noun=self.noun),
        ]
        lines = [_in_degrees(line) for line in all_of(checks)[1]]
        wanted = ("name", "place", *_DEGREES, self.size, *self._if_there(called))
        return {what: [line[what] for line in lines] for what in wanted}

    def _if_there(self, called: Mapping[str, str]) -> tuple[str, ...]:
        """What is read where a list has it."""
        wanted = {"kind": self.noun == "council", "authority": bool(called)}
        return tuple(what for what, is_wanted in wanted.items() if is_wanted and self._has(what))

    def _readers(self, called: Mapping[str, str]) -> dict[str, Reader]:
        """What is read, and how."""
        is_grid = all(map(self._has, _GRID)) and not all(map(self._has, _DEGREES))
        where = _GRID if is_grid else _DEGREES
        readers = {**_READERS, "authority": partial(_authority, called)}
        return {what: readers[what] for what in ("name", "place", *where, self.size, *self._if_there(called))}

    def _has(self, what: str) -> bool:
        return self._title(what) in self.header

    def _title(self, what: str) -> str:
        """What a column is called here; what it should be called if it is not there."""
        titles = self.titles[what]
        return next((title for title in titles if title in self.header), titles[0])

    def _wrong_header(self, needed: Sequence[str], is_mapped: bool) -> Iterator[str]:
        """What is wrong with the header: columns that are missing, twice there or unknown."""
        where = f"{self.path}, line 1"
        there = list(filter(None, dict.fromkeys(self.header)))
        titles = [*needed, *(title for titles in self.titles.values() for title in titles)]
        if missing := [title for title in needed if title not in there]:
            yield f"{where}: no column {', '.join(map(repr, missing))}."
        for title in there:
            if self.header.count(title) > 1 and (title in needed or not is_mapped):
                yield f"{where}: column {title!r} is there {self.header.count(title)} times."
        unknown = [] if is_mapped else [title for title in there if title not in (*titles, *_IGNORED)]
        far = [title for title in unknown if not get_close_matches(title, titles)]
        yield from (f"{where}: {no_such('column', title, titles)}" for title in unknown if title not in far)
        if far:
            yield (
                f"{where}: There is no column {', '.join(map(repr, far))}. Titles of your own are given as "
                "population.columns={name: TITLE, ...}; then all others are passed over."
            )


def _opened(path: Path, noun: str, size: str, titles: Titles) -> _List:
    header, rows = lines_of(path)
    said = [(line, row) for line, row in rows if isinstance(row, str) or any(map(str.strip, row.values()))]
    return _List(path, noun, size, titles, header, said)


def _in_degrees(line: dict[str, Any]) -> dict[str, Any]:
    """A row with its position in degrees."""
    if "easting" not in line:
        return line
    return {**line, **dict(zip(_DEGREES, degrees_of(line["easting"], line["northing"]), strict=True))}


def _degrees(limit: float) -> Reader:
    def read(value: str) -> float:
        if abs(number := number_of(value)) > limit:
            raise ValueError(f"it takes degrees from {-limit:g} to {limit:g}.")
        return number

    return read


def _metres(limit: float) -> Reader:
    def read(value: str) -> float:
        if not 0 < (number := amount_of(value)) <= limit:
            raise ValueError(f"it takes metres of the National Grid, above 0 and up to {limit:,.0f}.")
        return number

    return read


def _people(value: str) -> float:
    if (number := _at_most(MOST_PEOPLE, value)) <= 0:
        raise ValueError("it takes a number above 0.")
    return number


def _staff(value: str) -> int:
    if (number := _at_most(MOST_RESEARCHERS, value)) < 0:
        raise ValueError("it takes a number of at least 0.")
    return math.floor(number + 0.5)


def _authority(called: Mapping[str, str], value: str) -> str:
    """The name of a combined authority that has this name or code, "": none."""
    if value.strip() and _alike(value) not in called:
        raise ValueError(
            "no row of the kind Combined authority has this name or code: add one, or leave this empty. "
            f"{meant(_alike(value), called)}"
        )
    return called.get(_alike(value), "")


def _at_most(most: int, value: str) -> float:
    if (number := amount_of(value)) > most:
        raise ValueError(f"it takes at most {most:,}.")
    return number


_READERS: dict[str, Reader] = {
    "name": text_of,
    "place": text_of,
    "latitude": _degrees(90.0),
    "longitude": _degrees(180.0),
    "easting": _metres(700_000.0),
    "northing": _metres(1_300_000.0),
    "population": _people,
    "staff": _staff,
    "kind": str.strip,
}

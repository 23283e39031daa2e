"""Doubts: what a population says that is allowed, but is most likely a slip in its lists."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from model.place import EARTH_RADIUS
from model.population import Population

#: The United Kingdom, degrees: lowest and highest latitude, then longitude.
_UK = (49.0, 61.0, -9.0, 2.0)
_FAR = 300.0  # km
_PEOPLE = (1_000, 10_000_000)
_STAFF = 20_000
_NAMED = 3


def doubts_about(population: Population) -> list[str]:
    """What to look at again."""
    return [note for doubt in _DOUBTS for note in doubt(population)]


def _swapped(population: Population) -> Iterator[str]:
    """Sites that are in the country only once their coordinates change places."""
    for sites, names, noun in _kinds(population):
        swapped = ~_in_uk(sites["y"], sites["x"]) & _in_uk(sites["x"], sites["y"])
        if population.geographic and swapped.any():
            yield (
                "Latitude and longitude seem to be swapped, as the other way round these "
                f"{noun} would be in the United Kingdom: {_some(swapped, names)}."
            )


def _far(population: Population) -> Iterator[str]:
    """Councils that are all but out of reach, if they are most of all."""
    if population.geographic:
        far = _nearest(_on_globe(population.councils), _on_globe(population.universities)) > _FAR
        if 2 * far.sum() > len(far):
            some = _some(far, population.council_names)
            yield f"Are coordinates right? Councils over {_FAR:g} km from every university: {some}."


def _absurd(population: Population) -> Iterator[str]:
    """Sizes that hardly any council or university has."""
    people, staff = population.councils["population"], population.universities["staff"]
    low, high = _PEOPLE
    if (outside := (people < low) | (people > high)).any():
        some = _some(outside, population.council_names)
        yield f"Is it the right column? Councils of under {low:,} or over {high:,} people: {some}."
    if (large := staff > _STAFF).any():
        some = _some(large, population.university_names)
        yield f"Is it the right column? Universities of over {_STAFF:,} researchers: {some}."


def _alone(population: Population) -> Iterator[str]:
    """Places that only councils or only universities are in."""
    (councils, _, noun), (universities, _, other) = _kinds(population)
    for own, others, what in (
        (councils, universities, f"{noun} but no {other}"),
        (universities, councils, f"{other} but no {noun}"),
    ):
        lacks = np.isin(np.arange(len(population.places)), own["place"])
        lacks &= ~np.isin(np.arange(len(population.places)), others["place"])
        if lacks.any():
            yield f"Places with {what}: {_some(lacks, population.places)}."


_DOUBTS: Sequence[Callable[[Population], Iterator[str]]] = (_swapped, _far, _absurd, _alone)


def _kinds(population: Population) -> tuple[tuple[np.ndarray, Sequence[str], str], ...]:
    return (
        (population.councils, population.council_names, "councils"),
        (population.universities, population.university_names, "universities"),
    )


def _some(which: np.ndarray, names: Sequence[str]) -> str:
    """How many of all, and the first of them by name."""
    found = [names[int(at)] for at in np.flatnonzero(which)]
    more = ", ..." if len(found) > _NAMED else ""
    return f"{len(found):,} of {len(which):,} ({', '.join(found[:_NAMED])}{more})"


def _in_uk(latitude: np.ndarray, longitude: np.ndarray) -> np.ndarray:
    south, north, west, east = _UK
    return (south <= latitude) & (latitude <= north) & (west <= longitude) & (longitude <= east)


def _on_globe(sites: np.ndarray) -> np.ndarray:
    """Points of the globe, km [sites, 3]."""
    longitude, latitude = np.radians(sites["x"]), np.radians(sites["y"])
    across = np.cos(latitude)
    return EARTH_RADIUS * np.stack(
        [across * np.cos(longitude), across * np.sin(longitude), np.sin(latitude)], axis=1
    )


def _nearest(points: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Distance from each point to the nearest of the others, km."""
    nearest = np.full(len(points), np.inf)
    for other in others:  # one at a time: all at once would take gigabytes
        nearest = np.minimum(nearest, np.linalg.norm(points - other, axis=1))
    return nearest

"""Population: which councils and universities there are, where, and how large.

A population gives the sites; what councils, universities and researchers are like is drawn when a
run begins. A site is drawn normally around its centre (a known position has no spread), a council's
population log-normally around its median (a known one has none either).
"""

import math
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from model.problems import BadInput, refuse

_POSITION = [("place", "i8"), ("x", "f8"), ("y", "f8"), ("sd_x", "f8"), ("sd_y", "f8")]
COUNCIL_SITE = np.dtype([*_POSITION, ("population", "f8"), ("population_sigma", "f8")])
UNIVERSITY_SITE = np.dtype([*_POSITION, ("staff", "i8")])

#: Councils of `nine_places`, for which levers in absolute numbers (money, posts, ...) are given.
LEVER_COUNCILS = 36
#: People: what a council's size is counted in, and the median of `nine_places`.
POPULATION_OF_SIZE_ONE = 170_000.0
POPULATION_SIGMA = 0.6

#: Tiers of local government, and the kinds of council that are of another than the first.
SINGLE, LOWER, UPPER, SCOTTISH = range(4)
TIERS = {
    "non-metropolitan district": LOWER,
    "district": LOWER,
    "ni district": LOWER,
    "county": UPPER,
    "scottish unitary authority": SCOTTISH,
}

#: A council, or a university, of no combined authority.
NO_AUTHORITY = -1

#: More would not fit a draw's address (`model.chance`); of researchers, PhDs may come to as many again.
MOST_COUNCILS, MOST_RESEARCHERS = 1 << 14, 1 << 19
#: Every council has its distance to every university: half a gigabyte a run, with what is made of them.
MOST_PAIRS = 1 << 25
#: Of a council, and of all: tables have room for the questions of so many.
MOST_PEOPLE, MOST_PEOPLE_IN_ALL = 100_000_000, 10_000_000_000

LATTICE_SPACING = 100.0  # km between neighbouring places
COUNCIL_SPREAD = 12.0  # km, standard deviation on each axis
UNIVERSITY_SPREAD = 6.0  # km


@dataclass(frozen=True)
class Population:
    """The councils and universities of a run.

    Attributes:
        name: what rows and files call it.
        places: names of the places; a site's `place` is an index into them.
        councils: one `COUNCIL_SITE` a council: place; centre and spread of its position (km, or
            degrees); median of its population (people) and spread of the population's logarithm.
        universities: one `UNIVERSITY_SITE` a university: place, position, staff (researchers).
        geographic: whether x is a longitude and y a latitude, in degrees, instead of km on a plane.
        scale_levers: whether levers in absolute numbers grow with the number of councils.
        council_names: one a council, or none.
        university_names: one a university, or none.
        council_kinds: what kind each council is of (district, county), or none: it tells its tier.
        authorities: names of the combined authorities that are known; none: which areas share a structure is
            drawn.
        council_authorities: one a council: which of them it belongs to, -1: none.
        university_authorities: the same of universities.
    """

    name: str
    places: tuple[str, ...]
    councils: np.ndarray
    universities: np.ndarray
    geographic: bool = False
    scale_levers: bool = True
    council_names: tuple[str, ...] = ()
    university_names: tuple[str, ...] = ()
    council_kinds: tuple[str, ...] = ()
    authorities: tuple[str, ...] = ()
    council_authorities: tuple[int, ...] = ()
    university_authorities: tuple[int, ...] = ()

    @property
    def lever_scale(self) -> float:
        """Factor on the levers in absolute numbers, which are given for 36 councils."""
        return len(self.councils) / LEVER_COUNCILS if self.scale_levers else 1.0

    @property
    def council_tiers(self) -> np.ndarray:
        """The tier of each council; one whose kind says nothing of it is single."""
        kinds = self.council_kinds or [""] * len(self.councils)
        return np.array([TIERS.get(kind.strip().lower(), SINGLE) for kind in kinds], "i4")

    @property
    def n_areas(self) -> int:
        """Areas whose councils and universities may share a structure: places, then combined authorities."""
        return len(self.places) + len(self.authorities)

    @property
    def council_areas(self) -> np.ndarray:
        """The area of each council: its combined authority, or its place."""
        return self._areas(self.councils, self.council_authorities)

    @property
    def university_areas(self) -> np.ndarray:
        """The area of each university, as of councils."""
        return self._areas(self.universities, self.university_authorities)

    def _areas(self, sites: np.ndarray, authorities: Sequence[int]) -> np.ndarray:
        own = np.array(authorities or [NO_AUTHORITY] * len(sites))
        return np.where(own == NO_AUTHORITY, sites["place"], len(self.places) + own).astype("i4")

    @property
    def n_researchers(self) -> int:
        """Researchers in post when a run begins."""
        return int(self.universities["staff"].sum())


def lattice(
    places: int = 9,
    councils: int = 4,
    universities: int = 2,
    researchers: int = 30,
    scale_levers: bool = True,
    name: str = "nine_places",
) -> Population:
    """Places on a square lattice, alike but for luck.

    Args:
        places: number of places.
        councils: councils in each place.
        universities: universities in each place.
        researchers: researchers at each university.
        scale_levers: whether levers in absolute numbers grow with the number of councils.
        name: what rows and files call it.

    Raises:
        BadInput: if any of the numbers is not a whole number of at least 1, or if they come to too many.
    """
    _check_counts(places=places, councils=councils, universities=universities, researchers=researchers)
    _check_size(places * councils, places * universities, places * universities * researchers)
    columns = math.ceil(math.sqrt(places))
    centres = [(LATTICE_SPACING * (p % columns), LATTICE_SPACING * (p // columns)) for p in range(places)]
    council_rows = [
        (p, x, y, COUNCIL_SPREAD, COUNCIL_SPREAD, POPULATION_OF_SIZE_ONE, POPULATION_SIGMA)
        for p, (x, y) in enumerate(centres)
        for _ in range(councils)
    ]
    university_rows = [
        (p, x, y, UNIVERSITY_SPREAD, UNIVERSITY_SPREAD, researchers)
        for p, (x, y) in enumerate(centres)
        for _ in range(universities)
    ]
    place_names = tuple(f"place {p + 1}" for p in range(places))
    return Population(
        name,
        place_names,
        np.array(council_rows, COUNCIL_SITE),
        np.array(university_rows, UNIVERSITY_SITE),
        scale_levers=scale_levers,
        council_names=_numbered(place_names, "council", councils),
        university_names=_numbered(place_names, "university", universities),
    )


def regional(
    name: str,
    regions: Sequence[Mapping],
    council_kinds: Mapping[str, Mapping[str, float]],
    scale_levers: bool = True,
    staff_sigma: float = 0.0,
) -> Population:
    """Councils and universities drawn around real regional centres, each region a place.

    Councils of one kind have the kind's mean population, times the region's own factor for which
    the region's total is as given, in expectation. The region's staff is shared out among its
    universities as the quantiles of a log-normal distribution are (largest remainder: none is lost).

    Args:
        name: what rows and files call the population.
        regions: for each region `name`, `councils` (number by kind), `population` (of all its
            councils, counties over their districts included), `centre` and `spread` (latitude and
            longitude, degrees), `universities`, `staff` (researchers in all), `university_centre`
            and `university_spread` (degrees; the councils' where not given).
        council_kinds: for each kind `mean` population and `sigma`, the spread of its logarithm.
        scale_levers: whether levers in absolute numbers grow with the number of councils.
        staff_sigma: spread of the logarithm of a university's staff within its region; 0: all alike.

    Raises:
        BadInput: naming every region whose figures are missing or impossible, or if they come to too many.
    """
    _check_regions(regions, council_kinds, staff_sigma)
    _check_size(
        sum(sum(region["councils"].values()) for region in regions),
        sum(region["universities"] for region in regions),
        sum(region["staff"] for region in regions),
        sum(region["population"] for region in regions),
    )
    council_rows, university_rows, council_names, university_names = [], [], [], []
    kinds: list[str] = []
    for place, region in enumerate(regions):
        position = _position(region["centre"], region["spread"])
        factor = _population_factor(region, council_kinds)
        for kind, number in region["councils"].items():
            sigma = float(council_kinds[kind]["sigma"])
            median = factor * float(council_kinds[kind]["mean"]) / math.exp(sigma**2 / 2)
            council_rows += [(place, *position, median, sigma)] * number
            council_names += [f"{region['name']}: {kind} {i + 1}" for i in range(number)]
            kinds += [kind] * number
        position = _position(
            region.get("university_centre", region["centre"]),
            region.get("university_spread", region["spread"]),
        )
        for i, staff in enumerate(_shared_out(region["staff"], region["universities"], staff_sigma)):
            university_rows.append((place, *position, staff))
            university_names.append(f"{region['name']}: university {i + 1}")
    return Population(
        name,
        tuple(region["name"] for region in regions),
        np.array(council_rows, COUNCIL_SITE),
        np.array(university_rows, UNIVERSITY_SITE),
        geographic=True,
        scale_levers=scale_levers,
        council_names=tuple(council_names),
        university_names=tuple(university_names),
        council_kinds=tuple(kinds),
    )


def listed(
    name: str,
    councils: Mapping[str, Sequence],
    universities: Mapping[str, Sequence],
    scale_levers: bool = True,
) -> Population:
    """Real councils and universities at their real coordinates; all else about them is drawn.

    Places whose names differ in case, spaces, unseen marks or ways of writing a letter are one.

    Args:
        name: what rows and files call the population.
        councils: columns `name`, `place`, `latitude`, `longitude` (degrees), `population` (people), and
            `kind` and `authority`, the combined authority that it belongs to ("": none), if that is known.
        universities: columns `name`, `place`, `latitude`, `longitude`, `staff` (researchers), and
            `authority`, if that is known; else it is that of the nearest council.
        scale_levers: whether levers in absolute numbers grow with the number of councils.

    Raises:
        BadInput: if there is no council, no university or no researcher at all, or too many of them.
    """
    if not len(councils["name"]) or not len(universities["name"]):
        raise BadInput(f"Population {name} needs at least one council and one university.")
    _check_size(
        len(councils["name"]),
        len(universities["name"]),
        sum(universities["staff"]),
        sum(councils["population"]),
    )
    places = _told_apart([*councils["place"], *universities["place"]])
    position = {place: at for at, place in enumerate(places)}
    authorities, council_authorities, university_authorities = _authorities(councils, universities)
    council_sites = np.zeros(len(councils["name"]), COUNCIL_SITE)
    university_sites = np.zeros(len(universities["name"]), UNIVERSITY_SITE)
    for sites, columns in ((council_sites, councils), (university_sites, universities)):
        sites["place"] = [position[_folded(place)] for place in columns["place"]]
        sites["x"], sites["y"] = columns["longitude"], columns["latitude"]
    council_sites["population"] = councils["population"]
    university_sites["staff"] = universities["staff"]
    if not university_sites["staff"].sum():
        raise BadInput(f"Population {name} has no researcher: the staff of every university is 0.")
    return Population(
        name,
        tuple(places.values()),
        council_sites,
        university_sites,
        geographic=True,
        scale_levers=scale_levers,
        council_names=tuple(councils["name"]),
        university_names=tuple(universities["name"]),
        council_kinds=tuple(councils.get("kind", ())),
        authorities=authorities,
        council_authorities=council_authorities,
        university_authorities=university_authorities,
    )


def _authorities(
    councils: Mapping[str, Sequence], universities: Mapping[str, Sequence]
) -> tuple[tuple[str, ...], tuple[int, ...], tuple[int, ...]]:
    """Combined authorities by name, and which of them each council and university belongs to."""
    own = list(councils.get("authority", ()))
    known = _told_apart(name for name in own if name)
    if not known:
        return (), (), ()
    theirs = universities.get("authority") or [own[c] for c in _nearest(universities, councils)]
    at = {authority: k for k, authority in enumerate(known)}
    of_councils, of_universities = (
        tuple(at.get(_folded(name), NO_AUTHORITY) for name in names) for names in (own, theirs)
    )
    return tuple(known.values()), of_councils, of_universities


def _nearest(ones: Mapping[str, Sequence], others: Mapping[str, Sequence]) -> list[int]:
    """Which of others on the globe each one is nearest to."""
    here, there = (_directions(each["latitude"], each["longitude"]) for each in (ones, others))
    return [int(np.argmax(there @ each)) for each in here]


def _directions(latitudes: Sequence[float], longitudes: Sequence[float]) -> np.ndarray:
    """Unit vectors to points of the globe, given in degrees [points, 3]."""
    north, east = np.radians(latitudes), np.radians(longitudes)
    return np.stack([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)], axis=1)


def _told_apart(names: Iterable[str]) -> dict[str, str]:
    """Names, each as it is first written, by what all ways of writing it have in common."""
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(_folded(name), name)
    return found


def _folded(place: str) -> str:
    """What all ways of writing a place's name have in common."""
    text = unicodedata.normalize("NFKC", place)
    visible = "".join(each for each in text if unicodedata.category(each) != "Cf")
    return unicodedata.normalize("NFKC", " ".join(visible.split()).casefold())


def _check_size(councils: int, universities: int, researchers: int, people: float = 0.0) -> None:
    """Refuse more than the model has room for, before anything is made of them."""
    counts = {
        "councils": (councils, MOST_COUNCILS),
        "researchers": (researchers, MOST_RESEARCHERS),
        "pairs of a council and a university": (councils * universities, MOST_PAIRS),
        "people in all councils": (people, MOST_PEOPLE_IN_ALL),
    }
    refuse(
        f"The population has {number:,} {what}: at most {most:,} are allowed."
        for what, (number, most) in counts.items()
        if number > most
    )


def _check_counts(**counts: object) -> None:
    problems = [
        f"{name} = {value!r} is not allowed: a population takes a whole number of at least 1."
        for name, value in counts.items()
        if not _is_count(value) or value == 0
    ]
    refuse(problems)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_above_zero(value: object) -> bool:
    return (
        isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value > 0
    )


def _check_regions(
    regions: Sequence[Mapping], council_kinds: Mapping[str, Mapping[str, float]], staff_sigma: object
) -> None:
    if not _is_list_of_mappings(regions):
        raise BadInput(
            f"regions = {_brief(regions)} is not allowed: it takes a list of regions, each with a name."
        )
    if not isinstance(council_kinds, Mapping) or not _is_list_of_mappings([*council_kinds.values()]):
        raise BadInput(
            f"council_kinds = {_brief(council_kinds)} is not allowed: each kind has a mean and a sigma."
        )
    problems = [
        f"Council kind {kind}: {figure} = {figures.get(figure)!r} is not allowed: it takes a number above 0."
        for kind, figures in council_kinds.items()
        for figure in ("mean", "sigma")
        if not (_is_above_zero(figures.get(figure)) or (figure == "sigma" and figures.get(figure) == 0))
    ]
    for number, region in enumerate(regions):
        where = f"Region {region.get('name', number + 1)}"
        problems += [f"{where}: {problem}" for problem in _region_problems(region, council_kinds)]
    if not problems and not sum(sum(region["councils"].values()) for region in regions):
        problems.append("The population has no council.")
    if not problems and not sum(region["staff"] for region in regions):
        problems.append("The population has no researcher: the staff of every region is 0.")
    if not (staff_sigma == 0 or _is_above_zero(staff_sigma)):
        problems.append(f"staff_sigma = {staff_sigma!r} is not allowed: it takes a number of at least 0.")
    refuse(problems)


def _is_list_of_mappings(given: object) -> bool:
    return isinstance(given, list | tuple) and all(isinstance(each, Mapping) for each in given)


def _brief(given: object) -> str:
    """What was given, or how it begins."""
    text = repr(given)
    return text if len(text) <= 60 else f"{text[:60]}..."


def _region_problems(region: Mapping, council_kinds: Mapping[str, Mapping[str, float]]) -> list[str]:
    needed = ("name", "councils", "population", "centre", "spread", "universities", "staff")
    problems = [f"{name} is missing." for name in needed if name not in region]
    if problems:
        return problems
    if not isinstance(region["name"], str):
        problems.append(f"name = {region['name']!r}: it takes a word.")
    if not isinstance(region["councils"], Mapping):
        return [*problems, f"councils = {region['councils']!r}: it takes a number for each kind."]
    for kind, number in region["councils"].items():
        if kind not in council_kinds:
            problems.append(f"{kind} is no kind of council: there are {', '.join(council_kinds)}.")
        if not _is_count(number):
            problems.append(f"{number!r} councils of kind {kind}: it takes a whole number of at least 0.")
    for name in ("universities", "staff"):
        if not _is_count(region[name]):
            problems.append(f"{name} = {region[name]!r}: it takes a whole number of at least 0.")
    if not _is_above_zero(region["population"]):
        problems.append(f"population = {region['population']!r}: it takes a number above 0.")
    if not problems and region["staff"] and not region["universities"]:
        problems.append("it has staff but no university.")
    for name in ("centre", "spread", "university_centre", "university_spread"):
        if name in region:
            problems += _coordinate_problems(name, region[name])
    return problems


def _coordinate_problems(name: str, given: object) -> list[str]:
    problems = []
    for coordinate, high in (("latitude", 90.0), ("longitude", 180.0)):
        value = given.get(coordinate) if isinstance(given, Mapping) else None
        low = 0.0 if name.endswith("spread") else -high
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            problems.append(f"{name}.{coordinate} = {value!r}: it takes degrees, {low:g} to {high:g}.")
    return problems


def _position(centre: Mapping[str, float], spread: Mapping[str, float]) -> tuple[float, float, float, float]:
    return centre["longitude"], centre["latitude"], spread["longitude"], spread["latitude"]


def _population_factor(region: Mapping, council_kinds: Mapping[str, Mapping[str, float]]) -> float:
    """By how much the region's councils are larger than the mean of their kinds."""
    expected = sum(number * council_kinds[kind]["mean"] for kind, number in region["councils"].items())
    return region["population"] / expected if expected else 1.0


def _shared_out(total: int, parts: int, sigma: float) -> list[int]:
    """Whole shares that sum to the total, as quantiles of a log-normal distribution do, the larger first."""
    ranks = (np.arange(parts) + 0.5) / parts
    weights = np.array([math.exp(-sigma * NormalDist().inv_cdf(rank)) for rank in ranks])
    shares = total * weights / weights.sum()
    whole = np.floor(shares).astype(int)
    most_lost = np.argsort(whole - shares, kind="stable")
    whole[most_lost[: total - whole.sum()]] += 1
    return whole.tolist()


def _numbered(places: Sequence[str], noun: str, each: int) -> tuple[str, ...]:
    return tuple(f"{place}: {noun} {i + 1}" for place in places for i in range(each))

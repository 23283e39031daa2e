"""Populations from settings and from lists."""

import os
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest

from experiments.command.files import CONF, mapping_in
from experiments.command.listed.doubts import doubts_about
from experiments.command.listed.national_grid import degrees_of, unprojected
from experiments.command.populations import population_from
from experiments.lists import lines_of
from experiments.rows.row import population_text
from model.problems import BadInput

COUNCILS = "name,region,latitude,longitude,population\nA,North,54.0,-1.5,100000\nB,South,51.0,-0.5,200000\n"
UNIVERSITIES = "name,region,latitude,longitude,staff\nU,North,54.1,-1.4,3\nV,South,51.1,-0.4,0\n"
SHARED = CONF.parent.parent / "shared" / "data"


def read(
    folder: Path, councils: str | bytes = COUNCILS, universities: str | bytes = UNIVERSITIES, **settings
):
    for name, text in (("councils", councils), ("universities", universities)):
        (folder / f"{name}.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    return population_from(
        {
            "kind": "listed",
            "name": "csv",
            "councils": str(folder / "councils.csv"),
            "universities": str(folder / "universities.csv"),
            **settings,
        }
    )


def test_kinds_of_councils_are_known_where_a_list_has_them(tmp_path: Path) -> None:
    assert read(tmp_path).council_kinds == ()
    header, *lines = COUNCILS.splitlines()
    kinds = ["kind", *("county", "")]
    text = "\n".join(f"{line},{kind}" for line, kind in zip([header, *lines], kinds, strict=True))
    assert read(tmp_path, text).council_kinds == ("county", "")


def test_lists_are_read_as_they_are(tmp_path: Path) -> None:
    population = read(tmp_path)
    assert population.places == ("North", "South")
    assert population.council_names == ("A", "B")
    assert list(population.councils["y"]) == [54.0, 51.0]
    assert list(population.councils["x"]) == [-1.5, -0.5]
    assert list(population.councils["population"]) == [100000, 200000]
    assert not population.councils["sd_x"].any()
    assert list(population.universities["staff"]) == [3, 0]
    assert population.geographic


def test_spreadsheets_marks_and_blank_lines_do_no_harm(tmp_path: Path) -> None:
    text = ("\ufeff" + COUNCILS.replace("\n", "\r\n") + "\r\n\r\n").encode()
    assert len(read(tmp_path, text).councils) == 2


def test_the_place_column_can_be_named(tmp_path: Path) -> None:
    councils, universities = (text.replace("region", "county") for text in (COUNCILS, UNIVERSITIES))
    assert read(tmp_path, councils, universities, place="county").places == ("North", "South")


def test_a_column_of_numbers_can_name_places(tmp_path: Path) -> None:
    councils = "name,latitude,longitude,population\nA,54.0,-1.5,100000\nB,51.0,-0.5,200000\n"
    universities = "name,latitude,longitude,staff\nU,54.0,-1.4,3\nV,51.0,-0.4,0\n"
    assert read(tmp_path, councils, universities, place="latitude").places == ("54.0", "51.0")


def test_every_bad_row_is_reported(tmp_path: Path) -> None:
    councils = (
        "name,region,latitude,longitude,population\n"
        "A,North,512,-1.5,100000\n"
        ",North,54,-1.5,100000\n"
        "C,,54,-190,-3\n"
        "A,North,54,,many\n"
        "E,North,54,-1.5\n"
        "F,North,nan,-1.5,1\n"
    )
    universities = UNIVERSITIES + "W,North,54,-1.5,-2\nU,North,54,-1.5,x\n"
    with pytest.raises(BadInput) as caught:
        read(tmp_path, councils, universities)
    told = [problem.removeprefix(f"{tmp_path}/") for problem in caught.value.problems]
    assert told == [
        "councils.csv, line 2: latitude = '512': it takes degrees from -90 to 90.",
        "councils.csv, line 3: name = '': it is missing.",
        "councils.csv, line 4: region = '': it is missing.",
        "councils.csv, line 4: longitude = '-190': it takes degrees from -180 to 180.",
        "councils.csv, line 4: population = '-3': it takes a number above 0.",
        "councils.csv, line 5: longitude = '': it is missing.",
        "councils.csv, line 5: population = 'many': it is not a number.",
        "councils.csv, line 5: name = 'A': the council of line 2 has it too.",
        "councils.csv, line 6: 4 fields where the header has 5.",
        "councils.csv, line 7: latitude = 'nan': it is not a number.",
        "universities.csv, line 4: staff = '-2': it takes a number of at least 0.",
        "universities.csv, line 5: staff = 'x': it is not a number.",
        "universities.csv, line 5: name = 'U': the university of line 2 has it too.",
    ]


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_lines_end_as_on_any_system(tmp_path: Path, ending: str) -> None:
    same = read(tmp_path, COUNCILS.replace("\n", ending))
    assert population_text(same) == population_text(read(tmp_path, COUNCILS))


def test_a_bad_header_hides_no_bad_row(tmp_path: Path) -> None:
    councils = "region,latitude,longitude,population,colour\nNorth,512,-1.5,1,red\nNorth,54,-1.5,-5,red\n"
    with pytest.raises(BadInput) as caught:
        read(tmp_path, councils)
    told = [problem.removeprefix(f"{tmp_path}/councils.csv, ") for problem in caught.value.problems]
    assert told[0] == "line 1: no column 'name'."
    assert told[1].startswith("line 1: There is no column 'colour'.")
    assert told[2:] == [
        "line 2: latitude = '512': it takes degrees from -90 to 90.",
        "line 3: population = '-5': it takes a number above 0.",
    ]


@pytest.mark.parametrize(
    ("councils", "message"),
    [
        ("", "is empty"),
        ("name,region,latitude,longitude,population\n", "has a header and no rows of any council"),
        (COUNCILS.replace("latitude", "latitude_deg"), "no column 'latitude'"),
        (COUNCILS.replace("latitude", "latitude_deg"), "no column 'latitude_deg'. Did you mean latitude?"),
        (COUNCILS.replace("region,", "name,"), "column 'name' is there 2 times"),
        (COUNCILS.encode("utf-16"), "is not UTF-8"),
        (COUNCILS.replace("A,", "Å,").encode("latin-1"), "line 2: byte 0xc5 is not UTF-8"),
        (COUNCILS.replace("A,", '"A,'), "unexpected end of data"),
        (
            "Table 1: councils\n" + COUNCILS,
            "no column 'name', 'region', 'latitude', 'longitude', 'population'.",
        ),
        ("x" * 200_000, "line 1: field larger than field limit"),
    ],
)
def test_a_file_that_cannot_be_read_is_reported(tmp_path: Path, councils: str | bytes, message: str) -> None:
    with pytest.raises(BadInput, match=message.replace("?", r"\?").replace(".", r"\.")):
        read(tmp_path, councils)


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read: No such file"):
        population_from({"kind": "listed", "name": "csv", "councils": "x.csv", "universities": "y.csv"})


def test_lists_without_a_researcher_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no researcher"):
        read(tmp_path, universities=UNIVERSITIES.replace(",3", ",0"))


def test_bad_lists_stop_the_program(towngown, tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text(COUNCILS.replace("54.0", "512"))
    (tmp_path / "u.csv").write_text(UNIVERSITIES)
    said = towngown("population=csv", "population.councils=c.csv", "population.universities=u.csv")
    assert said.status == 2
    assert "c.csv, line 2: latitude = '512'" in said.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c.csv", "u.csv"]


@pytest.mark.skipif(not SHARED.exists(), reason="the lists of real councils are not here")
def test_the_real_lists_are_read_as_they_are() -> None:
    population = population_from(
        {
            "kind": "listed",
            "name": "csv",
            "councils": str(SHARED / "uk_councils.csv"),
            "universities": str(SHARED / "uk_universities.csv"),
        }
    )
    assert (len(population.councils), len(population.universities)) == (382, 148)
    assert len(population.places) == 12
    assert population.n_researchers == 22629


def test_uk_has_the_real_numbers() -> None:
    settings = mapping_in(CONF / "population" / "uk.yaml")
    population = population_from(settings)
    assert (len(population.councils), len(population.universities)) == (382, 148)
    assert len(population.places) == 12
    assert population.lever_scale == pytest.approx(382 / 36)
    sites = population.councils
    expected = sites["population"] * np.exp(sites["population_sigma"] ** 2 / 2)
    for place, region in enumerate(settings["regions"]):
        assert expected[sites["place"] == place].sum() == pytest.approx(region["population"])
        staff = population.universities["staff"][population.universities["place"] == place]
        assert staff.sum() == region["staff"]
        spread = np.exp(2 * settings["staff_sigma"] * NormalDist().inv_cdf(1 - 0.5 / len(staff)))
        assert staff.max() / staff.min() == pytest.approx(spread, rel=0.1)


def test_impossible_regions_are_reported() -> None:
    settings = mapping_in(CONF / "population" / "uk.yaml")
    settings["regions"][0] |= {"population": -1, "staff": 2.5}
    settings["regions"][1]["councils"] = {"Parish": 3}
    settings["regions"][2]["centre"] = {"latitude": 512, "longitude": 0}
    del settings["regions"][3]["spread"]
    with pytest.raises(BadInput) as caught:
        population_from(settings)
    text = str(caught.value)
    for part in (
        "East Midlands: population = -1",
        "staff = 2.5",
        "Parish is no kind",
        "512",
        "North East: spread",
    ):
        assert part in text


# Lists as they are published


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_other_separators_and_columns_without_a_title_are_read(tmp_path: Path, separator: str) -> None:
    councils = COUNCILS.replace(",", separator).replace("\n", f"{separator}\n") + separator * 4 + "\n"
    councils = councils.replace("100000", "100,000")
    assert list(read(tmp_path, councils).councils["population"]) == [100_000, 200_000]


def test_figures_in_threes_are_read(tmp_path: Path) -> None:
    councils = COUNCILS.replace("100000", '"1,234,567.5"')
    universities = UNIVERSITIES.replace(",3\n", ',"1,234"\n')
    population = read(tmp_path, councils, universities)
    assert population.councils["population"][0] == 1_234_567.5
    assert population.universities["staff"][0] == 1234


def test_a_fault_of_many_lines_is_told_once(tmp_path: Path) -> None:
    rows = "".join(f"C{i};North;54,{i};-1.5;{i}\n" for i in range(100, 107))
    with pytest.raises(BadInput) as caught:
        read(tmp_path, "name;region;latitude;longitude;population\n" + rows)
    (problem,) = caught.value.problems
    assert "councils.csv, 7 lines (2, 3, 4, 5, 6, ...): latitude, such as '54,100': it has a comma" in problem


def test_columns_can_be_named(tmp_path: Path) -> None:
    councils = "nice-name,lat,LONG,pop,area\nA,54,-1.5,100\nB,51,-0.5,200\n".replace("area", "nation,start")
    councils = councils.replace(",100\n", ",100,E,x\n").replace(",200\n", ",200,E,x\n")
    universities = "PROVIDER,nation,latitude,LONG,FTE\nU,E,54.1,-1.4,3\n"
    columns = {"name": ["nice-name", "PROVIDER"], "longitude": "LONG", "population": "pop", "staff": "FTE"}
    population = read(tmp_path, councils, universities, columns={**columns, "place": "nation"})
    assert population.council_names == ("A", "B")
    assert population.university_names == ("U",)
    assert population.places == ("E",)
    assert list(population.councils["y"]) == [54, 51]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"names": "name"}, "There is no setting 'names'. Did you mean name"),
        ({"name": "names"}, "columns.name: There is no column 'names'. Did you mean name"),
        ({"name": 3}, "columns.name = 3 is not allowed"),
        ("name", "columns = 'name' is not allowed"),
    ],
)
def test_columns_that_mean_nothing_are_refused(tmp_path: Path, columns: object, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        read(tmp_path, columns=columns)


#: Points of Ordnance Survey's OSTN15 test data: easting, northing, latitude, longitude.
SURVEYED = (
    (91492.146, 11318.804, 49.92226393730, -6.29977752014),
    (639821.835, 169565.858, 51.37447025550, 1.44454730409),
    (422242.186, 433818.701, 53.80021519630, -1.66379168242),
    (267056.768, 846176.972, 57.48625000720, -4.21926398555),
    (395999.668, 1138728.951, 60.13308091660, -2.07382822798),
)


@pytest.mark.parametrize(("easting", "northing", "latitude", "longitude"), SURVEYED)
def test_the_grid_is_within_five_metres(
    easting: float, northing: float, latitude: float, longitude: float
) -> None:
    found = degrees_of(easting, northing)
    north = np.radians(found[0] - latitude) * 6_371_000
    east = np.radians(found[1] - longitude) * 6_371_000 * np.cos(np.radians(latitude))
    assert np.hypot(north, east) < 5


def test_the_projection_is_that_of_the_survey_s_worked_example() -> None:
    latitude, longitude = np.degrees(unprojected(651_409.903, 313_177.270))
    assert latitude == pytest.approx(52 + 39 / 60 + 27.2531 / 3600, abs=1e-8)
    assert longitude == pytest.approx(1 + 43 / 60 + 4.5177 / 3600, abs=1e-8)


def test_eastings_and_northings_stand_for_degrees(tmp_path: Path) -> None:
    councils = 'name,region,eastings,northings,population\nA,North,"422,242.186",433818.701,1000\n'
    population = read(tmp_path, councils)
    assert population.councils["y"][0] == pytest.approx(53.8002, abs=1e-4)
    assert population.councils["x"][0] == pytest.approx(-1.6638, abs=1e-4)
    with pytest.raises(BadInput, match=r"eastings = '-1.5': it takes metres of the National Grid"):
        read(tmp_path, councils.replace('"422,242.186"', "-1.5"))


@pytest.mark.parametrize(
    "other",
    ["north", "NORTH ", "Nor\u200bth", "\uff2eorth", "\ufeffNorth"],
)
def test_a_place_written_in_two_ways_is_one(tmp_path: Path, other: str) -> None:
    assert read(tmp_path, universities=UNIVERSITIES.replace("North", other)).places == ("North", "South")


def test_letters_and_spaces_written_in_two_ways_are_one_place(tmp_path: Path) -> None:
    councils = COUNCILS.replace("North", "Ynys  M\u00f4n")
    universities = UNIVERSITIES.replace("North", "Ynys Mo\u0302n")
    assert read(tmp_path, councils, universities).places == ("Ynys  M\u00f4n", "South")


@pytest.mark.parametrize(
    ("staff", "message"),
    [
        ("10007795", "staff = '10007795': it takes at most 524,288"),
        (str(2**63), "it takes at most 524,288"),
        ("9" * 400, "it is not a number"),
    ],
)
def test_sizes_that_the_model_has_no_room_for_are_refused(tmp_path: Path, staff: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        read(tmp_path, universities=UNIVERSITIES.replace(",3", f",{staff}"))


@pytest.mark.parametrize("name", ["/dev/zero", "pipe", "folder", "loop", "a\0b"])
def test_what_is_no_file_is_refused_at_once(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(BadInput, match=r"is not a file|cannot be read"):
        lines_of(tmp_path / name)


def test_a_file_that_is_too_large_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "large.csv").open("wb") as file:
        file.truncate(10**12)  # takes no space
    with pytest.raises(BadInput, match=r"has 1,000,000,000,000 bytes: a list may have 500,000,000"):
        lines_of(tmp_path / "large.csv")


# Doubts


def test_lists_without_a_slip_are_not_doubted(tmp_path: Path) -> None:
    assert doubts_about(read(tmp_path)) == []
    for name in ("uk", "nine_places"):
        assert doubts_about(population_from(mapping_in(CONF / "population" / f"{name}.yaml"))) == []


def test_coordinates_that_were_swapped_are_noted(tmp_path: Path) -> None:
    swapped = COUNCILS.replace("latitude,longitude", "longitude,latitude")
    notes = doubts_about(read(tmp_path, swapped))
    assert notes[0].startswith("Latitude and longitude seem to be swapped")
    assert notes[0].endswith("councils would be in the United Kingdom: 2 of 2 (A, B).")
    assert notes[1] == "Are coordinates right? Councils over 300 km from every university: 2 of 2 (A, B)."


def test_places_of_one_list_only_are_noted(tmp_path: Path) -> None:
    assert doubts_about(read(tmp_path, universities=UNIVERSITIES.replace("North", "Northern"))) == [
        "Places with councils but no universities: 1 of 3 (North).",
        "Places with universities but no councils: 1 of 3 (Northern).",
    ]


def test_absurd_sizes_are_noted(tmp_path: Path) -> None:
    councils, universities = COUNCILS.replace("100000", "100"), UNIVERSITIES.replace(",3", ",30000")
    assert doubts_about(read(tmp_path, councils, universities)) == [
        "Is it the right column? Councils of under 1,000 or over 10,000,000 people: 1 of 2 (A).",
        "Is it the right column? Universities of over 20,000 researchers: 1 of 2 (U).",
    ]


COMBINED = "name,code,region,latitude,longitude,population,kind,combined_authority"
A, B = "A,AAA,North,54.0,-1.5,100000,County", "B,BBB,South,51.0,-0.5,200000,County"


@pytest.mark.parametrize("said", ["Aire CA", "aire  ca", "AIR"], ids=["name", "written otherwise", "code"])
def test_combined_authorities_in_a_list_are_structures(tmp_path: Path, said: str) -> None:
    """Of councils that name one; a row of that kind is no council, and needs no more than its name."""
    rows = f"{A},{said}\nAire CA,AIR,,,,,combined Authority,\n{B},\n"
    population = read(tmp_path, f"{COMBINED}\n{rows}")
    assert population.council_names == ("A", "B")
    assert population.authorities == ("Aire CA",)
    assert population.council_authorities == (0, -1)
    assert population.university_authorities == (0, -1)  # as the nearest council
    header, *listed = UNIVERSITIES.strip().splitlines()
    universities = "\n".join([f"{header},combined_authority", f"{listed[0]},", f"{listed[1]},{said}"])
    told = read(tmp_path, f"{COMBINED}\n{rows}", universities)
    assert told.university_authorities == (-1, 0)


def test_a_combined_authority_that_no_council_names_is_one_of_its_place(tmp_path: Path) -> None:
    header = COMBINED.removesuffix(",combined_authority")
    population = read(tmp_path, f"{header}\n{A}\n{B}\nAire CA,AIR,north,,,,Combined authority\n")
    assert population.council_authorities == (0, -1)


def test_where_no_combined_authority_is_in_the_list_structures_are_drawn(tmp_path: Path) -> None:
    assert read(tmp_path, f"{COMBINED}\n{A},AIR\n{B},\n").authorities == ()


@pytest.mark.parametrize(
    ("bodies", "message"),
    [
        (["Aire CA,ARI,North"], "line 3: combined_authority = 'AIR': no row of .* Did you mean ari"),
        (["Wey CA,AIR,", "Aire CA,AIR,North"], "line 5: the combined authority of line 4 is called 'air'"),
        ([",AIR,North"], "line 4: the name of the combined authority is missing"),
    ],
    ids=["misspelt", "twice", "nameless"],
)
def test_a_slip_makes_no_structure_of_others(tmp_path: Path, bodies: list[str], message: str) -> None:
    rows = [f"{B},", f"{A},AIR", *(f"{body},,,,Combined authority," for body in bodies)]
    with pytest.raises(BadInput, match=message):
        read(tmp_path, "\n".join([COMBINED, *rows]))


def test_a_university_names_a_combined_authority_that_is_there(tmp_path: Path) -> None:
    header, *listed = UNIVERSITIES.strip().splitlines()
    universities = f"{header},combined_authority\n{listed[0]},ARI\n{listed[1]},\n"
    with pytest.raises(BadInput, match=r"universities\.csv, line 2: combined_authority = 'ARI'"):
        read(tmp_path, f"{COMBINED}\n{A},AIR\nAire CA,AIR,,,,,Combined authority,\n{B},\n", universities)


def test_a_list_of_combined_authorities_alone_has_no_council(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"councils\.csv has a header and no rows of any council"):
        read(tmp_path, f"{COMBINED}\nAire CA,AIR,North,,,,Combined authority,\n")


def test_a_combined_authority_without_councils_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="line 3: no council belongs to the combined authority 'Wey CA'"):
        read(tmp_path, f"{COMBINED}\n{A},\nWey CA,WEY,West,,,,Combined authority,\n{B},\n")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"regions": None}, "regions = None is not allowed"),
        ({"regions": {"North": 3}}, "regions = .* is not allowed"),
        ({"regions": [3]}, r"regions = \[3\] is not allowed"),
        ({"council_kinds": [3]}, r"council_kinds = \[3\] is not allowed"),
        ({"regions": ...}, "population.regions is missing"),
    ],
)
def test_mistyped_regions_are_reported(settings: dict, message: str) -> None:
    given = {**mapping_in(CONF / "population" / "uk.yaml"), **settings}
    with pytest.raises(BadInput, match=message):
        population_from({name: value for name, value in given.items() if value is not ...})


def test_a_population_that_is_none_is_refused() -> None:
    with pytest.raises(BadInput, match="population = None is not allowed"):
        population_from(None)  # type: ignore[arg-type]

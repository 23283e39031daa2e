"""Populations from settings and from lists."""

from pathlib import Path

import numpy as np
import pytest

from experiments.command.files import CONF, mapping_in
from experiments.command.populations import population_from
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
        ("name,region,latitude,longitude,population\n", "has a header and no rows"),
        (COUNCILS.replace("latitude", "latitude_deg"), "no column 'latitude'"),
        (COUNCILS.replace("latitude", "latitude_deg"), "no column 'latitude_deg'. Did you mean latitude?"),
        (COUNCILS.replace("region,", "name,"), "column 'name' is there 2 times"),
        (COUNCILS.encode("utf-16"), "is not UTF-8"),
        (COUNCILS.replace("A,", "Å,").encode("latin-1"), "line 2: byte 0xc5 is not UTF-8"),
        (COUNCILS.replace("A,", '"A,'), "unexpected end of data"),
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
        assert staff.max() - staff.min() <= 1


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

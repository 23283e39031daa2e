"""The ODD says what the code does, as far as a test can tell."""

import re

import yaml

from model import population
from model.parameters import DECLARATIONS, LEVERS
from tests.odd import (
    BEGIN,
    BEGIN_MEASURES,
    END,
    END_MEASURES,
    ODD,
    README,
    with_counts,
    with_runs,
    with_tables,
)

ROOT = ODD.parent.parent
TEXT = ODD.read_text(encoding="utf-8")
RULES = TEXT.partition(BEGIN)[0]
SOURCES = [*ROOT.glob("model/*.py"), *ROOT.glob("tests/reference/*.py")]


def test_tables_are_the_declarations():
    assert [TEXT.count(mark) for mark in (BEGIN, END, BEGIN_MEASURES, END_MEASURES)] == [1] * 4
    assert with_tables(TEXT) == TEXT, "run `python -m tests.odd`"


def test_every_section_that_the_code_cites_exists():
    sections = set(re.findall(r"^##+ (\d+(?:\.\d+)?) ", TEXT, flags=re.MULTILINE))
    for file in SOURCES:
        for citation in re.findall(r"\(ODD ([^)]*)\)", file.read_text(encoding="utf-8")):
            cited = re.findall(r"\d+(?:\.\d+)?", citation)
            assert set(cited) <= sections, f"{file.name}: ODD {citation}"


def test_every_file_of_the_model_has_its_place():
    files = TEXT.partition("\n## Files\n")[2]
    named = set(re.findall(r"`((?:\w+/)?\w+\.py)`", files))
    files_there = {file.relative_to(ROOT / "model").as_posix() for file in ROOT.glob("model/**/*.py")}
    assert named == {name for name in files_there if not name.endswith("__init__.py")}


def test_every_parameter_is_in_the_rules():
    assert not [name for name in DECLARATIONS if not re.search(rf"\b{name}\b", RULES)]


def test_absolute_levers_are_those_of_section_7():
    (listed,) = re.findall(r"^\*Levers in absolute numbers\* \((.*?)\)", TEXT, flags=re.MULTILINE | re.DOTALL)
    assert set(re.findall(r"`(\w+)`", listed)) == {name for name, lever in LEVERS.items() if lever.absolute}


def test_readme_counts_parameters_by_status():
    text = README.read_text(encoding="utf-8")
    assert with_counts(text) == text, "run `python -m tests.odd`"


def test_populations_are_as_told():
    """Numbers that no parameter has: of the lattice, of how many people councils have, of the regions."""
    lattice = yaml.safe_load((ROOT / "conf/population/nine_places.yaml").read_text(encoding="utf-8"))
    sigma = yaml.safe_load((ROOT / "conf/population/uk.yaml").read_text(encoding="utf-8"))["staff_sigma"]
    people = f"{population.POPULATION_OF_SIZE_ONE:,.0f}"
    text = " ".join(TEXT.split())
    for told in (
        f"{lattice['places']} places on a square lattice",
        f"columns) {population.LATTICE_SPACING:g} km apart",
        f"in each {lattice['councils']} councils and {lattice['universities']} universities",
        f"standard deviation {population.COUNCIL_SPREAD:g} km and {population.UNIVERSITY_SPREAD:g} km",
        f"{lattice['researchers']} researchers a university",
        f"log-normal, median {people}, σ {population.POPULATION_SIGMA:g} (`nine_places`)",
        f"council's population / {people}, times its tier's share",
        f"are given for the {population.LEVER_COUNCILS} councils of `nine_places`",
        f"(`staff_sigma` {sigma:g}: REF 2021)",
    ):
        assert told in text, told


def test_readme_tells_how_many_runs_experiments_take():
    text = README.read_text(encoding="utf-8")
    assert with_runs(text) == text, "run `python -m tests.odd`"

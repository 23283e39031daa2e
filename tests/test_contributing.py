"""CONTRIBUTING.md is true: its edits, made in a copy of the program, do what it says."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from tests.test_imports import MOST
from tests.tutorial import BLOCK, CHANGE, ROOT, copied, run

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")

#: A world in which plain Python is quick.
TINY = (
    "population.places=1", "parameters.warmup=2", "parameters.horizon=12", "store=store", "equal_money=null",
)  # fmt: skip
PROGRAM = """
import json, sys
from experiments.main import main
for arguments in json.loads(sys.argv[1]):
    if status := main(arguments):
        sys.exit(status)
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the program, with all that CONTRIBUTING.md adds."""
    return copied(tmp_path, TEXT)


def test_each_section_has_edits_and_each_edit_its_place(copy: Path) -> None:
    parts = re.split(r"^## (?=An? )", TEXT, flags=re.MULTILINE)[1:]
    assert [part.splitlines()[0].split()[-1] for part in parts] == [
        "rule", "lever", "indicator", "algorithm", "design", "engine", "job", "figure",
    ]  # fmt: skip
    assert all(BLOCK.search(part) for part in parts)
    assert len(list(BLOCK.finditer(TEXT))) == TEXT.count("```") // 2
    assert len(list(CHANGE.finditer(TEXT))) == TEXT.count(" becomes")


def test_the_table_counts_the_files_of_each_section() -> None:
    told = re.findall(r"^\| \[an? (\w+)\].*?\| (\d+):", TEXT, flags=re.MULTILINE)
    parts = re.split(r"^## (?=An? )", TEXT, flags=re.MULTILINE)[1:]
    counted = [
        len({edit["file"] for way in (CHANGE, BLOCK) for edit in way.finditer(part)}) for part in parts
    ]
    assert [int(n) for _, n in told] == counted


def test_a_list_that_an_example_lengthens_can_be_lengthened_by_others() -> None:
    """Who adds a thing at its end, as told, does not take the example its place."""
    changes = [(edit["old"], edit["new"]) for edit in CHANGE.finditer(TEXT) if edit["file"].endswith(".py")]
    longer = [(old, new) for old, new in changes if new.startswith(old.rstrip("),"))]
    assert len(longer) > 3
    assert [old for old, new in longer if old not in new] == []


def test_where_an_example_adds_a_file_there_is_room_for_another() -> None:
    """Or who adds one, as told, would fill the room that the example takes."""
    new = [Path(edit["file"]) for edit in BLOCK.finditer(TEXT) if edit["how"] == "New"]
    rooms = {file.parent for file in new if file.suffix == ".py"}
    assert len(rooms) > 3
    full = [str(room) for room in rooms if len([*(ROOT / room).glob("*.py")]) - 1 + 2 > MOST]
    assert full == []


def test_files_that_are_named_are_there(copy: Path) -> None:
    named = set(re.findall(r"`((?:model|experiments|analysis|conf|tests)/[\w./]*)`", TEXT))
    assert len(named) > 30
    assert [name for name in named if not (copy / name).exists()] == []


@pytest.mark.slow
def test_what_is_added_works(copy: Path) -> None:
    run(copy, "-m", "tests.odd")
    policies = "policies=[baseline,reminders,matchmaking_first_come]"
    commands = (
        ["--help"],
        [*TINY, "engine=in_turn", policies, "seeds=2", "out=compared", "figures=false"],
        [*TINY, "experiment=wins", policies, "responses=[mean_strategic,needs_met]", "seeds=2", "out=won"],
        [
            *TINY, "engine=in_turn", "experiment=in_step", "responses=[searches]", "policies=[baseline]",
            "parameters.near_trust=0.2", "seeds=2", "out=stepped",
        ],
    )  # fmt: skip
    told = run(copy, "-c", PROGRAM, json.dumps(commands))
    for name in ("reminders", "matchmaking_first_come", "in_step", "in_turn", "wins"):
        assert re.search(rf"^  {name} ", told, flags=re.MULTILINE), name
    assert re.search(r"\bsearches\b", told)
    assert "How often each policy is the best" in told
    check_tables(copy)


def check_tables(copy: Path) -> None:
    """What the commands have left behind."""
    odd = (copy / "model" / "ODD.md").read_text(encoding="utf-8")
    for name in ("near_trust", "reminders", "price_reminders", "cost_reminders", "searches"):
        assert f"\n| `{name}` |" in odd, name
    rows = pd.read_parquet(copy / "compared" / "rows.parquet").set_index("policy")
    assert rows.loc["reminders", "cost_reminders"].tolist() == pytest.approx([16, 16])  # 0.4 of £40k, a year
    assert (rows.drop("reminders")["cost_reminders"] == 0).all()
    assert (rows["searches"] > 0).all()
    series = pd.read_parquet(copy / "compared" / "series.parquet")
    assert {"searches", "cost_reminders"} <= set(series["indicator"])
    columns = pd.read_csv(copy / "compared" / "columns.csv").set_index(["table", "column"])
    assert columns.loc[("rows", "searches"), "label"] == "Searches"
    won = pd.read_parquet(copy / "won" / "wins.parquet")
    assert won.groupby("response").size().to_dict() == {"mean_strategic": 3, "needs_met": 3}
    assert won["wins"].between(0, 1).all()
    assert {"wins.png", "wins.svg"} <= {file.name for file in (copy / "won" / "figures").iterdir()}
    stepped = pd.read_parquet(copy / "stepped" / "rows.parquet")
    points = stepped.drop_duplicates("point")[["austerity", "capacity_mean"]]
    assert points.to_numpy().tolist() == [[0.04, 2.0], [0.02, 3.75], [0.0, 5.0]]


@pytest.mark.slow
def test_what_is_added_passes_the_tests_that_it_names(copy: Path) -> None:
    run(copy, "-m", "ruff", "format", "--quiet", ".")
    run(copy, "-m", "ruff", "check", ".")
    run(copy, "-m", "tests.odd")
    conf = (
        "every_file_says_what_it_is_for", "every_engine_has_a_file_with_all_its_settings",
        "every_policy_gives_its_reason_in_one_sentence", "the_default_compares_every_policy_there_is",
    )  # fmt: skip
    files = (
        "tests/test_imports.py", "tests/model/test_odd.py",
        *(f"tests/experiments/test_conf.py::test_{name}" for name in conf),
        "tests/test_reference.py::test_each_lever_alone_and_dated[reminders]",
        "tests/model/test_matching.py::test_pairs_are_allowed[first_come]",
    )  # fmt: skip
    run(copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", *files)

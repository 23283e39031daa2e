"""Paths on the command line: whatever a file may be called, it can be named."""

from pathlib import Path

import pandas as pd
import pytest

from tests.experiments.test_places import COUNCILS, UNIVERSITIES

NAMES = (
    "Ynys Môn", "a [draft] (2)", "R&D", "~old", "x~y", "k=v", "a,b", "#1", "it's", 'the "best"', "a{b}",
    "50%", "$5", "a\\", "a\\'b", "c:d", "!", "{now}", "null hypothesis", "1e3", "a;b|c",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_path_is_a_path(towngown, name: str) -> None:
    folder = Path(name)
    folder.mkdir()
    (folder / "experiment").mkdir()
    (folder / "experiment" / "mine.yaml").write_text(
        "# @package _global_\njob: sweep\npolicies: [baseline]\ndesign: {kind: list, points: [{}]}\n"
    )
    (folder / name).with_suffix(".c").write_text(COUNCILS)
    (folder / name).with_suffix(".u").write_text(UNIVERSITIES)
    (folder / "points").write_text("austerity\n0.03\n")
    said = towngown(
        "population=csv", f"population.councils={(folder / name).with_suffix('.c')}",
        f"population.universities={(folder / name).with_suffix('.u')}", "figures=false", "seeds=1",
        "parameters.warmup=6", "parameters.horizon=24", "--config-dir", name, "experiment=mine",
        f"design.file={folder / 'points'}", f"out={folder / 'out' / name}", f"store={folder / name}",
    )  # fmt: skip
    assert said.status == 0, said.err
    assert list(pd.read_parquet(folder / "out" / name / "rows.parquet")["austerity"]) == [0.03]
    assert (folder / name / "rows").is_dir()


@pytest.mark.parametrize("name", ["${x}", "${now:%Y}", "100%25", "${"])
def test_ones_own_folder_is_not_taken_for_a_setting(towngown, name: str) -> None:
    (Path(name) / "policy").mkdir(parents=True)
    (Path(name) / "policy" / "mine.yaml").write_text("levers: {phds: 3}")
    short = ("seeds=1", "parameters.warmup=6", "parameters.horizon=24", "figures=false")
    said = towngown("--config-dir", name, "policy=mine", *short, "ledger.seeds=0", "out=out")
    assert said.status == 0, said.err
    assert set(pd.read_parquet("out/rows.parquet")["policy"]) == {"baseline", "mine"}


@pytest.mark.parametrize("name", ["Ynys Môn", "King's Lynn & West Norfolk", "2026", "Leeds (draft)", "k=, {"])
def test_a_population_has_any_name(tiny, name: str) -> None:
    assert tiny("policy=phds", "seeds=1", f"population.name={name}", "out=out").status == 0
    assert set(pd.read_parquet("out/rows.parquet")["population"]) == {name}


def test_names_in_lists_and_mappings_need_no_quotes(tiny) -> None:
    places = tiny("policy=phds", "seeds=1", "ledger.places=[Île & So, 'x, y', Tyne and Wear]").err
    assert all(f"no place {name!r}" in places for name in ("Île & So", "x, y", "Tyne and Wear"))
    assert "no policy 'é'" in tiny("policies=[baseline, é ]", "seeds=1").err
    said = tiny("policy=phds", "seeds=1", "ledger.places=[King's Lynn]")
    assert said.status == 2
    assert "a text with signs such as ' goes in quotes" in said.err


def test_a_path_in_quotes_is_what_they_hold(tiny) -> None:
    assert tiny("policy=phds", "seeds=1", "out='my results'").status == 0
    assert Path("my results/rows.parquet").exists()


def test_home_is_found(tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(Path("home").absolute()))
    assert tiny("policy=phds", "seeds=1", "out=~/results").status == 0
    assert Path("home/results/rows.parquet").exists()


@pytest.mark.parametrize("setting", ["out", "store"])
def test_paths_that_cannot_be_are_told(tiny, setting: str) -> None:
    Path("loop").symlink_to("loop")
    for name in ("loop/x", "a\0b", "x" * 300):
        said = tiny("policy=phds", "seeds=1", f"{setting}={name}")
        assert said.status == 2
        assert f"{setting} = " in said.err
        assert "fault of the program" not in said.err


def test_what_looks_like_markup_is_printed_as_it_is(tiny) -> None:
    said = tiny("policy=phds", "seeds=1", "population.name='[/x]'", "out=out")
    assert said.status == 0, said.err
    assert "([/x], 1 seed" in " ".join(said.out.split())
    assert tiny("experiment=run", "population.name='[/x]'", "seeds=1", "out=out").status == 0
    points = ("experiment=points", "design.points=[{austerity: 0.03}]", "seeds=1", "policies=[baseline]")
    assert "[/x]" in tiny(*points, "population.name='[/x]'", "out=out").out


def test_what_looks_like_an_emoji_is_printed_as_it_is(tiny) -> None:
    said = tiny("policy=phds", "seeds=1", "population.name=a:x:b", "out=a:fire:b")
    assert "(a:x:b, 1 seed" in said.out
    assert "Written to: a:fire:b" in said.err
    assert "There is no policy 'a:x:b'" in tiny("policies=[baseline,'a:x:b']", "out=b").err


def test_policies_are_named_by_words(tiny) -> None:
    Path("mine/policy").mkdir(parents=True)
    Path("mine/policy/=HYPERLINK(1).yaml").write_text("levers: {phds: 3}\n")
    said = tiny("--config-dir=mine", "policies=[baseline,'=HYPERLINK(1)']", "seeds=1")
    assert said.status == 2
    assert "policy = '=HYPERLINK(1)' is not allowed: policies are named by letters" in said.err

"""`python -m analysis` makes the statistics of a folder again from its rows, as the job made them."""

import shutil
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from analysis.__main__ import main

TWO = "policies=[baseline,brokers]"
FACTORS = "design.factors=[search_rate,motives,embed_rate]"
JOBS = {
    "compare": (TWO, "seeds=4"),
    "best": (
        "policies=[baseline,brokers,phds,training,events,joint_posts]",
        "equal_money=null",
        "hangs_on={mechanisms: [embedding, distance], seeds: 3}",
        "seeds=4",
    ),
    "precise": ("experiment=precise", TWO, "precision.half_width=2"),
    "replications": ("experiment=replications", TWO, "seeds=20"),
    "sobol": ("experiment=sobol", TWO, "seeds=4", "design.n=8", FACTORS),
    "morris": ("experiment=morris", "policies=[brokers]", "seeds=3", "design.n=4", FACTORS),
    "robust": (
        "experiment=robust",
        TWO,
        "seeds=2",
        "design.n=12",
        FACTORS,
        "responses=[needs_met,cost_total]",
    ),
    "combine": ("experiment=combine", "policies=[baseline,brokers,phds]", "seeds=4"),
    "mechanisms": ("experiment=mechanisms", TWO, "seeds=4", "mechanisms=[distance,embedding]"),
    "friction": ("experiment=friction", TWO, "seeds=3"),
    "run": ("experiment=run",),
    "sweep": (
        "experiment=grid",
        "policies=[brokers]",
        "seeds=1",
        "design.factors={search_rate: {values: [0.1, 0.2]}}",
    ),
}
#: What only the model, or the store of runs, can make.
GIVEN = {
    "rows",
    "series",
    "survival",
    "histories",
    "positions",
    "assumptions",
    "by_year",
    "followed",
    "fated",
    "traits",
    "unmet",
    "councils",
    "assigned",
    "without",
    "fresh",
}


def written(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.suffix in (".parquet", ".csv")}


@pytest.mark.parametrize("job", JOBS)
def test_tables_are_explained_and_made_again_to_the_byte(tiny, job: str) -> None:
    assert tiny(*JOBS[job], "out=out").status == 0
    explains_every_column(Path("out"))
    again = Path(shutil.copytree("out", "again"))
    before = written(again)
    for name in before:
        if Path(name).stem not in GIVEN and name != "columns.csv":
            (again / name).unlink()
    assert main([str(again)]) == 0
    assert written(again) == before


def explains_every_column(out: Path) -> None:
    """Hold the dictionary of a folder to its tables."""
    told = pd.read_csv(out / "columns.csv").set_index(["table", "column"])
    assert told.index.is_unique
    there = [(file.stem, name) for file in out.glob("*.parquet") for name in pq.read_schema(file).names]
    assert set(told.index) == set(there)
    assert not list(told.index[told["meaning"].isna()])
    for table, name in there:
        field = pq.read_schema(out / f"{table}.parquet").field(name)
        assert field.metadata[b"meaning"].decode() == told.loc[(table, name), "meaning"]


def test_tables_that_others_changed_are_told_and_break_nothing(tiny, capsys) -> None:
    """A table cut in half still reads as one, and gives other numbers; or too little is left for any."""
    assert tiny(*JOBS["compare"], "ledger.seeds=2", "out=out").status == 0
    whole = {name: Path(f"out/{name}.parquet").read_bytes() for name in ("followed", "councils", "rows")}
    tables = {name: pd.read_parquet(f"out/{name}.parquet") for name in whole}
    assert "by others" not in report_of("out")
    tables["followed"].iloc[::2].to_parquet("out/followed.parquet")
    assert "followed.parquet was changed or lost by others" in report_of("out")
    for name in ("followed", "councils"):
        tables[name].iloc[:0].to_parquet(f"out/{name}.parquet")
        assert f"{name}.parquet was changed or lost by others" in report_of("out")
        Path(f"out/{name}.parquet").unlink()
        assert f"{name}.parquet was changed or lost by others" in report_of("out")
        Path(f"out/{name}.parquet").write_bytes(whole[name])
    for name, first in (("councils", 1), ("rows", len(tables["rows"]) // 2)):
        tables[name].iloc[:first].to_parquet(f"out/{name}.parquet")
        assert main(["out"]) == 2
        assert f"{name}.parquet: lacks" in capsys.readouterr().err
        Path(f"out/{name}.parquet").write_bytes(whole[name])
    assert "by others" not in report_of("out")


def report_of(folder: str) -> str:
    assert main([folder]) == 0
    return Path(folder, "report.html").read_text(encoding="utf-8")


def test_what_the_dictionary_says_of_an_indicator(tiny) -> None:
    assert tiny(*JOBS["sweep"], "out=out").status == 0
    told = pd.read_csv("out/columns.csv").set_index(["table", "column"]).loc["rows"]
    assert list(told.loc["cost_total", ["unit", "kind", "better", "label"]]) == [
        "£k over the horizon", "flow", -1, "Cost, grants included",
    ]  # fmt: skip
    assert told.loc["search_rate", "unit"] == "1/month"
    assert pd.isna(told.loc["seed", "better"])
    metadata = pq.read_schema("out/rows.parquet").field("mean_coverage").metadata
    assert (metadata[b"unit"], metadata[b"better"]) == (b"share of councils", b"1")


def test_runs_that_failed_are_left_out_when_made_again_too(tiny) -> None:
    said = tiny(*JOBS["robust"], "out=out")
    assert said.status == 0
    first = " ".join(said.out.split())[:200]  # the answer
    assert "Brokers is the safest choice whatever the assumptions are, on needs met" in first
    rows = pd.read_parquet("out/rows.parquet")
    rows[(rows["point"] != 3) | (rows["policy"] != "brokers")].to_parquet("out/rows.parquet")
    assert main(["out"]) == 0
    assert set(pd.read_csv("out/summary.csv")["points"]) == {11}


def test_an_indicator_without_a_better_direction_ranks_nothing(tiny) -> None:
    said = tiny(*JOBS["robust"], "responses=[bids]", "out=out")
    assert said.status == 2
    assert "cannot rank policies by bids" in said.err


def test_statistics_made_again_are_the_programs_own(tiny) -> None:
    """What has been drawn again gives way to a later job, as what the job wrote does."""
    arguments = (*JOBS["compare"], "figures=true", "out=out")
    assert tiny(*arguments).status == 0
    Path("out/effects.parquet").unlink()
    for figure in Path("out/figures").iterdir():
        figure.write_bytes(b"of another version of seaborn")
    assert main(["out"]) == 0
    Path("out/mine.csv").write_text("my own")
    assert tiny(*arguments).status == 0
    assert Path("out/mine.csv").read_text() == "my own"

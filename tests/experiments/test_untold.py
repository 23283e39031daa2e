"""What no method can answer is said to be so, on screen and in the report: no number, no `nan`, no blank."""

import re
from pathlib import Path

import pandas as pd
import pytest
from rich.table import Table

from experiments.jobs.sensitivity import _indices_table, _screening_table, _spread
from experiments.terminal import UNTOLD
from tests.experiments.conftest import Said
from tests.experiments.test_failures import flat

MORRIS = ("experiment=morris", "design.n=3", "design.factors=[embed_rate,motives]", "out=out")
SOBOL = ("experiment=sobol", "design.n=4", "design.factors=[embed_rate,search_rate]", "policies=[baseline]")
ROBUST = ("experiment=robust", "design.n=5", "design.factors=[embed_rate,search_rate]", "seeds=2", "out=out")


def line_of(said: Said, name: str) -> list[str]:
    """The cells of a line of the first table that has one of that name; intervals are one cell."""
    assert said.status == 0, said.err
    assert not re.search(r"\bnan\b", said.out, re.IGNORECASE)
    (line, *_) = re.findall(rf"^{name} .*$", said.out, re.MULTILINE)
    return re.findall(r"[^\s\[]+(?: \[.*?\])?", line)


def cells(table: Table) -> dict[str, list[str]]:
    """What is in each column."""
    return {str(column.header).replace("\n", " "): list(map(str, column.cells)) for column in table.columns}


def test_screening_of_one_seed_says_what_it_cannot_tell(tiny) -> None:
    said = tiny(*MORRIS, "seeds=1", "responses=[mean_project]")
    name, matters, _, mu_star, sigma, luck = line_of(said, "motives")
    assert (name, matters, sigma, luck) == ("motives", UNTOLD, UNTOLD, UNTOLD)
    assert float(mu_star) >= 0
    assert said.out.count("with luck") == 3
    told = flat(said.out)
    assert "luck cannot be told from effects, nor what matters" in told
    assert f"{UNTOLD}: cannot be told from so few runs; as sigma, of a group, or of words" in told
    table = pd.read_csv("out/screening.csv")
    assert table[["noise", "p", "matters"]].isna().all(axis=None)


def test_screening_of_several_seeds_has_no_direction_for_words(tiny) -> None:
    _, matters, *_, sigma, luck = line_of(tiny(*MORRIS, "seeds=2", "responses=[mean_project]"), "motives")
    assert matters in ("yes", "no")
    assert sigma == UNTOLD
    assert float(luck) >= 0


def test_an_effect_whose_interval_has_no_room_is_not_told() -> None:
    """Two replicates that contradict each other in each of few trajectories: both ends would be 0."""
    line = {"factor": "a", "matters": False, "effect": 0.0, "mu_star": 0.0, "sigma": 0.0, "noise": 2.0}
    summary = {"trajectories": 2, "replicates": 2, "runs": 8, "noise_removed": True}
    untold = line | {"effect_low": float("nan"), "effect_high": float("nan")}
    known = line | {"factor": "b", "effect_low": 0.0, "effect_high": 3.0}
    shown = cells(_screening_table("x", [untold, known], summary))
    assert shown["Effect"] == [UNTOLD, "0 [0, 3]"]
    of = {"response": "x", "contrast": "baseline"}
    (table, *_) = _spread({"spread": pd.DataFrame([of | untold, of | known])}, "effect", "Effect")
    assert isinstance(table, Table)
    assert cells(table)["Effect"] == ["cannot be told", "0.000 [0.000, 3.000]"]


@pytest.mark.parametrize("seeds", [1, 4])
def test_indices_of_what_never_varies_are_not_told(tiny, seeds: int) -> None:
    said = tiny(*SOBOL, f"seeds={seeds}", "responses=[cost_brokers]", "out=out")
    assert line_of(said, "embed_rate")[1:] == [UNTOLD] * 4
    assert f"there is nothing to share out ({UNTOLD})" in flat(said.out)
    if seeds > 1:
        assert "cannot be told" in said.out


def test_indices_of_one_seed_are_said_to_have_luck_in_them() -> None:
    line = {"factor": "a", "rank_low": 1, "rank_high": 2, "total_raw": 0.5}
    line |= {f"{name}{end}": 0.5 for name in ("total", "first") for end in ("", "_low", "_high")}
    summary = {"blocks": 8, "replicates": 1, "runs": 32, "noise_removed": False}
    assert {"Total index, with luck", "First-order index, with luck"} <= set(
        cells(_indices_table("x", [line], summary))
    )


def test_a_sweep_says_of_which_response_no_run_has_any(tiny) -> None:
    said = tiny(
        "experiment=latin_hypercube", "design.n=2", "design.factors=[search_rate]", "policies=[baseline]",
        "seeds=1", "responses=[success_rate,bids]", "parameters.horizon=1", "parameters.warmup=0",
        "out=out",
    )  # fmt: skip
    assert line_of(said, "baseline  success_rate")[2:] == [UNTOLD] * 4
    assert f"{UNTOLD}: no run gives it" in flat(said.out)
    said = tiny(
        "experiment=latin_hypercube", "design.n=2", "design.factors=[search_rate]", "policies=[baseline]",
        "seeds=1", "responses=[bids]", "out=another",
    )  # fmt: skip
    assert "no run gives it" not in flat(said.out)


def test_robustness_says_what_it_cannot_tell(tiny, towngown) -> None:
    """Two policies that differ in nothing: no luck to share, nothing that a difference could hang on."""
    same = "policies=[baseline,{name: same, levers: {}}]"
    said = tiny(*ROBUST, same, "responses=[mean_project]")
    assert line_of(said, "baseline")[-1] == UNTOLD
    told = flat(said.out)
    assert f"same nowhere that can be told {UNTOLD} 50 0–100" in told
    assert f"({UNTOLD}: it never varies)" in told
    assert f"({UNTOLD}: nothing does)" in told
    towngown("report=out")
    is_whole(Path("out/report.html"))


@pytest.mark.parametrize(
    "asked",
    [
        (*ROBUST, "policies=[baseline,brokers,joint_posts]", "responses=[mean_strategic,cost_brokers]"),
        ("policies=[baseline,brokers,phds]", "seeds=3", "out=out"),
    ],
    ids=["robustness", "comparison"],
)
def test_reports_have_no_blank_and_no_nan(tiny, towngown, asked: tuple[str, ...]) -> None:
    said = tiny(*asked)
    assert said.status == 0, said.err
    towngown("report=out")
    is_whole(Path("out/report.html"))


def is_whole(report: Path) -> None:
    """Of all its tables, every cell that stands in a line says something."""
    tables = re.findall(r"<table.*?</table>", report.read_text(encoding="utf-8"), re.DOTALL)
    texts = [re.findall(r"<td[^>]*>(.*?)</td>", table, re.DOTALL) for table in tables]
    assert sum(map(len, texts)) > 10
    for table, told in zip(tables, texts, strict=True):
        for each in told:
            text = re.sub(r"<[^>]+>", "", each).strip()
            assert text, re.sub(r"<[^>]+>", " ", table)[:500]
            assert not re.search(r"\b(nan|None)\b", text)

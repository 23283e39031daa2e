"""experiment=rivals: each set of parameters is a column, and mistakes in their names are told."""

from pathlib import Path

import pandas as pd
import pytest

SMALL = [
    "experiment=rivals", "seeds=3", "policies=[baseline,brokers]", "population.places=2",
    "parameters.warmup=12", "parameters.horizon=24", "figures=false", "out=out",
]  # fmt: skip


def test_a_rival_is_what_its_parameters_give_alone(towngown) -> None:
    done = towngown(*SMALL, "rivals=[default,closed_money]")
    assert done.status == 0, done.err
    found = pd.read_csv("out/rivals.csv").query("indicator == 'mean_strategic'")
    assert list(found["rival"].unique()) == ["default", "closed_money"]
    alone = towngown(*SMALL[1:-1], "parameters=closed_money", "equal_money=null", "out=alone")
    assert alone.status == 0, alone.err
    effects = pd.read_csv("alone/effects.csv").query("indicator == 'mean_strategic'")
    of_rival = found.loc[found["rival"] == "closed_money", "effect"]
    assert of_rival.tolist() == pytest.approx(effects["effect"].tolist())
    assert Path("out/survive.csv").exists()


def test_policies_are_named_beside_any_number_of_rivals(towngown) -> None:
    """Eight do not fit beside each other in 80 letters: a second table has the rest."""
    done = towngown(*SMALL[:1], "seeds=2", *SMALL[2:])
    assert done.status == 0, done.err
    assert "…" not in done.out
    responses, tables = 2, 2
    assert sum(line.startswith("brokers") for line in done.out.splitlines()) == responses * tables


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ("rivals=[default,closed_monye]", "Did you mean closed_money?"),
        ("rivals=[default]", "it takes a list of two sets of parameters or more"),
        ("job=compare", "rivals are for experiment=rivals"),
        ("design={kind: list, points: [{embed_rate: 0}]}", "rivals take no design"),
        ("rivals=null", "job rivals compares under several sets of parameters"),
    ],
)
def test_mistakes_are_told(towngown, given: str, problem: str) -> None:
    said = towngown(*SMALL, given)
    assert said.status == 2
    assert problem in " ".join(said.err.split())


def test_a_comparison_is_made_again_over_points_that_fit(towngown) -> None:
    """A parameter that is given holds at every point; what luck alone supports is marked."""
    arguments = [each for each in SMALL if not each.startswith("experiment=")]
    over = [
        "posterior.parameters=posterior",
        "posterior.points=20",
        "parameters.embed_rate=0.01",
        "equal_money=null",
    ]
    said = towngown(*arguments, *over)
    assert said.status == 0, said.err
    assert "What is not known (20 points of posterior, 1 seed each, 12 of them twice)" in " ".join(
        said.out.split()
    )
    rows = pd.read_parquet("out/posterior.parquet")
    assert len(rows) == 2 * (20 + 12)
    assert "embed_rate" not in rows
    assert "search_rate" in rows
    effects = pd.read_csv("out/effects.csv").set_index("indicator")
    assert (effects["posterior_points"] == 20).any()
    runs = rows[rows["policy"] == "brokers"].groupby("point")["seed"]
    assert sorted(runs.nunique()) == 8 * [1] + 12 * [2]
    assert rows["seed"].nunique() == 32  # luck of its own at every point
    assert "or where they were not run" in " ".join(said.out.split())
    assert (effects["posterior_low"] <= effects["posterior_high"]).any()
    again = towngown("again=out", "figures=false", "out=again")
    assert again.status == 0, again.err
    assert Path("again/effects.csv").read_bytes() == Path("out/effects.csv").read_bytes()


def test_a_posterior_that_changes_nothing_is_told(towngown) -> None:
    said = towngown(*SMALL, "rivals=[default,survey]", "posterior.parameters=posterior")
    assert said.status == 0, said.err
    assert "posterior changes nothing: it is for job=compare" in said.err


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ("posterior.parameters=posteriro", "Did you mean posterior?"),
        ("posterior.parameters=review", "a sample has points"),
        ("posterior.points=3", "posterior.points = 3 is not allowed: it takes a whole number from 20"),
        ("posterior.repeated=5", "it takes at least 10 points with another seed"),
        ("posterior.without=brokers", "it takes a list of policies"),
        ("posterior.held=search_rate", "it takes a list of parameters"),
        ("posterior.held=[search_rat]", "Did you mean search_rate?"),
    ],
)
def test_mistakes_in_a_posterior_are_told(towngown, given: str, problem: str) -> None:
    said = towngown(*(each for each in SMALL if not each.startswith("experiment=")), given)
    assert said.status == 2
    assert problem in " ".join(said.err.split())


def test_a_posterior_of_too_few_points_is_refused(towngown) -> None:
    sets = Path("mine/parameters")
    sets.mkdir(parents=True)
    (sets / "few.csv").write_text("search_rate\n0.05\n0.06\n")
    (sets / "few.yaml").write_text("points: few.csv\n")
    arguments = [each for each in SMALL if not each.startswith("experiment=")]
    said = towngown("--config-dir=mine", *arguments, "posterior.parameters=few")
    assert said.status == 2
    assert "its sample has 2 points, and it takes 20" in " ".join(said.err.split())


def test_more_points_than_a_posterior_has_are_noted(towngown) -> None:
    sets = Path("mine/parameters")
    sets.mkdir(parents=True)
    (sets / "some.csv").write_text("\n".join(["search_rate", *(f"{0.03 + n / 1000}" for n in range(20))]))
    (sets / "some.yaml").write_text("points: some.csv\n")
    arguments = [each for each in SMALL if not each.startswith("experiment=")]
    said = towngown("--config-dir=mine", *arguments, "posterior.parameters=some", "posterior.points=21")
    assert "posterior.points = 21: some has 20, and all are taken." in " ".join(said.err.split())
    said = towngown("--config-dir=mine", *arguments, "posterior.parameters=some", "posterior.points=20")
    assert "all are taken" not in said.err


def test_a_posterior_whose_runs_failed_is_noted(towngown) -> None:
    arguments = [each for each in SMALL if not each.startswith("experiment=")]
    assert towngown(*arguments, "posterior.parameters=posterior", "posterior.points=20").status == 0
    rows = pd.read_parquet("out/posterior.parquet")
    for left in (rows[:0], rows[rows["policy"] == "baseline"], rows[rows["policy"] != "baseline"]):
        left.to_parquet("out/posterior.parquet")
        said = towngown("report=out")
        assert said.status == 0, said.err
        assert "No policy can be compared over the posterior" in " ".join(said.err.split())

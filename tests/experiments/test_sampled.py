"""parameters=SAMPLE: each seed runs at a point of its own, in every job that looks at one point."""

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from experiments.command.files import CONF, mapping_in
from experiments.design.assumed import Assumed
from experiments.design.kinds import design_from
from experiments.design.points import BLOCK
from experiments.rows.row import parameters_of
from experiments.rows.store import Store
from model.parameters import parameters_from
from tests.experiments import filling
from tests.experiments.conftest import EMBEDDING

POINTS = [
    {"search_rate": 0.045, "embed_rate": 0.05, "embed_role": 1.0},
    {"search_rate": 0.055, "embed_rate": 0.1, "embed_role": 2.0},
    {"search_rate": 0.065, "embed_rate": 0.2, "embed_role": 2.0},
]
SAMPLE = design_from({"kind": "list", "points": POINTS})
OVER = ("--config-dir", "mine", "parameters=three")
ONE, TWO = "policies=[baseline]", "policies=[baseline,phds]"
JOBS = {
    "compare": (TWO, "seeds=5", "ledger.seeds=2"),
    "precise": ("experiment=precise", TWO, "precision.half_width=2"),
    "combine": ("experiment=combine", "policies=[baseline,brokers,phds]", "seeds=4"),
    "mechanisms": ("experiment=mechanisms", TWO, "seeds=4", "mechanisms=[distance,embedding]"),
    "friction": ("experiment=friction", TWO, "seeds=4"),
    "pilot": ("experiment=pilot", TWO, "seeds=4", "pilot={councils: 8, months: 12}"),
    "replications": ("experiment=replications", TWO, "seeds=20"),
    "rivals": ("experiment=rivals", TWO, "seeds=4", "rivals=[default,strangers]"),
    "sobol": ("experiment=sobol", ONE, "seeds=2", "design.n=4", "design.factors=[motives,pace_median]"),
    "morris": ("experiment=morris", ONE, "seeds=2", "design.n=4", "design.factors=[motives]"),
}  # fmt: skip
AGAIN = ("again=out", "store=store", "figures=false", "out=again")
#: Jobs whose design the points are.
DESIGNS = {
    "robust": ("experiment=robust", TWO, "seeds=2"),
    "sweep": ("job=sweep", TWO, "seeds=2"),
    "validate": ("experiment=validate", "patterns=[two_regimes]", "seeds=2"),
    "optimise": ("experiment=optimise", "optimise={tried: 4, generations: 1, kept: 2}", "seeds=1"),
}


@pytest.fixture
def sampled(tiny):
    """The program in a tiny world, with a sample of three points, or of others."""

    def run(*arguments: str, points: object = POINTS):
        Path("mine/parameters").mkdir(parents=True, exist_ok=True)
        pd.DataFrame(points).to_csv("mine/parameters/three.csv", index=False)
        Path("mine/parameters/three.yaml").write_text("points: three.csv\n")
        return tiny(*OVER, *arguments)

    return run


def test_seeds_go_round_the_points_and_each_block_of_them_begins_one_further() -> None:
    assumed = Assumed({}, SAMPLE)
    assert [assumed.point(seed) for seed in range(5)] == [0, 1, 2, 0, 1]
    assert [assumed.point(2 * BLOCK + seed) for seed in range(3)] == [2, 0, 1]
    assert Assumed({}).point(7) == 0


def test_a_row_is_named_by_the_parameters_of_its_seeds_point() -> None:
    plan = filling.plan(7)
    sampled = replace(plan, parameters=replace(plan.parameters, sample=SAMPLE))
    names = sampled.names(range(7))
    assert names == [row.name for index in range(7) for row in sampled.family(index).rows]
    assert len(set(names)) == len(names)
    for seed in range(7):
        alone = Assumed({**plan.parameters.held, **POINTS[seed % 3]})
        assert names[2 * seed : 2 * seed + 2] == replace(plan, parameters=alone).names([seed])


def test_what_the_design_sets_wins_and_warm_ups_are_shared_at_the_seeds_point() -> None:
    design = design_from(
        {"kind": "grid", "factors": {"embed_rate": {"values": [0.15]}, "phds": {"values": [0, 2]}}}
    )
    sample = Assumed(filling.PARAMETERS, SAMPLE)
    plan = replace(filling.plan(3), parameters=sample, design=design)
    told = [parameters_of(plan.family(index).rows[0].parameters) for index in range(3)]
    assert [each["embed_rate"] for each in told] == [0.15] * 3
    assert [each["search_rate"] for each in told] == [point["search_rate"] for point in POINTS]
    assert plan.sharing(range(6)) == [[0, 3], [1, 4], [2, 5]]


def test_policies_are_compared_within_a_seed_at_its_point(sampled, tiny) -> None:
    said = sampled(TWO, "seeds=5", "equal_money=null", "out=out")
    assert said.status == 0, said.err
    rows = pd.read_parquet("out/rows.parquet").sort_values(["seed", "policy"], ignore_index=True)
    assert rows["sample_point"].tolist() == [0, 0, 1, 1, 2, 2, 0, 0, 1, 1]
    for seed in (0, 4):
        own = [f"parameters.{name}={value}" for name, value in POINTS[seed % 3].items()]
        assert tiny(*own, TWO, f"seeds={seed}:{seed + 1}", "equal_money=null", "out=alone").status == 0
        alone = pd.read_parquet("alone/rows.parquet").sort_values("policy")
        assert "sample_point" not in alone
        assert rows.loc[rows["seed"] == seed, "row"].tolist() == alone["row"].tolist()
    by_seed = rows.pivot_table(index="seed", columns="policy", values="needs_met")
    effects = pd.read_csv("out/effects.csv").query("indicator == 'needs_met'")
    assert effects["effect"].item() == pytest.approx((by_seed["phds"] - by_seed["baseline"]).mean(), abs=2.0)
    assert "sample_point" not in set(pd.read_csv("out/effects.csv")["indicator"])


@pytest.mark.parametrize("job", JOBS)
def test_jobs_of_one_point_run_each_seed_at_its_own(sampled, job: str) -> None:
    said = sampled(*JOBS[job], "out=out")
    assert said.status == 0, said.err
    assert "seed s at point s mod 3" in " ".join(said.err.split())
    rows = pd.read_parquet("out/rows.parquet")
    assert rows["sample_point"].tolist() == [sum(divmod(seed, BLOCK)) % 3 for seed in rows["seed"]]
    assert rows["sample_point"].nunique() == 3
    row = rows.iloc[-1]
    own = POINTS[row["sample_point"]]
    told = parameters_of(Store(Path("store")).find(row["row"])[0].parameters)
    off = mapping_in(CONF / "mechanisms.yaml")["embedding"]["parameters"] if job == "mechanisms" else {}
    assert {name: told.get(name) for name in own.keys() - off.keys()} == {
        name: value for name, value in own.items() if name not in off
    }
    assert off.items() <= {**parameters_from(), **told}.items()
    assert json.loads(Path("out/study.json").read_text())["sampled"] == 3
    assert json.loads(Path("out/manifest.json").read_text())["sampled"] == 3


@pytest.mark.parametrize("job", DESIGNS)
def test_jobs_of_points_run_every_seed_at_all_of_them_and_are_run_again(sampled, towngown, job: str) -> None:
    said = sampled(*DESIGNS[job], "out=out", points=[*POINTS, {"embed_rate": 0.3, "embed_role": 0.5}])
    assert said.status == 0, said.err
    table = "measured" if job == "validate" else "rows"
    found = pd.read_parquet(f"out/{table}.parquet")
    assert found["point"].nunique() == 4
    assert "sample_point" not in found
    again = towngown(*AGAIN)
    assert again.status == 0, again.err
    pd.testing.assert_frame_equal(pd.read_parquet(f"again/{table}.parquet"), found)


def test_one_run_is_of_its_seeds_point(sampled, tiny) -> None:
    asked = ("experiment=run", "policy=phds", "seeds=4:5")
    assert sampled(*asked, "out=out").status == 0
    own = [f"parameters.{name}={value}" for name, value in POINTS[1].items()]
    assert tiny(*asked, *own, "out=alone").status == 0
    one, alone = (pd.read_parquet(f"{out}/rows.parquet") for out in ("out", "alone"))
    assert one.pop("sample_point").tolist() == [1]
    pd.testing.assert_frame_equal(one, alone)


def test_a_folder_carries_its_sample_and_is_run_again_without_it(sampled, towngown) -> None:
    six = "policies=[baseline,phds,brokers,training,events,joint_posts]"
    asked = (six, "seeds=5", "hangs_on={mechanisms: [embedding, distance], seeds: 3}", "equal_money=null")
    assert sampled(*asked, "parameters.embed_role=3", "out=out").status == 0
    Path("mine/parameters/three.csv").unlink()
    again = towngown(*AGAIN)
    assert again.status == 0, again.err
    assert not {"Runs", "Ledger"} & set(again.err.split())
    for table in ("rows", "effects", "without", "mechanisms", "assumptions"):
        pd.testing.assert_frame_equal(
            *(pd.read_parquet(f"{out}/{table}.parquet") for out in ("out", "again"))
        )
    assumed = pd.read_csv("out/assumptions.csv").set_index("parameter")["value"]
    assert assumed[["search_rate", "embed_role"]].tolist() == ["varied", "3.0"]


def test_a_sum_buys_as_much_as_it_does_on_average_over_the_points(sampled) -> None:
    equal = "policies=[baseline,seed_money,seed_money_equal_money]"
    said = sampled(equal, "equal_money=60", "seeds=9", "out=out")
    assert said.status == 0, said.err
    effects = pd.read_csv("out/effects.csv").query("indicator == 'cost_total'").set_index("policy")["effect"]
    rows = pd.read_parquet("out/rows.parquet").groupby("policy")[["cost_total", "grants_paid"]].mean()
    own = (rows.loc["seed_money_equal_money"] - rows.loc["baseline"]).tolist()
    assert own[0] - own[1] == pytest.approx(60 * 2, rel=0.05)
    assert "seed_money_equal_money" in effects


def test_a_posterior_beside_it_is_left_out_and_said_to_be(sampled) -> None:
    said = sampled(TWO, "seeds=4", "equal_money=null", "posterior.parameters=posterior", "out=out")
    assert said.status == 0, said.err
    assert "posterior.parameters changes nothing beside a sample" in " ".join(said.err.split())
    assert not Path("out/posterior.parquet").exists()


def test_the_report_says_that_effects_are_averages_over_points(sampled) -> None:
    """Of those that were run: two seeds run at two of three."""
    assert sampled(TWO, "seeds=2", "equal_money=null", "figures=true", *EMBEDDING[:1], "out=out").status == 0
    page = " ".join(Path("out/report.html").read_text(encoding="utf-8").split())
    assert "of a sample of 3 (seed s at point s mod 3, the same under every policy)" in page
    assert "averages over the points that histories were run at" in page
    assert "averages over points of parameter space, of a sample of 3" in page
    assert "They take every assumption of the model for right" not in page


def test_a_row_of_it_is_replayed(sampled, tiny) -> None:
    assert sampled(TWO, "seeds=4", "equal_money=null", "out=out").status == 0
    row = pd.read_parquet("out/rows.parquet")["row"].iloc[-1]
    said = sampled("experiment=replay", f"row={row}", "out=replayed")
    assert said.status == 0, said.err
    assert "bit for bit" in " ".join((said.out + said.err).split())
    assert "parameters change nothing: what job=replay runs has its own" in " ".join(said.err.split())


def test_checks_of_theory_have_their_own(sampled) -> None:
    said = sampled("experiment=verify", "checks=[littles_law]", "out=out")
    assert said.status == 0, said.err
    assert "parameters change nothing: what job=verify runs has its own" in " ".join(said.err.split())


def test_a_screening_hands_its_sample_on(sampled, towngown) -> None:
    factors = "design.factors=[capacity_mean,council_base]"
    small = ("experiment=morris", "policies=[baseline]", "responses=[formed]", "seeds=4", "design.n=20")
    said = sampled(*small, factors, "out=out")
    assert said.status == 0, said.err
    assert "experiment=screened parameters=sample" in " ".join(said.out.split())
    named = ("--config-dir", "out", "experiment=screened", "parameters=sample", "population.places=2")
    further = towngown(*named, "design.n=4", "seeds=2", "store=store", "figures=false", "out=next")
    assert further.status == 0, further.err
    assert pd.read_parquet("next/rows.parquet")["sample_point"].nunique() == 3


@pytest.mark.parametrize(
    ("points", "given", "problem"),
    [
        ([{"recruitment_months": 1}, {"recruitment_months": 2}], (), "recruitment_months differs between"),
        ([{"brokers": 1}, {"brokers": 2}], (), "brokers is a lever"),
        (POINTS, ("search_rate", "embed_rate", "embed_role"), "parameters give all that the points of"),
    ],
)
def test_points_that_seeds_cannot_run_at_are_told(sampled, points, given, problem: str) -> None:
    said = sampled(TWO, "seeds=2", *(f"parameters.{name}=0.1" for name in given), points=points)
    assert said.status == 2
    assert problem in " ".join(said.err.split())


def test_what_all_points_have_alike_is_no_part_of_the_sample(sampled) -> None:
    alike = [{**point, "recruitment_months": 3, "embed_role": 2.0} for point in POINTS]
    assert sampled(TWO, "seeds=3", "equal_money=null", "out=out", points=alike).status == 0
    assumed = pd.read_csv("out/assumptions.csv").set_index("parameter")["value"]
    assert assumed[["recruitment_months", "embed_role", "search_rate"]].tolist() == ["3", "2.0", "varied"]

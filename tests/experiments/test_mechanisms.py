"""experiment=mechanisms: each rule is off at a point of its own, where it does nothing; mistakes are told."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.__main__ import main as analyse_again
from experiments.command.files import CONF, mapping_in
from experiments.design.assumed import Assumed
from experiments.design.mechanisms import Mechanisms, mechanisms_from
from model.parameters import LEVERS, PARAMETERS, parameters_from
from model.simulation import Simulation, run
from tests.experiments.conftest import EMBEDDING

SMALL = (
    "experiment=mechanisms",
    "seeds=3",
    "equal_money=null",
    "policies=[baseline,brokers]",
    "responses=[mean_strategic]",
    "out=out",
)
DECLARED = mapping_in(CONF / "mechanisms.yaml")


def all_mechanisms() -> Mechanisms:
    found = mechanisms_from("all", DECLARED)
    assert found is not None
    return found


def test_without_a_mechanism_is_what_its_parameters_give_alone(tiny):
    said = tiny(*SMALL, "mechanisms=[embedding,roles_in_embedding]", *EMBEDDING)
    assert said.status == 0, said.err
    table = pd.read_csv("out/mechanisms.csv").set_index("mechanism")
    rows = pd.read_parquet("out/rows.parquet")
    assert sorted(rows["point"].unique()) == [0, 1, 2]
    without = ("parameters.embed_rate=0.1", "parameters.embed_role=0", "policy=brokers", "equal_money=null")
    done = tiny(*without, "seeds=3", "ledger.seeds=0", "out=alone")
    assert done.status == 0, done.err
    alone = pd.read_csv("alone/effects.csv").set_index("indicator").loc["mean_strategic", "effect"]
    assert table.loc["roles_in_embedding", "without"] == pytest.approx(alone)
    told = pd.read_csv("out/columns.csv").query("table == 'mechanisms'")
    assert set(told["column"]) == {"mechanism", *table.columns}
    assert told["meaning"].notna().all()


def flat(capsys: pytest.CaptureFixture[str]) -> str:
    """What was said, as one line."""
    said = capsys.readouterr()
    return " ".join((said.out + said.err).split())


MANY = ("policies=[baseline,brokers,phds,training,events,joint_posts]", "equal_money=null", "ledger.seeds=0")


def test_the_best_of_many_is_tried_without_each(tiny):
    """As experiment=mechanisms tries it; the best of a few is left to that."""
    asked = ("hangs_on={mechanisms: [embedding, distance], seeds: 3}", *EMBEDDING)
    said = tiny(*MANY, *asked, "seeds=4", "out=out")
    assert said.status == 0, said.err
    told = pd.read_csv("out/mechanisms.csv")
    (best,) = told["policy"].unique()
    verdicts = pd.read_csv("out/verdicts.csv")
    assert best == verdicts["policy"].iloc[0]
    assert len(pd.read_parquet("out/without.parquet")) == 3 * 2 * 3
    alone = ("experiment=mechanisms", f"policies=[baseline,{best}]", "mechanisms=[embedding,distance]")
    assert tiny(*alone, "responses=[mean_strategic]", "seeds=3", *EMBEDDING, "out=alone").status == 0
    pd.testing.assert_frame_equal(told, pd.read_csv("alone/mechanisms.csv"))
    few = tiny("policies=[baseline,brokers,phds]", "equal_money=null", *asked, "seeds=4", "out=few")
    assert few.status == 0, few.err
    assert not Path("few/mechanisms.csv").exists()


def test_those_that_change_most_are_looked_at_on_other_seeds(tiny, capsys):
    """Few seeds choose them, which have no part in what is said of them."""
    off = "hangs_on={mechanisms: [embedding, distance, being_busy], tried: 2, kept: 2, seeds: 3}"
    said = tiny(*MANY, off, *EMBEDDING, "seeds=5", "figures=true", "out=out")
    assert said.status == 0, said.err
    tried, without = (pd.read_parquet(f"out/{name}.parquet") for name in ("tried", "without"))
    assert (set(tried["seed"]), len(tried)) == ({0, 1}, 2 * 2 * 4)
    assert (set(without["seed"]), len(without)) == ({2, 3, 4}, 2 * 3 * 3)
    sifted = pd.read_csv("out/sifted.csv").set_index("mechanism")
    assert [*sifted.index] == ["embedding", "distance", "being_busy"]
    told = pd.read_csv("out/mechanisms.csv")
    assert set(told["mechanism"]) == set(sifted.index[sifted["kept"]])
    assert (sifted["n"] == 2).all()
    report = " ".join(Path("out/report.html").read_text(encoding="utf-8").split())
    assert (
        "3 mechanisms of the model were switched off, one at a time, in 2 histories, and the 2 that" in report
    )
    assert "The mechanisms that were tried" in report
    again = tiny(*MANY, off, *EMBEDDING, "seeds=5", "out=again")
    assert again.status == 0, again.err
    pd.testing.assert_frame_equal(told, pd.read_csv("again/mechanisms.csv"))
    kept = sifted["kept"]
    assert analyse_again(["out"]) == 0
    assert pd.read_csv("out/sifted.csv").set_index("mechanism")["kept"].equals(kept)
    tried[tried["policy"] == "baseline"].to_parquet("out/tried.parquet")
    without[without["policy"] == "baseline"].to_parquet("out/without.parquet")
    assert analyse_again(["out"]) == 0
    assert "cannot be told: too many runs failed without rules" in flat(capsys)
    tried.drop(columns="mean_strategic").to_parquet("out/tried.parquet")
    assert analyse_again(["out"]) == 2
    assert "lacks the column mean_strategic" in flat(capsys)
    fewer = tiny(*MANY, off, *EMBEDDING, "seeds=4", "out=fewer")
    assert fewer.status == 0, fewer.err
    assert not Path("fewer/tried.parquet").exists()
    assert len(pd.read_csv("fewer/mechanisms.csv")) == 3


def levers_of(declared: dict) -> set[str]:
    """Those that a rule is of."""
    given = declared.get("lever", [])
    return {*given} if isinstance(given, list) else {given}


def test_the_best_is_tried_without_rules_that_can_act_under_it_alone(tiny):
    """Not of levers that only others pull, nor what is off already."""
    said = tiny(*MANY, "hangs_on={mechanisms: all, seeds: 2}", "seeds=2", "parameters.bid_days=0", "out=out")
    assert said.status == 0, said.err
    told = pd.read_csv("out/mechanisms.csv")
    (best,) = told["policy"].unique()
    pulled = mapping_in(CONF / "policy" / f"{best}.yaml")["levers"]
    can_act = {
        name for name, each in DECLARED.items() if not each.get("lever") or levers_of(each) & {*pulled}
    }
    assert set(told["mechanism"]) == can_act - {"bidding_time"}
    assert len(pd.read_parquet("out/without.parquet")) == 2 * 2 * (1 + len(told))


@pytest.mark.parametrize("seeds", [20, 70])
def test_what_is_tried_without_rules_is_what_the_answer_names(tiny, seeds):
    """The best by effects that are freed of luck, which may not be the one with the highest mean."""
    asked = ("hangs_on={mechanisms: [embedding], seeds: 2}", f"seeds={seeds}", "out=out")
    assert tiny(*MANY, *asked).status == 0
    effects = pd.read_csv("out/effects.csv").query("indicator == 'mean_strategic'").set_index("policy")
    (tried,) = pd.read_csv("out/mechanisms.csv")["policy"].unique()
    assert tried == effects["effect"].idxmax()
    assert set(pd.read_csv("out/fresh.csv")["policy"]) == {tried}


def test_a_rule_that_cannot_act_makes_no_difference(tiny):
    """Nobody is seconded or trained: what that would bring has no part in what brokers do."""
    said = tiny(*SMALL, "mechanisms=[what_secondments_bring,what_training_teaches]", *EMBEDDING)
    assert said.status == 0, said.err
    table = pd.read_csv("out/mechanisms.csv")
    assert (table["change"] == 0).all()
    assert (table["verdict"] == "the same").all()


def test_rules_of_levers_that_nobody_pulls_are_left_out(tiny):
    said = tiny(*SMALL, "policies=[baseline,phds]", "mechanisms=all", "seeds=2")
    assert said.status == 0, said.err
    mechanisms = set(pd.read_csv("out/mechanisms.csv")["mechanism"])
    of_levers = {name for name, told in DECLARED.items() if "lever" in told}
    assert mechanisms & of_levers == {"studentships_with_councils", "students_who_stay"}
    assert mechanisms - of_levers == set(DECLARED) - of_levers
    assert tiny(*SMALL, "policies=[baseline,joint_posts]", "mechanisms=all", "seeds=2").status == 0
    assert set(pd.read_csv("out/mechanisms.csv")["mechanism"]) & of_levers == {
        "commitment_by_posts",
        "recruitment",
    }


def test_a_mechanism_of_ones_own_is_a_few_lines(tiny, towngown):
    own = "{sloth:{why: Work is slow., where: work is fast, parameters:{pace_median: 1}}}"
    said = tiny(*SMALL, f"mechanisms=[embedding,{own}]", "figures=true")
    assert said.status == 0, said.err
    assert "2 mechanisms of the model were switched off" in " ".join(said.out.split())
    assert Path("out/figures/mechanisms.png").exists()
    report = Path("out/report.html").read_text(encoding="utf-8")
    assert "The answer: what drives the difference" in report
    assert "Work is fast." in report
    assert towngown("again=out", "store=store", "figures=false", "out=again").status == 0
    assert Path("again/mechanisms.csv").read_bytes() == Path("out/mechanisms.csv").read_bytes()


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ("mechanisms=[trust]", "There is no mechanism 'trust'."),
        ("mechanisms=[agreement]", "Did you mean agreements?"),
        ("mechanisms=null", "job mechanisms switches some off"),
        ("mechanisms=few", "it takes a list of mechanisms, or all"),
        (
            "mechanisms=[{own:{parameters:{embed_rat: 0}}}]",
            "mechanism own: There is no parameter 'embed_rat'",
        ),
        ("mechanisms=[{own:{parameters:{brokers: 0}}}]", "brokers is a lever"),
        ("mechanisms=[{own:{why: a}}]", "it takes why: TEXT and parameters: {NAME: VALUE}"),
        ("mechanisms=[{own:{parameters:{embed_rate: 0}, lever: x}}]", "There is no lever 'x'"),
        ("hangs_on={mechanisms: all, seeds: 1}", "hangs_on.seeds = 1 is not allowed"),
        ("hangs_on={mechanisms: all, kept: 0}", "hangs_on.kept = 0 is not allowed"),
        ("hangs_on={mechanisms: all, tried: many}", "hangs_on.tried = 'many' is not allowed"),
        ("hangs_on={mechanisms: [trust], seeds: 4}", "There is no mechanism 'trust'."),
        ("hangs_on=all", "hangs_on = 'all' is not allowed"),
        ("job=compare", "mechanisms are for experiment=mechanisms"),
        ("policies=[brokers]", "name the baseline"),
        ("seeds=1", "give at least 2"),
        (
            "design={kind: list, points: [{embed_rate: 0}]}",
            "mechanisms take no design",
        ),
    ],
)
def test_mistakes_are_told(tiny, given: str, problem: str) -> None:
    said = tiny(*SMALL, given)
    assert said.status == 2
    assert problem in " ".join(said.err.split())


@pytest.mark.parametrize("name", DECLARED)
def test_every_mechanism_is_declared_in_full(name: str) -> None:
    told = DECLARED[name]
    assert told["why"].endswith(".")
    assert told["why"].count(".") == 1
    assert told["where"] == told["where"].rstrip(".")
    assert set(told["parameters"]) <= set(PARAMETERS)
    assert not set(told["parameters"]) & set(told.get("added", {}))
    assert levers_of(told) <= set(LEVERS)
    assert any(PARAMETERS[key].default != value for key, value in told["parameters"].items())


def test_whatever_is_recruited_can_be_there_at_once() -> None:
    recruited = {name for name, lever in LEVERS.items() if lever.recruited}
    assert levers_of(DECLARED["recruitment"]) == recruited


def test_every_point_is_allowed_and_differs_from_the_first() -> None:
    points = all_mechanisms().design(Assumed(parameters_from()))
    assert len(points) == 1 + len(DECLARED)
    assert points.parameters(0) == {}
    assert all(parameters_from() != parameters_from(points.parameters(at)) for at in range(1, len(points)))


def test_what_is_added_is_what_pairs_gain_on_average() -> None:
    """Of pairs as they meet: council by council, universities weighted by how near they are."""
    simulation = Simulation(seed=1)
    simulation.advance(120)
    world = simulation.world
    people = world.researchers[: world.clock.slots]
    councils, p, university = world.councils, world.parameters, people["university"]
    at_home, in_one = (world.universities[each][:, None] == councils[each] for each in ("place", "area"))
    home = np.where(at_home, 1.0, world.proximity)[university]
    structure = np.where(in_one, world.areas["structure"][councils["area"]], 0.0)[university]
    profile = np.diff(councils["profile"], axis=1, prepend=0.0)
    fit, m = people["expertise"] @ profile.T, councils["motives"].T
    of_council = m[0] * home + fit * (
        m[1] + 1.5 * m[2] * people["excellence"][:, None] + m[3] * (0.5 + people["sector_knowledge"][:, None])
    )
    own, analysts = people["motives"].T[:, :, None], councils["analytical_capacity"]
    of_researcher = (
        1.5 * own[0] * councils["commitment"]
        + own[1] * structure
        + 1.5 * own[2] * world.funder.prospect
        + own[3] * (1 - people["local_focus"] / 2)[:, None] * (analysts / (analysts + p.median_analysts))
    )
    weight = world.proximity[university] / world.proximity[university].sum(axis=0) / len(councils)
    for benefit, weight_of, name, base in (
        (of_council, p.council_benefit, "council_motives", "council_base"),
        (of_researcher, p.researcher_benefit, "researcher_motives", "researcher_base"),
    ):
        assert (weight * benefit).sum() * weight_of == pytest.approx(DECLARED[name]["added"][base], abs=0.3)


def test_as_many_bids_win_where_awards_go_by_merit() -> None:
    off = next(each for each in all_mechanisms().each if each.name == "chance_in_awards")
    given = ({}, off.point(parameters_from()))
    wins, without = (
        np.mean([run(each, seed=seed).indicators["awards_open"] for seed in range(6)]) for each in given
    )
    assert without == pytest.approx(wins, rel=0.25)

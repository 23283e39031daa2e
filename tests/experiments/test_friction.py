"""experiment=friction: each step is at least the one before; looking changes nothing; mistakes are told."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.statistics.ledger import assignment
from experiments.jobs.questions.friction import months_of
from experiments.running.assigning import counted, pairs_of
from model.simulation import Simulation
from tests.experiments.conftest import TINY

SMALL = ("experiment=friction", "seeds=3", "equal_money=null", "policies=[baseline,brokers]", "out=out")
STEPS = ["by_lot", "introduced", "asked", "possible", "could_work"]


@pytest.fixture(scope="module")
def simulation() -> Simulation:
    """A world of two places in which something goes on."""
    found = Simulation({"council_base": -3.0, "warmup": 36, "horizon": 24}, "phds", seed=3)
    found.advance(48)
    return found


def test_steps_lead_up_and_everything_is_explained(tiny):
    said = tiny(*SMALL)
    assert said.status == 0, said.err
    runs = pd.read_parquet("out/assigned.parquet")
    assert runs.groupby(["policy", "seed"])["month"].apply(list).tolist() == [[0, 12, 24]] * 6
    assert (runs["realised"] > 0).any()
    assert (runs["realised"] <= runs["introduced"] + 1e-9).all()
    for less, more in pairwise(STEPS):
        assert (runs[less] <= runs[more] + 1e-9).all(), (less, more)
    first = runs[runs["month"] == 0].set_index(["policy", "seed"])
    assert (first.loc["baseline"] == first.loc["brokers"]).all(axis=None), "nothing has been spent"
    assert "is realised. By lot it would be" in " ".join(said.out.split())
    told = pd.read_csv("out/columns.csv").query("table == 'friction'")
    assert set(told["column"]) == set(pd.read_csv("out/friction.csv").columns)
    assert told["meaning"].notna().all()
    again = tiny(*SMALL)
    assert "Pairs" not in again.err, "the store has them"


def test_it_is_shown_and_told(tiny):
    said = tiny(*SMALL, "figures=true")
    assert said.status == 0, said.err
    assert Path("out/figures/friction.png").exists()
    report = Path("out/report.html").read_text(encoding="utf-8")
    assert "The answer: what could be had with the people and time there are" in report
    assert "Step by step" in report


def test_looking_changes_no_run():
    looked, left = (Simulation({"warmup": 24, "horizon": 24}, "joint_posts", seed=5) for _ in range(2))
    for _ in range(4):
        looked.advance(12)
        counted(looked.world)
    left.advance()
    assert looked.result().indicators == pytest.approx(left.result().indicators, rel=0, abs=0, nan_ok=True)
    assert (looked.result().series == left.result().series).all()


def test_pairs_are_those_of_the_model(simulation):
    """Open questions, who is at work on them, and within the room there is."""
    pairs, world = pairs_of(simulation.world), simulation.world
    assert len(pairs.chosen) == world.funder.needs_open == world.months["needs_open"][simulation.month - 1]
    claims = world.ties["need"][world.live[: world.clock.live]]
    assert (pairs.chosen >= 0).sum() == (claims >= 0).sum() > 0
    served = np.bincount(pairs.council[pairs.chosen >= 0], minlength=len(pairs.room))
    assert (served <= pairs.room).all()
    assert (np.bincount(pairs.chosen[pairs.chosen >= 0], minlength=len(pairs.slots)) <= pairs.slots).all()
    assert ((pairs.fit > 0) & (pairs.fit <= 1)).all()
    at_work = np.flatnonzero(pairs.chosen >= 0)
    assert (pairs.both[at_work, pairs.chosen[at_work]] == pairs.fit[at_work, pairs.chosen[at_work]]).all()
    assert (pairs.both <= pairs.person).all()
    assert (pairs.person <= pairs.fit).all()


def test_what_sides_have_of_each_other_is_what_they_appraise():
    """Without trust, benefits and load all is in a few numbers."""
    nothing = {"council_benefit": 0, "researcher_benefit": 0, "trust_weight": 0, "scale_aversion": 0}
    given = nothing | {
        "pace_aversion": 0,
        "outside_option": 0,
        "unfamiliarity": 0,
        "warmup": 24,
        "horizon": 0,
    }
    simulation = Simulation({**given, "council_base": -1.0, "researcher_base": 0.5}, seed=1)
    simulation.advance()
    pairs = pairs_of(simulation.world)
    culture = simulation.world.councils["culture"][pairs.council]
    assert pairs.of_council == pytest.approx(np.repeat(culture[:, None] - 1.0, pairs.fit.shape[1], axis=1))
    assert pairs.of_person == pytest.approx(np.full(pairs.fit.shape, 0.5))


def test_without_friction_all_is_realised(simulation):
    """The same people and questions, were the best pairs at work, and certain to agree."""
    pairs = pairs_of(simulation.world)
    possible = pairs.market(pairs.fit)
    best = assignment.best(possible)
    all_agree = pairs.__class__(
        **{**vars(pairs), "chosen": best, "of_council": pairs.fit + 1000.0, "of_person": pairs.fit + 1000.0}
    )
    introduced = all_agree.market(all_agree.both)
    assert assignment.worth_of(introduced, best) == pytest.approx(assignment.worth_of(possible, best))
    assert assignment.worth_of(introduced, assignment.best(introduced)) == pytest.approx(
        assignment.worth_of(introduced, best)
    )


def test_months() -> None:
    assert months_of(24) == [0, 12, 24]
    assert months_of(30) == [0, 12, 24, 30]
    assert months_of(5) == [0, 5]


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ("policies=[brokers]", "job friction holds policies against baseline: name it among the policies."),
        ("seeds=1", "give at least 2"),
        ("parameters.horizon=0", "parameters.horizon = 0 has no month of it"),
        ("design={kind: list, points: [{embed_rate: 0}]}", "pairs are looked at at one point"),
        ("precision.half_width=1", "job=friction does not add seeds"),
    ],
)
def test_mistakes_are_told(towngown, given: str, problem: str) -> None:
    name = given.partition("=")[0]
    said = towngown(*(each for each in (*TINY, *SMALL) if not each.startswith(f"{name}=")), given)
    assert said.status == 2
    assert problem in " ".join(said.err.split())

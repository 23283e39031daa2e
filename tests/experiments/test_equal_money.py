"""Policies at equal money cost equal money, or the reason is given."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis import tables
from analysis.figures import effects
from analysis.statistics.effects import effects_of
from experiments.command.settings import Planned
from experiments.study.money.costs import MONEY_FOR_GRANTS, extra_cost
from experiments.study.money.searching import solve as solve_all
from experiments.study.money.solved import Solved
from model.measures import moved_by
from model.policy import Policy, policy_from


def planned(**levers: float) -> Planned:
    return Planned(policy_from("p", levers), next(iter(levers)))


def solve(plan: Planned, target: float, cost_of: Callable[[Policy], float]) -> Solved:
    (solved,) = solve_all([plan], target, lambda tried: [cost_of(each.policy) for each in tried])
    return solved


def value_of(policy: Policy, lever: str) -> float:
    return float(policy.levers[lever].value)


def test_a_curved_cost_is_solved() -> None:
    solved = solve(planned(phds=1), 300, lambda policy: 3 * value_of(policy, "phds") ** 1.3)
    assert solved.cost == pytest.approx(300, rel=0.005)
    assert value_of(solved.policy, "phds") == pytest.approx(100 ** (1 / 1.3), rel=0.01)
    assert not solved.reason


def test_steps_are_few_and_taken_together() -> None:
    """What costs in proportion takes the step that it was designed with and one more; a curve some more."""
    steps: list[list[str]] = []

    def costs_of(tried: Sequence[Planned]) -> list[float]:
        steps.append([each.policy.name for each in tried])
        costs = {"straight": lambda x: 7 * x, "curved": lambda x: 3 * x**1.3, "spent": lambda x: 0.9 * x}
        return [costs[each.policy.name](value_of(each.policy, "phds")) for each in tried]

    wanted = [Planned(policy_from(name, {"phds": 10}), "phds") for name in ("straight", "curved", "spent")]
    straight, curved, spent = solve_all(wanted, 300, costs_of)
    assert straight.cost == pytest.approx(300, rel=0.005)
    assert curved.cost == pytest.approx(300, rel=0.005)
    assert "at its most" in spent.reason
    assert steps[:2] == [["straight", "curved", "spent"]] * 2
    assert "straight" not in steps[2]
    assert len(steps) <= 6


def test_a_lever_at_its_most_is_named() -> None:
    solved = solve(planned(engagement=0.2), 300, lambda policy: 150 * value_of(policy, "engagement"))
    assert (solved.value, solved.cost) == (1.0, 150.0)
    assert "engagement is at its most, 1" in solved.reason


def test_a_lever_at_its_least_is_named() -> None:
    solved = solve(
        planned(match_capacity=12, match_interval=3),
        50,
        lambda policy: 60 + value_of(policy, "match_capacity"),
    )
    assert (solved.value, solved.cost) == (1, 61)
    assert "at its least" in solved.reason


def test_whole_levers_stay_whole_and_come_nearest() -> None:
    solved = solve(planned(bridging_months=6), 300, lambda policy: 70 * value_of(policy, "bridging_months"))
    assert solved.value == 4
    assert isinstance(solved.policy.levers["bridging_months"].value, int)
    assert "steps" in solved.reason


def test_dates_are_kept() -> None:
    plan = Planned(policy_from("p", {"phds": {"value": 1, "start": 12, "end": 24}}), "phds")
    levers = solve(plan, 30, lambda policy: 10 * value_of(policy, "phds")).policy.levers
    assert (levers["phds"].start, levers["phds"].end) == (12, 24)


@pytest.mark.parametrize(
    "policy",
    [
        "joint_posts",
        "matchmaking_nurture",
        "bridging",
        *(pytest.param(name, marks=pytest.mark.thorough) for name in ("brokers", "phds", "secondments")),
    ],
)
def test_policies_cost_the_sum_on_the_seeds_that_are_run(towngown, policy: str) -> None:
    name = f"{policy}_equal_money"
    said = towngown(
        f"policies=[baseline,{name}]", "seeds=40", "parameters.warmup=24", "parameters.horizon=60",
        "equal_money=150", "figures=false", "out=out",
    )  # fmt: skip
    assert said.status == 0, said.err
    rows = pd.read_parquet("out/rows.parquet").groupby("policy")[["cost_total", "grants_paid"]].mean()
    own = (rows["cost_total"] - rows["grants_paid"]) / 5
    solved = json.loads(Path("out/manifest.json").read_text())["equal_money"][name]
    assert own[name] - own["baseline"] == pytest.approx(solved["cost"])
    assert solved["cost"] == pytest.approx(150, abs=0.2), solved["reason"]


@pytest.mark.parametrize(
    ("further", "target"),
    [
        ([], 50),
        (["population.scale_levers=false"], 50),
        (["scale_equal_money=true"], 50 * 8 / 36),
        (["scale_equal_money=true", "population.scale_levers=false"], 50 * 8 / 36),
    ],
)
def test_the_sum_is_for_the_population_at_hand(tiny, further: list[str], target: float) -> None:
    """Whatever levers are given for; unless it is said to be for 36 councils."""
    asked = ("policies=[joint_posts_equal_money]", "seeds=1", "equal_money=50", "out=out", *further)
    assert tiny(*asked).status == 0
    solved = json.loads(Path("out/manifest.json").read_text())["equal_money"]["joint_posts_equal_money"]
    assert solved["target"] == pytest.approx(target)
    assert solved["cost"] == pytest.approx(target, rel=0.02)


def test_rows_that_cannot_be_brought_to_the_sum_are_marked(tiny) -> None:
    policies = "policies=[baseline,training_equal_money,more_money_equal_money]"
    assert (
        tiny(policies, "seeds=28", "equal_money=600", "population.scale_levers=false", "out=out").status == 0
    )
    said = tiny(policies, "seeds=28", "equal_money=600", "population.scale_levers=false", "out=out")
    told = pd.read_csv("out/effects.csv").set_index("policy")
    assert told.loc["training_equal_money", "misses_sum"].all()
    (line,) = [line for line in said.out.splitlines() if line.startswith("training ")]
    assert "1†" in line
    assert "† costs something else (see the notes)" in " ".join(said.out.split())
    assert "training_equal_money†" in said.out.split("best of 2 at equal money")[1]
    notes = " ".join(json.loads(Path("out/manifest.json").read_text())["warnings"])
    assert "Not at £600k a year, as training_rate is at its most, 1: training_equal_money (£" in notes


def test_a_search_is_told_in_a_line_and_leaves_no_bars(tiny) -> None:
    said = tiny("policies=[baseline,joint_posts_equal_money,phds_equal_money]", "seeds=3", "equal_money=30")
    before, told, _ = said.err.partition(" runs told what £30k a year buys of 2 policies.\n")
    assert told
    assert "━" not in before


def test_policies_at_equal_money_are_held_against_each_other_in_table_figure_and_python(tiny) -> None:
    policies = "policies=[baseline,joint_posts_equal_money,phds_equal_money]"
    against = "joint_posts_equal_money"
    said = tiny(policies, f"against={against}", "seeds=8", "equal_money=30", "out=out")
    assert said.status == 0, said.err
    told = pd.read_csv("out/effects.csv").set_index(["policy", "indicator"])
    assert abs(told.loc[("phds_equal_money", "cost_total"), "effect"]) < 0.1 * 30 * 2
    assert f"Difference from {against} on the same seeds" in " ".join(said.out.split())
    rows = pd.read_parquet("out/rows.parquet")
    found = effects_of(rows, against, moved_by()).set_index(["policy", "indicator"])
    pd.testing.assert_frame_equal(found, told[found.columns], check_dtype=False)
    figure = effects.draw(tables.read(Path("out")))
    assert figure is not None
    assert any("Mean difference from Joint posts, equal money" in text.get_text() for text in figure.texts)


def test_grants_are_a_cost_where_they_are_what_is_bought() -> None:
    """£30k more in all, of which £20k are grants: of three seeds."""
    untreated = np.array([[100.0, 40.0]] * 3)
    treated = untreated + np.array([30.0, 20.0])
    assert extra_cost(("brokers",), treated, untreated).tolist() == [10, 10, 10]
    assert extra_cost((None,), treated, untreated).tolist() == [10, 10, 10]
    assert extra_cost(("brokers", MONEY_FOR_GRANTS), treated, untreated).tolist() == [30, 30, 30]

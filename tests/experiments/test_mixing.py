"""Two steps of a lever, each in some seeds, cost a sum, whatever the seeds' luck."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from experiments.command.policies import Planned
from experiments.rows.mixed import Mixed, in_seed
from experiments.study.following import placebo_of
from experiments.study.money.mixing import mix
from experiments.study.money.searching import solve
from experiments.study.money.solved import Solved
from model.policy import Policy, policy_from

SEEDS = range(100)
LUCK = np.random.default_rng(1).normal(0, 20, len(SEEDS))
NEAR = 0.0005

type Cost = Callable[[float], np.ndarray]


def values_in(policy: Policy, lever: str) -> list[float]:
    """What each seed gets."""
    return [float(in_seed(policy, seed).levers[lever].value) for seed in SEEDS]


def costs_in(policy: Policy, lever: str, cost: Cost) -> np.ndarray:
    """What each seed costs with what it gets [seeds]."""
    values = np.array(values_in(policy, lever))
    return np.sum([cost(value) * (values == value) for value in np.unique(values)], axis=0)


def mixed_for(
    lever: str, designed: float, target: float, cost: Cost, few: int = 28, ran: list | None = None
) -> Solved:
    """A lever at equal money, of a cost [seeds] that is known; `ran` gets each seed and value that is run."""
    ran = [] if ran is None else ran
    planned = Planned(policy_from("p", {lever: designed}), lever)

    def of_each_seed(tried: Sequence[Planned]) -> list[np.ndarray]:
        for each in tried:
            ran.extend(zip(SEEDS, values_in(each.policy, lever), strict=True))
        return [costs_in(each.policy, lever, cost) for each in tried]

    (about,) = solve([planned], target, lambda tried: [float(c[:few].mean()) for c in of_each_seed(tried)])
    ran.clear()
    (found,) = mix([(planned, about)], SEEDS, of_each_seed)
    return found


def paid(found: Solved, cost: Cost) -> float:
    """What the seeds cost on average, each with the value that it gets."""
    return float(costs_in(found.policy, found.lever, cost).mean())


def stepped(value: float) -> np.ndarray:
    return value * (70 + LUCK)


def test_the_two_whole_steps_on_either_side_cost_the_sum() -> None:
    found = mixed_for("bridging_months", 6, 300, stepped)
    assert found.mixed
    assert (found.mixed.value, found.mixed.other) == (4, 5)
    assert isinstance(found.mixed.other, int)
    assert paid(found, stepped) == pytest.approx(found.cost)
    assert found.cost == pytest.approx(300, rel=NEAR)
    assert not found.reason
    assert found.intensity == "4–5"


def test_seeds_are_run_with_what_they_get_and_few_with_something_else() -> None:
    ran: list[tuple[int, float]] = []
    found = mixed_for("bridging_months", 6, 300, stepped, ran=ran)
    values = values_in(found.policy, found.lever)
    assert {*zip(SEEDS, values, strict=True)} <= {*ran}
    assert len({*ran}) <= 1.3 * len(SEEDS)


def test_a_step_that_costs_the_same_in_all_seeds_is_met_to_half_of_one_seeds() -> None:
    found = mixed_for("bridging_months", 6, 300.2, lambda value: np.full(len(SEEDS), 70 * value))
    assert abs(found.cost - 300.2) <= 70 / len(SEEDS) / 2
    assert not found.reason


def test_a_lever_that_is_no_whole_number_and_acts_in_steps_is_mixed() -> None:
    found = mixed_for("structures", 0.2, 300, lambda value: 120 * np.floor(value * 9) + 0 * LUCK)
    assert found.cost == pytest.approx(300)
    assert found.mixed
    assert 0.4 < found.mixed.share < 0.6


def test_what_costs_the_sum_in_all_seeds_is_not_mixed() -> None:
    found = mixed_for("brokers", 2, 300, lambda value: np.full(len(SEEDS), 60 * value))
    assert (found.value, found.mixed, found.intensity) == (5, None, "5")


def test_luck_of_further_seeds_is_made_up_for() -> None:
    """A few seeds say where the sum lies; over all it lies elsewhere."""
    further = np.where(np.arange(len(SEEDS)) < 28, 0, 30)
    found = mixed_for("phds", 1, 300, lambda value: value * (60 + further + LUCK))
    assert found.cost == pytest.approx(300, rel=NEAR)


@pytest.mark.parametrize("peak", [0.15, 0.35, 0.6])
def test_the_search_goes_on_where_cost_does_not_rise_throughout(peak: float) -> None:
    """Cost rises to a peak and falls again, so that both ends cost too little."""

    def cost(value: float) -> np.ndarray:
        share = value / 50
        return (400 + LUCK) * (share / peak if share < peak else (1 - share) / (1 - peak))

    found = mixed_for("events_per_year", 45, 300, cost)
    assert paid(found, cost) == pytest.approx(300, rel=NEAR)


def test_what_cannot_reach_the_sum_is_compared_at_what_it_can_and_says_so() -> None:
    found = mixed_for("engagement", 0.2, 300, lambda value: value * (150 + LUCK))
    assert (found.value, found.mixed) == (1.0, None)
    assert found.cost == pytest.approx(150 + LUCK.mean())
    assert found.reason == "engagement is at its most, 1"


def test_what_costs_too_little_wherever_it_was_tried_is_not_said_to_act_in_steps() -> None:
    """Few take up so many: more of them cost no more, and, by luck, somewhat less."""
    found = mixed_for("vouchers", 30, 300, lambda value: min(value, 25) * (6 + LUCK / 20) - value / 2)
    assert found.value < 50
    assert found.cost < 160
    assert found.reason == "no value of vouchers that was tried costs so much"


@pytest.mark.parametrize("share", [0.05, 0.5, 0.93])
def test_every_stretch_of_seeds_has_its_share(share: float) -> None:
    mixed = Mixed(1, other=2, share=share, since=0.3)
    for start in (0, 1_000, 2**32):
        got = np.mean([mixed.has(seed) for seed in range(start, start + 200)])
        assert got == pytest.approx(share, abs=0.02)


def test_which_seeds_get_the_step_does_not_hang_on_their_luck() -> None:
    """A step that costs more in lucky seeds is not given to these: over many cases they have that of all."""
    rng, apart = np.random.default_rng(2), []
    for _ in range(200):
        luck = rng.normal(0, 20, len(SEEDS))
        found = mixed_for("bridging_months", 6, 320, lambda value, luck=luck: value * (70 + luck))
        assert found.mixed
        given = np.array([found.mixed.has(seed) for seed in SEEDS])
        apart.append(luck[given].mean() - luck.mean())
    assert abs(np.mean(apart)) < 3 * np.std(apart) / np.sqrt(len(apart))


def test_a_folder_says_which_seeds_get_which_step(tiny, towngown) -> None:
    policies = "policies=[baseline,joint_posts,structures_equal_money]"
    assert tiny(policies, "seeds=9", "equal_money=100", "out=out").status == 0
    settings = yaml.safe_load(Path("out/config.yaml").read_text())
    (policy,) = [each for each in settings["policies"] if each["name"] == "structures_equal_money"]
    assert policy["levers"]["structures"].keys() >= {"value", "other", "share", "since"}
    assert towngown("again=out", "out=again").status == 0
    assert [*pd.read_parquet("again/rows.parquet")["row"]] == [*pd.read_parquet("out/rows.parquet")["row"]]


def test_a_placebo_of_what_is_mixed_is_one_in_every_seed() -> None:
    policy = Policy("more_money", {"annual_budget": Mixed(500.0, other=600.0, share=0.5)})
    for seed in SEEDS:
        given, more = (
            float(in_seed(each, seed).levers["annual_budget"].value) for each in (policy, placebo_of(policy))
        )
        assert 0 < more / given - 1 < 0.01


def test_a_share_of_seeds_is_one(tiny) -> None:
    policy = "policies=[baseline,{name: p, levers: {phds: {value: 1, other: 2, share: 1.5}}}]"
    said = tiny(policy, "seeds=2")
    assert said.status != 0
    assert "phds.share = 1.5 is not allowed: it takes a share of the seeds, from 0 to 1" in " ".join(
        said.err.split()
    )

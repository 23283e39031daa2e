"""Points that differ in levers only share their warm-up, and nobody can tell from what comes of them."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from experiments.design.kinds import design_from
from experiments.rows.plan import Plan
from experiments.rows.store import Store
from experiments.running import batches
from experiments.running.filling import Filler, cut
from experiments.running.local import Local
from experiments.running.warm import Start, Warm
from model.arrays import array_of
from model.policy import policy_from
from model.simulation import Simulation
from tests.experiments import filling

SEEDS = range(12)
POLICIES = (policy_from("baseline", {}), policy_from("posts", {"joint_posts": 2}))
LEVERS = {"kind": "grid", "factors": {"joint_posts": {"values": [1, 3]}, "phds": {"values": [0, 2, 4]}}}
BOTH = {"kind": "grid", "factors": {"embed_rate": {"values": [0.001, 0.002]}, "phds": {"values": [0, 2]}}}
MORRIS = {"kind": "morris", "n": 2, "factors": {"embed_rate": None, "phds": None, "joint_posts": None}}


def plan_of(given: dict[str, Any]) -> Plan:
    return replace(filling.plan(), policies=POLICIES, design=design_from(given), seeds=SEEDS)


def fill(plan: Plan, folder: Path) -> Store:
    with Local(1) as engine:
        filler = Filler(Store(folder), engine)
        filler.fill(plan, filler.missing(plan), seconds_a_row=1e-4)
        return filler.store


@pytest.fixture(autouse=True)
def kept(monkeypatch: pytest.MonkeyPatch) -> Warm:
    """Warm-ups that are kept: at first none."""
    monkeypatch.setattr(batches, "_warm", kept := Warm())
    return kept


@pytest.fixture
def warmed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """The parameters and seed of every warm-up that is simulated."""
    begun, warmed_up = [], batches.warmed_up

    def counted(parameters: Any, population: Any, seed: int, *rest: Any) -> Any:
        begun.append((str(sorted(parameters.items())), seed))
        return warmed_up(parameters, population, seed, *rest)

    monkeypatch.setattr(batches, "warmed_up", counted)
    return begun


@pytest.mark.parametrize(
    ("groups", "most", "parts"),
    [
        ([[0], [1], [2]], 2, [[0, 1], [2]]),
        ([[0, 2], [1], [3, 4]], 3, [[0, 2, 1], [3, 4]]),
        ([[0, 1, 2, 3, 4]], 2, [[0, 1], [2, 3], [4]]),
        ([[0], [1, 2]], 2, [[0], [1, 2]]),
        ([], 2, []),
    ],
)
def test_what_shares_is_cut_only_where_it_is_too_much_for_one_batch(groups, most, parts) -> None:
    assert cut(groups, most) == parts


def test_the_last_batches_are_small_so_that_no_worker_waits_long_for_another() -> None:
    sizes = [len(part) for part in cut([[index] for index in range(40)], 8, parts=4)]
    assert sizes[0] == 8
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-4:] == [1, 1, 1, 1]
    assert sum(sizes) == 40


@pytest.mark.parametrize(("given", "n"), [(LEVERS, len(SEEDS)), (BOTH, 2 * len(SEEDS))])
def test_a_warm_up_is_simulated_once(warmed, given, n, tmp_path: Path) -> None:
    fill(plan_of(given), tmp_path)
    assert len(warmed) == len(set(warmed)) == n


def test_a_screening_shares_the_warm_ups_of_steps_in_levers(warmed, tmp_path: Path) -> None:
    plan = plan_of(MORRIS)
    fill(plan, tmp_path)
    points = {tuple(plan.design.parameters(point).items()) for point in range(len(plan.design))}
    assert len(set(warmed)) == len(points) * len(SEEDS) < plan.n_families
    assert len(warmed) == len(set(warmed))


def test_policies_that_come_later_take_the_warm_ups_of_those_before(warmed, tmp_path: Path) -> None:
    plan = plan_of(LEVERS)
    fill(replace(plan, policies=POLICIES[:1]), tmp_path)  # each alone, under the policy itself
    assert len(warmed) == len(SEEDS)
    fill(plan, tmp_path)
    assert len(warmed) == 2 * len(SEEDS)
    fill(replace(plan, policies=(policy_from("events", {"events_per_year": 4}),)), tmp_path)
    assert len(warmed) == 2 * len(SEEDS)


def test_no_more_warm_ups_are_kept_than_there_is_memory_for() -> None:
    def begun(seed: int) -> Simulation:
        return Simulation(filling.PARAMETERS, seed=seed)

    size = sum(array_of(table).nbytes for table in begun(0).world)
    few, starts = Warm(most_bytes=3 * size + size // 2), [Start("{}", "key", seed) for seed in range(5)]
    first = [few.of(start, partial(begun, start.seed)) for start in starts[:3]]
    assert few.of(starts[0], partial(begun, 0)) is first[0]
    few.of(starts[3], partial(begun, 3))
    assert [few.has(start) for start in starts] == [True, False, True, True, False]
    none = Warm(most_bytes=0)
    assert none.of(starts[0], partial(begun, 0)).seed == 0
    assert not none.has(starts[0])


@pytest.mark.parametrize("given", [LEVERS, BOTH, MORRIS], ids=["levers", "both", "morris"])
def test_every_row_is_what_it_is_alone(given, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = plan_of(given)
    store = fill(plan, tmp_path)
    monkeypatch.setattr(batches, "_warm", Warm(most_bytes=0))
    for index in range(plan.n_families):
        for row in plan.family(index).rows:
            (alone,) = batches.outcomes_of(batches.Family((row,)), plan.population, None)
            assert isinstance(alone, batches.Result)
            (found,) = store.indicators([row.name]).to_numpy()
            assert [*found] == pytest.approx([*alone.indicators.values()], abs=0, nan_ok=True)


def test_rows_that_are_the_same_are_known_however_far_apart_they_are(tmp_path: Path) -> None:
    """Of six points the baseline is one, as it has no levers; the second policy is one at each."""
    plan = replace(plan_of(LEVERS), seeds=range(3000))
    missing = Filler(Store(tmp_path), Local(1)).missing(plan)
    assert len(plan) == 2 * 6 * 3000
    assert (missing.n_rows, missing.n_repeated) == (7 * 3000, 5 * 3000)

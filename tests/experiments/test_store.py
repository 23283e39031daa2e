"""The store: what a row's name hangs on, what comes back, and what is refused."""

import inspect
import json
from dataclasses import dataclass, fields, replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from experiments.rows.outcomes import Failure, Finished
from experiments.rows.row import (
    Family,
    Row,
    parameters_text,
    policy_text,
    population_key,
    population_of,
    population_text,
)
from experiments.rows.store import Store
from experiments.running import assigning, following, stories
from experiments.running.batches import Batch, run_batch
from model.measures import RECORDED
from model.parameters import parameters_from
from model.policy import policy_from
from model.population import Population, lattice
from model.problems import BadInput
from model.simulation import run
from tests.experiments import filling
from tests.test_imports import imports_of


def row(seed: int = 0, **levers: object) -> Row:
    policy = policy_text(policy_from("any", levers))
    return Row(parameters_text(filling.PARAMETERS), policy, population_key(lattice(2)), seed)


def test_a_row_is_named_by_its_content_alone() -> None:
    spelt_out = parameters_text(parameters_from(filling.PARAMETERS))
    assert spelt_out == parameters_text(dict(reversed(list(filling.PARAMETERS.items()))))
    assert policy_text(policy_from("one", {"phds": 2.0, "brokers": 0})) == policy_text(
        policy_from("two", {"phds": 2})
    )
    assert population_key(lattice(2, name="here")) == population_key(lattice(2, name="there"))


def test_whatever_changes_a_run_changes_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        row(),
        row(seed=1),
        row(phds=1),
        row(phds={"value": 1, "start": 3}),
        row(phds={"value": 1, "end": 3}),
        replace(row(), parameters=parameters_text({"warmup": 7, "horizon": 24})),
        replace(row(), population=population_key(lattice(3))),
        replace(row(), population=population_key(lattice(2, scale_levers=False))),
    ]
    names = {each.name for each in rows}
    assert len(names) == len(rows)
    monkeypatch.setattr("experiments.rows.row.model_version", lambda: "another version")
    assert row().name not in names


def test_a_population_comes_back_whole(tmp_path: Path) -> None:
    population = replace(lattice(3), council_kinds=("district",) * 12)
    again = population_of(population_text(population))
    assert again.council_kinds == population.council_kinds
    assert population_key(again) != population_key(lattice(3))
    assert population_key(again) == population_key(population)
    assert again.council_names == population.council_names
    store = Store(tmp_path / "store")
    assert store.population(store.keep(population)).places == population.places


def test_whatever_a_population_comes_to_hold_is_part_of_its_key() -> None:
    @dataclass(frozen=True)
    class Wider(Population):
        rivers: float = 1.0

    given = {field.name: getattr(lattice(2), field.name) for field in fields(Population)}
    one, same, other = Wider(**given), Wider(**{**given, "name": "B"}), Wider(**given, rivers=2.0)
    assert population_key(one) == population_key(same) != population_key(other)


def finished(*seeds: int) -> Finished:
    families = [Family((row(seed, joint_posts=3),)) for seed in seeds]
    return run_batch(Batch(families, lattice(2)))


def test_indicators_come_back_bit_for_bit_and_months_in_single_precision(tmp_path: Path) -> None:
    Store(tmp_path).add(finished(0, 1, 2))
    store = Store(tmp_path)
    names = [row(seed, joint_posts=3).name for seed in (2, 0)]
    expected = [
        run(filling.PARAMETERS, policy_from("posts", {"joint_posts": 3}), lattice(2), seed) for seed in (2, 0)
    ]
    found = store.indicators(names)
    assert tuple(found.columns) == RECORDED
    for each, (_, indicators), (series, spells) in zip(
        expected, found.iterrows(), store.details(names), strict=True
    ):
        np.testing.assert_array_equal(indicators.to_numpy(), [*each.indicators.values(), *each.luck.values()])
        np.testing.assert_array_equal(series, each.series.view("f8").reshape(24, -1).astype("f4"))
        np.testing.assert_array_equal(spells, each.spells)


def test_a_row_whose_months_are_lost_is_missing(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(finished(0))
    name = row(0, joint_posts=3).name
    assert store.has([name])[0]
    (months,) = (tmp_path / "months").iterdir()
    months.unlink()
    store.refresh()
    assert not store.has([name])[0]


def test_a_failure_is_kept_until_the_row_is_finished(tmp_path: Path) -> None:
    store, failed = Store(tmp_path), row(5, joint_posts=3)
    store.add(Finished([failed], [Failure("exception", "broken", "Traceback ...")]))
    assert store.failures_of([failed.name, row(6).name]) == {
        failed.name: Failure("exception", "broken", "Traceback ...")
    }
    assert store.find(failed.name[:8])[-1] == Failure("exception", "broken", "Traceback ...")
    store.add(finished(5))
    assert not store.failures_of([failed.name])
    assert isinstance(store.find(failed.name[:8])[-1], dict)


def test_a_row_can_be_found_and_is_all_that_is_needed_to_run_it(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(finished(3))
    found, name, _, outcome = store.find(row(3, joint_posts=3).name[:10])
    assert (found, name) == (row(3, joint_posts=3), found.name)
    assert json.loads(found.policy) == {"joint_posts": [3.0, 0, None]}
    assert outcome["mean_strategic"] == store.indicators([found.name])["mean_strategic"][0]
    with pytest.raises(BadInput, match="There is no row 'zz'"):
        store.find("zz")
    store.add(finished(*range(40)))
    with pytest.raises(BadInput, match="not enough"):
        store.find("")


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("precious")
    with pytest.raises(BadInput, match=r"thesis.txt, which is no part of a store"):
        Store(tmp_path)
    with pytest.raises(BadInput, match="is a file"):
        Store(tmp_path / "thesis.txt")


@pytest.mark.parametrize(("teller", "others"), [(stories, []), (following, [stories]), (assigning, [])])
def test_what_histories_tell_is_named_by_all_the_code_that_tells_it(
    teller: ModuleType, others: list[ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or, once that is changed, the store would go on giving what the old code told."""
    known: list[ModuleType] = []
    monkeypatch.setattr(inspect, "getsource", lambda module: known.append(module) or "")
    teller._digest.__wrapped__()
    imported = imports_of(Path(str(teller.__file__)))
    statistics = {name for name in imported if name.startswith("analysis.statistics.")}
    assert {*statistics, *(each.__name__ for each in (teller, *others))} == {each.__name__ for each in known}

"""Optimising: a made-up frontier is found, and a search that is asked for again runs nothing."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from analysis.dictionary import Dictionary
from analysis.report.questions.bundles import section, sentences_of
from analysis.report.source import Source
from analysis.statistics.decision.bundles import bundles_of
from experiments.study import optimising
from experiments.study.optimising import _spread
from model.measures import moved_by

SMALL = (
    "experiment=optimise", "optimise.tried=4", "optimise.generations=2", "optimise.kept=3",
    "optimise.levers=[brokers,joint_posts]", "design.n=2", "design.factors=[search_rate]",
)  # fmt: skip


def test_those_that_none_beats_are_kept_and_far_from_each_other():
    """Least on one aim or the other is always kept; what is beaten never is."""
    x = np.linspace(0, 1, 11)
    front = np.column_stack([x, (1 - x) ** 2])
    aims = np.vstack([front + 0.01, front])
    kept = _spread(aims, 4)
    assert (kept >= 11).all()
    assert {11, 21} <= set(kept.tolist())
    assert set(_spread(aims, 50).tolist()) == set(range(11, 22))


def test_what_bundles_are_worth_by_hand():
    lines = [
        ("baseline", 0, 0, 1.0, 100.0), ("baseline", 1, 5, 2.0, 100.0),
        ("bundle_1", 0, 0, 2.0, 140.0), ("bundle_1", 1, 5, 5.0, 140.0),
        ("bundle_2", 0, 0, 1.5, 160.0), ("bundle_2", 1, 5, 4.5, 180.0),
    ]  # fmt: skip
    rows = pd.DataFrame(lines, columns=["policy", "point", "seed", "mean_strategic", "cost_total"])
    table = bundles_of(rows, {"mean_strategic": 1}, 2.0).set_index("policy")
    assert table["added"].to_list() == [2.0, 1.5]
    assert table["a_year"].to_list() == [20.0, 35.0]
    assert table["worst"].to_list() == pytest.approx([1.2, 0.7])
    assert table["beaten"].to_list() == [False, True]
    half = 12.706204736 * np.sqrt(2) / np.sqrt(2)  # of 1 and 3
    assert table.loc["bundle_1", "added_high"] == pytest.approx(2 + half)


@pytest.mark.parametrize(("points", "seeds"), [(1, 60), (40, 4)])
def test_intervals_of_bundles_are_freed_of_luck_and_cover(points: int, seeds: int):
    """0.95 of 400 cases, at 4 sd; and they are half as wide, as luck is nine tenths of the variance."""
    rng, covered, widths = np.random.default_rng(points), 0, []
    keys = pd.MultiIndex.from_product([range(points), range(seeds)], names=["point", "seed"]).to_frame(
        index=False
    )
    for _ in range(400):
        base, luck = rng.normal(size=(2, len(keys)))
        adds = 1 + 0.2 * rng.normal(size=points)[keys["point"]] * (points > 1)
        added = base + adds + np.sqrt(0.9) * luck + np.sqrt(0.1) * rng.normal(size=len(keys))
        parts = {"baseline": (base, 0.0), "bundle_1": (added, luck)}
        rows = pd.concat(
            keys.assign(policy=name, mean_strategic=values, luck_x=sums, cost_total=100.0)
            for name, (values, sums) in parts.items()
        )
        found = [
            bundles_of(rows, {"mean_strategic": 1}, 2.0, controls).iloc[0]
            for controls in ({}, {"mean_strategic": ["luck_x"]})
        ]
        plain, freed = (each["added_high"] - each["added_low"] for each in found)
        widths.append(freed / plain)
        covered += found[1]["added_low"] <= 1 <= found[1]["added_high"]
    assert 0.905 < covered / 400 < 0.99
    assert np.mean(widths) < 0.6


@pytest.mark.parametrize("seeds", [1, 4])
def test_the_search_goes_by_means_without_luck_where_seeds_tell_it(monkeypatch, seeds: int):
    """Without luck bundles add 1 and 3, to the last digits; with it, the means of 40 runs are 0.01 off."""
    rng, moved, columns = np.random.default_rng(1), moved_by()["mean_strategic"], {}
    luck = rng.normal(size=(10, seeds, 3, len(moved)))
    luck[:, :, 0] = 0.0
    columns["mean_strategic"] = np.array([0.0, 1.0, 3.0]) + 5 * luck.sum(axis=-1)
    columns |= dict(zip(moved, np.moveaxis(luck, -1, 0), strict=True))
    columns["cost_total"] = np.broadcast_to([0.0, 20.0, 40.0], (10, seeds, 3))
    monkeypatch.setattr(
        optimising, "values_of", lambda store, plan, names: np.stack([columns[n] for n in names], axis=-1)
    )
    settings = SimpleNamespace(responses=["mean_strategic"], controls=True, years=2.0)
    study = SimpleNamespace(settings=settings, store=None, fill=lambda plan: None)
    monkeypatch.setattr(optimising, "replace", lambda plan, policies: plan)
    tried = optimising._worth(study, None, [{"brokers": 1}, {"brokers": 2}])  # type: ignore[arg-type]
    plain = (columns["mean_strategic"][:, :, 1:]).mean(axis=(0, 1))
    expected = plain if seeds == 1 else [1, 3]
    np.testing.assert_allclose(tried.added[:, 0], expected)
    assert tried.a_year.tolist() == [10.0, 20.0]
    assert (np.abs(plain - [1, 3]) > 0.01).all()


def test_a_search_is_told_and_goes_on_where_it_was(tiny):
    said = tiny(*SMALL, "seeds=1", "out=out")
    assert said.status == 0, said.err
    bundles, levers, tried = (pd.read_csv(f"out/{name}.csv") for name in ("bundles", "levers", "tried"))
    assert tried.groupby(["generation", "response"]).size().eq(4).all()
    assert set(levers["lever"]) == {"brokers", "joint_posts"}
    assert set(levers["unit"]) == {"FTE"}
    (answer,) = section(Source(Path("out")), [])
    assert ("brokers", "FTE", "knowledge brokers hired or trained") in answer.tables[1].lines
    rows = pd.read_parquet("out/rows.parquet")
    assert set(rows["policy"]) == {"baseline", *bundles["policy"]}
    told = list(sentences_of(bundles, levers, Dictionary.of(Path("out")), 300.0, 24))
    assert told[0].text.startswith("For at most £300k a year, ")
    assert len(told) == 3
    again = tiny(*SMALL, "seeds=1", "out=again")
    assert "Runs" not in again.err
    for name in ("tried", "levers", "bundles"):
        assert Path(f"again/{name}.csv").read_bytes() == Path(f"out/{name}.csv").read_bytes()
    row = rows.loc[rows["policy"] == "bundle_1", "row"].iloc[0]
    replayed = tiny("experiment=replay", f"row={row}", "out=one")
    assert "bit for bit" in replayed.out + replayed.err


def test_what_cannot_be_searched_is_refused(tiny):
    said = tiny(*SMALL, "optimise.levers=[brokers,nonsense]", "out=out")
    assert (said.status, "nonsense" in said.err) == (2, True)
    assert "cannot be an objective" in tiny(*SMALL, "responses=[formed]", "out=out").err
    assert "none costs £1e-09k a year or less" in tiny(*SMALL, "optimise.budget=1e-9", "out=out").err

"""Sweeps and the store from Python, as a notebook's user asks for them."""

import builtins
import re
import sys
import types
from pathlib import Path

import mesa
import numpy as np
import pandas as pd
import pytest

from experiments import terminal
from experiments.notebook import open_store, sweep
from model.policy import policy_from
from model.population import lattice
from model.problems import BadInput
from model.simulation import run

SHORT = {"warmup": 12, "horizon": 12}
SMALL = lattice(places=2, councils=3, universities=1, researchers=8, name="small")
README = Path(__file__).parents[2] / "README.md"
POSTS = {"name": "posts", "levers": {"joint_posts": {"value": 9, "start": 6}}}


def swept(tmp_path, **asked):
    usual = {"parameters": SHORT, "population": SMALL, "seeds": 2, "store": tmp_path / "store"}
    return sweep(**usual | asked)


def test_a_line_is_the_run_that_it_names(tmp_path):
    given = {"baseline": "baseline", "custom": {"joint_posts": 9}, "posts": POSTS, "p": policy_from("p", {})}
    frame = swept(tmp_path, policies=list(given.values()))
    assert list(frame["policy"]) == [name for name in given for _ in range(2)]
    for name, policy in given.items():
        line = frame[(frame["policy"] == name) & (frame["seed"] == 1)].iloc[0].to_dict()
        alone = run(SHORT, policy, SMALL, seed=1).indicators
        assert {each: line[each] for each in alone} == pytest.approx(alone, rel=0, abs=0, nan_ok=True)


def test_a_design_varies_what_it_names(tmp_path):
    design = {
        "kind": "grid",
        "factors": {"austerity": {"values": [0, 0.05]}, "joint_posts": {"values": [1, 3]}},
    }
    frame = swept(tmp_path, policies=["joint_posts"], design=design, seeds=range(3, 5))
    assert frame.groupby("point")[["austerity", "joint_posts"]].first().to_numpy().tolist() == [
        [0, 1], [0, 3], [0.05, 1], [0.05, 3],
    ]  # fmt: skip
    assert set(frame["seed"]) == {3, 4}


def test_a_table_of_points_is_a_design(tmp_path):
    points = pd.DataFrame({"austerity": [0.05, np.nan], "secondment_months": [3, 9]})
    frame = swept(tmp_path, design=points, seeds=1)
    assert frame["secondment_months"].tolist() == [3, 9]
    assert frame["austerity"].isna().tolist() == [False, True]


def test_equal_money_is_solved_for(tmp_path):
    frame = swept(tmp_path, policies=["baseline", "brokers_equal_money"], parameters=SHORT | {"horizon": 24})
    costs = frame.groupby("policy")["cost_brokers"].mean()
    assert costs["brokers_equal_money"] > costs["baseline"] == 0


def test_the_store_is_read_as_a_table(tmp_path):
    frame = swept(tmp_path, parameters=SHORT | {"austerity": 0.05})
    swept(tmp_path, policies=[POSTS])
    store = open_store(tmp_path / "store")
    assert repr(store) == f"<Store '{tmp_path / 'store'}': 4 rows>"
    table = store.frame().set_index("row")
    assert len(table) == 4
    assert table.loc[frame["row"], "needs_met"].tolist() == frame["needs_met"].tolist()
    assert sorted(table["austerity"]) == [0.02, 0.02, 0.05, 0.05]
    assert set(table["policy"]) == {"{}", '{"joint_posts":[9.0,6,null]}'}


def test_an_empty_store_is_an_empty_table(tmp_path):
    with pytest.raises(BadInput, match="there is no store in"):
        open_store(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()
    with pytest.raises(BadInput):
        swept(tmp_path, policies=["nobody"])
    (tmp_path / "store" / "rows").mkdir(parents=True)
    assert open_store(tmp_path / "store").frame().empty


@pytest.mark.parametrize("folder", [None, "", "a\0b"])
def test_what_names_no_folder_holds_no_store(folder):
    with pytest.raises(BadInput, match=r"store = .* is not allowed"):
        open_store(folder)


def test_seeds_and_policies_may_come_from_numpy_and_anything_that_lists_them(tmp_path):
    usual = swept(tmp_path, policies=["baseline", "phds"])
    names = (name for name in np.array(["baseline", "phds"]))
    pd.testing.assert_frame_equal(swept(tmp_path, policies=names, seeds=np.int64(2)), usual)


def test_rows_that_are_there_are_not_run_again(tmp_path, monkeypatch):
    first = swept(tmp_path)
    monkeypatch.setattr("experiments.running.filling.run_batch", None)
    pd.testing.assert_frame_equal(swept(tmp_path), first)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"policies": ["joint_post"]}, "Did you mean joint_posts"),
        ({"policies": "joint_post"}, "Did you mean joint_posts"),
        ({"policies": {"joint_posts": 3}}, "it takes a list"),
        ({"policies": [{"joint_post": 3}]}, "Did you mean joint_posts"),
        ({"policies": [{"phds": 3}, {"phds": 4}]}, "Policy custom is named twice"),
        ({"parameters": {"austerty": 0}}, "Did you mean austerity"),
        ({"parameters": [3]}, "it takes names and values"),
        ({"design": {"kind": "sobo"}}, "Did you mean sobol"),
        ({"design": pd.DataFrame({"austerty": [1]})}, "Did you mean austerity"),
        ({"population": "ukk"}, "Did you mean uk"),
        ({"population": 3}, "population = 3 is not allowed"),
        ({"population": {"places": 2}}, "population.kind is missing. There are: lattice"),
        ({"seeds": 0}, "seeds = 0 is not allowed"),
        ({"seeds": range(0, 10, 2)}, r"seeds = range\(0, 10, 2\) is not allowed"),
        ({"seeds": 10**9}, "runs: at most 10,000,000 are allowed"),
        ({"engine": "dusk"}, "Did you mean dask"),
        ({"engine": {"kind": "local", "thread": 2}}, "Did you mean threads"),
        ({"failed": "ignore"}, "it takes refuse or exclude"),
    ],
)
def test_mistakes_are_told_in_a_line(tmp_path, asked, said):
    with pytest.raises(BadInput, match=said) as caught:
        swept(tmp_path, **asked)
    assert len(str(caught.value)) < 300
    assert not (tmp_path / "store").exists()


def test_a_mistake_is_told_once(tmp_path):
    with pytest.raises(BadInput) as caught:
        swept(tmp_path, parameters={"austrity": 0.05})
    assert caught.value.problems == ["There is no parameter 'austrity'. Did you mean austerity?"]


@pytest.fixture
def cell(monkeypatch):
    """What a notebook's cell has shown, as IPython would; without it, as it is not needed otherwise."""
    shown = []

    class Handle:
        def update(self, content, raw):
            shown.append(content["text/plain"])

    def display(content, raw, display_id):
        shown.append(content["text/plain"])
        return Handle()

    shell = type("ZMQInteractiveShell", (), {})
    monkeypatch.setattr(builtins, "get_ipython", shell, raising=False)
    module = types.ModuleType("IPython.display")
    module.display = display
    monkeypatch.setitem(sys.modules, "IPython", types.ModuleType("IPython"))
    monkeypatch.setitem(sys.modules, "IPython.display", module)
    return shown


def test_progress_is_seen_in_a_notebook(cell):
    with terminal.progress() as bars:
        bar = bars.add_task("Runs", total=4, unit="", runs=1)
        bars.advance(bar, 2)
        assert "2/4" in cell[-1]
        bars.advance(bar, 2)
    assert "4/4" in cell[-1]


def test_what_takes_a_while_asks_a_notebook_for_no_widgets(cell):
    with terminal.working("Drawing figures"):
        pass
    assert not cell


@pytest.mark.slow
def test_what_the_readme_says_works(tmp_path, monkeypatch):
    """Each block goes on from those before, as cells do."""
    monkeypatch.chdir(tmp_path)
    section = README.read_text(encoding="utf-8").partition("## From Python")[2].partition("\n## ")[0]
    cells = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    known = {"pd": pd, "mesa": mesa}
    for cell in cells:
        exec(cell, known)
    assert len(cells) > 3
    assert len(known["months"]) == 240
    assert len(known["rows"]) == 300

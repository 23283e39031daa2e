"""Every file of conf/ can be run, and says what it is for."""

import json
from pathlib import Path

import pandas as pd
import pytest

from experiments.command.files import CONF, GROUPS, description, file_of, mapping_in, names_in
from experiments.running.opening import ENGINES
from model.parameters import LEVERS
from tests.experiments.conftest import TINY


def files_of(group: str) -> list[str]:
    return names_in(group)


def test_every_policy_runs(tiny) -> None:
    policies = [name for name in files_of("policy") if name not in ("baseline", "custom")]
    said = tiny(f"policies=[baseline,{','.join(policies)}]", "seeds=2", "out=out")
    assert said.status == 0, said.err
    rows = pd.read_parquet("out/rows.parquet")["policy"]
    assert list(rows) == [name for name in ("baseline", *policies) for _ in range(2)]
    assert set(pd.read_parquet("out/effects.parquet")["policy"]) == set(policies)


#: Designs cut down to what a test takes.
SMALL = {
    "calibrate": (
        "patterns=[brokers,project_life,two_stages]",
        "design.n=20",
        "calibration.waves=1",
        "calibration.drawn=4",
        "calibration.shortlist=3",
        "calibration.ranked=2",
        "calibration.nearest=2",
        "calibration.raised=2",
        "calibration.cutoff=1e9",
    ),
    "latin_hypercube": ("design.n=3",),
    "friction": ("policies=[baseline,phds]",),
    "mechanisms": ("mechanisms=[distance,embedding]",),
    "morris": ("design.n=2", "design.factors=[search_rate,embed_rate,motives]"),
    "one_at_a_time": ("design.factors=[search_rate,embed_rate]",),
    "precise": ("precision.most_seeds=40",),
    "robust": ("design.n=20", "policies=[baseline,brokers,phds]"),
    "optimise": (
        "design.n=2",
        "design.factors=[search_rate]",
        "optimise.tried=4",
        "optimise.generations=1",
        "optimise.budget=1e6",
    ),
    "pilot": ("pilot.months=[6,12]",),
    "run": ("seeds=1",),
    "sobol": ("design.n=4",),
    "verify": ("checks=[no_meetings]",),
}


@pytest.mark.parametrize("experiment", files_of("experiment"))
def test_every_experiment_runs(tiny, experiment: str) -> None:
    if experiment == "replay":
        assert tiny("policy=phds", "seeds=1", "out=before").status == 0
        SMALL[experiment] = (f"row={pd.read_parquet('before/rows.parquet')['row'][1]}",)
    small = SMALL.get(experiment, ())
    said = tiny(f"experiment={experiment}", "seeds=2", "equal_money=30", "out=out", *small)
    assert said.status == 0, said.err
    assert json.loads(Path("out/manifest.json").read_text())["experiment"] == experiment


@pytest.mark.parametrize("parameters", files_of("parameters"))
def test_every_set_of_parameters_runs(towngown, parameters: str) -> None:
    said = towngown(*TINY, f"parameters={parameters}", "policy=phds", "seeds=1", "out=out")
    assert said.status == 0, said.err


@pytest.mark.parametrize("group", GROUPS)
def test_every_file_says_what_it_is_for(group: str) -> None:
    for name in files_of(group):
        assert len(description(file_of(group, name))) > 20, f"conf/{group}/{name}.yaml"


def test_every_engine_has_a_file_with_all_its_settings() -> None:
    told = {name: set(mapping_in(file_of("engine", name))) for name in files_of("engine")}
    assert told == {name: {"kind", *kind.settings} for name, kind in ENGINES.items()}


def test_every_policy_gives_its_reason_in_one_sentence() -> None:
    for name in files_of("policy"):
        why = mapping_in(file_of("policy", name))["why"]
        assert why.endswith("."), name
        assert why.count(". ") == 0, name


def test_the_default_compares_every_policy_there_is() -> None:
    default = mapping_in(CONF / "experiment" / "compare.yaml")["default_policies"]
    assert sorted(default) == [name for name in files_of("policy") if name != "custom"]


def test_every_priced_lever_that_a_policy_is_made_of_is_its_intensity() -> None:
    for name in files_of("policy"):
        policy = mapping_in(file_of("policy", name))
        assert policy.get("intensity") is None or LEVERS[policy["intensity"]].plausible is not None

"""State: link, file, command line and Python say the same."""

import re
import shlex
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.page import views
from analysis.page.state import FIRST, State, read
from experiments.command.arguments import parsed
from experiments.main import main
from experiments.rows.mixed import Mixed, in_seed
from experiments.rows.plan import Plan
from model.parameters import PARAMETERS
from tests.analysis.page.conftest import TINY

LINKS = [
    "",
    "policies=baseline",
    "policies=phds,brokers&against=phds",
    "policy.joint_posts=8&policy.joint_posts.start=24&policy.joint_posts.end=60&seeds=40",
    "policy.joint_posts=0&policy.joint_posts.other=1&policy.joint_posts.share=0.25&policy.joint_posts.since=0.5",
    "policy.commissions=0&policy.match_algorithm=stable&parameters.austerity=0.05&parameters.motives=survey",
    "population=uk&budget=300&keep=on&policy.brokers=0.1",
    "population=csv&lists=0123456789abcdef",
]


@pytest.mark.parametrize("link", LINKS)
def test_a_state_is_its_link(link: str) -> None:
    state, problems = read(link)
    assert not problems
    assert read(state.query) == (state, {})


def test_what_is_at_its_default_is_in_no_link() -> None:
    said = (
        f"policies={','.join(FIRST)}&policy.joint_posts=0&policy.call_interval=4&parameters.motives=equal&seeds=100"
        f"&parameters.austerity={PARAMETERS['austerity'].default}&population=nine_places&against=baseline"
    )
    state, problems = read(said)
    assert (state.query, problems) == (State().query, {}) == ("", {})


@pytest.mark.parametrize(
    ("link", "field", "said"),
    [
        ("policies=brokrs", "policies", "Did you mean brokers?"),
        ("policy.joint_posts=-1", "policy.joint_posts", "joint_posts = -1 is not allowed"),
        ("policy.joint_posts=1,5", "policy.joint_posts", "joint_posts = '1,5' is not allowed"),
        ("policy.phds=2&policy.phds.start=9&policy.phds.end=9", "policy.phds", "after its start"),
        ("policy.phds=2&policy.phds.start=-9", "policy.phds", "-9 is no month"),
        ("policy.phds=2&policy.phds.other=-1", "policy.phds", "phds = -1 is not allowed"),
        ("policy.phds=2&policy.phds.other=3&policy.phds.share=2", "policy.phds", "a share of the seeds"),
        ("policy.joint_post=2", "policy.joint_post", "Did you mean joint_posts?"),
        ("parameters.austerity=nan", "parameters.austerity", "not allowed"),
        ("parameters.austerty=1", "parameters.austerty", "Did you mean austerity?"),
        ("population=mars", "population", "There is no population 'mars'"),
        ("lists=../../etc", "lists", "not allowed"),
        ("seeds=0", "seeds", "from 1 to 1,000"),
        ("seeds=1e9", "seeds", "from 1 to 1,000"),
        ("against=events", "against", "There is no policy that is compared"),
        ("budget=-3", "budget", "above 0"),
        ("budget=" + "9" * 400, "budget", "above 0"),
        ("x=" + "a" * 30_000, "", "at most"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_of_its_field_and_the_rest_is_taken(link: str, field: str, said: str) -> None:
    state, problems = read(f"policies=phds&{link}" if field != "policies" else link)
    assert list(problems) == [field]
    assert said in problems[field]
    assert state.names[0] == "baseline"


def test_too_many_policies_are_told() -> None:
    _, problems = read(
        "policies=phds,brokers,events,training,bridging,structures,secondments,engagement,seed_money"
    )
    assert "at most 8" in problems["policies"]


@pytest.mark.parametrize("link", LINKS[:-1])
def test_a_command_is_understood_as_the_state_is(link: str) -> None:
    state, _ = read(link)
    program, *words = shlex.split(state.command())
    assert program == "towngown"
    assert parsed(words).overrides


def test_a_command_tells_which_rules_what_a_policy_adds_hangs_on() -> None:
    state, _ = read(
        "policies=phds&policy.joint_posts=8&policy.joint_posts.start=6&against=phds&parameters.austerity=0.05"
        f"&seeds=3&{TINY}"
    )
    for policy in ("phds", "custom"):
        _, *words = shlex.split(state.command_of_rules(policy))
        assert main([*words, "dry_run=true"]) == 0


def rows_of(out: Path) -> pd.DataFrame:
    return pd.read_parquet(out / "rows.parquet").set_index(["policy", "seed"]).sort_index()


def test_file_command_and_python_give_the_rows_of_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    state, _ = read(
        "policies=phds&policy.joint_posts=8&policy.joint_posts.start=6&policy.brokers=0.1&seeds=3&against=phds"
        "&policy.joint_posts.other=9&policy.joint_posts.share=0.4&policy.joint_posts.since=0.3&parameters.warmup=24&parameters.horizon=24&parameters.austerity=0.05"
    )
    assert state.levers["joint_posts"] == Mixed(8.0, 6, None, 9, 0.4, 0.3)
    assert {in_seed(state.bundle, seed).levers["joint_posts"].value for seed in range(3)} == {8, 9}
    names = Plan_of(state).names(range(3))
    (tmp_path / "mine" / "experiment").mkdir(parents=True)
    (tmp_path / "mine" / "experiment" / "it.yaml").write_text(state.experiment())
    _, *words = shlex.split(state.command())
    assert main([*words, "out=command", "figures=false"]) == 0
    assert (
        main(["--config-dir", "mine", "experiment=it", "out=file", "figures=false", "store=other/store"]) == 0
    )
    by_command, by_file = rows_of(tmp_path / "command"), rows_of(tmp_path / "file")
    assert set(by_command["row"]) == set(names)
    pd.testing.assert_frame_equal(by_command, by_file, check_exact=True)
    shared: dict = {}
    exec(state.python(), shared)
    by_python = shared["rows"].set_index(["policy", "seed"]).sort_index()
    pd.testing.assert_frame_equal(by_python, by_command, check_exact=True)
    effects = pd.read_parquet(tmp_path / "command" / "effects.parquet")
    assert np.array_equal(effects["effect"], shared["effects"]["effect"], equal_nan=True)


def Plan_of(state: State) -> Plan:  # noqa: N802
    from analysis.page.running.comparison import Comparison
    from analysis.page.uploads import Lists, population_called

    population = population_called(state.population, Lists(Path()), state.lists)
    return Comparison(state, population, lambda: None).plan


def test_a_form_says_what_its_state_does() -> None:
    state, _ = read("policy.joint_posts=8&policy.joint_posts.start=24&policy.joint_posts.end=60")
    form = views.form(state, {}, state.query)
    assert "No one value" not in form
    fields = dict(re.findall(r'name="(policy\.joint_posts[.\w]*)"[^>]* value="(\d+)"', form))
    assert fields == {
        "policy.joint_posts": "8",
        "policy.joint_posts.start": "24",
        "policy.joint_posts.end": "60",
    }


def test_a_lever_that_is_mixed_stays_so_until_it_is_moved() -> None:
    state, _ = read(f"{LINKS[4]}&seeds=40")
    form = views.form(state, {}, state.query)
    assert "0 in 30 of 40 seeds and 1 in 10" in form
    fields = dict(re.findall(r'name="(policy\.joint_posts[.\w]*)"[^>]* value="([\d.]+)"', form))
    assert read([*fields.items(), ("seeds", "40")])[0].levers == state.levers
    assert state.unmixed("brokers") == state
    assert state.unmixed("joint_posts").levers == {}

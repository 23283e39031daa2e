"""The command line: what scripts rely on, and what people are told."""

import ast
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import yaml
from hydra._internal.utils import get_args_parser

from experiments.command.arguments import NOT_HERE, parsed
from experiments.command.composing import composed_jobs
from experiments.command.files import CONF, GROUPS, mapping_in, names_in
from experiments.command.help import help_text
from experiments.command.settings import Settings
from experiments.jobs import JOBS, job_of, purposes
from experiments.study.job import Job
from model.problems import BadInput
from tests.experiments.conftest import TINY

ROOT = Path(__file__).parents[2]

#: MODEL.md, section 6.
INDICATORS = """
mean_scoping, mean_ready, mean_project, mean_strategic, mean_dormant, formed, formed_council_search,
formed_outreach, formed_repeat, formed_introduction, formed_event, starts_grant, starts_inkind, embedded,
lost_strategic, ended_project, bids, awards, days_bidding, needs_raised, needs_met,
needs_met_dissemination, needs_met_elsewhere, needs_expired, findings, findings_timely, value,
fresh_perspective, evidence_asset, evidence_to_delivery, specialist_application, strategic_opportunity,
outside_money, mean_trust_active, mean_load_council, mean_load_researcher, mean_coverage,
gini_active_months, grants_paid, cost_total
""".replace("\n", " ").split(",")  # fmt: skip


def test_rows_are_what_scripts_rely_on(tiny) -> None:
    said = tiny(
        "policies=[baseline,joint_posts]",
        "seeds=3",
        "parameters.search_rate=0.3",
        "engine.threads=1",
        "out=DIR",
    )
    rows = pd.read_parquet("DIR/rows.parquet")
    assert said.status == 0
    assert list(rows[["policy", "seed"]].itertuples(index=False, name=None)) == [
        (policy, seed) for policy in ("baseline", "joint_posts") for seed in range(3)
    ]
    assert set(rows["population"]) == {"nine_places"}
    assert {name.strip() for name in INDICATORS} <= set(rows.columns)
    assert yaml.safe_load(Path("DIR/config.yaml").read_text())["parameters"]["search_rate"] == 0.3


def test_no_bar_is_shown_of_runs_that_were_all_measured(tiny) -> None:
    points = ("experiment=points", "design.points=[{austerity: 0.03}]", "policies=[baseline]")
    said = tiny(*points, "seeds=2", "out=out")
    assert "2 runs: about" in said.err
    assert "Runs" not in said.err
    assert len(pd.read_parquet("out/rows.parquet")) == 2


def test_custom_is_the_bundle_of_just_these_levers(tiny) -> None:
    levers = ("policy.joint_posts=4", "policy.phds={value: 2, start: 6, end: 12}")
    assert tiny("policies=[custom]", *levers, "seeds=5:7", "out=out").status == 0
    rows = pd.read_parquet("out/rows.parquet")
    assert list(rows["policy"]) == ["custom"] * 2
    assert list(rows["seed"]) == [5, 6]
    (policy,) = yaml.safe_load(Path("out/config.yaml").read_text())["policies"]
    assert policy["levers"] == {
        "joint_posts": {"value": 4.0, "start": 0, "end": None},
        "phds": {"value": 2.0, "start": 6, "end": 12},
    }


def test_a_chosen_policy_is_compared_with_the_baseline_and_its_levers_can_be_changed(tiny) -> None:
    assert tiny("policy=matchmaking", "policy.match_capacity=3", "seeds=1", "out=out").status == 0
    baseline, policy = yaml.safe_load(Path("out/config.yaml").read_text())["policies"]
    assert (baseline["name"], baseline["levers"], policy["name"]) == ("baseline", {}, "matchmaking")
    assert policy["levers"]["match_capacity"]["value"] == 3
    assert policy["levers"]["match_interval"]["value"] == 3


def test_one_run_writes_its_months_and_lives(tiny) -> None:
    assert tiny("experiment=run", "seeds=4:5", "policy=brokers", "out=out").status == 0
    series, lives = pd.read_parquet("out/series.parquet"), pd.read_parquet("out/histories.parquet")
    assert list(series["month"]) == list(range(24))
    assert {"strategic", "formed", "cost_total"} <= set(series.columns)
    who = ["tie", "council", "researcher", "arrived", "university"]
    assert list(lives.columns) == [*who, "month", "event", "stage"]
    assert lives["month"].min() == -6
    assert set(lives.loc[lives["month"] == -6, "event"]) >= {"initial"}
    assert len(pd.read_parquet("out/rows.parquet")) == 1


def test_manifest_says_where_numbers_came_from(tiny) -> None:
    tiny("policy=phds", "seeds=2:4", "out=out")
    manifest = json.loads(Path("out/manifest.json").read_text())
    assert manifest["seeds"] == [2, 4]
    assert manifest["runs"] == 4
    assert {"version", "commit", "model", "started", "seconds", "packages", "warnings"} <= set(manifest)
    assert manifest["command"] == ["towngown", *TINY, "policy=phds", "seeds=2:4", "out=out"]


def test_several_jobs_get_a_folder_each_and_leave_nothing_else(tiny) -> None:
    asked = "-m", "policy=phds,brokers", "seeds=1", "out=jobs"
    assert tiny(*asked).status == 0
    assert sorted(path.name for path in Path("jobs").iterdir()) == ["00_policy=phds", "01_policy=brokers"]
    for manifest in Path("jobs").glob("*/manifest.json"):
        assert json.loads(manifest.read_text())["command"] == ["towngown", *TINY, *asked]
    assert {path.name for path in Path().iterdir()} == {"jobs", "store"}


def test_a_job_that_is_killed_has_nothing_where_others_keep_what_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    there: list[Path] = []

    def job(_: Settings) -> int:
        there.extend(tmp_path.iterdir())
        return 0

    assert composed_jobs(parsed(["-m", "seeds=1,2"]), job) == 0
    assert not there


def test_results_are_not_written_where_hydra_would_change_to(tiny) -> None:
    said = tiny("-m", "policy=phds,brokers", "seeds=1", "out=out", "hydra.job.chdir=true")
    assert said.status == 2
    assert "hydra.job.chdir is not allowed: results go to out=FOLDER" in said.err


def test_folders_of_ones_own_add_policies(tiny, tmp_path: Path) -> None:
    (tmp_path / "own" / "policy").mkdir(parents=True)
    (tmp_path / "own" / "policy" / "mine.yaml").write_text("why: Mine.\nlevers: {phds: 3}\n")
    for arguments in (("policy=mine",), ("policies=[baseline,mine]",)):
        assert tiny("--config-dir", "own", *arguments, "seeds=1", "out=out").status == 0
        assert set(pd.read_parquet("out/rows.parquet")["policy"]) == {"baseline", "mine"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["polices=[baseline]"], "There is no setting 'polices'. Did you mean policies?"),
        (["policy=matchmakin"], "There is no policy 'matchmakin'. Did you mean matchmaking?"),
        (["policies=[baseline,joint_post]"], "There is no policy 'joint_post'. Did you mean joint_posts?"),
        (["population=ukk"], "There is no population 'ukk'. Did you mean uk?"),
        (["population.plces=4"], "There is no setting of the population 'plces'. Did you mean places?"),
        (["population.places=0"], "places = 0 is not allowed"),
        (["population=csv"], "population.councils is missing"),
        (["experiment=foo"], "There is no experiment 'foo'. There are: boudreau_2017"),
        (["engine.threads=0"], "engine.threads = 0 is not allowed: it takes a whole number of at least 1"),
        (["parameters.serch_rate=0.3"], "There is no parameter 'serch_rate'. Did you mean search_rate?"),
        (["parameters.search_rate=3"], "search_rate = 3 is not allowed: it takes a number from 0 to 1"),
        (["parameters.search_rate=abc"], "search_rate = 'abc' is not allowed"),
        (["parameters.joint_posts=2"], "joint_posts is a lever"),
        (["search_rate=0.2"], "say parameters.search_rate=0.2"),
        (["joint_posts=2"], "say policy.joint_posts=2"),
        (["policy.joint_post=2"], "There is no lever 'joint_post'. Did you mean joint_posts?"),
        (
            ["policy.joint_posts=-2"],
            "joint_posts = -2 is not allowed: it takes a number from 0 to",
        ),
        (["policy.phds={value: 2, strt: 1}"], "phds.strt means nothing"),
        (["policy.phds={value: 2, start: 5, end: 5}"], "phds.end = 5 is not allowed"),
        (["policies=[custom]"], "Policy custom has no lever"),
        (["policies=[baseline,phds]", "policy.brokers=1"], "does not name it"),
        (["policies=[phds,phds]"], "Policy phds is named twice"),
        (["policies=[]"], "policies = [] is not allowed"),
        (["policies=[baseline,"], "is not understood"),
        (["design.factors={austerity: }"], "'design.factors={austerity: }' is not understood"),
        (["policies=[baseline_equal_money]"], "cannot be had at equal money"),
        (["policies=[phds_equal_money]", "equal_money=null"], "equal_money is null"),
        (["equal_money=-1"], "equal_money = -1 is not allowed"),
        (["policy=phds,brokers"], "policies=[baseline,phds,brokers]"),
        (["seeds=0"], "seeds = 0 is not allowed"),
        (["seeds=5:5"], "seeds = '5:5' is not allowed"),
        (["seeds=1.5"], "seeds = 1.5 is not allowed"),
        (["seeds=99999999999999999999"], "is not allowed"),
        (["experiment=run", "seeds=3"], "say seeds=0:1 for seed 0"),
        (["figures=perhaps"], "figures = 'perhaps' is not allowed"),
        (["compare"], "settings are name=value"),
        (["--thread=2"], "There is no option '--thread'"),
        (["job=sing"], "There is no job 'sing'"),
    ],
)
def test_mistakes_are_told_and_nothing_runs(towngown, arguments: list[str], message: str) -> None:
    said = towngown(*arguments)
    assert said.status == 2
    assert message in said.err
    assert "Traceback" not in said.err + said.out
    assert not list(Path().iterdir())


def test_all_mistakes_are_told_at_once(towngown) -> None:
    said = towngown("seeds=0", "engine.threads=-1", "parameters.search_rate=7", "policy.phds=-1")
    assert said.err.count("Error:") == 4


def test_a_mistake_in_a_file_is_told(towngown, tmp_path: Path) -> None:
    own = tmp_path / "own" / "policy"
    own.mkdir(parents=True)
    for text, message in (
        ("why: [", "not YAML"),
        ("- 1", "names and values"),
        ("levres: {phds: 1}", "There is no setting 'levres'. Did you mean levers?"),
        ("levers: {phds: 1}\nintensity: brokers", "intensity = 'brokers' is not allowed"),
    ):
        (own / "mine.yaml").write_text(text)
        said = towngown("--config-dir", "own", "policies=[mine]")
        assert said.status == 2
        assert message in said.err


def test_unusual_values_are_noted_and_run(tiny) -> None:
    said = tiny("parameters.search_rate=0.95", "policy=phds", "seeds=1", "out=out")
    assert said.status == 0
    assert "search_rate = 0.95 is outside its plausible range" in said.err
    assert any(
        "search_rate" in note for note in json.loads(Path("out/manifest.json").read_text())["warnings"]
    )


def test_a_fault_of_the_program_fails(tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("experiments.jobs.compare.analysed", broken)
    said = tiny("policy=phds", "seeds=1", "out=deep/out")
    assert said.status == 1
    assert "a fault of the program" in said.err
    assert [path.name for path in Path().iterdir()] == ["store"]


def test_help_names_every_file_and_fits_the_terminal() -> None:
    for width in (60, 80, 140):
        text = help_text(purposes(), width)
        assert max(map(len, text.splitlines())) <= max(width, 64)
        for group in ("policy", "population", "experiment", "parameters"):
            assert all(re.search(rf"^  {name}\s", text, re.MULTILINE) for name in names_in(group))


def settings_in(given: dict[str, object], within: str = "") -> Iterator[str]:
    """Names of all settings, those of precision by themselves."""
    for name, value in given.items():
        if isinstance(value, dict):
            yield from settings_in(value, f"{name}.")
        elif name != "defaults":
            yield within + name


def test_help_explains_every_setting_as_the_file_does() -> None:
    config = mapping_in(CONF / "config.yaml")
    del config["hydra"]
    names = {*settings_in(config), *GROUPS}
    text = help_text(purposes(), 100)
    explained = dict(re.findall(r"^  ([\w.]+)=.*?\s{2,}(\w.+)", text[text.index("Settings") :], re.MULTILINE))
    assert set(explained) == names


def test_help_tells_what_the_default_experiment_changes() -> None:
    """Who says nothing gets a posterior, though config.yaml says none."""
    text = " ".join(help_text(purposes(), 100).split())
    assert len(re.findall(r"experiment=compare (?:says|names)", text)) == 4
    assert re.search(r"posterior\.parameters=null [^=]* experiment=compare says posterior\.", text)
    assert re.search(r"hangs_on\.mechanisms=null [^=]* experiment=compare says all\.", text)


def test_every_job_is_declared_and_says_what_it_is_for() -> None:
    assert all(isinstance(job_of(name), Job) for name in JOBS)
    assert all(re.match(r"The (main )?job\b.{20}", meaning) for _, meaning in purposes())
    others = {file.stem for file in (CONF.parent / "experiments" / "jobs").rglob("*.py")} - set(JOBS)
    assert others == {"__init__"}


#: Of Hydra's options, what stands after those that take a value.
VALUES = {"cfg": "job", "package": "seeds", "config_dir": ".", "config_name": "config", "info": "searchpath"}


def test_every_option_of_hydras_is_taken_or_refused_with_what_to_say_instead() -> None:
    options = {action.dest: action for action in get_args_parser()._actions if action.option_strings}
    assert set(VALUES) | set(NOT_HERE) <= set(options)
    for name, action in options.items():
        for option in action.option_strings:
            if name in NOT_HERE:
                with pytest.raises(BadInput, match=f"is not allowed: {NOT_HERE[name]}"):
                    parsed([option, "seeds=3"])
            elif name != "version":  # Hydra's own, told before
                value = [VALUES[name]] if name in VALUES else []
                cfg = ["--cfg", "job"] if name in ("package", "resolve") else []
                assert getattr(parsed([option, *value, *cfg, "seeds=3"]), name) == (VALUES.get(name) or True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--cfg", "jop"], "invalid choice: 'jop'"),
        (["--config-dir"], "expected one argument"),
        (["--config-dir=nowhere"], "--config-dir=nowhere is no folder"),
        (["--resolve"], "--resolve and --package go with --cfg only"),
        (["-m", "--cfg=job"], "--multirun and --cfg do not go together"),
        (["--config-name=confik"], "Cannot find primary config 'confik'"),
        (["-m", "seeds=1,"], "is not understood"),
        (["--thread", "seeds=0", "sed=1"], "There is no setting 'sed'. Did you mean seeds?"),
    ],
)
def test_options_that_make_no_sense_are_told(towngown, arguments: list[str], message: str) -> None:
    said = towngown(*arguments)
    assert said.status == 2
    assert message in said.err
    assert "Traceback" not in said.err + said.out


def test_settings_are_shown_and_nothing_is_run(towngown, tmp_path: Path) -> None:
    (tmp_path / "it's mine, all" / "policy").mkdir(parents=True)
    (tmp_path / "it's mine, all" / "policy" / "mine.yaml").write_text("levers: {phds: 3}\n")
    said = towngown("policy=mine", "--config-dir", "it's mine, all", "seeds=7", "--cfg", "job")
    assert said.status == 0
    shown = yaml.safe_load(said.out)
    assert (shown["seeds"], shown["policy"]) == (7, {"levers": {"phds": 3}})
    assert towngown("-cd", "it's mine, all", "--info", "searchpath").status == 0
    assert [path.name for path in tmp_path.iterdir()] == ["it's mine, all"]


def test_a_job_that_is_stopped_stops_those_after_it(tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = []

    def stopped(*_: object) -> None:
        begun.append(1)
        raise KeyboardInterrupt

    monkeypatch.setattr("experiments.jobs.compare.analysed", stopped)
    said = tiny("-m", "policy=phds,brokers", "seeds=1", "out=out")
    assert (said.status, len(begun)) == (130, 1)
    assert said.err.count("Interrupted.") == 1


@pytest.mark.parametrize("asked", [("seeds=1",), ("page", "open=false")])
def test_rules_that_cannot_be_are_told_before_anything_begins(
    towngown, monkeypatch: pytest.MonkeyPatch, asked: tuple[str, ...]
) -> None:
    def refused() -> None:
        raise BadInput("model/need.py, line 3: 'nede' is not defined. Did you mean need?")

    monkeypatch.setattr("model.machine.checking.check_rules", refused)
    monkeypatch.setattr("analysis.page.server.main", lambda _: 0)
    said = towngown(*asked)
    assert said.status == 2
    assert "model/need.py, line 3: 'nede' is not defined" in said.err


def test_help_is_quick_and_loads_nothing_heavy() -> None:
    program = (
        "import sys; from experiments.main import main; status = main(['--help']);"
        "heavy = {'numba', 'pandas', 'scipy', 'mesa', 'matplotlib', 'hydra'} & set(sys.modules);"
        "sys.exit(status or bool(heavy))"
    )
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=CONF.parent, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "joint_posts" in done.stdout
    assert time.perf_counter() - start < 5  # under 1 s on a machine with nothing else to do


def test_what_jobs_are_like_is_told_beside_them() -> None:
    """No list of some of them stands anywhere else: who adds a job would have to know of it."""
    lists = {
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in ROOT.glob("experiments/**/*.py")
        if "jobs" not in file.parts
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Tuple | ast.List | ast.Set)
        and len(node.elts) > 2
        and all(isinstance(each, ast.Constant) and each.value in JOBS for each in node.elts)
    }
    assert lists == set()

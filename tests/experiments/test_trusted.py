"""Files that people send each other: they set the program's settings, are taken first, and run nothing."""

import os
from pathlib import Path

import pandas as pd
import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser

from experiments.command.files import GROUPS, file_of, names_in
from experiments.command.plain import mapping_of
from experiments.command.trusted import trusted
from experiments.rows import versions

HEADER = "# @package _global_\n"


def write(group: str, text: str, name: str = "mine.yaml") -> Path:
    """A file in a folder of one's own."""
    file = Path("own") / group / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize("group", GROUPS)
def test_every_file_that_comes_with_the_program_is_trusted(group: str) -> None:
    for name in names_in(group):
        assert isinstance(trusted(group, file_of(group, name)), dict)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("parameter: {austerity: 0.1}", "There is no setting 'parameter'. Did you mean parameters?"),
        ("polices: [baseline]", "There is no setting 'polices'. Did you mean policies?"),
        ("seed: 3", "There is no setting 'seed'. Did you mean seeds?"),
        ("_target_: os.system", "There is no setting '_target_'"),
        ("experiment: compare", "There is no setting 'experiment'"),
        ("hydra: {callbacks: {a: {_target_: builtins.print}}}", "hydra is not allowed: a file sets"),
        ("hydra: {job: {env_set: {PATH: /tmp}}}", "hydra is not allowed: a file sets"),
        ("defaults: [override hydra/launcher: basic]", "it takes names of files"),
        ("defaults: [override /hydra/job_logging: colorlog]", "it takes names of files"),
        ("defaults: [/policy@hydra: brokers]", "it takes names of files"),
        ("defaults: [/policy@_global_.hydra.job: brokers]", "it takes names of files"),
        ("defaults: [override /policy: '${oc.env:HOME}']", "it takes names of files"),
        ("defaults: [override /policy: ../../x]", "it takes names of files"),
        ("defaults: ['/hydra/env/default']", "it takes names of files"),
        ("defaults: 3", "defaults = 3 is not allowed: it takes a list"),
        ("out: ${oc.env:SECRET}", "${oc.env:SECRET} is not allowed in a file"),
        ("out: results/${oc.decode:${store}}", "is not allowed in a file"),
        ("out: ${hydra.job.name}", "${hydra.job.name} is not allowed in a file"),
        ("out: ${hydra:runtime.cwd}", "${hydra:runtime.cwd} is not allowed in a file"),
        ("parameters: {'${oc.env:SECRET}': 3}", "${oc.env:SECRET} is not allowed in a file"),
        ("policies: [baseline, '${oc.env:SECRET}']", "${oc.env:SECRET} is not allowed in a file"),
        ("# @package hydra\nseeds: 3", "'# @package hydra' is not allowed"),
        ("seeds: !!python/object/apply:pathlib.Path [a]", "line 2: tag:yaml.org,2002:python/object/apply"),
        ("seeds: &a [*a]", "line 2: *a is not allowed: write out what it stands for"),
        ("a: &a [1, 1]\nb: &b [*a, *a]\nseeds: [*b, *b]", "*b is not allowed: write out"),
        ("seeds: " + "[" * 3000 + "]" * 3000, "more than 20 levels within each other"),
        ("seeds: 3\nseeds: 4", "found duplicate key seeds"),
        ("seeds: " + "9" * 5000, "is not YAML that can be read"),
        ("3: 4", "should hold names and values"),
    ],
)
def test_an_experiment_sets_the_programs_settings_and_nothing_else(towngown, text: str, message: str) -> None:
    write("experiment", HEADER + text)
    said = towngown("--config-dir", "own", "experiment=mine")
    assert said.status == 2
    assert message in said.err
    assert os.listdir() == ["own"]


@pytest.mark.parametrize(
    "text",
    [
        "seeds: 3",
        "# @packages _global_\nseeds: 3",
        "# Mine.\n# @package _global_\nseeds: 3",
        "\nseeds: 3",
        "",
    ],
)
def test_an_experiment_begins_with_its_header(towngown, text: str) -> None:
    write("experiment", text or "# @package\nseeds: 3")
    said = towngown("--config-dir", "own", "experiment=mine")
    assert said.status == 2
    assert "mine.yaml: its first line has to be '# @package _global_'" in said.err


@pytest.mark.parametrize(
    ("group", "text", "message"),
    [
        ("policy", "# @package hydra\nlevers: {phds: 3}", "'# @package hydra' is not allowed"),
        ("policy", "# @package _global_\nseeds: 3", "'# @package _global_' is not allowed"),
        ("policy", "hydra: {}\nlevers: {phds: 3}", "hydra is not allowed"),
        ("policy", "why: ${oc.env:SECRET}", "${oc.env:SECRET} is not allowed in a file"),
        ("policy", "levers: &a {phds: *a}", "*a is not allowed"),
        ("population", "name: ${oc.env:SECRET}", "${oc.env:SECRET} is not allowed in a file"),
        ("parameters", "defaults: [/hydra/launcher@x: basic]", "it takes names of files"),
        ("engine", "_target_: print", "engine.kind = None is not allowed"),
    ],
)
def test_so_does_every_other_file(towngown, group: str, text: str, message: str) -> None:
    write(group, text)
    said = towngown("--config-dir", "own", f"{group}=mine")
    assert said.status == 2
    assert message in said.err


@pytest.mark.parametrize(
    ("defaults", "message"),
    [
        ("mine", "Files name each other in their defaults, in a circle."),
        ("/experiment: sobol", "{'/experiment': 'sobol'} is not allowed"),
        ("override /experiment: sobol", "{'override /experiment': 'sobol'} is not allowed"),
        ("nope", "In 'experiment/mine': Could not load 'experiment/nope'.\n"),
    ],
)
def test_experiments_that_cannot_be_gone_on_from_are_refused(towngown, defaults: str, message: str) -> None:
    write("experiment", f"{HEADER}defaults: [{defaults}]")
    said = towngown("--config-dir", "own", "experiment=mine")
    assert said.status == 2
    assert message in said.err


def test_an_experiment_goes_on_from_another(towngown) -> None:
    write("experiment", HEADER + "defaults: [sobol]\nseeds: 3")
    said = towngown("--config-dir", "own", "experiment=mine", "--cfg", "job")
    assert "seeds: 3" in said.out
    assert "kind: sobol" in said.out


def test_a_file_that_others_name_is_held_to_the_same(towngown) -> None:
    write("policy", "why: ${oc.env:SECRET}")
    for text in ("policies: [baseline, mine]", "defaults: [override /policy: mine]"):
        write("experiment", HEADER + text)
        said = towngown("--config-dir", "own", "experiment=mine")
        assert said.status == 2
        assert "${oc.env:SECRET} is not allowed in a file" in said.err


def test_only_the_files_of_groups_are_seen_in_a_folder(towngown) -> None:
    hostile = "callbacks: {a: {_target_: pathlib.Path.touch, self: ran}}"
    write("hydra", f"# @package hydra\n{hostile}", "config.yaml")
    (Path("own") / "config.yaml").write_text(f"hydra: {{{hostile}}}\n")
    assert towngown("--config-dir", "own", "seeds=7", "--cfg", "job").out.count("seeds: 7") == 1
    assert towngown("--config-dir", "own", "hydra/launcher=nope").status == 2
    assert "--config-dir=DIR" in towngown("hydra.searchpath=[file://own]").err
    assert not Path("ran").exists()


def test_a_mark_of_the_byte_order_is_passed_over_and_yml_is_yaml(towngown) -> None:
    write("experiment", "\ufeff" + HEADER + "seeds: 7\ndefaults: [override /policy: other]\n", "mine.yml")
    write("policy", "levers: {phds: 3}", "other.yml")
    said = towngown("--config-dir", "own", "experiment=mine", "--cfg", "job")
    assert "seeds: 7" in said.out
    assert "phds: 3" in said.out


def test_what_systems_keep_beside_a_file_is_no_file(towngown) -> None:
    """A disk that a Mac has used may hold a `._mine.yaml`, which is no text, beside a mine.yaml."""
    folder = write("policy", "levers: {phds: 3}").parent
    (folder / "._mine.yaml").write_bytes(b"\x00\x05\x16\x07\x00\xff")
    said = towngown("--config-dir", "own", "policies=[baseline, nope]")
    assert ", mine," in said.err
    assert "._mine" not in said.err


@pytest.mark.parametrize(
    "arguments", [("policy=brokers",), ("policies=[baseline,brokers]",), ("experiment=compare",)]
)
def test_ones_own_file_is_taken_and_named(tiny, arguments: tuple[str, ...]) -> None:
    policy = write("policy", "why: Mine.\nlevers: {brokers: 9}", "brokers.yaml")
    experiment = write("experiment", HEADER + "policies: [baseline, brokers]", "compare.yaml")
    said = tiny("--config-dir", "own", *arguments, "seeds=1", "out=out")
    assert said.status == 0, said.err
    assert list(pd.read_parquet("out/rows.parquet")["policy"]) == ["baseline", "brokers"]
    for file in (policy, experiment):
        assert f"{file} takes the place of the program's own {file.stem}." in " ".join(said.err.split())


def test_scalars_are_what_they_are_on_the_command_line() -> None:
    parser = OverridesParser.create()
    scalars = (
        "no", "Off", "yes", "on", "y", "True", "FALSE", "null", "Null", "7:8", "7:8.5", "010", "0x10", "00.5",
        "0", "-3", "+1", "1_000", "1__0", "1_", "0.5", ".5", "-.5", "1.", "1e3", "1.5e-3", "1e1_0", "1e",
        ".inf", "inf", "-Inf", "nan", ".nan", "2020-01-01",
    )  # fmt: skip
    for scalar in scalars:
        said = parser.parse_override(f"x={scalar}").value()
        assert repr(mapping_of(f"x: {scalar}", "")["x"]) == repr(said), scalar
    assert mapping_of("no:\non: ~", "") == {"no": None, "on": None}


def test_seeds_in_a_file_need_no_quotes(tiny) -> None:
    write("experiment", HEADER + "seeds: 7:9\npolicies: [baseline]")
    assert tiny("--config-dir", "own", "experiment=mine", "out=out").status == 0
    assert list(pd.read_parquet("out/rows.parquet")["seed"]) == [7, 8]


def test_what_is_no_file_of_text_is_told(towngown) -> None:
    folder = write("policy", "levers: {phds: 3}").parent
    (folder / "circle.yaml").symlink_to("circle.yaml")
    (folder / "latin.yaml").write_bytes(b"why: \xe9")
    os.mkfifo(folder / "pipe.yaml")
    for name, message in (
        ("circle", "cannot be read"),
        ("latin", "latin.yaml is not UTF-8: save it with that encoding.\n"),
        ("pipe", "pipe.yaml is no file of text.\n"),
    ):
        said = towngown("--config-dir", "own", f"policy={name}")
        assert said.status == 2
        assert f"{name}.yaml" in said.err
        assert message in said.err


def test_git_runs_nothing_that_a_repository_asks_for(tmp_path: Path) -> None:

    script = tmp_path / "run.sh"
    script.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    script.chmod(0o755)
    versions._git(tmp_path, "init")
    versions._git(tmp_path, "config", "core.fsmonitor", str(script))
    assert versions._git(tmp_path, "status", "--porcelain") is not None
    assert not (tmp_path / "ran").exists()

"""README's "Change a rule" is true: its edits, made in a copy of the program, do what it says."""

import re
import shlex
from pathlib import Path

import pytest

from tests.tutorial import ROOT, copied, edits, run, tried

TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
TUTORIAL = TEXT[TEXT.index("## Change a rule") : TEXT.index("## From Python")]
PROGRAM = "import sys; from experiments.main import main; sys.exit(main(sys.argv[1:]))"
REFERENCE, RULE, CASES = "tests/reference/ties.py", "model/partnership.py", "tests/model/cases/finding.yaml"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return copied(tmp_path, TUTORIAL)


def test_its_edits_are_found() -> None:
    assert [file for file, _ in edits(TUTORIAL)] == ["model/ODD.md", REFERENCE, RULE, CASES, CASES]


def command(start: str) -> list[str]:
    """A command that the tutorial gives, in its words."""
    return shlex.split(re.search(rf"`{start} ([^`]+)`", TUTORIAL)[1])


def effect(program: Path, folder: Path) -> str:
    """What the tutorial's command says of the baseline, and of training."""
    where = f"store={folder / 'store'}", f"out={folder / 'out'}", "figures=false"
    out = run(program, "-c", PROGRAM, *command("towngown"), *where, compiles=True)
    return " ".join(line for line in out.splitlines() if re.match("baseline|training", line))


@pytest.mark.thorough
def test_what_it_changes_passes_its_test_and_can_be_seen(copy: Path, tmp_path_factory) -> None:
    test = ["-m", "pytest", "-q", "-p", "no:cacheprovider", *command(".venv/bin/pytest")]
    run(copy, *test, compiles=True)
    told = re.search(
        r"it brought (?P<before>\S+ [^\s,]+), and now brings (?P<after>\S+ \S+)\. .*"
        r"went from (?P<level_before>\S+) to (?P<level_after>[\d.]+)\.\)",
        " ".join(TUTORIAL.split()),
    )
    before, after = effect(ROOT, tmp_path_factory.mktemp("before")), effect(copy, copy)
    assert re.match(rf"baseline +{told['level_before']} .*training +{re.escape(told['before'])} ", before)
    assert re.match(rf"baseline +{told['level_after']} .*training +{re.escape(told['after'])} ", after)
    (copy / REFERENCE).write_text((ROOT / REFERENCE).read_text(encoding="utf-8"), encoding="utf-8")
    assert tried(copy, *test, compiles=True).returncode == 1


def test_a_misspelt_name_is_told_as_it_says(copy: Path) -> None:
    told = re.search(r"^    (Error: model/.*\n    .*)$", TUTORIAL, flags=re.MULTILINE)[1]
    rule = copy / RULE
    text = rule.read_text(encoding="utf-8")
    added = "* (1.0 + world.researchers[tie.researcher].sector_knowledge)"
    assert added in text
    rule.write_text(
        text.replace(added, added.replace("sector_knowledge", "sector_knowlege")), encoding="utf-8"
    )
    done = tried(copy, "-c", PROGRAM, "seeds=1", compiles=True)
    assert done.returncode == 2
    assert done.stdout == ""
    first, last = done.stderr.splitlines()
    assert re.sub(r"line \d+", "line", first) == re.sub(r"line \d+", "line", " ".join(told.split()))
    assert last == "Nothing was run. See towngown --help."

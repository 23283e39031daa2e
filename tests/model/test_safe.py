"""Without the tricks of compiling the numbers are the same, and rows that are not there are refused."""

import json
import os
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from model.machine.compiling import TRICKS, left_out
from model.problems import BadInput
from tests.model.worlds import digests

ROOT = Path(__file__).parents[2]
#: In which these tests are run.
MODE = os.environ.get("TOWNGOWN_SAFE", "")
LOOK_UP = """
import sys
from model.arrays import NONE, Size
from model.machine.memory import founded
from tests.model.rules import stage
world = founded(Size(1, 1, 1, 1, 3, 1, 1, 1, 1, 0)).world
assert stage(world, 2) == 0
try:
    print(stage(world, {row}))
except IndexError as error:
    print(error)
"""
INSIDE = "print({'model.machine.by_reference', 'model.machine.prefetching'} & set(sys.modules) or 'none')"


def printed(script, **environment):
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(not left_out(MODE), reason="it takes the model in both modes: make test-safe")
def test_the_same_numbers():
    script = "from tests.model.worlds import print_digests; print_digests()"
    assert json.loads(printed(script, TOWNGOWN_SAFE="")) == digests()


@pytest.mark.parametrize(
    ("mode", "row"),
    [("1", "3"), ("1", "10**9"), ("1", "-4"), ("all", "3"), ("unchecked", "3"), ("unchecked", "NONE")],
)
def test_a_row_that_is_not_there_is_refused(mode, row):
    """By a rule that another calls, both without Python's lock."""
    assert "out of bounds" in printed(LOOK_UP.format(row=row), TOWNGOWN_SAFE=mode)


def test_the_safe_mode_leans_on_nothing_of_numbas_inside():
    assert printed(LOOK_UP.format(row="0") + INSIDE, TOWNGOWN_SAFE="1").split() == ["0", "none"]


def test_a_numba_without_what_the_seal_leans_on_does_not_break_the_model():
    script = """
from numba.core.dispatcher import _DispatcherBase
del _DispatcherBase._compile_for_args
import model.schedule
print("there")
"""
    assert printed(script) == "there\n"


def test_tricks_left_out():
    assert left_out("") == left_out("0") == set()
    assert left_out("1") == set(TRICKS) - {"uncounted"}
    assert left_out("all") == set(TRICKS)
    assert left_out("prefetch,inlining") == {"prefetch", "inlining"}
    with pytest.raises(BadInput, match=r"TOWNGOWN_SAFE = 'yes'.*by_reference"):
        left_out("yes")


@pytest.mark.parametrize("package", ["numba", "llvmlite"])
def test_compilers_are_of_versions_that_were_tried(package):
    """A newer one may be tried too, once the ends in pyproject.toml are raised."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (allowed,) = [each for each in map(Requirement, project["dependencies"]) if each.name == package]
    assert version(package) in allowed.specifier

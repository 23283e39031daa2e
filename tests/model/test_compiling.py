"""What cannot be compiled is told in a few lines; what is kept is whole, and of this version of the model."""

import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from llvmlite.binding import ExecutionEngine

from model.machine import cache, compiling
from model.machine.cache import MODEL
from model.machine.compiling import compiled, entry
from model.machine.interrupting import CALLED_BACK, interruptible
from model.problems import BadInput

pytestmark = pytest.mark.skipif(compiling.compilation_disabled, reason="nothing is compiled")


def rule(body: str):
    """A rule called by another, both at the end of a file of the model as far as anyone can tell."""
    file = MODEL / "partnership.py"
    end = len(file.read_text(encoding="utf-8").splitlines())
    code = "\n" * end + f"def inner(x):\n    {body}\n\ndef outer(x):\n    return inner(x)"
    names = {}
    exec(compile(code, str(file), "exec"), names)
    names["inner"] = compiled(names["inner"])
    return entry(names["outer"]), f"model/partnership.py, line {end + 2}: "


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("return x.foo", "Unknown attribute 'foo' of type float64"),
        ("return x + 'a'", "No implementation of function"),
        ("return [x, 1.0]", "It makes a list"),
    ],
)
def test_what_numba_finds_is_told_in_a_few_lines(body, told):
    outer, place = rule(body)
    with pytest.raises(BadInput) as refused:
        outer(1.0)
    (problem,) = refused.value.problems
    first, *others = problem.splitlines()
    assert first == f"{place}Numba cannot compile this rule."
    assert 2 <= len(others) <= 3
    assert max(map(len, others)) <= 200
    assert told in problem
    assert "NUMBA_DISABLE_JIT=1" in others[-1]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    return tmp_path / "towngown"


def test_the_version_used_longest_ago_goes(folder):
    for number in range(cache.VERSIONS_KEPT + 3):
        version = folder / f"version-{number}"
        version.mkdir(parents=True)
        os.utime(version, (number, number))
    os.utime(folder / "version-0")  # it is in daily use
    ours = cache.begun("rules").parent
    left = {version.name for version in folder.iterdir()}
    assert {"version-0", ours.name} <= left
    assert left.isdisjoint({"version-1", "version-2", "version-3", "version-4"})
    assert len(left) == cache.VERSIONS_KEPT


def test_a_version_in_daily_use_stays_however_many_are_tried(folder, monkeypatch):
    in_use = cache.begun("rules") / "step.nbi"
    in_use.write_bytes(b"compiled")
    own = cache.code_digest()
    for number in range(2 * cache.VERSIONS_KEPT):
        monkeypatch.setattr(cache, "code_digest", lambda number=number: f"tried-{number}")
        cache.begun("rules")
        if number % 10 == 0:
            monkeypatch.setattr(cache, "code_digest", lambda: own)
            cache.begun("rules")
    assert in_use.read_bytes() == b"compiled"
    assert {version.name for version in folder.iterdir()} >= {own, f"tried-{number}"}
    assert len(list(folder.iterdir())) == cache.VERSIONS_KEPT


def test_what_is_damaged_is_removed_and_nothing_else(folder):
    rules = cache.begun("rules")
    for name in ("a.nbi", "a.1.nbc", "b.nbi", "later.nbi"):
        (rules / name).write_bytes(bytes(range(256)))
    (rules / "later.nbi").rename(folder / "later.nbi")
    cache.seal(rules)
    (folder / "later.nbi").rename(rules / "later.nbi")
    cache.remove_damaged(rules)
    assert len(list(rules.glob("*.nb?"))) == 4
    content = bytearray((rules / "a.1.nbc").read_bytes())
    content[100] ^= 1
    (rules / "a.1.nbc").write_bytes(content)
    cache.remove_damaged(rules)
    assert {file.name for file in rules.glob("*.nb?")} == {"a.nbi", "b.nbi", "later.nbi"}
    (rules / "seals.json").write_text("{")
    cache.remove_damaged(rules)
    assert list(rules.glob("*.nb?")) == []


def test_what_another_process_removes_meanwhile_is_not_sealed(folder):
    rules = cache.begun("rules")
    (rules / "a.nbi").write_bytes(b"compiled")
    (rules / "removed.nbi").symlink_to(rules / "nowhere.nbi")
    cache.seal(rules)
    assert set(json.loads((rules / "seals.json").read_text())) == {"a.nbi"}


@pytest.fixture
def copy(tmp_path):
    """The model, with a rule that Python calls, and one in another file that this one calls."""
    model = Path(shutil.copytree(MODEL, tmp_path / "model", ignore=shutil.ignore_patterns("__pycache__")))
    head = "from model.machine.compiling import compiled, entry\n"
    (model / "called.py").write_text(f"{head}@compiled\ndef answer():\n    return 41\n", encoding="utf-8")
    asking = f"{head}from model.called import answer\n@entry\ndef ask():\n    return answer()\n"
    (model / "asking.py").write_text(asking, encoding="utf-8")
    return tmp_path


ASK = """
from model.asking import ask
print(ask(), sum(ask.stats.cache_misses.values()), sum(ask.stats.cache_hits.values()))
"""


def asked(copy: Path, kept: Path) -> list[int]:
    """The answer; how often it was compiled, and how often taken from what was kept."""
    environment = os.environ | {"PYTHONPATH": str(copy), "NUMBA_CACHE_DIR": str(kept)}
    told = subprocess.check_output([sys.executable, "-c", ASK], cwd=copy, env=environment, text=True)
    return list(map(int, told.split()))


def test_a_changed_rule_runs_wherever_rules_are_kept_or_not(copy):
    nowhere = copy / "file"
    nowhere.touch()
    called = copy / "model" / "called.py"
    for answer in (41, 42, 43):
        called.write_text(called.read_text(encoding="utf-8").replace("41", str(answer)), encoding="utf-8")
        assert asked(copy, nowhere)[0] == answer
        assert asked(copy, copy / "kept") == [answer, 1, 0]
        assert asked(copy, copy / "kept") == [answer, 0, 1]
        called.write_text(called.read_text(encoding="utf-8").replace(str(answer), "41"), encoding="utf-8")
    assert list((copy / "model").rglob("*.nbi")) == []


@pytest.mark.parametrize("kind", ["nbi", "nbc"])
def test_damaged_rules_are_compiled_afresh(kind, copy):
    kept = copy / "kept"
    asked(copy, kept)
    for file in kept.rglob(f"asking.ask-*.{kind}"):
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 4
        file.write_bytes(content)
    assert asked(copy, kept) == [41, 1, 0]
    assert asked(copy, kept) == [41, 0, 1]


def test_ctrl_c_amid_what_the_compiler_calls_back_is_not_lost():
    asked = []

    def _raw_object_cache_notify():
        signal.raise_signal(signal.SIGINT)
        asked.append("in vain")

    assert _raw_object_cache_notify.__name__.startswith(CALLED_BACK)
    assert hasattr(ExecutionEngine, _raw_object_cache_notify.__name__)

    def compiling_goes_on():
        with interruptible():
            ctypes.CFUNCTYPE(None)(_raw_object_cache_notify)()
            asked.append("so far")
            time.sleep(10)

    with pytest.raises(KeyboardInterrupt):
        compiling_goes_on()
    assert asked == ["in vain", "so far"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler

"""Tutorials: the edits that a text tells its readers to make, made in a copy of the program."""

import os
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
TAKEN = (
    "model",
    "experiments",
    "analysis",
    "conf",
    "tests",
    "pyproject.toml",
    "README.md",
    "CONTRIBUTING.md",
)

#: "In `FILE`, `OLD` becomes `NEW`".
CHANGE = re.compile(r"[Ii]n\s+`(?P<file>[^`]+)`,\s+`(?P<old>[^`]+)`\s+becomes\s+`(?P<new>[^`]+)`")
#: "In `FILE`, after `ANCHOR`:", "New `FILE`:" or "At the end of `FILE`:", and a block.
BLOCK = re.compile(
    r"(?P<how>New|[Ii]n|At\s+the\s+end\s+of)\s+`(?P<file>[^`]+)`"
    r"(?:,\s+(?P<where>after|before|instead of)\s+`(?P<anchor>[^`]+)`)?:\n\n"
    r"(?P<indent> *)```\w+\n(?P<block>.*?)\n(?P=indent)```",
    re.DOTALL,
)


def copied(folder: Path, text: str) -> Path:
    """A folder, with a copy of the program in it, and in that all edits of a text."""
    for name in TAKEN:
        source, target = ROOT / name, folder / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    for name, edited in edits(text):
        file = folder / name
        file.write_text(edited(file.read_text(encoding="utf-8") if file.exists() else ""), encoding="utf-8")
    return folder


def edits(text: str) -> Iterator[tuple[str, Callable[[str], str]]]:
    """Each file that is to be edited, with what makes its new text of the old one."""
    found = sorted([*CHANGE.finditer(text), *BLOCK.finditer(text)], key=re.Match.start)
    for edit in found:
        change = _changed if edit.re is CHANGE else _with_block
        yield edit["file"], lambda text, edit=edit, change=change: change(text, edit)


def _changed(text: str, edit: re.Match) -> str:
    assert text.count(edit["old"]) == 1, f"{edit['old']} in {edit['file']}"
    return text.replace(edit["old"], edit["new"])


def _with_block(text: str, edit: re.Match) -> str:
    block = textwrap.dedent(edit["block"])
    if edit["anchor"] is None:
        assert bool(text) == (edit["how"] != "New"), edit["file"]
        return f"{text}\n\n{block}\n" if text else f"{block}\n"
    lines = text.splitlines()
    (at,) = [number for number, line in enumerate(lines) if edit["anchor"] in line] or [None]
    assert at is not None, f"{edit['anchor']} in {edit['file']}"
    indent = re.match(" *", lines[at])[0]
    first, last = {"before": (at, at), "after": (at + 1, at + 1), "instead of": (at, at + 1)}[edit["where"]]
    lines[first:last] = textwrap.indent(block, indent).splitlines()
    return "\n".join(lines) + "\n"


def tried(copy: Path, *arguments: str, compiles: bool = False) -> subprocess.CompletedProcess[str]:
    """Run Python in the copy, and see what it prints and how it ends."""
    settings = {"NUMBA_DISABLE_JIT": str(int(not compiles)), "PYTHONPATH": str(copy), "COLUMNS": "120"}
    return subprocess.run(
        [sys.executable, *arguments], cwd=copy, env=os.environ | settings, encoding="utf-8", timeout=600,
        capture_output=True, check=False,
    )  # fmt: skip


def run(copy: Path, *arguments: str, compiles: bool = False) -> str:
    """As `tried`, where nothing may go wrong; what it prints."""
    done = tried(copy, *arguments, compiles=compiles)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout

"""Complaints of the compiler: what Numba has to say of a rule, in a few lines instead of hundreds."""

import linecache
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

from model.machine.cache import MODEL

#: Where Numba says that it was; the innermost rule comes first.
_PLACE = re.compile(
    r'\bat (?P<path>[^\n]+?\.py) \((?P<line>\d+)\)|File "(?P<file>[^"\n]+)", line (?P<at>\d+)'
)
#: What is before the matter, and after it.
_BEFORE, _AFTER = "Failed in ", re.compile(r'During: |File "|There (is|are) \d+ candidate')
#: What Numba says where a rule makes a list, an array or a text.
_ALLOCATES = "NRT required"
_WIDTH = 200


def in_few_lines(error: Exception) -> str:
    """What is wrong, in which line of which file, and what to do."""
    told = str(error)
    where, line = next(_places(told), ("model/", ""))
    return "\n".join(
        [
            f"{where}: Numba cannot compile this rule.",
            *([f"    {line}"] if line else []),
            textwrap.shorten(_matter(told) or type(error).__name__, _WIDTH, placeholder=" ..."),
            "NUMBA_DISABLE_JIT=1 runs rules as plain Python, slowly, to look into them (see README.md).",
        ]
    )


def _matter(told: str) -> str:
    """The first sentence of Numba's that is about the rule."""
    if _ALLOCATES in told:
        return "It makes a list, an array or a text: rules work with numbers, and the tables that are there."
    matter = []
    for line in (line.strip().removeprefix(">>> ") for line in told.splitlines()):
        if _AFTER.match(line):
            break
        if line and not line.startswith(_BEFORE):
            matter.append(line)
    return " ".join(matter)


def _places(told: str) -> Iterator[tuple[str, str]]:
    """Each place in a file of the model that Numba names: file and line, and what stands there."""
    for place in _PLACE.finditer(told):
        path, line = Path(place["path"] or place["file"]), int(place["line"] or place["at"])
        _, is_within, name = path.as_posix().rpartition(
            f"/{MODEL.name}/"
        )  # paths may be relative to anything
        if is_within and (file := MODEL / name).exists():
            yield f"{MODEL.name}/{name}, line {line}", linecache.getline(str(file), line).strip()

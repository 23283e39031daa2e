"""Files that people send each other: each sets the program's own settings, and nothing else."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from experiments.command.files import GROUPS, settings_at_top
from experiments.command.plain import mapping_of, text_of
from model.problems import no_such, refuse

#: Where an experiment's settings go, as its first line has to say: to the top.
_TOP = "_global_"
_PACKAGE = re.compile(r"\s*#\s*@\s*package\b\s*(\S*)")
#: What stands for another setting, or for the moment; all else could tell of the machine, or run code on it.
_ALLOWED = re.compile(r"\$\{(?:now:[^${}]*|(?!hydra\b)[A-Za-z_][\w.]*)\}")
_INTERPOLATION = re.compile(r"\$\{[^{}]*\}?")
#: What a list of defaults may name: files of the program's groups. Other experiments have a name alone.
_OTHERS = "|".join(group for group in GROUPS if group != "experiment")
_GROUP = re.compile(rf"(?:optional )?(?:override )?/?(?:{_OTHERS})")
_NAME = re.compile(r"[\w.-]+")


def trusted(group: str, file: Path) -> dict[str, Any]:
    """What a file of a group sets.

    Raises:
        BadInput: if it cannot be read; naming everything that is no setting of the program's.
    """
    text = text_of(file)
    given = mapping_of(text, file)
    refuse(f"{file}: {problem}" for problem in _problems(group, text, given))
    return given


def _problems(group: str, text: str, given: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with a file."""
    yield from _wrong_package(group, text)
    known = [*settings_at_top(), *GROUPS, "defaults"] if group == "experiment" else list(given)
    yield from (
        "hydra is not allowed: a file sets the program's own settings, and nothing else."
        if name == "hydra"
        else no_such("setting", name, known)
        for name in given
        if name not in known or name in ("hydra", "experiment")
    )
    yield from _wrong_defaults(given.get("defaults"))
    for value in _texts(given):
        yield from (
            f"{found} is not allowed in a file: ${{NAME}} stands for another setting, ${{now:FORMAT}} for "
            "the moment."
            for found in _INTERPOLATION.findall(_ALLOWED.sub("", value))
        )


def _wrong_package(group: str, text: str) -> Iterator[str]:
    """Lines that put settings where they do not belong; the one that an experiment has to have."""
    lines = text.splitlines()
    packages = [(line, match[1]) for line in lines if (match := _PACKAGE.match(line))]
    allowed = (_TOP,) if group == "experiment" else ()
    for line, package in packages:
        if package not in allowed:
            yield f"{line.strip()!r} is not allowed: its settings go to the {group or 'top'}'s own place."
    if allowed and not (lines and (match := _PACKAGE.match(lines[0])) and match[1] == _TOP):
        yield f"its first line has to be '# @package {_TOP}'."


def _wrong_defaults(given: object) -> Iterator[str]:
    """Entries of a list of defaults that name anything but files of the program's groups."""
    if given is None:
        return
    if not isinstance(given, list):
        yield f"defaults = {given!r} is not allowed: it takes a list, such as [override /policy: brokers]."
        return
    for entry in given:
        groups, names = (list(entry), list(entry.values())) if isinstance(entry, dict) else ([], [entry])
        if not (_all_match(_GROUP, groups) and _all_match(_NAME, names)):
            yield (
                f"defaults: {entry!r} is not allowed: it takes names of files, such as "
                "'override /policy: brokers'."
            )


def _all_match(pattern: re.Pattern[str], values: list[Any]) -> bool:
    return all(isinstance(value, str) and pattern.fullmatch(value) for value in values)


def _texts(given: object) -> Iterator[str]:
    """All texts, names included."""
    if isinstance(given, str):
        yield given
    elif isinstance(given, Mapping):
        for name, value in given.items():
            yield from _texts(name)
            yield from _texts(value)
    elif isinstance(given, list):
        for value in given:
            yield from _texts(value)

"""Patterns: what is known of the world (conf/pattern/), and how the model is calibrated to it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.statistics.evidence.fits import LOG, TARGETS
from analysis.statistics.evidence.patterns import OF_ROWS, OF_STORIES
from experiments.command.files import PATTERN, file_of, names_in
from experiments.command.trusted import trusted
from model.domains import POSITIVE, REAL, is_whole
from model.policy import Policy, policy_from
from model.problems import BadInput, all_of, check_keys, no_such, refuse

ALL = "all"
#: What a calibration is told, each a whole number of at least so much; the cutoff is any number above 0.
_SIZES = {
    "waves": 1,
    "points": 1,
    "forgiven": 0,
    "drawn": 2,
    "shortlist": 2,
    "ranked": 2,
    "nearest": 2,
    "raised": 2,
}
BASELINE = "baseline"
_SCALES = ("linear", LOG)
_OF_PATTERN = (
    "what", "source", "confidence", "held_out", "geographic", "population", "trial", "fails", "targets",
)  # fmt: skip
_OF_TARGET = (
    "what", "unit", "statistic", "given", "policy", "against", "low", "high", "scale", "tolerance", "blame",
    "missing",
)  # fmt: skip


@dataclass(frozen=True)
class Target:
    """One number of a pattern.

    Attributes:
        name: within its pattern.
        told: what its line of the targets' table says beside names (`fits.TARGETS`).
        statistic: of the model that it is compared with; empty if there is none.
        given: what the statistic is told beside the run.
        policy: under which it is measured.
        against: the policy from which its relative difference is taken, if it is one.
    """

    name: str
    told: Mapping[str, Any]
    statistic: str = ""
    given: Mapping[str, float | str] = field(default_factory=dict)
    policy: str = BASELINE
    against: str = ""


@dataclass(frozen=True)
class Pattern:
    """Something known of the world.

    Attributes:
        name: of its file.
        told: what is the same of all its targets.
        targets: the numbers that are compared.
        geographic: whether it takes real distances: where the population has none, it is that of the UK.
        population: the name of that in which it is measured, if that is always the same.
        trial: an experiment of the world, as it was run: a policy of the pattern's own, called as it is.
        fails: where the model is known to miss it, as a clause; empty where it is not.
    """

    name: str
    told: Mapping[str, Any]
    targets: tuple[Target, ...]
    geographic: bool = False
    population: str = ""
    trial: Policy | None = None
    fails: str = ""


@dataclass(frozen=True)
class Calibration:
    """How a calibration goes.

    Attributes:
        waves: of history matching, the design's own the first.
        points: of each later wave.
        forgiven: targets that a point may fail without being ruled out.
        drawn: points drawn from what is not ruled out.
        shortlist: of them, how many that come nearest are run anew.
        ranked: seeds of these.
        nearest: of them, how many are kept.
        raised: seeds on which those are run anew.
        cutoff: implausibility above which a point is ruled out.
    """

    waves: int
    points: int
    forgiven: int
    drawn: int
    shortlist: int
    ranked: int
    nearest: int
    raised: int
    cutoff: float


def calibration_from(given: object) -> Calibration:
    """How a calibration goes, as settings say.

    Raises:
        BadInput: naming everything that cannot be used.
    """
    if not isinstance(given, Mapping):
        raise BadInput(f"calibration = {given!r} is not allowed: it takes settings, such as waves: 3.")
    check_keys("calibration", given, (*_SIZES, "cutoff"))
    refuse(
        f"calibration.{name} = {given.get(name)!r} is not allowed: it takes a whole number from {least}."
        for name, least in _SIZES.items()
        if not is_whole(given.get(name), least)
    )
    if given.get("cutoff") not in POSITIVE:
        raise BadInput(
            f"calibration.cutoff = {given.get('cutoff')!r} is not allowed: it takes a number above 0."
        )
    refuse(
        f"calibration.{name} = {given[name]} is more than {of}, {given[most]}: lower it, or raise "
        f"calibration.{most}."
        for name, most, of in (
            ("shortlist", "drawn", "are drawn"),
            ("nearest", "shortlist", "are on the shortlist"),
        )
        if given[name] > given[most]
    )
    return Calibration(**given)


def patterns_from(given: object, folders: Sequence[Path]) -> tuple[Pattern, ...]:
    """The patterns that settings name, or all there are.

    Raises:
        BadInput: naming everything that cannot be used.
    """
    names = names_in(PATTERN, folders) if given == ALL else given
    if not isinstance(names, list):
        raise BadInput(f"patterns = {given!r} is not allowed: it takes a list of patterns, or all.")
    return tuple(all_of(partial(_pattern, str(name), folders) for name in dict.fromkeys(names)))


def table_of(patterns: Sequence[Pattern]) -> pd.DataFrame:
    """The targets, a line each: columns of `TARGETS`."""
    lines = [
        {"pattern": pattern.name, "target": target.name, **pattern.told, **target.told}
        for pattern in patterns
        for target in pattern.targets
    ]
    numbers = dict.fromkeys(("low", "high", "tolerance"), float)
    return pd.DataFrame(lines).reindex(columns=list(TARGETS)).astype(numbers)


def _pattern(name: str, folders: Sequence[Path]) -> Pattern:
    file = file_of(PATTERN, name, folders)
    told = trusted(PATTERN, file)
    check_keys(str(file), told, _OF_PATTERN)
    targets = told.get("targets")
    if not isinstance(targets, Mapping) or not targets:
        raise BadInput(f"{file}: targets = {targets!r} is not allowed: it takes names, each with its band.")
    refuse(f"{file}: {key} is missing." for key in ("what", "source") if not told.get(key))
    read = all_of(partial(_target, f"{file}: {key}", str(key), each) for key, each in targets.items())
    same = {"source": told["source"], "held_out": bool(told.get("held_out"))}
    trial = _trial(f"{file}: trial", name, told["trial"], read) if "trial" in told else None
    where = str(told.get("population", ""))
    if where and where not in (known := names_in("population", folders)):
        raise BadInput(f"{file}: {no_such('population', where, known)}")
    fails = str(told.get("fails") or "")
    return Pattern(name, same, tuple(read), bool(told.get("geographic")), where, trial, fails)


def _trial(where: str, name: str, levers: Any, targets: Sequence[Target]) -> Policy:
    """The policy of a trial, which no row is run for: all that is read of it is in histories."""
    if not isinstance(levers, Mapping):
        raise BadInput(f"{where} = {levers!r} is not allowed: it takes levers: {{LEVER: VALUE, ...}}.")
    refuse(
        f"{where}: {target.statistic} is read from rows, and a trial from histories."
        for target in targets
        if name in (target.policy, target.against) and target.statistic in OF_ROWS
    )
    return policy_from(name, levers)


def _target(where: str, name: str, told: Any) -> Target:
    if not isinstance(told, Mapping):
        raise BadInput(f"{where} = {told!r} is not allowed: it takes what, unit, statistic, low, high, ...")
    check_keys(where, told, _OF_TARGET)
    refuse(f"{where}.{problem}" for problem in _problems(told))
    line = {
        "meaning": told["what"],
        "scale": _SCALES[0],
        "missing": "",
        **{key: told[key] for key in _OF_TARGET if key in TARGETS and key in told},
    }
    named = {key: told[key] for key in ("statistic", "given", "policy", "against") if told.get(key)}
    return Target(name, line, **named)


def _problems(told: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with a target."""
    yield from (f"{key} is missing." for key in ("what", "unit", "blame") if not told.get(key))
    statistic, known = told.get("statistic"), [*OF_ROWS, *OF_STORIES]
    if bool(statistic) == bool(told.get("missing")):
        yield "statistic is needed, or missing: why there is none; not both."
    if statistic and statistic not in known:
        yield f"statistic: {no_such('statistic of a pattern', statistic, known)}"
    low, high = told.get("low"), told.get("high")
    yield from _wrong_band(low, high)
    if told.get("scale", _SCALES[0]) not in _SCALES:
        yield f"scale = {told['scale']!r} is not allowed: it takes {' or '.join(_SCALES)}."
    if told.get("scale") == LOG and any(end is not None and end not in POSITIVE for end in (low, high)):
        yield "scale = log takes a band above 0."
    if told.get("tolerance") not in POSITIVE:
        yield f"tolerance = {told.get('tolerance')!r} is not allowed: it takes a standard deviation above 0."


def _wrong_band(low: Any, high: Any) -> Iterator[str]:
    ends = [end for end in (low, high) if end is not None]
    if not ends or any(end not in REAL for end in ends) or ends != sorted(ends):
        yield f"low = {low!r}, high = {high!r}: a band takes one number, or two in order."

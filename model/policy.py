"""Policy: a bundle of levers, each with an intensity and the months of the horizon in which it holds.

A lever that a policy does not name stays at its declared default, before, during and after; so the
baseline is the policy that names none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from model.parameters import LEVERS, Value, all_of, checked, refuse

_DATED_KEYS = ("value", "start", "end")


@dataclass(frozen=True)
class Dated:
    """A lever's value, and the horizon's months [start, end) in which it holds (end None: to the last)."""

    value: Value
    start: int = 0
    end: int | None = None


@dataclass(frozen=True)
class Policy:
    """A bundle of levers.

    Attributes:
        name: what rows, tables and figures call it.
        levers: the levers that differ from the baseline, by name.
        why: one sentence on what it is for.
    """

    name: str
    levers: Mapping[str, Dated]
    why: str = ""


def policy_from(name: str, levers: Mapping[str, object], why: str = "") -> Policy:
    """The policy of a name, some levers and a reason.

    Args:
        name: what rows, tables and figures call it.
        levers: by name a value, or a mapping of `value`, and where wanted `start` and `end` (months
            of the horizon; the lever holds from `start` to the month before `end`).
        why: one sentence on what it is for.

    Raises:
        BadInput: naming every lever that is unknown, out of range or wrongly dated.
    """
    dated = all_of(partial(_dated, lever, given) for lever, given in levers.items())
    return Policy(name, dict(zip(levers, dated, strict=True)), why)


def _dated(lever: str, given: object) -> Dated:
    """One lever as given: a value, or a mapping with dates."""
    if isinstance(given, Dated):
        return _dated(lever, {"value": given.value, "start": given.start, "end": given.end})
    if not isinstance(given, Mapping):
        return Dated(checked({lever: given}, LEVERS, "lever")[lever])
    checked({lever: LEVERS[lever].default} if lever in LEVERS else {lever: None}, LEVERS, "lever")
    value, _ = all_of(
        [
            partial(LEVERS[lever].checked, given.get("value", LEVERS[lever].default)),
            partial(refuse, _problems_with_dates(lever, given)),
        ]
    )
    return Dated(value, given.get("start") or 0, given.get("end"))


def _problems_with_dates(lever: str, given: Mapping) -> list[str]:
    """What is wrong with a lever's `start`, `end` and whatever else is named beside its value."""
    known = ", ".join(_DATED_KEYS)
    problems = [
        f"{lever}.{key} means nothing: a lever has {known}." for key in given if key not in _DATED_KEYS
    ]
    if "value" not in given:
        problems.append(f"{lever} has no value: a dated lever is {{value: ..., start: ..., end: ...}}.")
    for key in ("start", "end"):
        month = given.get(key)
        if month is not None and (isinstance(month, bool) or not isinstance(month, int) or month < 0):
            allowed = "a whole number of at least 0 (months of the horizon)"
            problems.append(f"{lever}.{key} = {month!r} is not allowed: it takes {allowed}.")
    start, end = given.get("start") or 0, given.get("end")
    if not problems and end is not None and end <= start:
        problems.append(f"{lever}.end = {end} is not allowed: it takes a month after its start, {start}.")
    return problems

"""Policy: a bundle of levers, each with an intensity and the months of the horizon in which it holds.

A lever that a policy does not name stays at its declared default, before, during and after; so the
baseline is the policy that names none.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from model.domains import Parameter, Value
from model.names import named
from model.parameters import LEVERS, as_number, checked
from model.population import Population
from model.problems import BadInput, all_of, check_keys, refuse

#: What a bundle of levers is called that nobody has named.
CUSTOM = "custom"
_DATED_KEYS = ("value", "start", "end")
_FILE_KEYS = ("name", "why", "levers", "intensity")


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


#: What is taken wherever a policy is asked for: a policy, its name, or its levers.
type AnyPolicy = Policy | Mapping[str, object] | str


def as_policy(given: AnyPolicy) -> Policy:
    """The policy that is meant.

    Args:
        given: a policy; the name of one that the program knows; levers, as `policy_from` takes them; or all
            that the file of a policy says: `levers`, and where wanted `name` and `why`.

    Raises:
        BadInput: if it is none of these, or its levers are not allowed.
    """
    if isinstance(given, str):
        return named("policy", given)
    if isinstance(given, Policy):
        return replace(given, levers=_all_dated(given.levers))
    if not isinstance(given, Mapping):
        raise BadInput(
            f"policy = {given!r} is not allowed: it takes a name, such as 'joint_posts', or levers, such as "
            "{'joint_posts': 9}."
        )
    if "levers" not in given:
        return policy_from(CUSTOM, given)
    check_keys("policy", given, _FILE_KEYS)
    return policy_from(str(given.get("name", CUSTOM)), given["levers"], str(given.get("why") or ""))  # type: ignore[arg-type]


def as_policies(given: Iterable[AnyPolicy]) -> list[Policy]:
    """The policies of a list, all that is wrong with them told at once.

    Raises:
        BadInput: if it is no list, or as `as_policy`.
    """
    if isinstance(given, str | Mapping | Policy) or not isinstance(given, Iterable):
        raise BadInput(f"policies = {given!r} is not allowed: it takes a list, such as ['baseline', 'phds'].")
    return all_of(partial(as_policy, each) for each in given)


def with_levers(policy: Policy, levers: Mapping[str, object]) -> Policy:
    """A policy with some levers set anew, dates and all; with any, it is no longer the one of that name."""
    return policy_from(CUSTOM, {**policy.levers, **levers}) if levers else policy


def policy_from(name: str, levers: Mapping[str, object], why: str = "") -> Policy:
    """The policy of a name, some levers and a reason.

    Args:
        name: what rows, tables and figures call it.
        levers: by name a value, or a mapping of `value`, and where wanted `start` and `end` (months
            of the horizon; the lever holds from `start` to the month before `end`; posts and matchmakers
            have to be found first, and come parameter `recruitment_months` later).
        why: one sentence on what it is for.

    Raises:
        BadInput: naming every lever that is unknown, out of range or wrongly dated.
    """
    return Policy(name, _all_dated(levers), why)


def _all_dated(levers: object) -> dict[str, Dated]:
    """All levers as given, checked."""
    if not isinstance(levers, Mapping):
        raise BadInput(f"levers = {levers!r} is not allowed: it takes values by name, {{'joint_posts': 9}}.")
    dated = all_of(partial(_dated, lever, given) for lever, given in levers.items())
    return dict(zip(levers, dated, strict=True))


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


BASELINE = policy_from("baseline", {})


def scaled(lever: str, value: Value, population: Population) -> float | int:
    """A lever's value as its record holds it, grown to the population if it is an absolute number."""
    number = as_number(lever, value)
    if not LEVERS[lever].absolute:
        return number
    number *= population.lever_scale
    return math.floor(number + 0.5) if LEVERS[lever].domain.whole else number


def levers_in(policy: Policy, month: int, population: Population) -> tuple[float | int, ...]:
    """All levers in a month of the horizon, in the order of their record."""
    return tuple(
        scaled(name, lever_in(policy.levers.get(name), declared, month), population)
        for name, declared in LEVERS.items()
    )


def once_recruited(lever: str, dated: Dated, months: int) -> Dated:
    """A lever in the months in which it acts: posts, once they are filled."""
    return replace(dated, start=dated.start + months) if LEVERS[lever].recruited else dated


def lever_in(dated: Dated | None, declared: Parameter, month: int) -> Value:
    """A lever's value in a month of the horizon."""
    if dated is None or month < dated.start or (dated.end is not None and month >= dated.end):
        return declared.default
    return dated.value


def phds_of(policy: Policy, population: Population) -> float:
    """PhDs a year under a policy at its most."""
    dated = policy.levers.get("phds")
    return scaled("phds", dated.value if dated else LEVERS["phds"].default, population)

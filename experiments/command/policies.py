"""Policies: which are run - named, chosen, written in the experiment, or at equal money."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from experiments.command.files import CONF, file_of, names_in
from experiments.command.trusted import trusted
from experiments.rows.mixed import mixed_in, without_mixes
from model.policy import CUSTOM, Policy, policy_from
from model.problems import BadInput, check_keys, no_such, refuse

BASELINE = "baseline"
#: A policy's name with this ending is that policy at equal money.
EQUAL_MONEY = "_equal_money"
_NAME = re.compile(r"\w[\w-]*")


@dataclass(frozen=True)
class Planned:
    """A policy to run.

    Attributes:
        policy: its levers, before any is solved for.
        intensity: the lever that says how much of it there is, where it has a price.
        at_equal_money: whether that lever is solved for.
        file: that says so, if one does that was not chosen.
    """

    policy: Policy
    intensity: str | None = None
    at_equal_money: bool = False
    file: Path | None = None


def named(name: str, folders: Sequence[Path] = (CONF,)) -> Policy:
    """The policy of a name, as the first of some folders has it.

    Raises:
        BadInput: if there is none, or its intensity would have to be solved for.
    """
    if name.endswith(EQUAL_MONEY):
        raise BadInput(
            f"policy = {name!r} is not allowed here: what a sum buys is solved for on many runs, not for one."
        )
    return _from_file(name, folders).policy


def policies_from(given: Mapping[str, Any], choice: str, folders: Sequence[Path]) -> tuple[Planned, ...]:
    """The policies to run: those named, or the one chosen beside the baseline, or the experiment's own."""
    chosen = _planned(choice, given["policy"])
    is_chosen = choice != CUSTOM or bool(chosen.policy.levers)
    listed = given["policies"]
    at_equal_money = given["equal_money"] is not None
    if listed is not None:
        entries = _entries("policies", listed)
        known = _known_policies(entries, chosen, is_chosen, folders)
        planned = [_find(entry, known, folders) for entry in entries]
        if is_chosen and chosen.policy.name not in {base_name(plan.policy.name) for plan in planned}:
            raise BadInput(
                f"Policy {chosen.policy.name} is chosen (policy=... or policy.<lever>=...), but policies="
                f"[{','.join(plan.policy.name for plan in planned)}] does not name it."
            )
    elif is_chosen:
        before = [] if given["job"] == "run" else [_from_file(BASELINE, folders)]
        planned = [plan for plan in before if plan.policy.name != chosen.policy.name] + [chosen]
    else:
        planned = [
            _from_file(str(name), folders) for name in _entries("default_policies", given["default_policies"])
        ]
        planned += [at_money(plan) for plan in planned if at_equal_money and plan.intensity]
    _check_together(planned, at_equal_money)
    return tuple(planned)


def _entries(where: str, listed: Any) -> list[str | dict[str, Any]]:
    if isinstance(listed, str):
        return [listed]
    if not isinstance(listed, list) or not listed:
        raise BadInput(f"{where} = {listed!r} is not allowed: it takes a list, such as [baseline,phds].")
    return listed


def _known_policies(
    entries: Sequence[str | dict[str, Any]], chosen: Planned, is_chosen: bool, folders: Sequence[Path]
) -> dict[str, Planned]:
    """Policies that need no file: those written in the experiment, and the one chosen."""
    known = {}
    for entry in entries:
        if isinstance(entry, Mapping):
            check_keys("policies", entry, ("name", "why", "levers", "intensity"))
            if not isinstance(entry.get("name"), str) or not entry["name"].isidentifier():
                raise BadInput(
                    f"policies: name = {entry.get('name')!r} is not allowed: it takes a word of letters, "
                    "figures and underscores."
                )
            known[entry["name"]] = _planned(entry["name"], {k: v for k, v in entry.items() if k != "name"})
    if is_chosen:
        known[chosen.policy.name] = chosen
    elif CUSTOM in entries and CUSTOM not in known:
        raise BadInput("Policy custom has no lever: give at least one as policy.<lever>=value.")
    return known


def _find(entry: str | dict[str, Any], known: Mapping[str, Planned], folders: Sequence[Path]) -> Planned:
    """The policy of an entry of the list."""
    name = entry["name"] if isinstance(entry, Mapping) else str(entry)
    if name in known:
        return known[name]
    if name.endswith(EQUAL_MONEY):
        base = base_name(name)
        return at_money(known[base] if base in known else _from_file(base, folders, known))
    return _from_file(name, folders, known)


def _from_file(name: str, folders: Sequence[Path], known: Mapping[str, Planned] | None = None) -> Planned:
    names = names_in("policy", folders)
    if name not in names:
        raise BadInput(no_such("policy", name, [*names, *(known or {})]))
    file = file_of("policy", name, folders)
    return replace(_planned(name, trusted("policy", file)), file=file)


def _planned(name: str, given: Any) -> Planned:
    """A policy as its file says: why, levers, and the lever that is its intensity."""
    if not _NAME.fullmatch(name):  # tables and spreadsheets would make something else of it
        raise BadInput(f"policy = {name!r} is not allowed: policies are named by letters, figures, _ and -.")
    levers = given.get("levers") or {} if isinstance(given, Mapping) else None
    if not isinstance(levers, Mapping):
        raise BadInput(f"policy {name} = {given!r} is not allowed: it takes levers: {{LEVER: VALUE, ...}}.")
    check_keys(f"policy {name}", given, ("why", "levers", "intensity"))
    try:
        policy = policy_from(name, without_mixes(levers), str(given.get("why") or ""))
        policy = mixed_in(policy, levers)
    except BadInput as error:
        raise BadInput(f"policy {name}: {problem}" for problem in error.problems) from None
    intensity = given.get("intensity")
    if intensity is not None and intensity not in policy.levers:
        raise BadInput(
            f"policy {name}: intensity = {intensity!r} is not allowed: it takes one of its levers "
            f"({', '.join(policy.levers)})."
        )
    return Planned(policy, intensity)


def at_money(plan: Planned) -> Planned:
    """A policy at equal money.

    Raises:
        BadInput: if the policy has no intensity to solve for.
    """
    if plan.intensity is None:
        raise BadInput(
            f"Policy {plan.policy.name}{EQUAL_MONEY}: {plan.policy.name} has no lever that is its intensity "
            "and has a price, so it cannot be had at equal money."
        )
    return replace(
        plan, policy=replace(plan.policy, name=plan.policy.name + EQUAL_MONEY), at_equal_money=True
    )


def base_name(name: str) -> str:
    """The policy of which this is the version at equal money, or itself."""
    return name.removesuffix(EQUAL_MONEY)


def _check_together(planned: Sequence[Planned], at_equal_money: bool) -> None:
    names = [plan.policy.name for plan in planned]
    problems = [f"Policy {name} is named twice." for name in dict.fromkeys(names) if names.count(name) > 1]
    if not at_equal_money:
        problems += [
            f"Policy {plan.policy.name} needs an amount: equal_money is null."
            for plan in planned
            if plan.at_equal_money
        ]
    refuse(problems)

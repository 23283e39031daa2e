"""Settings: what Hydra has composed, checked and made into what the program runs on."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from experiments.files import CONF, file_of, mapping_in, names_in
from experiments.places import population_from
from experiments.words import check_keys, no_such
from model.parameters import BadInput, Value, implausible, parameters_from
from model.policy import Policy, policy_from
from model.population import Population

BASELINE = "baseline"
CUSTOM = "custom"
#: A policy's name with this ending is that policy at equal money.
EQUAL_MONEY = "_equal_money"
_MOST_SEED = 2**63


@dataclass(frozen=True)
class Planned:
    """A policy to run.

    Attributes:
        policy: its levers, before any is solved for.
        intensity: the lever that says how much of it there is, where it has a price.
        at_equal_money: whether that lever is solved for.
    """

    policy: Policy
    intensity: str | None = None
    at_equal_money: bool = False


@dataclass(frozen=True)
class Settings:
    """One job.

    Attributes:
        job: what is done.
        experiment: name of the experiment's file.
        parameters: all of them.
        policies: what is run, in order.
        population: where.
        seeds: the luck of each run.
        equal_money: £k a year over 36 councils, for policies at equal money.
        threads: runs at a time.
        out: folder to write to.
        figures: whether figures are drawn.
        population_settings: what the population was made of.
    """

    job: str
    experiment: str
    parameters: Mapping[str, Value]
    policies: tuple[Planned, ...]
    population: Population
    seeds: range
    equal_money: float | None
    threads: int
    out: Path
    figures: bool
    population_settings: Mapping[str, Any]

    @property
    def years(self) -> float:
        """Length of the horizon."""
        return float(self.parameters["horizon"]) / 12

    def notes(self) -> list[str]:
        """What is allowed, but worth a word."""
        levers = [
            {name: dated.value for name, dated in planned.policy.levers.items()} for planned in self.policies
        ]
        found = (note for values in (self.parameters, *levers) for note in implausible(values))
        return list(dict.fromkeys(found))


def settings_from(
    given: Mapping[str, Any], choices: Mapping[str, str] | None = None, folders: Sequence[Path] = (CONF,)
) -> Settings:
    """Check what was composed.

    Args:
        given: the composed configuration, resolved.
        choices: the file chosen in each group.
        folders: where policies are looked for.

    Raises:
        BadInput: naming everything that cannot be used.
    """
    choices = choices or {}
    checks = {
        "parameters": lambda: parameters_from(given["parameters"] or {}),
        "population": lambda: population_from(given["population"]),
        "policies": lambda: _policies(given, choices.get("policy", CUSTOM), folders),
        "seeds": lambda: _seeds(given["seeds"]),
        "equal_money": lambda: _money(given["equal_money"]),
        "threads": lambda: _threads(given["engine"]),
        "figures": lambda: _truth("figures", given["figures"]),
        "out": lambda: _path(given["out"]),
    }
    problems: list[str] = []
    results: dict[str, Any] = {}
    for name, check in checks.items():
        try:
            results[name] = check()
        except BadInput as error:
            problems += error.problems
    if problems:
        raise BadInput(problems)
    return Settings(
        job=given["job"],
        experiment=str(choices.get("experiment", given["job"])),
        population_settings=dict(given["population"]),
        **results,
    )


def _policies(given: Mapping[str, Any], choice: str, folders: Sequence[Path]) -> tuple[Planned, ...]:
    """The policies to run: those named, or the one chosen beside the baseline, or the experiment's own."""
    chosen = _planned(choice, dict(given["policy"]))
    is_chosen = choice != CUSTOM or bool(chosen.policy.levers)
    listed = given["policies"]
    at_equal_money = given["equal_money"] is not None
    if listed is not None:
        entries = _entries(listed)
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
        planned = [_from_file(name, folders) for name in given["default_policies"]]
        planned += [at_money(plan) for plan in planned if at_equal_money and plan.intensity]
    _check_together(planned, at_equal_money)
    return tuple(planned)


def _entries(listed: Any) -> list[str | dict[str, Any]]:
    if isinstance(listed, str):
        return [listed]
    if not isinstance(listed, list) or not listed:
        raise BadInput(f"policies = {listed!r} is not allowed: it takes a list, such as [baseline,phds].")
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
    return _planned(name, mapping_in(file_of("policy", name, folders)))


def _planned(name: str, given: Mapping[str, Any]) -> Planned:
    """A policy as its file says: why, levers, and the lever that is its intensity."""
    check_keys(f"policy {name}", given, ("why", "levers", "intensity"))
    try:
        policy = policy_from(name, given.get("levers") or {}, str(given.get("why") or ""))
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
    if problems:
        raise BadInput(problems)


def _seeds(given: object) -> range:
    """Seeds 0 to n-1 of a number n, a to b-1 of a range a:b."""
    first, colon, last = str(given).partition(":")
    bounds = (first, last) if colon else ("0", first)
    if isinstance(given, int | str) and not isinstance(given, bool) and all(map(_is_digits, bounds)):
        seeds = range(int(bounds[0]), int(bounds[1]))
        if seeds and seeds[-1] < _MOST_SEED:
            return seeds
    raise BadInput(
        f"seeds = {given!r} is not allowed: it takes a whole number of at least 1, or a range a:b with a < b."
    )


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 20


def _money(given: object) -> float | None:
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 < given < float("inf"):
        raise BadInput(f"equal_money = {given!r} is not allowed: it takes £k a year above 0, or null.")
    return float(given)


def _threads(engine: Mapping[str, Any]) -> int:
    check_keys("engine", engine, ("kind", "threads"))
    if engine.get("kind") != "local":
        raise BadInput(no_such("kind of engine", engine.get("kind"), ["local"]))
    threads = engine.get("threads")
    if threads is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if isinstance(threads, bool) or not isinstance(threads, int) or threads < 1:
        raise BadInput(
            f"engine.threads = {threads!r} is not allowed: it takes a whole number of at least 1, or null "
            "for one a core."
        )
    return threads


def _truth(name: str, given: object) -> bool:
    if not isinstance(given, bool):
        raise BadInput(f"{name} = {given!r} is not allowed: it takes true or false.")
    return given


def _path(given: object) -> Path:
    if given is None or not str(given).strip():
        raise BadInput(f"out = {given!r} is not allowed: it takes the folder to write to.")
    return Path(str(given))

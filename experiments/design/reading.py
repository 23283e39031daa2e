"""Reading: what a design varies, from its settings."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeGuard

import numpy as np

from experiments.design.factors import _SHAPES, Factor, taking
from model.domains import POSITIVE, REAL, Domain, Parameter, Value
from model.parameters import DECLARATIONS, PARAMETERS, unknown
from model.problems import BadInput, all_of, no_such, refuse

_MOST_POINTS = 10_000_000


type Told = Mapping[str, Any]


def factors_from(kind: str, told: Told) -> tuple[Factor, ...]:
    """What a design varies, each factor with its group."""
    given = _named(told.get("factors"))
    checks = [partial(factor_from, kind, name, settings) for name, settings in given.items()]
    groups, *factors = all_of([partial(_groups, told.get("groups", {}), tuple(given)), *checks])
    return tuple(replace(factor, group=groups.get(factor.name, factor.name)) for factor in factors)


def _named(given: Any) -> dict[str, Any]:
    """The settings of each factor, by name; None for all that is declared."""
    if given == "all":
        return dict.fromkeys(uncertain())
    if not isinstance(given, Mapping | list | tuple) or not given:
        raise BadInput(
            f"design.factors = {given!r} is not allowed: it takes names of parameters and levers, or all."
        )
    if isinstance(given, Mapping):
        return dict(given)
    all_of(partial(check_name, "design.factors", name) for name in given)
    refuse(f"design.factors: {name} is there {given.count(name)} times." for name in twice(given))
    return dict.fromkeys(given)


def twice(names: Sequence[str]) -> list[str]:
    """What is there more than once."""
    return [name for name in dict.fromkeys(names) if names.count(name) > 1]


def _groups(given: object, names: Sequence[str]) -> dict[str, str]:
    """The group of each factor that is in one."""
    if not isinstance(given, Mapping):
        raise BadInput(f"design.groups = {given!r} is not allowed: it takes group: [factor, factor].")
    all_of(partial(_check_group, group, members, names) for group, members in given.items())
    members = [name for members in given.values() for name in members]
    refuse(
        f"design.groups: {name} is there {members.count(name)} times; a factor is in one group at most."
        for name in twice(members)
    )
    return {name: str(group) for group, members in given.items() for name in members}


def _check_group(group: object, members: object, names: Sequence[str]) -> None:
    if group in names:
        raise BadInput(f"design.groups.{group} is not allowed: a factor has that name.")
    if not isinstance(members, list | tuple) or not members:
        raise BadInput(f"design.groups.{group} = {members!r} is not allowed: it takes a list of factors.")
    refuse(
        f"design.groups.{group}: {no_such('factor', name, names)}" for name in members if name not in names
    )


def check_size(n_points: int) -> None:
    """Refuse a design of more points than are allowed."""
    if n_points > _MOST_POINTS:
        raise BadInput(f"design has {n_points:,} points: at most {_MOST_POINTS:,} are allowed.")


#: Sampled log-uniformly: plausible ranges whose high end is so many times the low one.
_LOG_SPAN = 10.0
_MOST_STEPS = 100_000
#: Lengths of a run are a choice, not something uncertain.
_LENGTHS = ("warmup", "horizon")
_RANGE = ("low", "high", "steps", "distribution", "mode", "mean", "sd")
_DRAWN = ("values", "low", "high", "distribution", "mode", "mean", "sd")
#: What a factor is told, by kind of design.
SETTINGS = {
    "sobol": _DRAWN,
    "morris": _DRAWN,
    "latin_hypercube": _DRAWN,
    "grid": ("values", "low", "high", "steps", "distribution"),
    "one_at_a_time": ("values", "low", "high"),
}


def uncertain() -> list[str]:
    """Names of all parameters with a plausible range, but for the lengths of a run."""
    return [name for name, each in PARAMETERS.items() if each.plausible and name not in _LENGTHS]


def check_settings(
    where: str, kind: str, given: Iterable[object], known: Mapping[str, Sequence[str]]
) -> None:
    """Refuse settings that there are not, or that this kind of design does not use.

    Raises:
        BadInput: naming all of them.
    """
    used = known[kind]
    others = {name for names in known.values() for name in names} - set(used)
    refuse(
        f"{where}.{name} is not allowed: {kind} does not use it, but {', '.join(used)}."
        if name in others
        else f"{where}: {no_such('setting', name, used)}"
        for name in given
        if name not in used
    )


def check_name(where: str, name: object) -> None:
    """Refuse what is neither a parameter nor a lever.

    Raises:
        BadInput: with what may have been meant.
    """
    if not isinstance(name, str) or name not in DECLARATIONS:
        raise BadInput(f"{where}: {unknown('parameter or lever', str(name), DECLARATIONS)}")


def factor_from(kind: str, name: str, given: object) -> Factor:
    """One factor of a design.

    Args:
        kind: of the design; one of `SETTINGS`.
        name: of the parameter or lever.
        given: its settings; None: all as declared.

    Raises:
        BadInput: naming everything that cannot be used.
    """
    where = f"design.factors.{name}"
    check_name("design.factors", name)
    if not isinstance(given, Mapping | None):
        raise BadInput(f"{where} = {given!r} is not allowed: it takes settings, such as values: [...].")
    told = {key: value for key, value in (given or {}).items() if value is not None}
    make = _of_values if "values" in told or DECLARATIONS[name].domain.words else _of_range
    checks = (partial(check_settings, where, kind, told, SETTINGS), partial(make, where, kind, name, told))
    return all_of(checks)[1]


def _of_range(where: str, kind: str, name: str, told: Told) -> Factor:
    """The factor of a range, or of values that lie in it."""
    declared = DECLARATIONS[name]
    plausible = declared.plausible or (None, None)
    told = {
        "low": plausible[0],
        "high": plausible[1],
        "distribution": _declared_distribution(declared),
        **told,
    }
    problems = _wrong_range(where, declared, told)
    within = REAL if problems else Domain(told["low"], told["high"])
    if kind == "grid":
        problems += _wrong_steps(where, told)
    elif kind != "one_at_a_time":
        problems += _wrong_distribution(where, told, within)
    refuse(problems)
    if kind == "grid":
        return taking(name, _steps(where, declared, told))
    if kind == "one_at_a_time":
        return taking(name, (declared.checked(within.low), declared.checked(within.high)))
    shape = {key: float(told[key]) for key in _SHAPES[told["distribution"]]}
    return Factor(name, name, float(within.low), float(within.high), told["distribution"], shape)


def _declared_distribution(declared: Parameter) -> str:
    """How the plausible range of a number is sampled."""
    low, high = declared.plausible or (0.0, 0.0)
    # The last digits of a product are not to decide whether 0.3 is ten times 0.03.
    is_wide = 0 < low * _LOG_SPAN <= high * (1 + 1e-9)
    return "log_uniform" if is_wide and not declared.domain.whole else "uniform"


def _of_values(where: str, kind: str, name: str, told: Told) -> Factor:
    """The factor of a list of values; of all words if there is none."""
    declared = DECLARATIONS[name]
    refuse(f"{where}.{key} is not allowed: it takes values only." for key in told if key in _RANGE)
    values = told.get("values", list(declared.domain.words))
    if not isinstance(values, list | tuple) or not values:
        raise BadInput(f"{where}.values = {values!r} is not allowed: it takes a list of values.")
    refuse(not_allowed(f"{where}.values", each, declared) for each in values if each not in declared.domain)
    checked = [declared.checked(each) for each in values]
    if SETTINGS[kind] is _DRAWN and len(set(checked)) == 1:
        raise BadInput(f"{where}.values = {values!r} is not allowed: it takes two or more that differ.")
    return taking(name, checked)


def not_allowed(where: str, value: object, declared: Parameter) -> str:
    """Say that a parameter or lever does not take a value."""
    return f"{where} = {value!r} is not allowed: it takes {declared.domain} ({declared.unit})."


def _wrong_range(where: str, declared: Parameter, told: Told) -> list[str]:
    """What is wrong with the ends of a range."""
    low, high = told["low"], told["high"]
    problems = [
        not_allowed(f"{where}.{end}", told[end], declared)
        for end in ("low", "high")
        if told[end] not in declared.domain
    ]
    if not problems and not low < high:
        problems.append(f"{where}: low = {low!r} is not allowed with high = {high!r}: it has to be below it.")
    return problems


def _wrong_distribution(where: str, told: Told, within: Domain) -> list[str]:
    """What is wrong with the distribution over a range, and with its mode, mean or sd."""
    distribution = told["distribution"]
    if distribution not in tuple(_SHAPES):
        return [f"{where}: {no_such('distribution', distribution, _SHAPES)}"]
    problems = _wrong_logarithm(where, told)
    for name, takes in (("mode", within), ("mean", within), ("sd", POSITIVE)):
        if name not in _SHAPES[distribution]:
            if name in told:
                problems.append(f"{where}.{name} is not allowed: {distribution} does not use it.")
        elif told.get(name) not in takes:
            value = told.get(name)
            problems.append(f"{where}.{name} = {value!r} is not allowed: {distribution} takes {takes}.")
    return problems


def _wrong_logarithm(where: str, told: Told) -> list[str]:
    low = told["low"]
    if told["distribution"] != "log_uniform" or low not in REAL or low > 0:
        return []
    return [
        f"{where}.low = {low!r} is not allowed: log_uniform takes numbers above 0. Say distribution: uniform."
    ]


def _steps(where: str, declared: Parameter, told: Told) -> list[Value]:
    """Values evenly apart, or their logarithms if so distributed, from end to end."""
    values = _SPACED[told["distribution"]](told["low"], told["high"], told["steps"])
    if declared.domain.whole:
        values = np.rint(values)
        if len(np.unique(values)) < len(values):
            raise BadInput(
                f"{where}.steps = {told['steps']} is not allowed: some whole numbers would be the same."
            )
    # 0.3, not 0.30000000000000004: a value that can be said again names the same run.
    rounded = [float(f"{value:.12g}") for value in values]
    return [declared.checked(min(max(value, told["low"]), told["high"])) for value in rounded]


def _wrong_steps(where: str, told: Told) -> list[str]:
    """What is wrong with the steps between the ends of a range."""
    distribution, steps = told["distribution"], told.get("steps")
    problems = _wrong_logarithm(where, told)
    if distribution not in tuple(_SPACED):
        problems.append(f"{where}: {no_such('distribution of a grid', distribution, _SPACED)}")
    if steps is None:
        problems.append(f"{where} has to say what the grid takes: values: [...], or steps: 5.")
    elif not is_whole(steps, 2) or steps > _MOST_STEPS:
        problems.append(
            f"{where}.steps = {steps!r} is not allowed: it takes a whole number from 2 to {_MOST_STEPS:,}."
        )
    return problems


_SPACED: dict[str, Callable[..., np.ndarray]] = {"uniform": np.linspace, "log_uniform": np.geomspace}


def is_whole(value: object, least: int) -> TypeGuard[int]:
    """Whether it is a whole number of at least so much."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= least

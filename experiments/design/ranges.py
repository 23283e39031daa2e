"""Ranges: what a factor takes, from its settings: a range, steps in it, its ends, or values."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from experiments.design.factors import DISTRIBUTIONS, Factor, taking
from model.domains import ABOVE_ZERO, ANY_NUMBER, Domain, Parameter, Value, is_whole
from model.parameters import DECLARATIONS
from model.problems import BadInput, all_of, no_such, refuse

#: What settings say, by name; those that are null are left out.
type Told = Mapping[str, Any]

#: Sampled log-uniformly: plausible ranges whose high end is so many times the low one.
_LOG_SPAN = 10.0
_MOST_STEPS = 100_000
_SPACED: dict[str, Callable[..., np.ndarray]] = {"uniform": np.linspace, "log_uniform": np.geomspace}
_VALUES = "values"


@dataclass(frozen=True)
class Reading:
    """How a kind of design reads what a factor takes.

    Attributes:
        of_range: makes the factor of a number's range: where that stands, what is declared, what is said.
        range_settings: what a factor with a range may be told; any may be told its values instead.
        fewest_values: that differ.
    """

    of_range: Callable[[str, Parameter, Told], Factor]
    range_settings: tuple[str, ...]
    fewest_values: int = 1

    @property
    def settings(self) -> tuple[str, ...]:
        """What a factor may be told."""
        return (_VALUES, *self.range_settings)


def factor_from(kind: str, reading: Reading, name: str, given: object) -> Factor:
    """One factor of a design.

    Args:
        kind: of the design.
        reading: how that reads it.
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
    make = _of_values if _VALUES in told or DECLARATIONS[name].domain.words else _of_range
    checks = (
        partial(check_settings, where, kind, told, reading.settings, _SETTINGS),
        partial(make, where, reading, DECLARATIONS[name], told),
    )
    return all_of(checks)[1]


def check_name(where: str, name: object) -> None:
    """Refuse what is neither a parameter nor a lever.

    Raises:
        BadInput: with what may have been meant.
    """
    if not isinstance(name, str) or name not in DECLARATIONS:
        raise BadInput(f"{where}: {no_such('parameter or lever', name, DECLARATIONS, 'model/ODD.md')}")


def check_settings(
    where: str, kind: str, given: Iterable[object], used: Sequence[str], known: Iterable[str]
) -> None:
    """Refuse settings that there are not, or that only other kinds of design use.

    Raises:
        BadInput: naming all of them.
    """
    others = set(known) - set(used)
    refuse(
        f"{where}.{name} is not allowed: {kind} does not use it, but {', '.join(used)}."
        if name in others
        else f"{where}: {no_such('setting', name, used)}"
        for name in given
        if name not in used
    )


def not_allowed(where: str, value: object, declared: Parameter) -> str:
    """Say that a parameter or lever does not take a value."""
    return f"{where} = {value!r} is not allowed: it takes {declared.domain} ({declared.unit})."


def _of_values(where: str, reading: Reading, declared: Parameter, told: Told) -> Factor:
    """The factor of a list of values; of all words if there is none."""
    refuse(f"{where}.{key} is not allowed: it takes values only." for key in told if key in _RANGE_SETTINGS)
    values = told.get(_VALUES, list(declared.domain.words))
    if not isinstance(values, list | tuple) or not values:
        raise BadInput(f"{where}.values = {values!r} is not allowed: it takes a list of values.")
    refuse(not_allowed(f"{where}.values", each, declared) for each in values if each not in declared.domain)
    checked = [declared.checked(each) for each in values]
    if len(set(checked)) < reading.fewest_values:
        raise BadInput(f"{where}.values = {values!r} is not allowed: it takes two or more that differ.")
    return taking(declared.name, checked)


def _of_range(where: str, reading: Reading, declared: Parameter, told: Told) -> Factor:
    """The factor of a range; what is not said is as declared."""
    low, high = declared.plausible or (None, None)
    as_declared = {"low": low, "high": high, "distribution": _declared_distribution(declared)}
    return reading.of_range(where, declared, {**as_declared, **told})


def _declared_distribution(declared: Parameter) -> str:
    """How the plausible range of a number is sampled."""
    low, high = declared.plausible or (0.0, 0.0)
    # The last digits of a product are not to decide whether 0.3 is ten times 0.03.
    is_wide = 0 < low * _LOG_SPAN <= high * (1 + 1e-9)
    return "log_uniform" if is_wide and not declared.domain.whole else "uniform"


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


def _wrong_logarithm(where: str, told: Told) -> list[str]:
    low = told["low"]
    if told["distribution"] != "log_uniform" or low not in ANY_NUMBER or low > 0:
        return []
    return [
        f"{where}.low = {low!r} is not allowed: log_uniform takes numbers above 0. Say distribution: uniform."
    ]


def _distributed(where: str, declared: Parameter, told: Told) -> Factor:
    """The factor that is drawn from a distribution over its range."""
    problems = _wrong_range(where, declared, told)
    within = ANY_NUMBER if problems else Domain(told["low"], told["high"])
    refuse([*problems, *_wrong_distribution(where, told, within)])
    name, distribution = declared.name, told["distribution"]
    shape = {key: float(told[key]) for key in DISTRIBUTIONS[distribution].shape}
    return Factor(name, name, float(within.low), float(within.high), distribution, shape)


def _wrong_distribution(where: str, told: Told, within: Domain) -> list[str]:
    """What is wrong with the distribution over a range, and with its mode, mean or sd."""
    distribution = told["distribution"]
    if distribution not in tuple(DISTRIBUTIONS):
        return [f"{where}: {no_such('distribution', distribution, DISTRIBUTIONS)}"]
    problems = _wrong_logarithm(where, told)
    for name, takes in (("mode", within), ("mean", within), ("sd", ABOVE_ZERO)):
        if name not in DISTRIBUTIONS[distribution].shape:
            if name in told:
                problems.append(f"{where}.{name} is not allowed: {distribution} does not use it.")
        elif told.get(name) not in takes:
            value = told.get(name)
            problems.append(f"{where}.{name} = {value!r} is not allowed: {distribution} takes {takes}.")
    return problems


def _stepped(where: str, declared: Parameter, told: Told) -> Factor:
    """The factor that takes values evenly apart, or their logarithms if so distributed, from end to end."""
    refuse([*_wrong_range(where, declared, told), *_wrong_steps(where, told)])
    low, high, steps = told["low"], told["high"], told["steps"]
    values = _SPACED[told["distribution"]](low, high, steps)
    if declared.domain.whole:
        values = np.rint(values)
        if len(np.unique(values)) < len(values):
            raise BadInput(f"{where}.steps = {steps} is not allowed: some whole numbers would be the same.")
    # 0.3, not 0.30000000000000004: a value that can be said again names the same run.
    rounded = [float(f"{value:.12g}") for value in values]
    return taking(declared.name, [declared.checked(min(max(value, low), high)) for value in rounded])


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


def _at_both_ends(where: str, declared: Parameter, told: Told) -> Factor:
    """The factor that takes the least and the greatest value of its range."""
    refuse(_wrong_range(where, declared, told))
    ends: list[Value] = [declared.checked(told[end]) for end in ("low", "high")]
    return taking(declared.name, ends)


DISTRIBUTED = Reading(_distributed, ("low", "high", "distribution", "mode", "mean", "sd"), fewest_values=2)
STEPPED = Reading(_stepped, ("low", "high", "steps", "distribution"))
AT_BOTH_ENDS = Reading(_at_both_ends, ("low", "high"))
#: What a factor may be told in any kind of design.
_RANGE_SETTINGS = {name for each in (DISTRIBUTED, STEPPED, AT_BOTH_ENDS) for name in each.range_settings}
_SETTINGS = {_VALUES, *_RANGE_SETTINGS}

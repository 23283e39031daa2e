"""Factors: the parameters and levers that a design varies, and the values that it gives them.

A declared plausible range is sampled log-uniformly if it lies above 0 and its high end is at least ten times
its low one, and uniformly otherwise; whole numbers always uniformly, each equally likely. A range of one's
own is sampled as the declared one is, unless its `distribution` says otherwise:

- `uniform`, `log_uniform`: the number, or its logarithm, is equally likely everywhere;
- `triangular`: likeliest at its `mode`, ever less so towards both ends;
- `normal`: with this `mean` and `sd`, cut off at both ends.

Whole numbers are drawn from a range wider by a half at both ends, then rounded. `values` and words are
equally likely.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeGuard

import numpy as np
import pandas as pd

from experiments.words import no_such
from model.parameters import (
    DECLARATIONS,
    PARAMETERS,
    POSITIVE,
    REAL,
    BadInput,
    Domain,
    Parameter,
    Value,
    all_of,
    as_number,
    refuse,
    unknown,
)

#: Sampled log-uniformly: plausible ranges whose high end is so many times the low one.
_LOG_SPAN = 10.0
_MOST_STEPS = 100_000
#: Lengths of a run are a choice, not something uncertain.
_LENGTHS = ("warmup", "horizon")
#: What each distribution is told beside its range.
_SHAPES = {"uniform": (), "log_uniform": (), "triangular": ("mode",), "normal": ("mean", "sd")}
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

type Told = Mapping[str, Any]


@dataclass(frozen=True)
class Factor:
    """One parameter or lever, and what it is given.

    A design holds *samples*: the numbers themselves, and for a word its position in its declaration.

    Attributes:
        name: of the parameter or lever.
        group: factors of one group are treated as one; its own name if it is in none.
        low: the least sample.
        high: the greatest sample.
        distribution: of a range, one of uniform, log_uniform, triangular and normal; else "values".
        shape: mode, mean and sd, as far as the distribution has them.
        values: all that it takes, if not a range.
    """

    name: str
    group: str
    low: float
    high: float
    distribution: str
    shape: Mapping[str, float]
    values: tuple[Value, ...] | None = None

    @property
    def declared(self) -> Parameter:
        """What the model says of it."""
        return DECLARATIONS[self.name]

    @property
    def is_lever(self) -> bool:
        """Whether it belongs to the policies, not to the parameters."""
        return self.declared.is_lever

    def samples(self, unit: np.ndarray) -> np.ndarray:
        """Samples at some positions of its distribution, 0 (least) to 1 (greatest)."""
        if self.values is not None:
            position = np.minimum((unit * len(self.values)).astype(np.int64), len(self.values) - 1)
            return samples_of(self.name, self.values)[position]
        half = 0.5 if self.declared.domain.whole else 0.0
        drawn = _QUANTILES[self.distribution](unit, self.low - half, self.high + half, **self.shape)
        return np.clip(np.floor(drawn + 0.5) if half else drawn, self.low, self.high)

    def value(self, sample: float) -> Value:
        """The value that the model gets for a sample."""
        domain = self.declared.domain
        if domain.words:
            return domain.words[int(sample)]
        return int(sample) if domain.whole else float(sample)

    def column(self, samples: np.ndarray) -> Any:
        """The values that the model gets for some samples, missing where a sample is NaN."""
        domain = self.declared.domain
        is_missing = np.isnan(samples)
        if not (domain.words or domain.whole):
            return samples
        whole = np.where(is_missing, 0, samples).astype(np.int64)
        # No objects: a part of a table in which all are missing has to keep the type of the other parts.
        if domain.words:
            words = np.array([*domain.words, None], dtype=object)
            return pd.array(words[np.where(is_missing, -1, whole)], dtype="string")
        return pd.arrays.IntegerArray(whole, is_missing) if is_missing.any() else whole


def samples_of(name: str, values: Sequence[Value]) -> np.ndarray:
    """The samples that stand for some values."""
    return np.array([as_number(name, value) for value in values], dtype=np.float64)


def taking(name: str, values: Sequence[Value]) -> Factor:
    """The factor that takes some values."""
    samples = samples_of(name, values)
    return Factor(name, name, float(samples.min()), float(samples.max()), "values", {}, tuple(values))


def _uniform(unit: np.ndarray, low: float, high: float) -> np.ndarray:
    return low + unit * (high - low)


def _log_uniform(unit: np.ndarray, low: float, high: float) -> np.ndarray:
    return np.exp((1 - unit) * np.log(low) + unit * np.log(high))


def _triangular(unit: np.ndarray, low: float, high: float, mode: float) -> np.ndarray:
    from scipy.stats import triang

    return triang.ppf(unit, (mode - low) / (high - low), loc=low, scale=high - low)


def _normal(unit: np.ndarray, low: float, high: float, mean: float, sd: float) -> np.ndarray:
    from scipy.stats import truncnorm

    return truncnorm.ppf(unit, (low - mean) / sd, (high - mean) / sd, loc=mean, scale=sd)


_QUANTILES: dict[str, Callable[..., np.ndarray]] = {
    "uniform": _uniform,
    "log_uniform": _log_uniform,
    "triangular": _triangular,
    "normal": _normal,
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

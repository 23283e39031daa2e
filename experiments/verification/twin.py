"""The twin: the model once more, in plain Mesa objects (`tests/reference`), must tell the same story."""

import importlib.util
import math
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from analysis.statistics.evidence.checks import Measured, exactly
from experiments.verification.check import Check, NotThere
from experiments.verification.worlds import ALL_LEVERS, SHORT, SMALL
from model.measures import EVENTS
from model.parameters import parameters_from
from model.policy import policy_from
from model.population import Population, lattice
from model.reasons import NAMES
from model.simulation import Run, Simulation

#: Both reckon in floating-point numbers, in orders of their own.
#: Of an event, whose it is.
_WHO = ("council", "researcher", "arrived", "university")
_ROUNDING = 1e-9
_SOURCE = Path(__file__).parents[2] / "tests" / "reference" / "__init__.py"


@cache
def reference() -> type[Any]:
    """The twin's class.

    Raises:
        NotThere: it comes with the program's tests, which are not installed with it.
    """
    if not _SOURCE.exists():
        raise NotThere("The reference model is part of the tests (tests/reference), which are not installed.")
    name = "towngown_reference"
    spec = importlib.util.spec_from_file_location(
        name, _SOURCE, submodule_search_locations=[str(_SOURCE.parent)]
    )
    assert spec
    assert spec.loader
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.ReferenceModel


def differences(
    twin: type[Any],
    levers: Mapping[str, object],
    population: Population,
    seed: int,
    parameters: Mapping[str, object],
) -> Iterator[str]:
    """Every event, month and indicator in which the two differ; luck and spells, too."""
    policy = policy_from("tested", levers)
    expected = twin(parameters_from(parameters), policy, population, seed).run()
    simulation = Simulation(parameters, policy, population, seed, histories=True)
    simulation.advance()
    run = simulation.result()
    told = Counter(
        (int(each["month"]), EVENTS[each["event"]], *(int(each[name]) for name in _WHO))
        for each in simulation.world.history[: simulation.world.clock.events]
    )
    yield from map(repr, sorted(told - Counter(expected.events)))
    yield from map(repr, sorted(Counter(expected.events) - told))
    for month, record in zip(expected.all_series, simulation.world.months, strict=True):
        told_of = {name: float(record[name]) for name in record.dtype.names if _is_number(month.get(name))}
        yield from _unlike(f"month {month['month']}", told_of, {name: month[name] for name in told_of})
    yield from _unlike("indicators", run.indicators, expected.indicators())
    yield from _unlike("luck", run.luck, expected.measures.luck)
    yield from map(repr, sorted((_reasons(run) - expected.measures.all_reasons()).items()))
    yield from map(repr, sorted((expected.measures.all_reasons() - _reasons(run)).items()))
    if _spells(run) != expected.spells:
        yield "spells"


def _is_number(value: float | None) -> bool:
    return value is not None and not math.isnan(value)


def _unlike(where: str, told: Mapping[str, float], expected: Mapping[str, float]) -> Iterator[str]:
    if told.keys() != expected.keys():
        yield f"{where}: {sorted(told.keys() ^ expected.keys())}"
    for name in told.keys() & expected.keys():
        one, other = told[name], expected[name]
        is_same = math.isclose(one, other, rel_tol=_ROUNDING, abs_tol=_ROUNDING)
        if not is_same and not (math.isnan(one) and math.isnan(other)):
            yield f"{where}: {name} is {one!r}, expected {other!r}"


def _spells(run: Run) -> Counter[tuple[str, str, int]]:
    """The counts of spells as the twin has them."""
    return Counter(
        {
            (kind, outcome, months): int(count)
            for k, kind in enumerate(("project", "strategic"))
            for o, outcome in enumerate(("ended", "censored"))
            for months, count in enumerate(run.spells[k, o])
            if count
        }
    )


def _reasons(run: Run) -> Counter[tuple[str, int, str]]:
    """The counts of reasons as the twin has them."""
    assert run.reasons is not None
    return Counter(
        {
            (("need", "meeting")[of], int(c), NAMES[why]): int(run.reasons[of, c, why])
            for of, c, why in np.argwhere(run.reasons)
        }
    )


def _same_story(
    levers: Mapping[str, object], population: Population, seed: int, parameters: Mapping[str, object]
) -> Measured:
    return exactly(0.0, sum(1 for _ in differences(reference(), levers, population, seed, parameters)))


_THEORY = "events, months, indicators and luck in which the two differ: 0"


CHECKS = (
    Check("twin", "default_run", "the default run", _THEORY, partial(_same_story, {}, lattice(), 0, {})),
    Check(
        "twin", "every_lever", "a small world under every lever at once", _THEORY,
        partial(_same_story, ALL_LEVERS, SMALL, 1, SHORT | {"horizon": 60}),
    ),
)  # fmt: skip

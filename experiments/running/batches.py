"""Running rows: the work that an engine hands out, and what becomes of a row that fails."""

import math
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from experiments.rows.outcomes import Failure, Finished, Result, result_of
from experiments.rows.row import Family, Row, model_version, parameters_of, policy_of
from experiments.running.warm import Start, Warm
from model.domains import Value
from model.measures import RATIOS
from model.policy import BASELINE, Policy
from model.population import Population
from model.problems import BadInput
from model.simulation import Run, Simulation

#: Months before the first look at the clock; and the share of the time allowed that later ones are apart.
_STRIDE, _LOOKS = 12, 0.01
_warm = Warm()


@dataclass(frozen=True)
class Batch:
    """What a worker does at a time.

    Attributes:
        families: what to run.
        population: of all of them.
        timeout: seconds that one run may take; None: any.
        model: the model's version that is to run them.
    """

    families: Sequence[Family]
    population: Population
    timeout: float | None = None
    model: str = field(default_factory=model_version)

    def rows(self) -> list[Row]:
        """All rows, in order."""
        return [row for family in self.families for row in family.rows]

    def apart(self) -> "list[Batch]":
        """A batch for each row."""
        return [replace(self, families=[Family((row,))]) for row in self.rows()]


class TimeOut(Exception):
    """A run has taken too long."""


def run_batch(batch: Batch) -> Finished:
    """Run every row of a batch; one that fails does not keep the others from running.

    Raises:
        BadInput: if this worker has another version of the model.
    """
    if batch.model != model_version():
        raise BadInput(
            f"A worker has version {model_version()!r} of the model, and this is {batch.model!r}: install "
            "the same version everywhere."
        )
    started = time.perf_counter()
    outcomes = [
        outcome
        for family in batch.families
        for outcome in outcomes_of(family, batch.population, batch.timeout)
    ]
    return Finished(batch.rows(), outcomes, time.perf_counter() - started)


def outcomes_of(family: Family, population: Population, timeout: float | None) -> list[Result | Failure]:
    """What comes of each row of a family."""
    first = family.rows[0]
    policies = [policy_of(row.policy) for row in family.rows]
    start = Start(first.parameters, first.population, first.seed)
    is_alone = len(policies) == 1 and not _warm.has(start)

    def begun(under: Policy = BASELINE) -> Simulation:
        return warmed_up(parameters_of(first.parameters), population, first.seed, timeout, under)

    try:
        warm = begun(policies[0]) if is_alone else _warm.of(start, begun)
    except Exception as error:
        return [failure_of(error)] * len(family.rows)
    return [outcome_of(warm, policy, timeout, is_alone) for policy in policies]


def warmed_up(
    parameters: Mapping[str, Value],
    population: Population,
    seed: int,
    timeout: float | None,
    policy: Policy = BASELINE,
    histories: bool = False,
) -> Simulation:
    """A run at the end of its warm-up, to be continued under its policy, or forked under any.

    Raises:
        TimeOut: if it takes too long.
    """
    warm = Simulation(parameters, policy, population, seed, histories)
    advance(warm, int(warm.parameters["warmup"]), timeout)
    return warm


def outcome_of(
    warm: Simulation, policy: Policy, timeout: float | None, is_alone: bool = False
) -> Result | Failure:
    """What comes of a run that is warmed up, under a policy; if alone, the run itself goes on, not a copy."""
    try:
        simulation = warm if is_alone else warm.fork(policy)
        run = completed(simulation, timeout)
        return not_finite(run.indicators) or result_of(run)
    except Exception as error:
        return failure_of(error)


def completed(simulation: Simulation, timeout: float | None) -> Run:
    """What a run leaves behind once it has come to its end.

    Raises:
        TimeOut: if it takes too long.
    """
    advance(simulation, simulation.end, timeout)
    return simulation.result()


def advance(simulation: Simulation, until: int, timeout: float | None) -> None:
    """Advance to a month, looking at the clock now and then: what is compiled cannot be interrupted.

    What counts is time at work, not that in which the program was stopped or the machine did something else.

    Raises:
        TimeOut: if it takes too long.
    """
    if timeout is None:
        simulation.advance(until - simulation.month)
        return
    began, started, stride = simulation.month, time.thread_time(), _STRIDE
    while simulation.month < until:
        simulation.advance(min(stride, until - simulation.month))
        elapsed = time.thread_time() - started
        if elapsed > timeout:
            raise TimeOut(f"in month {simulation.month} of {simulation.end} after {timeout:g} s")
        pace = (simulation.month - began) / max(elapsed, 1e-9)
        stride = max(_STRIDE, int(pace * timeout * _LOOKS))


def not_finite(indicators: Mapping[str, float]) -> Failure | None:
    """A failure if an indicator is not a number that is always one, or infinite."""
    bad = [
        f"{name} = {value}"
        for name, value in indicators.items()
        if not math.isfinite(value) and not (name in RATIOS and math.isnan(value))
    ]
    return Failure("not finite", ", ".join(bad)) if bad else None


def failure_of(error: Exception) -> Failure:
    """What is recorded of a row that has raised something."""
    kind = "time-out" if isinstance(error, TimeOut) else "exception"
    text = "".join(traceback.format_exception(error))
    return Failure(kind, f"{type(error).__name__}: {error}", text)

"""The job that runs a row of the store again, holds it against what is there, and shows its life."""

import math
from collections.abc import Mapping
from dataclasses import replace

from experiments import screen
from experiments.jobs.run import shown
from experiments.policies import Planned
from experiments.row import Row, model_version, parameters_of, policy_of
from experiments.settings import Settings
from experiments.store import Failure, Store
from experiments.study import FAILED, begun
from model.parameters import BadInput, parameters_from
from model.simulation import run

_REPLAYED = "replayed"
_SHOWN = 8


def main(settings: Settings) -> int:
    """Run a row again.

    Returns:
        Exit status: 1 if it fails again, or if not every bit is as it was.
    """
    if not settings.row:
        raise BadInput(
            "row is missing: give the beginning of a row's name as row=NAME; rows.parquet has them."
        )
    if not settings.store.exists():
        raise BadInput(f"store = {settings.store} is not there.")
    store = Store(settings.store)
    row, version, outcome = store.find(settings.row)
    settings = _as_it_was(settings, store, row)
    with begun(settings) as study:
        (planned,) = settings.policies
        result = run(
            parameters_of(row.parameters), planned.policy, settings.population, row.seed, histories=True
        )
    status = shown(study, planned.policy, row.seed, result)
    return max(status, _held_against(row, version, outcome, result.indicators))


def _as_it_was(settings: Settings, store: Store, row: Row) -> Settings:
    """The settings of the row's run."""
    return replace(
        settings,
        parameters=parameters_from(parameters_of(row.parameters)),
        policies=(Planned(policy_of(row.policy, _REPLAYED)),),
        population=store.population(row.population),
        seeds=range(row.seed, row.seed + 1),
    )


def _held_against(
    row: Row, version: str, outcome: Mapping[str, float] | Failure, again: Mapping[str, float]
) -> int:
    """Say whether the run is what it was."""
    name = row.name if version == model_version() else "It"
    if isinstance(outcome, Failure):
        screen.say([f"This row failed before ({outcome.kind}: {outcome.message}), and has not failed now."])
        return 0
    different = [key for key in again if not _same_bits(outcome[key], again[key])]
    if not different:
        screen.say([f"{name}: all {len(again)} indicators are as they were, bit for bit."], "green", "")
        return 0
    lines = [f"{len(different)} of {len(again)} indicators are not what they were:"]
    lines += [f"{key} was {outcome[key]!r}, is {again[key]!r}" for key in different[:_SHOWN]]
    if version != model_version():
        lines.append(f"The row ran on version {version} of the model; this is {model_version()}.")
    screen.say_error(lines)
    return FAILED


def _same_bits(one: float, other: float) -> bool:
    return one == other or (math.isnan(one) and math.isnan(other))

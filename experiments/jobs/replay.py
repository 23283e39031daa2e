"""The job that runs a row of the store again, holds it against what is there, and shows its life."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from experiments import terminal
from experiments.command.policies import Planned
from experiments.command.settings import Settings
from experiments.design.assumed import Assumed
from experiments.jobs.run import shown
from experiments.rows.outcomes import Failure
from experiments.rows.row import Row, model_version, parameters_of, policy_of
from experiments.rows.store import Store
from experiments.running import batches
from experiments.running.batches import failure_of, not_finite, warmed_up
from experiments.status import DONE, FAILED
from experiments.study.job import Job
from experiments.study.study import begun
from model.parameters import parameters_from
from model.problems import BadInput
from model.simulation import Run

_REPLAYED = "replayed"
_SHOWN = 8


def main(settings: Settings) -> int:
    """Run a row again.

    Returns:
        Exit status: 1 if it fails, or if not every bit is as it was.
    """
    store = Store(settings.store)
    terminal.say(store.news())
    row, name, version, before = store.find(settings.row)
    if isinstance(before, Failure):  # told first, as it may take this program with it
        terminal.say([f"Row {name} failed: {before.kind}: {before.message}. It is run again now."])
        terminal.say_traceback(before.traceback)
    if is_older := version != model_version():
        terminal.say([f"Row {name} ran on version {version} of the model; this is {model_version()}."])
    settings = _as_it_was(settings, store, row, name)
    with begun(settings) as study:
        (planned,) = settings.policies
        result = _again(row, planned, settings)
    if isinstance(result, Failure):
        return _told_failure(before, result)
    status = shown(study, planned.policy, row.seed, result)
    if failure := not_finite(result.indicators):
        return _told_failure(before, failure)
    if isinstance(before, Failure):
        terminal.say(["It has not failed now. The experiment that it is part of, run again, completes it."])
        return status
    return max(status, _held_against(name, before, result.indicators, is_older))


def _a_row(settings: Settings) -> Iterator[str]:
    """The job takes a row of the store."""
    if not settings.row:
        yield "row is missing: give the beginning of a row's name as row=NAME; rows.parquet has them."
    elif not settings.store.exists():
        yield f"store = {settings.store} is not there."


def _as_it_was(settings: Settings, store: Store, row: Row, name: str) -> Settings:
    """The settings of the row's run.

    Raises:
        BadInput: if the row does not say what they were.
    """
    try:
        parameters = Assumed(parameters_from(parameters_of(row.parameters)))
        policy = policy_of(row.policy, _REPLAYED)
    except BadInput:  # another version's parameters have other names
        raise
    except (ValueError, TypeError, AttributeError) as error:  # whatever is wrong with its content
        raise BadInput(
            f"Row {name} of store = {store.folder} is damaged and cannot be run again, as its parameters or "
            f"its policy cannot be read: {error}."
        ) from error
    return replace(
        settings,
        parameters=parameters,
        policies=(Planned(policy),),
        population=store.population(row.population),
        seeds=range(row.seed, row.seed + 1),
    )


def _again(row: Row, planned: Planned, settings: Settings) -> Run | Failure:
    """What comes of the row's run, with its histories."""
    try:
        warm = warmed_up(
            parameters_of(row.parameters), settings.population, row.seed, settings.timeout, planned.policy,
            histories=True,
        )  # fmt: skip
        return batches.completed(warm, settings.timeout)
    except Exception as error:
        return failure_of(error)


def _told_failure(before: Mapping[str, float] | Failure, now: Failure) -> int:
    """Say that a run fails; and where, unless that has been shown."""
    if not isinstance(before, Failure):
        terminal.say(["This row did not fail before, and fails now."])
    elif (before.kind, before.message) == (now.kind, now.message):
        terminal.say_error([f"It fails again in the same way: {now.kind}: {now.message}"])
        return FAILED
    terminal.say_traceback(now.traceback)
    terminal.say_error([f"It fails: {now.kind}: {now.message}"])
    return FAILED


def _held_against(name: str, before: Mapping[str, float], again: Mapping[str, float], is_older: bool) -> int:
    """Say whether the run is what it was."""
    different = [key for key in again if key in before and not _same_bits(before[key], again[key])]
    if is_older:
        terminal.say(
            f"{key} is only in {'this version' if key in again else 'the row'}."
            for key in before.keys() ^ again.keys()
        )
    if not different:
        n = len(before.keys() & again.keys())
        terminal.say([f"{name}: all {n} indicators are as they were, bit for bit."], "green", "")
        return DONE
    lines = [f"{len(different)} of {len(again)} indicators are not what they were:"]
    lines += [f"{key} was {before[key]!r}, is {again[key]!r}" for key in different[:_SHOWN]]
    terminal.say_error(lines)
    return FAILED


def _same_bits(one: float, other: float) -> bool:
    return one.hex() == other.hex()  # NaN is itself here, and -0.0 is not 0.0


JOB = Job(main, needs=(_a_row,), has_responses=False, has_parameters=False)

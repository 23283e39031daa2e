"""Following: pairs of people from the run of one policy to that of another, on the same luck."""

import hashlib
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import batched

import numpy as np

from analysis.statistics.ledger import meetings, pairs, whom
from analysis.statistics.ledger.meetings import FATES, fates_of
from analysis.statistics.ledger.pairs import (
    COUNTED,
    ENTRIES,
    HAPPENS,
    Footprint,
    Lives,
    footprint,
    held_against,
)
from analysis.statistics.ledger.whom import TRAITS
from experiments.rows.outcomes import Failure
from experiments.rows.plan import Plan
from experiments.rows.row import Row, model_version, parameters_of, policy_of
from experiments.running import stories
from experiments.running.batches import completed, failure_of, warmed_up
from experiments.running.filling import Filler
from experiments.running.stories import STAGES, check_version, digest_of, stages_after, tell_all
from model.measures import EVENTS
from model.policy import Policy
from model.population import Population
from model.reasons import NAMES
from model.simulation import Run, Simulation

_KINDS = ["formed" if name.startswith("formed_") else name for name in EVENTS]
#: By an event's number, its place in HAPPENS.
_HAPPENS = np.array([HAPPENS.index(kind) if kind in HAPPENS else 0 for kind in _KINDS])
#: Runs that a worker follows at a time, beside the one that all are held against.
_MOST = 16
_STATES = np.array(
    [{"project": pairs.ACTIVE, "strategic": pairs.STRATEGIC}.get(name, pairs.APART) for name in STAGES]
)


@dataclass(frozen=True)
class Following:
    """What a worker does at a time: runs of one seed, each held against another of them.

    Attributes:
        rows: the runs.
        against: the run without the policy.
        population: where.
        timeout: seconds that a run may take; None: any.
        model: the model's version that is to run them.
    """

    rows: tuple[Row, ...]
    against: Row
    population: Population = field(repr=False)
    timeout: float | None
    model: str = field(default_factory=model_version)

    @property
    def names(self) -> list[str]:
        """Hash of each run, of what it is held against, and of the code that does so."""
        return [_name(row, self.against) for row in self.rows]


@dataclass(frozen=True)
class Followed:
    """What is found of a run.

    Attributes:
        pairs: what becomes of pairs [councils, COUNTED, ENTRIES].
        ties: what becomes of ties that form [councils, FATES].
        reasons: how often needs and meetings came to nothing for each reason [councils, 2, reasons.NAMES].
        traits: what councils are like as the horizon begins [councils, TRAITS].
    """

    pairs: np.ndarray
    ties: np.ndarray
    reasons: np.ndarray
    traits: np.ndarray

    @classmethod
    def of(cls, told: np.ndarray) -> "Followed":
        """That of numbers in a row, as `follow` gives them."""
        parts = ((len(COUNTED), len(ENTRIES)), (len(FATES),), (2, len(NAMES)), (len(TRAITS),))
        sizes = [math.prod(shape) for shape in parts]
        councils = len(told) // sum(sizes)
        ends = np.cumsum([councils * size for size in sizes])[:-1]
        return cls(
            *(each.reshape(-1, *shape) for each, shape in zip(np.split(told, ends), parts, strict=True))
        )


def _name(row: Row, against: Row) -> str:
    text = "\n".join((row.name, against.name, _digest()))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


@cache
def _digest() -> str:
    return digest_of(pairs, meetings, whom, stories, sys.modules[__name__])


def follow(following: Following) -> list[np.ndarray | Failure]:
    """Run them; of each, numbers of `Followed` in a row.

    Raises:
        BadInput: if this worker has another version of the model.
    """
    check_version(following.model)
    against = following.against
    try:
        warm = warmed_up(
            parameters_of(against.parameters), following.population, against.seed, following.timeout,
            histories=True,
        )  # fmt: skip
        without = _story(warm.fork(policy_of(against.policy)), following.timeout)
    except Exception as error:
        return [failure_of(error)] * len(following.rows)
    return [_followed(warm, row, without, following) for row in following.rows]


@dataclass(frozen=True)
class _Story:
    """What happens to ties in a run, whom it brings together, and why not [councils, 2, reasons.NAMES]."""

    lives: Lives
    footprint: Footprint
    reasons: np.ndarray


def _followed(warm: Simulation, row: Row, without: _Story, following: Following) -> np.ndarray | Failure:
    try:
        is_same = row == following.against
        own = without if is_same else _story(warm.fork(policy_of(row.policy)), following.timeout)
        councils = len(following.population.councils)
        held = held_against(own.footprint, without.footprint, councils)
        parts = (held, fates_of(own.lives, councils), own.reasons, traits_of(warm))
        return np.concatenate([part.ravel() for part in parts])
    except Exception as error:
        return failure_of(error)


def _story(simulation: Simulation, timeout: float | None) -> _Story:
    run = completed(simulation, timeout)
    lives = lives_of(run, int(simulation.parameters["warmup"]))
    assert run.reasons is not None
    return _Story(lives, footprint(lives, len(run.series)), run.reasons.swapaxes(0, 1))


def traits_of(simulation: Simulation) -> np.ndarray:
    """What councils are like: numbers of TRAITS [councils, TRAITS]."""
    world = simulation.world
    councils, universities = world.councils, world.universities
    squares = [np.subtract.outer(councils[axis], universities[axis]) ** 2 for axis in "xyz"]
    told = {
        "people": councils["people"],
        "capacity": councils["partnership_capacity"],
        "distance": np.sqrt(np.sum(squares, axis=0)).min(axis=1),
        "partners": councils["active"],
    }
    return np.column_stack([told[name] for name in TRAITS])


def lives_of(run: Run, warmup: int) -> Lives:
    """What a run's histories tell of the lives of ties; months count from the first of the horizon."""
    lives = run.histories
    assert lives is not None
    tie, event = lives["tie"], lives["event"]
    return Lives(
        tie, lives["council"], lives["researcher"], lives["arrived"] - warmup, lives["month"] - warmup,
        _STATES[stages_after(tie, event)], _HAPPENS[event],
    )  # fmt: skip


def followed(
    filler: Filler, plan: Plan, against: Policy
) -> tuple[dict[tuple[str, int], Followed], dict[str, Failure]]:
    """What becomes of pairs under each policy of a plan, and what failed just now.

    The store keeps it: what is there is not run. What has failed is not run over and over.

    Args:
        filler: has the store, and what runs.
        plan: of policies, at one point.
        against: the policy that they are held against.

    Returns:
        By policy and seed, what was found; and failures by name.

    Raises:
        Unfinished: if someone stopped it; the user has been told how to go on.
    """
    families = list(zip(_families(plan, plan.policies), _families(plan, (against,)), strict=True))
    names = {
        (policy.name, row.seed): _name(row, other)
        for family, (other,) in families
        for policy, row in zip(plan.policies, family, strict=True)
    }
    filler.store.stories.refresh()
    there = filler.store.stories.has([*names.values()])
    missing = {name for name, is_there in zip(names.values(), there, strict=True) if not is_there}
    new = [
        Following(some, other, plan.population, filler.timeout)
        for family, (other,) in families
        for some in batched([row for row in family if _name(row, other) in missing - filler.failed], _MOST)
    ]
    failures = tell_all(filler, follow, new, "Ledger")
    filler.failed.update(failures)
    present = {key: name for key, name in names.items() if name not in filler.failed}
    told = filler.store.told([*present.values()]) if present else []
    return {key: Followed.of(each) for key, each in zip(present, told, strict=True)}, failures


def _families(plan: Plan, policies: Sequence[Policy]) -> list[tuple[Row, ...]]:
    own = replace(plan, policies=tuple(policies))
    return [own.family(index).rows for index in range(own.n_families)]

"""Assigning: how runs pair councils' questions with people, month by month, beside the best that could be."""

import hashlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from scipy.special import expit

from analysis.statistics.ledger import assignment, friction
from analysis.statistics.ledger.assignment import NONE, Market
from analysis.statistics.ledger.friction import COUNTED
from experiments.rows.outcomes import Failure
from experiments.rows.plan import Plan
from experiments.rows.row import Row, model_version, parameters_of, policy_of
from experiments.running.batches import advance, failure_of, warmed_up
from experiments.running.filling import Filler
from experiments.running.stories import check_version, digest_of, tell_all
from model.appraisal import council_value, researcher_value, trust_between
from model.arrays import World
from model.finding import fit as fit_of
from model.machine.compiling import entry
from model.population import Population
from model.simulation import Simulation
from model.tie import find_tie

#: Questions that anybody may take on: where they take no time, any number.
_MOST = 1e6


@dataclass(frozen=True)
class Assigning:
    """What a worker does at a time: runs of one seed, looked at in some months.

    Attributes:
        rows: the runs.
        population: where.
        months: of the horizon, at whose beginning they are looked at.
        timeout: seconds that a run may take from one of them to the next; None: any.
        model: the model's version that is to run them.
    """

    rows: tuple[Row, ...]
    population: Population = field(repr=False)
    months: tuple[int, ...]
    timeout: float | None
    model: str = field(default_factory=model_version)

    @property
    def names(self) -> list[str]:
        """Hash of each run, of when it is looked at, and of the code that does so."""
        texts = ("\n".join((row.name, repr(self.months), _digest())) for row in self.rows)
        return [hashlib.blake2b(text.encode(), digest_size=16).hexdigest() for text in texts]


@cache
def _digest() -> str:
    return digest_of(assignment, friction, sys.modules[__name__])


def assign(assigning: Assigning) -> list[np.ndarray | Failure]:
    """Run them; of each, numbers of `COUNTED` of each month, in a row.

    Raises:
        BadInput: if this worker has another version of the model.
    """
    check_version(assigning.model)
    first, timeout = assigning.rows[0], assigning.timeout
    try:
        warm = warmed_up(parameters_of(first.parameters), assigning.population, first.seed, timeout)
    except Exception as error:
        return [failure_of(error)] * len(assigning.rows)
    return [_assigned(warm, row, assigning) for row in assigning.rows]


def _assigned(warm: Simulation, row: Row, assigning: Assigning) -> np.ndarray | Failure:
    try:
        simulation, found = warm.fork(policy_of(row.policy)), []
        for month in assigning.months:
            advance(simulation, warm.month + month, assigning.timeout)
            found.append(counted(simulation.world))
        return np.concatenate(found)
    except Exception as error:
        return failure_of(error)


def counted(world: World) -> np.ndarray:
    """What there is of COUNTED at the end of a month."""
    pairs = pairs_of(world)
    introduced, asked, possible = (pairs.market(each) for each in (pairs.both, pairs.person, pairs.fit))
    all_agree = assignment.best(possible)
    blocks = assignment.blocking(possible, pairs.chosen, pairs.of_council, pairs.of_person)
    told = {
        "questions": len(pairs.chosen),
        "at_work": (pairs.chosen != NONE).sum(),
        "could_work": (all_agree != NONE).sum(),
        "realised": assignment.worth_of(introduced, pairs.chosen),
        "by_lot": assignment.by_lot(introduced),
        "introduced": assignment.worth_of(introduced, assignment.best(introduced)),
        "asked": assignment.worth_of(asked, assignment.best(asked)),
        "possible": assignment.worth_of(possible, all_agree),
        "blocking": blocks.sum(),
        "blocked": blocks.any(axis=1).sum(),
    }
    return np.array([told[name] for name in COUNTED], float)


@dataclass(frozen=True)
class Pairs:
    """Questions and people of a month, and what both sides have of each pair.

    Attributes:
        chosen: who is at work on each question, as a place among people [questions].
        council: whose each question is [questions].
        room: questions that each council can have answered at a time, with those at hand [councils].
        slots: questions that each person can take at a time, likewise [people].
        fit: how well each pair fits, 0 to 1 [questions, people].
        of_council: what a council has of it, in logits, above 0 if it rather agrees [questions, people].
        of_person: what the person has of it [questions, people].
    """

    chosen: np.ndarray
    council: np.ndarray
    room: np.ndarray
    slots: np.ndarray
    fit: np.ndarray
    of_council: np.ndarray
    of_person: np.ndarray

    @property
    def person(self) -> np.ndarray:
        """What a pair is worth where the person may refuse [questions, people]."""
        return self._if_agreed(expit(self.of_person))

    @property
    def both(self) -> np.ndarray:
        """What it is worth where both may [questions, people]."""
        return self._if_agreed(expit(self.of_council) * expit(self.of_person))

    def market(self, worth: np.ndarray) -> Market:
        """Questions and people where pairs are worth so much."""
        return Market(worth, self.council, self.room, self.slots)

    def _if_agreed(self, chance: np.ndarray) -> np.ndarray:
        at_work = np.flatnonzero(self.chosen != NONE)
        chance[at_work, self.chosen[at_work]] = 1.0
        return self.fit * chance


def pairs_of(world: World) -> Pairs:
    """Questions and people at the end of a month.

    How busy people are is no part of what they have of each other: that is what room and slots stand for.
    """
    questions, p = _rows_of_needs(world), world.parameters
    needs, councils = world.needs[questions], world.councils
    everybody, tie = world.researchers[: world.clock.slots], needs["tie"]
    is_at_work = tie != NONE
    whose, who = needs["council"][is_at_work], world.ties["researcher"][tie[is_at_work]]
    more = _more(councils["partnership_capacity"], councils["load"], p.scoping_council)
    room = np.bincount(whose, minlength=len(councils)) + more
    is_open = (everybody["present"] == 1) & (everybody["engagement_capacity"] >= p.available_time)
    more = is_open * _more(everybody["engagement_capacity"], everybody["load"], p.scoping_researcher)
    slots = np.bincount(who, minlength=len(everybody)) + more
    people = np.flatnonzero(slots)
    chosen = np.full(len(questions), NONE)
    chosen[is_at_work] = np.searchsorted(people, who)
    fit, of_council, of_person = (np.empty((len(questions), len(people))) for _ in range(3))
    appraise(world, questions, people, fit, of_council, of_person)
    return Pairs(chosen, needs["council"], room, slots[people], fit, of_council, of_person)


def _rows_of_needs(world: World) -> np.ndarray:
    """Rows of all open needs, by council."""
    rows = []
    for first in world.councils["first_need"]:
        row = int(first)
        while row != NONE:
            rows.append(row)
            row = int(world.needs["next"][row])
    return np.array(rows, np.int64)


def _more(days: np.ndarray, load: np.ndarray, each: float) -> np.ndarray:
    """Questions that can be taken on beside those at hand; one at least by who has time."""
    with np.errstate(divide="ignore", invalid="ignore"):
        more = np.minimum(days * (1.0 - load) / each, _MOST)
    return np.where(load < 1.0, np.maximum(np.nan_to_num(more), 1.0), 0.0).astype(np.int64)


@entry
def appraise(
    world: World,
    questions: np.ndarray,
    people: np.ndarray,
    fit: np.ndarray,
    of_council: np.ndarray,
    of_person: np.ndarray,
):
    """How well each pair fits, and what both have of it, in logits, were neither busy (ODD 4.5)."""
    p = world.parameters
    for k in range(questions.size):
        need = world.needs[questions[k]]
        c, topic = need.council, need.topic
        for j in range(people.size):
            i = people[j]
            t = find_tie(world, c, i)
            trust = trust_between(world, c, i, t)
            of_council[k, j] = (
                council_value(world, c, i, topic, trust) + p.load_aversion * world.councils[c].load
            )
            of_person[k, j] = (
                researcher_value(world, c, i, trust) + p.load_aversion * world.researchers[i].load
            )
            known = t != NONE
            fit[k, j] = (
                fit_of(world, world.ties[t], topic) if known else world.researchers[i].expertise[topic]
            )


def assigned(
    filler: Filler, plan: Plan, months: Sequence[int]
) -> tuple[dict[tuple[str, int], np.ndarray], dict[str, Failure]]:
    """What runs of a plan at one point pair [months, COUNTED], by policy and seed; and what failed, by name.

    The store keeps it: what is there is not run again.

    Raises:
        Unfinished: if someone stopped it; the user has been told how to go on.
    """
    tasks = [
        Assigning(plan.family(index).rows, plan.population, tuple(months), filler.timeout)
        for index in range(plan.n_families)
    ]
    names = {
        (policy.name, seed): name
        for seed, task in zip(plan.seeds, tasks, strict=True)
        for policy, name in zip(plan.policies, task.names, strict=True)
    }
    filler.store.stories.refresh()
    new = [task for task in tasks if not filler.store.stories.has(task.names).all()]
    failures = tell_all(filler, assign, new, "Pairs")
    there = {key: name for key, name in names.items() if name not in failures}
    told = filler.store.told([*there.values()]) if there else []
    shape = (len(months), len(COUNTED))
    return {key: each.reshape(shape) for key, each in zip(there, told, strict=True)}, failures

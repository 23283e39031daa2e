"""Assignments of questions to people: the best one, one by lot, and who would rather have each other.

A question is a council's, who has room for some of them at a time; a person has slots. Any question may be
anyone's, or nobody's. What pairs are worth adds up.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

#: Nobody.
NONE = -1


@dataclass(frozen=True)
class Market:
    """Questions, people, and what they have for each other.

    Attributes:
        worth: of each pair [questions, people], at least 0.
        council: whose each question is [questions].
        room: questions that each council can have answered at a time [councils].
        slots: questions that each person can take at a time [people].
    """

    worth: np.ndarray
    council: np.ndarray
    room: np.ndarray
    slots: np.ndarray

    @property
    def asked(self) -> np.ndarray:
        """Questions of each council [councils]."""
        return np.bincount(self.council, minlength=len(self.room))


def best(market: Market) -> np.ndarray:
    """Who has each question where all pairs together are worth most [questions]; `NONE`: nobody.

    A council that asks more than it has room for gets so many who stand for nobody, each of whom has to have
    one of its questions: they are worth more than anybody (Kuhn 1955, by SciPy's `linear_sum_assignment`).
    """
    questions, people = market.worth.shape
    person = np.repeat(np.arange(people), np.minimum(market.slots, questions))
    nobody = np.repeat(np.arange(len(market.room)), np.maximum(market.asked - market.room, 0))
    far = float(questions + 1) * max(float(market.worth.max(initial=0.0)), 1.0)
    stand_in = np.where(market.council[:, None] == nobody, far, -far)
    chosen = np.full(questions, NONE)
    question, column = linear_sum_assignment(np.hstack([stand_in, market.worth[:, person]]), maximize=True)
    column = column - len(nobody)
    is_person = column >= 0
    chosen[question[is_person]] = person[column[is_person]]
    return chosen


def worth_of(market: Market, chosen: np.ndarray) -> float:
    """What all pairs of an assignment are worth together."""
    question = np.flatnonzero(chosen != NONE)
    return float(market.worth[question, chosen[question]].sum())


def by_lot(market: Market) -> float:
    """What pairs are worth on average where chance fills all the room there is, in any way as likely."""
    served = np.minimum(market.asked, market.room)
    slots = market.slots.sum()
    if not served.sum() or not slots:
        return 0.0
    share = min(1.0, slots / served.sum()) * served / np.maximum(market.asked, 1)
    return float(share[market.council] @ (market.worth @ (market.slots / slots)))


def blocking(market: Market, chosen: np.ndarray, of_council: np.ndarray, of_person: np.ndarray) -> np.ndarray:
    """Pairs who would both rather have each other than what they have [questions, people].

    With room left, anybody is better who is better than nobody, 0; else whoever is better than the least of
    those at hand, who would have to go; for a question that somebody has, who is better than that one.

    Args:
        market: the questions and people.
        chosen: who has each question [questions].
        of_council: what a council would have of each pair [questions, people], above 0 if it wants it.
        of_person: what a person would have of it [questions, people].
    """
    question = np.flatnonzero(chosen != NONE)
    person, council = chosen[question], market.council[question]
    least_of_council = _least(of_council[question, person], council, market.room)
    least_of_person = _least(of_person[question, person], person, market.slots)
    wanted = least_of_council[market.council]
    wanted[question] = of_council[question, person]
    would = (of_council > wanted[:, None]) & (of_person > least_of_person)
    would[question, person] = False
    return would


def _least(have: np.ndarray, whose: np.ndarray, room: np.ndarray) -> np.ndarray:
    """What each has to lose for something new: nothing where there is room, else the least at hand [room]."""
    least = np.full(len(room), np.inf)
    np.minimum.at(least, whose, have)
    return np.where(np.bincount(whose, minlength=len(room)) < room, 0.0, least)

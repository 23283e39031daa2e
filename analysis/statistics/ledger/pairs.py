"""Pairs: who works with whom, month by month, and what of that two runs of one seed have in common.

Runs of one seed share their luck, so a council and a researcher can be followed from one policy to another. A
researcher is a row and the month of arrival in it, as successors and PhD students take rows anew. What is
counted is kept by council, so that its sums are the run's indicators to the last unit.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np

#: What is counted: ties formed, projects begun, projects that embed; and months as a partnership, or as a
#: strategic one.
COUNTED = ("formed", "started", "embedded", "active", "strategic")
#: What becomes of it where two runs are held against each other, the second without the policy: in both
#: (deadweight); of pairs that only the first has; of pairs that both have, earlier or longer (for what is
#: no month: more often); and the same the other way round.
ENTRIES = ("both", "new", "earlier", "longer", "gone", "later", "shorter")
GAINED, LOST = ENTRIES[1:4], ENTRIES[4:]

#: How a tie stands: no partnership, one in a project, a strategic one.
APART, ACTIVE, STRATEGIC = 0, 1, 2
#: What may happen to a tie, as far as it counts here.
HAPPENS = ("", "formed", "ready", "lapsed", "gave_up", "departed", "embedded", "handed_over")
#: Bits of a pair's key, from the right: arrival, researcher, council.
_ARRIVAL, _RESEARCHER = 16, 20


@dataclass(frozen=True)
class Lives:
    """What happens in the lives of ties, in order; each attribute has one value an event.

    Attributes:
        tie: which tie.
        council: row of its council.
        researcher: row of its researcher.
        arrived: month in which she or he arrived.
        month: of the event; those before the horizon are negative.
        state: of the tie afterwards: `APART`, `ACTIVE` or `STRATEGIC`.
        happens: what it is, as a place in HAPPENS.
    """

    tie: np.ndarray
    council: np.ndarray
    researcher: np.ndarray
    arrived: np.ndarray
    month: np.ndarray
    state: np.ndarray
    happens: np.ndarray

    def are(self, name: str) -> np.ndarray:
        """Which of them are of a kind that HAPPENS names."""
        return self.happens == HAPPENS.index(name)

    def sorted(self) -> "Lives":
        """One life after another."""
        order = np.argsort(self.tie, kind="stable")
        return Lives(*(getattr(self, each.name)[order] for each in fields(self)))


@dataclass(frozen=True)
class Footprint:
    """Whom one run brings together.

    Attributes:
        pairs: a number for each pair of council and researcher, in order [pairs].
        events: how often they form a tie, begin a project and embed one [pairs, 3].
        months: of the horizon: how they stand: `APART`, `ACTIVE` or `STRATEGIC` [pairs, months].
    """

    pairs: np.ndarray
    events: np.ndarray
    months: np.ndarray

    def at(self, pairs: np.ndarray) -> "Footprint":
        """The same of more pairs, in order; those that it lacks have nothing."""
        where = np.searchsorted(pairs, self.pairs)
        events = np.zeros((len(pairs), self.events.shape[1]), self.events.dtype)
        months = np.zeros((len(pairs), self.months.shape[1]), self.months.dtype)
        events[where], months[where] = self.events, self.months
        return Footprint(pairs, events, months)


def footprint(lives: Lives, horizon: int) -> Footprint:
    """Whom a run brings together in a horizon of so many months."""
    lives = lives.sorted()
    is_last = np.diff(lives.tie, append=-1) != 0
    before = np.where(is_last, APART, lives.state)[:-1]
    starts = (lives.state == ACTIVE) & (np.append(APART, before)[: len(is_last)] != ACTIVE)
    happened = (
        np.column_stack([lives.are("formed"), starts, lives.are("embedded")]) & (lives.month >= 0)[:, None]
    )
    start = np.clip(lives.month, 0, horizon)
    end = np.where(is_last, horizon, np.append(start[1:], horizon)[: len(is_last)])
    lasts = (lives.state != APART) & (end > start)
    counts = np.flatnonzero(lasts | happened.any(axis=1))
    arrived = np.where(lives.are("handed_over"), lives.month, lives.arrived)
    keys = _keys(lives.council[counts], lives.researcher[counts], arrived[counts])
    pairs, row = np.unique(keys, return_inverse=True)
    events = np.zeros((len(pairs), happened.shape[1]), np.int64)
    np.add.at(events, row, happened[counts])
    is_spell = lasts[counts]
    spells, whose = counts[is_spell], row[is_spell]
    changes = np.zeros((len(pairs), horizon + 1), np.int8)
    np.add.at(changes, (whose, start[spells]), lives.state[spells])
    np.subtract.at(changes, (whose, end[spells]), lives.state[spells])
    return Footprint(pairs, events, changes.cumsum(axis=1, dtype=np.int8)[:, :-1])


def _keys(council: np.ndarray, researcher: np.ndarray, arrived: np.ndarray) -> np.ndarray:
    since = arrived.astype(np.int64) + (1 << (_ARRIVAL - 1))
    return ((council.astype(np.int64) << _RESEARCHER | researcher) << _ARRIVAL) | since


def held_against(one: Footprint, other: Footprint, councils: int) -> np.ndarray:
    """What becomes of every pair from one run to another on the same luck, summed by council.

    Args:
        one: the run with the policy.
        other: the run without it.
        councils: how many there are.

    Returns:
        Numbers of COUNTED by ENTRIES [councils, COUNTED, ENTRIES].
    """
    pairs = np.union1d(one.pairs, other.pairs)
    one, other = one.at(pairs), other.at(pairs)
    found = [*_of_events(one.events, other.events), _of_months(one.months > 0, other.months > 0)]
    found.append(_of_months(one.months == STRATEGIC, other.months == STRATEGIC))
    by_council = np.zeros((councils, len(COUNTED), len(ENTRIES)))
    np.add.at(by_council, pairs >> (_ARRIVAL + _RESEARCHER), np.stack(found, axis=1))
    return by_council


def _of_events(one: np.ndarray, other: np.ndarray) -> list[np.ndarray]:
    """Entries of each kind of event [pairs, ENTRIES], from how often it happens to pairs."""
    both, none = np.minimum(one, other), np.zeros(len(one))
    more, fewer = one - both, other - both
    return [
        np.column_stack(
            [
                both[:, k],
                np.where(other[:, k] == 0, more[:, k], 0),
                none,
                np.where(other[:, k] > 0, more[:, k], 0),
                np.where(one[:, k] == 0, fewer[:, k], 0),
                none,
                np.where(one[:, k] > 0, fewer[:, k], 0),
            ]
        )
        for k in range(one.shape[1])
    ]


def _of_months(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Entries [pairs, ENTRIES] of months in which pairs are what is counted [pairs, months]."""
    both = (one & other).sum(axis=1)
    return np.column_stack([both, *_only(one, other), *_only(other, one)])


def _only(one: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, ...]:
    """Months that one has and the other has not: of pairs that it lacks; before it has them; after."""
    alone, has_other = one & ~other, other.any(axis=1)
    before = np.arange(one.shape[1]) < other.argmax(axis=1)[:, None]
    early, all_alone = (alone & before).sum(axis=1) * has_other, alone.sum(axis=1)
    new = np.where(has_other, 0, all_alone)
    return new, early, all_alone - new - early


def totals(entries: Mapping[str, float], with_policy: bool) -> float:
    """What a run has in all, of its entries."""
    return entries["both"] + sum(entries[name] for name in (GAINED if with_policy else LOST))

"""Mixed levers: at one value in some seeds and at another in the rest, for what lies between."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from model.domains import PROBABILITY, Value
from model.parameters import LEVERS
from model.policy import Dated, Policy
from model.problems import refuse

#: 2^64 by the golden ratio: multiples of it, on a ring of 2^64, are spread evenly, however many are taken.
_GOLDEN, _RING = 0x9E3779B97F4A7C15, 2**64
#: What is written of a lever that is mixed, beside its value and dates.
_KEYS = {"other", "share", "since"}


@dataclass(frozen=True)
class Mixed(Dated):
    """A lever's values, and which seeds get the other one: a part of the circle on which all seeds lie.

    Attributes:
        other: value in these seeds; `value` in the rest.
        share: how much of the circle, and so of all seeds, however many there are: from 0 to 1.
        since: where on the circle that begins, from 0 to 1.
    """

    other: Value = 0
    share: float = 0.0
    since: float = 0.0

    def at(self, seed: int) -> Dated:
        """The lever in the runs of a seed."""
        return Dated(self.other if self.has(seed) else self.value, self.start, self.end)

    def has(self, seed: int) -> bool:
        """Whether a seed gets the other value."""
        return (turn(seed) - self.since) % 1.0 < self.share


def turn(seed: int) -> float:
    """Where on the circle a seed lies, from 0 to 1: evenly spread, whatever its luck."""
    return seed * _GOLDEN % _RING / _RING


def is_mixed(policy: Policy) -> bool:
    """Whether a policy is not the same in all seeds."""
    return any(isinstance(dated, Mixed) for dated in policy.levers.values())


def in_seed(policy: Policy, seed: int) -> Policy:
    """A policy as it is in the runs of a seed."""
    return replace(policy, levers=_at(policy.levers, seed)) if is_mixed(policy) else policy


def _at(levers: Mapping[str, Dated], seed: int) -> dict[str, Dated]:
    return {name: dated.at(seed) if isinstance(dated, Mixed) else dated for name, dated in levers.items()}


def mixed_in(policy: Policy, levers: Mapping[str, object]) -> Policy:
    """A policy whose levers were written with another value for some seeds.

    Raises:
        BadInput: naming what is not allowed, and what is.
    """
    given = {name: each for name, each in levers.items() if isinstance(each, Mapping) and _KEYS & each.keys()}
    mixed = {name: _mixed(policy.levers[name], name, each) for name, each in given.items()}
    return replace(policy, levers={**policy.levers, **mixed})


def _mixed(dated: Dated, lever: str, given: Mapping) -> Mixed:
    share, since = (given.get(key, 0.0) for key in ("share", "since"))
    refuse(
        f"{lever}.{key} = {value!r} is not allowed: it takes a share of the seeds, from 0 to 1."
        for key, value in (("share", share), ("since", since))
        if value not in PROBABILITY
    )
    other = LEVERS[lever].checked(given.get("other", dated.value))
    return Mixed(dated.value, dated.start, dated.end, other, float(share), float(since))


def without_mixes(levers: Mapping[str, object]) -> dict[str, object]:
    """Levers as they were written, without what only some seeds get."""
    return {
        name: {key: each[key] for key in each if key not in _KEYS} if isinstance(each, Mapping) else each
        for name, each in levers.items()
    }

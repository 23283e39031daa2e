"""Mechanisms: rules that are switched off, one at a time; conf/mechanisms.yaml declares them."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from functools import partial

from experiments.design.assumed import Assumed
from experiments.design.chosen import LIST
from experiments.design.kinds import design_from
from experiments.design.points import Design
from model.domains import Value, is_whole
from model.parameters import LEVERS, PARAMETERS, checked
from model.problems import BadInput, all_of, check_keys, no_such, refuse

ALL = "all"
_KEYS = ("why", "where", "parameters", "added", "lever")
#: Numbers of `HangsOn`, and the least that each takes.
_LEAST = {"tried": 1, "kept": 1, "seeds": 2}


@dataclass(frozen=True)
class Mechanism:
    """A rule, and what switches it off.

    Attributes:
        name: of the rule.
        why: what it does, in a sentence.
        where: what the world is like without it, as a clause.
        off: parameters with which it does nothing, or all pairs are alike.
        added: to other parameters, so that what is left is on average what it was.
        levers: of which one has to be pulled for it to act; empty: none.
    """

    name: str
    why: str
    where: str
    off: Mapping[str, Value]
    added: Mapping[str, Value]
    levers: tuple[str, ...] = ()

    def point(self, parameters: Mapping[str, Value]) -> dict[str, Value]:
        """What differs where it is off, from the parameters that hold."""
        more = {name: float(parameters[name]) + float(value) for name, value in self.added.items()}
        return {**self.off, **more}

    def can_act(self, levers: Container[str], parameters: Mapping[str, Value]) -> bool:
        """Whether switching it off may change anything: one of its levers is pulled, and it is on."""
        is_pulled = not self.levers or any(lever in levers for lever in self.levers)
        return is_pulled and any(value != parameters[name] for name, value in self.point(parameters).items())


@dataclass(frozen=True)
class Mechanisms:
    """Those that are switched off, one at a time.

    Attributes:
        each: in order.
        is_choice: whether they were named, not all that there are.
    """

    each: tuple[Mechanism, ...]
    is_choice: bool

    def acting(self, levers: Container[str], parameters: Assumed) -> "Mechanisms":
        """Those that can act where these levers are pulled; all of them, where they were named."""
        anywhere = parameters.anywhere()
        can_act = tuple(each for each in self.each if any(each.can_act(levers, at) for at in anywhere))
        return self if self.is_choice else Mechanisms(can_act, self.is_choice)

    def design(self, parameters: Assumed) -> Design:
        """The point at which all are on, then one for each that is off, which it sets in all seeds."""
        points = [{}, *(each.point(parameters.held) for each in self.each)]
        return design_from({"kind": LIST.name, "points": points})


@dataclass(frozen=True)
class HangsOn:
    """What the policy that does best of a comparison is tried without.

    Attributes:
        mechanisms: that are switched off, one at a time.
        tried: on how many of the comparison's seeds each is, to see which change most.
        kept: how many of them are looked at further.
        seeds: how many further ones that takes.
    """

    mechanisms: Mechanisms
    tried: int
    kept: int
    seeds: int

    def is_choice(self, mechanisms: Mechanisms, n_seeds: int) -> bool:
        """Whether some are chosen to be looked at, where a comparison has so many seeds."""
        return len(mechanisms.each) > self.kept and n_seeds >= self.tried + self.seeds


def hangs_on_from(given: object, declared: Mapping[str, object]) -> HangsOn | None:
    """What the best policy is tried without, as settings say; None: nothing.

    Args:
        given: `mechanisms`, as of `mechanisms_from`, and how many are `tried`, `kept`, and how many `seeds`.
        declared: what the program's own file says of each mechanism.

    Raises:
        BadInput: naming everything that cannot be used.
    """
    if not isinstance(given, Mapping):
        raise BadInput(f"hangs_on = {given!r} is not allowed: it takes settings, such as mechanisms: all.")
    check_keys("hangs_on", given, ("mechanisms", *_LEAST))
    refuse(
        f"hangs_on.{name} = {given[name]!r} is not allowed: it takes a whole number from {least}."
        for name, least in _LEAST.items()
        if not is_whole(given[name], least)
    )
    mechanisms = mechanisms_from(given["mechanisms"], declared)
    return HangsOn(mechanisms, *(given[name] for name in _LEAST)) if mechanisms else None


def mechanisms_from(given: object, declared: Mapping[str, object]) -> Mechanisms | None:
    """The mechanisms that settings name, or all there are; None: none.

    Args:
        given: a list of names, or all; in the place of a name may stand a mapping of names, each declared.
        declared: what the program's own file says of each.

    Raises:
        BadInput: naming everything that cannot be used.
    """
    if given is None:
        return None
    named = [*declared] if given == ALL else given
    if not isinstance(named, list) or not named:
        raise BadInput(f"mechanisms = {given!r} is not allowed: it takes a list of mechanisms, or all.")
    told: dict[str, object] = {}
    for each in named:
        told |= each if isinstance(each, Mapping) else {str(each): declared.get(str(each))}
    return Mechanisms(
        tuple(all_of(partial(_mechanism, name, each, declared) for name, each in told.items())),
        is_choice=given != ALL,
    )


def _mechanism(name: str, told: object, declared: Mapping[str, object]) -> Mechanism:
    if told is None:
        raise BadInput(no_such("mechanism", name, declared, "conf/mechanisms.yaml"))
    if not isinstance(told, Mapping) or not isinstance(told.get("parameters"), Mapping):
        raise BadInput(
            f"mechanism {name} = {told!r} is not allowed: it takes why: TEXT and parameters: {{NAME: VALUE}}."
        )
    check_keys(f"mechanism {name}", told, _KEYS)
    added, given = told.get("added") or {}, told.get("lever") or []
    levers = tuple(map(str, given if isinstance(given, list) else [given]))
    refuse(f"mechanism {name}: {no_such('lever', lever, LEVERS)}" for lever in levers if lever not in LEVERS)
    try:
        off, more = (checked(values, PARAMETERS, "parameter") for values in (told["parameters"], added))
    except BadInput as error:
        raise BadInput(f"mechanism {name}: {problem}" for problem in error.problems) from None
    why, where = (str(told.get(key) or "") for key in ("why", "where"))
    return Mechanism(name, why, where or f"there is no {name.replace('_', ' ')}", off, more, levers)

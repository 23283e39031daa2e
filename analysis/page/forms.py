"""Forms: every lever, assumption, policy and population on the page, from their declarations."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from analysis import words
from analysis.page.state import POPULATIONS, State, declared_label, policy_names, policy_of
from experiments.command.files import CONF, description, file_of
from experiments.rows.mixed import Mixed
from model.domains import Lever, Parameter, Value
from model.parameters import LEVERS, PARAMETERS

#: Steps of a slider.
_STEPS = 100
#: Levers that say how money is handed out: what they cost is what was there before.
_RULES = "How money is handed out"
_BOUGHT = "What money buys"


@dataclass(frozen=True)
class Field:
    """One number or word that can be set.

    Attributes:
        name: in the query.
        label: as people read it.
        meaning: in a few words.
        unit: of the value.
        value: as it is; text, as that may not be allowed.
        default: what the baseline has.
        low: where the slider begins.
        high: where it ends.
        step: of the slider.
        words: that it may be; none if it is a number.
        price: what it costs, if it has a price.
        source: where its default comes from.
        problem: what is wrong with it.
        start: first month in which a lever holds, if not the first.
        end: month from which it does not, if any.
        mix: the lever, if some seeds get another value than the rest.
        seeds: that are asked for.
    """

    name: str
    label: str
    meaning: str
    unit: str
    value: str
    default: str
    low: str = ""
    high: str = ""
    step: str = "any"
    words: tuple[str, ...] = ()
    price: str = ""
    source: str = ""
    problem: str = ""
    start: str = ""
    end: str = ""
    mix: Mixed | None = None
    seeds: int = 0

    @property
    def is_changed(self) -> bool:
        """Whether it is not where the baseline has it."""
        return self.value != self.default or bool(self.start or self.end or self.mix)

    @property
    def others(self) -> int:
        """Seeds that get the other value."""
        return sum(map(self.mix.has, range(self.seeds))) if self.mix else 0


@dataclass(frozen=True)
class Choice:
    """One of several things to choose."""

    name: str
    label: str
    meaning: str
    is_chosen: bool


@dataclass(frozen=True)
class Form:
    """All that a form shows."""

    policies: list[Choice]
    levers: dict[str, list[Field]]
    parameters: list[Field]
    populations: list[Choice]
    against: list[Choice]
    state: State
    problems: Mapping[str, str]


def form_of(state: State, problems: Mapping[str, str], said: Mapping[str, str]) -> Form:
    """The form of a state.

    Args:
        state: what can be used of what was said.
        problems: by field.
        said: as it was, by field: what is wrong stays in its field.
    """
    levers: dict[str, list[Field]] = {_BOUGHT: [], _RULES: []}
    for lever in LEVERS.values():
        levers[_BOUGHT if _is_bought(lever) else _RULES].append(_lever(lever, state, problems, said))
    return Form(
        policies=[
            Choice(name, words.humanise(name), why, name in state.policies)
            for name, why in _policies().items()
        ],
        levers=levers,
        parameters=[_parameter(each, state, problems, said) for each in PARAMETERS.values()],
        populations=[
            Choice(name, _POPULATIONS[name], _place(name), name == state.population) for name in POPULATIONS
        ],
        against=against_of(state),
        state=state,
        problems=problems,
    )


def against_of(state: State) -> list[Choice]:
    """What others may be held against."""
    return [Choice(name, named(name), "", name == state.against) for name in state.names]


_POPULATIONS = {"nine_places": "Nine places", "uk": "The United Kingdom", "csv": "Your own lists"}


def named(policy: str) -> str:
    """A policy's name on the page."""
    return words.humanise(policy)


def _is_bought(lever: Lever) -> bool:
    return bool(lever.price or lever.cost or lever.part_of)


def can_give_way(lever: Lever) -> bool:
    """Whether a lever can be moved until a bundle keeps to a budget."""
    return _is_bought(lever) and not lever.domain.words


def _lever(lever: Lever, state: State, problems: Mapping[str, str], said: Mapping[str, str]) -> Field:
    name = f"policy.{lever.name}"
    dated = state.levers.get(lever.name)
    ends = {"start": str(dated.start or ""), "end": str(dated.end or "")} if dated else {}
    value = dated.value if dated else lever.default
    mix = dated if isinstance(dated, Mixed) else None
    return _field(
        name, lever, value, problems, said, price=_price(lever, state), mix=mix, seeds=state.seeds, **ends
    )


def lever_field(name: str, state: State) -> Field:
    """A lever's field, with nothing wrong in it."""
    return _lever(LEVERS[name], state, {}, {})


def _parameter(
    parameter: Parameter, state: State, problems: Mapping[str, str], said: Mapping[str, str]
) -> Field:
    value = state.parameters.get(parameter.name, parameter.default)
    name = f"parameters.{parameter.name}"
    return _field(name, parameter, value, problems, said, source=parameter.source)


def _field(
    name: str,
    declared: Parameter,
    value: Value,
    problems: Mapping[str, str],
    said: Mapping[str, str],
    **more: Any,
) -> Field:
    problem = problems.get(name, "")
    low, high = declared.plausible or (declared.domain.low, declared.domain.high)
    if not isinstance(value, str):
        low, high = min(low, value), max(high, value)
    is_whole = declared.domain.whole
    return Field(
        name,
        declared_label(declared.name),
        declared.meaning,
        "" if declared.unit == "-" else declared.unit,
        said.get(name, "") if problem else figure(value),
        figure(declared.default),
        figure(low),
        figure(high),
        "1" if is_whole else f"{(high - low) / _STEPS:g}",
        declared.domain.words,
        problem=problem,
        **more,
    )


def figure(value: Value) -> str:
    """A value as a field shows it: to the last bit, without needless zeros."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _price(lever: Lever, state: State) -> str:
    """What a lever costs, as its price says."""
    if not lever.price:
        return ""
    price = PARAMETERS[lever.price]
    value = float(state.parameters.get(lever.price, price.default))
    return f"{price.meaning}: £{value:g}k{price.unit.removeprefix('£k').replace('/', ' a ')}"


@cache
def _policies() -> dict[str, str]:
    return {name: policy_of(name).why for name in policy_names()}


@cache
def _place(population: str) -> str:
    return description(file_of("population", population, [CONF]))

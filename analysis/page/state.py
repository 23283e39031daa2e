"""State: what is on the screen, as a link, an experiment's file, a command line and a call of Python say it.

One set of words for all of them: those of the command line. What is at its default is in none of them.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from experiments.command.files import CONF, file_of, mapping_in, names_in
from experiments.command.trusted import trusted
from experiments.rows.mixed import Mixed, mixed_in
from model.domains import Parameter, Value
from model.parameters import DECLARATIONS, LEVERS, PARAMETERS
from model.policy import BASELINE, CUSTOM, Dated, Policy, policy_from
from model.problems import BadInput, no_such

if TYPE_CHECKING:
    from experiments.command.parameter_sets import Posterior

#: What is compared where a link says nothing.
FIRST = ("brokers", "joint_posts", "matchmaking")
POPULATIONS = ("nine_places", "uk", "csv")
SEEDS, MOST_SEEDS = 100, 1000
#: Policies that fit a screen, and letters of a link that is still read.
MOST_POLICIES, MOST_LETTERS = 8, 8000
_MOST_BUDGET = 1e9
_LISTS = re.compile(r"[0-9a-f]{16}")
_PLAIN = re.compile(r"[\w.,+-]+")

#: Other assumptions that fit as well: the page asks them of every policy, the command leaves slow ones out.
_OVER = "posterior"

type Query = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class State:
    """What is compared, and where.

    Attributes:
        policies: names of those that come with the program, the baseline left out.
        levers: of a bundle of one's own.
        parameters: those that differ from their defaults.
        population: name of its file in `conf/population`.
        lists: names one's own councils and universities, once they are here.
        seeds: how many.
        against: what the others are held against.
        budget: £k a year that the bundle may cost; None: any.
        keeps: whether the bundle is made to keep to it.
    """

    policies: tuple[str, ...] = FIRST
    levers: Mapping[str, Dated] = field(default_factory=dict)
    parameters: Mapping[str, Value] = field(default_factory=dict)
    population: str = POPULATIONS[0]
    lists: str = ""
    seeds: int = SEEDS
    against: str = BASELINE.name
    budget: float | None = None
    keeps: bool = False

    @cached_property
    def names(self) -> tuple[str, ...]:
        """All policies that are run, the baseline first and one's own bundle last."""
        return (BASELINE.name, *self.policies, *([CUSTOM] if self.levers else []))

    @cached_property
    def bundle(self) -> Policy:
        """One's own bundle."""
        return Policy(CUSTOM, self.levers)

    @cached_property
    def run(self) -> tuple[Policy, ...]:
        """The policies of `names`."""
        return tuple(self.bundle if name == CUSTOM else policy_of(name) for name in self.names)

    @cached_property
    def settings(self) -> list[tuple[str, str]]:
        """What differs from the defaults, a bundle's levers apart, as `name`, `value` of the command line."""
        said = [
            ("policies", ",".join(self.policies or [BASELINE.name]) if self.policies != FIRST else ""),
            *((f"parameters.{name}", _text(value)) for name, value in self.parameters.items()),
            ("population", self.population if self.population != POPULATIONS[0] else ""),
            ("seeds", str(self.seeds) if self.seeds != SEEDS else ""),
            ("against", self.against if self.against != BASELINE.name else ""),
        ]
        return [(name, value) for name, value in said if value]

    @cached_property
    def settings_of_page(self) -> list[tuple[str, str]]:
        """What the link says, as `name`, `value`."""
        levers = [
            (f"policy.{name}{end}", _text(value))
            for name, dated in self.levers.items()
            for end, value in (("", dated.value), *_ends(dated))
        ]
        page = [("lists", self.lists), ("budget", _text(self.budget or "")), ("keep", "on" * self.keeps)]
        return [(name, value) for name, value in (*self.settings, *levers, *page) if value]

    @property
    def query(self) -> str:
        """The link's query, without its question mark."""
        return urlencode(self.settings_of_page, safe=",")

    def with_seeds(self, seeds: int) -> "State":
        """The same on so many seeds."""
        return replace(self, seeds=seeds)

    def value_of(self, lever: str) -> Value:
        """A lever's value; that of most seeds, if not of all."""
        return self.levers[lever].value if lever in self.levers else LEVERS[lever].default

    def unmixed(self, lever: str) -> "State":
        """The same with one value of a lever in all seeds, which somebody has chosen."""
        dated = self.levers.get(lever)
        if not isinstance(dated, Mixed):
            return self
        levers = {**self.levers, lever: Dated(dated.value, dated.start, dated.end)}
        return replace(self, levers={name: each for name, each in levers.items() if is_moved(name, each)})

    def command(self) -> str:
        """What reproduces it on the command line."""
        return _command(self.words())

    def command_of_rules(self, policy: str) -> str:
        """What tells on the command line which rules of the model hold up what a policy adds."""
        own = replace(
            self,
            policies=(policy,) if policy != CUSTOM else (),
            levers=self.levers if policy == CUSTOM else {},
            against=BASELINE.name,
        )
        return _command(["experiment=mechanisms", *own._words(Path())])

    def words(self, lists: Path = Path()) -> list[str]:
        """The command line's words, with every policy named.

        Args:
            lists: the folder of one's own lists, where they are used.
        """
        return [*self._words(lists), f"{_OVER}.without=[]"]

    def _words(self, lists: Path) -> list[str]:
        """The same without what is asked of other assumptions."""
        said = [("policies", f"[{','.join(self.names)}]")]
        said += [(f"policy.{name}", _dated_text(dated)) for name, dated in self.levers.items()]
        said += [each for each in self.settings if each[0] not in ("policies", "seeds")]
        said += [("seeds", str(self.seeds)), *((name, str(lists / file)) for name, file in self._own_lists())]
        return [f"{name}={value}" for name, value in said]

    def experiment(self) -> str:
        """The experiment's file that the command line runs to the same numbers."""
        import yaml

        populations: list[Any] = [{"override /population": self.population}]
        content: dict[str, Any] = {
            **({"defaults": populations} if self.population != POPULATIONS[0] else {}),
            "job": "compare",
            "seeds": self.seeds,
            "policies": [*self.names[: len(self.policies) + 1], *self._bundle_said()],
            "against": self.against,
            _OVER: {"parameters": _OVER},
            **({"parameters": dict(self.parameters)} if self.parameters else {}),
        }
        if own := self._own_lists():
            content["population"] = {name.removeprefix("population."): value for name, value in own}
        head = "# @package _global_\n# Made on the page of towngown: the same rows, the same numbers.\n"
        return head + yaml.safe_dump(content, sort_keys=False, allow_unicode=True)

    def python(self) -> str:
        """What reproduces it in Python."""
        named = [*self.names[: len(self.policies) + 1], *self._bundle_said()]
        arguments = [f"{named!r}", f"{dict(self.parameters)!r}" if self.parameters else ""]
        if own := self._own_lists():
            given = {"kind": "listed", "name": "csv"} | {k.partition(".")[2]: v for k, v in own}
            arguments.append(f"population=population_from({given!r})")
        elif self.population != POPULATIONS[0]:
            arguments.append(f"population={self.population!r}")
        arguments.append(f"seeds={self.seeds}")
        lists = "from experiments.command.populations import population_from\n" if self.lists else ""
        against = "" if self.against == BASELINE.name else f"{self.against!r}, "
        return (
            "from analysis.statistics.effects import effects_of\n"
            f"{lists}from experiments.notebook import sweep\n"
            "from model.measures import moved_by\n\n"
            f"rows = sweep({', '.join(filter(None, arguments))})\n"
            f"effects = effects_of(rows, {against}controls=moved_by())\n"
        )

    def _bundle_said(self) -> list[dict[str, Any]]:
        """One's own bundle, as an experiment lists it."""
        levers = {name: _dated_said(dated) for name, dated in self.levers.items()}
        return [{"name": CUSTOM, "levers": levers}] if levers else []

    def _own_lists(self) -> list[tuple[str, str]]:
        """Where one's own lists are looked for: where the command is run."""
        if not self.lists:
            return []
        return [("population.councils", "councils.csv"), ("population.universities", "universities.csv")]


def over(state: State) -> "Posterior | None":
    """Other assumptions that fit what is known as well, under those that the state itself gives."""
    return _over(frozenset(state.parameters))


@lru_cache(64)
def _over(held: frozenset[str]) -> "Posterior | None":
    from experiments.command.parameter_sets import posterior_from  # it loads what a first page does without

    given = {**mapping_in(CONF / "config.yaml")[_OVER], "parameters": _OVER, "held": sorted(held)}
    return posterior_from(given, [CONF])


def policy_of(name: str) -> Policy:
    """A policy that comes with the program.

    Raises:
        BadInput: if there is none of that name.
    """
    if name == BASELINE.name:
        return BASELINE
    given = trusted("policy", file_of("policy", name))
    return policy_from(name, given.get("levers") or {}, str(given.get("why") or ""))


def policy_names() -> list[str]:
    """Policies that come with the program, the baseline and the empty bundle left out."""
    return [name for name in names_in("policy", [CONF]) if name not in (BASELINE.name, CUSTOM)]


def read(query: str | Query) -> tuple[State, dict[str, str]]:
    """What a link, or a form, says.

    Args:
        query: of a link, or names and values.

    Returns:
        The state, without what cannot be used; and what is wrong with that, by the name of its field.
    """
    if isinstance(query, str):
        if len(query) > MOST_LETTERS:
            return State(), {"": f"The link has {len(query):,} letters: at most {MOST_LETTERS:,} are read."}
        query = parse_qsl(query, keep_blank_values=True)
    return _Reader(query).state()


class _Reader:
    """Reads fields one by one, and keeps what is wrong with each."""

    def __init__(self, query: Query) -> None:
        self.said: dict[str, list[str]] = {}
        for name, value in query:
            self.said.setdefault(name, []).append(value.strip())
        self.problems: dict[str, str] = {}

    def state(self) -> tuple[State, dict[str, str]]:
        self._check_names()
        policies = self._policies()
        levers = self._levers()
        names = (BASELINE.name, *policies, *([CUSTOM] if levers else []))
        lists = self._one("lists", "", _lists)
        state = State(
            policies=policies,
            levers=levers,
            parameters=self._declared("parameters.", PARAMETERS),
            population=self._one(
                "population",
                "csv" if lists else POPULATIONS[0],
                lambda text: _among("population", text, POPULATIONS),
            ),
            lists=lists,
            seeds=self._one("seeds", SEEDS, _seeds),
            against=self._one(
                "against", BASELINE.name, lambda text: _among("policy that is compared", text, names)
            ),
            budget=self._one("budget", None, _budget),
            keeps="keep" in self.said,
        )
        if state.population != "csv" and state.lists:
            state = replace(state, lists="")
        return state, self.problems

    def _one[Said](self, name: str, default: Said, read: Callable[[str], Said], of: str = "") -> Said:
        """The last value of a field; the default where it says nothing, or nothing that can be used.

        Args:
            name: of the field.
            default: if it says nothing.
            read: makes a value of its text.
            of: the field beside which it is told what is wrong, if not beside its own.
        """
        text = (self.said.get(name) or [""])[-1]
        try:
            return read(text) if text else default
        except BadInput as error:
            self.problems[of or name] = " ".join(error.problems)
            return default

    def _policies(self) -> tuple[str, ...]:
        if "policies" not in self.said:
            return FIRST
        words = [word.strip("[] ") for text in self.said["policies"] for word in text.split(",")]
        known = policy_names()
        given = [word for word in dict.fromkeys(words) if word and word not in (BASELINE.name, CUSTOM)]
        unknown = [no_such("policy", word, known) for word in given if word not in known]
        found = [word for word in given if word in known]
        if len(found) > MOST_POLICIES:
            unknown.append(f"{len(found)} policies are chosen: at most {MOST_POLICIES} fit a screen.")
        if unknown:
            self.problems["policies"] = " ".join(unknown)
        return tuple(found[:MOST_POLICIES])

    def _levers(self) -> dict[str, Dated]:
        """Levers that are not where the baseline has them, each with its months, and what some seeds get."""
        values = self._values("policy.", LEVERS)
        levers = {name: dated for name, value in values.items() if (dated := self._dated(name, value))}
        return {name: dated for name, dated in levers.items() if is_moved(name, dated)}

    def _dated(self, name: str, value: Value) -> Dated | None:
        field = f"policy.{name}"
        dates, mix = (
            {key: it for key in keys if (it := self._one(f"{field}.{key}", None, as_, field)) is not None}
            for keys, as_ in ((("start", "end"), _month), (("other", "share", "since"), _number))
        )
        try:
            policy = policy_from(CUSTOM, {name: {"value": value} | dates})
            return mixed_in(policy, {name: {"value": value} | dates | mix}).levers[name]
        except BadInput as error:
            self.problems[field] = " ".join(error.problems)
            return None

    def _declared(self, group: str, declared: Mapping[str, Parameter]) -> dict[str, Value]:
        """Values of a group that differ from their defaults, in the order of their declaration."""
        values = self._values(group, declared)
        return {name: value for name, value in values.items() if value != declared[name].default}

    def _values(self, group: str, declared: Mapping[str, Parameter]) -> dict[str, Value]:
        """Values of a group that are said, in the order of their declaration."""
        return {
            name: self._one(f"{group}{name}", each.default, lambda text, each=each: _value(each, text))
            for name, each in declared.items()
            if f"{group}{name}" in self.said
        }

    def _check_names(self) -> None:
        for name in self.said:
            head, _, rest = name.partition(".")
            if head == "policy" and (lever := rest.partition(".")[0]) not in LEVERS:
                self.problems[name] = no_such("lever", lever, LEVERS)
            elif head == "parameters" and rest not in PARAMETERS:
                self.problems[name] = no_such("parameter", rest, PARAMETERS, "model/ODD.md")


def _value(declared: Parameter, text: str) -> Value:
    return declared.checked(_number(text) if not declared.domain.words else text)


def _number(text: str) -> Any:
    """The number that a text is, or the text."""
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return text


def _seeds(text: str) -> int:
    number = _number(text)
    if not isinstance(number, int) or not 1 <= number <= MOST_SEEDS:
        raise BadInput(f"seeds = {text} is not allowed: it takes a whole number from 1 to {MOST_SEEDS:,}.")
    return number


def _month(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 4:
        raise BadInput(f"{text} is no month: it takes a whole number of at least 0 (months of the horizon).")
    return int(text)


def _budget(text: str) -> float:
    number = _number(text)
    if isinstance(number, str) or not 0 < number <= _MOST_BUDGET:
        raise BadInput(f"budget = {text} is not allowed: it takes £k a year above 0, or nothing.")
    return float(number)


def _lists(text: str) -> str:
    if not _LISTS.fullmatch(text):
        raise BadInput("lists is not allowed: it takes what the page gave your lists when they were sent.")
    return text


def _among(what: str, text: str, known: Iterable[str]) -> str:
    if text not in (known := tuple(known)):
        raise BadInput(no_such(what, text, known))
    return text


def _text(value: object) -> str:
    """A value as all of them read it back, to the last bit."""
    return (
        str(int(value))
        if isinstance(value, float) and value.is_integer() and abs(value) < 1e15
        else str(value)
    )


def _dated_text(dated: Dated) -> str:
    """A lever as the command line takes it."""
    said = _dated_said(dated)
    if not isinstance(said, dict):
        return _text(said)
    return "{" + ", ".join(f"{key}: {_text(value)}" for key, value in said.items()) + "}"


def _dated_said(dated: Dated) -> Any:
    """A lever as a file has it."""
    more: dict[str, Any] = {"start": dated.start} if dated.start or dated.end is not None else {}
    more |= {"end": dated.end} if dated.end is not None else {}
    more |= _mix_said(dated)
    return {"value": dated.value, **more} if more else dated.value


def _mix_said(dated: Dated) -> dict[str, Any]:
    """What some seeds get, if not all get the same."""
    if not isinstance(dated, Mixed):
        return {}
    return {"other": dated.other, "share": dated.share, "since": dated.since}


def _ends(dated: Dated) -> list[tuple[str, Any]]:
    """What a link says of a lever beside its value."""
    mixed = [(f".{name}", value) for name, value in _mix_said(dated).items()]
    return [(".start", dated.start or ""), (".end", dated.end or ""), *mixed]


def is_moved(lever: str, dated: Dated) -> bool:
    """Whether a lever is not where the baseline has it, if only in some seeds."""
    values = (dated.value, dated.other) if isinstance(dated, Mixed) else (dated.value,)
    return any(value != LEVERS[lever].default for value in values)


def _command(words: Iterable[str]) -> str:
    """A command line."""
    return " ".join(["towngown", *map(_quoted, words)])


def _quoted(word: str) -> str:
    """A word as any shell takes it."""
    return word if _PLAIN.fullmatch(word.replace("=", "")) else f'"{word}"'


def declared_label(name: str) -> str:
    """A parameter's or a lever's name as people read it."""
    declared = DECLARATIONS[name]
    return getattr(declared, "label", "") or name[:1].upper() + name[1:].replace("_", " ")

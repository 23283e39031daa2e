"""Columns: what rules ask of the world, its tables, records and numbers, held against the declarations.

A rule's `world` is told by its annotation. What else a name stands for follows from what it is given: in an
assignment, by a function's return, or by those who call the rule. A name that may stand for several kinds
of record is one that any of them will do for; of a name that may stand for something else nothing is said.
"""

import ast
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from model.arrays import Size, World, tables_of
from model.machine.spelling import Problem, Source, by_kind
from model.parameters import LEVERS, PARAMETERS
from model.problems import meant


@dataclass(frozen=True, eq=False)
class Kind:
    """A kind of thing that a name in a rule may stand for.

    Attributes:
        asked: what is asked of it, in words.
        columns: what it has by name, as declared.
        others: names that NumPy or Python give it.
        row: what it has by number, if it is a table.
    """

    asked: str
    columns: Mapping[str, "Kind"] = field(default_factory=dict)
    others: frozenset[str] = frozenset()
    row: "Kind | None" = None

    def has(self, name: str) -> bool:
        """Whether it has something of a name."""
        return name in self.columns or name in self.others

    def hint(self, name: str) -> str:
        """What may have been meant by a name that it does not have."""
        if self.row and name in self.row.columns:
            return f"Its rows have it, as in [row].{name}."
        if self.columns is _PARAMETERS.columns and name in LEVERS:
            return f"It is a lever: levers_of(world).{name}."
        if self.columns is _LEVERS.columns and name in PARAMETERS:
            return f"It is a parameter: world.parameters.{name}."
        return meant(name, sorted(self.columns or self.others), "model/arrays.py")


type Kinds = frozenset[Kind]
type Name = tuple[str, str]  # of a function: its module, and its own

UNKNOWN = Kind("")
VALUE = Kind(
    "property of a number or an array", others=frozenset(dir(np.float64)) | frozenset(dir(np.ndarray))
)
#: What is asked of a record, where it is not a column of the table that it is a row of.
_ASKED = {"parameters": "parameter", "segments": "lever", "months": "monthly measure"}


def _record(table: str, names: Iterable[str]) -> Kind:
    asked = _ASKED.get(table, f"column of world.{table}")
    return Kind(asked, dict.fromkeys(names, VALUE), frozenset(dir(np.record)))


def _table(name: str, dtype: np.dtype) -> Kind:
    """What a field of the World is: a record, a table of records, or an array of numbers."""
    if not dtype.names:
        return VALUE
    record = _record(name, dtype.names)
    if World.__annotations__[name] is np.record:
        return record
    return Kind(f"property of the table world.{name}", {}, frozenset(dir(np.ndarray)), record)


_TABLES = {name: _table(name, np.dtype(kind)) for name, (_, kind) in tables_of(Size(*[1] * 10)).items()}
_PARAMETERS, _LEVERS = _TABLES["parameters"], _TABLES["segments"].row or UNKNOWN
WORLD = Kind("table of the world", _TABLES, frozenset(dir(World)))


@dataclass(eq=False)
class Function:
    """A function, and what is known of it so far.

    Attributes:
        source: the file that it is in.
        node: its definition.
        parameters: what each of its parameters may stand for.
        returned: what it may give back.
    """

    source: Source
    node: ast.FunctionDef
    parameters: dict[str, Kinds] = field(default_factory=dict)
    returned: Kinds = frozenset()

    def __post_init__(self) -> None:
        for each in self.all_parameters:
            annotation = each.annotation and ast.unparse(each.annotation).strip("\"'")
            self.parameters[each.arg] = frozenset({WORLD} if annotation == "World" else ())

    @property
    def all_parameters(self) -> list[ast.arg]:
        """Its parameters, those by place first."""
        arguments = self.node.args
        several = [each for each in (arguments.vararg, arguments.kwarg) if each]
        return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *several]

    @cached_property
    def assigned(self) -> dict[str, list[ast.expr | None]]:
        """What each name in it is given; None for what nobody can tell."""
        found: dict[str, list[ast.expr | None]] = defaultdict(list)
        for name, value in _assigned(self):
            found[name].append(value)
        return found

    @cached_property
    def nodes(self) -> dict[type, list]:
        """Its nodes by their kind."""
        return by_kind(self.node)

    def learn(self, name: str, kinds: Kinds) -> bool:
        """Let a parameter stand for more, unless its annotation tells; whether any of it is new."""
        before = self.parameters.get(name, kinds)
        if before >= kinds or WORLD in before:
            return False
        self.parameters[name] = before | kinds
        return True

    def forget(self) -> None:
        """Let parameters stand for anything, as calls are not all known."""
        for name in self.parameters:
            self.learn(name, frozenset({UNKNOWN}))


#: For what is done with functions outside of any.
_NOBODY: Any = ast.parse("def nobody(): pass").body[0]


def misspelt(sources: Mapping[str, Source]) -> Iterator[Problem]:
    """What rules ask for that is not there."""
    reading = Reading(sources)
    for function in reading.functions:
        yield from reading.misspelt(function)


class Reading:
    """What the names in all functions of the model stand for."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self.sources = sources
        self.by_name: dict[Name, Function] = {}
        self._asked_for: set[tuple[Function, str]] = set()
        methods = []
        for source in sources.values():
            for node in source.tree.body:
                if isinstance(node, ast.FunctionDef):
                    self.by_name[source.module, node.name] = Function(source, node)
                elif isinstance(node, ast.ClassDef):
                    methods += [
                        Function(source, each) for each in node.body if isinstance(each, ast.FunctionDef)
                    ]
        for method in methods:
            method.forget()
        self.functions = [*self.by_name.values(), *methods]
        self._forget_handed_over()
        while sum(self._learn(function) for function in self.functions):
            pass

    def misspelt(self, function: Function) -> Iterator[Problem]:
        """What a function asks for that is not there."""
        asked = [(node, node.value, node.attr) for node in function.nodes[ast.Attribute]]
        asked += [
            (node, node.value, node.slice.value)
            for node in function.nodes[ast.Subscript]
            if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)
        ]
        for node, value, name in asked:
            kinds = [_row_or_itself(kind, node) for kind in self.kinds(function, value)]
            if kinds and UNKNOWN not in kinds and not any(kind.has(name) for kind in kinds):
                kind = min(kinds, key=lambda each: each.asked)
                yield function.source.at(node.lineno, f"{name!r} is no {kind.asked}. {kind.hint(name)}")

    def kinds(self, function: Function, node: ast.expr | None) -> Kinds:
        """What an expression in a function may stand for; none if nobody calls it."""
        match node:
            case ast.Name(id=name):
                return self._of_name(function, name)
            case ast.Attribute(value=value, attr=name):
                return _each(self.kinds(function, value), lambda kind: kind.columns.get(name, UNKNOWN))
            case ast.Subscript(value=value, slice=at):
                return _each(self.kinds(function, value), lambda kind: _looked_up(kind, at))
            case ast.Call(func=called):
                known = self._called(function, called)
                return known.returned if known else frozenset({UNKNOWN})
            case ast.IfExp(body=one, orelse=other):
                return self.kinds(function, one) | self.kinds(function, other)
            case ast.NamedExpr(value=value):
                return self.kinds(function, value)
        return frozenset({UNKNOWN})

    def _of_name(self, function: Function, name: str) -> Kinds:
        if (function, name) in self._asked_for:  # it is made of itself, and of what else it is given
            return frozenset()
        self._asked_for.add((function, name))
        given = [self.kinds(function, value) for value in function.assigned.get(name, ())]
        self._asked_for.remove((function, name))
        if name in function.parameters:
            given.append(function.parameters[name])
        return frozenset().union(*given) if given else frozenset({UNKNOWN})

    def _called(self, function: Function, node: ast.expr) -> Function | None:
        """The function of the model that is called, if it is one."""
        source = function.source
        match node:
            case ast.Name(id=name) if name not in function.assigned and name not in function.parameters:
                return self._named(source.imported.get(name, f"{source.module}.{name}"))
            case ast.Attribute(value=ast.Name(id=module), attr=name) if module in source.imported:
                return self._named(f"{source.imported[module]}.{name}")
        return None

    def _named(self, whole: str) -> Function | None:
        """A function by its whole name, through files that only pass it on."""
        module, _, name = whole.rpartition(".")
        if found := self.by_name.get((module, name)):
            return found
        passed_on = self.sources[module].imported.get(name) if module in self.sources else None
        return self._named(passed_on) if passed_on and passed_on != whole else None

    def _forget_handed_over(self) -> None:
        """Functions that something else than a call is done with may be called by anyone."""
        for source in self.sources.values():
            anyone = Function(source, _NOBODY)
            called = {id(node.func) for node in source.nodes[ast.Call]}
            for node in (*source.nodes[ast.Name], *source.nodes[ast.Attribute]):
                if id(node) not in called and (known := self._called(anyone, node)):
                    known.forget()

    def _learn(self, function: Function) -> bool:
        """Take what a function gives to those that it calls, and gives back; whether any of it is new."""
        news = [self._learn_of_call(function, call) for call in function.nodes[ast.Call]]
        before = function.returned
        for node in function.nodes[ast.Return]:
            function.returned |= self.kinds(function, node.value)
        return any(news) or function.returned != before

    def _learn_of_call(self, function: Function, call: ast.Call) -> bool:
        known = self._called(function, call.func)
        if known is None:
            return False
        if any(isinstance(each, ast.Starred) for each in call.args) or any(
            not each.arg for each in call.keywords
        ):
            known.forget()
        named = zip([each.arg for each in known.all_parameters], call.args, strict=False)
        given = [*named, *((each.arg, each.value) for each in call.keywords if each.arg)]
        return sum(known.learn(name, self.kinds(function, value)) for name, value in given) > 0


def _each(kinds: Kinds, found: Callable[[Kind], Kind]) -> Kinds:
    return frozenset(found(kind) for kind in kinds)


def _looked_up(kind: Kind, at: ast.expr) -> Kind:
    """What is at a place of a table, or in a column of it or of a row."""
    if isinstance(at, ast.Slice) or kind is VALUE:
        return kind
    if isinstance(at, ast.Constant) and isinstance(at.value, str):
        return _row_of(kind).columns.get(at.value, UNKNOWN)
    return kind.row if kind.row and not isinstance(at, ast.Tuple) else UNKNOWN


def _row_of(kind: Kind) -> Kind:
    return kind.row or kind


def _row_or_itself(kind: Kind, node: ast.AST) -> Kind:
    """What has the columns that are asked for: by name in brackets, a table has those of its rows."""
    return _row_of(kind) if isinstance(node, ast.Subscript) else kind


def _assigned(function: Function) -> Iterator[tuple[str, ast.expr | None]]:
    """Every name that a function gives a meaning, and what it is given; None for what nobody can tell."""
    given = [(target, node.value) for node in function.nodes[ast.Assign] for target in node.targets]
    given += [
        (node.target, node.value) for kind in (ast.AnnAssign, ast.NamedExpr) for node in function.nodes[kind]
    ]
    pairs = [pair for target, value in given for pair in _pairs(target, value)]
    yield from ((name.id, value) for name, value in pairs)
    told = {id(function.node), *(id(name) for name, _ in pairs)}
    for node in (node for nodes in function.nodes.values() for node in nodes if id(node) not in told):
        yield from ((name, None) for name in _names_given(node))


def _pairs(target: ast.expr, value: ast.expr | None) -> Iterator[tuple[ast.Name, ast.expr | None]]:
    """Names on the left of an assignment, and what each is given."""
    match target, value:
        case ast.Name(), _:
            yield target, value
        case ast.Tuple(elts=names), ast.Tuple(elts=values) if len(names) == len(values):
            for name, each in zip(names, values, strict=True):
                yield from _pairs(name, each)


def _names_given(node: ast.AST) -> Iterator[str]:
    """Names to which a node gives a meaning, other than by an assignment of one thing to each."""
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            yield name
        case ast.FunctionDef(name=name, args=ast.arguments() as arguments):
            yield name
            yield from (each.arg for each in ast.walk(arguments) if isinstance(each, ast.arg))
        case ast.Lambda(args=arguments):
            yield from (each.arg for each in ast.walk(arguments) if isinstance(each, ast.arg))
        case ast.alias(name=name, asname=asname):
            yield (asname or name).partition(".")[0]
        case ast.ClassDef(name=name) | ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
            yield name
        case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
            yield name

"""Spelling: whether Python understands the model's files, and every name and import in them is one.

Files are read, not run. What cannot be known for sure passes.
"""

import ast
import builtins
import importlib.util
import symtable
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from importlib import import_module
from pathlib import Path

from model.problems import meant, refuse

#: What every module has; what Python itself brings along.
_GIVEN = {*dir(builtins), *globals()} - {"ast", "builtins"}
#: Packages that rules use, besides their own.
_OF_RULES = ("math", "numpy")
_MOST_TOLD = 10


#: A file, a line in it, and what is wrong there.
type Problem = tuple[str, int, str]


@dataclass(frozen=True)
class Source:
    """A file of the model as it is written.

    Attributes:
        module: the name by which it is imported.
        where: the file, as people say it.
        tree: what Python makes of it.
        table: the names in it, by where they hold.
    """

    module: str
    where: str
    tree: ast.Module
    table: symtable.SymbolTable

    def at(self, line: int, problem: str) -> Problem:
        """A problem, as they are sorted and told."""
        return self.where, line, problem

    @cached_property
    def nodes(self) -> dict[type, list]:
        """Its nodes by their kind."""
        return by_kind(self.tree)

    @cached_property
    def names(self) -> frozenset[str]:
        """Those that others can have of it."""
        own = {symbol.get_name() for symbol in self.table.get_symbols() if symbol.is_local()}
        return frozenset(own | _made_global(self.table))

    @cached_property
    def is_open(self) -> bool:
        """Whether it may have more names than can be read in it."""
        stars = any(alias.name == "*" for alias in self.nodes[ast.alias])
        return stars or "__getattr__" in self.names

    @cached_property
    def imported(self) -> dict[str, str]:
        """What each name stands for that is imported, at any place: `model.chance.uniform`, `math`."""
        found = {}
        for node in self.nodes[ast.Import]:
            found |= {alias.asname: alias.name for alias in node.names if alias.asname}
            found |= {root: root for alias in node.names if (root := _root(alias.name)) == alias.name}
        for node in self.nodes[ast.ImportFrom]:
            origin = self.origin(node)
            found |= {alias.asname or alias.name: f"{origin}.{alias.name}" for alias in node.names}
        return {name: whole for name, whole in found.items() if name not in self.rebound}

    @cached_property
    def rebound(self) -> frozenset[str]:
        """Names that something else than an import gives a meaning, too, at any place."""
        stored = {node.id for node in self.nodes[ast.Name] if not isinstance(node.ctx, ast.Load)}
        return frozenset(stored | {node.arg for node in self.nodes[ast.arg]})

    def origin(self, node: ast.ImportFrom) -> str:
        """The module that something is imported from, its whole name."""
        if not node.level:
            return node.module or ""
        package = self.module.split(".") + ["__init__"] * self.where.endswith("__init__.py")
        return ".".join([*package[: -node.level], *([node.module] if node.module else [])])


def refuse_at(problems: Iterable[Problem]) -> None:
    """Refuse what has problems, each in its place.

    Raises:
        BadInput: naming the first of them, if there is any.
    """
    refuse([f"{where}, line {line}: {told}" for where, line, told in sorted(set(problems))][:_MOST_TOLD])


def read(folder: Path) -> dict[str, Source]:
    """All files of the model, by module.

    Raises:
        BadInput: naming each that Python does not understand.
    """
    sources, problems = {}, []
    for file in sorted(folder.rglob("*.py")):
        where = file.relative_to(folder.parent)
        module = ".".join(where.with_suffix("").parts).removesuffix(".__init__")
        text = file.read_bytes()
        try:
            with warnings.catch_warnings(action="ignore"):
                tree = ast.parse(text)
                compile(tree, str(where), "exec")
                table = symtable.symtable(importlib.util.decode_source(text), str(where), "exec")
        except SyntaxError as error:
            line = f": {error.text.strip()}" if error.text else ""
            problems.append((where.as_posix(), error.lineno or 1, f"{error.msg}{line}"))
        else:
            sources[module] = Source(module, where.as_posix(), tree, table)
    refuse_at(problems)
    return sources


def misnamed(sources: Mapping[str, Source]) -> Iterator[Problem]:
    """As `_misnamed`, of all files."""
    for source in sources.values():
        yield from _misnamed(source, sources)


def _misnamed(source: Source, sources: Mapping[str, Source]) -> Iterator[Problem]:
    """Names of a file that mean nothing, imports of what is not there, and what modules do not have."""
    slips = dict(_wrongly_imported(source, sources))
    yield from slips
    if not source.is_open:
        yield from _undefined(source, source.table, source.names | _GIVEN, frozenset(slips.values()))
    for node in source.nodes[ast.Attribute]:
        if isinstance(node.value, ast.Name):
            module = source.imported.get(node.value.id, "")
            if (names := _names_of(module, sources)) is not None and node.attr not in names:
                yield source.at(
                    node.lineno, f"{module} has no {node.attr!r}. {meant(node.attr, names, module)}"
                )


def _undefined(
    source: Source, table: symtable.SymbolTable, known: frozenset[str], slips: frozenset[str]
) -> Iterator[Problem]:
    """Names that nothing in a scope, or around it, gives a meaning.

    What a misspelt import was to bring is left out: that import is told, and is right in its use.
    """
    own = {symbol.get_name() for symbol in table.get_symbols()}
    for symbol in table.get_symbols():
        name = symbol.get_name()
        is_free = symbol.is_global() or table.get_type() == "module"
        if symbol.is_referenced() and is_free and name not in known and not get_close_matches(name, slips):
            line = _line_of(source, name, table.get_lineno())
            others = [other for other in sorted(own | known) if other != name]
            hint = meant(name, others, "what the rule is given and the file imports")
            yield source.at(line, f"{name!r} is not defined. {hint}")
    for child in table.get_children():
        yield from _undefined(source, child, known, slips)


def _line_of(source: Source, name: str, first: int) -> int:
    """Where a name is first read, from some line on."""
    read = (node.lineno for node in source.nodes[ast.Name] if node.id == name)
    return min((line for line in read if line >= first), default=first)


def _wrongly_imported(source: Source, sources: Mapping[str, Source]) -> Iterator[tuple[Problem, str]]:
    """Imports of what is not there, and what each is called in the file."""
    for node in source.nodes[ast.ImportFrom]:
        yield from ((problem, "") for problem in _no_module(source, node, source.origin(node), sources))
        yield from _not_in(source, node, sources)
    for node in source.nodes[ast.Import]:
        for alias in node.names:
            name = alias.asname or _root(alias.name)
            yield from ((problem, name) for problem in _no_module(source, node, alias.name, sources))


def _not_in(
    source: Source, node: ast.ImportFrom, sources: Mapping[str, Source]
) -> Iterator[tuple[Problem, str]]:
    """What is imported from a module that does not have it, and what it is called in the file."""
    module = source.origin(node)
    if (names := _names_of(module, sources)) is None:
        return
    for alias in node.names:
        if alias.name not in names and f"{module}.{alias.name}" not in sources and alias.name != "*":
            hint = meant(alias.name, names, module)
            told = f"{module} has no {alias.name!r} to import. {hint}"
            yield source.at(alias.lineno, told), alias.asname or alias.name


def _no_module(
    source: Source, node: ast.stmt, module: str, sources: Mapping[str, Source]
) -> Iterator[Problem]:
    """A module that is not there, if the file cannot do without."""
    root = _root(module)
    if root == _root(source.module):
        if module not in sources:
            yield source.at(node.lineno, f"there is no module {module!r}. {meant(module, sources, root)}")
    elif node in source.tree.body and importlib.util.find_spec(root) is None:
        yield source.at(node.lineno, f"there is no module {root!r}; it may have to be installed.")


def _names_of(module: str, sources: Mapping[str, Source]) -> frozenset[str] | None:
    """The names that a module has; None if that cannot be known."""
    if module in sources:
        source = sources[module]
        within = {name.rpartition(".")[2] for name in sources if name.rpartition(".")[0] == module}
        return None if source.is_open else source.names | within | _GIVEN
    return frozenset(dir(import_module(module))) if module in _OF_RULES else None


def _made_global(table: symtable.SymbolTable) -> set[str]:
    """Names that functions declare to be the module's, and give a meaning."""
    own = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_declared_global()}
    return own.union(*map(_made_global, table.get_children()))


def by_kind(tree: ast.AST) -> dict[type, list]:
    """All nodes of a tree, by their kind."""
    found = defaultdict(list)
    for node in ast.walk(tree):
        found[type(node)].append(node)
    return found


def _root(module: str) -> str:
    return module.partition(".")[0]

"""Imports go one way: what each folder may know of the others, and which packages have one place each."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from experiments.design.kinds import KINDS
from experiments.jobs import JOBS
from model.problems import BadInput
from model.simulation import run

ROOT = Path(__file__).parents[1]
OURS = ("model", "experiments", "analysis")
#: Of each package, what else of ours it may import (itself apart).
MAY_IMPORT = {"model": set(), "analysis": set(), "experiments": {"model", "analysis"}}
#: The one exception: the page runs models and experiments; nobody imports it but the command, when asked.
PAGE = "analysis.page"
#: Rooms from left to right: each imports only itself and what is further left.
LEVELS = {
    "experiments": (
        {"leftovers", "lists", "terminal"}, {"status"}, {"design"}, {"rows"}, {"running"},
        {"command", "verification"}, {"study"}, {"jobs"}, {"main", "notebook"},
    ),
    "analysis": (
        {"dictionary", "listing", "output"}, {"asked"}, {"tables"}, {"statistics"}, {"studies", "words"},
        {"figures"}, {"report"}, {"page"}, {"__main__"},
    ),
}  # fmt: skip
#: Packages that have their place, and where that is.
PLACES = {
    "numba": ("model/machine/",),
    "llvmlite": ("model/machine/",),
    "mesa": ("model/model.py", "model/agents.py", "analysis/page/in_mesa.py"),
    "hydra": ("experiments/command/",),
    "omegaconf": ("experiments/command/", "experiments/study/manifest.py"),
    "SALib.sample": ("experiments/design/",),
    "SALib.analyze": ("analysis/statistics/",),
    "sklearn": ("analysis/statistics/",),
    "pymoo": ("experiments/study/optimising.py",),
    "dask": ("experiments/running/dask.py",),
    "distributed": ("experiments/running/dask.py",),
    "rich": ("experiments/terminal.py", "experiments/jobs/", "experiments/study/effects_table.py"),
    "matplotlib": ("analysis/figures/",),
    "seaborn": ("analysis/figures/",),
    "starlette": ("analysis/page/",),
    "uvicorn": ("analysis/page/server.py",),
}
#: What the model must do without: settings, files, tables and plots; a run becomes a table when asked to.
NOT_IN_MODEL = {"hydra", "omegaconf", "yaml", "pandas", "pyarrow", "matplotlib", "seaborn", "rich", "SALib"}
MAY_MAKE_A_TABLE = ("model.simulation", "pandas")
#: How many files a room holds; `model` has one for each noun of the specification.
FEWEST, MOST = 3, 16


def module_of(file: Path) -> str:
    """The name by which a file is imported."""
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def files_of(package: str) -> dict[str, Path]:
    """Files by the name of their module."""
    return {module_of(file): file for file in sorted((ROOT / package).rglob("*.py"))}


@cache
def imports_of(file: Path, and_types: bool = True) -> frozenset[str]:
    """What a file imports at its top or within a function; of ours the modules, of others all that is named.

    Args:
        file: of Python.
        and_types: whether also what only annotations need.
    """
    return frozenset(imported(ast.parse(file.read_text(encoding="utf-8")), and_types))


def imports_at_top(file: Path) -> set[str]:
    """What a file imports when it is itself imported."""
    body = ast.parse(file.read_text(encoding="utf-8")).body
    return {
        name
        for each in body
        if isinstance(each, ast.Import | ast.ImportFrom)
        for name in imported(each, True)
    }


def walked(tree: ast.AST, and_types: bool) -> Iterator[ast.AST]:
    """All nodes of a tree."""
    if isinstance(tree, ast.If) and ast.unparse(tree.test) == "TYPE_CHECKING" and not and_types:
        return
    yield tree
    for child in ast.iter_child_nodes(tree):
        yield from walked(child, and_types)


def imported(tree: ast.AST, and_types: bool) -> Iterator[str]:
    for node in walked(tree, and_types):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports name the whole way"
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                yield name if is_module(name) else node.module or ""


def is_module(name: str) -> bool:
    """Whether a name is that of a module, not of a thing in one; of packages not ours, it may be."""
    package = name.partition(".")[0]
    return package not in OURS or name in files_of(package)


def is_within(name: str, package: str) -> bool:
    return f"{name}.".startswith(f"{package}.")


ALL = {module: file for package in OURS for module, file in files_of(package).items()}


@pytest.mark.parametrize("package", OURS)
def test_no_package_imports_what_it_must_do_without(package: str) -> None:
    others = {other for other in OURS if other != package} - MAY_IMPORT[package]
    wrong = {
        (module, name)
        for module, file in files_of(package).items()
        for name in imports_of(file)
        if name.partition(".")[0] in others | {"tests"}
        and (name.startswith("tests") or not is_within(module, PAGE))
    }
    assert wrong == set()


def test_the_model_knows_neither_settings_nor_files_nor_tables() -> None:
    wrong = {
        (module, name)
        for module, file in files_of("model").items()
        for name in imports_of(file)
        if name.partition(".")[0] in NOT_IN_MODEL
    }
    assert wrong == {MAY_MAKE_A_TABLE}


def test_the_model_runs_without_the_rest() -> None:
    """Who knows policies by name is looked up when a name is given; no table is made unasked."""
    code = (
        "import sys; from model.simulation import run; run({'warmup': 0, 'horizon': 0}, {'phds': 3}); "
        "sys.exit(bool({'experiments', 'analysis', 'pandas'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_a_name_is_told_where_nobody_knows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "experiments.command.policies", None)
    with pytest.raises(BadInput, match="where the model is by itself, nothing has a name"):
        run({}, "joint_posts")


def test_nobody_imports_the_page() -> None:
    users = {
        module for module, file in ALL.items() if any(is_within(name, PAGE) for name in imports_of(file))
    }
    assert {user for user in users if not is_within(user, PAGE)} == {"experiments.main"}
    assert not any(is_within(name, PAGE) for name in imports_at_top(ALL["experiments.main"]))


@pytest.mark.parametrize("package", LEVELS)
def test_within_a_package_imports_go_to_the_left(package: str) -> None:
    level = {room: at for at, rooms in enumerate(LEVELS[package]) for room in rooms}
    rooms = {module: module.split(".")[1] for module in files_of(package) if "." in module}
    assert set(rooms.values()) <= set(level)
    wrong = {
        (module, name)
        for module, room in rooms.items()
        for name in imports_of(ALL[module])
        if name in rooms and rooms[name] != room and level[rooms[name]] >= level[room]
    }
    assert wrong == set()


def test_no_imports_go_in_a_circle() -> None:
    """Not even of files that import one another within a function."""
    arrows = {module: imports_of(file, and_types=False) & set(ALL) for module, file in ALL.items()}
    done: set[str] = set()
    while free := {module for module in arrows if module not in done and arrows[module] - {module} <= done}:
        done |= free
    assert set(arrows) - done == set()


@pytest.mark.parametrize("package", PLACES)
def test_a_package_is_used_in_its_place_only(package: str) -> None:
    users = {
        str(file.relative_to(ROOT))
        for file in ALL.values()
        if any(is_within(name, package) for name in imports_of(file))
    }
    assert {user for user in users if not user.startswith(PLACES[package])} == set()


def test_jobs_and_kinds_of_design_are_known_by_what_they_declare() -> None:
    """Where one is asked for by name, the next would have to be, too."""
    names = {*JOBS, *KINDS}
    wrong = [
        (module, ast.unparse(node))
        for module, file in ALL.items()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Compare)
        and any(isinstance(side, ast.Attribute) and side.attr in ("job", "kind") for side in sides(node))
        and any(isinstance(side, ast.Constant) and side.value in names for side in sides(node))
    ]
    assert wrong == []


def sides(node: ast.Compare) -> list[ast.expr]:
    return [node.left, *node.comparators]


def test_a_room_holds_neither_one_file_nor_many() -> None:
    folders = {file.parent for package in ("experiments", "analysis") for file in files_of(package).values()}
    sizes = {
        str(folder.relative_to(ROOT)): len([file for file in folder.glob("*.py") if file.stem != "__init__"])
        for folder in folders
    }
    assert {folder: n for folder, n in sizes.items() if not FEWEST <= n <= MOST} == {}

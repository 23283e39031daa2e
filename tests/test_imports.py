"""Imports go one way: the model knows nothing above it, and the analysis knows tables only."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
#: What the model must do without: settings, files, tables and plots.
NOT_IN_MODEL = {"hydra", "omegaconf", "yaml", "pandas", "pyarrow", "matplotlib", "seaborn", "rich", "SALib"}
FORBIDDEN = {
    "model": {"experiments", "analysis", "tests", *NOT_IN_MODEL},
    "experiments": {"tests", "matplotlib", "seaborn"},
    "analysis": {"model", "experiments", "tests", "hydra", "omegaconf", "mesa", "numba"},
}


def imported(file: Path) -> set[str]:
    """Top-level packages that a file imports, at its top or within a function."""
    nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize("folder", FORBIDDEN)
def test_no_import_goes_the_wrong_way(folder: str) -> None:
    wrong = {
        (str(file.relative_to(ROOT)), package)
        for file in (ROOT / folder).rglob("*.py")
        for package in imported(file) & FORBIDDEN[folder]
    }
    assert wrong == set()


def test_mesa_stays_in_two_files() -> None:
    files = {file.name for file in (ROOT / "model").glob("*.py") if "mesa" in imported(file)}
    assert files == {"model.py", "agents.py"}


def test_the_model_knows_no_design() -> None:
    assert not [file for file in (ROOT / "model").rglob("*.py") if "SALib" in imported(file)]

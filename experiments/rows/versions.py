"""Versions: of the program, its commit, and the packages it runs on."""

import subprocess
from functools import cache
from importlib import metadata
from pathlib import Path

_PACKAGES = (
    "numpy", "scipy", "numba", "mesa", "pandas", "pyarrow", "hydra-core", "SALib", "scikit-learn", "seaborn",
    "matplotlib",
)  # fmt: skip
#: Of a repository's settings, those by which git would run a program.
_NO_CODE = ("-c", "core.fsmonitor=", "-c", "core.hooksPath=/dev/null")


def program_version() -> str:
    """The program's version, as installed."""
    return _version("towngown") or "(not installed)"


def package_versions() -> dict[str, str | None]:
    """Version of every package that results or figures may depend on; None where it is not installed."""
    return {package: _version(package) for package in _PACKAGES}


@cache
def commit() -> str | None:
    """The commit of the program's own repository, `+changes` where files differ from it; None outside one."""
    root = Path(__file__).resolve().parents[2]
    if _git(root, "rev-parse", "--show-toplevel") != str(root):
        return None
    head = _git(root, "rev-parse", "HEAD")
    changes = _git(root, "status", "--porcelain", "--", "model", "experiments", "conf")
    return f"{head}+changes" if head and changes else head


def _git(root: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", *_NO_CODE, "-C", str(root), *arguments],
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


@cache
def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None

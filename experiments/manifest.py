"""Where every number came from: versions, commit, seeds, time, command."""

import json
import platform
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from experiments.equal_money import Solved
from experiments.files import CONF
from experiments.settings import Settings

_PACKAGES = ("numpy", "scipy", "numba", "mesa", "pandas", "pyarrow", "hydra-core", "seaborn", "matplotlib")


def program_version() -> str:
    """The program's version, as installed."""
    return _version("towngown") or "(not installed)"


def resolved(settings: Settings, solved: Mapping[str, Solved]) -> dict[str, Any]:
    """All that the job ran on, every default spelt out and every intensity solved."""
    policies = []
    for planned in settings.policies:
        policy = solved[planned.policy.name].policy if planned.policy.name in solved else planned.policy
        levers = {name: asdict(dated) for name, dated in policy.levers.items()}
        policies.append({"name": policy.name, "why": policy.why, "levers": levers})
    return {
        "job": settings.job,
        "experiment": settings.experiment,
        "seeds": f"{settings.seeds.start}:{settings.seeds.stop}",
        "equal_money": settings.equal_money,
        "out": str(settings.out),
        "figures": settings.figures,
        "engine": {"kind": "local", "threads": settings.threads},
        "population": dict(settings.population_settings),
        "policies": policies,
        "parameters": dict(settings.parameters),
    }


def manifest(
    settings: Settings, solved: Iterable[Solved], started: datetime, n_runs: int, warnings: Sequence[str]
) -> dict[str, Any]:
    """What is needed to say where the numbers came from, and to get them again."""
    from model.compiling import code_digest

    finished = datetime.now().astimezone()
    return {
        "program": "towngown",
        "version": program_version(),
        "model": code_digest(),
        "commit": commit(),
        "command": sys.argv,
        "experiment": settings.experiment,
        "policies": [planned.policy.name for planned in settings.policies],
        "population": settings.population.name,
        "councils": len(settings.population.councils),
        "universities": len(settings.population.universities),
        "researchers": settings.population.n_researchers,
        "seeds": [settings.seeds.start, settings.seeds.stop],
        "runs": n_runs,
        "equal_money": {
            each.policy.name: {
                "lever": each.lever,
                "value": each.value,
                "cost": each.cost,
                "target": each.target,
                "reason": each.reason,
            }
            for each in solved
        },
        "threads": settings.threads,
        "started": started.isoformat(timespec="seconds"),
        "finished": finished.isoformat(timespec="seconds"),
        "seconds": round((finished - started).total_seconds(), 2),
        "warnings": list(warnings),
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
        "packages": {package: _version(package) for package in _PACKAGES},
    }


def write_settings(folder: Path, settings: Settings, solved: Mapping[str, Solved]) -> None:
    """Write `config.yaml`."""
    from omegaconf import OmegaConf

    text = OmegaConf.to_yaml(OmegaConf.create(resolved(settings, solved)))
    header = "# What this folder was made from: every default spelt out, every intensity solved.\n"
    (folder / "config.yaml").write_text(header + text, encoding="utf-8")


def write_manifest(folder: Path, content: Mapping[str, Any]) -> None:
    """Write `manifest.json`."""
    text = json.dumps(content, indent=2, ensure_ascii=False)
    (folder / "manifest.json").write_text(text + "\n", encoding="utf-8")


@cache
def commit() -> str | None:
    """The commit of the program's own repository, `+changes` where files differ from it; None outside one."""
    root = CONF.parent
    if _git(root, "rev-parse", "--show-toplevel") != str(root):
        return None
    head = _git(root, "rev-parse", "HEAD")
    changes = _git(root, "status", "--porcelain", "--", "model", "experiments", "conf")
    return f"{head}+changes" if head and changes else head


def _git(root: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments], capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None

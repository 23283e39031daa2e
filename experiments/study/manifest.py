"""Where every number came from: versions, commit, seeds, time, command."""

import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from experiments.command.files import CONF
from experiments.command.patterns import ALL, patterns_from
from experiments.command.settings import Settings
from experiments.rows.versions import commit, package_versions, program_version
from experiments.study.completing import Complete
from experiments.study.money.solved import Solved


def resolved(settings: Settings, seeds: range, solved: Mapping[str, Solved]) -> dict[str, Any]:
    """All that the job ran on, every default spelt out and every intensity solved."""
    policies = []
    for planned in settings.policies:
        policy = solved[planned.policy.name].policy if planned.policy.name in solved else planned.policy
        levers = {name: asdict(dated) for name, dated in policy.levers.items()}
        policies.append({"name": policy.name, "why": policy.why, "levers": levers})
    return settings.described() | {"seeds": f"{seeds.start}:{seeds.stop}", "policies": policies}


def manifest(
    settings: Settings,
    filled: Complete,
    solved: Iterable[Solved],
    started: datetime,
    warnings: Sequence[str],
) -> dict[str, Any]:
    """What is needed to say where the numbers came from, and to get them again."""
    from model.machine.compiling import code_digest

    finished = datetime.now().astimezone()
    return {
        "program": "towngown",
        "version": program_version(),
        "model": code_digest(),
        "commit": commit(),
        "command": settings.command,
        "experiment": settings.experiment,
        "policies": [planned.policy.name for planned in settings.policies],
        "population": settings.population.name,
        "councils": len(settings.population.councils),
        "universities": len(settings.population.universities),
        "researchers": settings.population.n_researchers,
        "seeds": [filled.plan.seeds.start, filled.plan.seeds.stop],
        "points": len(filled.plan.design),
        "sampled": len(settings.parameters.sample) if settings.parameters.varied else 0,
        "runs": len(filled.plan),
        "failed": len(filled.failures),
        "store": str(settings.store),
        "equal_money": {
            each.policy.name: {
                "lever": each.lever,
                "value": each.value,
                "other": each.mixed and each.mixed.other,
                "share": each.mixed and each.mixed.share,
                "cost": each.cost,
                "target": each.target,
                "reason": each.reason,
            }
            for each in solved
        },
        "engine": dict(settings.engine),
        "started": started.isoformat(timespec="seconds"),
        "finished": finished.isoformat(timespec="seconds"),
        "seconds": round((finished - started).total_seconds(), 2),
        "warnings": list(warnings),
        "patterns": _patterns(),
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
        "packages": package_versions(),
    }


def _patterns() -> dict[str, Any]:
    """How many patterns of the world there are of the program's own, and which the model is known to miss."""
    own = patterns_from(ALL, [CONF])
    return {"known": len(own), "fails": [pattern.fails for pattern in own if pattern.fails]}


def write_settings(folder: Path, settings: Settings, seeds: range, solved: Mapping[str, Solved]) -> None:
    """Write `config.yaml`."""
    header = (
        "# What this folder was made from: every default spelt out, every intensity solved.\n"
        "# towngown again=FOLDER runs it again as it is.\n"
    )
    write_yaml(folder / "config.yaml", header, resolved(settings, seeds, solved))


def write_yaml(file: Path, header: str, content: dict[str, Any]) -> None:
    """Write a YAML file."""
    from omegaconf import OmegaConf

    file.write_text(header + OmegaConf.to_yaml(OmegaConf.create(content)), encoding="utf-8")


def write_manifest(folder: Path, content: Mapping[str, Any]) -> None:
    """Write `manifest.json`."""
    text = json.dumps(content, indent=2, ensure_ascii=False)
    (folder / "manifest.json").write_text(text + "\n", encoding="utf-8")

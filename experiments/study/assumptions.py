"""The log of assumptions of a folder: every number that runs took, and how far it is to be trusted."""

from pathlib import Path

import pandas as pd

from analysis import tables
from experiments.command.settings import Settings
from experiments.study.tables import dictionary_of
from model.domains import Parameter
from model.parameters import PARAMETERS


def status(declared: Parameter) -> str:
    """How far a declared value is to be trusted."""
    first = declared.source.partition(";")[0]
    if first in ("policy", "design"):
        return first
    if first.startswith(("calibrated", "fitted")):
        return "calibrated"
    return "assumed" if "assumed" in declared.source else "source"


def write_assumptions(folder: Path, settings: Settings) -> None:
    """Write `assumptions.parquet` and `.csv`: a line a parameter."""
    varied = {*settings.parameters.varied, *(factor.name for factor in settings.design.factors)}
    lines = [
        {
            "parameter": name,
            "value": "varied" if name in varied else str(settings.parameters[name]),
            "status": status(declared) if settings.parameters[name] == declared.default else "changed",
            "low": declared.plausible[0] if declared.plausible else None,
            "high": declared.plausible[1] if declared.plausible else None,
            "unit": declared.unit,
            "meaning": declared.meaning,
            "source": declared.source,
        }
        for name, declared in PARAMETERS.items()
    ]
    content = pd.DataFrame(lines).astype({"low": float, "high": float})
    tables.write(folder, "assumptions", content, dictionary_of(settings.design))
    content.to_csv(folder / "assumptions.csv", index=False)

"""Jobs: what `towngown` can be asked to do, a file each, named as `job=` names them."""

import ast
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from model.problems import BadInput, no_such

if TYPE_CHECKING:
    from experiments.command.settings import Settings
    from experiments.jobs.job import Job

#: Each is a module here that declares its JOB, and is loaded only when asked for.
JOBS = ("compare", "run", "sweep", "sensitivity", "robustness", "replications", "replay")


def purposes() -> list[tuple[str, str]]:
    """Every job with what it is for, as its file begins; no job is loaded."""
    texts = (Path(__file__).with_name(f"{name}.py").read_text(encoding="utf-8") for name in JOBS)
    return [(name, ast.get_docstring(ast.parse(text)) or "") for name, text in zip(JOBS, texts, strict=True)]


def do(settings: "Settings") -> int:
    """Do the job that settings ask for.

    Returns:
        Exit status.

    Raises:
        BadInput: if there is no such job, or the settings are not what it needs.
    """
    if settings.job not in JOBS:
        raise BadInput(no_such("job", settings.job, JOBS))
    job: Job = import_module(f"{__name__}.{settings.job}").JOB
    job.check(settings)
    return job.main(settings)

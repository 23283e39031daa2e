"""Jobs: what `towngown` can be asked to do, a file each, named as `job=` names them."""

import ast
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from model.problems import BadInput, no_such

if TYPE_CHECKING:
    from experiments.command.settings import Settings
    from experiments.study.job import Job

#: Each is a module that declares its JOB, and is loaded only when asked for.
JOBS = (
    "compare",
    "run",
    "sweep",
    "sensitivity",
    "robustness",
    "replications",
    "rivals",
    "mechanisms",
    "friction",
    "pilot",
    "optimise",
    "combine",
    "validate",
    "verify",
    "calibrate",
    "replay",
    "report",
    "archive",
)
_HERE = Path(__file__).parent
#: A job that loses rows so often has a store that nothing can be kept in.
_TRIES = 4


def purposes() -> list[tuple[str, str]]:
    """Every job with what it is for, as its file begins; no job is loaded."""
    texts = (_file_of(name).read_text(encoding="utf-8") for name in JOBS)
    return [(name, ast.get_docstring(ast.parse(text)) or "") for name, text in zip(JOBS, texts, strict=True)]


def job_of(name: str) -> "Job":
    """Load one of `JOBS`."""
    path = _file_of(name).relative_to(_HERE).with_suffix("")
    return import_module(".".join((__name__, *path.parts))).JOB


def _file_of(name: str) -> Path:
    return next(_HERE.rglob(f"{name}.py"))


def do(settings: "Settings") -> int:
    """Do the job that settings ask for.

    Returns:
        Exit status.

    Raises:
        BadInput: if there is no such job, or the settings are not what it needs.
    """
    if settings.job not in JOBS:
        raise BadInput(no_such("job", settings.job, JOBS))
    job = job_of(settings.job)
    settings = job.placed(settings)
    job.check(settings)
    return until_nothing_is_lost(lambda: job.main(job.told(settings)))


def until_nothing_is_lost[Done](work: Callable[[], Done]) -> Done:
    """Do some work; again from its beginning, where rows of the store are lost meanwhile."""
    from experiments import terminal
    from experiments.rows.parts import Lost

    for _ in range(_TRIES - 1):
        try:
            return work()
        except Lost as lost:
            terminal.say([f"{lost} What is missing is looked for now."])
    return work()

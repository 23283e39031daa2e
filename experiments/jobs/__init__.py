"""Jobs: what `towngown` can be asked to do, a file each, named as `job=` names them."""

from importlib import import_module
from typing import TYPE_CHECKING

from model.problems import BadInput, no_such

if TYPE_CHECKING:
    from experiments.command.settings import Settings
    from experiments.jobs.job import Job

#: Each is a module here that declares its JOB, and is loaded only when asked for.
JOBS = ("compare", "run", "sweep", "sensitivity", "robustness", "replications", "replay")


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

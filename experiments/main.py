"""The console script `towngown`: help, settings, a job, an exit status."""

import signal
import sys
import threading
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from experiments.status import DONE, status_of

if TYPE_CHECKING:
    from experiments.command.settings import Settings

#: What can be done (`job`); each is a module of `experiments.jobs`.
JOBS = ("compare", "run", "sweep", "sensitivity", "robustness", "replications", "replay")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program.

    Args:
        arguments: of the command line, without the program's name.

    Returns:
        Exit status: 0 done, 1 failed, 2 bad input, 130 interrupted.
    """
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    if {"--help", "-h"} & set(arguments):
        from experiments.command.help import help_text

        print(help_text(), end="")
        return DONE
    if "--version" in arguments:
        from experiments.rows.versions import program_version

        print(f"towngown {program_version()}")
        return DONE
    from experiments.command.composing import composed_jobs

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that it, too, leaves nothing behind
    return status_of(lambda: composed_jobs(arguments, JOBS, _do))


def _do(settings: "Settings") -> int:
    """Do the job that settings ask for."""
    return import_module(f"experiments.jobs.{settings.job}").main(settings)

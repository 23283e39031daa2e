"""The console script `towngown`: help, settings, a job, an exit status."""

import gc
import signal
import sys
import threading
from collections.abc import Sequence

from analysis.output import be_understood, say
from experiments.status import DONE, INTERRUPTED, status_of

#: The first argument that asks for the page instead of a job.
_PAGE = "page"
#: New objects after which Python looks for those that hold each other in circles: tables seldom do, and
#: looking more often takes a tenth of an analysis.
_NEW_OBJECTS = 50_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program.

    Args:
        arguments: of the command line, without the program's name.

    Returns:
        Exit status: 0 done, 1 failed, 2 bad input, 130 interrupted.
    """
    try:
        be_understood()
        given = sys.argv[1:] if arguments is None else list(arguments)
        return status_of(lambda: _main(given))
    except KeyboardInterrupt:  # so early, or late, that there is nothing to say
        return INTERRUPTED


def _main(arguments: Sequence[str]) -> int:
    if arguments[:1] == [_PAGE]:
        return _page(arguments[1:])
    if {"--help", "-h"} & set(arguments):
        from experiments.command.help import help_text
        from experiments.jobs import purposes

        say(help_text(purposes()).rstrip("\n"))
        return DONE
    if "--version" in arguments:
        from experiments.rows.versions import program_version

        say(f"towngown {program_version()}")
        return DONE
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that it, too, leaves nothing behind
    return _done(arguments)


def _done(arguments: Sequence[str]) -> int:
    """Do the jobs that are asked for."""
    gc.set_threshold(_NEW_OBJECTS)
    from experiments.command.arguments import parsed

    asked = parsed(arguments)  # before more is loaded: a mistake is told at once
    from model.machine.checking import check_rules

    check_rules()
    from experiments.command.composing import composed_jobs
    from experiments.jobs import do

    return composed_jobs(asked, do)


def _page(arguments: Sequence[str]) -> int:
    """Serve the page in a browser."""
    from analysis.page.server import main as serve
    from model.machine.checking import check_rules

    check_rules()
    return serve(arguments)

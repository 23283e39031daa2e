"""The job that makes the report of a results folder, from its rows: `towngown report=FOLDER`."""

from collections.abc import Iterator

from analysis.listing import list_again
from analysis.studies import analysed_again
from analysis.tables import BadFolder
from experiments import terminal
from experiments.command.settings import Settings
from experiments.status import DONE
from experiments.study.job import Job
from model.problems import BadInput


def main(settings: Settings) -> int:
    """Make the statistics of the folder again, then its report; nothing is run.

    Returns:
        Exit status.

    Raises:
        BadInput: if it is no results folder, or not whole.
    """
    from analysis.report import page

    folder = settings.report
    assert folder is not None
    try:
        with terminal.working("Writing the report"):
            notes, tables = analysed_again(folder)
            list_again(folder, tables)  # so that the report knows what was changed by others
            report = page.write(folder)
            list_again(folder, [report])
    except BadFolder as error:
        raise BadInput(f"report = {folder} is not allowed: {error}.") from None
    except OSError as error:
        raise BadInput(f"report = {folder}: it cannot be written to: {error.strerror}.") from None
    terminal.say(notes)
    terminal.say_where({"Report": str(report)})
    return DONE


def _a_folder(settings: Settings) -> Iterator[str]:
    """The job takes a folder."""
    if settings.report is None:
        yield "report is missing: give the folder that a comparison wrote as report=FOLDER."


JOB = Job(main, needs=(_a_folder,))

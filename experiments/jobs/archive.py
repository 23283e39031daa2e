"""The job that packs a results folder into one file, or checks and unpacks such a file (`archive=FOLDER`)."""

from collections.abc import Iterator

from experiments import terminal
from experiments.command.settings import Settings
from experiments.status import DONE
from experiments.study.archiving import checked, differences, packed, unpacked
from experiments.study.folder import claimed, written_whole
from experiments.study.job import Job


def main(settings: Settings) -> int:
    """Pack a folder; or check a file, say what differs here, and unpack it. Nothing is run.

    Returns:
        Exit status.

    Raises:
        BadInput: if it is neither, or not as it was.
    """
    archive = settings.archive
    assert archive is not None
    if archive.is_dir():
        file = packed(archive)
        if not settings.out_is_new:
            terminal.say([f"out changes nothing here: {file} is beside the folder that is packed."])
        terminal.say_where({"Packed into": str(file)})
        terminal.say([f"towngown archive={file} checks it, and unpacks it."], "dim", "")
        return DONE
    listing = checked(archive)
    terminal.say([f"All {len(listing['files']):,} files are as they were packed."], "green", "")
    terminal.say(told := differences(listing))
    with claimed(settings.out, settings.out_is_new) as out:
        pass
    with written_whole(out) as folder:
        unpacked(archive, folder)
    terminal.say_where({"Unpacked to": str(out)})
    same = "gives the same numbers, bit for bit" if not told else "may give others, as versions differ"
    terminal.say([f"towngown again={out} runs it again, and {same}."], "dim", "")
    return DONE


def _something(settings: Settings) -> Iterator[str]:
    """The job takes a folder or a file."""
    if settings.archive is None or not settings.archive.exists():
        yield (
            f"archive = {settings.archive or 'null'} is not there: give a folder that towngown wrote, or the "
            "file that archive=FOLDER made of one."
        )


JOB = Job(main, needs=(_something,))

"""Reports: the report of what is on the screen, made as the command line makes it."""

import hashlib
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

from analysis.page.state import State
from model.problems import BadInput

if TYPE_CHECKING:
    from analysis.page.room import Room

#: Seconds that a report may take, and lines of what the program says that are shown if it fails.
_PATIENCE, _LINES = 600, 12
_PROGRAM = "import sys; from experiments.main import main; sys.exit(main(sys.argv[1:]))"
_one_at_a_time = threading.Lock()


def report_of(state: State, room: "Room") -> str:
    """Make a state's report; the name of its folder among the results.

    Raises:
        BadInput: if another is being made, or it cannot be made.
    """
    name = f"page_{hashlib.blake2b(state.query.encode(), digest_size=5).hexdigest()}"
    settings = [f"store={room.store}", f"out={room.results / name}"]
    words = state.words(room.lists.folder / state.lists)
    if not _one_at_a_time.acquire(blocking=False):
        raise BadInput("Another report is being made: try again in a moment.")
    try:
        done = subprocess.run(
            [sys.executable, "-c", _PROGRAM, *words, *settings],
            capture_output=True, text=True, timeout=_PATIENCE, stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise BadInput(f"The report took more than {_PATIENCE} seconds, and was given up.") from None
    finally:
        _one_at_a_time.release()
    if done.returncode:
        raise BadInput(done.stderr.strip().splitlines()[-_LINES:] or "The report could not be made.")
    return name

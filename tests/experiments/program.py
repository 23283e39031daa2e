"""The program as users start it: in a process of its own, which can be interrupted or killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.experiments.conftest import TINY

PROGRAM = Path(sys.executable).with_name("towngown")
PATIENCE = 120


@contextmanager
def started(*arguments: str, folder: Path | None = None) -> Iterator[subprocess.Popen]:
    """The program in a tiny world; it and all that it has started are killed at the end."""
    program = subprocess.Popen(
        [PROGRAM, *TINY, *arguments], cwd=folder, env=os.environ | {"COLUMNS": "120"}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    try:
        yield program
    finally:
        if program.poll() is None:
            os.killpg(program.pid, signal.SIGKILL)
        program.communicate()


def until(happened: Callable[[], object], program: subprocess.Popen | None = None) -> None:
    """Wait until something has happened, or the program has ended."""
    end = time.monotonic() + PATIENCE
    while not happened() and (program is None or program.poll() is None):
        assert time.monotonic() < end, "it has not happened"
        time.sleep(0.02)


def parts_of(store: Path) -> list[Path]:
    return list((store / "rows").glob("*.parquet"))

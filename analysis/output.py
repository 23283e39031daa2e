"""Output: what is said can be said to anyone, whatever letters they know, and though they may have left."""

import codecs
import os
import sys
from typing import TextIO

#: What stands for letters that the other end does not know; for all others, a question mark does.
_PLAIN = {
    "−": "-", "–": "-", "±": "+-", "×": "x", "£": "GBP ", "≤": "<=", "≥": ">=", "†": "(!)", "…": "...",
    "→": "->", "━": "-", "─": "-",
}  # fmt: skip
_NAME = "towngown_plain"


def be_understood() -> None:
    """From now on, what is printed can be printed, be it to a file of Windows's or with LC_ALL=C."""
    codecs.register_error(_NAME, _in_plain_letters)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a notebook's has it not, and takes everything
            stream.reconfigure(errors=_NAME)


def say(text: str) -> None:
    """Print to standard output; whoever read it may have left.

    Raises:
        OSError: if it cannot be written to; says so.
    """
    try:
        print(text, flush=True)
    except BrokenPipeError:
        nobody_reads(sys.stdout)
    except OSError as error:
        raise not_said(error) from error


def not_said(error: OSError) -> OSError:
    """That standard output takes no more; what was to be printed there is dropped."""
    nobody_reads(sys.stdout)
    return OSError(f"Standard output cannot be written to: {error.strerror}.")


def nobody_reads(stream: TextIO) -> None:
    """Whoever read has left, as `head` does: what is still said goes nowhere, and the work goes on."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _in_plain_letters(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    unknown = error.object[error.start : error.end]
    return "".join(_PLAIN.get(letter, "?") for letter in unknown), error.end

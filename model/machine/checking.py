"""Checking: a version of the model is looked through when it is first met, before anything is compiled.

Numba finds a misspelt name late, and tells it in a thousand lines. So names are held against what there is
(`spelling`), and then, with the declarations at hand, what rules ask of records (`columns`).
"""

import functools
import traceback
from pathlib import Path

from model.machine import cache
from model.machine.spelling import misnamed, read, refuse_at

_CHECKED = "names-checked"


@functools.cache
def check_rules() -> None:
    """Refuse this model, if this version of it has not been looked through; as of `check_names`."""
    if not cache.is_known(_CHECKED):
        check_names(cache.MODEL)
        cache.note(_CHECKED)


def check_names(folder: Path) -> None:
    """Refuse a model in which Python, or a rule, meets a name that is not there.

    Raises:
        BadInput: with file, line, the word and what there is.
    """
    sources = read(folder)
    refuse_at(misnamed(sources))
    try:
        from model.machine.columns import misspelt
    except Exception as error:  # a declaration that Python understands, and cannot carry out
        raise_at(error, folder)
        raise
    refuse_at(misspelt(sources))


def raise_at(error: Exception, folder: Path) -> None:
    """Refuse the line of the model that has raised an error, if one has."""
    frames = [(Path(frame.filename), frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    own = [(file, line) for file, line in frames if file.is_relative_to(folder)]
    for file, line in own[-1:]:
        where = file.relative_to(folder.parent).as_posix()
        refuse_at([(where, line or 1, f"{type(error).__name__}: {error}")])

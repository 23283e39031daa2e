"""The words in which mistakes are told."""

import difflib
from collections.abc import Iterable

from model.parameters import refuse


class Unfinished(Exception):
    """A job has no results, for a reason that the user has been told; has its exit status."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(status)


def no_such(kind: str, name: object, known: Iterable[str]) -> str:
    """Say that something is not known, and what may have been meant or what there is."""
    names = list(known)
    near = difflib.get_close_matches(str(name), names, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(names)}."
    return f"There is no {kind} {str(name)!r}. {hint}"


def check_keys(where: str, given: Iterable[object], known: Iterable[str]) -> None:
    """Refuse keys that mean nothing.

    Raises:
        BadInput: naming every unknown key.
    """
    names = list(known)
    refuse(f"{where}: {no_such('setting', key, names)}" for key in given if key not in names)


def number(value: float) -> str:
    """A number as people write it: no more digits than it needs, thousands apart."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def duration(seconds: float) -> str:
    """A time as people say it."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min" if minutes < 48 * 60 else f"{minutes / 1440:.1f} days"


def size(n_bytes: float) -> str:
    """An amount of memory as people say it."""
    return f"{max(1, round(n_bytes / 1e6)):,} MB" if n_bytes < 1e9 else f"{n_bytes / 1e9:.1f} GB"

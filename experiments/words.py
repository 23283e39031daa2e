"""The words in which mistakes are told."""

import difflib
from collections.abc import Iterable

from model.parameters import refuse


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

"""Problems: a user's mistakes, all of them told at once, each with what is allowed."""

import difflib
from collections.abc import Callable, Iterable
from typing import Any


class BadInput(ValueError):
    """A user's mistake: one line a problem, each naming what was given and what is allowed."""

    def __init__(self, problems: str | Iterable[str]) -> None:
        self.problems = [problems] if isinstance(problems, str) else list(problems)
        super().__init__("\n".join(self.problems))

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows (IPython asks for this): what is wrong, without the way there."""
        return [f"BadInput: {problem}" for problem in self.problems]


def refuse(problems: Iterable[str]) -> None:
    """Refuse what has problems.

    Raises:
        BadInput: if there is any.
    """
    if found := list(problems):
        raise BadInput(found)


def all_of(checks: Iterable[Callable[[], Any]]) -> list[Any]:
    """The results of all checks.

    Raises:
        BadInput: with the problems of all checks, not of the first one only.
    """
    results, problems = [], []
    for check in checks:
        try:
            results.append(check())
        except BadInput as error:
            problems += error.problems
    refuse(problems)
    return results


def no_such(kind: str, name: object, known: Iterable[str], listed_in: str = "") -> str:
    """Say that something is not known, and what may have been meant or what there is.

    Args:
        kind: of thing.
        name: what was given.
        known: all that there is.
        listed_in: where that is listed, if it is more than fits a line.
    """
    return f"There is no {kind} {str(name)!r}. {meant(name, known, listed_in)}"


def meant(name: object, known: Iterable[str], listed_in: str = "") -> str:
    """What may have been meant by a name that is not known, or what there is; as of `no_such`."""
    names = list(known)
    if near := difflib.get_close_matches(str(name), names, n=1):
        return f"Did you mean {near[0]}?"
    return f"See {listed_in} for all of them." if listed_in else f"There are: {', '.join(names)}."


def check_keys(where: str, given: Iterable[object], known: Iterable[str]) -> None:
    """Refuse keys that mean nothing.

    Raises:
        BadInput: naming every unknown key.
    """
    names = list(known)
    refuse(f"{where}: {no_such('setting', key, names)}" for key in given if key not in names)

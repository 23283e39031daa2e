"""Names: what the program calls a policy or a population, such as "joint_posts" or "uk"."""

import pkgutil
from collections.abc import Callable
from typing import Any

from model.problems import BadInput

#: Who knows what a name means: told in words, looked up when asked, as the model knows no files and imports
#: nothing of ours. Without the rest of the program it lacks the names, and nothing else.
_KNOWN_TO = {
    "policy": "experiments.command.policies:named",
    "population": "experiments.command.populations:named",
}


def named(kind: str, name: str) -> Any:
    """The policy or the population of a name.

    Raises:
        BadInput: if there is none, or nobody who knows.
    """
    try:
        look_up: Callable[[str], Any] = pkgutil.resolve_name(_KNOWN_TO[kind])
    except ImportError:
        raise BadInput(
            f"{kind} = {name!r} is not known: where the model is by itself, nothing has a name."
        ) from None
    return look_up(name)

"""Kinds of design: how the points of an experiment are chosen."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from experiments.design.chosen import grid, listed, one_at_a_time
from experiments.design.drawn import drawn
from experiments.design.points import Design
from experiments.design.reading import (
    Told,
    check_settings,
)
from model.problems import BadInput, all_of, no_such

#: Settings of a design beside its kind.
_SETTINGS = {
    "list": ("points", "file"),
    "grid": ("factors",),
    "one_at_a_time": ("factors",),
    "latin_hypercube": ("n", "seed", "factors"),
    "sobol": ("n", "seed", "factors", "groups"),
    "morris": ("n", "seed", "levels", "factors", "groups"),
}


def design_from(given: Mapping[str, Any]) -> Design:
    """The design that its settings describe; null settings are as good as not given.

    Raises:
        BadInput: naming everything that cannot be used.
    """
    if not isinstance(given, Mapping):
        raise BadInput(f"design = {given!r} is not allowed: it takes settings, such as kind: sobol.")
    told = {name: value for name, value in given.items() if value is not None and name != "kind"}
    kind = given.get("kind")
    if kind not in tuple(_KINDS):
        raise BadInput(no_such("kind of design", kind, _KINDS))
    checks = (partial(check_settings, "design", kind, told, _SETTINGS), partial(_KINDS[kind], kind, told))
    return all_of(checks)[1]


_KINDS: dict[str, Callable[[str, Told], Design]] = {
    "list": listed,
    "grid": grid,
    "latin_hypercube": drawn,
    "sobol": drawn,
    "morris": drawn,
    "one_at_a_time": one_at_a_time,
}

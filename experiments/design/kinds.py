"""Kinds of design: how the points of an experiment can be chosen."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from experiments.design.chosen import DRAWS, GRID, LIST, ONE_AT_A_TIME
from experiments.design.drawn import LATIN_HYPERCUBE, MORRIS, SOBOL
from experiments.design.points import Design
from experiments.design.ranges import check_settings
from model.problems import BadInput, all_of, no_such

KINDS = {kind.name: kind for kind in (LIST, DRAWS, GRID, LATIN_HYPERCUBE, SOBOL, MORRIS, ONE_AT_A_TIME)}


def design_from(given: Mapping[str, Any]) -> Design:
    """The design that its settings describe; null settings are as good as not given.

    Raises:
        BadInput: naming everything that cannot be used.
    """
    if not isinstance(given, Mapping):
        raise BadInput(f"design = {given!r} is not allowed: it takes settings, such as kind: sobol.")
    told = {name: value for name, value in given.items() if value is not None and name != "kind"}
    name = given.get("kind")
    if name not in tuple(KINDS):
        raise BadInput(no_such("kind of design", name, KINDS))
    kind, known = KINDS[name], {setting for each in KINDS.values() for setting in each.settings}
    checks = (
        partial(check_settings, "design", name, told, kind.settings, known),
        partial(kind.points_of, told),
    )
    return all_of(checks)[1]

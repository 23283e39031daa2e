"""The engines that there are, and the one that settings ask for."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from experiments.running.dask import DASK
from experiments.running.engine import Engine
from experiments.running.local import LOCAL
from model.problems import BadInput, check_keys, refuse

ENGINES = {kind.name: kind for kind in (LOCAL, DASK)}


def engine_from(given: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of an engine (conf/engine/), checked; those that are not given are null.

    Raises:
        BadInput: naming everything that cannot be used.
    """
    if not isinstance(given, Mapping):
        raise BadInput(f"engine = {given!r} is not allowed: it takes settings, such as kind: local.")
    name = given.get("kind")
    if name not in tuple(ENGINES):
        raise BadInput(f"engine.kind = {name!r} is not allowed: it takes {' or '.join(ENGINES)}.")
    known = ENGINES[name].settings
    check_keys("engine", given, ("kind", *known))
    refuse(
        f"engine.{key} = {given[key]!r} is not allowed: it takes {setting.takes}."
        for key, setting in known.items()
        if given.get(key) is not None and not setting.allows(given[key])
    )
    return {"kind": name, **dict.fromkeys(known), **given}


def opened(settings: Mapping[str, Any]) -> AbstractContextManager[Engine]:
    """The engine that its settings describe, closed at the end.

    Raises:
        BadInput: if it cannot be had.
    """
    return ENGINES[settings["kind"]].opened(settings)

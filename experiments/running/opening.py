"""The engine that settings ask for."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from experiments.running.engine import Engine, cores
from experiments.running.local import Local
from model.machine.compiling import compilation_disabled


@contextmanager
def opened(settings: Mapping[str, Any]) -> Iterator[Engine]:
    """The engine that its settings (conf/engine/) describe, closed at the end.

    Raises:
        BadInput: if it cannot be had.
    """
    workers = settings["threads"] or cores()
    if settings["kind"] == "dask":
        from experiments.running.dask import cluster

        with cluster(settings["address"], workers) as engine:
            yield engine
    else:
        processes = settings["processes"]
        yield Local(workers, compilation_disabled if processes is None else processes)

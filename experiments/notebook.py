"""Notebook: designs, sweeps and the store from Python, in a few lines and without files of settings."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from experiments.command.files import CONF, file_of, mapping_in, settings_at_top
from experiments.command.settings import Settings, folder_from, settings_from
from experiments.command.trusted import trusted
from experiments.jobs import until_nothing_is_lost
from experiments.rows.results import row_tables
from experiments.rows.store import Store
from experiments.status import INTERRUPTED, Unfinished
from experiments.study.study import at_work, filled
from model.policy import BASELINE, CUSTOM, AnyPolicy, Policy
from model.population import Population
from model.problems import BadInput

_STORE = "results/store"


def sweep(
    policies: Iterable[AnyPolicy] = (BASELINE,),
    parameters: Mapping[str, object] | None = None,
    design: Mapping[str, Any] | pd.DataFrame | None = None,
    *,
    population: Population | str = "nine_places",
    seeds: int | str | range = 10,
    equal_money: float | None = 300,
    store: str | Path = _STORE,
    engine: str | Mapping[str, Any] = "local",
    failed: str = "refuse",
) -> pd.DataFrame:
    """Run policies at the points of a design, with some seeds each; what the store has is not run again.

    Args:
        policies: each a policy, its name (also NAME_equal_money), or its levers; several of one's own need
            names, {"name": ..., "levers": {...}}.
        parameters: those that differ from their defaults, at all points.
        design: as in the file of an experiment, {"kind": "sobol", "n": 64, "factors": ["embed_rate"]}; or a
            table of points, a column a parameter or lever; None: one point.
        population: or its name.
        seeds: a number n (seeds 0 to n-1), or a range.
        equal_money: £k a year that each policy at equal money costs.
        store: folder of all rows ever run.
        engine: "local", "dask", or settings of one, such as {"kind": "local", "threads": 4}.
        failed: whether rows that failed are an error, or left out: "refuse" or "exclude".

    Returns:
        A line a run, as in `rows.parquet`: `point` and what the design varies, if there is one; `policy`,
        `population`, `seed`, `row`; every indicator.

    Raises:
        BadInput: naming everything that cannot be used.
        RuntimeError: if runs failed; they have been told.
        KeyboardInterrupt: if it was interrupted; the same call goes on from there.
    """
    asked = {
        "job": "sweep",
        "policies": _entries(policies),
        "parameters": {} if parameters is None else parameters,
        "design": _design(design),
        "population": _population(population),
        "seeds": _seeds(seeds),
        "equal_money": equal_money,
        "store": store,
        "engine": _engine(engine),
        "failed": failed,
    }
    return until_nothing_is_lost(lambda: _swept(settings_from(_defaults(store) | asked).over_points()))


def open_store(folder: str | Path = _STORE) -> Store:
    """The store in a folder; `frame()` has its rows.

    Raises:
        BadInput: if it is no name of a folder, or there is no store.
    """
    place = folder_from("store", folder)
    if not (place / "rows").is_dir():
        raise BadInput(f"store = {str(folder)!r}: there is no store in {place.resolve()}.")
    return Store(place)


def _swept(settings: Settings) -> pd.DataFrame:
    try:
        with at_work(settings) as study:
            plan = filled(study).plan
            return pd.concat(row_tables(study.store, plan), ignore_index=True)
    except Unfinished as unfinished:  # the user has been told
        if unfinished.status == INTERRUPTED:
            raise KeyboardInterrupt from None
        raise RuntimeError("Runs failed, as told above; failed='exclude' leaves them out.") from None


def _defaults(store: str | Path) -> dict[str, Any]:
    """What the program's settings are if nothing is said; nothing is written but the store."""
    config = mapping_in(CONF / "config.yaml")
    return {name: config[name] for name in settings_at_top()} | {"policy": {}, "out": f"{store}.out"}


def _entries(policies: object) -> object:
    """Policies as an experiment lists them."""
    if isinstance(policies, str | Mapping | Policy) or not isinstance(policies, Iterable):
        return policies
    return [_entry(each) for each in policies]


def _entry(given: Any) -> Any:
    if isinstance(given, Policy):
        levers = {name: asdict(dated) for name, dated in given.levers.items()}
        return {"name": given.name, "why": given.why, "levers": levers}
    if isinstance(given, Mapping):
        return {"name": CUSTOM, **(given if "levers" in given else {"levers": given})}
    return given


def _seeds(given: Any) -> Any:
    """Seeds as an experiment has them."""
    if isinstance(given, range) and given.step == 1:
        return f"{given.start}:{given.stop}"
    return int(given) if isinstance(given, np.integer) else given


def _design(given: Any) -> Any:
    """A table of points as a list of them; where it has no value, the point changes nothing."""
    if not isinstance(given, pd.DataFrame):
        return given
    points = given.to_dict("records")
    return {"kind": "list", "points": [{k: v for k, v in each.items() if pd.notna(v)} for each in points]}


def _population(given: Any) -> Any:
    return trusted("population", file_of("population", given)) if isinstance(given, str) else given


def _engine(given: Any) -> Any:
    """The settings of an engine's file, and those that are given."""
    name = given.get("kind", "local") if isinstance(given, Mapping) else given
    further = given if isinstance(given, Mapping) else {}
    return {**mapping_in(file_of("engine", str(name))), **further}

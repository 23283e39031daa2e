"""Results: what the store knows of a plan's rows, as arrays and tables, a part at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import batched, compress
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analysis.dictionary import Dictionary
from analysis.statistics.controls import NONE, Controls
from analysis.statistics.decision.yearly import Yearly
from analysis.statistics.intervals import Moments
from analysis.statistics.survival import COLUMNS, KINDS, survival_of
from analysis.tables import SAMPLE_POINT
from experiments.rows.plan import Plan
from experiments.rows.store import Store
from model.measures import SERIES, STOCKS

#: Rows read at a time; fewer where their monthly measures are read.
_CHUNK, _FEW = 4096, 1024


def values_of(store: Store, plan: Plan, indicators: Sequence[str]) -> np.ndarray:
    """Indicators of all rows of a plan: [points, replicates, policies, indicators].

    A row that failed is NaN throughout.
    """
    shape = (len(plan.design), len(plan.seeds), len(plan.policies), len(indicators))
    values = np.full((plan.n_families * len(plan.policies), len(indicators)), np.nan)
    at = 0
    for families in plan.chunks(_CHUNK):
        names = plan.names(families)
        known = store.has(names)
        present = list(compress(names, known))
        rows = values[at : at + len(names)]
        rows[known] = store.indicators(present)[list(indicators)] if present else 0.0
        at += len(names)
    return values.reshape(shape)


def row_tables(store: Store, plan: Plan) -> Iterator[pd.DataFrame]:
    """All rows that are finished, some at a time: by policy, then point, then seed.

    Columns: `point` and the factors where there is a design, `policy`, `population`, `seed`, `sample_point`
    where each seed runs at a point of its own, `row`, and every indicator.
    """
    points = plan.design.table() if plan.design.factors else None
    for policies in batched(plan.policies, max(1, _CHUNK // plan.n_families)):
        each = [replace(plan, policies=(policy,)) for policy in policies]
        for families in each[0].chunks(_CHUNK):
            keys = pd.concat([keys_of(own, families, points) for own in each], ignore_index=True)
            keys = keys[store.has(list(keys["row"]))].reset_index(drop=True)
            if len(keys):
                yield pd.concat([keys, store.indicators(list(keys["row"]))], axis=1)


def keys_of(plan: Plan, families: range, points: pd.DataFrame | None = None) -> pd.DataFrame:
    """What names the rows of some families of a plan of one policy, at points of which a design has any."""
    at, replicates = np.divmod(families, len(plan.seeds))
    seeds = [*map(plan.seed, at, replicates)]
    sampled = {SAMPLE_POINT: [*map(plan.parameters.point, seeds)]} if plan.parameters.varied else {}
    keys = pd.DataFrame(
        {
            "policy": plan.policies[0].name,
            "population": plan.population.name,
            "seed": seeds,
            **sampled,
            "row": plan.names(families),
        }
    )
    return keys if points is None else pd.concat([points.iloc[at].reset_index(drop=True), keys], axis=1)


def write_rows(store: Store, plan: Plan, path: Path, columns: Dictionary) -> int:
    """Write all rows that are finished to one Parquet file, what each column is beside it.

    Returns:
        How many they are.
    """
    n_rows, writer = 0, None
    for rows in row_tables(store, plan):
        table = pa.Table.from_pandas(rows, preserve_index=False)
        writer = writer or pq.ParquetWriter(path, columns.described(path.stem, table.schema))
        writer.write_table(table.cast(writer.schema))
        n_rows += len(rows)
    if writer:
        writer.close()
    return n_rows


class Gathered:
    """What is kept of the monthly measures and spells of many runs, added in order of seed."""

    def __init__(self) -> None:
        self._months: dict[str, Moments] = {}
        self._spells: dict[str, np.ndarray] = {}

    def add(self, policy: str, series: np.ndarray, spells: np.ndarray) -> None:
        """Take in a run's series [months, SERIES] and spells [kind, outcome, months lasted]."""
        self._months.setdefault(policy, Moments()).add(series)
        self._spells[policy] = self._spells.get(policy, 0) + spells

    def series(self) -> pd.DataFrame:
        """Means over seeds, with intervals: a line a policy, month of the horizon and indicator."""
        parts = []
        for policy, moments in self._months.items():
            mean, low, high = moments.interval()
            months = mean.shape[0]
            parts.append(
                pd.DataFrame(
                    {
                        "policy": policy,
                        "month": np.repeat(np.arange(months), len(SERIES)),
                        "indicator": np.tile(np.array(SERIES, dtype=object), months),
                        "mean": mean.ravel(),
                        "low": low.ravel(),
                        "high": high.ravel(),
                    }
                )
            )
        return pd.concat(parts, ignore_index=True)

    def survival(self) -> pd.DataFrame:
        """Kaplan-Meier curves: a line a policy, kind of partnership and months lasted."""
        parts = [
            survival_of(spells[k]).assign(policy=policy, kind=kind)
            for policy, spells in self._spells.items()
            for k, kind in enumerate(KINDS)
        ]
        return pd.concat(parts, ignore_index=True).reindex(columns=["policy", *COLUMNS])


def gathered(store: Store, plan: Plan, against: str, controls: Controls = NONE) -> tuple[Gathered, Yearly]:
    """Monthly measures and spells of the rows that are finished, by policy, in order of seed.

    Args:
        store: has the rows.
        plan: of them.
        against: the policy from which the others' differences are taken, year by year.
        controls: columns of luck that these are freed of, by indicator.
    """
    found, years = Gathered(), Yearly(SERIES, STOCKS, against, controls)
    policies = [policy.name for policy in plan.policies]
    for families in plan.chunks(_FEW):
        names = plan.names(families)
        known = store.has(names)
        present = list(compress(names, known))
        details = iter(store.details(present) if present else [])
        luck = iter(store.indicators(present)[years.luck].to_numpy() if present else [])
        for of_family in batched(known, len(policies)):
            family = dict(zip(compress(policies, of_family), details))  # noqa: B905
            sums = dict(zip(compress(policies, of_family), luck))  # noqa: B905
            for policy, (series, spells) in family.items():
                found.add(policy, series, spells)
            years.add({policy: series for policy, (series, _) in family.items()}, sums)
    return found, years

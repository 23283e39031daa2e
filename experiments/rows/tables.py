"""Tables: the columns of the store's tables, how their lines are made, and what is wrong with others."""

import hashlib
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields

import numpy as np
import pyarrow as pa

from experiments.rows.outcomes import Failure, Result
from experiments.rows.row import Row, model_version
from experiments.rows.versions import commit, package_versions
from model.measures import RATIOS, RECORDED

type Columns = Mapping[str, pa.DataType]

_TEXT, _WHOLE, _REAL, _PACKED = pa.string(), pa.int64(), pa.float64(), pa.binary()
#: All that is needed to run a row again.
KEYS: Columns = {
    "row": _TEXT, "model": _TEXT, "parameters": _TEXT, "policy": _TEXT, "population": _TEXT, "seed": _WHOLE,
}  # fmt: skip
#: `bound` binds a row's months to its name.
MONTHS: Columns = {"row": _TEXT, "horizon": _WHOLE, "series": _PACKED, "spells": _PACKED, "bound": _PACKED}
#: What a run's story says; `row` names the story, `bound` binds it to that.
STORIES: Columns = {"row": _TEXT, "told": _PACKED, "bound": _PACKED}
FAILURES: Columns = KEYS | {field.name: _TEXT for field in fields(Failure)}


def rows_table(results: Sequence[tuple[Row, Result]]) -> pa.Table:
    """A line a row, with its indicators and its luck."""
    values = np.array([list(result.indicators.values()) for _, result in results])
    columns = _keys([row for row, _ in results]) | dict(zip(RECORDED, values.T, strict=True))
    return pa.table(columns).replace_schema_metadata(_origin())


def months_table(results: Sequence[tuple[Row, Result]]) -> pa.Table:
    """A line a row, with its months."""
    lines = [(row.name, result.horizon, result.series, result.spells) for row, result in results]
    return pa.Table.from_pylist(
        [dict(zip(MONTHS, (*line, _binding(*line)), strict=True)) for line in lines], pa.schema(MONTHS)
    )


def stories_table(told: Mapping[str, np.ndarray]) -> pa.Table:
    """A line a story, by name: what it says, as numbers."""
    packed = {name: np.asarray(values, "<f8").tobytes() for name, values in told.items()}
    lines = [(name, each, _binding(name, len(each), each)) for name, each in packed.items()]
    return pa.Table.from_pylist([dict(zip(STORIES, line, strict=True)) for line in lines], pa.schema(STORIES))


def failures_table(failures: Sequence[tuple[Row, Failure]]) -> pa.Table:
    """A line a failure."""
    lines = pa.Table.from_pylist([asdict(failure) for _, failure in failures])
    columns = _keys([row for row, _ in failures]) | {name: lines[name] for name in lines.column_names}
    return pa.table(columns).replace_schema_metadata(_origin())


def rows_fault(schema: pa.Schema, table: pa.Table) -> str:
    """What is wrong with rows. Those of another version of the model may have other indicators."""
    is_own = "model" in table.column_names and model_version() in table["model"].unique().to_pylist()
    indicators = RECORDED if is_own else [name for name in schema.names if name not in KEYS]
    fault = _columns_fault(schema, {**KEYS, **dict.fromkeys(indicators, _REAL)}) or _gaps(table)
    return fault or (_numbers_fault(table) if is_own else "")


def months_fault(schema: pa.Schema, table: pa.Table) -> str:
    """What is wrong with months, or, where only names have been read, with their columns."""
    fault = _columns_fault(schema, MONTHS) or _gaps(table)
    if fault or set(table.column_names) != set(MONTHS):
        return fault
    bound = (_binding(*line[:-1]) == line[-1] for line in zip(*table.to_pydict().values(), strict=True))
    return "" if all(bound) else "has months of one row under the name of another"


def stories_fault(schema: pa.Schema, table: pa.Table) -> str:
    """What is wrong with stories."""
    fault = _columns_fault(schema, STORIES) or _gaps(table)
    lines = () if fault else zip(*table.to_pydict().values(), strict=True)
    bound = (_binding(name, len(told), told) == binding for name, told, binding in lines)
    return fault or ("" if all(bound) else "has a story of one run under the name of another")


def failures_fault(schema: pa.Schema, table: pa.Table) -> str:
    """What is wrong with failures."""
    return _columns_fault(schema, FAILURES) or _gaps(table)


def _columns_fault(schema: pa.Schema, columns: Columns) -> str:
    for name, kind in columns.items():
        if schema.names.count(name) != 1:
            return f"lacks the column {name}"
        if schema.field(name).type != kind:
            return f"has {schema.field(name).type} in the column {name}, which takes {kind}"
    further = [name for name in schema.names if name not in columns]
    return f"has a column {further[0]}, which does not belong there" if further else ""


def _gaps(table: pa.Table) -> str:
    gaps = [name for name in table.column_names if table[name].null_count]
    return f"has gaps in the column {gaps[0]}" if gaps else ""


def _numbers_fault(table: pa.Table) -> str:
    for name in RECORDED:
        values = table[name].to_numpy()
        if not (np.isfinite(values) | (name in RATIOS) & np.isnan(values)).all():
            return f"has what is no number in the column {name}"
    return ""


def _binding(name: str, length: int, content: bytes, more: bytes = b"") -> bytes:
    """Digest of a name and what is kept under it, of which a length is told apart."""
    digest = hashlib.blake2b(f"{name} {length} {len(content)} ".encode(), digest_size=8)
    digest.update(content)
    digest.update(more)
    return digest.digest()


def _keys(rows: Sequence[Row]) -> dict[str, list]:
    columns = {"row": [row.name for row in rows], "model": [model_version()] * len(rows)}
    return columns | {field.name: [getattr(row, field.name) for row in rows] for field in fields(Row)}


def _origin() -> dict[str, str]:
    """Where rows were computed; kept beside the table, as rows are the same wherever that was."""
    packages = ", ".join(f"{name} {version}" for name, version in package_versions().items() if version)
    return {
        "commit": commit() or "unknown",
        "python": platform.python_version(),
        "machine": f"{platform.node()} {platform.system()} {platform.machine()}",
        "packages": packages,
    }

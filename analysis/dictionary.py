"""The data dictionary of a folder: what each column of its tables is, as its `columns.csv` says."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

FILE = "columns.csv"
#: What follows the unit of a flow: in a table of whole runs, of months, and where people read it.
OVER_HORIZON, A_MONTH, A_YEAR = " over the horizon", " a month", " a year"
FLOW = "flow"
#: Units that are shown a hundredfold, so that differences need no zeros, and what they are called then.
_HUNDREDFOLD = {"share of ": "% of ", "Gini coefficient": "Gini × 100"}


@dataclass(frozen=True)
class Column:
    """What a column is.

    Attributes:
        table: the file's name, without its ending.
        column: its name.
        unit: of its values; empty for names and plain numbers.
        meaning: in words.
        kind: of an indicator: stock, flow or ratio.
        better: of an indicator: 1 if more is better, -1 if less is, 0 if neither.
        label: as people read it.
    """

    table: str
    column: str
    unit: str = ""
    meaning: str = ""
    kind: str = ""
    better: int = 0
    label: str = ""


class Dictionary:
    """Columns by table and name; indicators also by name alone."""

    def __init__(self, columns: Iterable[Column]) -> None:
        self._columns = {(each.table, each.column): each for each in columns}

    @classmethod
    def of(cls, folder: Path) -> "Dictionary":
        """That of a folder; an empty one where the folder has none, as those of older versions."""
        if not (folder / FILE).exists():
            return cls(())
        lines = pd.read_csv(
            folder / FILE, keep_default_na=False, dtype={"better": "Int64"}, na_values={"better": [""]}
        )
        lines["better"] = lines["better"].fillna(0).astype(int)
        known = [field.name for field in fields(Column)]
        return cls(Column(**line) for line in lines[known].to_dict("records"))  # type: ignore[arg-type]

    def __bool__(self) -> bool:
        return bool(self._columns)

    def column(self, table: str, name: str) -> Column:
        """What is known of a column; a description without words if nothing is."""
        return self._columns.get((table, name), Column(table, name))

    def indicator(self, name: str) -> Column:
        """What is known of an indicator of whole runs, or else of months."""
        return self._columns.get(("rows", name), self.column("series", name))

    def label(self, name: str) -> str:
        """An indicator as people read it: its name, tidied, where no more is known."""
        plain = name.removeprefix("mean_").replace("_", " ")
        label = self.indicator(name).label
        return label or plain[:1].upper() + plain[1:]

    def unit(self, name: str) -> str:
        """The unit of an indicator in its table."""
        return self.indicator(name).unit or "in the indicator's unit"

    def better(self, name: str) -> int:
        """Which direction of an indicator is better; 0 where that is not known."""
        return self.indicator(name).better

    def shown(self, name: str, months: int) -> tuple[float, str]:
        """How people read an indicator of whole runs: totals by the year, shares in percent.

        Args:
            name: the indicator.
            months: of the horizon; 0: unknown, and totals stay as they are.

        Returns:
            What its values are multiplied by, and the unit that they then have.
        """
        unit = self.unit(name)
        if self.indicator(name).kind == FLOW and months:
            return 12 / months, per_year(unit)
        for begins, called in _HUNDREDFOLD.items():
            if unit.startswith(begins):
                return 100.0, unit.replace(begins, called, 1)
        return 1.0, unit

    def written(self, folder: Path) -> None:
        """Write those of all tables that a folder holds, every column of each."""
        found = [
            asdict(self.column(file.stem, name))
            for file in sorted(folder.glob("*.parquet"))
            for name in pq.read_schema(file).names
        ]
        names = [field.name for field in fields(Column)]
        lines = pd.DataFrame(found, columns=names)
        # A direction is an indicator's: the other columns have none, not 0.
        lines["better"] = lines["better"].astype("Int64").where(lines["kind"] != "")
        lines.to_csv(folder / FILE, index=False)

    def described(self, table: str, schema: pa.Schema) -> pa.Schema:
        """The schema of a table with what each column is in the metadata of its field."""
        described = [field.with_metadata(_told(self.column(table, field.name))) for field in schema]
        return pa.schema(described, metadata=schema.metadata)


def per_year(unit: str) -> str:
    """The unit of a flow for a year.

    >>> per_year("needs over the horizon"), per_year("ties a month")
    ('needs a year', 'ties a year')
    """
    return unit.removesuffix(OVER_HORIZON).removesuffix(A_MONTH) + A_YEAR


def columns_of(table: str, told: Mapping[str, tuple[str, str]]) -> list[Column]:
    """Columns from name -> (unit, meaning)."""
    return [Column(table, name, unit, meaning) for name, (unit, meaning) in told.items()]


def spanned(name: str, unit: str, meaning: str) -> dict[str, tuple[str, str]]:
    """A value and the ends of its interval: columns `name`, `name_low` and `name_high`."""
    ends = {f"{name}_{end}": (unit, f"{end} end of the 95% interval of {name}") for end in ("low", "high")}
    return {name: (unit, meaning), **ends}


def _told(column: Column) -> dict[str, str]:
    told = {key: str(value) for key, value in asdict(column).items() if key not in ("table", "column")}
    if not column.kind:
        del told["better"]
    return {key: value for key, value in told.items() if value}

"""The tables of a folder that `towngown` wrote, checked as they are read."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa

BASELINE = "baseline"
AT_EQUAL_MONEY = "_equal_money"

#: What policies are ranked by.
MAIN_INDICATOR = "mean_strategic"
COST = "cost_total"  # £k over the horizon

#: The columns without which a table cannot be drawn.
COLUMNS = {
    "rows": ("policy", "population", "seed"),
    "effects": ("policy", "indicator", "effect", "low", "high", "baseline", "n"),
    "series": ("month",),
    "survival": ("policy", "kind", "months", "survival", "low", "high"),
    "histories": ("tie", "council", "researcher", "month", "event"),
}
#: The columns of a comparison's series, with a line an indicator; one run's has a column each.
COMPARED_SERIES = ("policy", "month", "indicator", "mean", "low", "high")


class BadFolder(ValueError):
    """A folder that cannot be drawn, and why."""


@dataclass(frozen=True)
class Tables:
    """What a folder holds; None for a table it lacks. Horizon months count from 0.

    Attributes:
        rows: a line a run: policy, population, seed and the indicators.
        effects: a line a policy and indicator: paired difference from the baseline, with its 95% interval.
        compared: a line a policy, month and indicator: mean over seeds, with its 95% interval.
        monthly: one run, a line a month and a column an indicator.
        survival: a line a policy, kind of partnership and months lasted: Kaplan-Meier, with its 95% interval.
        histories: one run, a line an event in the life of a tie; months before the horizon are negative.
    """

    rows: pd.DataFrame
    effects: pd.DataFrame | None = None
    compared: pd.DataFrame | None = None
    monthly: pd.DataFrame | None = None
    survival: pd.DataFrame | None = None
    histories: pd.DataFrame | None = None

    @property
    def months(self) -> int:
        """Length of the horizon, as far as the series tell; 0 where there are none."""
        series = self.compared if self.monthly is None else self.monthly
        return 0 if series is None else series["month"].nunique()

    def effect_on(self, indicator: str) -> pd.DataFrame:
        """Effects on one indicator: a line a policy (its name is the index) but the baseline."""
        if self.effects is None:
            return pd.DataFrame(columns=COLUMNS["effects"][2:])
        wanted = (self.effects["indicator"] == indicator) & (self.effects["policy"] != BASELINE)
        return self.effects[wanted].set_index("policy")


def read(folder: Path) -> Tables:
    """Read the tables of a folder.

    Raises:
        BadFolder: no such folder, no run in it, or a table that cannot be read or lacks a column.
    """
    if not folder.is_dir():
        raise BadFolder(f"{folder}: no such folder")
    rows = _table(folder, "rows")
    if rows is None:
        raise BadFolder(
            f"{folder}: holds no rows.parquet, so no run of towngown wrote it (or not to its end)"
        )
    if rows.empty:
        raise BadFolder(f"{folder / 'rows.parquet'}: holds no run")
    series = _table(folder, "series")
    compares = series is not None and "policy" in series
    if compares:
        _check_columns(folder / "series.parquet", series, COMPARED_SERIES)
    return Tables(
        rows=rows,
        effects=_table(folder, "effects"),
        compared=series if compares else None,
        monthly=None if compares else series,
        survival=_table(folder, "survival"),
        histories=_table(folder, "histories"),
    )


def _table(folder: Path, name: str) -> pd.DataFrame | None:
    file = folder / f"{name}.parquet"
    if not file.exists():
        return None
    try:
        table = pd.read_parquet(file)
    except (OSError, ValueError, pa.ArrowException) as error:
        reason = str(error).splitlines()[0]
        raise BadFolder(f"{file}: cannot be read as Parquet ({reason})") from error
    _check_columns(file, table, COLUMNS[name])
    return table


def _check_columns(file: Path, table: pd.DataFrame, wanted: tuple[str, ...]) -> None:
    missing = [column for column in wanted if column not in table]
    if missing:
        raise BadFolder(f"{file}: lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}")

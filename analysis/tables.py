"""The tables of a folder that `towngown` wrote, checked as they are read."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

BASELINE = "baseline"
AT_EQUAL_MONEY = "_equal_money"

#: What policies are ranked by.
MAIN_INDICATOR = "mean_strategic"
COST = "cost_total"  # £k over the horizon

_RANGE = ("low", "high")
_REGRETS = ("mean_regret", "p90_regret", "max_regret")
_TREE = ("response", "policy", "other")

#: The columns without which a table cannot be drawn.
COLUMNS = {
    "rows": ("policy", "population", "seed"),
    "effects": ("policy", "indicator", "effect", *_RANGE, "baseline", "n"),
    "series": ("month",),
    "survival": ("policy", "kind", "months", "survival", *_RANGE),
    "histories": ("tie", "council", "researcher", "month", "event"),
    "indices": (
        "response", "contrast", "factor", "first", "first_low", "first_high", "total", "total_low",
        "total_high", "total_raw",
    ),
    "convergence": ("response", "contrast", "blocks", "factor", "total", "total_low", "total_high"),
    "screening": (
        "response", "contrast", "factor", "mu_star", "sigma", "effect", "effect_low", "effect_high", "noise",
        "matters",
    ),
    "regret": (
        "response", "policy",
        *(regret + part for regret in _REGRETS for part in ("", "_low", "_high", "_chosen")),
    ),
    "beats": (*_TREE, "beats", "beats_low", "beats_high"),
    "flips": (*_TREE, "where", "share", "difference", *_RANGE, "better"),
    "importance": (*_TREE, "factor", "importance"),
    "variation": ("policy", "indicator", "n", "variation"),
    "enough": ("policy", "indicator", "n"),
    "widths": ("policy", "indicator", "n", "effect", "half_width"),
    "pairing": ("policy", "indicator", "n", "claimed", "observed", *_RANGE, "agrees"),
}  # fmt: skip
#: The columns of a comparison's series, with a line an indicator; one run's has a column each.
COMPARED_SERIES = ("policy", "month", "indicator", "mean", "low", "high")


class BadFolder(ValueError):
    """A folder that cannot be drawn, and why."""


@dataclass(frozen=True)
class Tables:
    """What a folder holds; None for a table it lacks. Horizon months count from 0.

    Attributes:
        rows: a line a run: policy, population and seed; nothing else of it is drawn.
        effects: a line a policy and indicator: paired difference from the baseline, with its 95% interval.
        compared: a line a policy, month and indicator: mean over seeds, with its 95% interval.
        monthly: one run, a line a month and a column an indicator.
        survival: a line a policy, kind of partnership and months lasted: Kaplan-Meier, with its 95% interval.
        histories: one run, a line an event in the life of a tie; months before the horizon are negative.
        indices: a line an answer (response and contrast) and factor: Sobol indices with 95% intervals.
        convergence: the same from the first `blocks` base samples only, for some numbers of them.
        screening: a line an answer and factor: its effect as Morris screening sees it.
        regret: a line a response and policy: what it lacks of the best, by several measures.
        beats: a line a response and ordered pair of policies: how often one has more than the other.
        flips: a line a response, pair of policies and part of parameter space: which is better there.
        importance: a line a response, pair of policies and factor: how much of their difference it explains.
        variation: a line a policy, indicator and number of seeds: coefficient of variation.
        enough: a line a policy and indicator: seeds from which that has settled; missing if it has not.
        widths: a line a policy, indicator and number of seeds: effect, and half its 95% interval.
        pairing: a line a policy and indicator: by what factor shared luck divides the effect's variance.
    """

    rows: pd.DataFrame
    effects: pd.DataFrame | None = None
    compared: pd.DataFrame | None = None
    monthly: pd.DataFrame | None = None
    survival: pd.DataFrame | None = None
    histories: pd.DataFrame | None = None
    indices: pd.DataFrame | None = None
    convergence: pd.DataFrame | None = None
    screening: pd.DataFrame | None = None
    regret: pd.DataFrame | None = None
    beats: pd.DataFrame | None = None
    flips: pd.DataFrame | None = None
    importance: pd.DataFrame | None = None
    variation: pd.DataFrame | None = None
    enough: pd.DataFrame | None = None
    widths: pd.DataFrame | None = None
    pairing: pd.DataFrame | None = None

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
    rows, series = _rows(folder), _table(folder, "series")
    compares = series is not None and "policy" in series
    if compares:
        _check_columns(folder / "series.parquet", series, COMPARED_SERIES)
    others = {name: _table(folder, name) for name in COLUMNS if name not in ("rows", "series")}
    return Tables(
        rows=rows,
        compared=series if compares else None,
        monthly=None if compares else series,
        **others,
    )


def _rows(folder: Path) -> pd.DataFrame:
    """What names each run. There may be a hundred thousand, with a hundred columns: the rest stays unread."""
    rows = _table(folder, "rows", only=COLUMNS["rows"])
    if rows is None:
        raise BadFolder(
            f"{folder}: holds no rows.parquet, so no run of towngown wrote it (or not to its end)"
        )
    if rows.empty:
        raise BadFolder(f"{folder / 'rows.parquet'}: holds no run")
    return rows


def _table(folder: Path, name: str, only: tuple[str, ...] | None = None) -> pd.DataFrame | None:
    file = folder / f"{name}.parquet"
    if not file.exists():
        return None
    try:
        with pq.ParquetFile(file) as parquet:
            table = parquet.read(columns=only).to_pandas()  # without those that the file lacks
    except (OSError, ValueError, pa.ArrowException) as error:
        reason = str(error).splitlines()[0]
        raise BadFolder(f"{file}: cannot be read as Parquet ({reason})") from error
    _check_columns(file, table, COLUMNS[name])
    return table


def _check_columns(file: Path, table: pd.DataFrame, wanted: tuple[str, ...]) -> None:
    missing = [column for column in wanted if column not in table]
    if missing:
        raise BadFolder(f"{file}: lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}")

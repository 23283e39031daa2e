"""The tables of a folder that `towngown` wrote: declared, checked as they are read, and written."""

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analysis import asked as asking
from analysis.asked import AT_EQUAL_MONEY, BASELINE, BadFolder  # noqa: F401  # tables are asked for the first
from analysis.dictionary import Dictionary

#: What names of columns of luck begin with, which is no outcome.
LUCK = "luck_"
#: What policies are ranked by.
MAIN_INDICATOR = "mean_strategic"
COST = "cost_total"
#: The column of rows that says at which point of a sample of parameters a seed runs, where each has its own.
SAMPLE_POINT = "sample_point"
#: What is said first of a policy.
HEADLINES = (MAIN_INDICATOR, "needs_met", "mean_coverage", "gini_active_months", COST)

_RANGE = ("low", "high")
_TREE = ("response", "policy", "other")


def _table(*columns: str) -> Any:
    """A table that a folder may hold, by the columns without which it cannot be drawn."""
    return field(default=None, metadata={"columns": columns})


def _spanned(*names: str) -> list[str]:
    """Columns with the ends of their intervals."""
    return [f"{name}{end}" for name in names for end in ("", "_low", "_high")]


@dataclass(frozen=True)
class Tables:
    """What a folder holds; None for a table it lacks. Horizon months count from 0.

    `series` comes in two kinds, and is read as the one it is: `compared` or `monthly`.
    """

    #: Length of the horizon in months, as far as it is known; 0 where it is not.
    months: int
    #: The policy that effects are compared with.
    against: str
    #: What each column is.
    columns: Dictionary
    #: A line a run: what names it; nothing else of it is drawn.
    rows: pd.DataFrame = field(metadata={"columns": ("policy", "population", "seed")})
    #: A line a policy, month and indicator: mean over seeds, with its 95% interval.
    compared: pd.DataFrame | None = None
    #: One run, a line a month and a column an indicator.
    monthly: pd.DataFrame | None = None
    #: A line a policy and indicator: paired difference from the baseline, with its 95% interval.
    effects: pd.DataFrame | None = _table(
        "policy", "indicator", "effect", *_RANGE, "together_low", "together_high", "baseline", "n"
    )
    #: A line a council.
    councils: pd.DataFrame | None = _table("council")
    #: A line a policy, indicator and year: paired difference from the baseline, with its 95% interval.
    by_year: pd.DataFrame | None = _table("policy", "indicator", "year", "effect", *_RANGE)
    #: A line a policy, kind of partnership and months lasted: Kaplan-Meier, with its 95% interval.
    survival: pd.DataFrame | None = _table("policy", "kind", "months", "survival", *_RANGE)
    #: One run, a line an event in the life of a tie; months before the horizon are negative.
    histories: pd.DataFrame | None = _table("tie", "council", "researcher", "month", "event")
    #: A line an answer (response and contrast) and factor: Sobol indices with 95% intervals.
    indices: pd.DataFrame | None = _table(
        "response", "contrast", "factor", "first", "first_low", "first_high", "total", "total_low",
        "total_high", "total_raw",
    )  # fmt: skip
    #: The same from the first `blocks` base samples only, for some numbers of them.
    convergence: pd.DataFrame | None = _table(
        "response", "contrast", "blocks", "factor", "total", "total_low", "total_high"
    )
    #: A line an answer and factor: its effect as Morris screening sees it.
    screening: pd.DataFrame | None = _table(
        "response", "contrast", "factor", "mu_star", "sigma", "effect", "effect_low", "effect_high", "noise",
        "matters",
    )  # fmt: skip
    #: A line a response and policy: what it lacks of the best, by several measures.
    regret: pd.DataFrame | None = _table(
        "response",
        "policy",
        *(
            f"{measure}_regret{part}"
            for measure in ("mean", "p90")
            for part in ("", "_low", "_high", "_chosen")
        ),
        "max_regret",
        "max_regret_chosen",
    )
    #: A line a response and ordered pair of policies: how often one is better than the other.
    beats: pd.DataFrame | None = _table(*_TREE, "beats", "beats_low", "beats_high")
    #: A line a response, pair of policies and part of parameter space: which is better there.
    flips: pd.DataFrame | None = _table(*_TREE, "where", "share", "difference", *_RANGE, "better")
    #: A line a response, pair of policies and factor: how much of their difference it explains.
    importance: pd.DataFrame | None = _table(*_TREE, "factor", "importance", "matters")
    #: A line a bundle and response: what it adds and costs, with 95% intervals.
    bundles: pd.DataFrame | None = _table(
        "policy", "response", "a_year", "added", "added_low", "added_high", "beaten"
    )
    #: A line a bundle and indicator: what it adds, beside the sum of its parts, with 95% intervals.
    combined: pd.DataFrame | None = _table(
        "bundle", "policies", "indicator", *_spanned("effect", "parts", "synergy"), "verdict"
    )
    #: A line a policy and indicator: what it adds alone, and what it gives of all together.
    shares: pd.DataFrame | None = _table(
        "policy", "indicator", *_spanned("alone", "gives"), "together_low", "together_high"
    )
    #: A line an indicator, policy and mechanism: the policy's effect, and what is left without the mechanism.
    mechanisms: pd.DataFrame | None = _table(
        "policy", "indicator", "mechanism", *_spanned("effect", "without", "change"), "verdict"
    )
    #: A line a policy: what is realised of what could be had with the same people and time.
    friction: pd.DataFrame | None = _table(
        "policy", *_spanned("share", "lot_share", "introduced_share", "asked_share", "change")
    )

    #: A line a target of a pattern: what was observed, and what the model gives.
    patterns: pd.DataFrame | None = _table(
        "pattern", "target", *_RANGE, "scale", "tolerance", "model", "model_low", "model_high", "passes"
    )
    #: A line a policy, indicator and number of seeds: coefficient of variation.
    variation: pd.DataFrame | None = _table("policy", "indicator", "n", "variation")
    #: A line a policy and indicator: seeds from which that has settled; missing if it has not.
    enough: pd.DataFrame | None = _table("policy", "indicator", "n")
    #: A line a policy, indicator and number of seeds: effect, and half its 95% interval.
    widths: pd.DataFrame | None = _table("policy", "indicator", "n", "effect", "half_width")
    #: A line a policy and indicator: by what factor shared luck divides the effect's variance.
    pairing: pd.DataFrame | None = _table(
        "policy", "indicator", "n", "claimed", "observed", *_RANGE, "agrees"
    )

    def effect_on(self, indicator: str) -> pd.DataFrame:
        """Effects on one indicator: a line a policy (its name is the index)."""
        if self.effects is None:
            return pd.DataFrame(columns=list(COLUMNS["effects"][2:]))
        return self.effects[self.effects["indicator"] == indicator].set_index("policy")


#: The columns without which a table cannot be drawn.
COLUMNS: dict[str, tuple[str, ...]] = {
    each.name: each.metadata["columns"] for each in fields(Tables) if each.metadata
}
_SERIES = ("month",)
#: The columns of a comparison's series, with a line an indicator; one run's has a column each.
COMPARED_SERIES = ("policy", "month", "indicator", "mean", "low", "high")


def read(folder: Path) -> Tables:
    """Read the tables of a folder.

    Raises:
        BadFolder: no such folder, no run in it, or a table that cannot be read or lacks a column.
    """
    check(folder)
    rows = table(folder, "rows", COLUMNS["rows"], only=COLUMNS["rows"])
    assert rows is not None
    if rows.empty:
        raise BadFolder(f"{folder / 'rows.parquet'}: holds no run")
    series = table(folder, "series", _SERIES)
    compares = series is not None and "policy" in series
    if compares:
        _check_columns(folder / "series.parquet", series, COMPARED_SERIES)
    others = {name: table(folder, name, columns) for name, columns in COLUMNS.items() if name != "rows"}
    asked = asking.read(folder)
    return Tables(
        months=series["month"].nunique() if series is not None else asked.months if asked else 0,
        against=asked.against if asked else BASELINE,
        columns=Dictionary.of(folder),
        rows=rows,
        compared=series if compares else None,
        monthly=None if compares else series,
        **others,
    )


def check(folder: Path) -> None:
    """Refuse a folder that holds no run.

    Raises:
        BadFolder: saying so.
    """
    if not folder.is_dir():
        raise BadFolder(f"{folder}: no such folder")
    if not (folder / "rows.parquet").exists():
        if (folder / "checks.csv").exists():
            raise BadFolder(
                f"{folder}: holds checks of the program, all in checks.csv, and no rows to make anything of; "
                f"towngown again={folder} makes them anew"
            )
        raise BadFolder(
            f"{folder}: holds no rows.parquet, so no run of towngown wrote it (or not to its end)"
        )


def table(
    folder: Path, name: str, wanted: tuple[str, ...] = (), only: tuple[str, ...] | None = None
) -> pd.DataFrame | None:
    """Read a table, or some columns of it: rows may be a hundred thousand, with a hundred columns.

    Raises:
        BadFolder: if it cannot be read, or lacks a column that is wanted.
    """
    file = folder / f"{name}.parquet"
    if not file.exists():
        return None
    try:
        with pq.ParquetFile(file) as parquet:
            read = parquet.read(columns=only).to_pandas()  # without those that the file lacks
    except (OSError, ValueError, pa.ArrowException) as error:
        reason = str(error).splitlines()[0]
        raise BadFolder(f"{file}: cannot be read as Parquet ({reason})") from error
    _check_columns(file, read, wanted)
    return read


def _check_columns(file: Path, read: pd.DataFrame, wanted: tuple[str, ...]) -> None:
    missing = [column for column in wanted if column not in read]
    if missing:
        raise BadFolder(f"{file}: lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}")


def write(folder: Path, name: str, content: pd.DataFrame, columns: Dictionary) -> Path:
    """Write a table as Parquet, what each column is beside it."""
    file = folder / f"{name}.parquet"
    arrow = pa.Table.from_pandas(content, preserve_index=False)
    pq.write_table(arrow.cast(columns.described(name, arrow.schema)), file)
    return file

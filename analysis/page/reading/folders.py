"""Folders: finished experiments - listed, filtered, any indicator against any parameter."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis import asked as asking
from analysis import tables
from analysis.asked import BadFolder
from analysis.listing import MANIFEST, REPORT
from model.measures import INDICATORS

if TYPE_CHECKING:
    from analysis.page.room import Room

#: Stands for the store among folders.
STORE = "store"
#: Folders that are listed, points that are drawn, and rows that are listed.
MOST_FOLDERS, MOST_POINTS, MOST_ROWS = 200, 1500, 100
#: Files of a folder that are handed out.
FILES = {REPORT: "text/html; charset=utf-8", "effects.csv": "text/csv; charset=utf-8"}
_KEYS = ("policy", "population", "seed", "row", "point", "block")


@dataclass(frozen=True)
class Folder:
    """A finished experiment.

    Attributes:
        name: of its folder.
        job: what was done.
        policies: that it has.
        runs: rows that it has; 0: not known.
        has_report: whether it holds a report.
    """

    name: str
    job: str
    policies: tuple[str, ...]
    runs: int
    has_report: bool


def folders(results: Path, words: str = "") -> list[Folder]:
    """Finished experiments, the newest first; those in whose name, job or policies all words stand."""
    found = [each for path in _paths(results) if (each := _folder(path))]
    wanted = words.lower().split()
    return [
        each
        for each in found
        if all(word in " ".join((each.name, each.job, *each.policies)).lower() for word in wanted)
    ][:MOST_FOLDERS]


def _paths(results: Path) -> list[Path]:
    if not results.is_dir():
        return []
    paths = [
        path for path in results.iterdir() if (path / "rows.parquet").is_file() and not path.is_symlink()
    ]
    return sorted(paths, key=lambda path: path.stat().st_mtime, reverse=True)


def _folder(path: Path) -> Folder | None:
    """What a folder says of itself; None if that cannot be read."""
    try:
        asked = asking.read(path)
        manifest = json.loads((path / MANIFEST).read_bytes()) if (path / MANIFEST).is_file() else {}
        runs = manifest.get("rows", 0) if isinstance(manifest, dict) else 0
    except (BadFolder, OSError, ValueError):
        return None
    return Folder(
        path.name,
        asked.job if asked else "run",
        tuple(map(str, asked.policies)) if asked else (),
        runs if isinstance(runs, int) else 0,
        (path / REPORT).is_file(),
    )


def rows_of(name: str, room: "Room") -> pd.DataFrame | None:
    """The rows of a folder, or of the store; None if there is no such folder.

    Raises:
        BadFolder: if they cannot be read.
    """
    if name == STORE:
        keeper = room.runner.keeper
        with keeper.lock:
            keeper.store.refresh()
            return keeper.store.frame()
    path = next((path for path in _paths(room.results) if path.name == name), None)
    return tables.table(path, "rows", ("policy", "seed")) if path else None


@dataclass(frozen=True)
class Choice:
    """What is drawn.

    Attributes:
        x: column that goes across: a parameter, a lever or the seed.
        y: the indicator.
        policy: only these rows; empty: all.
        low: least x.
        high: greatest x.
    """

    x: str
    y: str
    policy: str = ""
    low: float = -np.inf
    high: float = np.inf


def across(rows: pd.DataFrame) -> list[str]:
    """Columns that may go across: what was varied, the seed, and indicators."""
    varied = [name for name in rows.columns if name not in (*_KEYS, *INDICATORS)]
    numbers = [name for name in varied if pd.api.types.is_numeric_dtype(rows[name])]
    return [*numbers, "seed", *upward(rows)]


def upward(rows: pd.DataFrame) -> list[str]:
    """Indicators that there are."""
    return [name for name in INDICATORS if name in rows]


def choice_of(rows: pd.DataFrame, said: dict[str, str]) -> Choice:
    """What is drawn, of what was asked for; the first of each where nothing was, or nothing that there is."""
    xs, ys = across(rows), upward(rows)
    policies = set(map(str, rows["policy"]))
    return Choice(
        said.get("x", "") if said.get("x") in xs else xs[0],
        said.get("y", "")
        if said.get("y") in ys
        else ys[0]
        if "mean_strategic" not in ys
        else "mean_strategic",
        said.get("policy", "") if said.get("policy") in policies else "",
        _number(said.get("low", ""), -np.inf),
        _number(said.get("high", ""), np.inf),
    )


def _number(text: str, otherwise: float) -> float:
    try:
        number = float(text)
    except ValueError:
        return otherwise
    return otherwise if np.isnan(number) else number


def chosen(rows: pd.DataFrame, choice: Choice) -> pd.DataFrame:
    """The rows that are drawn, with both numbers known."""
    own = rows[rows["policy"].astype(str) == choice.policy] if choice.policy else rows
    x, y = (own[name].to_numpy(float, na_value=np.nan) for name in (choice.x, choice.y))
    return own[np.isfinite(x) & np.isfinite(y) & (x >= choice.low) & (x <= choice.high)]


def thinned(rows: pd.DataFrame) -> pd.DataFrame:
    """So many rows as can be drawn, evenly from all."""
    if len(rows) <= MOST_POINTS:
        return rows
    return rows.iloc[np.linspace(0, len(rows) - 1, MOST_POINTS).astype(int)]


def points(rows: pd.DataFrame, choice: Choice) -> list[dict[str, Any]]:
    """Points of the picture: x, y, and which of the policies."""
    policies = list(dict.fromkeys(map(str, rows["policy"])))
    return [
        {"x": float(x), "y": float(y), "policy": policies.index(str(policy))}
        for x, y, policy in zip(rows[choice.x], rows[choice.y], rows["policy"], strict=True)
    ]

"""Folders like those a run writes, small and made up."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

BASELINE = {
    "mean_strategic": 10.0,
    "needs_met": 50.0,
    "mean_coverage": 0.6,
    "gini_active_months": 0.5,
    "cost_total": 4000.0,
}
# Of each policy, on the indicators in the order of BASELINE.
EFFECTS = {
    "joint_posts": (4.0, 10.0, 0.04, -0.03, 520.0),
    "phds": (-2.0, 5.0, 0.005, 0.001, 900.0),
    "two_stages": (0.1, -1.0, 0.0, 0.0, 0.0),
    "joint_posts_equal_money": (5.0, 12.0, 0.05, -0.04, 600.0),
}
HALF_WIDTH = {
    "mean_strategic": 0.5,
    "needs_met": 2.0,
    "mean_coverage": 0.01,
    "gini_active_months": 0.01,
    "cost_total": 20.0,
}
MONTHS = 24


@pytest.fixture
def comparison(tmp_path: Path) -> Path:
    """A comparison of four policies with the baseline, over two years."""
    folder = tmp_path / "comparison"
    policies = ["baseline", *EFFECTS]
    _write(folder, "rows", [(policy, "nine_places", seed) for policy in policies for seed in range(3)])
    _write(folder, "effects", [line for policy in EFFECTS for line in _effects_of(policy)])
    _write(
        folder,
        "series",
        [
            (policy, month, kind, level + 0.1 * month, level + 0.1 * month - 1, level + 0.1 * month + 1)
            for level, policy in enumerate(policies, start=5)
            for month in range(MONTHS)
            for kind in ("project", "strategic", "scoping")
        ],
    )
    _write(
        folder,
        "survival",
        [
            (policy, kind, months, 0.9**months, 0.85**months, 0.92**months)
            for policy in policies
            for kind in ("project", "strategic")
            for months in range(MONTHS + 1)
        ],
    )
    return folder


@pytest.fixture
def one_run(tmp_path: Path) -> Path:
    """One run of thirty months, with the lives of three ties."""
    folder = tmp_path / "one_run"
    _write(folder, "rows", [("joint_posts", "nine_places", 7)])
    months = pd.DataFrame({"month": range(30)})
    for value, name in enumerate(
        ("scoping", "ready", "project", "strategic", "load_council", "load_researcher")
    ):
        months[name] = float(value)
    for name in (
        "formed_outreach",
        "formed_repeat",
        "bids",
        "needs_met",
        "needs_expired",
        "cost_joint_posts",
    ):
        months[name] = 2.0
    months["awards"] = 1.0
    months["formed_event"] = 0.0
    months.to_parquet(folder / "series.parquet")
    _write(
        folder,
        "histories",
        [
            (0, 3, 40, -100, "initial"),
            (0, 3, 40, 5, "finding_met"),
            (0, 3, 40, 20, "departed"),
            (1, 4, 41, -2, "formed_outreach"),
            (1, 4, 41, 3, "ready"),
            (1, 4, 41, 6, "bid"),
            (1, 4, 41, 6, "awarded"),
            (1, 4, 41, 11, "started_grant"),
            (1, 4, 41, 18, "finding_late"),
            (1, 4, 41, 25, "embedded"),
            (2, 5, 42, -9, "formed_repeat"),
            (2, 5, 42, -8, "lapsed"),
        ],
    )
    return folder


@pytest.fixture
def spoil() -> Callable[[Path, str, Callable[[pd.DataFrame], pd.DataFrame]], None]:
    """Rewrites one table of a folder."""

    def rewrite(folder: Path, name: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
        file = folder / f"{name}.parquet"
        change(pd.read_parquet(file)).to_parquet(file)

    return rewrite


_COLUMNS = {
    "rows": ["policy", "population", "seed"],
    "effects": ["policy", "indicator", "effect", "low", "high", "baseline", "n"],
    "series": ["policy", "month", "indicator", "mean", "low", "high"],
    "survival": ["policy", "kind", "months", "survival", "low", "high"],
    "histories": ["tie", "council", "researcher", "month", "event"],
}


def _write(folder: Path, name: str, lines: list[tuple]) -> None:
    folder.mkdir(exist_ok=True)
    pd.DataFrame(lines, columns=_COLUMNS[name]).to_parquet(folder / f"{name}.parquet")


def _effects_of(policy: str) -> list[tuple]:
    return [
        (policy, name, effect, effect - HALF_WIDTH[name], effect + HALF_WIDTH[name], BASELINE[name], 3)
        for name, effect in zip(BASELINE, EFFECTS[policy], strict=True)
    ] + [(policy, "value", np.nan, np.nan, np.nan, np.nan, 0)]

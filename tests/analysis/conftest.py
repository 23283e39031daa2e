"""Folders like those a run writes, small and made up."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis import tables

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
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
            (0, 3, 40, -100, "initial", "strategic"),
            (0, 3, 40, 5, "finding_met", "strategic"),
            (0, 3, 40, 20, "departed", "gone"),
            (1, 4, 41, -2, "formed_outreach", "scoping"),
            (1, 4, 41, 3, "ready", "ready"),
            (1, 4, 41, 6, "bid", "ready"),
            (1, 4, 41, 6, "awarded", "awarded"),
            (1, 4, 41, 11, "started_grant", "project"),
            (1, 4, 41, 18, "finding_late", "project"),
            (1, 4, 41, 25, "embedded", "strategic"),
            (2, 5, 42, -9, "formed_repeat", "scoping"),
            (2, 5, 42, -8, "lapsed", "dormant"),
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


@pytest.fixture
def sobol(tmp_path: Path) -> Path:
    """Indices of two answers: one that hangs on two of three factors, one that does not vary."""
    folder = tmp_path / "sobol"
    _write(folder, "rows", [("baseline", "nine_places", seed) for seed in range(3)])
    answer, nothing = ("mean_strategic", "joint_posts − baseline"), ("needs_met", "phds − baseline")
    indices = [
        (*answer, "lapse_base", 0.3, 0.2, 0.4, 0.35, 0.25, 0.45, 0.5, 0.6),
        (*answer, "search_rate", 0.5, 0.4, 0.6, 0.6, 0.5, 0.7, 0.7, 0.6),
        (*answer, "need_rate", -0.02, -0.1, 0.06, -0.01, -0.04, 0.02, 0.1, 0.6),
        (*nothing, "search_rate", *[np.nan] * 7, 1.0),
    ]
    _write(folder, "indices", indices)
    _write(
        folder,
        "convergence",
        [
            (*line[:2], blocks, line[2], line[6], line[6] - 4 / blocks, line[6] + 4 / blocks)
            for blocks in (16, 32, 64)
            for line in indices
        ],
    )
    return folder


@pytest.fixture
def morris(tmp_path: Path) -> Path:
    """A screening of four factors and a group: two matter."""
    folder = tmp_path / "morris"
    _write(folder, "rows", [("baseline", "nine_places", seed) for seed in range(3)])
    answer = ("mean_strategic", "baseline")
    lines = [
        (*answer, "need_rate", 0.5, 0.4, 0.0, 0.0, 0.7, 0.4, False),
        (*answer, "search_rate", 4.0, 1.0, 3.9, 3.0, 4.8, 0.5, True),
        (*answer, "money", 2.0, np.nan, 1.9, 1.2, 2.4, 0.5, True),
        (*answer, "lapse_base", 0.6, 0.7, 0.3, 0.0, 0.9, 0.4, False),
    ]
    _write(folder, "screening", lines, matters="boolean")
    return folder


@pytest.fixture
def robust(tmp_path: Path) -> Path:
    """A robustness study of three policies, of which the ranking of two flips."""
    folder = tmp_path / "robust"
    policies = ["baseline", "phds", "joint_posts"]
    _write(folder, "rows", [(policy, "nine_places", 0) for policy in policies])
    _write(
        folder,
        "regret",
        [
            ("mean_strategic", "baseline", 3.0, 2.5, 3.5, 0.0, 5.0, 4.0, 6.0, 0.0, 8.0, 0.0),
            ("mean_strategic", "phds", 1.0, 0.5, 1.5, 0.2, 2.0, 1.0, 3.0, 0.3, 4.0, 0.4),
            ("mean_strategic", "joint_posts", 0.1, 0.0, 0.2, 0.8, 1.0, 0.5, 2.0, 0.7, 3.0, 0.6),
        ],
    )
    chances = {("joint_posts", "phds"): 0.52, ("joint_posts", "baseline"): 0.95, ("phds", "baseline"): 0.7}
    chances |= {(other, policy): 1 - chance for (policy, other), chance in chances.items()}
    _write(
        folder,
        "beats",
        [("mean_strategic", *pair, chance, chance - 0.04, chance + 0.04) for pair, chance in chances.items()],
    )
    against = {pair: ("mean_strategic", "joint_posts", pair) for pair in ("phds", "baseline")}
    _write(
        folder,
        "flips",
        [
            (*against["phds"], "search_rate <= 0.4", 0.6, 2.0, 1.0, 3.0, "joint_posts"),
            (*against["phds"], "search_rate > 0.4 and motives is review", 0.1, 0.1, -1.0, 1.2, "cannot tell"),
            (*against["phds"], "search_rate > 0.4 and motives is not review", 0.3, -2.0, -3.0, -1.0, "phds"),
            (*against["baseline"], "everywhere", 1.0, 3.0, 2.5, 3.5, "joint_posts"),
        ],
    )
    _write(
        folder,
        "importance",
        [(*against["phds"], "search_rate", 0.6, True), (*against["phds"], "need_rate", 0.01, False)],
    )
    return folder


@pytest.fixture
def replications(tmp_path: Path) -> Path:
    """A study of how many runs are enough, of two policies."""
    folder = tmp_path / "replications"
    _write(folder, "rows", [(policy, "nine_places", 0) for policy in ("baseline", "phds")])
    numbers = (5, 10, 20, 50)
    _write(
        folder,
        "variation",
        [(policy, "needs_met", n, 0.3 + 1 / n) for policy in ("baseline", "phds") for n in numbers],
    )
    _write(folder, "enough", [("baseline", "needs_met", 20), ("phds", "needs_met", None)], n="Int64")
    _write(folder, "widths", [("phds", "needs_met", n, 1.5, 5 / n**0.5) for n in numbers])
    _write(
        folder,
        "pairing",
        [
            ("phds", "needs_met", 50, 3.0, 2.5, 2.0, 4.0, True),
            ("brokers", "needs_met", 50, 1.0, 2.0, 1.5, 3.0, False),
            ("bridging", "needs_met", 4, np.nan, np.nan, np.nan, np.nan, None),
        ],
        agrees="boolean",
    )
    return folder


@pytest.fixture
def patterns(tmp_path: Path) -> Path:
    """A model held against four targets: one met, one missed by far, one of one end, one not measured."""
    folder = tmp_path / "patterns"
    _write(folder, "rows", [("baseline", "nine_places", seed) for seed in range(3)])
    lines = [
        ("two_regimes", "strategic_share", 0.1, 0.3, "linear", 0.05, 0.2, 0.15, 0.25, True),
        ("large_city", "starts", 16.0, 29.0, "log", 0.3, 1.2, 0.9, 1.6, False),
        ("two_regimes", "starts_follow_money", 0.3, np.nan, "linear", 0.1, 0.9, 0.8, 1.0, True),
        ("matchmaking_session", "ratio", 1.25, 2.4, "log", 0.2, np.nan, np.nan, np.nan, None),
    ]
    _write(folder, "patterns", lines, passes="boolean")
    return folder


@pytest.fixture
def combined(tmp_path: Path) -> Path:
    """Three policies, of four indicators: more than the sum of their parts, less, or neither."""
    folder = tmp_path / "combined"
    parts = ("phds", "matchmaking_request", "seed_money")
    _write(folder, "rows", [(policy, "nine_places", 0) for policy in ("baseline", *parts, "+".join(parts))])
    names = {"mean_strategic": "cannot be told", "needs_met": "more", "cost_total": "less", "bids": "less"}
    _write(
        folder,
        "combined",
        [
            (bundle, n, name, 3.0, 2.0, 4.0, 2.5, 2.0, 3.0, 0.5, 0.1, 0.9, verdict)
            for name, verdict in names.items()
            for n, bundle in ((2, "+".join(parts[:2])), (3, "+".join(parts)))
        ],
    )
    _write(
        folder,
        "shares",
        [
            (policy, name, k, k - 0.5, k + 0.5, 1.0 - k, 0.5 - k, 1.5 - k, 0.4 - k, 1.6 - k)
            for k, policy in enumerate(parts)
            for name in names
        ],
    )
    return folder


@pytest.fixture
def mechanisms(tmp_path: Path) -> Path:
    """Two policies and three indicators, without each of thirty mechanisms."""
    folder = tmp_path / "mechanisms"
    policies, names = ("phds", "matchmaking_request"), ("mean_strategic", "needs_met", "cost_total")
    _write(folder, "rows", [(policy, "nine_places", 0) for policy in ("baseline", *policies)])
    lines = [
        (policy, name, f"trust_in_what_they_agree_on_{k}", 3.0, 2.0, 4.0, 3.0 - k, 2.0 - k, 4.0 - k)
        + ((0.0, 0.0, 0.0, "the same") if not k else (-k, -k - 1.0, 1.0 - k, "nothing left"))
        for name in names
        for policy in policies
        for k in range(30)
    ]
    _write(folder, "mechanisms", lines)
    return folder


@pytest.fixture
def friction(tmp_path: Path) -> Path:
    """What three policies realise of what could be had."""
    folder = tmp_path / "friction"
    policies = ("baseline", "phds", "matchmaking_request")
    _write(folder, "rows", [(policy, "nine_places", 0) for policy in policies])
    shares = (0.1, 0.09, 0.11, 0.02, 0.01, 0.03, 0.3, 0.2, 0.4, 0.7, 0.6, 0.8, 0.01, 0.0, 0.02)
    _write(folder, "friction", [(policy, *shares) for policy in policies])
    return folder


def _write(folder: Path, name: str, lines: list[tuple], **types: str) -> None:
    if not folder.exists():
        folder.mkdir()
        columns = ["table", "column", "unit", "kind", "better", "label"]
        pd.DataFrame(_INDICATORS, columns=columns).assign(meaning="").to_csv(folder / "columns.csv")
    table = pd.DataFrame(lines, columns=[*_COLUMNS[name], *_MORE.get(name, ())])
    table.astype(types).to_parquet(folder / f"{name}.parquet")


_COLUMNS = tables.COLUMNS | {"series": tables.COMPARED_SERIES}
#: Columns that a table need not have.
_MORE = {"indices": ("luck",), "histories": ("stage",)}
#: What the dictionary of a folder says of indicators.
_INDICATORS = [
    ("rows", "mean_strategic", "partnerships at a time", "stock", 1, "Long-term partnerships"),
    ("rows", "mean_project", "partnerships at a time", "stock", 1, "Project partnerships"),
    ("rows", "needs_met", "needs over the horizon", "flow", 1, "Needs met by partnerships"),
    ("rows", "mean_coverage", "share of councils", "stock", 1, "Councils covered"),
    ("rows", "gini_active_months", "Gini coefficient", "ratio", -1, "Inequality of councils"),
    ("rows", "cost_total", "£k over the horizon", "flow", -1, "Cost, grants included"),
    ("rows", "formed", "ties over the horizon", "flow", 0, "Ties formed"),
    ("rows", "bids", "bids over the horizon", "flow", 0, "Bids"),
    ("series", "load_council", "demand / capacity", "stock", -1, "Load of councils"),
]


def _effects_of(policy: str) -> list[tuple]:
    return [
        (policy, name, effect, *2 * (effect - HALF_WIDTH[name], effect + HALF_WIDTH[name]), BASELINE[name], 3)
        for name, effect in zip(BASELINE, EFFECTS[policy], strict=True)
    ] + [(policy, "value", *[np.nan] * 6, 0)]


@pytest.fixture(scope="session")
def browser() -> Iterator:
    """A Chromium without a window: one for all, as a process can drive but one."""
    playwright_api = pytest.importorskip("playwright.sync_api")
    found = next(filter(None, map(shutil.which, _BROWSERS)), None)
    with playwright_api.sync_playwright() as playwright:
        own = playwright.chromium.executable_path
        if not found and not Path(own).exists():
            pytest.skip("no Chromium was found: install chromium, or run playwright install chromium")
        options = ["--no-sandbox", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=found or own, args=options)
        yield browser
        browser.close()

"""The job that asks which policy is good whatever the parameters are."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from analysis.statistics.discovery import flips, importance
from analysis.statistics.regret import beats, regret
from experiments.command.settings import Settings
from experiments.design.kinds import KINDS
from experiments.jobs.job import Job, a_design, several_policies, several_seeds
from experiments.rows.plan import Plan
from experiments.rows.results import values_of, write_rows
from experiments.study.study import Study, carried_out
from experiments.terminal import interval_text, plain_table, records

#: Indicators of which less is better, beside costs.
_LESS_IS_BETTER = (
    "gini_active_months", "needs_expired", "lost_strategic", "ended_project", "days_bidding",
    "months_to_start", "mean_load_council", "mean_load_researcher", "mean_needs_open",
)  # fmt: skip
#: What policies are ranked by: regret that is seldom exceeded, and that one run does not decide.
_RANKED_BY = "p90_regret"
_FACTORS_SHOWN = 3
#: Half of the points choose where rankings flip, the other half say how surely.
_FEWEST_POINTS = 4


def main(settings: Settings) -> int:
    """Run it, write regret, contests and flips, show them.

    Returns:
        Exit status.
    """
    return carried_out(settings, _analysed)


def _analysed(study: Study, plan: Plan, folder: Path) -> Iterator[RenderableType]:
    write_rows(study.store, plan, folder / "rows.parquet")
    names = [policy.name for policy in plan.policies]
    points = plan.design.table().drop(columns=["point", "block"])
    tables: dict[str, list[pd.DataFrame]] = {"regret": [], "beats": [], "flips": [], "importance": []}
    for response in study.settings.responses:
        values, known = _known(study, plan, response)
        found = _tables(values, points.loc[known].reset_index(drop=True), names)
        for name, table in found.items():
            tables[name].append(table.assign(response=response))
        yield from _shown(response, found, len(values), len(plan.seeds))
    for name, parts in tables.items():
        table = pd.concat(parts, ignore_index=True)
        table.to_parquet(folder / f"{name}.parquet", index=False)
        table.to_csv(folder / f"{name}.csv", index=False)


def _known(study: Study, plan: Plan, response: str) -> tuple[np.ndarray, np.ndarray]:
    """A response, more being better, as [points, policies, seeds], and the points at which it is known."""
    values = values_of(study.store, plan, [response])[..., 0].swapaxes(1, 2)
    known = study.known(response, values, "points", _FEWEST_POINTS)
    sign = -1.0 if response in _LESS_IS_BETTER or response.startswith("cost_") else 1.0
    return sign * values[known], known


def _tables(values: np.ndarray, points: pd.DataFrame, names: list[str]) -> dict[str, pd.DataFrame]:
    """Regret, contests, and where the best policy by regret loses its place to each other one."""
    regrets = regret(values, names).sort_values(_RANKED_BY, ignore_index=True)
    best, *others = regrets["policy"]
    found = [flips(values, points, names, (best, other)).assign(policy=best, other=other) for other in others]
    matter = [
        importance(values, points, names, (best, other)).assign(policy=best, other=other) for other in others
    ]
    return {
        "regret": regrets,
        "beats": beats(values, names),
        "flips": pd.concat(found, ignore_index=True),
        "importance": pd.concat(matter, ignore_index=True),
    }


def _shown(
    response: str, found: dict[str, pd.DataFrame], n_points: int, n_seeds: int
) -> Iterator[RenderableType]:
    regrets = records(found["regret"])
    yield _regret_table(response, regrets, n_points, n_seeds)
    yield Text(
        "Regret: what the best policy of a point has more than this one there. Brackets: 95% intervals. "
        "Chosen: how often the policy has the least 90th percentile when points are resampled. Luck: its "
        "share in how the policy's effect varies over points. regret.csv has more measures.",
        style="dim",
    )
    best = regrets[0]["policy"]
    yield Text(f"\n{best}, the policy of least 90th-percentile regret, against each other one", "bold")
    yield _contest_table(best, [line["policy"] for line in regrets[1:]], found)
    yield Text(
        "Ranking flips: where the other is surely better. Hangs on: what explains most of the difference. "
        "Wins: in one future, over parameters and luck. Surely: share of points at which that can be said.\n",
        style="dim",
    )


def _regret_table(response: str, regrets: list[dict], n_points: int, n_seeds: int) -> Table:
    table = plain_table(
        f"{response}: which policy is good whatever the parameters",
        f"{n_points} points, {n_seeds} seeds each",
        ("Policy",),
        ("Mean", "90th percentile\nof regret", "Chosen\n%", "Largest\nregret", "Luck\n%"),
    )
    for line in regrets:
        table.add_row(
            line["policy"],
            f"{line['mean']:.2f}",
            interval_text(line, _RANKED_BY),
            f"{100 * line[f'{_RANKED_BY}_chosen']:.0f}",
            interval_text(line, "max_regret"),
            f"{100 * line['noise_share']:.0f}",
        )
    return table


def _contest_table(best: str, others: Sequence[str], found: dict[str, pd.DataFrame]) -> Table:
    """Of the best policy against each other: how often it wins, and where the ranking flips."""
    table = plain_table(
        None, "", ("Against", "Ranking flips", "Hangs on"), ("Wins\n%", "Surely\nbetter %", "Surely\nworse %")
    )
    contests = {line["other"]: line for line in records(found["beats"]) if line["policy"] == best}
    for other in others:
        leaves = [line for line in records(found["flips"]) if line["other"] == other]
        matter = [line for line in records(found["importance"]) if line["other"] == other]
        table.add_row(
            other,
            _where(leaves, best, other),
            ", ".join(line["factor"] for line in matter[:_FACTORS_SHOWN] if line["importance"] > 0) or "–",
            *(f"{100 * contests[other][share]:.0f}" for share in ("beats", "surely_better", "surely_worse")),
        )
    return table


def _where(leaves: list[dict], best: str, other: str) -> str:
    """Where the other policy is surely better, if both are somewhere."""
    if {best, other} - {leaf["better"] for leaf in leaves}:
        return "nowhere that can be told"
    return "; or ".join(leaf["where"] for leaf in leaves if leaf["better"] == other)


JOB = Job(
    main,
    needs=(
        a_design((kind for kind in KINDS.values() if kind.is_sample), _FEWEST_POINTS),
        several_policies,
        several_seeds,
    ),
)

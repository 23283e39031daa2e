"""The job that asks which policy is good whatever the parameters are."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from analysis.report.assumed.robust import in_short
from analysis.report.source import Source
from analysis.statistics.regret import in_units
from analysis.studies.assumptions import FEWEST_POINTS
from analysis.studies.robustness import RANKED_BY
from experiments.command.settings import Settings
from experiments.design.kinds import KINDS
from experiments.rows.plan import Plan
from experiments.study.job import Job, a_design, several_policies, several_seeds
from experiments.study.study import Study, analysed, carried_out
from experiments.study.tables import months_of
from experiments.terminal import UNTOLD, interval_text, plain_table, records, told
from model.measures import HORIZON

_FACTORS_SHOWN = 3


def _a_direction(settings: Settings) -> Iterator[str]:
    """Policies are ranked by indicators of which one direction is better."""
    for name in settings.responses:
        if not HORIZON[name].better:
            yield (
                f"responses: job robustness cannot rank policies by {name}, of which neither more nor less "
                "is better in itself; model/ODD.md, section 6, says of which one is."
            )


def main(settings: Settings) -> int:
    """Run it, write regret, contests and flips, show them.

    Returns:
        Exit status.
    """
    return carried_out(settings, _analysed)


def _analysed(study: Study, plan: Plan, folder: Path) -> Iterator[RenderableType]:
    tables = analysed(study, plan, folder)
    study.columns.written(folder)  # whose labels and units are said
    yield from (Text(each.text) for each in in_short(Source(folder)))
    yield Text()
    for summary in records(tables["summary"]):
        response = summary["response"]
        found = {name: table.query("response == @response") for name, table in tables.items()}
        scale, unit = study.columns.shown(response, months_of(study.settings))
        found["regret"] = in_units(found["regret"], scale)
        where = f"{summary['points']} points, {summary['replicates']} seeds each"
        yield from _shown(f"{study.columns.label(response)}, {unit}", where, found)


def _shown(what: str, where: str, found: dict[str, pd.DataFrame]) -> Iterator[RenderableType]:
    regrets = records(found["regret"])
    yield _regret_table(what, where, regrets)
    yield Text(
        "Regret: what the best policy of a point has more than this one there. Brackets: 95% intervals; the "
        "largest regret is of the points run and has none. Chosen: how often the policy has the least 90th "
        "percentile when points are resampled. Luck: its share in how the policy's effect varies over "
        f"points ({UNTOLD}: it never varies). regret.csv has more measures.",
        style="dim",
    )
    best = regrets[0]["policy"]
    yield Text(f"\n{best}, the policy of least 90th-percentile regret, against each other one", "bold")
    yield _contest_table(best, [line["policy"] for line in regrets[1:]], found)
    yield Text(
        "Ranking flips: where the other is surely better. Hangs on: what surely explains some of the "
        f"difference ({UNTOLD}: nothing does). Wins: in one future, over parameters and luck. Better: on "
        "average over luck, in so many futures at least and at most (95%).\n",
        style="dim",
    )


def _regret_table(what: str, where: str, regrets: list[dict]) -> Table:
    table = plain_table(
        f"{what}: which policy is good whatever the parameters",
        where,
        ("Policy",),
        ("Mean", "90th percentile\nof regret", "Chosen\n%", "Largest\nregret", "Luck\n%"),
    )
    for line in regrets:
        table.add_row(
            line["policy"],
            f"{line['mean']:.2f}",
            interval_text(line, RANKED_BY),
            f"{100 * line[f'{RANKED_BY}_chosen']:.0f}",
            f"{line['max_regret']:.2f}",
            told(100 * line["noise_share"], ".0f"),
        )
    return table


def _contest_table(best: str, others: Sequence[str], found: dict[str, pd.DataFrame]) -> Table:
    """Of the best policy against each other: how often it wins, and where the ranking flips."""
    table = plain_table(
        None, "", ("Against", "Ranking flips", "Hangs on"), ("Wins\n%", "Better in\n% of futures")
    )
    contests = {line["other"]: line for line in records(found["beats"]) if line["policy"] == best}
    for other in others:
        leaves = [line for line in records(found["flips"]) if line["other"] == other]
        matter = [line for line in records(found["importance"]) if line["other"] == other]
        table.add_row(
            other,
            _where(leaves, best, other),
            ", ".join(line["factor"] for line in matter[:_FACTORS_SHOWN] if line["matters"]) or UNTOLD,
            f"{100 * contests[other]['beats']:.0f}",
            "–".join(f"{100 * contests[other][f'better_{end}']:.0f}" for end in ("low", "high")),
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
        a_design((kind for kind in KINDS.values() if kind.is_sample), FEWEST_POINTS),
        several_policies,
        several_seeds,
        _a_direction,
    ),
    is_reported=True,
    has_points=True,
)

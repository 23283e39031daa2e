"""The job that asks how many runs are enough, and what sharing luck between policies saves."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from analysis.studies.replications import SETTLED
from experiments.command.settings import Settings
from experiments.rows.plan import Plan
from experiments.study.job import Job, effects, no_design
from experiments.study.study import Study, analysed, carried_out
from experiments.terminal import interval_text, plain_table, records, told

#: Half-width of the interval wanted, as a share of the effect.
_SHARE = 0.1


def main(settings: Settings) -> int:
    """Run it, write how results settle and what pairing saves, show them.

    Returns:
        Exit status.
    """
    return carried_out(settings, _analysed)


def _analysed(study: Study, plan: Plan, folder: Path) -> Iterator[RenderableType]:
    tables = analysed(study, plan, folder)
    for response in study.settings.responses:
        yield _effects_table(response, tables, plan)
    yield Text(
        f"Seeds: for a 95% interval of ± {_SHARE:.0%} of the effect, as far as that is known"
        f"{', luck taken out as in a comparison' * study.settings.controls}. Pairing: by "
        "what factor sharing luck divides the variance of the effect; as the variances claim, and as it "
        "shows when seeds are exchanged, with its interval. –: too few seeds to tell, or nothing varies.",
        style="dim",
    )
    yield Text()
    yield _levels_table(tables, plan)
    yield Text(
        f"Coefficient of variation: sd / mean, with its 95% interval. Seeds: until that is ± {SETTLED:g}, as "
        "far as can be said.",
        style="dim",
    )


def _effects_table(response: str, tables: dict[str, pd.DataFrame], plan: Plan) -> Table:
    """Of each contrast: effect, seeds needed, what pairing saves."""
    table = plain_table(
        f"How many seeds an effect on {response} takes",
        f"{plan.population.name}, {len(plan.seeds)} seeds",
        ("Policy",),
        ("Effect", f"Seeds for\n±{_SHARE:.0%}", "Pairing\nclaimed", "Pairing\nobserved", "Agree"),
    )
    last = {_key(line): line for line in records(tables["widths"])}
    seeds = {_key(line): line["n_needed"] for line in records(tables["needed"]) if line["relative"] == _SHARE}
    for line in records(tables["pairing"].query("indicator == @response")):
        effect = last[_key(line)]
        table.add_row(
            line["policy"],
            f"{told(effect['effect'], '+.3g')} ± {told(effect['half_width'], '.2g')}",
            _count(seeds[_key(line)]),
            told(line["claimed"], ",.1f"),
            interval_text(line | {f"observed_{end}": line[end] for end in ("low", "high")}, "observed", 1),
            {True: "yes", False: "no"}.get(line["agrees"], "–"),
        )
    return table


def _key(line: dict) -> tuple[str, str]:
    return str(line["policy"]), str(line["indicator"])


def _count(n: object) -> str:
    return f"{n:,}" if isinstance(n, int) else "–"


def _levels_table(tables: dict[str, pd.DataFrame], plan: Plan) -> Table:
    """Of each policy's own level: how it varies, and from where on that is settled."""
    table = plain_table(
        "How results settle",
        f"{plan.population.name}, {len(plan.seeds)} seeds",
        ("Policy", "Indicator"),
        ("Coefficient of\nvariation", f"Seeds for\n±{SETTLED:g}"),
    )
    latest = {_key(line): interval_text(line, "variation", 3) for line in records(tables["variation"])}
    for line in records(tables["enough"]):
        table.add_row(*_key(line), latest[_key(line)], _count(line["n_needed"]))
    return table


JOB = Job(main, needs=(no_design("it looks at one point"), effects))

"""The job that holds the program against theory: closed forms, conservation, extremes, and its twin."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import pandas as pd
from rich.table import Table
from rich.text import Text

from analysis import tables
from analysis.statistics.evidence.checks import COLUMNS, ROUNDING
from analysis.words import counted
from experiments import terminal
from experiments.command.settings import Settings
from experiments.status import DONE, FAILED
from experiments.study.completing import Complete
from experiments.study.job import Job, no_design
from experiments.study.study import Study, begun, written
from experiments.terminal import number, plain_table, records
from experiments.verification import CHECKS
from experiments.verification.check import Check, NotThere
from model.problems import no_such

ALL = "all"
#: To be read before a folder's manifest, which speaks of runs.
_NOTE = "Each check has parameters, policy, population and seeds of its own: checks.csv says which."


def main(settings: Settings) -> int:
    """Make the checks, write them, show them.

    Returns:
        Exit status: 1 if one fails.
    """
    checks = _named(settings.asked["checks"])
    if settings.dry_run:
        terminal.say([f"{counted(len(checks), 'check')}, each with runs of its own."], style="dim", label="")
        return DONE
    with begun(replace(settings, figures=False)) as study:
        study.notes.append(_NOTE)
        found = table_of(checks)
    written(study, Complete(study.plan()), lambda folder: _write(folder, study, found))
    terminal.show(
        [
            _shown(found),
            Text(f"\n{_counted(found)} In brackets: the 99.9% interval by luck.\n", style="dim"),
        ]
    )
    terminal.say(sorted(set(found["missing"]) - {""}))
    terminal.say_where({"Written to": str(study.settings.out)})
    return DONE if all(found["passes"].dropna()) else FAILED


def table_of(checks: Sequence[Check]) -> pd.DataFrame:
    """A line a check: what theory says, and what the model gives."""
    with terminal.progress() as bars:
        bar = bars.add_task("Checks", total=len(checks), unit="", runs=1)
        lines = []
        for check in checks:
            lines.append(_line(check))
            bars.advance(bar)
    return pd.DataFrame(lines, columns=list(COLUMNS)).astype({"passes": "boolean"})


def _line(check: Check) -> dict:
    told = {"kind": check.kind, "check": check.name, "given": check.given, "theory": check.theory}
    try:
        found = check.measure()
    except NotThere as reason:
        return told | {"missing": str(reason)}
    return told | asdict(found) | {"passes": found.passes, "missing": ""}


def _named(asked: object) -> list[Check]:
    return list(CHECKS.values()) if asked == ALL else [CHECKS[name] for name in dict.fromkeys(asked)]  # type: ignore[call-overload]


def _known_checks(settings: Settings) -> Iterator[str]:
    """The job takes checks that there are."""
    asked = settings.asked["checks"]
    if asked != ALL and (not isinstance(asked, list) or not asked):
        yield f"checks = {asked!r} is not allowed: it takes a list of checks, or all."
    elif asked != ALL:
        yield from (no_such("check", str(name), CHECKS) for name in asked if name not in CHECKS)


def _write(folder: Path, study: Study, found: pd.DataFrame) -> None:
    tables.write(folder, "checks", found, study.columns)
    found.to_csv(folder / "checks.csv", index=False)


def _shown(found: pd.DataFrame) -> Table:
    """A line a check, those of a kind together."""
    table = plain_table(
        "Does the program do what theory says?", f"{len(found)} checks", ("What is set", "What theory says"),
        ("Theory", "Model", ""),
    )  # fmt: skip
    for kind, lines in found.groupby("kind", sort=False):
        table.add_row(Text(str(kind), style="bold"))
        for line in records(lines):
            what = Text(line["check"].replace("_", " ")).append(f": {line['given']}", style="dim")
            table.add_row(what, line["theory"], *_cells(line))
    return table


def _counted(found: pd.DataFrame) -> str:
    return f"{sum(found['passes'].dropna())} of {len(found)} hold."


def _cells(line: dict) -> tuple[str | Text, ...]:
    """What theory says, what the model gives, and whether they agree."""
    if pd.isna(line["passes"]):
        return "–", "–", "–"
    is_exact = line["high"] - line["low"] <= 2 * ROUNDING * max(1.0, abs(line["model"]))
    interval = "" if is_exact else f"\n[{number(line['low'])}, {number(line['high'])}]"
    verdict = Text("holds", style="green") if line["passes"] else Text("FAILS", style="bold red")
    return number(line["expected"]), f"{number(line['model'])}{interval}", verdict


JOB = Job(
    main,
    needs=(_known_checks, no_design("checks have points of their own")),
    has_responses=False,
    has_parameters=False,
)

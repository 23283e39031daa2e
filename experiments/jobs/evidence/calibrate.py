"""The job that looks for parameters that give what is known of the world, and keeps a sample of them."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from rich.console import RenderableType
from rich.text import Text

from analysis import tables
from analysis.statistics.evidence.coverage import LEVELS
from analysis.words import counted
from experiments.command.kept import write_sample
from experiments.command.patterns import table_of
from experiments.command.settings import Settings
from experiments.design.drawn import LATIN_HYPERCUBE
from experiments.jobs.evidence.validate import some_patterns
from experiments.rows.plan import Plan
from experiments.rows.row import model_version
from experiments.study.calibrating import Calibrated, calibrated, fitted
from experiments.study.completing import Complete
from experiments.study.job import Job, a_design, several_seeds
from experiments.study.study import Study, analysed, carried_out
from experiments.terminal import number, plain_table, records

#: Points from which an emulator of a few factors can be fitted.
_FEWEST = 20
_NAME = "posterior"


def main(settings: Settings) -> int:
    """Run it, keep the points that fit, show what was learned.

    Returns:
        Exit status.
    """
    done: list[Calibrated] = []

    def fill(study: Study) -> Complete:
        done.append(calibrated(study))
        return done[0].complete

    return carried_out(settings, lambda study, plan, folder: _analysed(study, plan, folder, done[0]), fill)


def _analysed(study: Study, plan: Plan, folder: Path, done: Calibrated) -> Iterator[RenderableType]:
    for name, table in done.tables(study.settings.calibration).items():
        tables.write(folder, name, table, study.columns)
    found = analysed(study, plan, folder)
    write_sample(folder / "parameters", _NAME, plan.design, _provenance(study, plan, done))
    yield _waves_table(found["waves"])
    yield _identified_table(found["identified"], len(plan.design))
    yield Text(
        "Width: of the middle 95% of the points that are kept, as a share of the prior's; 1: nothing is "
        "learned. profiles.csv has each parameter by tenths.",
        style="dim",
    )
    yield Text(f"{_covered(found['coverage'])}\n")
    yield from _conflicts(found["conflicts"])
    yield _left_out_table(found["left_out"])
    yield Text(
        f"{len(plan.design)} points are kept: towngown --config-dir {study.settings.out} parameters={_NAME}"
    )


def _provenance(study: Study, plan: Plan, done: Calibrated) -> list[str]:
    settings, sizes = study.settings, study.settings.calibration
    tried = sum(len(wave.design) for wave in done.waves)
    patterns = ", ".join(dict.fromkeys(done.targets["pattern"]))
    return [
        f"{len(plan.design)} points of parameter space that come nearest to what is known, kept jointly.",
        f"Of {tried:,} that experiment={settings.experiment} tried on {study.started:%Y-%m-%d}.",
        f"Model {model_version()}, population {settings.population.name}.",
        f"{len(settings.seeds)} seeds a point, {counted(sizes.waves, 'wave')}, cutoff {sizes.cutoff:g},",
        f"{sizes.forgiven} forgiven, {sizes.drawn:,} drawn, the nearest {sizes.shortlist:,} of them again on "
        f"{sizes.ranked} seeds, {sizes.raised} for those kept.",
        f"Patterns: {patterns}.",
    ]


def _waves_table(waves: pd.DataFrame) -> RenderableType:
    table = plain_table(
        "Waves", "the last is the sample", ("Wave", "Ruled out most by"), ("Points", "Left\n%", "Nearest")
    )
    for line in records(waves):
        left, best = f"{100 * line['kept']:.1f}", f"{line['best']:.2f}"
        table.add_row(str(line["wave"]), line["decided"], f"{line['points']:,}", left, best)
    return table


def _identified_table(identified: pd.DataFrame, n: int) -> RenderableType:
    table = plain_table(
        "What is identified", f"{n} points kept", ("Parameter",), ("Median", "Middle 95%", "Width")
    )
    for line in records(identified):
        middle = f"{number(line['low'])} to {number(line['high'])}"
        table.add_row(line["factor"], number(line["median"]), middle, f"{line['width']:.2f}")
    return table


def _covered(coverage: pd.DataFrame) -> str:
    """How far these intervals can be believed."""
    shares = [
        f"the middle {100 * level:.0f}% of points in {100 * part['coverage'].mean():.0f}%"
        for level, part in ((level, coverage[coverage["level"] == level]) for level in LEVELS)
    ]
    not_held = ", ".join(coverage.loc[~coverage["held"], "factor"].unique())
    return (
        f"Of {coverage['truths'].iloc[0]} points in turn taken for the truth, parameters are found again by "
        f"{', by '.join(shares)} of cases (coverage.csv). Intervals are too narrow for: {not_held or 'none'}."
    )


def _conflicts(conflicts: pd.DataFrame) -> Iterator[RenderableType]:
    """Patterns that are never met together."""
    pairs = [f"{line['pattern']} and {line['other']}" for line in records(conflicts.query("conflict"))]
    never = sorted(set(conflicts.loc[conflicts["met"] == 0, "pattern"]))
    never = sorted({*never, *conflicts.loc[conflicts["other_met"] == 0, "other"]})
    if never:
        yield Text(f"Met at no point that was run: {', '.join(never)}.")
    if pairs:
        yield Text(f"Never met together: {'; '.join(pairs)}.")


def _left_out_table(left_out: pd.DataFrame) -> RenderableType:
    table = plain_table(
        "Each pattern left out",
        f"{len(left_out)} patterns",
        ("Pattern", "What then moves most"),
        ("Met with\n%", "without\n%", "By"),
    )
    for line in records(left_out):
        shares = (f"{100 * line[share]:.0f}" for share in ("met_with", "met_without"))
        table.add_row(line["pattern"], line["moved"], *shares, f"{line['shift']:.2f}")
    return table


def _something_to_fit(settings: Settings) -> Iterator[str]:
    """Not all patterns are held out."""
    if settings.patterns and fitted(table_of(settings.patterns)).empty:
        yield "patterns: all of these are held out or not measured, so there is nothing to calibrate to."


def _no_sample(settings: Settings) -> Iterator[str]:
    """It makes a sample of its own."""
    if settings.parameters.varied:
        yield "job calibrate makes a sample of points and takes none: design.factors say where it looks."


def _whole(settings: Settings) -> Iterator[str]:
    """Waves follow from each other, so a job has all of their rows."""
    if settings.is_sharded:
        yield (
            "shard and job=calibrate do not go together: points follow from what has been run. Several "
            "processes of the same command share the work."
        )


JOB = Job(
    main,
    needs=(
        some_patterns("calibrate"),
        a_design((LATIN_HYPERCUBE,), _FEWEST),
        several_seeds,
        _something_to_fit,
        _no_sample,
        _whole,
    ),
    has_responses=False,
)

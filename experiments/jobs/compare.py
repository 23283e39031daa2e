"""The main job: compare policies with the baseline on shared luck, and say what each is worth."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from rich.console import RenderableType

from analysis.statistics.effects import effects_of
from analysis.statistics.stopping import interval, seeds_wanted
from experiments import screen
from experiments.plan import Plan
from experiments.policies import BASELINE
from experiments.results import gathered, row_tables, values_of
from experiments.settings import Precision, Settings
from experiments.study import Study, carried_out, filled
from experiments.table import effects_table, levels_table
from model.parameters import BadInput


def main(settings: Settings) -> int:
    """Run it, write the folder, show the table.

    Returns:
        Exit status.
    """
    if settings.design.factors:
        raise BadInput("job compare takes no design: job=sweep runs one, job=robustness compares over one.")
    if settings.precision and not has_contrasts(settings):
        raise BadInput("precision needs effects: name the baseline and at least one other policy.")
    return carried_out(settings, _analysed, narrowed if settings.precision else filled)


def has_contrasts(settings: Settings) -> bool:
    """Whether there is a baseline, and something to compare with it."""
    names = [planned.policy.name for planned in settings.policies]
    return BASELINE in names and len(names) > 1


def narrowed(study: Study) -> Plan:
    """The plan with as many seeds as make every effect's interval as narrow as is wanted."""
    precision, plan = study.settings.precision, study.plan()
    assert precision is not None
    first, n = plan.seeds.start, 0
    wanted = seeds_wanted(np.empty(0), precision.wanted)
    while n < wanted:
        n = wanted
        plan = plan.with_seeds(range(first, first + n))
        study.fill(plan)
        differences = _differences(study, plan, precision).values()
        wanted = max(seeds_wanted(each, precision.wanted) for each in differences)
    study.settings = replace(study.settings, seeds=plan.seeds)
    return plan


def _differences(study: Study, plan: Plan, precision: Precision) -> dict[str, np.ndarray]:
    """Differences from the baseline, a value a seed (NaN where a run failed), by policy."""
    names = [policy.name for policy in plan.policies]
    values = values_of(study.store, plan, [precision.indicator])[0, :, :, 0]
    base = values[:, names.index(BASELINE)]
    return {name: values[:, i] - base for i, name in enumerate(names) if name != BASELINE}


def _analysed(study: Study, plan: Plan, folder: Path) -> Iterator[RenderableType]:
    """Write what came out as Parquet; the table."""
    settings = study.settings
    rows = pd.concat(row_tables(study.store, plan), ignore_index=True)
    rows.to_parquet(folder / "rows.parquet", index=False)
    months = gathered(study.store, plan)
    months.series().to_parquet(folder / "series.parquet", index=False)
    months.survival().to_parquet(folder / "survival.parquet", index=False)
    if not has_contrasts(settings):
        yield from levels_table(settings, rows)
        return
    effects = effects_of(rows)
    if settings.precision:
        _stop_honestly(study, plan, effects, settings.precision)
    effects.to_parquet(folder / "effects.parquet", index=False)
    effects.to_csv(folder / "effects.csv", index=False)
    yield from effects_table(settings, effects, study.solved, screen.tables())


def _stop_honestly(study: Study, plan: Plan, effects: pd.DataFrame, precision: Precision) -> None:
    """Intervals that seeds were added for are as wide as was asked, even where they look narrower."""
    for policy, differences in _differences(study, plan, precision).items():
        mean, low, high, is_reached = interval(differences, precision.wanted)
        at = (effects["policy"] == policy) & (effects["indicator"] == precision.indicator)
        effects.loc[at, ["effect", "low", "high"]] = mean, low, high
        if not is_reached:
            study.notes.append(
                f"{policy}: {precision.indicator} is known to ±{(high - low) / 2:.3g} only after "
                f"{precision.wanted.most:,} seeds, the most allowed."
            )

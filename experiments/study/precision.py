"""Precision: seeds are added until every effect is known as precisely as is wanted."""

import numpy as np

from analysis.statistics.stopping import seeds_wanted
from experiments.command.settings import Precision
from experiments.rows.plan import Plan
from experiments.rows.results import values_of
from experiments.study.completing import Complete
from experiments.study.study import Study


def narrowed(study: Study) -> Complete:
    """The plan with as many seeds as make every effect's interval as narrow as is wanted."""
    precision, plan = study.settings.precision, study.plan()
    assert precision is not None
    first, n = plan.seeds.start, seeds_wanted(np.empty(0), precision.wanted)
    while True:
        filled = study.fill(plan := plan.with_seeds(range(first, first + n)))
        differences = differences_of(study, plan, precision).values()
        wanted = max(seeds_wanted(each, precision.wanted) for each in differences)
        if wanted <= n:
            return filled
        n = wanted


def differences_of(study: Study, plan: Plan, precision: Precision) -> dict[str, np.ndarray]:
    """Differences from the policy compared with, a value a seed (NaN where a run failed), by policy."""
    names = [policy.name for policy in plan.policies]
    values = values_of(study.store, plan, [precision.indicator])[0, :, :, 0]
    against = study.settings.against
    base = values[:, names.index(against)]
    return {name: values[:, i] - base for i, name in enumerate(names) if name != against}

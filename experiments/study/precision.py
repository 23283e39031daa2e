"""Precision: seeds are added until every effect is known as precisely as is wanted."""

import numpy as np

from analysis.statistics.stopping import seeds_wanted
from experiments.command.settings import Precision
from experiments.rows.plan import Plan
from experiments.rows.results import values_of
from experiments.study.completing import Complete
from experiments.study.study import Study
from experiments.study.tables import controls_of


def narrowed(study: Study) -> Complete:
    """The plan with as many seeds as make every effect's interval as narrow as is wanted."""
    precision, plan = study.settings.precision, study.plan()
    assert precision is not None
    first, n = plan.seeds.start, seeds_wanted(np.empty(0), precision.wanted)
    while True:
        filled = study.fill(plan := plan.with_seeds(range(first, first + n)))
        contrasts = contrasts_of(study, plan, precision).values()
        wanted = max(seeds_wanted(each, precision.wanted, luck) for each, luck in contrasts)
        if wanted <= n:
            return filled
        n = wanted


def contrasts_of(study: Study, plan: Plan, precision: Precision) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Differences from the policy compared with, and of the luck that they are freed of, by policy.

    A line a seed each; NaN where a run failed.
    """
    names = [policy.name for policy in plan.policies]
    controls = controls_of(study.settings).get(precision.indicator, [])
    values = values_of(study.store, plan, [precision.indicator, *controls])[0]
    apart = values - values[:, [names.index(study.settings.against)]]
    return {
        name: (apart[:, i, 0], apart[:, i, 1:])
        for i, name in enumerate(names)
        if name != study.settings.against
    }

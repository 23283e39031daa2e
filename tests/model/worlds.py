"""Small worlds, a policy that pulls every lever, and what must hold in any world whatever."""

import hashlib
import json
from dataclasses import replace

import numpy as np

from analysis.statistics.evidence.checks import ROUNDING
from experiments.verification.conservation import LAWS
from experiments.verification.worlds import ALL_LEVERS, EVERYTHING, SHORT, SMALL, finished
from model.measures import SERIES
from model.parameters import LEVERS
from model.policy import BASELINE, policy_from

__all__ = ["ALL_LEVERS", "EVERYTHING", "SHORT", "SMALL", "finished"]
ALGORITHMS = LEVERS["match_algorithm"].domain.words


def bits(run):
    """All that a run leaves behind, to compare two runs bit for bit."""
    histories = b"" if run.histories is None else run.histories.tobytes()
    indicators = np.array([*run.indicators.values(), *run.luck.values()]).tobytes()
    return indicators + run.series.tobytes() + run.spells.tobytes() + histories


def check_everything(simulation):
    """What must hold after any run."""
    for name, law in LAWS.items():
        assert law(simulation) <= ROUNDING, name
    check_numbers(simulation)


#: Ratios are not defined where nothing stands below the line.
RATIOS = (
    "success_open",
    "success_rate",
    "timely_share",
    "months_to_start",
    "cost_per_strategic_year",
    "cost_per_need_met",
)
SHARES = (
    "mean_coverage",
    "mean_trust_active",
    "gini_active_months",
    "success_open",
    "success_rate",
    "timely_share",
)


def check_numbers(simulation):
    """Numbers are numbers, none below 0, shares no more than 1."""
    months, indicators = simulation.world.months, simulation.result().indicators
    for name in SERIES:
        assert np.isfinite(months[name]).all(), name
        assert (months[name] >= 0).all(), name
    for name, value in indicators.items():
        assert value >= 0 or (np.isnan(value) and name in RATIOS), name
        assert np.isfinite(value) or name in RATIOS, name
    for name in SHARES:
        assert not indicators[name] > 1, name
    for table, columns in SHARES_OF_ROWS.items():
        for column in columns:
            values = getattr(simulation.world, table)[column]
            assert ((values >= 0) & (values <= 1)).all(), (table, column)


SHARES_OF_ROWS = {
    "councils": ("commitment", "absorptive_capacity", "served_committed", "served_nurturing"),
    "universities": ("commitment",),
    "researchers": ("sector_knowledge", "expertise", "local_focus", "excellence"),
    "ties": ("trust", "served"),
    "areas": ("structure",),
}


def print_digests():
    """Digests of small worlds, for a process of other settings to compare."""
    print(json.dumps(digests()))


def digests():
    """Of the small world under every algorithm, and of one in which whoever searches finds nobody."""
    policies = {name: policy_from(name, ALL_LEVERS | {"match_algorithm": name}) for name in ALGORITHMS}
    found = {name: _digest(finished(policy=policy)) for name, policy in policies.items()}
    deserted = replace(SMALL, universities=SMALL.universities[:0])
    return found | {"nobody": _digest(finished(policy=BASELINE, population=deserted))}


def _digest(simulation):
    return hashlib.sha256(bits(simulation.result())).hexdigest()

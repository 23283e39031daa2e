"""Assumptions: what they do to policies, over points of parameter space."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from analysis.asked import Asked
from analysis.statistics.decision import failing, influence, information, switching
from analysis.studies.found import FACTOR, PAIR, RESPONSE, Found
from analysis.tables import AT_EQUAL_MONEY

#: Half of the points choose where rankings flip, the other half say how surely.
FEWEST_POINTS = 4
#: What is gained where a partnership is priced: its worth less its cost, £k a year.
NET_BENEFIT = "net_benefit"
#: What each column of the tables made here is: its unit and meaning.
TABLES = {
    "failing": {**RESPONSE, **failing.COLUMNS},
    "switching": {**PAIR, **switching.COLUMNS},
    "influence": {**PAIR, **FACTOR, **influence.COLUMNS},
    "information": {**RESPONSE, **FACTOR, **information.COLUMNS},
}


def of_assumptions(
    values: np.ndarray, points: pd.DataFrame, asked: Asked, response: str, leader: str
) -> dict[str, pd.DataFrame]:
    """What assumptions do to each policy: where it fails, and what would make it win over the best.

    Args:
        values: [points, policies, seeds], NaN where a point has no more of them; more is better.
        points: [points x factors].
        asked: of these points, policies and seeds.
        response: whose values they are.
        leader: the policy that does best.
    """
    names, against = list(asked.policies), asked.against

    def acting(with_: str) -> Callable[[str], list[str]]:
        return lambda policy: asked.points.acting(response, (policy, with_))

    rivalling = rivals_of(asked, leader)
    among = values[:, [names.index(name) for name in rivalling]]
    found = {
        "switching": switching.switching_of(among, points, rivalling, leader, acting(leader)),
        "information": information.information_of(among, points),
    }
    if against in names:
        smallest = asked.smallest_effect
        found["influence"] = influence.influence_of(values, points, names, against, acting(against))
        found["failing"] = failing.failing_of(values, points, names, against, smallest, acting(against))
    return found


def rivals_of(asked: Asked, leader: str) -> list[str]:
    """Policies that the best is chosen from, at equal money or as designed; and the one compared with."""
    at_equal_money = leader.endswith(AT_EQUAL_MONEY)
    return [
        name
        for name in asked.policies
        if name.endswith(AT_EQUAL_MONEY) == at_equal_money or name == asked.against
    ]


def add_in_pounds(
    found: Found,
    levels: np.ndarray,
    costs: np.ndarray,
    points: pd.DataFrame,
    asked: Asked,
    among: Sequence[str],
) -> None:
    """Add what it is worth in money to know each factor before a policy is chosen.

    Args:
        found: has what it is worth in partnerships.
        levels: strategic partnerships [points, policies, seeds].
        costs: £k over the horizon, of the same runs.
        points: [points x factors].
        asked: of these points, policies and seeds; at what worth.
        among: policies of which one is chosen.
    """
    if not asked.worth or not asked.months:
        found.notes.append("worth changes nothing here: the length of the horizon differs between points.")
        return
    net = asked.worth * levels - costs / (asked.months / 12)
    net = net[:, [list(asked.policies).index(name) for name in among]]
    table = information.information_of(net, points)
    added = table.assign(response=NET_BENEFIT)
    found.tables["information"] = pd.concat([found.tables["information"], added], ignore_index=True)

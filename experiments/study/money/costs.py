"""Costs: what policies cost above the baseline, as their runs tell."""

from collections.abc import Container

import numpy as np

from model.parameters import LEVERS

#: What is taken of a run: its total cost, and the grants in that.
COSTS = ("cost_total", "grants_paid")
#: The lever that is the grants themselves. Where another is bought, grants follow, and are not its price.
(MONEY_FOR_GRANTS,) = (name for name, lever in LEVERS.items() if lever.pays_grants)


def extra_cost(bought: Container[str | None], treated: np.ndarray, untreated: np.ndarray) -> np.ndarray:
    """What a policy costs above the baseline over the horizon, £k.

    Args:
        bought: the levers whose price that is.
        treated: `COSTS` of the policy [..., 2].
        untreated: the same of the baseline on the same seeds.
    """
    total, grants = np.moveaxis(treated - untreated, -1, 0)
    return total if MONEY_FOR_GRANTS in bought else total - grants

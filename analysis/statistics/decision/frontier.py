"""The frontier of cost and effect: which policies are worth their money beside the others, which never.

A policy is dominated if another gives as much for no more money, or if a mix of two others does (extended
dominance). Those left stand in order of cost, and each step costs more for one more than the step before
(Drummond et al. 2015, Methods for the Economic Evaluation of Health Care Programmes, 4th ed., ch. 4).
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.statistics.resampling import resampled_means
from analysis.tables import COST, MAIN_INDICATOR

ON, BELOW, MIXED = "on the frontier", "dominated", "dominated by a mix"
#: What each column is: its unit and meaning.
COLUMNS = {
    "policy": ("", "the policy; or the one compared with"),
    "a_year": ("£k a year", "extra cost, grants included"),
    "added": ("partnerships at a time", "strategic partnerships added"),
    "place": ("", f"{ON}, {BELOW}, or {MIXED}"),
    "by": ("", "the policy, or the two, by which it is dominated; on the frontier, the one before it"),
    "step": ("£k a partnership-year", "cost of one more than the one before it on the frontier gives"),
    "frequency": ("share of resamples", "of seeds in which it is on the frontier"),
}


def frontier_of(rows: pd.DataFrame, against: str, years: float) -> pd.DataFrame:
    """The frontier of all policies, the one compared with among them.

    Args:
        rows: a line a run.
        against: the policy that the others are compared with; costs and effects are above its own.
        years: of the horizon.

    Returns:
        A line a policy, the cheapest first.
    """
    if not {COST, MAIN_INDICATOR} <= set(rows):
        return pd.DataFrame(columns=list(COLUMNS))
    names = list(rows["policy"].unique())
    costs, effects = (
        rows.pivot_table(index="seed", columns="policy", values=name, dropna=False)[names].sub(
            rows[rows["policy"] == against].set_index("seed")[name], axis=0
        )
        for name in (COST, MAIN_INDICATOR)
    )
    values = np.hstack([costs.to_numpy(float) / years, effects.to_numpy(float)])
    values = values[np.isfinite(values).all(axis=1)]
    if not len(values):
        return pd.DataFrame(columns=list(COLUMNS))
    k = len(names)
    a_year, added = np.split(values.mean(axis=0), [k])
    often = np.mean([_is_on(mean[:k], mean[k:]) for mean in resampled_means(values)], axis=0)
    found = placed(names, a_year, added).assign(frequency=often)
    return found.sort_values(["a_year", "added"], ignore_index=True, kind="stable")[list(COLUMNS)]


def placed(names: Sequence[str], costs: np.ndarray, effects: np.ndarray) -> pd.DataFrame:
    """Where each policy stands.

    Args:
        names: of the policies.
        costs: of each.
        effects: of each; more is better.

    Returns:
        A line a policy, in their order: `a_year`, `added`, `place`, `by`, `step`.
    """
    on = frontier(costs, effects)
    lines = [_place(i, on, names, costs, effects) for i in range(len(names))]
    table = pd.DataFrame(lines, columns=["place", "by", "step"])
    return table.assign(policy=list(names), a_year=costs, added=effects)


def frontier(costs: np.ndarray, effects: np.ndarray) -> list[int]:
    """Those on the frontier, the cheapest first.

    >>> frontier(np.array([0, 10, 20, 30, 25]), np.array([0, 1, 4, 5, 3]))
    [0, 2, 3]
    """
    on: list[int] = []
    for i in np.lexsort((-effects, costs)).tolist():
        if on and effects[i] <= effects[on[-1]]:
            continue
        while len(on) > 1 and _step(on[-2], on[-1], costs, effects) >= _step(on[-1], i, costs, effects):
            on.pop()
        on.append(i)
    return on


def _is_on(costs: np.ndarray, effects: np.ndarray) -> np.ndarray:
    is_on = np.zeros(len(costs))
    is_on[frontier(costs, effects)] = 1.0
    return is_on


def _step(one: int, other: int, costs: np.ndarray, effects: np.ndarray) -> float:
    """What one more costs from one policy to the next."""
    return float((costs[other] - costs[one]) / (effects[other] - effects[one]))


def _place(
    i: int, on: Sequence[int], names: Sequence[str], costs: np.ndarray, effects: np.ndarray
) -> tuple[str, str, float]:
    if i in on:
        at = on.index(i)
        return (ON, names[on[at - 1]], _step(on[at - 1], i, costs, effects)) if at else (ON, "", np.nan)
    better = [j for j in range(len(names)) if j != i and costs[j] <= costs[i] and effects[j] >= effects[i]]
    if better:
        return BELOW, names[max(better, key=lambda j: effects[j])], np.nan
    after = next(at for at, j in enumerate(on) if costs[j] > costs[i])
    return MIXED, f"{names[on[after - 1]]}, {names[on[after]]}", np.nan

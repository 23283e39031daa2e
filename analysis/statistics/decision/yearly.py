"""Yearly: what policies change year by year, on the same luck; gathered a seed at a time."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.statistics.intervals import Moments

#: What is looked at by the year, of the months' measures; the first two are states, the others happen.
STATES = ("strategic", "project")
EVENTS = ("needs_met_all", "needs_met", "needs_met_dissemination", "cost_total")
INDICATORS = (*STATES, *EVENTS)
#: What each column of its table is: its unit and meaning.
COLUMNS = {
    "policy": ("", "the policy"),
    "indicator": ("", "what is measured: a state is its mean over the year, all else its sum"),
    "year": ("years", "of the horizon, from 1; the last may have fewer months"),
    "effect": ("the indicator's", "mean difference from the policy compared with, on the same seeds"),
    "low": ("the indicator's", "low end of the 95% interval of effect"),
    "high": ("the indicator's", "high end of the 95% interval of effect"),
    "n": ("seeds", "for which both are known"),
}


class Yearly:
    """Differences from one policy, by policy and year.

    Args:
        columns: of the series that come, in order.
        against: the policy that the others are compared with.
    """

    def __init__(self, columns: Sequence[str], against: str) -> None:
        self._at = [list(columns).index(name) for name in INDICATORS]
        self._against = against
        self._moments: dict[str, Moments] = {}

    def add(self, family: Mapping[str, np.ndarray]) -> None:
        """Take in the series [months, columns] of one seed's runs, by policy; it may lack some."""
        if self._against not in family:
            return
        base = by_year(family[self._against][:, self._at])
        for policy, series in family.items():
            if policy != self._against:
                self._moments.setdefault(policy, Moments()).add(by_year(series[:, self._at]) - base)

    def table(self) -> pd.DataFrame:
        """A line a policy, year and indicator."""
        parts = [_table(moments).assign(policy=policy) for policy, moments in self._moments.items()]
        return (
            pd.concat(parts, ignore_index=True)[list(COLUMNS)] if parts else pd.DataFrame(columns=[*COLUMNS])
        )


def by_year(months: np.ndarray) -> np.ndarray:
    """Measures of months [months, INDICATORS] by the year [years, INDICATORS]."""
    starts = np.arange(0, len(months), 12)
    sums = np.add.reduceat(months, starts, axis=0) if len(months) else months
    lengths = np.diff([*starts, len(months)])[:, None]
    is_state = np.isin(INDICATORS, STATES)
    return np.where(is_state, sums / lengths, sums)


def _table(moments: Moments) -> pd.DataFrame:
    mean, low, high = moments.interval()
    years, columns = mean.shape
    return pd.DataFrame(
        {
            "indicator": np.tile(np.array(INDICATORS, dtype=object), years),
            "year": np.repeat(np.arange(1, years + 1), columns),
            "effect": mean.ravel(),
            "low": low.ravel(),
            "high": high.ravel(),
            "n": moments.n.ravel().astype(int),
        }
    )

"""Yearly: what policies change year by year, on the same luck; gathered a seed at a time.

Differences are freed of the luck of whole runs, as a comparison's are (`controls`): it is nil on average, and
whatever it explains of a year's difference is no effect.
"""

from collections.abc import Collection, Mapping, Sequence
from itertools import chain

import numpy as np
import pandas as pd

from analysis.statistics.controls import NONE, Controls, freed
from analysis.statistics.intervals import ends_of

#: What is looked at by the year, of the months' measures.
INDICATORS = ("strategic", "project", "needs_met_all", "needs_met", "needs_met_dissemination", "cost_total")
#: What each column of its table is: its unit and meaning.
COLUMNS = {
    "policy": ("", "the policy"),
    "indicator": ("", "what is measured: a stock is its mean over the year, all else its sum"),
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
        stocks: those of them that are states: a year's is a mean over its months, not a sum.
        against: the policy that the others are compared with.
        controls: columns of luck that indicators of a run are freed of, by indicator.

    Attributes:
        luck: columns of luck that come with each series, in order.
    """

    def __init__(
        self, columns: Sequence[str], stocks: Collection[str], against: str, controls: Controls = NONE
    ) -> None:
        self._at = [list(columns).index(name) for name in INDICATORS]
        self._is_stock = [name in stocks for name in INDICATORS]
        self._against = against
        # In whole runs, of which the luck is, stocks are means over months.
        of_run = [f"mean_{name}" if name in stocks else name for name in INDICATORS]
        moving = [controls.get(name, ()) for name in of_run]
        self.luck = [*dict.fromkeys(chain.from_iterable(moving))]
        self._moving = [[self.luck.index(name) for name in names] for names in moving]
        self._apart: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {}

    def add(self, family: Mapping[str, np.ndarray], luck: Mapping[str, np.ndarray] | None = None) -> None:
        """Take in the series [months, columns] and luck of one seed's runs, by policy; it may lack some."""
        if self._against not in family:
            return
        sums = luck or dict.fromkeys(family, np.zeros(len(self.luck)))
        base = self._by_year(family[self._against])
        for policy, series in family.items():
            if policy != self._against:
                apart = self._by_year(series) - base, sums[policy] - sums[self._against]
                self._apart.setdefault(policy, []).append(apart)

    def _by_year(self, series: np.ndarray) -> np.ndarray:
        return by_year(series[:, self._at], self._is_stock)

    def table(self) -> pd.DataFrame:
        """A line a policy, year and indicator."""
        parts = [self._table(apart).assign(policy=policy) for policy, apart in self._apart.items()]
        return (
            pd.concat(parts, ignore_index=True)[list(COLUMNS)] if parts else pd.DataFrame(columns=[*COLUMNS])
        )

    def _table(self, apart: Sequence[tuple[np.ndarray, np.ndarray]]) -> pd.DataFrame:
        values, luck = (np.stack(each) for each in zip(*apart, strict=True))
        for column, moving in enumerate(self._moving):
            for year in range(values.shape[1] * bool(moving)):
                values[:, year, column] = freed(values[:, year, column], luck[:, moving])
        mean, low, high = ends_of(values)
        years, columns = mean.shape
        return pd.DataFrame(
            {
                "indicator": np.tile(np.array(INDICATORS, dtype=object), years),
                "year": np.repeat(np.arange(1, years + 1), columns),
                "effect": mean.ravel(),
                "low": low.ravel(),
                "high": high.ravel(),
                "n": len(values),
            }
        )


def by_year(months: np.ndarray, is_stock: Sequence[bool]) -> np.ndarray:
    """Measures of months [months, measures] by the year [years, measures]: means of stocks, sums of flows."""
    starts = np.arange(0, len(months), 12)
    sums = np.add.reduceat(months, starts, axis=0) if len(months) else months
    lengths = np.diff([*starts, len(months)])[:, None]
    return np.where(is_stock, sums / lengths, sums)

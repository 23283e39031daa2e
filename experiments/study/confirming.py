"""Confirming: the policy that does best of many is run again, on fresh luck, and without each mechanism.

With few policies to choose from, the best hardly looks better than it is, and two runs a mechanism take far
longer than the comparison: experiment=mechanisms does that for whoever asks.

Most mechanisms change little. Each is tried on a few seeds; those that change most are looked at on others,
which had no part in choosing them: the fewer they are, the narrower are intervals that hold for all at once.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from analysis.statistics.controls import Controls, freed
from analysis.statistics.evidence.mechanisms import most_changing
from analysis.tables import AT_EQUAL_MONEY, MAIN_INDICATOR
from experiments.design.mechanisms import HangsOn, Mechanisms
from experiments.rows.plan import Plan
from experiments.rows.results import values_of
from experiments.rows.store import Store

_FEWEST = 5


@dataclass(frozen=True)
class Without:
    """The policy that does best, and the one it is compared with, without each mechanism.

    Attributes:
        mechanisms: that can act under the two of them.
        plan: at its first point all are on, then each is off in turn.
    """

    mechanisms: Mechanisms
    plan: Plan


@dataclass(frozen=True)
class Best:
    """The policy that does best of many, and the one it is compared with; what is run of the two further.

    Attributes:
        store: has the comparison's rows.
        plan: of the comparison, the two policies alone.
        on: what the best is tried without; None: nothing.
    """

    store: Store
    plan: Plan
    on: HangsOn | None

    @property
    def fresh(self) -> Plan:
        """Both on as many seeds that come next."""
        seeds = self.plan.seeds
        return replace(self.plan, seeds=range(seeds.stop, seeds.stop + len(seeds)))

    @cached_property
    def tried(self) -> Without | None:
        """Both without each mechanism, on the few seeds that tell which change most; None: all are kept."""
        on, seeds = self.on, self.plan.seeds
        if on is None or not on.is_choice(self._acting, len(seeds)):
            return None
        return self._off(self._acting, seeds[: on.tried])

    @cached_property
    def without(self) -> Without | None:
        """Both without those that change most, as rows of `tried` say, on the next seeds; or without each."""
        on, few, seeds = self.on, self.tried, self.plan.seeds
        if on is None:
            return None
        if few is None:
            return self._off(self._acting, seeds[: on.seeds])
        one, other = np.moveaxis(values_of(self.store, few.plan, (MAIN_INDICATOR,))[..., 0], -1, 0)
        kept = [few.mechanisms.each[at] for at in most_changing(one - other, on.kept)]
        return self._off(Mechanisms(tuple(kept), on.mechanisms.is_choice), seeds[on.tried :][: on.seeds])

    @cached_property
    def _acting(self) -> Mechanisms:
        """Those that can act under the two policies."""
        pulled = {lever for policy in self.plan.policies for lever in policy.levers}
        assert self.on
        return self.on.mechanisms.acting(pulled, self.plan.parameters)

    def _off(self, mechanisms: Mechanisms, seeds: range) -> Without:
        """Both without each of some mechanisms."""
        design = mechanisms.design(self.plan.parameters)
        return Without(mechanisms, replace(self.plan, design=design, seeds=seeds))


def best_of(store: Store, plan: Plan, against: str, on: HangsOn | None, controls: Controls) -> Best | None:
    """The policy that does best of a comparison, at equal money where any is, and what it is compared with.

    Best is what the answer says is: by effects that are freed of luck, which part policies that are near.

    Args:
        store: has the plan's rows.
        plan: of a comparison at one point.
        against: the policy that the others are compared with.
        on: what the best is tried without, if anything.
        controls: sums of luck that effects are freed of, by indicator.

    Returns:
        The two; None where there are few policies, or nothing to compare.
    """
    names = [policy.name for policy in plan.policies]
    equal = [name for name in names if name.endswith(AT_EQUAL_MONEY)]
    pool = [name for name in equal or names if name != against]
    if against not in names or len(pool) < _FEWEST or len(plan.seeds) < 2:
        return None
    values = values_of(store, plan, (MAIN_INDICATOR, *controls.get(MAIN_INDICATOR, ())))[0]
    if not np.isfinite(values).all(axis=(1, 2)).any():
        return None
    apart = values - values[:, [names.index(against)]]
    effects = {
        name: np.nanmean(freed(of[:, 0], of[:, 1:]))
        for name, of in zip(names, apart.swapaxes(0, 1), strict=True)
    }
    chosen = {against, max(pool, key=lambda name: effects[name])}
    return Best(
        store, replace(plan, policies=tuple(each for each in plan.policies if each.name in chosen)), on
    )

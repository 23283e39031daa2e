"""Confirming: the policy that does best of many is run again, on fresh luck, and without each mechanism.

With few policies to choose from, the best hardly looks better than it is, and two runs a mechanism take far
longer than the comparison: experiment=mechanisms does that for whoever asks.

Most mechanisms change little. Each is tried on a few seeds; those that change most are looked at on others,
which had no part in choosing them: the fewer they are, the narrower are intervals that hold for all at once.
"""

from dataclasses import dataclass, replace

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


def confirming(store: Store, plan: Plan, against: str, controls: Controls) -> Plan | None:
    """The best policy of a plan, and the one it is compared with, on as many seeds that come next.

    Args:
        store: has the plan's rows.
        plan: of a comparison at one point.
        against: the policy that the others are compared with.
        controls: sums of luck that effects are freed of, by indicator.

    Returns:
        The plan; None where there are few policies, or nothing to compare.
    """
    seeds = range(plan.seeds.stop, plan.seeds.stop + len(plan.seeds))
    best = _of_best(store, plan, against, controls)
    return best and replace(best, seeds=seeds)


def tried(store: Store, plan: Plan, against: str, on: HangsOn, controls: Controls) -> Without | None:
    """The same two policies without each mechanism, on the few seeds that tell which change most.

    None as above, or where all that can act are looked at.
    """
    if (best := _of_best(store, plan, against, controls)) is None:
        return None
    acting = _acting(best, on)
    return _off(best, acting, plan.seeds[: on.tried]) if on.is_choice(acting, len(plan.seeds)) else None


def hanging(store: Store, plan: Plan, against: str, on: HangsOn, controls: Controls) -> Without | None:
    """The same without those that change most, on the seeds after those; else without each; None as above."""
    if (best := _of_best(store, plan, against, controls)) is None:
        return None
    if (few := tried(store, plan, against, on, controls)) is None:
        return _off(best, _acting(best, on), plan.seeds[: on.seeds])
    one, other = np.moveaxis(values_of(store, few.plan, (MAIN_INDICATOR,))[..., 0], -1, 0)
    kept = most_changing(one - other, on.kept)
    chosen = Mechanisms(tuple(few.mechanisms.each[at] for at in kept), few.mechanisms.is_choice)
    return _off(best, chosen, plan.seeds[on.tried :][: on.seeds])


def _acting(best: Plan, on: HangsOn) -> Mechanisms:
    """Those that can act under the policies of a plan."""
    pulled = {lever for policy in best.policies for lever in policy.levers}
    return on.mechanisms.acting(pulled, best.parameters)


def _off(best: Plan, mechanisms: Mechanisms, seeds: range) -> Without:
    """The policies of a plan without each of some mechanisms."""
    return Without(mechanisms, replace(best, design=mechanisms.design(best.parameters), seeds=seeds))


def _of_best(store: Store, plan: Plan, against: str, controls: Controls) -> Plan | None:
    """A plan of the policy that does best, at equal money where any is, and the one it is compared with.

    Best is what the answer says is: by effects that are freed of luck, which part policies that are near.
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
    return replace(plan, policies=tuple(each for each in plan.policies if each.name in chosen))

"""Policies at equal money: how much of each can be had for the same yearly sum.

A policy's cost is not known beforehand (grants follow bids, support follows introductions), so its intensity
is solved for on simulated cost: what its levers cost above the baseline, in the same seeds. Grants
count only where the intensity is the budget for grants itself. Few seeds tell about where it lies; then, over
all of the experiment's, the values on either side of the sum are mixed. Of a policy that is run as it was
designed, too, all seeds are known: by as much as that costs more or less in all than in few, other
intensities are taken to do.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from analysis.words import counted
from experiments import terminal
from experiments.command.policies import Planned
from experiments.command.settings import Settings
from experiments.design.chosen import SINGLE
from experiments.rows.plan import Plan
from experiments.rows.results import values_of
from experiments.rows.store import lines_on
from experiments.running.filling import Filler
from experiments.status import FAILED, Unfinished
from experiments.study.completing import run_missing
from experiments.study.money.costs import COSTS, extra_cost
from experiments.study.money.mixing import mix
from experiments.study.money.searching import solve
from experiments.study.money.solved import Solved
from model.policy import BASELINE
from model.population import Population

#: Solved on as many seeds as together have this many councils: luck weighs less in a larger population.
_COUNCILS = 500


def solved_for(settings: Settings, filler: Filler) -> dict[str, Solved]:
    """The policies at equal money, their intensities solved for, by name."""
    wanted = [planned for planned in settings.policies if planned.at_equal_money]
    if not wanted or settings.money is None or not settings.years:
        return {}
    planned = {each.policy.name: each for each in wanted}
    few = settings.seeds[: few_of(settings.population)]
    in_few, in_all = (_Costs(settings, filler, seeds) for seeds in (few, settings.seeds))
    about = solve(wanted, settings.money, _estimated(_as_designed(wanted, settings), in_few, in_all))
    pairs = [(planned[each.policy.name], each) for each in about]
    solved = mix(pairs, settings.seeds, in_all.of_each_seed)
    if n_run := in_few.n_run + in_all.n_run:
        bought = f"what £{terminal.number(settings.money)}k a year buys of {counted(len(solved), 'policy')}"
        terminal.say([f"{counted(n_run, 'run')} told {bought}."], style="dim", label="")
    return {each.policy.name: each for each in solved}


def _as_designed(wanted: Sequence[Planned], settings: Settings) -> list[Planned]:
    """Those that are run as they were designed, too."""
    others = [each.policy.levers for each in settings.policies if not each.at_equal_money]
    return [each for each in wanted if each.policy.levers in others]


def _estimated(
    designed: Sequence[Planned], in_few: "_Costs", in_all: "_Costs"
) -> Callable[[Sequence[Planned]], list[float]]:
    """What policies cost over all seeds, estimated from few: as much more or less as they do as designed."""
    names = [each.policy.name for each in designed]
    of_all, of_few = (costs.above_baseline(designed) for costs in (in_all, in_few))
    more = {
        name: all_ / few if few > 0 and all_ > 0 else 1.0
        for name, all_, few in zip(names, of_all, of_few, strict=True)
    }

    def costs_of(tried: Sequence[Planned]) -> list[float]:
        found = zip(tried, in_few.above_baseline(tried), strict=True)
        return [cost * more.get(each.policy.name, 1.0) for each, cost in found]

    return costs_of


def few_of(population: Population) -> int:
    """How many seeds tell about where an intensity lies."""
    return max(2, math.ceil(_COUNCILS / len(population.councils)))


class _Costs:
    """Yearly costs of policies above the baseline, on some of the experiment's seeds.

    Attributes:
        n_run: runs that took.
    """

    def __init__(self, settings: Settings, filler: Filler, seeds: range) -> None:
        self._settings = settings
        self._filler = filler
        self._seeds = seeds
        self._seconds = 0.0  # a row, once it has been measured
        self.n_run = 0

    def above_baseline(self, tried: Sequence[Planned]) -> list[float]:
        """£k a year that each of some policies costs above the baseline, on average."""
        untreated, *treated = self._of(tried).mean(axis=0)
        return [
            float(extra_cost((planned.intensity,), total, untreated)) / self._settings.years
            for planned, total in zip(tried, treated, strict=True)
        ]

    def of_each_seed(self, tried: Sequence[Planned]) -> list[np.ndarray]:
        """£k a year that each of some policies costs above the baseline [seeds]."""
        untreated, *treated = self._of(tried).swapaxes(0, 1)
        return [
            extra_cost((planned.intensity,), total, untreated) / self._settings.years
            for planned, total in zip(tried, treated, strict=True)
        ]

    def _of(self, tried: Sequence[Planned]) -> np.ndarray:
        """`COSTS` of the baseline and some policies [seeds, policies, 2]."""
        settings = self._settings
        policies = (BASELINE, *(planned.policy for planned in tried))
        plan = Plan(settings.parameters, policies, settings.population, SINGLE, self._seeds)
        self._fill(plan)
        costs = values_of(self._filler.store, plan, COSTS)[0]
        self._check_known(plan, costs)
        return costs

    def _fill(self, plan: Plan) -> None:
        missing = self._filler.missing(plan)
        if missing.n_rows and not self._seconds:
            self._seconds = self._filler.seconds_a_row(plan, missing)
            missing = self._filler.missing(plan)
        if missing.n_rows:
            self.n_run += missing.n_rows
            run_missing(plan, missing, self._filler, self._seconds, "Equal money", stays=False)

    def _check_known(self, plan: Plan, costs: np.ndarray) -> None:
        """Refuse to go on where runs of a policy have failed.

        Raises:
            Unfinished: the user has been told which.
        """
        unknown = np.flatnonzero(np.isnan(costs).any(axis=(0, 2)))
        if not len(unknown):
            return
        policy = plan.policies[unknown[0]]
        names = replace(plan, policies=(policy,)).names(range(plan.n_families))
        failures = self._filler.store.failures_of(names)
        said = f"The cost of {policy.name} cannot be solved for: {len(failures):,} of its runs failed."
        terminal.say_error([said, *lines_on(failures)])
        raise Unfinished(FAILED)

"""Optimising: which bundles of levers are tried next, generation by generation, and which are kept.

Bundles are bred by NSGA-II (Deb et al. 2002, IEEE Transactions on Evolutionary Computation 6(2), 182-197):
those that no other beats on every objective at once, far from each other, have offspring. What a bundle is
worth is its mean difference from the baseline over all points and seeds, on the same luck, which controls
take out where points have several seeds; those that cost more than the budget come last. A generation is one
plan of rows. All that is drawn follows from the settings and from rows, so that the same command goes on
where it was.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.statistics.controls import freed_together
from analysis.tables import COST
from experiments.rows.plan import Plan
from experiments.rows.results import values_of
from experiments.status import FAILED, Unfinished
from experiments.study.completing import Complete
from experiments.study.study import Study
from experiments.study.tables import controls_of
from experiments.terminal import say, say_error
from model.domains import Value
from model.measures import HORIZON
from model.parameters import LEVERS
from model.policy import BASELINE, Policy, policy_from

#: Steps of a lever between the ends of its range, and figures that are kept: what people can type, and see.
_STEPS, _FIGURES = 100, 3


@dataclass(frozen=True)
class Tried:
    """Bundles of one generation, with what they gave.

    Attributes:
        bundles: of levers.
        added: above the baseline, mean over points and seeds, freed of luck [bundles, responses].
        a_year: £k that each costs beyond the baseline.
    """

    bundles: Sequence[Mapping[str, Value]]
    added: np.ndarray
    a_year: np.ndarray


@dataclass(frozen=True)
class Optimised:
    """What a search has come to.

    Attributes:
        complete: the bundles that are kept and the baseline, on luck that did not choose them.
        tried: every generation.
        kept: the bundles that are kept, by name.
    """

    complete: Complete
    tried: Sequence[Tried]
    kept: Mapping[str, Mapping[str, Value]]

    def tables(self, responses: Sequence[str]) -> dict[str, pd.DataFrame]:
        """All that was tried, and the levers of what is kept."""
        names = {tuple(levers.items()): name for name, levers in self.kept.items()}
        tried = [
            (number, names.get(tuple(bundle.items()), ""), a_year, response, added)
            for number, each in enumerate(self.tried, 1)
            for bundle, a_year, values in zip(each.bundles, each.a_year, each.added, strict=True)
            for response, added in zip(responses, values, strict=True)
        ]
        levers = [
            (name, lever, float(value), LEVERS[lever].unit, LEVERS[lever].meaning)
            for name, bundle in self.kept.items()
            for lever, value in bundle.items()
        ]
        return {
            "tried": pd.DataFrame(tried, columns=["generation", "policy", "a_year", "response", "added"]),
            "levers": pd.DataFrame(levers, columns=["policy", "lever", "value", "unit", "meaning"]),
        }


def optimised(study: Study) -> Optimised:
    """Breed bundles, keep those that none beats within the budget, and run these on fresh luck.

    Raises:
        Unfinished: if rows are missing, or nothing is within the budget; the user has been told.
    """
    asked, plan = study.settings.optimise, study.plan()
    tried = list(_bred(study, plan))
    bundles = [bundle for each in tried for bundle in each.bundles]
    a_year = np.concatenate([each.a_year for each in tried])
    added = np.concatenate([each.added for each in tried])
    does = [any(value != LEVERS[lever].default for lever, value in each.items()) for each in bundles]
    within = np.flatnonzero(does & (a_year <= asked.budget) & np.isfinite(added).all(axis=1))
    if not len(within):
        say_error([f"Of {len(bundles):,} bundles none costs £{asked.budget:g}k a year or less."])
        raise Unfinished(FAILED)
    at = within[_spread(np.column_stack([-_turned(study, added), a_year])[within], asked.kept)]
    kept = {f"bundle_{number}": bundles[i] for number, i in enumerate(at[np.argsort(a_year[at])], 1)}
    policies = (BASELINE, *(policy_from(name, levers) for name, levers in kept.items()))
    fresh = range(plan.seeds.stop, plan.seeds.stop + max(asked.raised, len(plan.seeds)))
    say(
        [f"{len(kept)} of {len(bundles):,} bundles are kept, and run on luck that did not choose them."],
        "dim",
        "",
    )
    return Optimised(study.fill(replace(plan, policies=policies).with_seeds(fresh)), tried, kept)


def _bred(study: Study, plan: Plan) -> Iterator[Tried]:
    """Each generation, once its rows are there."""
    from pymoo.algorithms.moo.nsga2 import NSGA2
    from pymoo.config import Config
    from pymoo.core.evaluator import Evaluator
    from pymoo.core.problem import Problem
    from pymoo.problems.static import StaticProblem

    Config.warnings["not_compiled"] = False
    asked = study.settings.optimise
    low, high = np.array([_range_of(lever) for lever in asked.levers]).T
    n = len(study.settings.responses) + 1
    problem = Problem(n_var=len(low), n_obj=n, n_ieq_constr=1, xl=low, xu=high)
    first = _first(low, high, asked.tried, np.random.default_rng(plan.seeds.start))
    algorithm = NSGA2(pop_size=asked.tried, sampling=first)  # type: ignore[arg-type]
    algorithm.setup(
        problem, termination=("n_gen", asked.generations + 1), seed=plan.seeds.start, verbose=False
    )
    for _ in range(asked.generations):
        population = algorithm.ask()
        assert population is not None
        bundles = [_bundle(asked.levers, values) for values in population.get("X")]
        tried = _worth(study, plan, bundles)
        yield tried
        aims = np.column_stack([-_turned(study, tried.added), tried.a_year])
        static = StaticProblem(problem, F=aims, G=(tried.a_year - asked.budget)[:, None])
        Evaluator().eval(static, population)
        algorithm.tell(infills=population)


def _first(low: np.ndarray, high: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """Bundles to begin with [n, levers]: most pull few levers, a little, as all of them cost far too much."""
    pulled = rng.random((n, len(low))) < 1 / 3
    pulled[np.arange(n), rng.integers(len(low), size=n)] = True
    return low + (high - low) * pulled * rng.random((n, len(low))) ** 3


def _worth(study: Study, plan: Plan, bundles: Sequence[Mapping[str, Value]]) -> Tried:
    """What bundles give, once their rows are there.

    Over 24 drawn points with two seeds each, taking luck out leaves 0.78 (bundles as they are first drawn)
    and 0.89 (within £300k a year) of the variance of what they add to strategic partnerships, 0.96 and 0.67
    of that of needs met. With one seed nothing is taken out: slopes would be those over points, of which each
    has its own, and 1.06 to 1.9 times the variance would be left.
    """
    policies: tuple[Policy, ...] = (BASELINE, *(policy_from(f"tried_{i}", b) for i, b in enumerate(bundles)))
    of_all = replace(plan, policies=policies)
    study.fill(of_all)
    responses, controls = study.settings.responses, controls_of(study.settings)
    a_year = np.nanmean(_apart(study, of_all, [COST])[..., 0], axis=(0, 1)) / study.settings.years
    added = [
        freed_together(apart[..., 0], apart[..., 1:])
        for apart in (_apart(study, of_all, [name, *controls.get(name, ())]) for name in responses)
    ]
    return Tried(bundles, np.nanmean(added, axis=(1, 2)).T, a_year)


def _apart(study: Study, plan: Plan, columns: Sequence[str]) -> np.ndarray:
    """Differences from the baseline [points, seeds, bundles, columns]."""
    values = values_of(study.store, plan, columns)
    return values[:, :, 1:] - values[:, :, :1]


def _bundle(levers: Sequence[str], values: np.ndarray) -> dict[str, Value]:
    """A bundle as people can type it."""
    return {lever: _stepped(lever, float(value)) for lever, value in zip(levers, values, strict=True)}


def _stepped(lever: str, value: float) -> Value:
    """A lever's value, whole where it is that, else on a step of its range."""
    if LEVERS[lever].domain.whole:
        return round(value)
    low, high = _range_of(lever)
    step = (high - low) / _STEPS
    return float(f"{low + round((value - low) / step) * step:.{_FIGURES}g}")


def _range_of(lever: str) -> tuple[float, float]:
    """From the baseline's value to the end of what is plausible."""
    declared = LEVERS[lever]
    low, high = declared.plausible or (declared.domain.low, declared.domain.high)
    return min(low, float(declared.default)), high


def _turned(study: Study, added: np.ndarray) -> np.ndarray:
    """What is added, turned so that more is better."""
    return added * [HORIZON[name].better for name in study.settings.responses]


def _spread(aims: np.ndarray, most: int) -> np.ndarray:
    """Of those that none beats on every aim at once, some that are far from each other."""
    front = np.flatnonzero([not _is_beaten(aims, i) for i in range(len(aims))])
    _, first = np.unique(aims[front], axis=0, return_index=True)
    front = front[np.sort(first)]
    scaled = aims[front] - aims[front].min(axis=0)
    scaled /= np.maximum(scaled.max(axis=0), 1e-12)
    chosen = list(dict.fromkeys(scaled.argmin(axis=0).tolist()))[
        :most
    ]  # the best on each, then the loneliest
    while len(chosen) < min(most, len(front)):
        apart = np.linalg.norm(scaled[:, None] - scaled[chosen][None], axis=2).min(axis=1)
        chosen.append(int(apart.argmax()))
    return front[chosen]


def _is_beaten(aims: np.ndarray, i: int) -> bool:
    return bool(((aims <= aims[i]).all(axis=1) & (aims < aims[i]).any(axis=1)).any())

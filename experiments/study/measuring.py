"""Measuring: what the runs of a plan give for each pattern, from rows or, where needed, from stories."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.statistics.evidence.fits import MEASURED
from analysis.statistics.evidence.patterns import OF_ROWS
from experiments.command.files import CONF, file_of, mapping_in
from experiments.command.patterns import Pattern, Target, table_of
from experiments.command.populations import population_from
from experiments.rows.plan import Plan
from experiments.rows.results import values_of
from experiments.rows.store import lines_on
from experiments.running.stories import Ask, told
from experiments.study.study import Study
from model.measures import INDICATORS
from model.policy import Policy
from model.population import Population

#: Where distances are measured if the population has none of its own.
_COUNTRY = "uk"


def targets_of(study: Study, plan: Plan, patterns: Sequence[Pattern]) -> pd.DataFrame:
    """The targets, a line each; those whose policies the plan lacks are not measured, and say so."""
    targets = table_of(patterns)
    for at, (pattern, target) in enumerate(_each(patterns)):
        lacks = {target.policy, target.against or target.policy} - _policies(plan, pattern).keys()
        if target.statistic and lacks:
            targets.loc[at, "missing"] = f"policies name no {' or '.join(sorted(lacks))}"
    return targets


def measured(study: Study, plan: Plan, patterns: Sequence[Pattern]) -> pd.DataFrame:
    """What each run gives for each target that is measured: columns of `MEASURED`."""
    targets = targets_of(study, plan, patterns)
    wanted = [each for each, reason in zip(_each(patterns), targets["missing"], strict=True) if not reason]
    of_rows = [each for each in wanted if each[1].statistic in OF_ROWS]
    of_stories = [each for each in wanted if each[1].statistic not in OF_ROWS]
    parts = [*_of_rows(study, plan, of_rows), *_of_stories(study, plan, of_stories)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(MEASURED))


def _each(patterns: Sequence[Pattern]) -> Iterator[tuple[Pattern, Target]]:
    return ((pattern, target) for pattern in patterns for target in pattern.targets)


def _of_rows(study: Study, plan: Plan, wanted: Sequence[tuple[Pattern, Target]]) -> Iterator[pd.DataFrame]:
    """Targets that the store's indicators tell."""
    if not wanted:
        return
    years, values = study.settings.years, values_of(study.store, plan, INDICATORS)
    at = {policy.name: position for position, policy in enumerate(plan.policies)}

    def of(target: Target, policy: str) -> np.ndarray:
        rows = dict(zip(INDICATORS, np.moveaxis(values[:, :, at[policy]], -1, 0), strict=True))
        with np.errstate(divide="ignore", invalid="ignore"):
            found = OF_ROWS[target.statistic](rows, years)
        return np.where(np.isfinite(found), found, np.nan)

    for pattern, target in wanted:
        found = of(target, target.policy)
        if target.against:
            found = relative(found, of(target, target.against))
        yield _lines(plan, pattern, target, found)


def _of_stories(study: Study, plan: Plan, wanted: Sequence[tuple[Pattern, Target]]) -> Iterator[pd.DataFrame]:
    """Targets that take histories: a run tells all that is asked of it at once."""
    groups: dict[tuple[str, str], list[tuple[Pattern, Target]]] = {}
    for pattern, target in wanted:
        for policy in filter(None, (target.policy, target.against)):
            groups.setdefault((policy, _where(pattern, plan)), []).append((pattern, target))
    found: dict[tuple[str, str, str], np.ndarray] = {}
    for (policy, where), group in groups.items():
        named = _policies(plan, group[0][0])
        population = _population(where) if where else plan.population
        own = replace(plan, policies=(named[policy],), population=population)
        values, failures = told(study.filler, own, [_ask(target) for _, target in group])
        if failures:
            study.notes.append(f"{len(failures):,} histories failed and are left out.")
            study.notes.extend(lines_on(failures)[:-1])
        for at, (pattern, target) in enumerate(group):
            found[pattern.name, target.name, policy] = values[:, :, at]
    for pattern, target in wanted:
        values = found[pattern.name, target.name, target.policy]
        if target.against:
            values = relative(values, found[pattern.name, target.name, target.against])
        yield _lines(plan, pattern, target, values)


def _ask(target: Target) -> Ask:
    return target.statistic, tuple(sorted(target.given.items()))


def relative(values: np.ndarray, against: np.ndarray) -> np.ndarray:
    """How far means differ, as a share of the latter, told of each run [points, replicates].

    The mean over a point's runs is that of the ratio of means, which is known even where single runs have
    nothing to divide by; their variance is that of the ratio, to first order.
    """
    is_known = np.isfinite(values) & np.isfinite(against)
    one, other = (np.where(is_known, each, 0.0) for each in (values, against))
    n = np.where(is_known.any(axis=1), is_known.sum(axis=1), 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        base = (other.sum(axis=1) / n)[:, None]
        ratio = (one.sum(axis=1) / n)[:, None] / base
        found = ratio - 1.0 + (one - ratio * other) / base
    return np.where(is_known & np.isfinite(found), found, np.nan)


def _policies(plan: Plan, pattern: Pattern) -> dict[str, Policy]:
    """Policies under which targets of a pattern can be measured: those of the plan, and its own trial."""
    own = (pattern.trial,) if pattern.trial else ()
    return {policy.name: policy for policy in (*plan.policies, *own)}


def _where(pattern: Pattern, plan: Plan) -> str:
    """The population in which a pattern is measured, by name; empty for the plan's own."""
    return pattern.population or (_COUNTRY if pattern.geographic and not plan.population.geographic else "")


def _population(name: str) -> Population:
    return population_from(mapping_in(file_of("population", name, [CONF])))


def _lines(plan: Plan, pattern: Pattern, target: Target, values: np.ndarray) -> pd.DataFrame:
    """Values of a target [points, replicates] as lines."""
    points, seeds = np.arange(len(plan.design)), range(len(plan.seeds))
    return pd.DataFrame(
        {
            "pattern": pattern.name,
            "target": target.name,
            "point": np.repeat(points, len(seeds)),
            "seed": [plan.seed(int(point), replicate) for point in points for replicate in seeds],
            "value": values.ravel(),
        }
    )

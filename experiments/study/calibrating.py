"""Calibrating: which points are run next, wave by wave, and which are kept.

Every design follows from the settings and from what has been run, so that the same command goes on where it
was: what is in the store is not run again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.statistics.evidence import calibration as statistics
from analysis.statistics.evidence import fits
from experiments.command.patterns import Calibration, Pattern
from experiments.design.chosen import DRAWS, some_of
from experiments.design.factors import samples_of
from experiments.design.points import Design
from experiments.rows.plan import Plan
from experiments.status import FAILED, Unfinished
from experiments.study.completing import Complete
from experiments.study.measuring import measured, targets_of
from experiments.study.study import Study
from experiments.terminal import say, say_error
from model.domains import Value

#: Candidates looked at in search of one that is not ruled out; at a time.
_MOST_CANDIDATES, _SOME = 4_000_000, 20_000
#: Positions in a range among which that of a sample is looked up.
_GRID = np.linspace(0.0, 1.0, 10_001)


@dataclass(frozen=True)
class Tried:
    """The points of one wave, with what they gave.

    Attributes:
        design: the points.
        means: over seeds [points, targets].
        variances: of these by luck, on average over points that were run as often [points, targets].
    """

    design: Design
    means: np.ndarray
    variances: np.ndarray

    def distances(self, targets: pd.DataFrame) -> np.ndarray:
        """How far each point is from what was observed [points]."""
        found = fits.implausibility(self.means, self.variances, targets)
        return statistics.distances(found, list(targets["pattern"]))


@dataclass(frozen=True)
class Calibrated:
    """What a calibration has come to.

    Attributes:
        complete: the points that are kept, run anew.
        targets: what points were held against.
        waves: all that was tried; the last is the sample of which some are kept.
        shortlist: which of it were run anew.
        nearest: which of it are kept.
    """

    complete: Complete
    targets: pd.DataFrame
    waves: tuple[Tried, ...]
    shortlist: np.ndarray
    nearest: np.ndarray

    def tables(self, sizes: Calibration) -> dict[str, pd.DataFrame]:
        """All that was tried, as tables: `points`, `positions` and `scores`."""
        means = np.concatenate([each.means for each in self.waves])
        variances = np.concatenate([each.variances for each in self.waves])
        found = fits.implausibility(means, variances, self.targets)
        decided = statistics.deciding(found, sizes.forgiven)
        in_sample = np.arange(len(means)) - len(means) + len(self.waves[-1].means)
        table = pd.concat([each.design.table() for each in self.waves], ignore_index=True)
        points = table.drop(columns="block").assign(
            point=np.arange(len(means)),
            wave=np.repeat(np.arange(len(self.waves)) + 1, [len(each.means) for each in self.waves]),
            implausibility=decided,
            kept=decided <= sizes.cutoff,
            distance=statistics.distances(found, list(self.targets["pattern"])),
            shortlisted=np.isin(in_sample, self.shortlist),
            accepted=np.isin(in_sample, self.nearest),
        )
        names = [factor.name for factor in self.waves[0].design.factors]
        unit = np.concatenate([each.design.unit for each in self.waves])
        keys = self.targets[fits.KEYS].iloc[np.tile(np.arange(len(self.targets)), len(means))]
        scores = keys.reset_index(drop=True).assign(
            point=np.repeat(np.arange(len(means)), len(self.targets)),
            mean=means.ravel(),
            variance=variances.ravel(),
        )
        return {
            "targets": self.targets,
            "points": points,
            "positions": pd.DataFrame(unit, columns=names),
            "scores": scores[list(statistics.SCORES)],
        }


def calibrated(study: Study) -> Calibrated:
    """Match history in waves, sample what is not ruled out, and keep the points that come nearest.

    Few seeds say which points of the sample are on the shortlist, more say which of those are nearest.

    Raises:
        Unfinished: if rows are missing, or everything is ruled out; the user has been told.
    """
    sizes, base = study.settings.calibration, study.plan()
    patterns = study.settings.patterns
    targets = fitted(targets_of(study, base, patterns))
    waves, own = [_tried(study, base, patterns, targets)], None
    for number in range(2, sizes.waves + 2):
        n = sizes.points if number <= sizes.waves else sizes.drawn
        design = _not_ruled_out(study, waves, targets, number, n)
        if number > sizes.waves:
            drawn, design = design, _and_what_holds(design, base.parameters.held)
            own = None if design is drawn else len(design) - 1
        waves.append(_tried(study, replace(base, design=design), patterns, targets))
    # Points that were chosen are run anew, on luck of their own: that which chose them does not flatter.
    shortlist = _nearest(waves[-1].distances(targets), sizes.shortlist, own)
    again = _tried(study, _anew(base, waves[-1].design, shortlist, sizes.ranked), patterns, targets)
    waves[-1] = _told_by(waves[-1], shortlist, again)
    place = None if own is None else int(np.flatnonzero(shortlist == own)[0])
    nearest = shortlist[_nearest(again.distances(targets), sizes.nearest, place)]
    complete = study.fill(_anew(base, waves[-1].design, nearest, sizes.raised))
    return Calibrated(complete, targets, tuple(waves), shortlist, nearest)


def _anew(base: Plan, design: Design, numbers: np.ndarray, n_seeds: int) -> Plan:
    """Some points of a design, as a design of their own."""
    seeds = range(base.seeds.start, base.seeds.start + n_seeds)
    return replace(base, design=some_of(design, numbers)).with_seeds(seeds)


def _told_by(sample: Tried, numbers: np.ndarray, again: Tried) -> Tried:
    """A sample of which some points are told by what they gave when they were run again."""
    means, variances = sample.means.copy(), sample.variances.copy()
    means[numbers], variances[numbers] = again.means, again.variances
    return replace(sample, means=means, variances=variances)


def _nearest(distances: np.ndarray, n: int, own: int | None) -> np.ndarray:
    """The points that come nearest; that which holds is one of them, as far more runs found it near."""
    nearest = statistics.nearest(distances, n)
    if own is None or own in nearest:
        return nearest
    return np.append(statistics.nearest(distances, n - 1), own)


def fitted(targets: pd.DataFrame) -> pd.DataFrame:
    """The targets that a calibration looks at: neither held out nor unmeasured."""
    return targets.query("not held_out and missing == ''").reset_index(drop=True)


def _tried(study: Study, plan: Plan, patterns: tuple[Pattern, ...], targets: pd.DataFrame) -> Tried:
    """Run a wave; what its points give."""
    study.fill(plan)
    lines = measured(study, plan, patterns)
    keys = pd.MultiIndex.from_arrays([targets[key] for key in fits.KEYS])

    def over_seeds(what: str) -> np.ndarray:
        found = lines.pivot_table(index=fits.KEYS, columns="point", values="value", aggfunc=what)
        return found.reindex(index=keys, columns=range(len(plan.design))).to_numpy(float).T

    means, variances, counts = map(over_seeds, ("mean", "var", "count"))
    # A point's own few seeds hardly tell its luck; all points' do.
    luck = np.nan_to_num(pd.DataFrame(variances / counts).mean().to_numpy())
    return Tried(plan.design, means, np.broadcast_to(luck, means.shape))


def _and_what_holds(design: Design, parameters: Mapping[str, Value]) -> Design:
    """A sample whose last point is what holds without a design, if that is within all ranges."""
    own = np.array([float(samples_of(each.name, [parameters[each.name]])[0]) for each in design.factors])
    ends = np.array([(each.low, each.high) for each in design.factors]).T
    if ((own < ends[0]) | (own > ends[1])).any():
        return design
    position = [
        np.interp(at, each.samples(_GRID), _GRID) for each, at in zip(design.factors, own, strict=True)
    ]
    samples, unit = np.vstack([design.samples[:-1], own]), np.vstack([design.unit[:-1], position])
    return replace(design, samples=samples, unit=unit)


def _not_ruled_out(study: Study, waves: list[Tried], targets: pd.DataFrame, number: int, n: int) -> Design:
    """Points drawn evenly from what no wave has ruled out.

    Raises:
        Unfinished: if too little is left to find them.
    """
    sizes, first = study.settings.calibration, waves[0].design
    unit = np.concatenate([each.design.unit for each in waves])
    values = np.concatenate([fits.on_scales(each.means, each.variances, targets)[0] for each in waves])
    generator = np.random.default_rng([study.settings.seeds.start, number])
    found, looked = np.empty((0, len(first.factors))), 0
    while len(found) < n and looked < _MOST_CANDIDATES:
        candidates = generator.random((_SOME, len(first.factors)))
        kept = statistics.plausible(candidates, unit, values, targets, sizes.cutoff, sizes.forgiven)
        found, looked = np.concatenate([found, candidates[kept]]), looked + _SOME
    if len(found) < n:
        say_error(
            [
                f"Of {looked:,} points of parameter space, {len(found):,} are not ruled out, and wave "
                f"{number} takes {n:,}. Patterns that conflict rule out each other: raise "
                "calibration.forgiven or calibration.cutoff, or name fewer patterns."
            ]
        )
        raise Unfinished(FAILED)
    say([f"Wave {number}: {len(found) / looked:.2%} of parameter space is not ruled out."], "dim", "")
    unit = found[:n]
    samples = np.column_stack([factor.samples(at) for factor, at in zip(first.factors, unit.T, strict=True)])
    return replace(first, kind=DRAWS, n=n, samples=samples, unit=unit, blocks=np.arange(n))

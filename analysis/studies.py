"""Studies: from the rows of a folder to the tables that its job makes of them.

A job calls this once it has written its rows; `python -m analysis FOLDER` calls it again.
"""

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis import asked as asking
from analysis import dictionary, tables
from analysis.asked import Asked, Points, Precision
from analysis.dictionary import Dictionary
from analysis.statistics import (
    best,
    discovery,
    effects,
    regret,
    replications,
    stopping,
    survival,
)
from analysis.statistics.controls import by_policy, freed_rows, freed_together, seed_by_seed
from analysis.statistics.decision import (
    bundles,
    combined,
    costs,
    failing,
    frontier,
    influence,
    information,
    lasting,
    pilot,
    posterior,
    ranks,
    rivals,
    switching,
    verdicts,
    yearly,
)
from analysis.statistics.evidence import calibration, checks, coverage, fits, mechanisms
from analysis.statistics.ledger import councils, friction, lines, meetings, unmet, whom
from analysis.statistics.sensitivity import morris, sobol, spread
from analysis.tables import AT_EQUAL_MONEY, BASELINE, COST, MAIN_INDICATOR, BadFolder

#: Points of a morris design, as positions in the ranges of the factors.
POSITIONS = "positions"
#: Rows of a comparison over points that fit what is known.
OVER_POSTERIOR = "posterior"
#: Rows of a comparison's best policy where mechanisms are off, one at a time.
WITHOUT = "without"
#: How far the coefficient of variation may still move where it counts as settled.
SETTLED = 0.01
#: Half-width of the intervals of total indices for which a design is recommended.
HALF_WIDTH = 0.05
#: How far from the sum is far, for a policy at equal money: a share of it.
FAR = 0.02
#: What is gained where a partnership is priced: its worth less its cost, £k a year.
NET_BENEFIT = "net_benefit"
#: What policies are ranked by: regret that is seldom exceeded, and that one run does not decide.
RANKED_BY = "p90_regret"
#: Half of the points choose where rankings flip, the other half say how surely.
FEWEST_POINTS = 4
FEWEST_BLOCKS = 2
#: Seeds that tell luck from what is not.
FEWEST_SEEDS = 2

#: What places a run in a design.
_RUN = ("point", "block", "policy", "seed")

_RESPONSE = {"response": ("", "the indicator that is looked at")}
_ANSWER = _RESPONSE | {"contrast": ("", "the policy, or the two whose difference it is")}
_PAIR = _RESPONSE | {"policy": ("", "the policy"), "other": ("", "the policy that it is compared with")}
_FACTOR = {"factor": ("", "parameter, lever, or group of them")}
_BLOCKS = {"blocks": ("base samples", "the first so many")}
_ROBUST = {
    "better": ("", "which direction of the response is better: 1 more, -1 less"),
    "points": ("points", "at which it is known"),
}
#: What each column of each table of statistics is: its unit and meaning.
COLUMNS = {
    "effects": {
        **effects.COLUMNS,
        "misses_sum": ("", "whether the policy is one at equal money, and costs something else"),
        **posterior.COLUMNS,
    },
    "fresh": effects.COLUMNS,
    "best": best.COLUMNS,
    "verdicts": verdicts.COLUMNS,
    "costs": costs.COLUMNS,
    "by_year": yearly.COLUMNS,
    "frontier": frontier.COLUMNS,
    "lasting": lasting.COLUMNS,
    "discounted": costs.DISCOUNTED,
    "ledger": lines.COLUMNS,
    "followed": councils.FOLLOWED,
    "fated": meetings.FATED,
    "reasons": meetings.COLUMNS,
    "unmet": unmet.UNMET,
    "why_not": unmet.COLUMNS,
    "traits": whom.TRAITED,
    "for_whom": whom.COLUMNS,
    "councils": councils.COUNCILS,
    "survival": {"policy": ("", "the policy"), **survival.COLUMNS},
    "targets": fits.TARGETS,
    "measured": fits.MEASURED,
    "patterns": fits.COLUMNS,
    "checks": checks.COLUMNS,
    "points": calibration.POINTS,
    "scores": calibration.SCORES,
    "waves": calibration.WAVES,
    "identified": calibration.IDENTIFIED,
    "profiles": calibration.PROFILES,
    "conflicts": calibration.CONFLICTS,
    "left_out": calibration.LEFT_OUT,
    "coverage": coverage.COLUMNS,
    "variation": replications.VARIATION,
    "enough": replications.ENOUGH,
    "widths": replications.WIDTHS,
    "needed": replications.NEEDED,
    "pairing": replications.PAIRING,
    "indices": {**_ANSWER, **_FACTOR, **sobol.COLUMNS, "luck": sobol.SUMMARY["luck"]},
    "convergence": {**_ANSWER, **_FACTOR, **_BLOCKS, **sobol.COLUMNS},
    "screening": {**_ANSWER, **_FACTOR, **morris.COLUMNS},
    "spread": {**_ANSWER, **_FACTOR, **morris.COLUMNS, **sobol.COLUMNS, "luck": sobol.SUMMARY["luck"]},
    "summary": {**_ANSWER, **_ROBUST, **morris.SUMMARY, **sobol.SUMMARY},
    "rivals": rivals.COLUMNS,
    "survive": rivals.SURVIVE,
    "mechanisms": mechanisms.COLUMNS,
    "assigned": friction.ASSIGNED,
    "friction": friction.COLUMNS,
    "friction_by_month": friction.BY_MONTH,
    "regret": {**_PAIR, **regret.COLUMNS},
    "beats": {**_PAIR, **regret.BEATS},
    "flips": {**_PAIR, **discovery.FLIPS},
    "failing": {**_RESPONSE, **failing.COLUMNS},
    "switching": {**_PAIR, **switching.COLUMNS},
    "ranks": {"policy": ("", "the policy"), **_RESPONSE, **ranks.COLUMNS},
    "influence": {**_PAIR, **_FACTOR, **influence.COLUMNS},
    "break_even": costs.BREAK_EVEN,
    "tried": bundles.TRIED,
    "levers": bundles.LEVERS,
    "bundles": bundles.COLUMNS,
    "combined": combined.COLUMNS,
    "shares": combined.SHARES,
    "trials": pilot.MEASURED,
    "pilot": pilot.COLUMNS,
    "information": {**_RESPONSE, **_FACTOR, **information.COLUMNS},
    "importance": {**_PAIR, **_FACTOR, **discovery.IMPORTANCE},
}


class TooFew(BadFolder):
    """So many runs failed that there is nothing to say."""


@dataclass(frozen=True)
class Found:
    """What statistics make of a study's rows.

    Attributes:
        tables: by name; none for a job that has no statistics.
        notes: what to know when reading them.
    """

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def analyse(folder: Path, columns: Dictionary) -> Found:
    """Make the tables of a study from its rows, and write them into its folder.

    Args:
        folder: holds `rows.parquet`, `study.json` and, of a screening, `positions.parquet`.
        columns: what the columns of its tables are.

    Raises:
        BadFolder: if it lacks what that takes.
        TooFew: if too many runs failed.
    """
    tables.check(folder)
    asked = asking.read(folder)
    found = _JOBS[asked.job](folder, asked, columns) if asked and asked.job in _JOBS else Found()
    for name, table in found.tables.items():
        tables.write(folder, name, table, columns)
        table.to_csv(folder / f"{name}.csv", index=False)
    return found


def analysed_again(folder: Path) -> tuple[list[str], list[Path]]:
    """Make the statistics of a folder again; what to know of them, and the files that hold them.

    A folder of an older version does not say what its study asked, or what its columns are: its tables are
    then read as they are.

    Raises:
        BadFolder: as of `analyse`.
    """
    columns = Dictionary.of(folder)
    missing = [name for name in (asking.FILE, dictionary.FILE) if not (folder / name).exists()]
    if not missing:
        found = analyse(folder, columns)
        files = [folder / f"{name}.{ending}" for name in found.tables for ending in ("parquet", "csv")]
        return found.notes, [file for file in files if file.exists()]
    lost = "" if columns else " Labels and units of indicators, and which direction is better, are not known."
    return [f"{folder}: holds no {' or '.join(missing)}, so its statistics are read as they are.{lost}"], []


# --- comparisons ------------------------------------------------------------------------------------------


def _compared(folder: Path, asked: Asked, columns: Dictionary) -> Found:
    """What rows say, and what months say where the folder has them."""
    rows = _rows(folder)
    there = set(rows["policy"])
    if _compares(asked) and (asked.against not in there or len(there) < 2):
        raise BadFolder(
            f"{folder / 'rows.parquet'}: lacks the runs of all policies that are compared but one"
        )
    found = compared(rows, asked, columns, tables.table(folder, OVER_POSTERIOR))
    if not found.tables:
        return found
    by_year = tables.table(folder, "by_year", tuple(yearly.COLUMNS))
    if by_year is not None and len(by_year):
        found.tables["discounted"] = costs.discounted(by_year, asked.discount)
    survived = tables.table(folder, "survival")
    if survived is not None and {"at_risk", "ended"} <= set(survived):  # older folders lack them
        found.tables["lasting"] = lasting.lasting_of(survived, asked.against)
    found.tables.update(_followed(folder, asked))
    without = tables.table(folder, WITHOUT)
    if without is not None and asked.mechanisms:
        policies = list(without["policy"].unique())
        try:
            _add_without(found, without, replace(asked, responses=[MAIN_INDICATOR], policies=policies))
        except TooFew as error:
            found.notes.append(str(error))
    return found


def _followed(folder: Path, asked: Asked) -> dict[str, pd.DataFrame]:
    """What pairs tell that were followed from policy to policy, where the folder has them."""
    followed = tables.table(folder, "followed", tuple(councils.FOLLOWED))
    fated = tables.table(folder, "fated", tuple(meetings.FATED))
    whose = tables.table(folder, "councils", tuple(councils.COUNCILS))
    traits = tables.table(folder, "traits", tuple(whom.TRAITED))
    if followed is None or fated is None or whose is None or whose.empty or traits is None:
        return {}
    if unknown := set(followed["council"]) - set(whose["council"]):
        raise BadFolder(f"{folder / 'councils.parquet'}: lacks {len(unknown)} councils that others tell of")
    explained = tables.table(folder, "unmet", tuple(unmet.UNMET))
    more = {} if explained is None else {"why_not": unmet.why_not(explained, whose, asked.against)}
    return more | {
        "for_whom": whom.for_whom(followed, traits, whose, asked.months),
        "ledger": lines.ledger_of(followed, whose, asked.meant),
        "reasons": meetings.reasons_of(fated, whose, asked.against),
    }


def answered(
    rows: pd.DataFrame, asked: Asked, columns: Dictionary, over: pd.DataFrame | None = None
) -> Found:
    """What each policy is worth, where there is one to compare with, and which is the best: what is answered.

    Args:
        rows: a line a run.
        asked: by whoever had them run.
        columns: says which direction of each indicator is better.
        over: the same policies' runs over points that fit what is known, if there are any.
    """
    if not _compares(asked):
        return Found()
    return _answered(rows, freed_rows(rows, asked.against, asked.controls), asked, columns, over)


def _compares(asked: Asked) -> bool:
    """Whether there is a policy to compare others with."""
    return asked.against in asked.policies and len(asked.policies) > 1


def _answered(
    rows: pd.DataFrame, freed: pd.DataFrame, asked: Asked, columns: Dictionary, over: pd.DataFrame | None
) -> Found:
    """The same, from rows and what they are once freed of luck."""
    table = effects.effects_of(rows, asked.against, asked.controls)
    found = Found({"effects": table, "best": _best(freed, columns)})
    _mark_the_sum(found, asked)
    if over is not None:
        found.tables["effects"] = with_posterior(found.tables["effects"], over, asked)
    if asked.precision:
        found.notes.extend(_stop_honestly(found.tables["effects"], rows, asked, asked.precision))
    found.tables.update(_decided(rows, freed, found.tables, asked))
    return found


def compared(
    rows: pd.DataFrame, asked: Asked, columns: Dictionary, over: pd.DataFrame | None = None
) -> Found:
    """As `answered`; and which policies are worth their money, and what would change that."""
    if not _compares(asked):
        return Found()
    freed = freed_rows(rows, asked.against, asked.controls)
    found = _answered(rows, freed, asked, columns, over)
    found.tables.update(_weighed(freed, found.tables["costs"], asked))
    if over is not None and asked.over:
        try:
            _assume_over(found, over, asked, asked.over)
        except TooFew as error:
            found.notes.append(str(error))
    return found


def with_posterior(effects_found: pd.DataFrame, over: pd.DataFrame, asked: Asked) -> pd.DataFrame:
    """Beside what a policy is worth at the point, what it is over others that fit as well.

    Args:
        effects_found: as `effects.effects_of` gives them.
        over: a line a run over these points.
        asked: by whoever had them run.
    """
    indicators = list(effects_found["indicator"].unique())
    told = posterior.over_points(over, indicators, asked.against, asked.controls)
    return effects_found.merge(told, on=["policy", "indicator"], how="left")


def _assume_over(found: Found, over: pd.DataFrame, asked: Asked, points: Points) -> None:
    """Add what the points that fit as well do to each policy's effect on strategic partnerships."""
    has = set(over["policy"])
    leader = _leader(found.tables["verdicts"], has)
    there = replace(
        asked,
        points=points,
        seeds=asked.over_seeds,
        policies=[name for name in asked.policies if name in has],
        responses=[MAIN_INDICATOR],
    )
    table = over.drop_duplicates("point").set_index("point")[list(points.factors)]
    levels = _responses(over, there)[..., 0]
    values = levels.swapaxes(1, 2)
    known = _known(found, f"{MAIN_INDICATOR}, over the posterior", values, "points", FEWEST_POINTS)
    at = table.loc[np.flatnonzero(known)].reset_index(drop=True)
    assumed = _assumed(values[known], at, there, MAIN_INDICATOR, leader)
    found.tables.update(_labelled(assumed, response=MAIN_INDICATOR))
    if asked.worth:
        _add_in_pounds(found, over, levels, table, there, _rivalling(there, leader))


def _leader(decided: pd.DataFrame, among: Container[str]) -> str:
    """The policy that does best, at equal money where there are such."""
    there = decided[decided["policy"].isin(among)]
    equal = there[there["among"] == best.EQUAL_MONEY]
    return str((equal if len(equal) else there)["policy"].iloc[0])


def _assumed(
    values: np.ndarray, points: pd.DataFrame, asked: Asked, response: str, leader: str
) -> dict[str, pd.DataFrame]:
    """What assumptions do to each policy: where it fails, and what would make it win over the best.

    Args:
        values: [points, policies, seeds]; more is better.
        points: [points x factors].
        asked: of these points, policies and seeds.
        response: whose values they are.
        leader: the policy that does best.
    """
    names, against = list(asked.policies), asked.against

    def acting(with_: str) -> Callable[[str], list[str]]:
        return lambda policy: asked.points.acting(response, (policy, with_))

    rivalling = _rivalling(asked, leader)
    among = values[:, [names.index(name) for name in rivalling]]
    found = {
        "switching": switching.switching_of(among, points, rivalling, leader, acting(leader)),
        "information": information.information_of(among, points),
    }
    if against in names:
        smallest = asked.smallest_effect
        found["influence"] = influence.influence_of(values, points, names, against, acting(against))
        found["failing"] = failing.failing_of(values, points, names, against, smallest, acting(against))
    return found


def _rivalling(asked: Asked, leader: str) -> list[str]:
    """Policies that the best is chosen from, at equal money or as designed; and the one compared with."""
    at_equal_money = leader.endswith(AT_EQUAL_MONEY)
    return [
        name
        for name in asked.policies
        if name.endswith(AT_EQUAL_MONEY) == at_equal_money or name == asked.against
    ]


def _decided(
    rows: pd.DataFrame, freed: pd.DataFrame, found: dict[str, pd.DataFrame], asked: Asked
) -> dict[str, pd.DataFrame]:
    """What can be said of each policy, and what its additions cost."""
    effects_found, against = found["effects"], asked.against
    return {
        "verdicts": verdicts.verdicts_of(rows, effects_found, found["best"], against, asked.smallest_effect),
        "costs": costs.costs_of(freed, effects_found, against, asked.months / 12),
    }


def _weighed(freed: pd.DataFrame, of_costs: pd.DataFrame, asked: Asked) -> dict[str, pd.DataFrame]:
    """Which policies are worth their money, by themselves and beside each other."""
    return {
        "break_even": costs.break_even(freed, of_costs, asked.against, asked.months / 12, asked.worth),
        "frontier": frontier.frontier_of(freed, asked.against, max(asked.months, 1) / 12),
    }


def _mark_the_sum(found: Found, asked: Asked) -> None:
    """Say of each policy at equal money whether it costs something else; note those that nobody knew of.

    The sum is above the baseline: effects against another policy do not tell.
    """
    table, money = found.tables["effects"], asked.equal_money
    off = off_the_sum(table, money.in_all) if money and asked.against == BASELINE else []
    table["misses_sum"] = table["policy"].isin([*off, *(money.missed if money else ())])
    if money and (unknown := [policy for policy in off if policy not in money.missed]):
        costs = table[table["indicator"] == COST].set_index("policy")["effect"] * money.a_year / money.in_all
        each = ", ".join(f"{policy} (£{costs[policy]:,.0f}k)" for policy in unknown)
        found.notes.append(
            f"Not at £{money.a_year:,.0f}k a year once the grants that follow are counted: {each}."
        )


def off_the_sum(table: pd.DataFrame, in_all: float) -> list[str]:
    """Policies at equal money that cost something else, grants included, and not by luck.

    Args:
        table: of effects.
        in_all: £k over the horizon that each should cost above the baseline.
    """
    of_cost = (table["indicator"] == COST) & table["policy"].str.endswith(AT_EQUAL_MONEY)
    costs = table[of_cost].set_index("policy")
    is_far = (costs["effect"] - in_all).abs() > FAR * in_all
    may_be_it = (costs["low"] <= in_all) & (in_all <= costs["high"])
    return list(costs.index[is_far & ~may_be_it])


def _best(rows: pd.DataFrame, columns: Dictionary) -> pd.DataFrame:
    """Which policies may be the best on each finding, as designed and at equal money."""
    parts = [pd.DataFrame(columns=list(best.COLUMNS))]
    for indicator in effects.FINDINGS:
        levels = rows.pivot_table(index="seed", columns="policy", values=indicator, dropna=False, sort=False)
        at_equal_money = levels.columns.str.endswith(AT_EQUAL_MONEY)
        for among, chosen in ((best.AS_DESIGNED, ~at_equal_money), (best.EQUAL_MONEY, at_equal_money)):
            if chosen.sum() > 1 and (better := columns.better(indicator)):
                table = best.best_of(levels.loc[:, chosen].to_numpy(float), levels.columns[chosen], better)
                parts.append(table.assign(indicator=indicator, among=among))
    return pd.concat(parts, ignore_index=True)[list(best.COLUMNS)]


def _stop_honestly(
    table: pd.DataFrame, rows: pd.DataFrame, asked: Asked, precision: Precision
) -> Iterator[str]:
    """Make intervals that seeds were added for as wide as was asked, even where they look narrower.

    That holds for the policy that decided when to stop. Of one that had been known well enough before, the
    seeds since then were not chosen by what it did: it keeps all of its seeds, and its own t interval
    (measured: 95% of 1,000 cases with 0.6 and 0.8 of the other's standard deviation, 93% with 0.95).
    """
    wanted = stopping.Wanted(precision.half_width, precision.most_seeds)
    runs = by_policy(rows, range(*asked.seeds))
    for policy in asked.policies:
        if policy == asked.against or policy not in runs:
            continue
        differences, luck = seed_by_seed(
            runs[policy], runs[asked.against], precision.indicator, asked.controls
        )
        if stopping.seeds_wanted(differences, wanted, luck) < len(differences):
            continue
        mean, low, high, is_reached = stopping.interval(differences, wanted, luck)
        at = (table["policy"] == policy) & (table["indicator"] == precision.indicator)
        half, together = ((table.loc[at, end] - table.loc[at, "effect"]) for end in ("high", "together_high"))
        stretched = (high - low) / 2 * float((together / half).iloc[0])
        table.loc[at, ["effect", "low", "high"]] = mean, low, high
        table.loc[at, ["together_low", "together_high"]] = mean - stretched, mean + stretched
        if not is_reached:
            yield (
                f"{policy}: {precision.indicator} is known to ±{(high - low) / 2:.3g} only after "
                f"{precision.most_seeds:,} seeds, the most allowed."
            )


def _replications(folder: Path, asked: Asked, columns: Dictionary) -> Found:
    """How many runs are enough, and what sharing luck saves."""
    rows, responses, against, controls = _rows(folder), asked.responses, asked.against, asked.controls
    curve = replications.variation(rows, responses)
    return Found(
        {
            "variation": curve,
            "enough": replications.enough(curve, SETTLED),
            "widths": replications.widths(rows, against, responses, controls),
            "needed": replications.needed(rows, against, responses, controls=controls),
            "pairing": replications.pairing(rows, against, responses),
        }
    )


def _validated(folder: Path, asked: Asked, columns: Dictionary) -> Found:
    """How what the model gives compares with what was observed."""
    targets, measured = _needed(folder, "targets"), _needed(folder, "measured")
    found = Found({"patterns": fits.compared(measured, targets)})
    together = fits.met_together(measured, targets)
    if together.size:
        most = together.sum(axis=1).max()
        found.notes.append(
            f"{most} of {together.shape[1]} patterns that are measured in full are met"
            f"{' together at one point' if len(together) > 1 else ''}."
        )
    return found


def _calibrated(folder: Path, asked: Asked, columns: Dictionary) -> Found:
    """What is left of parameter space, and what that tells."""
    targets, points, positions, scores = (
        _needed(folder, name) for name in ("targets", "points", POSITIONS, "scores")
    )
    means, ensemble = (scores[name].to_numpy().reshape(len(points), -1) for name in ("mean", "ensemble"))
    found = fits.implausibility(means, ensemble, targets)
    met = fits.met_together(scores.rename(columns={"mean": "value"}), targets).reindex(points.index)
    met = met.fillna(False).astype(bool)
    return Found(
        {
            "waves": calibration.waves(points, found, targets),
            "identified": calibration.identified(points, positions),
            "profiles": calibration.profiles(points, positions),
            "conflicts": calibration.conflicts(met),
            "left_out": calibration.left_out(points, positions, found, met, targets),
            "coverage": coverage.coverage(points, positions, means, ensemble, targets),
        }
    )


def _needed(folder: Path, name: str) -> pd.DataFrame:
    """A table that a study's statistics cannot do without."""
    wanted = COLUMNS.get(name, {})
    if (table := tables.table(folder, name, tuple(wanted))) is None:
        raise BadFolder(f"{folder}: holds no {name}.parquet, which its statistics take")
    return table


# --- designs ----------------------------------------------------------------------------------------------


def _robustness(folder: Path, asked: Asked, columns: Dictionary) -> Found:
    """Which policy is good whatever the parameters are."""
    wanted = [*_RUN, *asked.points.factors, *_with_luck(asked.responses, asked)]
    rows = _rows(folder, [*wanted, COST] if asked.worth else wanted)
    points = rows.drop_duplicates("point").set_index("point")[list(asked.points.factors)]
    values = _responses(rows, asked)
    found, parts = Found(), []
    for column, response in enumerate(asked.responses):
        if not (better := columns.better(response)):
            raise BadFolder(f"{folder}: of {response}, it is not known whether more or less is better")
        levels = values[..., column].swapaxes(1, 2)
        known = _known(found, response, levels, "points", FEWEST_POINTS)
        at = points.loc[np.flatnonzero(known)].reset_index(drop=True)
        summary = {"better": better, "points": len(at), "replicates": levels.shape[2]}
        robust = _robust(better * levels[known], at, asked, response)
        parts.append(_labelled(robust | {"summary": pd.DataFrame([summary])}, response=response))
    found.tables.update(_together(parts))
    if asked.worth and MAIN_INDICATOR in asked.responses:
        levels = values[..., list(asked.responses).index(MAIN_INDICATOR)]
        _add_in_pounds(found, rows, levels, points, asked, asked.policies)
    return found


def _add_in_pounds(
    found: Found,
    rows: pd.DataFrame,
    levels: np.ndarray,
    points: pd.DataFrame,
    asked: Asked,
    among: Sequence[str],
) -> None:
    """Add what it is worth in money to know each factor before a policy is chosen.

    Args:
        found: has what it is worth in partnerships.
        rows: a line a run.
        levels: strategic partnerships [points, replicates, policies].
        points: [points x factors].
        asked: of these points, policies and seeds; at what worth.
        among: policies of which one is chosen.
    """
    if not asked.worth or not asked.months:
        found.notes.append("worth changes nothing here: the length of the horizon differs between points.")
        return
    net = asked.worth * levels - values_of(rows, asked, [COST])[..., 0] / (asked.months / 12)
    net = net[..., [list(asked.policies).index(name) for name in among]].swapaxes(1, 2)
    known = _known(found, NET_BENEFIT, net, "points", FEWEST_POINTS)
    table = information.information_of(net[known], points.loc[np.flatnonzero(known)].reset_index(drop=True))
    added = table.assign(response=NET_BENEFIT)
    found.tables["information"] = pd.concat([found.tables["information"], added], ignore_index=True)


def _optimised(folder: Path, asked: Asked, columns: Dictionary) -> Found:
    """What the bundles that a search kept are worth."""
    rows = _rows(folder, [*_RUN, *_with_luck(asked.responses, asked), COST])
    better = {name: columns.better(name) for name in asked.responses}
    return Found({"bundles": bundles.bundles_of(rows, better, max(asked.months, 1) / 12, asked.controls)})


def _combined(folder: Path, asked: Asked, columns: Dictionary) -> Found:
    """What policies do together beside what each does alone, and what each gives of it."""
    rows, found = _rows(folder, ["policy", "seed", *_with_luck(asked.responses, asked)]), Found()
    parts = [name for name in asked.policies if name != asked.against]
    n = rows["seed"].nunique()
    for response in asked.responses:
        policies = rows[rows[response].notna()].groupby("seed")["policy"].nunique()
        if (known := int((policies == 2 ** len(parts)).sum())) < FEWEST_SEEDS:
            raise TooFew(
                f"{response} is known under every bundle in {known} seeds, and it takes {FEWEST_SEEDS}."
            )
        if known < n:
            found.notes.append(f"{response}: {n - known} seeds in which a bundle lacks it are left out.")
    told, shares = combined.combined_of(rows, parts, asked.against, asked.responses, asked.controls)
    found.tables.update(combined=told, shares=shares)
    return found


def _trial(folder: Path, asked: Asked, columns: Dictionary) -> Found:
    """What a trial of each policy could see."""
    if (wanted := asked.pilot) is None:
        raise BadFolder(f"{folder}: does not say what trial was asked about")
    trials = _needed(folder, "trials")
    return Found({"pilot": pilot.pilot_of(trials, asked.against, wanted.councils, wanted.power)})


def _rivals(folder: Path, asked: Asked, columns: Dictionary) -> Found:
    """Which conclusions hold whoever is right."""
    wanted = list(dict.fromkeys([*effects.FINDINGS, *asked.responses]))
    rows = _rows(folder, ["point", "policy", "population", "seed", "row", *_with_luck(wanted, asked)])
    parts = {
        name: effects.effects_of(
            rows[rows["point"] == point].drop(columns="point"), asked.against, asked.controls
        )
        for point, name in enumerate(asked.rivals)
    }
    table = pd.concat([part.assign(rival=name) for name, part in parts.items()], ignore_index=True)
    table = table[table["indicator"].isin(asked.responses)].reset_index(drop=True)
    return Found({"rivals": table[list(rivals.COLUMNS)], "survive": rivals.survive(table)})


def _mechanisms(folder: Path, asked: Asked, columns: Dictionary) -> Found:
    """What each policy changes without each mechanism."""
    told = ["point", "policy", "seed"]
    rows, found = _rows(folder, [*told, *_with_luck(asked.responses, asked)]), Found()
    _add_without(found, rows, asked)
    return found


def _add_without(found: Found, rows: pd.DataFrame, asked: Asked) -> None:
    """Add what is left of effects without each mechanism; at the rows' first point all are on."""
    runs = len(asked.policies) * (1 + len(asked.mechanisms))
    for response in asked.responses:
        known = rows[rows[response].notna()].groupby("seed").size() == runs
        if known.sum() < FEWEST_SEEDS:
            raise TooFew(
                f"{response} is known under every policy, without every mechanism, in {known.sum()} seeds, "
                f"and it takes {FEWEST_SEEDS}."
            )
        if left_out := rows["seed"].nunique() - int(known.sum()):
            found.notes.append(
                f"{response}: {left_out} seeds in which a run lacks it have no part in its lines."
            )
    found.tables["mechanisms"] = mechanisms.mechanisms_of(
        rows, asked.mechanisms, asked.against, asked.responses, asked.controls
    )


def _friction(folder: Path, asked: Asked, columns: Dictionary) -> Found:
    """What of what could be had is realised under each policy."""
    assigned = _needed(folder, "assigned")
    told = friction.friction_of(assigned, asked.against)
    return Found({"friction": told, "friction_by_month": friction.friction_by_month(assigned)})


def _robust(values: np.ndarray, points: pd.DataFrame, asked: Asked, response: str) -> dict[str, pd.DataFrame]:
    """Regret, contests, and where the best policy by regret loses its place to each other one."""
    names = asked.policies
    regrets = regret.regret(values, names).sort_values([f"{RANKED_BY}_rank", "mean_rank"], ignore_index=True)
    best, *others = regrets["policy"]

    def against_each(of_pair: Any) -> pd.DataFrame:
        parts = [
            of_pair(
                values, points[asked.points.acting(response, (best, other))], names, (best, other)
            ).assign(policy=best, other=other)
            for other in others
        ]
        return pd.concat(parts, ignore_index=True)

    return {
        "regret": regrets,
        "beats": regret.beats(values, names),
        "ranks": ranks.ranks_of(values, names),
        **_assumed(values, points, asked, response, best),
        "flips": against_each(discovery.flips),
        "importance": against_each(discovery.importance),
    }


def _sensitivity(folder: Path, asked: Asked, columns: Dictionary) -> Found:
    """Which factors matter."""
    found, parts = Found(), []
    rows = _rows(folder, [*_RUN, *_with_luck(asked.responses, asked)])
    screens = asked.points.kind == "morris"
    for response, contrast, values, known in _answers(_responses(rows, asked), asked, found):
        answer = _screened(folder, asked, values, known) if screens else _indices(asked, values)
        parts.append(_labelled(answer, response=response, contrast=contrast))
    found.tables.update(_together(parts))
    found.tables.update(_spread(folder, asked, values_of(rows, asked, asked.responses), found))
    return found


def _spread(folder: Path, asked: Asked, values: np.ndarray, found: Found) -> dict[str, pd.DataFrame]:
    """What the spread of outcomes over seeds hangs on, in which luck is the answer, and left in."""
    if values.shape[1] < spread.FEWEST:
        found.notes.append(f"What spread over seeds hangs on takes {spread.FEWEST} seeds a point or more.")
        return {}
    parts, seen = [], Found()
    for response, contrast, answer, known in _answers(values, asked, seen):
        halves = spread.of_halves(answer)
        if asked.points.kind == "morris":
            table = _screened(folder, asked, halves, known)["screening"]
        else:
            table = _indices(asked, halves)["indices"]
        parts.append(table.assign(response=response, contrast=contrast))
    return {"spread": pd.concat(parts, ignore_index=True)}


def _answers(
    values: np.ndarray, asked: Asked, found: Found
) -> Iterator[tuple[str, str, np.ndarray, np.ndarray]]:
    """Response, contrast, values [blocks, points of a block, replicates], and the blocks that are known.

    Of one policy, the response itself; of several, how each differs from the first.
    """
    blocked = values.reshape(asked.points.n, -1, *values.shape[1:])
    first, *others = asked.policies
    for column, response in enumerate(asked.responses):
        levels = blocked[..., column]
        answers = {f"{name} − {first}": levels[..., i] - levels[..., 0] for i, name in enumerate(others, 1)}
        for contrast, answer in (answers or {first: levels[..., 0]}).items():
            known = _known(found, f"{response}, {contrast}", answer, "blocks", FEWEST_BLOCKS)
            yield response, contrast, answer[known], known


def _indices(asked: Asked, values: np.ndarray) -> dict[str, pd.DataFrame]:
    """Sobol indices of one answer."""
    names = list(dict.fromkeys(asked.points.groups))
    # Blocks that are left out take their sequences' evenness with them.
    scrambles = asked.points.scrambles if len(values) == asked.points.n else 0
    indices = sobol.sobol_indices(values, names, scrambles=scrambles)
    advice = sobol.recommended(values, names, HALF_WIDTH)
    advised = {f"recommended_{name}": value for name, value in vars(advice).items()} if advice else {}
    return {
        "indices": indices.table.assign(luck=indices.luck),
        "convergence": sobol.convergence(values, names, scrambles=scrambles),
        "summary": pd.DataFrame([_figures(indices) | advised]),
    }


def _screened(folder: Path, asked: Asked, values: np.ndarray, known: np.ndarray) -> dict[str, pd.DataFrame]:
    """The screening of one answer."""
    points = asked.points
    positions = tables.table(folder, POSITIONS, tuple(points.factors))
    if positions is None:
        raise BadFolder(f"{folder}: holds no {POSITIONS}.parquet, which a screening takes")
    unit = positions[list(points.factors)].to_numpy().reshape(points.n, -1, len(points.factors))
    screening = morris.screen(values, unit[known], points.factors, points.groups, points.levels, points.words)
    return {"screening": screening.table, "summary": pd.DataFrame([_figures(screening)])}


def _figures(found: sobol.Indices | morris.Screening) -> dict[str, Any]:
    return {name: value for name, value in vars(found).items() if name != "table"}


def _with_luck(indicators: Sequence[str], asked: Asked) -> list[str]:
    """Indicators, and the luck that they are freed of, each once."""
    luck = (name for indicator in indicators for name in asked.controls.get(indicator, ()))
    return list(dict.fromkeys([*indicators, *luck]))


def _responses(rows: pd.DataFrame, asked: Asked) -> np.ndarray:
    """The responses of all runs, freed of luck; as of `values_of`."""
    values = values_of(rows, asked, asked.responses)
    for column, response in enumerate(asked.responses):
        luck = values_of(rows, asked, asked.controls.get(response, ()))
        values[..., column] = freed_together(values[..., column], luck)
    return values


def values_of(rows: pd.DataFrame, asked: Asked, columns: Sequence[str]) -> np.ndarray:
    """Columns of all runs [points, replicates, policies, columns]; NaN where a run failed."""
    first, stop = asked.seeds
    values = np.full((asked.points.size, stop - first, len(asked.policies), len(columns)), np.nan)
    replicate = rows["seed"] - rows["block"] * asked.points.seeds_apart - first
    policy = rows["policy"].map({name: i for i, name in enumerate(asked.policies)})
    values[rows["point"], replicate, policy] = rows[list(columns)]
    return values


def _known(found: Found, what: str, values: np.ndarray, pieces: str, fewest: int) -> np.ndarray:
    """Which pieces of a design have a value of every run; the others are left out, and noted.

    Raises:
        TooFew: if fewer are left than it takes.
    """
    known = np.isfinite(values).all(axis=tuple(range(1, values.ndim)))
    if known.sum() < fewest:
        raise TooFew(f"{what} is known in {known.sum()} {pieces}, and it takes {fewest}.")
    if not known.all():
        found.notes.append(f"{what}: {(~known).sum()} {pieces} in which it is not known are left out.")
    return known


# --- tables -----------------------------------------------------------------------------------------------


def _rows(folder: Path, only: Sequence[str] | None = None) -> pd.DataFrame:
    wanted = tuple(dict.fromkeys(only)) if only else None
    rows = tables.table(folder, "rows", wanted or tables.COLUMNS["rows"], only=wanted)
    assert rows is not None
    return rows


def _labelled(answer: dict[str, pd.DataFrame], **keys: str) -> dict[str, pd.DataFrame]:
    return {name: table.assign(**keys) for name, table in answer.items()}


def _together(answers: Sequence[dict[str, pd.DataFrame]]) -> dict[str, pd.DataFrame]:
    """The tables of several answers, each below the other."""
    return {name: pd.concat([each[name] for each in answers], ignore_index=True) for name in answers[0]}


_JOBS = {
    "compare": _compared,
    "replications": _replications,
    "robustness": _robustness,
    "sensitivity": _sensitivity,
    "rivals": _rivals,
    "mechanisms": _mechanisms,
    "friction": _friction,
    "pilot": _trial,
    "optimise": _optimised,
    "combine": _combined,
    "validate": _validated,
    "calibrate": _calibrated,
}

"""Answering: what each policy is worth, and which is the best, from the rows of a comparison."""

from collections.abc import Iterator

import pandas as pd

from analysis.asked import Asked, Precision
from analysis.dictionary import Dictionary
from analysis.statistics import best, effects, stopping
from analysis.statistics.controls import by_policy, freed_rows, seed_by_seed
from analysis.statistics.decision import costs, posterior, verdicts
from analysis.studies.found import Found
from analysis.tables import AT_EQUAL_MONEY, BASELINE, COST

#: How far from the sum is far, for a policy at equal money: a share of it.
FAR = 0.02


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
    if not compares(asked):
        return Found()
    return answered_from(rows, freed_rows(rows, asked.against, asked.controls), asked, columns, over)


def compares(asked: Asked) -> bool:
    """Whether there is a policy to compare others with."""
    return asked.against in asked.policies and len(asked.policies) > 1


def answered_from(
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


def _decided(
    rows: pd.DataFrame, freed: pd.DataFrame, found: dict[str, pd.DataFrame], asked: Asked
) -> dict[str, pd.DataFrame]:
    """What can be said of each policy, and what its additions cost."""
    effects_found, against = found["effects"], asked.against
    return {
        "verdicts": verdicts.verdicts_of(rows, effects_found, found["best"], against, asked.smallest_effect),
        "costs": costs.costs_of(freed, effects_found, against, asked.months / 12),
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

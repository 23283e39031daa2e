"""Costs: what one more partnership or answer costs, of those that a policy adds (not of all there are)."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.dictionary import spanned
from analysis.statistics.decision.ratios import fieller
from analysis.statistics.intervals import half_width
from analysis.tables import COST, MAIN_INDICATOR

#: What is bought: needs met by a partnership, by telling others' findings, and all of them together.
OUTCOMES = (MAIN_INDICATOR, "needs_met", "needs_met_dissemination", "needs_met_all")
#: What each column is: its unit and meaning.
COLUMNS = {
    "policy": ("", "the policy"),
    "outcome": ("", "what is bought"),
    **spanned("a_year", "£k a year", "extra cost, grants included, on the same seeds"),
    **spanned("added", "the outcome's, a year", "what the policy adds: partnerships at a time, needs a year"),
    **spanned("each", "£k", "extra cost of one added: of a partnership for a year, or of a need met"),
    "together_low": ("£k", "low end of the interval of each that goes with those which hold together"),
    "together_high": ("£k", "high end of it; infinite where nothing may have been added"),
    "n": ("seeds", "for which both are defined"),
}
#: What each column of `discounted` is.
DISCOUNTED = {
    "policy": ("", "the policy"),
    "outcome": ("", "what is bought, as the months have it"),
    "cost": ("£k", "extra cost over the horizon, discounted to its beginning"),
    "added": ("partnership-years, or needs", "what the policy adds over the horizon, discounted likewise"),
    "each": ("£k", "cost of one of these; missing where none is added or nothing is paid"),
    "rate": ("share a year", "at which later years count for less"),
}

#: By how much costs may turn out higher than was thought (optimism bias: HM Treasury 2022, The Green Book).
OPTIMISM = (0.0, 0.2, 0.4)
#: What each column of `break_even` is.
BREAK_EVEN = {
    "policy": ("", "the policy"),
    "optimism": ("share", "by which costs turn out higher than was thought"),
    **spanned(
        "breaks_even",
        "£k",
        "least that a partnership kept up for a year must be worth; infinite: none may be added",
    ),
    **spanned(
        "net",
        "£k a year",
        "what is added, at the worth that was declared, less its cost; missing: not priced",
    ),
    **spanned("ratio", "", "benefit by cost, at that worth; missing where partnerships are not priced"),
}


def break_even(
    rows: pd.DataFrame, costs: pd.DataFrame, against: str, years: float, worth: float | None
) -> pd.DataFrame:
    """What a partnership must be worth for each policy to be worth its cost, and what is gained at a worth.

    Args:
        rows: a line a run, as `costs_of` took them.
        costs: what it made of them.
        against: the policy that the others are compared with.
        years: of the horizon.
        worth: £k that a strategic partnership is worth for a year; None: nobody says.

    Returns:
        A line a policy and optimism; `breaks_even` is missing where nothing is added or paid on average.
    """
    main = costs[costs["outcome"] == MAIN_INDICATOR].set_index("policy")
    levels = rows.pivot_table(index="seed", columns="policy", values=[COST, MAIN_INDICATOR], dropna=False)
    lines = []
    for policy, line in main.iterrows():
        cost, added = (
            (levels[name][policy] - levels[name][against]).to_numpy(float) for name in (COST, MAIN_INDICATOR)
        )
        known = np.isfinite(cost) & np.isfinite(added)
        for more in OPTIMISM:
            dearer = (1 + more) * cost[known] / years
            breaks_even = ((1 + more) * line[["each", "each_low", "each_high"]]).to_list()
            lines.append((policy, more, *breaks_even, *_priced(dearer, added[known], worth)))
    return pd.DataFrame(lines, columns=list(BREAK_EVEN)).astype(dict.fromkeys([*BREAK_EVEN][1:], float))


def _priced(cost: np.ndarray, added: np.ndarray, worth: float | None) -> tuple[float, ...]:
    """Net benefit and ratio of benefit to cost, each with its ends."""
    if worth is None or len(cost) < 2:
        return (np.nan,) * 6
    net = _mean(worth * added - cost)
    if not _mean(cost)[1] > 0:
        return (*net, *[np.nan] * 3)
    ends = fieller(worth * added, cost, float(half_width(1.0, len(cost))))
    return (*net, worth * float(added.mean() / cost.mean()), *ends)


def discounted(by_year: pd.DataFrame, rate: float) -> pd.DataFrame:
    """What one more costs if later years count for less, costs and outcomes alike.

    Args:
        by_year: differences, as `yearly` gathers them; the first year counts in full (HM Treasury 2022, The
            Green Book, annex 6).
        rate: by which each year counts for less than the one before.

    Returns:
        A line a policy and outcome.
    """
    weights = (1 + rate) ** -(by_year["year"].astype(float) - 1)
    weighted = by_year.assign(effect=by_year["effect"] * weights)
    wide = weighted.pivot_table(
        index="policy", columns="indicator", values="effect", aggfunc="sum", sort=False
    )
    parts = [
        pd.DataFrame({"policy": wide.index, "outcome": name, "cost": wide[COST], "added": wide[name]})
        for name in wide.columns
        if name != COST
    ]
    table = pd.concat(parts, ignore_index=True)
    pays = (table["cost"] > 0) & (table["added"] > 0)
    return table.assign(each=(table["cost"] / table["added"]).where(pays), rate=rate)[list(DISCOUNTED)]


def costs_of(rows: pd.DataFrame, effects: pd.DataFrame, against: str, years: float) -> pd.DataFrame:
    """What each policy's addition costs, with Fieller's intervals.

    Args:
        rows: a line a run, with `cost_total` (£k over the horizon) and outcomes.
        effects: as `effects_of` made them of these rows: their intervals say how far those here reach.
        against: the policy that the others are compared with.
        years: of the horizon.

    Returns:
        A line a policy and outcome. `each` is NaN where nothing is added on average, and infinite at its high
        end where its own 95% interval includes none. It has no price, and no ends, where the policy may cost
        nothing.
    """
    seeds = sorted(rows["seed"].unique())
    tables = {
        name: table.set_index("seed").reindex(seeds) for name, table in rows.groupby("policy", sort=False)
    }
    stretch = _stretched(effects)
    lines = [
        (policy, outcome, *line)
        for policy, table in tables.items()
        if policy != against
        for outcome, line in _lines(table, tables[against], years, stretch.get(policy, {}))
    ]
    return pd.DataFrame(lines, columns=list(COLUMNS))


def _stretched(effects: pd.DataFrame) -> dict[str, dict[str, float]]:
    """By how much the interval that holds together is wider than a policy's own, by policy and indicator."""
    wider = (effects["together_high"] - effects["effect"]) / (effects["high"] - effects["effect"])
    table = effects.assign(wider=wider.where(np.isfinite(wider), 1.0))
    return {
        str(policy): dict(zip(lines["indicator"], lines["wider"], strict=True))
        for policy, lines in table.groupby("policy", sort=False)
    }


def _lines(
    table: pd.DataFrame, base: pd.DataFrame, years: float, stretch: dict[str, float]
) -> Iterator[tuple[str, tuple[float, ...]]]:
    for outcome in OUTCOMES:
        if outcome not in table or COST not in table or not years:
            continue
        cost, added = ((table[name] - base[name]).to_numpy(float) for name in (COST, outcome))
        cost, added = cost / years, added if outcome == MAIN_INDICATOR else added / years
        known = np.isfinite(cost) & np.isfinite(added)
        if known.any():
            yield outcome, _each(cost[known], added[known], stretch.get(outcome, 1.0))


def _each(cost: np.ndarray, added: np.ndarray, wider: float) -> tuple[float, ...]:
    n = len(cost)
    own = float(half_width(1.0, n)) if n > 1 else np.nan
    of_cost, of_added = _mean(cost), _mean(added)
    if not of_cost[1] > 0:
        return (*of_cost, *of_added, *[np.nan] * 5, n)
    each = of_cost[0] / of_added[0] if of_added[0] > 0 else np.nan
    return (*of_cost, *of_added, each, *fieller(cost, added, own), *fieller(cost, added, own * wider), n)


def _mean(values: np.ndarray) -> tuple[float, float, float]:
    n, mean = len(values), float(values.mean())
    half = float(half_width(values.std(ddof=1) / np.sqrt(n), n)) if n > 1 else np.nan
    return mean, mean - half, mean + half

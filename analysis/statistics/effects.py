"""What each policy is worth: differences from the baseline between runs of the same seed.

Runs of one seed share all the luck that both use, so their difference varies less than that of two
runs on luck of their own. With variances over n seeds, `s_p^2` of the policy's runs, `s_b^2` of the
baseline's and `s_d^2` of their differences, the difference of the means has variance `s_d^2 / n` here and
would have `(s_p^2 + s_b^2) / m` with m seeds for each policy and none shared. Both are equal at
`m = n * ratio` with `ratio = (s_p^2 + s_b^2) / s_d^2`: the variance ratio. Pairing saved `n * (ratio - 1)`
seeds of each policy (a negative number where it cost some). The baseline's seeds are shared by all policies,
paired or not, and are in none of these numbers: in all, `runs_saved` counts them once.

The ratio's interval is the jackknife's, on its logarithm (Miller 1968, Annals of Mathematical Statistics
39(2), 567-582); it held the truth in 93% to 96% of 600 cases of 10 to 200 seeds of normal luck, and in 90%
(30 seeds) to 95% (200) of exponential luck.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.dictionary import spanned
from analysis.statistics.controls import NONE, Controls, by_policy, freed, seed_by_seed
from analysis.statistics.intervals import half_width
from analysis.statistics.together import critical_values
from analysis.tables import BASELINE, COST, HEADLINES, LUCK

#: What each column is: its unit and meaning.
COLUMNS = {
    "policy": ("", "the policy"),
    "indicator": ("", "what is measured"),
    "effect": (
        "the indicator's",
        "mean difference from the baseline, or what is compared with, on the same seeds",
    ),
    "low": ("the indicator's", "low end of the 95% interval of effect"),
    "high": ("the indicator's", "high end of the 95% interval of effect"),
    "baseline": ("the indicator's", "mean of the policy compared with over these seeds"),
    "n": ("seeds", "for which both are defined"),
    "variance_ratio": ("ratio", "variance that the effect would have without shared luck, by what it has"),
    **spanned("seeds_saved", "seeds", "that pairing saved of each policy, for the same interval"),
    "controls_ratio": ("ratio", "variance that the effect would have with luck left in, by what it has"),
    **spanned("controls_saved", "seeds", "that taking luck out saved of each policy, beyond pairing"),
    "together_low": (
        "the indicator's",
        "low end of an interval that holds, at 95%, with all of the table",
    ),
    "together_high": (
        "the indicator's",
        "high end of an interval that holds, at 95%, with all of the table",
    ),
}
#: What is looked at together: the main table, in which a cost is no finding.
FINDINGS = tuple(name for name in HEADLINES if name != COST)


def effects_of(rows: pd.DataFrame, against: str = BASELINE, controls: Controls = NONE) -> pd.DataFrame:
    """Effect of every policy on every indicator, against the baseline or any other policy.

    Args:
        rows: a line a run.
        against: the policy that the others are compared with; `rows` has it.
        controls: columns of luck that indicators are freed of, by indicator.

    Returns:
        A line a policy and indicator: the effect; the ends of its own 95% interval, which answer a single
        question; the mean of the policy compared with; the number of seeds for which both are defined;
        variance ratio and seeds saved by pairing, and by controls on top of that (NaN where the difference
        never varies, or has no controls); and the ends
        `together_low` and `together_high` of intervals that hold at once in 95% of tables: for `FINDINGS`,
        those of all policies and findings; for all other indicators, those of all policies and these.
    """
    policies = by_policy(rows)
    base = policies.pop(against)
    indicators = [name for name in base.columns if not name.startswith(LUCK)]
    lines, differences = [], []
    for policy, runs in policies.items():
        for indicator in indicators:
            treated, untreated = (each.of(indicator)[:, 0] for each in (runs, base))
            difference = freed(*seed_by_seed(runs, base, indicator, controls))
            lines.append((policy, indicator, *paired(treated, untreated, difference)))
            differences.append(difference)
    table = pd.DataFrame(lines, columns=list(COLUMNS)[:-2])
    return together(table, critical_of(table, np.column_stack(differences)))


def critical_of(table: pd.DataFrame, differences: np.ndarray) -> np.ndarray:
    """How many standard errors the interval of each line reaches together with the others of its family."""
    is_finding = table["indicator"].isin(FINDINGS).to_numpy()
    among_findings, among_others = critical_values(differences, np.array([is_finding, ~is_finding]))
    return np.where(is_finding, among_findings, among_others)


def together(table: pd.DataFrame, critical: np.ndarray) -> pd.DataFrame:
    """The table with the ends of intervals that hold together: its own ones, stretched."""
    own = half_width(1.0, table["n"].where(table["n"] > 1))
    stretched = (table["high"] - table["low"]) / 2 * np.fmax(critical / own, 1.0)
    return table.assign(together_low=table["effect"] - stretched, together_high=table["effect"] + stretched)


def runs_saved(effects: pd.DataFrame, indicator: str) -> float:
    """Runs that pairing saved in all, for the same intervals of all effects on an indicator.

    Each policy's seeds, and those of the policy compared with, once: as many as the comparison takes that
    takes most.
    """
    saved = effects.loc[effects["indicator"] == indicator, "seeds_saved"].dropna()
    return float(saved.sum() + saved.max()) if len(saved) else np.nan


def paired(
    treated: np.ndarray, untreated: np.ndarray, difference: np.ndarray | None = None
) -> tuple[float, ...]:
    """What two policies differ by, from one value a seed each.

    Args:
        treated: values of a policy.
        untreated: those of the policy that it is compared with.
        difference: between both, freed of luck; the plain one if not given.

    Returns:
        Effect, low, high, mean of the untreated, n; variance ratio of pairing, seeds that it saved, and their
        low and high; the same of controls.
    """
    difference = treated - untreated if difference is None else difference
    known = np.isfinite(difference)
    treated, untreated, difference = (each[known].astype(float) for each in (treated, untreated, difference))
    n = len(difference)
    if not n:
        return (*[np.nan] * 4, 0, *[np.nan] * 8)
    effect, plain = difference.mean(), treated - untreated
    if n == 1:
        return (effect, np.nan, np.nan, untreated.mean(), n, *[np.nan] * 8)
    half = float(half_width(difference.std(ddof=1) / np.sqrt(n), n))
    of_pairing = _saved([treated, untreated], plain)
    of_controls = _saved([plain], difference) if (plain != difference).any() else [np.nan] * 4
    return (effect, effect - half, effect + half, untreated.mean(), n, *of_pairing, *of_controls)


def _saved(without: Sequence[np.ndarray], by: np.ndarray) -> tuple[float, ...]:
    """Variance without something by that with it, and the seeds that it saved, with low and high end."""
    n, varies = len(by), by.var(ddof=1)
    ratio = sum(each.var(ddof=1) for each in without) / varies if varies > 0 else np.nan
    return (ratio, n * (ratio - 1), *(n * (end - 1) for end in _ratio_ends(without, by)))


def _ratio_ends(without: Sequence[np.ndarray], by: np.ndarray) -> tuple[float, float]:
    """Ends of the 95% interval of a variance ratio; NaN with too few seeds, or where nothing varies."""
    n = len(by)
    if n < 3:
        return np.nan, np.nan
    all_seeds, left_out = (sum(each) for each in zip(*map(_variances, without), strict=True))
    its_all, its_left_out = _variances(by)
    if not min(left_out.min(), its_left_out.min()) > 0:
        return np.nan, np.nan
    ratio, without_one = np.log(all_seeds / its_all), np.log(left_out / its_left_out)
    half = float(half_width((n - 1) * np.std(without_one, ddof=1) / np.sqrt(n), n))
    centre = n * ratio - (n - 1) * np.mean(without_one)
    return float(np.exp(centre - half)), float(np.exp(centre + half))


def _variances(values: np.ndarray) -> tuple[float, np.ndarray]:
    """Variance of all values, and without each of them in turn [n]."""
    n, squares = len(values), (values - values.mean()) ** 2
    return values.var(ddof=1), np.maximum(squares.sum() - n / (n - 1) * squares, 0.0) / (n - 2)

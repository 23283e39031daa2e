"""A pilot's design: what a trial of a policy on some councils for some months could see.

Half of the councils, drawn by lot, get the policy; what they then have at a time over the months of the trial
is compared with what the others have, both freed of what each had at its beginning. That difference varies as
councils do, which runs tell: `sd` is over councils of one run, pooled over runs and both policies. Power is
that of Student's t test at 5%, two-sided (noncentral t; Cohen 1988, Statistical Power Analysis for the
Behavioral Sciences, 2nd ed., ch. 2). Councils count as independent: where those without the policy feel what
those with it do, a trial sees less.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from analysis.dictionary import spanned
from analysis.statistics.intervals import half_width

#: What is counted, and whether only long-term partnerships are.
OUTCOMES = {"strategic": 1.0, "all": 0.0}
_LEVEL, _MOST = 0.05, 1_000_000
#: Standard errors at which any trial sees an effect.
_SURE = 35.0
#: What each column is: its unit and meaning.
MEASURED = {
    "policy": ("", "the policy"),
    "outcome": ("", "partnerships that count: strategic, or all"),
    "months": ("months", "of the trial"),
    "seed": ("", "names the run's luck; runs of one seed share it"),
    "mean": ("partnerships a council", "at a time over the months, mean over councils"),
    "variance": ("squared partnerships a council", "between councils, what each had at first taken out"),
}
COLUMNS = {
    "policy": ("", "the policy that is tried"),
    "outcome": MEASURED["outcome"],
    "months": MEASURED["months"],
    "councils": ("councils", "in the trial, half of them with the policy"),
    **spanned("effect", "partnerships a council", "that the policy adds over the months, mean over runs"),
    "sd": ("partnerships a council", "standard deviation between councils of one run"),
    "sd_runs": ("partnerships a council", "standard deviation of the effect between runs, on shared luck"),
    "smallest": (
        "partnerships a council",
        "effect that the trial would see with the power that was asked for",
    ),
    "power": ("probability", "that the trial sees the effect, if that is what the model gives"),
    "needed": ("councils", "that see the effect with the power asked for; missing where a million do not"),
}


def pilot_of(measured: pd.DataFrame, against: str, councils: Sequence[int], power: float) -> pd.DataFrame:
    """What trials of each policy could see.

    Args:
        measured: columns of `MEASURED`.
        against: the policy of those who do not get the one that is tried.
        councils: numbers of councils, 4 or more each.
        power: with which the smallest effect would be seen.

    Returns:
        A line a policy, outcome, number of months and of councils.
    """
    lines = [
        line
        for (outcome, months), part in measured.groupby(["outcome", "months"], sort=False)
        for line in _lines(part, against, councils, power, (outcome, months))
    ]
    table = pd.DataFrame(lines, columns=["outcome", "months", "policy", *[*COLUMNS][3:]])
    return table[list(COLUMNS)]


def _lines(
    part: pd.DataFrame, against: str, councils: Sequence[int], power: float, keys: tuple
) -> Iterator[tuple]:
    means = part.pivot_table(index="seed", columns="policy", values="mean", sort=False)
    variances = part.groupby("policy", sort=False)["variance"].mean()
    for policy in means.columns.drop(against):
        apart = (means[policy] - means[against]).dropna().to_numpy()
        n, effect, sd_runs = len(apart), float(apart.mean()), float(apart.std(ddof=1))
        half = float(half_width(sd_runs / np.sqrt(n), n))
        sd = float(np.sqrt((variances[policy] + variances[against]) / 2))
        needed = needed_for(effect, sd, power)
        for count in councils:
            told = (smallest_seen(power, sd, count), power_of(effect, sd, count), needed)
            yield (*keys, policy, count, effect, effect - half, effect + half, sd, sd_runs, *told)


def power_of(effect: float, sd: float, councils: float) -> float:
    """Probability that a trial of so many councils, half of them treated, sees an effect."""
    from scipy import stats

    if not sd > 0:
        return float(effect != 0)
    freedom, apart = councils - 2, min(abs(effect) / sd * np.sqrt(councils) / 2, _SURE)
    bound = stats.t.ppf(1 - _LEVEL / 2, freedom)
    wrong_way = np.nan_to_num(stats.nct.cdf(-bound, freedom, apart))  # where it is nil, it may be no number
    return float(stats.nct.sf(bound, freedom, apart) + wrong_way)


def smallest_seen(power: float, sd: float, councils: float) -> float:
    """The smallest effect that a trial of so many councils sees with a power."""
    from scipy import optimize

    if not sd > 0:
        return 0.0
    sure = 2 * _SURE * sd / np.sqrt(councils)
    return float(optimize.brentq(lambda effect: power_of(effect, sd, councils) - power, 0.0, sure))


def needed_for(effect: float, sd: float, power: float) -> float:
    """The fewest councils, an even number, of which a trial sees an effect with a power; NaN: too many."""
    if effect == 0 or power_of(effect, sd, _MOST) < power:
        return np.nan
    low, high = 2, _MOST // 2  # pairs: too few, and enough
    if power_of(effect, sd, 2 * low) >= power:
        return 2.0 * low
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if power_of(effect, sd, 2 * middle) >= power else (middle, high)
    return 2.0 * high

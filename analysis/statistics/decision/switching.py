"""Switching values: what a parameter would have to be for another policy to win, all else as it may be.

The mean difference of two policies at a value of a parameter is taken from a straight line through the points
(for words, the mean at each), so that it is an average over all other parameters. Where the line crosses zero
the order switches. All values at which the line is not told from zero at 95% are held possible, which is
Fieller's interval of the crossing, cut to the range that was looked at; nothing is said of values beyond it.
Errors are those of points that scatter unevenly about the line (White 1980, Econometrica 48(4), 817-838).

A line that is surely above zero at both ends of the range (or all words) leaves the order as it is whatever
the value; one that is surely above at one end and below at the other switches it; of others it cannot be
told. At most 5% of all switches in a table are wrong; the p value of each is that of its less sure end.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from analysis.statistics.decision.lasting import discovered
from analysis.statistics.decision.ratios import fieller
from analysis.statistics.intervals import half_width, moments

#: Fewer points, or points with a word, tell no line and no mean.
_FEWEST = 4
SWITCHES, NONE, CANNOT_TELL = "switches", "none in its range", "cannot be told"
#: What each column is: its unit and meaning.
COLUMNS = {
    "factor": ("", "the parameter"),
    "least": ("the factor's", "lowest value that was looked at"),
    "most": ("the factor's", "highest value that was looked at"),
    "switch": ("the factor's", "value at which the order switches; missing where it does not, or for words"),
    "switch_low": ("the factor's", "lowest value at which it may, at 95%, of those looked at"),
    "switch_high": ("the factor's", "highest value at which it may"),
    "wins_when": ("", "where the other policy wins: above or below the value, or the word"),
    "p": ("probability", "of so clear a switch if there was none"),
    "verdict": ("", f"{SWITCHES}, {NONE}, or {CANNOT_TELL}"),
}


class _Seen(NamedTuple):
    """What the points say of one factor: `COLUMNS` without the verdict, and whether the best always wins."""

    least: float = np.nan
    most: float = np.nan
    switch: float = np.nan
    switch_low: float = np.nan
    switch_high: float = np.nan
    wins_when: str = ""
    p: float = np.nan
    stays: bool = False


def switching_of(
    values: np.ndarray,
    factors: pd.DataFrame,
    names: Sequence[str],
    best: str,
    acting: Callable[[str], Sequence[str]],
) -> pd.DataFrame:
    """What each parameter would have to be for each other policy to beat the best.

    Args:
        values: [points, policies, seeds], NaN where a point has no more of them; more is better.
        factors: [points x factors]; numbers, or categories as strings.
        names: of the policies.
        best: the policy that wins on average.
        acting: names of the factors that can act under the best or another policy.

    Returns:
        A line an other policy and factor: `policy` (the best), `other`, and `COLUMNS`.
    """
    _, means, _ = moments(values, axis=2)
    first = means[:, list(names).index(best)]
    lines = [
        (best, other, factor, *_seen(factors[factor], first - means[:, at]))
        for at, other in enumerate(names)
        if other != best
        for factor in acting(other)
    ]
    table = pd.DataFrame(lines, columns=["policy", "other", "factor", *_Seen._fields])
    switches = discovered(table["p"].to_numpy(float))
    verdict = np.select([table["stays"], switches], [NONE, SWITCHES], CANNOT_TELL)
    told = {name: table[name].where(switches) for name in ("switch", "switch_low", "switch_high")}
    told["wins_when"] = table["wins_when"].where(switches, "")
    return table.assign(**told, verdict=verdict)[["policy", "other", *COLUMNS]]


def _seen(factor: pd.Series, difference: np.ndarray) -> _Seen:
    if not pd.api.types.is_numeric_dtype(factor) or pd.api.types.is_bool_dtype(factor):
        return _of_words(factor, difference)
    x = factor.to_numpy(float)
    least, most = x.min(), x.max()
    if least == most or len(x) < _FEWEST:
        return _Seen(least, most)
    at_least, at_most = (_line_at(end, x, difference) for end in (least, most))
    slope = (at_most - at_least) / (most - least)
    low, high = fieller(-at_least, slope, float(half_width(1.0, len(x))))
    switch = least - at_least.mean() / slope.mean() if slope.mean() else np.nan
    within = np.clip([least + low, least + high], least, most)
    stays, p = _ends([at_least, at_most])
    return _Seen(least, most, switch, *within, "above" if slope.mean() < 0 else "below", p, stays)


def _line_at(end: float, x: np.ndarray, difference: np.ndarray) -> np.ndarray:
    """The line's value at a place, as a mean of n terms that vary as each point makes it vary."""
    apart = x - x.mean()
    slope = apart @ difference / (apart @ apart)
    rest = difference - difference.mean() - slope * apart
    reach = (end - x.mean()) * apart / (apart @ apart)
    return difference.mean() + slope * (end - x.mean()) + rest * (1 + len(x) * reach)


def _of_words(factor: pd.Series, difference: np.ndarray) -> _Seen:
    """Under which word the other policy does best, if it wins there."""
    groups = {level: difference[factor == level] for level in sorted(factor.unique())}
    if len(groups) < 2 or min(map(len, groups.values())) < _FEWEST:
        return _Seen()
    stays, p = _ends(list(groups.values()))
    worst = min(groups, key=lambda level: groups[level].mean())
    return _Seen(wins_when=str(worst), p=min(1.0, p * len(groups)), stays=stays)


def _ends(places: Sequence[np.ndarray]) -> tuple[bool, float]:
    """Whether all means are surely above zero; and how likely two lie on its two sides by luck."""
    n = np.array([len(each) for each in places])
    means = np.array([each.mean() for each in places])
    errors = np.array([each.std(ddof=1) for each in places]) / np.sqrt(n)
    stays = bool((means > half_width(errors, n)).all())
    least, most = means.argmin(), means.argmax()
    if not means[least] < 0 < means[most]:
        return stays, 1.0
    with np.errstate(divide="ignore"):
        t_least, t_most = means[least] / errors[least], means[most] / errors[most]
    chances = special.stdtr(n[least] - 1, t_least), special.stdtr(n[most] - 1, -t_most)
    return stays, float(max(chances))

"""Friction: how much of what councils and researchers could have with their people and time is realised.

The value of a pair for a question is how well it fits, 0 to 1, times the chance that both would agree to it;
for a pair that is at work on it, which has agreed, that is 1. It adds up, over pairs, to the number of
questions that may be expected in hands that fit wholly; logits would not. The best that introductions could
do is the assignment of most value, of the same people and time, where nobody knows who will agree before they
meet. It grows where councils take whom they are offered, as those do that ask, and again where researchers
agree, too: then it is all that there is, by which shares are told. Each of these is at least the one before.
"""

import numpy as np
import pandas as pd

from analysis.dictionary import spanned
from analysis.statistics.intervals import ends_of, half_width
from analysis.statistics.together import critical_values

QUESTIONS, FIT = "questions at a time", "questions that fit"
#: What is counted of a run in a month.
COUNTED = {
    "questions": (QUESTIONS, "that councils have, and nobody has answered"),
    "at_work": (QUESTIONS, "that a pair is at work on"),
    "could_work": (QUESTIONS, "that pairs could be at work on, by people and time"),
    "realised": (FIT, "value of the pairs at work"),
    "by_lot": (FIT, "mean value of assignments by lot, both sides free to refuse"),
    "introduced": (FIT, "value of the best assignment, both sides free to refuse"),
    "asked": (FIT, "value of the best assignment, where councils take whom they are offered"),
    "possible": (FIT, "value of the best assignment, where all agree"),
    "blocking": (
        "pairs at a time",
        "a question and a person, such that both sides would rather have each other than what they have",
    ),
    "blocked": (QUESTIONS, "of which there is such a pair"),
}
#: What each column is of what runs are made of, a line a run and month.
ASSIGNED = {
    "policy": ("", "the policy"),
    "seed": ("", "of the run"),
    "month": ("months", "of the horizon that are over; 0: as it begins"),
    **COUNTED,
}
_POSSIBLE = "share of what is possible"
#: And of what is told of all months, or of one.
SHARES = {
    **spanned("share", _POSSIBLE, "realised by possible"),
    **spanned("lot_share", _POSSIBLE, "by_lot by possible"),
    **spanned("introduced_share", _POSSIBLE, "introduced by possible"),
    **spanned("asked_share", _POSSIBLE, "asked by possible"),
    **spanned("headroom", _POSSIBLE, "introduced less realised: for introductions that both may refuse"),
    **spanned("asked_headroom", _POSSIBLE, "asked less realised: for those that councils take"),
    **spanned("blocked_share", "share of questions", "blocked by questions"),
}
COLUMNS = {
    "policy": ("", "the policy"),
    **SHARES,
    **spanned("change", _POSSIBLE, "share, less that of the policy compared with on the same seeds"),
    "together_low": (
        _POSSIBLE,
        "low end of an interval of change that holds, at 95%, with those of all policies",
    ),
    "together_high": (_POSSIBLE, "high end of that interval"),
    **{name: (unit, f"{meaning}; mean over months and seeds") for name, (unit, meaning) in COUNTED.items()},
    "n": ("seeds", "that are known"),
}
BY_MONTH = {
    "policy": ("", "the policy"),
    "month": ASSIGNED["month"],
    **SHARES,
    "n": ("seeds", "that are known"),
}


def friction_of(assigned: pd.DataFrame, against: str) -> pd.DataFrame:
    """What each policy realises over the horizon, of what could be: columns `COLUMNS`.

    Args:
        assigned: columns of `ASSIGNED`; months after the first are of the horizon.
        against: the policy that the others are compared with.
    """
    within = assigned[assigned["month"] > 0]
    sums = within.groupby(["policy", "seed"], sort=False)[[*COUNTED]].mean()
    shares = _shares(sums)
    policies = list(assigned["policy"].unique())
    share = pd.DataFrame({policy: shares.loc[policy, "share"] for policy in policies})
    change = share.sub(share[against], axis=0).to_numpy()
    critical = critical_values(change, np.array([[policy != against for policy in policies]]))[0]
    lines = []
    for at, policy in enumerate(policies):
        apart = change[np.isfinite(change[:, at]), at]
        mean, low, high = (float(end) for end in ends_of(apart))
        stretched = (high - low) / 2 * max(np.nan_to_num(critical) / half_width(1.0, max(len(apart), 2)), 1.0)
        ends = (mean, low, high, mean - stretched, mean + stretched)
        means = sums.loc[policy].mean()[[*COUNTED]]
        lines.append((policy, *_spans(shares.loc[policy]), *ends, *means, len(apart)))
    return pd.DataFrame(lines, columns=list(COLUMNS))


def friction_by_month(assigned: pd.DataFrame) -> pd.DataFrame:
    """What each policy realises month by month: columns `BY_MONTH`."""
    lines = [
        (policy, month, *_spans(_shares(part)), len(part))
        for (policy, month), part in assigned.groupby(["policy", "month"], sort=False)
    ]
    return pd.DataFrame(lines, columns=list(BY_MONTH))


def _shares(counted: pd.DataFrame) -> pd.DataFrame:
    """Of each line, shares; unknown where there is nothing to be had."""
    possible, questions = (counted[name].where(counted[name] > 0) for name in ("possible", "questions"))
    told = {
        "share": counted["realised"] / possible,
        "lot_share": counted["by_lot"] / possible,
        "introduced_share": counted["introduced"] / possible,
        "asked_share": counted["asked"] / possible,
        "headroom": (counted["introduced"] - counted["realised"]) / possible,
        "asked_headroom": (counted["asked"] - counted["realised"]) / possible,
        "blocked_share": counted["blocked"] / questions,
    }
    return pd.DataFrame(told)


def _spans(shares: pd.DataFrame) -> tuple[float, ...]:
    """Mean, low and high end of each share, over lines that know it."""
    return tuple(float(end) for name in shares for end in ends_of(shares[name].dropna().to_numpy()))

"""Verdicts: what can be said of each policy, beside the smallest effect that matters.

An effect that is smaller than matters is no less of a finding than one that is larger: a policy whose whole
interval lies within ± the smallest effect that matters makes no difference that matters (equivalence by
interval inclusion; Schuirmann 1987, Journal of Pharmacokinetics and Biopharmaceutics 15(6), 657-680). What is
neither shown to differ from nothing nor to be that small cannot be told yet. The intervals are those of which
all in the table hold at once in 95 of 100 tables, so that the list may be read for its best and worst.
"""

import numpy as np
import pandas as pd

from analysis.statistics.best import AS_DESIGNED, EQUAL_MONEY
from analysis.tables import AT_EQUAL_MONEY, MAIN_INDICATOR

ADDS, TAKES, NO_MATTER, CANNOT_TELL = (
    "adds",
    "takes away",
    "makes no difference that matters",
    "cannot be told",
)
#: If more than one seed in twenty differed, so many would all be alike in fewer than 5 of 100 cases.
_FEWEST_ALIKE = 59
#: What each column is: its unit and meaning.
COLUMNS = {
    "policy": ("", "the policy"),
    "among": ("", "which policies it is looked at with: as designed, or at equal money"),
    "effect": ("partnerships at a time", "strategic partnerships added, on the same seeds"),
    "together_low": ("partnerships at a time", "low end of an interval that holds with all of the table"),
    "together_high": ("partnerships at a time", "high end of that interval"),
    "share": ("share of what is there", "effect by the mean of the policy compared with"),
    "smallest": ("partnerships at a time", "the smallest effect that matters, as was declared"),
    "verdict": ("", f"{ADDS}, {TAKES}, {NO_MATTER} or {CANNOT_TELL}"),
    "may_be_best": ("", "whether it may be the best of those it is looked at with, at 95%"),
    "ahead": ("share of seeds", "in which there is more than under the policy compared with"),
}


def verdicts_of(
    rows: pd.DataFrame, effects: pd.DataFrame, best: pd.DataFrame, against: str, smallest: float
) -> pd.DataFrame:
    """What can be said of each policy's effect on strategic partnerships.

    Args:
        rows: a line a run.
        effects: as `effects_of` made them of these rows.
        best: as `best_of` made it: whether each policy may be the best.
        against: the policy that the others are compared with.
        smallest: the smallest effect that matters, as a share of what is there without the policy.

    Returns:
        A line a policy, the largest effect first.
    """
    main = effects[effects["indicator"] == MAIN_INDICATOR].reset_index(drop=True)
    least = smallest * main["baseline"].abs()
    may_be_best = best[best["indicator"] == MAIN_INDICATOR].set_index("policy")["may_be_best"]
    at_equal_money = main["policy"].str.endswith(AT_EQUAL_MONEY)
    table = main.assign(
        among=np.where(at_equal_money, EQUAL_MONEY, AS_DESIGNED),
        share=main["effect"] / main["baseline"].where(main["baseline"] != 0),
        smallest=least,
        verdict=np.where(
            _never_differed(main),
            CANNOT_TELL,
            verdict(main["together_low"].to_numpy(), main["together_high"].to_numpy(), least.to_numpy()),
        ),
        may_be_best=main["policy"].map(may_be_best).astype("boolean"),
        ahead=main["policy"].map(_ahead(rows, against)),
    )
    return table[list(COLUMNS)].sort_values("effect", ascending=False, ignore_index=True, kind="stable")


def _never_differed(main: pd.DataFrame) -> pd.Series:
    """Policies of which no seed differs from another, in fewer seeds than tell that few ever would."""
    return (main["low"] == main["high"]) & (main["n"] < _FEWEST_ALIKE)


def verdict(low: np.ndarray, high: np.ndarray, smallest: np.ndarray) -> np.ndarray:
    """What an interval says, beside the smallest effect that matters; the first that holds.

    >>> verdict(np.array([-0.1, 0.1, -2, -1]), np.array([0.2, 2, -1, 1]), np.array(4 * [0.3])).tolist()
    ['makes no difference that matters', 'adds', 'takes away', 'cannot be told']
    """
    within = (low >= -smallest) & (high <= smallest)
    return np.select([within, low > 0, high < 0], [NO_MATTER, ADDS, TAKES], CANNOT_TELL)


def leading(table: pd.DataFrame) -> str:
    """The policy that an answer is about: the best of those shown to add; of all, where none is.

    Args:
        table: verdicts, the largest effect first, of policies that an answer is sought among.
    """
    adding = table[table["verdict"] == ADDS]
    return str((adding if len(adding) else table)["policy"].iloc[0])


def _ahead(rows: pd.DataFrame, against: str) -> pd.Series:
    """In what share of seeds each policy has more."""
    if MAIN_INDICATOR not in rows:
        return pd.Series(dtype=float)
    levels = rows.pivot_table(index="seed", columns="policy", values=MAIN_INDICATOR, dropna=False)
    differences = levels.sub(levels[against], axis=0).dropna(how="all", axis=1)
    return (differences > 0).sum() / differences.notna().sum()

"""Ranks: how often each policy is first, second, and so on, over assumptions and luck."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.dictionary import spanned
from analysis.statistics.resampling import resampled_counts, studentised

#: What each column is: its unit and meaning.
COLUMNS = {
    "rank": ("rank", "1 is best"),
    **spanned("share", "share", "of futures (assumptions and luck) in which the policy has this rank"),
}


def ranks_of(values: np.ndarray, names: Sequence[str]) -> pd.DataFrame:
    """How often each policy has each rank (rank acceptability).

    Args:
        values: [points, policies, seeds]; more is better.
        names: of the policies.

    Returns:
        A line a policy and rank; policies that tie share their ranks evenly. Intervals resample points.
    """
    above = (values[:, None] > values[:, :, None]).sum(axis=2)  # [points, policies, seeds]
    tied = (values[:, None] == values[:, :, None]).sum(axis=2)
    k = len(names)
    places = np.arange(k)[:, None, None, None]
    has = ((places >= above) & (places < above + tied)) / tied  # [ranks, points, policies, seeds]
    of_points = np.moveaxis(has.mean(axis=3), 0, 2).reshape(len(values), -1)  # [points, policies x ranks]
    low, high = studentised(of_points, np.vstack([*resampled_counts(len(values))]))
    return pd.DataFrame(
        {
            "policy": np.repeat(np.array(names, dtype=object), k),
            "rank": np.tile(np.arange(1, k + 1), k),
            "share": of_points.mean(axis=0),
            "share_low": low.clip(0),
            "share_high": high.clip(max=1),
        }
    )

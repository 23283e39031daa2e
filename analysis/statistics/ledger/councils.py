"""Councils: what becomes of the partnerships of each, run by run, and which councils are alike."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis.statistics.ledger.pairs import COUNTED, ENTRIES

ALL, PLACE, KIND = "all", "place", "kind"
UNIT = "of what is counted"
MEANS = {
    "without": "in all, under the policy compared with",
    "under": "in all, under the policy",
    "both": "of the same pairs under both (at the same time): deadweight",
    "new": "of pairs that are partners under the policy only",
    "earlier": "of pairs under both, before they are partners without it",
    "longer": "of pairs under both, after that; of what is no month: more often",
    "gone": "of pairs that are partners without the policy only",
    "later": "of pairs under both, before they are partners under the policy",
    "shorter": "of pairs under both, after that; of what is no month: less often",
}
#: What each column of the table is that lines are made of.
FOLLOWED = {
    "policy": ("", "the policy; half_a_percent_more is the placebo"),
    "seed": ("", "of both runs"),
    "council": ("", "row of the council"),
    "what": ("", "counted: ties formed, projects started and embedded, months active and strategic"),
    **{name: (UNIT, MEANS[name]) for name in ENTRIES},
}
#: What each column of the table of councils is.
COUNCILS = {
    "council": ("", "row of the council"),
    "name": ("", "what it is called"),
    "place": ("", "its place"),
    "kind": ("", "which kind of council it is; empty where the population does not say"),
    "x": ("km, or degrees", "where it is, or the middle of where it may be: eastward, or longitude"),
    "y": ("km, or degrees", "northward, or latitude"),
    "is_globe": ("", "whether these are degrees of longitude and latitude"),
}


def entries_of(followed: pd.DataFrame, councils: int) -> dict[str, np.ndarray]:
    """By policy, what becomes of pairs [seeds, councils, COUNTED, ENTRIES]; seeds in order."""
    found = {}
    for policy, part in followed.groupby("policy", sort=False):
        seeds, row = np.unique(part["seed"], return_inverse=True)
        entries = np.zeros((len(seeds), councils, len(COUNTED), len(ENTRIES)))
        what = pd.Categorical(part["what"], COUNTED).codes
        entries[row, part["council"], what] = part[list(ENTRIES)]
        found[str(policy)] = entries
    return found


def stacked(parts: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """One table of parts, each of columns: arrays of one length, or what all of its lines have."""
    whole: dict[str, list[np.ndarray]] = {}
    for part in parts:
        columns = np.broadcast_arrays(*map(np.atleast_1d, part.values()))
        for name, column in zip(part, columns, strict=True):
            whole.setdefault(name, []).append(column)
    return pd.DataFrame({name: np.concatenate(columns) for name, columns in whole.items()})


def groups_of(councils: pd.DataFrame) -> Iterator[tuple[str, str, np.ndarray]]:
    """Which councils are looked at: all; those of each place and kind, where there are several."""
    yield ALL, "", np.ones(len(councils), bool)
    for by in (PLACE, KIND):
        names = [name for name in councils[by].unique() if name]
        for name in names if len(names) > 1 else ():
            yield by, str(name), (councils[by] == name).to_numpy()

"""For whom: what policies add for councils of different kinds, with intervals that allow for looking at many.

Councils are told apart by what they are like as the horizon begins: thirds of a run by size, by time for
partnerships and by distance to the nearest university; with and without a partner; and their place and kind,
where the population says.
"""

from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np
import pandas as pd

from analysis.dictionary import spanned
from analysis.statistics.intervals import ends_of, half_width
from analysis.statistics.ledger.councils import FOLLOWED, entries_of, groups_of
from analysis.statistics.ledger.pairs import COUNTED, ENTRIES, GAINED, LOST
from analysis.statistics.together import critical_values

TRAITS = ("people", "capacity", "distance", "partners")
_UNIT = "partnerships at a time, a council"
#: What each column of the table is that says what councils are like.
TRAITED = {
    "seed": FOLLOWED["seed"],
    "council": FOLLOWED["council"],
    "people": ("people", "who live there"),
    "capacity": ("days a month", "that it can give to working with researchers"),
    "distance": ("km", "to the nearest university"),
    "partners": ("partnerships", "that it has as the horizon begins"),
}
#: What is looked at, and the thirds of it from the least to the most.
_THIRDS = {
    "people": ("small", "middling", "large"),
    "capacity": ("little time", "middling", "much time"),
    "distance": ("near", "middling", "far"),
}
_PARTNERS = ("none before", "some before")
#: What each column is: its unit and meaning.
COLUMNS = {
    "policy": FOLLOWED["policy"],
    "what": ("", "partnerships (active), or strategic ones alone"),
    "by": ("", "by which councils are told apart: all, people, capacity, distance, partners, place or kind"),
    "group": ("", "which of them"),
    "councils": ("councils", "a run, in the group"),
    "without": (_UNIT, "under the policy compared with"),
    **spanned("added", _UNIT, "by the policy, on the same seeds"),
    "together_low": (_UNIT, "low end of an interval that holds with those of all groups of the policy"),
    "together_high": (_UNIT, "high end of it"),
    "left_out": ("share of councils", "without any partnership over the horizon, under the policy"),
    "left_out_without": ("share of councils", "the same under the policy compared with"),
    "n": ("seeds", "on which runs were followed"),
}
_MONTHLY = ("active", "strategic")


def for_whom(
    followed: pd.DataFrame, traits: pd.DataFrame, councils: pd.DataFrame, months: int
) -> pd.DataFrame:
    """What each policy adds for whom: a line a policy, kind of partnership and group of councils.

    Args:
        followed: a line a policy, seed, council and what is counted.
        traits: a line a seed and council (columns TRAITED); of every seed that `followed` has.
        councils: a line a council, in order.
        months: of the horizon; with 0 nothing can be said.
    """
    groups_on = cache(lambda *seeds: list(_groups(traits, np.array(seeds), councils)))
    parts = []
    for policy, part in followed.groupby("policy", sort=False) if months else ():
        (entries,) = entries_of(part, len(councils)).values()
        groups = groups_on(*np.unique(part["seed"]))  # nearly always the same
        parts += [_lines(entries, groups, what, months).assign(policy=policy) for what in _MONTHLY]
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)] if parts else pd.DataFrame(columns=[*COLUMNS])


def _groups(
    traits: pd.DataFrame, seeds: np.ndarray, councils: pd.DataFrame
) -> Iterator[tuple[str, str, np.ndarray]]:
    """Which councils are in each group, run by run [seeds, councils]."""
    n = len(councils)
    whole, *parts = (
        (by, group, np.tile(chosen, (len(seeds), 1))) for by, group, chosen in groups_of(councils)
    )
    yield whole
    own = traits.set_index(["seed", "council"]).reindex(pd.MultiIndex.from_product([seeds, range(n)]))
    for by, names in _THIRDS.items() if n >= len(_THIRDS) else ():
        rank = own[by].to_numpy().reshape(-1, n).argsort(axis=1, kind="stable").argsort(axis=1)
        yield from ((by, name, rank * len(names) // n == k) for k, name in enumerate(names))
    has_partners = own["partners"].to_numpy().reshape(-1, n) > 0
    yield from (("partners", name, has_partners == bool(k)) for k, name in enumerate(_PARTNERS))
    yield from parts


def _lines(
    entries: np.ndarray, groups: Sequence[tuple[str, str, np.ndarray]], what: str, months: int
) -> pd.DataFrame:
    """Lines of one policy and kind of partnership; groups that no run has are left out."""
    by_entry = dict(zip(ENTRIES, np.moveaxis(entries[:, :, COUNTED.index(what)], -1, 0), strict=True))
    gained, lost = (np.sum([by_entry[name] for name in names], axis=0) for names in (GAINED, LOST))
    under, without = by_entry["both"] + gained, by_entry["both"] + lost
    groups = [group for group in groups if group[2].any()]
    added = np.column_stack([_mean(gained - lost, chosen) / months for _, _, chosen in groups])
    critical = float(critical_values(added, np.ones((1, len(groups)), bool))[0])
    levels = (without / months, under == 0, without == 0)
    found = [
        (*names, chosen.sum(axis=1).mean(), *(np.nanmean(_mean(each, chosen)) for each in levels), *effect)
        for (*names, chosen), effect in zip(
            groups, (_effect(each, critical) for each in added.T), strict=True
        )
    ]
    ends = [f"{name}_{end}" for name in ("added", "together") for end in ("low", "high")]
    names = ["by", "group", "councils", "without", "left_out", "left_out_without", "added", *ends, "n"]
    return pd.DataFrame(found, columns=names).assign(what=what)


def _effect(added: np.ndarray, critical: float) -> tuple[float, ...]:
    """Mean over seeds, ends of its own interval and of one that holds with the others, and how many seeds."""
    known = added[np.isfinite(added)]
    mean, low, high = (float(each) for each in ends_of(known))
    own = float(half_width(1.0, len(known))) if len(known) > 1 else np.nan
    half = (high - low) / 2 * float(np.fmax(critical / own, 1.0))
    return mean, low, high, mean - half, mean + half, len(known)


def _mean(values: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Mean over the councils of a group, run by run [seeds]; NaN where a run has none."""
    n = chosen.sum(axis=1)
    return np.divide((values * chosen).sum(axis=1), n, out=np.full(len(n), np.nan), where=n > 0)

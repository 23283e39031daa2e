"""Lines of the ledger: what each policy really adds, in the words of the Green Book (HM Treasury 2022, 5).

*Deadweight* would be there without the policy. Shared luck does not stop reshuffling: who meets whom
differs wherever anything does. So what a council gains with one partner and loses with another is told apart
from what it has more of: with another partner, or at another time, is not *additional*. *Displacement* is
what other councils lose, *leakage* what is additional out of the places that a policy is meant for. The line
of a placebo says how much of all that comes about by itself.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.dictionary import spanned
from analysis.statistics.decision.ratios import fieller
from analysis.statistics.intervals import ends_of, half_width
from analysis.statistics.ledger.councils import FOLLOWED, MEANS, UNIT, entries_of, groups_of, stacked
from analysis.statistics.ledger.pairs import COUNTED, ENTRIES, GAINED, LOST

_SPANNED = {
    "gained": "new, earlier and longer",
    "lost": "gone, later and shorter",
    "swapped": "gained by councils that lose as much, with another partner or at another time: deadweight",
    "additional": "gained by councils beyond what they lose",
    "displaced": "lost by councils beyond what they gain: displacement",
    "leaked": "additional out of the places that policies are meant for: leakage",
    "net": "gained less lost, which is additional less displaced, and the difference of the indicators",
}
#: What each column is: its unit and meaning. Numbers are means over runs, of the whole horizon.
COLUMNS = {
    **{name: FOLLOWED[name] for name in ("policy", "what")},
    "by": ("", "all, or by which the councils of the group are alike: place or kind"),
    "group": ("", "which place or kind"),
    "n": ("seeds", "on which runs were followed"),
    **{name: (UNIT, f"a run: {meaning}") for name, meaning in MEANS.items()},
    **{key: each for name, told in _SPANNED.items() for key, each in spanned(name, UNIT, told).items()},
    "share": ("share", "net, by what there is under the policy compared with"),
    **spanned("instead", "share", "lost by gained: how much of what is gained takes the place of something"),
}


def ledger_of(followed: pd.DataFrame, councils: pd.DataFrame, meant: Sequence[str] = ()) -> pd.DataFrame:
    """What becomes of partnerships under each policy: a line a policy, what is counted, and group.

    Args:
        followed: a line a policy, seed, council and what is counted (columns FOLLOWED). A council without
            anything may be left out, but not all of a run's.
        councils: a line a council, in order (columns COUNCILS).
        meant: places that policies are meant for; none: all of them.
    """
    is_meant = councils["place"].isin(meant).to_numpy() if len(meant) else np.ones(len(councils), bool)
    groups = list(groups_of(councils))
    found = stacked(
        {**_lines(entries[:, chosen], is_meant[chosen]), "policy": policy, "by": by, "group": group}
        for policy, entries in entries_of(followed, len(councils)).items()
        for by, group, chosen in groups
    )
    return found.reindex(columns=list(COLUMNS))


def _lines(entries: np.ndarray, is_meant: np.ndarray) -> dict[str, Any]:
    """Lines of one policy and group, one for each thing that is counted."""
    n = len(entries)
    by_council = dict(zip(ENTRIES, np.moveaxis(entries, -1, 0), strict=True))
    gained, lost = (sum(by_council[name] for name in names) for names in (GAINED, LOST))
    assert not isinstance(gained, int)
    assert not isinstance(lost, int)
    swapped = np.minimum(gained, lost)
    additional, displaced = gained - swapped, lost - swapped
    values = {
        **by_council,
        "without": by_council["both"] + lost,
        "under": by_council["both"] + gained,
        "gained": gained,
        "lost": lost,
        "swapped": swapped,
        "additional": additional,
        "displaced": displaced,
        "leaked": additional * ~is_meant[:, None],
        "net": gained - lost,
    }
    runs = {name: each.sum(axis=1) for name, each in values.items()}
    found = {"what": list(COUNTED), "n": n, **{name: each.mean(axis=0) for name, each in runs.items()}}
    for name in _SPANNED:
        _, found[f"{name}_low"], found[f"{name}_high"] = ends_of(runs[name])
    found["share"] = _ratio(found["net"], found["without"])
    return found | _instead(runs["lost"], runs["gained"])


def _instead(lost: np.ndarray, gained: np.ndarray) -> dict[str, np.ndarray]:
    """The share of what is gained that takes the place of something, by Fieller's theorem."""
    reach = float(half_width(1.0, len(lost))) if len(lost) > 1 else np.nan
    share = _ratio(lost.mean(axis=0), gained.mean(axis=0))
    ends = np.array([fieller(lost[:, k], gained[:, k], reach) for k in range(lost.shape[1])])
    return {"instead": share, "instead_low": ends[:, 0], "instead_high": ends[:, 1]}


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Not a number where there is no whole."""
    return np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)

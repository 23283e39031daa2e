"""Meetings: where ties end that lead to no project, one reason for each, so that they add up to all."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.dictionary import spanned
from analysis.statistics.intervals import ends_of
from analysis.statistics.ledger.councils import FOLLOWED, groups_of, stacked
from analysis.statistics.ledger.pairs import ACTIVE, HAPPENS, Lives

#: What becomes of a tie that forms, up to its first project.
FATES = ("project", "scoping", "waiting", "bid_lost", "left", "under_way")
#: Those that lead nowhere.
NOWHERE = FATES[1:-1]
MEANINGS = {
    "project": "a project begins",
    "scoping": "it falls asleep while the two explore the question, for want of time or interest",
    "waiting": "it falls asleep while it looks for money: no call, no bid, or none decided yet",
    "bid_lost": "it gives up after a bid that lost",
    "left": "the researcher leaves",
    "under_way": "neither has happened by the end",
}
_DECIDES = {"lapsed": "scoping", "gave_up": "bid_lost", "departed": "left"}
_BY_TURN = np.array([FATES.index(_DECIDES[name]) if name in _DECIDES else -1 for name in HAPPENS])
#: What each column of the table is that lines are made of.
FATED = {
    **{name: FOLLOWED[name] for name in ("policy", "seed", "council")},
    **{fate: ("ties", f"formed, of which {meaning}") for fate, meaning in MEANINGS.items()},
}
#: What each column of the table of reasons is.
COLUMNS = {
    **{name: FOLLOWED[name] for name in ("policy",)},
    "by": ("", "all, or by which the councils of the group are alike: place or kind"),
    "group": ("", "which place or kind"),
    "fate": (
        "",
        f"what becomes of a tie formed: {'; '.join(f'{k}: {told}' for k, told in MEANINGS.items())}",
    ),
    "n": ("seeds", "on which runs were followed"),
    **spanned("ties", "ties", "a run, over the horizon; of all fates together, the ties formed"),
    **spanned("more", "ties", "beyond those without the policy, on the same seeds"),
    "share": ("share", "of the ties formed"),
    "of_more": ("share", "of the ties that form beyond those without the policy; missing if none do"),
    "nowhere": ("share", "of the ties that lead nowhere; missing for a project, and what is under way"),
}


def fates_of(lives: Lives, councils: int) -> np.ndarray:
    """What becomes of the ties that form in the horizon [councils, FATES]."""
    lives = lives.sorted()
    turn, tie = lives.happens, lives.tie
    starts = lives.state == ACTIVE
    formed, ready = lives.are("formed"), lives.are("ready")
    counts = np.flatnonzero(formed | ready | starts | (_BY_TURN[turn] >= 0))
    fate = np.where(starts, 0, _BY_TURN[turn])[counts]
    is_formed, is_ready, tie = formed[counts], ready[counts], np.append(tie[counts], [-1, -1])
    at = np.flatnonzero(is_formed & (lives.month[counts] >= 0))
    after = np.append(np.where(is_formed, -1, fate), [-1, -1])
    was_ready = np.append(is_ready, [False, False])[at + 1] & (tie[at + 1] == tie[at])
    decided = at + 1 + was_ready
    found = np.where(tie[decided] == tie[at], after[decided], -1)
    found = np.where((found == FATES.index("scoping")) & was_ready, FATES.index("waiting"), found)
    by_council = np.zeros((councils, len(FATES)))
    np.add.at(by_council, (lives.council[counts][at], found), 1)
    return by_council


def reasons_of(fated: pd.DataFrame, councils: pd.DataFrame, against: str) -> pd.DataFrame:
    """Where ties end: a line a policy, group and fate.

    Args:
        fated: a line a policy, seed and council (columns FATED). A council without a tie may be left out, but
            not all of a run's.
        councils: a line a council, in order.
        against: the policy that the others are compared with; `fated` has it on all seeds of the others.
    """
    found = tallied(_by_policy(fated, len(councils)), councils, against, FATES, NOWHERE)
    return found.rename(columns=_OF_TIES).reindex(columns=list(COLUMNS))


_OF_TIES = {"what": "fate", "times": "ties", "times_low": "ties_low", "times_high": "ties_high"}
#: How often what happens, by policy and seed [councils, names].
type Tallies = dict[str, dict[int, np.ndarray]]


def _by_policy(fated: pd.DataFrame, councils: int) -> Tallies:
    """Ties by policy and seed [councils, FATES]."""
    ties = fated[list(FATES)].to_numpy(float)
    return by_run(fated, (councils, len(FATES)), slice(None), (fated["council"].to_numpy(int),), ties)


def by_run(
    lines: pd.DataFrame,
    shape: tuple[int, ...],
    told: np.ndarray | slice,
    places: tuple[np.ndarray, ...],
    times: np.ndarray,
) -> Tallies:
    """How often what happens, by policy and seed, of lines that each have one of both.

    Args:
        lines: of all runs.
        shape: of what is known of a run.
        told: those of the lines that tell of it.
        places: where in that.
        times: and what they tell.
    """
    policy, policies = pd.factorize(lines["policy"])
    seed, seeds = pd.factorize(lines["seed"])
    known = np.zeros((len(policies), len(seeds), *shape))
    known[(policy[told], seed[told], *places)] = times
    is_there = np.zeros(known.shape[:2], bool)
    is_there[policy, seed] = True
    return {
        str(name): {int(seeds[at]): own[at] for at in np.flatnonzero(there)}
        for name, own, there in zip(policies, known, is_there, strict=True)
    }


def tallied(
    tallies: Tallies, councils: pd.DataFrame, against: str, names: Sequence[str], nowhere: Sequence[str]
) -> pd.DataFrame:
    """How often what happens, and beyond what happens without the policy: a line a policy, group and name.

    Args:
        tallies: of names.
        councils: a line a council, in order.
        against: the policy that the others are compared with; it is there on all seeds of the others.
        names: of what happens.
        nowhere: those of them that lead nowhere.
    """
    without = tallies.get(against, {})
    groups = list(groups_of(councils))
    return stacked(
        {**_lines(own, without, chosen, names, nowhere), "policy": policy, "by": by, "group": group}
        for policy, own in tallies.items()
        for by, group, chosen in groups
    )


def _lines(
    own: dict[int, np.ndarray],
    without: dict[int, np.ndarray],
    chosen: np.ndarray,
    names: Sequence[str],
    nowhere: Sequence[str],
) -> dict[str, Any]:
    times = np.array([each[chosen].sum(axis=0) for each in own.values()])
    both = [seed for seed in own if seed in without]
    more = np.array([(own[seed] - without[seed])[chosen].sum(axis=0) for seed in both])
    more = more.reshape(-1, len(names))
    mean, low, high = ends_of(times)
    found = {"what": list(names), "n": len(times), "times": mean, "times_low": low, "times_high": high}
    found |= dict(zip(("more", "more_low", "more_high"), ends_of(more), strict=True))
    is_nowhere = np.isin(names, nowhere)
    in_vain = mean[is_nowhere].sum()
    added = more.mean(axis=0) if len(more) else np.zeros(len(names))
    return found | {
        "of_more": added / added.sum() if added.sum() > 0 else np.nan,
        "share": mean / mean.sum() if mean.sum() else np.nan,
        "nowhere": np.where(is_nowhere, mean / in_vain, np.nan) if in_vain else np.nan,
    }

"""Following: the runs of a comparison from which the ledger is made, with a placebo beside them."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from analysis.asked import PLACEBO
from analysis.statistics.ledger.councils import COUNCILS, FOLLOWED
from analysis.statistics.ledger.meetings import FATED, FATES
from analysis.statistics.ledger.pairs import COUNTED, ENTRIES
from analysis.statistics.ledger.unmet import MEETING, NEED, SUCCESS, UNMET
from analysis.statistics.ledger.whom import TRAITED, TRAITS
from experiments.rows.mixed import Mixed
from experiments.rows.plan import Plan
from experiments.rows.store import lines_on
from experiments.running.following import Followed, followed
from experiments.study.money.costs import MONEY_FOR_GRANTS
from experiments.study.study import Study
from model.parameters import LEVERS
from model.policy import Dated, Policy
from model.population import Population
from model.reasons import NAMES

_MORE = 1.005


def placebo_of(policy: Policy) -> Policy:
    """A policy that does hardly anything beyond another: half a percent more money for grants."""
    dated = policy.levers.get(MONEY_FOR_GRANTS, Dated(LEVERS[MONEY_FOR_GRANTS].default))
    more = replace(dated, value=_MORE * float(dated.value))
    if isinstance(more, Mixed):
        more = replace(more, other=_MORE * float(more.other))
    return Policy(PLACEBO, {**policy.levers, MONEY_FOR_GRANTS: more}, "what luck alone reshuffles")


def following(study: Study, plan: Plan) -> Plan | None:
    """What is followed, on some seeds of a comparison; None if nothing is compared, or it is not wanted."""
    settings = study.settings
    if not settings.ledger.seeds or not settings.has_effects:
        return None
    policies = (*plan.policies, placebo_of(against_of(study, plan)))
    return replace(plan, policies=policies, seeds=plan.seeds[: settings.ledger.seeds])


def against_of(study: Study, plan: Plan) -> Policy:
    """The policy that others are held against."""
    return next(policy for policy in plan.policies if policy.name == study.settings.against)


def follow(study: Study, plan: Plan) -> dict[tuple[str, int], Followed]:
    """What runs that are followed tell, by policy and seed; nothing, if none are. The store keeps it.

    Raises:
        Unfinished: if someone stopped it; the user has been told how to go on.
    """
    if (followed_plan := following(study, plan)) is None:
        return {}
    found, failures = followed(study.filler, followed_plan, against_of(study, plan))
    if failures:
        study.notes.append(f"{len(failures):,} runs failed that were to be followed: the ledger lacks them.")
        study.notes.extend(lines_on(failures)[:-1])
    return found


def followed_of(study: Study, plan: Plan) -> dict[str, pd.DataFrame]:
    """What becomes of pairs and ties in runs that are followed, as tables by name; none, if none are.

    Councils without anything are left out, but for the first, by whose lines a run is known to be there.

    Raises:
        Unfinished: as of `follow`.
    """
    if following(study, plan) is None:
        return {}
    found = follow(study, plan)
    own = [key for key in found if key[0] == study.settings.against]
    others = [key for key in found if key[0] != study.settings.against]
    return {
        "followed": _joined(FOLLOWED, (_pairs(*key, found[key].pairs) for key in others)),
        "fated": _joined(FATED, (_ties(*key, each.ties) for key, each in found.items())),
        "unmet": _joined(UNMET, (_unmet(*key, each.reasons) for key, each in found.items())),
        "traits": _joined(TRAITED, (_traits(key[1], found[key].traits) for key in own)),
    }


#: Columns of a run's lines: arrays of one length, or what all lines have.
type _Lines = dict[str, Any]


def _joined(columns: Iterable[str], parts: Iterable[_Lines]) -> pd.DataFrame:
    """The lines of all runs, as one table; it has its columns without a line, too."""
    runs = list(parts)
    if not runs:
        return pd.DataFrame(columns=list(columns))
    lengths = [len(run["council"]) for run in runs]
    return pd.DataFrame(
        {
            name: np.concatenate(
                [np.broadcast_to(np.asarray(run[name]), n) for run, n in zip(runs, lengths, strict=True)]
            )
            for name in columns
        }
    )


def _pairs(policy: str, seed: int, entries: np.ndarray) -> _Lines:
    """One run's lines, of numbers [councils, COUNTED, ENTRIES]."""
    is_there = entries.any(axis=2)
    is_there[0] = True
    council, what = np.nonzero(is_there)
    names = {"policy": policy, "seed": seed, "council": council, "what": np.array(COUNTED)[what]}
    return {**names, **dict(zip(ENTRIES, entries[council, what].T.astype(int), strict=True))}


def _ties(policy: str, seed: int, ties: np.ndarray) -> _Lines:
    """One run's lines, of numbers [councils, FATES]."""
    is_there = ties.any(axis=1)
    is_there[0] = True
    council = np.flatnonzero(is_there)
    names = {"policy": policy, "seed": seed, "council": council}
    return {**names, **dict(zip(FATES, ties[council].T.astype(int), strict=True))}


def _unmet(policy: str, seed: int, reasons: np.ndarray) -> _Lines:
    """One run's lines, of numbers [councils, NEED and MEETING, NAMES]."""
    is_there = reasons > 0
    is_there[0, 0, NAMES.index(SUCCESS[NEED])] = True
    council, of, why = np.nonzero(is_there)
    content = {
        "of": np.array([NEED, MEETING])[of],
        "reason": np.array(NAMES)[why],
        "times": reasons[council, of, why].astype(int),
    }
    return {"policy": policy, "seed": seed, "council": council, **content}


def _traits(seed: int, traits: np.ndarray) -> _Lines:
    """One seed's lines, of numbers [councils, TRAITS]."""
    return {"seed": seed, "council": np.arange(len(traits)), **dict(zip(TRAITS, traits.T, strict=True))}


def councils_of(population: Population) -> pd.DataFrame:
    """The councils of a population: columns of COUNCILS."""
    n = len(population.councils)
    content: dict = {
        "council": np.arange(n),
        "name": population.council_names or [f"council {c + 1}" for c in range(n)],
        "place": [population.places[place] for place in population.councils["place"]],
        "kind": population.council_kinds or [""] * n,
        "x": population.councils["x"],
        "y": population.councils["y"],
        "is_globe": population.geographic,
    }
    return pd.DataFrame(content, columns=list(COUNCILS))

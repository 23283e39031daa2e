"""Robustness: which policy is good whatever the parameters are."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.asked import Asked
from analysis.dictionary import Dictionary
from analysis.statistics import discovery, regret
from analysis.statistics.decision import ranks
from analysis.studies.assumptions import FEWEST_POINTS, NET_BENEFIT, TABLES, add_in_pounds, of_assumptions
from analysis.studies.found import FACTOR, PAIR, RESPONSE, Found, Statistics, known_pieces
from analysis.studies.values import RUN, labelled, responses_of, rows_in, stacked, values_of, with_luck
from analysis.tables import COST, MAIN_INDICATOR, BadFolder

#: What policies are ranked by: regret that is seldom exceeded, and that one run does not decide.
RANKED_BY = "p90_regret"


def _robustness(folder: Path, asked: Asked, columns: Dictionary) -> Found:
    """Which policy is good whatever the parameters are."""
    wanted = [*RUN, *asked.points.factors, *with_luck(asked.responses, asked)]
    rows = rows_in(folder, [*wanted, COST] if asked.worth else wanted)
    points = rows.drop_duplicates("point").set_index("point")[list(asked.points.factors)]
    values = responses_of(rows, asked)
    found, parts = Found(), []
    for column, response in enumerate(asked.responses):
        if not (better := columns.better(response)):
            raise BadFolder(f"{folder}: of {response}, it is not known whether more or less is better")
        levels = values[..., column].swapaxes(1, 2)
        known = known_pieces(found, response, levels, "points", FEWEST_POINTS)
        at = points.loc[np.flatnonzero(known)].reset_index(drop=True)
        summary = {"better": better, "points": len(at), "replicates": levels.shape[2]}
        robust = _robust(better * levels[known], at, asked, response)
        parts.append(labelled(robust | {"summary": pd.DataFrame([summary])}, response=response))
    found.tables.update(stacked(parts))
    if asked.worth and MAIN_INDICATOR in asked.responses:
        levels = values[..., list(asked.responses).index(MAIN_INDICATOR)].swapaxes(1, 2)
        costs = values_of(rows, asked, [COST])[..., 0].swapaxes(1, 2)
        known = known_pieces(found, NET_BENEFIT, levels + costs, "points", FEWEST_POINTS)
        at = points.loc[np.flatnonzero(known)].reset_index(drop=True)
        add_in_pounds(found, levels[known], costs[known], at, asked, asked.policies)
    return found


def _robust(values: np.ndarray, points: pd.DataFrame, asked: Asked, response: str) -> dict[str, pd.DataFrame]:
    """Regret, contests, and where the best policy by regret loses its place to each other one."""
    names = asked.policies
    regrets = regret.regret(values, names).sort_values([f"{RANKED_BY}_rank", "mean_rank"], ignore_index=True)
    best, *others = regrets["policy"]

    def against_each(of_pair: Any) -> pd.DataFrame:
        parts = [
            of_pair(
                values, points[asked.points.acting(response, (best, other))], names, (best, other)
            ).assign(policy=best, other=other)
            for other in others
        ]
        return pd.concat(parts, ignore_index=True)

    return {
        "regret": regrets,
        "beats": regret.beats(values, names),
        "ranks": ranks.ranks_of(values, names),
        **of_assumptions(values, points, asked, response, best),
        "flips": against_each(discovery.flips),
        "importance": against_each(discovery.importance),
    }


ROBUSTNESS = Statistics(
    "robustness",
    _robustness,
    {
        "summary": {
            **RESPONSE,
            "better": ("", "which direction of the response is better: 1 more, -1 less"),
            "points": ("points", "at which it is known"),
            "replicates": ("seeds", "at each point"),
        },
        "regret": {**PAIR, **regret.COLUMNS},
        "beats": {**PAIR, **regret.BEATS},
        "ranks": {"policy": ("", "the policy"), **RESPONSE, **ranks.COLUMNS},
        "flips": {**PAIR, **discovery.FLIPS},
        "importance": {**PAIR, **FACTOR, **discovery.IMPORTANCE},
        **TABLES,
    },
)

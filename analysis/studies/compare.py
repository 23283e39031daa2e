"""Comparison: what each policy is worth, and what that hangs on."""

from collections.abc import Container
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from analysis import tables
from analysis.asked import Asked, Points
from analysis.dictionary import Dictionary
from analysis.statistics import best, effects, survival
from analysis.statistics.controls import freed_rows
from analysis.statistics.decision import costs, frontier, lasting, posterior, verdicts, yearly
from analysis.statistics.evidence import mechanisms
from analysis.statistics.ledger import councils, lines, meetings, unmet, whom
from analysis.studies.answering import answered_from, compares
from analysis.studies.assumptions import FEWEST_POINTS, TABLES, add_in_pounds, of_assumptions, rivals_of
from analysis.studies.found import Found, Statistics, TooFew, known_pieces
from analysis.studies.questions.mechanisms import add_without
from analysis.studies.values import labelled, rows_in
from analysis.tables import COST, MAIN_INDICATOR, BadFolder

#: Rows of a comparison over points that fit what is known.
OVER_POSTERIOR = "posterior"
#: Rows of a comparison's best policy where mechanisms are off, one at a time; in few seeds, to choose them.
WITHOUT, TRIED = "without", "tried"


def _compared(folder: Path, asked: Asked, columns: Dictionary) -> Found:
    """What rows say, and what months say where the folder has them."""
    rows = rows_in(folder)
    if compares(asked) and _tells_nothing(rows, asked):
        raise BadFolder(
            f"{folder / 'rows.parquet'}: lacks the runs of all policies that are compared but one"
        )
    over = tables.table(folder, OVER_POSTERIOR)
    is_told = over is None or not _tells_nothing(over, asked)
    found = compared(rows, asked, columns, over if is_told else None)
    if not found.tables:
        return found
    if not is_told:
        found.notes.append("No policy can be compared over the posterior: too many runs failed there.")
    by_year = tables.table(folder, "by_year", tuple(yearly.COLUMNS))
    if by_year is not None and len(by_year):
        found.tables["discounted"] = costs.discounted(by_year, asked.discount)
    survived = tables.table(folder, "survival")
    if survived is not None and {"at_risk", "ended"} <= set(survived):  # older folders lack them
        found.tables["lasting"] = lasting.lasting_of(survived, asked.against)
    found.tables.update(_followed(folder, asked))
    _say_what_it_hangs_on(found, folder, asked)
    return found


def _say_what_it_hangs_on(found: Found, folder: Path, asked: Asked) -> None:
    """Add what is left of the best without each rule, and how these were chosen, where the folder has it."""
    columns = ("point", "policy", "seed", MAIN_INDICATOR)
    tried, without = (tables.table(folder, name, columns) for name in (TRIED, WITHOUT))
    if asked.tried and tried is not None and not _tells_nothing(tried, asked):
        found.tables["sifted"] = mechanisms.sifted_of(
            tried, asked.tried, asked.against, MAIN_INDICATOR, asked.mechanisms
        )
    if not asked.mechanisms or without is None:
        return
    if _tells_nothing(without, asked):
        found.notes.append(
            "What the best policy hangs on cannot be told: too many runs failed without rules."
        )
        return
    policies = list(without["policy"].unique())
    try:
        add_without(found, without, replace(asked, responses=[MAIN_INDICATOR], policies=policies))
    except TooFew as error:
        found.notes.append(str(error))


def _tells_nothing(rows: pd.DataFrame, asked: Asked) -> bool:
    """Whether runs are there of no two policies that are compared."""
    there = set(rows["policy"])
    return asked.against not in there or len(there) < 2


def _followed(folder: Path, asked: Asked) -> dict[str, pd.DataFrame]:
    """What pairs tell that were followed from policy to policy, where the folder has them."""
    followed = tables.table(folder, "followed", tuple(councils.FOLLOWED))
    fated = tables.table(folder, "fated", tuple(meetings.FATED))
    whose = tables.table(folder, "councils", tuple(councils.COUNCILS))
    traits = tables.table(folder, "traits", tuple(whom.TRAITED))
    if followed is None or fated is None or whose is None or whose.empty or traits is None:
        return {}
    if unknown := set(followed["council"]) - set(whose["council"]):
        raise BadFolder(f"{folder / 'councils.parquet'}: lacks {len(unknown)} councils that others tell of")
    explained = tables.table(folder, "unmet", tuple(unmet.UNMET))
    more = {} if explained is None else {"why_not": unmet.why_not(explained, whose, asked.against)}
    return more | {
        "for_whom": whom.for_whom(followed, traits, whose, asked.months),
        "ledger": lines.ledger_of(followed, whose, asked.meant),
        "reasons": meetings.reasons_of(fated, whose, asked.against),
    }


def compared(
    rows: pd.DataFrame, asked: Asked, columns: Dictionary, over: pd.DataFrame | None = None
) -> Found:
    """As `answered`; and which policies are worth their money, and what would change that."""
    if not compares(asked):
        return Found()
    freed = freed_rows(rows, asked.against, asked.controls)
    found = answered_from(rows, freed, asked, columns, over)
    found.tables.update(_weighed(freed, found.tables["costs"], asked))
    if over is not None and asked.over:
        try:
            _assume_over(found, over, asked, asked.over)
        except TooFew as error:
            found.notes.append(str(error))
    return found


def _assume_over(found: Found, over: pd.DataFrame, asked: Asked, points: Points) -> None:
    """Add what the points that fit as well do to each policy's effect on strategic partnerships."""
    controls = {MAIN_INDICATOR: asked.controls.get(MAIN_INDICATOR, ())}
    values, policies, numbers = posterior.levels_of(over, (MAIN_INDICATOR, COST), controls)
    values = values.transpose(3, 0, 2, 1)  # [indicators, points, policies, seeds]
    values = np.where(np.isfinite(values).all(axis=(0, 2), keepdims=True), values, np.nan)
    is_run = np.isfinite(values[0]).any(axis=2)
    known = known_pieces(
        found, f"{MAIN_INDICATOR}, over the posterior", np.where(is_run, 0.0, np.nan), "points", FEWEST_POINTS
    )
    table = over.drop_duplicates("point").set_index("point")[list(points.factors)]
    at = table.loc[numbers[known]].reset_index(drop=True)
    there = replace(asked, points=points, policies=policies.tolist())
    leader = _leader(found.tables["verdicts"], there.policies)
    levels, costs = values[:, known]
    assumed = of_assumptions(levels, at, there, MAIN_INDICATOR, leader)
    found.tables.update(labelled(assumed, response=MAIN_INDICATOR))
    if asked.worth:
        add_in_pounds(found, levels, costs, at, there, rivals_of(there, leader))


def _leader(decided: pd.DataFrame, among: Container[str]) -> str:
    """The policy that does best, at equal money where there are such."""
    there = decided[decided["policy"].isin(among)]
    equal = there[there["among"] == best.EQUAL_MONEY]
    return str((equal if len(equal) else there)["policy"].iloc[0])


def _weighed(freed: pd.DataFrame, of_costs: pd.DataFrame, asked: Asked) -> dict[str, pd.DataFrame]:
    """Which policies are worth their money, by themselves and beside each other."""
    return {
        "break_even": costs.break_even(freed, of_costs, asked.against, asked.months / 12, asked.worth),
        "frontier": frontier.frontier_of(freed, asked.against, max(asked.months, 1) / 12),
    }


COMPARE = Statistics(
    "compare",
    _compared,
    {
        "effects": {
            **effects.COLUMNS,
            "misses_sum": ("", "whether the policy is one at equal money, and costs something else"),
            **posterior.COLUMNS,
        },
        "fresh": effects.COLUMNS,
        "best": best.COLUMNS,
        "verdicts": verdicts.COLUMNS,
        "costs": costs.COLUMNS,
        "break_even": costs.BREAK_EVEN,
        "by_year": yearly.COLUMNS,
        "frontier": frontier.COLUMNS,
        "lasting": lasting.COLUMNS,
        "discounted": costs.DISCOUNTED,
        "ledger": lines.COLUMNS,
        "followed": councils.FOLLOWED,
        "fated": meetings.FATED,
        "reasons": meetings.COLUMNS,
        "unmet": unmet.UNMET,
        "why_not": unmet.COLUMNS,
        "traits": whom.TRAITED,
        "for_whom": whom.COLUMNS,
        "councils": councils.COUNCILS,
        "survival": {"policy": ("", "the policy"), **survival.COLUMNS},
        "mechanisms": mechanisms.COLUMNS,
        "sifted": mechanisms.SIFTED,
        **TABLES,
    },
)

"""The tables of what the policies are, and of what each changes, of the indicators that are said first.

What each changes is told with the interval of luck, and with the range over points that fit what is known.
"""

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from analysis.asked import AT_EQUAL_MONEY, BASELINE
from analysis.report import phrases
from analysis.report.shown import Table, sure_ends, with_sure_ends
from analysis.report.source import Source
from analysis.statistics.decision.posterior import by_luck_alone, points_of
from analysis.tables import COST, HEADLINES, MAIN_INDICATOR

_LUCK_ALONE, _ALONE_TOLD = (
    " °",
    " ° only luck says so: other assumptions, the nearest to what is known, do not agree, or were not tried.",
)
_READ_AS = (
    "The first line has levels, all others what differs from them on the same luck. Brackets: 95% "
    "intervals, each for itself, and as a rule narrower than those of the answer, "
    "which hold for all at once. "
    "A need is a question that a council wants answered. Inequality is 0 where all councils have as many "
    "months of partnership, and 100 where one has them all (the Gini coefficient)."
)
_OVER_TOLD = (
    "sets of assumptions give, the nearest to what is known: between what 95% of them do, and in how "
    "many of them there is more than without. Luck is taken out as far as it surely is luck: where it is "
    "large beside an effect, more seeds a set would make the range narrower. – was not tried."
)
_MARK, _TOLD = " †", " † costs something else than it was to cost (see the notes)."


def policies(source: Source) -> Iterator[Table]:
    """What each policy is, in its own words; one at equal money is the same at another size."""
    told = {each["name"]: each["why"] for each in source.policies if each.get("why")}
    own = [name for name in told if name.removesuffix(AT_EQUAL_MONEY) not in {*told} - {name}]
    lines = [(phrases.capitalised(phrases.called(name)), told[name]) for name in own]
    if lines:
        note = f"The present is {BASELINE} in figures and files." * (BASELINE in own)
        yield Table("What the policies are", ("Policy", "What it is"), lines, "config.yaml", note=note)


def table(source: Source) -> Iterator[Table]:
    """Effects with intervals of their own, the largest on strategic partnerships first; then over points."""
    effects = source.table("effects")
    alone = by_luck_alone(effects) & (effects["indicator"] != COST)
    effects = effects.assign(mark=alone.map({True: _LUCK_ALONE, False: ""}))
    parts = {name: effects[effects["indicator"] == name].set_index("policy") for name in HEADLINES}
    parts = {name: part for name, part in parts.items() if len(part)}
    if MAIN_INDICATOR not in parts:
        return
    shown = {name: source.columns.shown(name, source.tables.months) for name in parts}
    policies = parts[MAIN_INDICATOR].sort_values("effect", ascending=False, kind="stable").index
    against = phrases.capitalised(phrases.named(source.tables.against))
    first = [phrases.amount(part["baseline"].iloc[0] * shown[name][0], 0.1) for name, part in parts.items()]
    misses = _misses(parts[MAIN_INDICATOR])
    names = {policy: phrases.called(str(policy)) + _MARK * (policy in misses) for policy in policies}
    head = ("Policy", *(f"{source.columns.label(name)}, {unit}" for name, (_, unit) in shown.items()))

    def lines(cell: Callable[[pd.DataFrame, object, float], str]) -> Iterator[tuple[str, ...]]:
        for policy, name in names.items():
            yield name, *(cell(part, policy, shown[indicator][0]) for indicator, part in parts.items())

    note = _READ_AS + _TOLD * bool(misses) + _ALONE_TOLD * bool(alone.any())
    told = [(against, *first), *lines(_cell)]
    yield Table("What each policy changes", head, told, "effects.csv", note=note)
    if n := points_of(effects):
        title, told = "What is not known: the same under other assumptions", list(lines(_over))
        yield Table(title, head, told, "effects.csv", note=f"What {n:,} {_OVER_TOLD}")


def _misses(part: pd.DataFrame) -> list[str]:
    """Policies at equal money that cost something else."""
    return [*part.index[part["misses_sum"].astype(bool)]] if "misses_sum" in part else []


def _cell(part: pd.DataFrame, policy: object, factor: float) -> str:
    if policy not in part.index:
        return "–"
    value, low, high = (float(part.loc[policy, name]) * factor for name in ("effect", "low", "high"))
    return with_sure_ends(value, low, high) + str(part.loc[policy, "mark"])


def _over(part: pd.DataFrame, policy: object, factor: float) -> str:
    """Between what points give, and at how many it is above zero."""
    if policy not in part.index or not np.isfinite(part.loc[policy, "posterior_low"]):
        return "–"
    low, high = (float(part.loc[policy, f"posterior_{end}"]) * factor for end in ("low", "high"))
    return f"{sure_ends(low, high)}; {100 * float(part.loc[policy, 'posterior_positive']):.0f}%"

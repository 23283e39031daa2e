"""The tables of what the policies are, and of what each changes, of the indicators that are said first."""

from collections.abc import Iterator

import pandas as pd

from analysis.asked import AT_EQUAL_MONEY, BASELINE
from analysis.report import phrases
from analysis.report.shown import Table, with_sure_ends
from analysis.report.source import Source
from analysis.tables import HEADLINES, MAIN_INDICATOR

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
    """Effects with intervals of their own, the largest on strategic partnerships first."""
    effects = source.table("effects")
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
    lines = [
        (name, *(_cell(part, policy, shown[indicator][0]) for indicator, part in parts.items()))
        for policy, name in names.items()
    ]
    head = ("Policy", *(f"{source.columns.label(name)}, {unit}" for name, (_, unit) in shown.items()))
    note = (
        "The first line has levels, all others what differs from them on the same luck. Brackets: 95% "
        "intervals, each for itself, and as a rule narrower than those of the answer, "
        "which hold for all at once. "
        "A need is a question that a council wants answered. Inequality is 0 where all councils have as many "
        "months of partnership, and 100 where one has them all (the Gini coefficient)."
    ) + _TOLD * bool(misses)
    yield Table("What each policy changes", head, [(against, *first), *lines], "effects.csv", note=note)


def _misses(part: pd.DataFrame) -> list[str]:
    """Policies at equal money that cost something else."""
    return [*part.index[part["misses_sum"].astype(bool)]] if "misses_sum" in part else []


def _cell(part: pd.DataFrame, policy: object, factor: float) -> str:
    if policy not in part.index:
        return "–"
    value, low, high = (float(part.loc[policy, name]) * factor for name in ("effect", "low", "high"))
    return with_sure_ends(value, low, high)

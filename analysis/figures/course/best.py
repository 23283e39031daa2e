"""Best: the policies that figures over time draw, each in one colour from figure to figure."""

from collections.abc import Iterable

import pandas as pd

from analysis import words
from analysis.figures.drawing import style
from analysis.tables import AT_EQUAL_MONEY


def colours_of_best(effects: pd.Series, most: int) -> dict[str, str]:
    """The policies that add most -> their colours; at equal money, where there are such, as in the answer.

    Args:
        effects: what each adds; its name is the index.
        most: policies.
    """
    ranked = list(effects.sort_values(ascending=False, kind="stable").index)
    at_equal_money = [policy for policy in ranked if policy.endswith(AT_EQUAL_MONEY)]
    return dict(zip((at_equal_money or ranked)[:most], style.POLICY_COLOURS, strict=False))


def named(policy: str) -> str:
    """What its line is called: among policies that all cost as much, that needs no saying."""
    return words.shortened(words.humanise(policy.removesuffix(AT_EQUAL_MONEY)), 28)


def for_as_much(policies: Iterable[str]) -> str:
    """What is said of all of them, where they are at equal money."""
    return " at equal money" * any(policy.endswith(AT_EQUAL_MONEY) for policy in policies)

"""Phrases: numbers, sums of money and names as they are said in a sentence."""

import math
import re
from collections.abc import Mapping, Sequence

from analysis import words
from analysis.asked import AT_EQUAL_MONEY, JOINED


def amount(value: float, half_width: float) -> str:
    """A number with as many decimals as its interval leaves any sense to.

    >>> amount(0.4484, 0.27), amount(12.34, 7.0), amount(-0.004, 0.03)
    ('0.45', '12', '0.00')
    """
    return f"{value:z,.{decimals(half_width)}f}".replace("-", "−") if value else "0"


def decimals(half_width: float) -> int:
    """Decimals that an interval of this half-width leaves any sense to."""
    if not math.isfinite(half_width):
        return 2
    return next((n for n, least in enumerate((5.0, 0.3, 0.015)) if half_width >= least), 3)


def span(low: float, high: float) -> str:
    """Both ends of an interval.

    >>> span(0.18, 0.717)
    '0.18 to 0.72'
    """
    half = (high - low) / 2
    return f"{amount(low, half)} to {amount(high, half)}"


def price(each: float, low: float, high: float) -> str:
    """What one costs, with its interval.

    >>> price(670.6, 419.5, 1670.9), price(2790, 1090, math.inf)
    ('£670k (£420k to £1.7m)', '£2.8m, £1.1m or more')
    """
    if math.isinf(high):
        return f"{words.pounds(each)}, {words.pounds(low)} or more"
    return f"{words.pounds(each)} ({words.pounds(low)} to {words.pounds(high)})"


def named(policy: str) -> str:
    """A policy's name, as it is said among others of its kind.

    >>> named("matchmaking_stable_equal_money"), named("baseline")
    ('Matchmaking (stable)', 'the present')
    """
    return words.within(policy.removesuffix(AT_EQUAL_MONEY))


def called(policy: str) -> str:
    """A policy's name, or those of a bundle, as they are said among all others.

    >>> called("matchmaking_stable_equal_money"), called("phds+brokers")
    ('Matchmaking (stable) at equal money', 'PhDs and Brokers')
    """
    parts = policy.split(JOINED)
    return listed([named(part) + " at equal money" * part.endswith(AT_EQUAL_MONEY) for part in parts])


def capitalised(text: str) -> str:
    """A text that begins a line.

    >>> capitalised("the present"), capitalised("PhDs")
    ('The present', 'PhDs')
    """
    return text[:1].upper() + text[1:]


def some_of(policies: Sequence[str], most: int = 6, last: str = "and") -> str:
    """Names of policies in a row; where there are many, how many more.

    >>> some_of(["phds", "brokers", "training"], 1)
    'PhDs and 2 more'
    """
    names = [called(policy) for policy in policies[:most]]
    more = len(policies) - most
    return listed([*names, f"{more} more"] if more > 0 else names, last)


def listed(names: Sequence[str], last: str = "and") -> str:
    """Names in a row.

    >>> listed(["A", "B", "C"]), listed(["A", "B"], "or"), listed(["A"])
    ('A, B and C', 'A or B', 'A')
    """
    *others, end = names
    return f"{', '.join(others)} {last} {end}" if others else end


def explained(text: str, meanings: Mapping[str, str]) -> str:
    """What the assumptions are that a text names, in brackets; nothing where that is not known.

    >>> known = {"a_rate": "how often", "b": "how much"}
    >>> explained("a_rate > 2 and b <= 1", known), explained("b > 1", known), explained("c > 1", known)
    (' (a rate: how often; b: how much)', ' (how much)', '')
    """
    names = [name for name in dict.fromkeys(re.findall(r"\w+", text)) if name in meanings]
    told = [f"{name.replace('_', ' ')}: " * (len(names) > 1) + meanings[name] for name in names]
    return f" ({'; '.join(told)})" if told else ""


def percent_more(share: float) -> str:
    """A share as what is added in a hundred.

    >>> percent_more(0.1515), percent_more(-0.02), percent_more(0.004)
    ('15% more', '2% less', 'less than 1% more')
    """
    size = abs(share)
    how = "more" if share >= 0 else "less"
    return f"less than 1% {how}" if size < 0.01 else f"{100 * size:.0f}% {how}"

"""Names of what the tables speak of, as people read them."""

import re
from collections.abc import Sequence
from itertools import takewhile
from textwrap import wrap

from analysis.asked import AT_EQUAL_MONEY, BASELINE, JOINED, PLACEBO

_MINUS = " − "


def contrast(text: str) -> str:
    """The policy or the two policies that an answer is about.

    >>> contrast("baseline"), contrast("phds − baseline")
    ('The present', 'PhDs − The present')
    """
    return shortened(_MINUS.join(map(humanise, text.split(_MINUS))), 44)


def factor(name: str) -> str:
    """A parameter's, lever's or group's name, no longer than there is room for.

    >>> factor("search_rate")
    'Search rate'
    """
    return shortened(humanise(name), 26)


def condition(text: str) -> str:
    """A condition on factors.

    >>> condition("search_rate <= 0.3 and motives is not survey")
    'search rate ≤ 0.3 and motives is not survey'
    """
    return re.sub(r"(?<=\w)_(?=\w)", " ", text).replace("<=", "≤")


def told_apart(labels: Sequence[str]) -> list[str]:
    """Labels without the words that all of them begin with; each keeps its last one, and one alone all.

    >>> told_apart(["Needs met by other sources", "Needs met", "Needs expired"])
    ['met by other sources', 'met', 'expired']
    """
    if len(labels) < 2:
        return [*labels]
    split = [label.split() for label in labels]
    places = zip(*(label[:-1] for label in split), strict=False)
    shared = len([*takewhile(lambda words: len(set(words)) == 1, places)])
    return [" ".join(label[shared:]) for label in split]


def counted(n: int, noun: str) -> str:
    """A number of things.

    >>> counted(1, "factor"), counted(1200, "policy")
    ('1 factor', '1,200 policies')
    """
    many = noun[:-1] + "ies" if noun.endswith(("cy", "ry")) else noun + "s"
    return f"{n:,} {noun if n == 1 else many}"


def percent(share: float) -> str:
    """A share in whole percent, what is known of one too small for that, or that there is none.

    >>> percent(0.314), percent(0.002), percent(-0.01), percent(float("nan"))
    ('31%', '<1%', '−1%', '–')
    """
    if share != share:
        return "–"
    if 0 < share < 0.005:
        return "<1%"
    return f"{100 * share:.0f}%".replace("-0%", "0%").replace("-", "−")


def pounds(thousands: float, figures: int = 2) -> str:
    """A sum of money, rounded.

    >>> pounds(300), pounds(670.64), pounds(1670.9), pounds(-14.06), pounds(0.5), pounds(292.8, 3)
    ('£300k', '£670k', '£1.7m', '−£14k', '£500', '£293k')
    """
    size = float(f"{abs(thousands):.{figures}g}")
    unit, by = ("m", 0.001) if size >= 1000 else ("k", 1.0) if size >= 1 else ("", 1000.0)
    return f"{'−' if thousands < 0 else ''}£{size * by:,.10g}{unit}"


def rounded(value: float, figures: int = 3) -> str:
    """A value to a few figures, without powers of ten.

    >>> rounded(19234.0), rounded(0.61803), rounded(176.0, 2)
    ('19,200', '0.618', '180')
    """
    return f"{float(f'{value:.{figures}g}'):,.10g}"


def sum_of(thousands: float) -> str:
    """A sum of money that was asked for, as it was.

    >>> sum_of(300), sum_of(302.5), sum_of(5300)
    ('£300k', '£302.5k', '£5.3m')
    """
    return f"£{thousands / 1000:,.10g}m" if abs(thousands) >= 1000 else f"£{thousands:,.10g}k"


#: Populations whose names say too little.
_POPULATIONS = {"uk": "United Kingdom", "csv": "Places from own lists"}


def population(name: str) -> str:
    """A population's name.

    >>> population("nine_places"), population("uk")
    ('Nine places', 'United Kingdom')
    """
    return _POPULATIONS.get(name, humanise(name))


#: Policies whose names do not read well with a capital letter and spaces alone.
POLICY_NAMES = {
    BASELINE: "The present",
    "phds": "PhDs",
    PLACEBO: "Placebo (half a percent more money)",
    "two_stages": "Two-stage calls",
    "matchmaking": "Matchmaking (best fit)",
    "matchmaking_random": "Matchmaking (random)",
    "matchmaking_stable": "Matchmaking (stable)",
    "matchmaking_optimal": "Matchmaking (optimal)",
    "matchmaking_equitable": "Matchmaking (equitable)",
    "matchmaking_nurture": "Matchmaking (nurtured)",
    "matchmaking_request": "Matchmaking (on request)",
    "matchmaking_vouchers": "Matchmaking (with vouchers)",
}


def humanise(name: str) -> str:
    """A policy's name as people read it; of a bundle, those of its policies.

    >>> humanise("joint_posts"), humanise("phds_equal_money"), humanise("phds+brokers")
    ('Joint posts', 'PhDs, equal money', 'PhDs + Brokers')
    """
    if JOINED in name:
        return f" {JOINED} ".join(map(humanise, name.split(JOINED)))
    if name.endswith(AT_EQUAL_MONEY):
        return humanise(name.removesuffix(AT_EQUAL_MONEY)) + ", equal money"
    return POLICY_NAMES.get(name, name[:1].upper() + name[1:].replace("_", " "))


def within(policy: str) -> str:
    """A policy's name within a sentence.

    >>> within("baseline"), within("joint_posts")
    ('the present', 'Joint posts')
    """
    return "the present" if policy == BASELINE else humanise(policy)


def shortened(text: str, most: int = 32) -> str:
    """A text of at most so many letters.

    >>> shortened("Matchmaking (nurtured)", 12)
    'Matchmaking…'
    """
    return text if len(text) <= most else text[: most - 1].rstrip(" ,(") + "…"


#: Where a word that is too long for its line is broken.
_BROKEN = {"partnerships": "partner-ships"}


def heading(label: str, letters: int = 13) -> str:
    r"""A label over a column, in as many lines as it takes.

    >>> heading("Needs met by partnerships"), heading("Long-term partnerships", 9)
    ('Needs met by\npartnerships', 'Long-term\npartner-\nships')
    """
    parts = [_BROKEN.get(word, word) if len(word) > letters else word for word in label.split()]
    return "\n".join(wrap(" ".join(parts), letters))

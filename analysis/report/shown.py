"""Shown: sections, figures and tables as the page shows them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from analysis import words
from analysis.report import phrases
from analysis.report.sentences import Sentence

#: What sections on pairs that are followed say where none are.
NOT_FOLLOWED = "It takes a comparison of policies whose pairs are followed: ledger.seeds=8, or more."
_MOST_PLACES = 3
#: Lines of a table that are read, not looked up.
_SHORT = 25
#: A share of a value by which it varies that is rounding.
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Figure:
    """A drawing.

    Attributes:
        svg: the element.
        name: of its file, without ending.
        told: what it shows, for who cannot see it.
        caption: what is said below it, if the drawing does not say it itself.
    """

    svg: str
    name: str
    told: str
    caption: str = ""


@dataclass(frozen=True)
class Table:
    """A table for people.

    Attributes:
        caption: what it says.
        head: of its columns; the first names the lines.
        lines: texts.
        file: of the folder, that holds the same and more.
        is_first: whether it is the first to look at, which is seen without a click where it is short.
        note: how to read it.
    """

    caption: str
    head: Sequence[str]
    lines: Sequence[Sequence[str]]
    file: str = ""
    is_first: bool = False
    note: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it is seen without a click."""
        return self.is_first and len(self.lines) <= _SHORT


@dataclass(frozen=True)
class Section:
    """A part of the page.

    Attributes:
        anchor: its name within the page.
        title: in words.
        sentences: what it says.
        figures: seen at once.
        tables: below.
        missing: what it would take, where there is nothing to say.
    """

    anchor: str
    title: str
    sentences: Sequence[Sentence] = ()
    figures: Sequence[Figure] = ()
    tables: Sequence[Table] = field(default=())
    missing: str = ""


def number(value: object, places: int = 2, sign: bool = False) -> str:
    """A number of a table; a dash where there is none.

    >>> number(1234.567, 1), number(-0.1, 2, sign=True), number(float("nan")), number(float("inf"))
    ('1,234.6', '−0.10', '–', 'no limit')
    >>> number(np.int64(54), 0), number(None)
    ('54', '–')
    """
    if not isinstance(value, int | float | np.integer | np.floating) or math.isnan(value):
        return "–"
    if math.isinf(value):
        return "no limit"
    text = f"{value:{'+' if sign else ''}z,.{places}f}"
    return text.replace("-", "−")


def figure(value: float) -> str:
    """A value of a parameter, to three figures.

    >>> figure(0.012345), figure(1234.5), figure(-0.5), figure(24)
    ('0.0123', '1,230', '−0.5', '24')
    """
    size = float(f"{value:.3g}")
    places = max(0, -int(f"{size:e}".partition("e")[2]) + 2)
    text = number(size, places)
    return text.rstrip("0").rstrip(".") if "." in text else text


def with_ends(value: float, low: float, high: float, places: int = 2, sign: bool = True) -> str:
    """A number with both ends of its interval.

    >>> with_ends(0.448, 0.18, 0.717)
    '+0.45 (+0.18 to +0.72)'
    """
    ends = f" ({number(low, places, sign)} to {number(high, places, sign)})" if low == low else ""
    return number(value, places, sign) + ends


def with_sure_ends(value: float, low: float, high: float, sign: bool = True) -> str:
    """A number with its interval, to the decimals that this leaves sense to; an end that is not 0 shows it.

    >>> with_sure_ends(0.048, 0.004, 0.092), with_sure_ends(2.5, 2.5, 2.5)
    ('+0.048 (+0.004 to +0.092)', '+2.5')
    """
    if (high - low) / 2 <= _ROUNDING * abs(value):
        return number(value, phrases.decimals(abs(value) / 5), sign) if value else "0"
    return with_ends(value, low, high, _sure_places(value, low, high), sign)


def sure_ends(low: float, high: float) -> str:
    """Both ends of a range with signs, to the decimals that this leaves sense to; one where they are alike.

    >>> sure_ends(-0.04, 3.51), sure_ends(264.06, 264.06)
    ('−0.04 to +3.51', '+264.06')
    """
    places = _sure_places((low + high) / 2, low, high)
    ends = [number(end, places, sign=True) for end in (low, high)]
    return " to ".join(dict.fromkeys(ends))


def _sure_places(value: float, low: float, high: float) -> int:
    """Decimals such that an end that is not 0 shows it."""
    places = phrases.decimals(max((high - low) / 2, abs(value) / 1000))
    while places < _MOST_PLACES and any(end and not round(end, places) for end in (low, high)):
        places += 1
    return places


def money(thousands: float) -> str:
    """A sum of a table; a dash where there is none.

    >>> money(1234.5), money(float("nan")), money(float("inf"))
    ('£1.23m', '–', 'no limit')
    """
    if math.isnan(thousands):
        return "–"
    return "no limit" if math.isinf(thousands) else words.pounds(thousands, 3)

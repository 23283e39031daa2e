"""Tables: the lines of a comparison as people read them; numbers are those of `effects.csv`, rounded."""

import math
from dataclasses import dataclass

from analysis import words
from analysis.page.drawing import Bar, bars
from analysis.page.forms import named
from analysis.page.running.comparison import COLUMNS, Comparison, Found
from analysis.report import phrases
from analysis.tables import COST, HEADLINES, MAIN_INDICATOR


@dataclass(frozen=True)
class Cell:
    """One number.

    Attributes:
        column: what it is of.
        unit: of it.
        value: the difference.
        half: of its own interval.
        is_clear: whether zero is excluded with all others in the table; costs are no finding.
    """

    column: str
    unit: str
    value: str
    half: str
    is_clear: bool


@dataclass(frozen=True)
class Line:
    """One policy."""

    policy: str
    cells: list[Cell]
    bar: Bar
    verdict: str
    each: str
    assumed: str


def lines_of(comparison: Comparison, found: Found) -> list[Line]:
    """A line a policy, the largest effect first."""
    if not found.tables:
        return []
    effects = {
        str(policy): {line["indicator"]: line for line in part.to_dict("records")}
        for policy, part in found.tables["effects"].groupby("policy", sort=False)
    }
    verdicts = found.tables["verdicts"].to_dict("records")
    costs = found.tables["costs"]
    costs = costs[costs["outcome"] == MAIN_INDICATOR].set_index("policy")
    drawn = bars([(each["effect"], each["together_low"], each["together_high"]) for each in verdicts])
    months = round(12 * comparison.years)
    return [
        Line(
            named(each["policy"]),
            [_cell(effects[each["policy"]][name], name, months) for name in HEADLINES],
            bar,
            each["verdict"],
            _each(costs.loc[each["policy"]]) if each["policy"] in costs.index else "",
            _assumed(effects[each["policy"]][MAIN_INDICATOR]),
        )
        for each, bar in zip(verdicts, drawn, strict=True)
    ]


def _cell(line: dict, name: str, months: int) -> Cell:
    factor, unit = COLUMNS.shown(name, months)
    effect, low, high = (line[end] * factor for end in ("effect", "low", "high"))
    half = (high - low) / 2
    if not math.isfinite(effect):
        return Cell(COLUMNS.label(name), unit, "–", "", False)
    if name == COST:
        around = words.pounds(half) if half >= 0.5 else ""
        return Cell(COLUMNS.label(name), "a year", _signed(effect, words.pounds(effect, 3)), around, False)
    is_clear = not line["together_low"] <= 0 <= line["together_high"]
    value = _signed(effect, phrases.amount(effect, half))
    around = phrases.amount(half, half) if math.isfinite(half) else ""
    return Cell(COLUMNS.label(name), unit, value, around, is_clear)


def _signed(value: float, text: str) -> str:
    return f"+{text}" if value > 0 and text not in ("0", "£0") else text


def _each(line) -> str:
    """What one more partnership costs, kept up for a year; nothing if there may be none."""
    if not line["each"] > 0 or not line["together_low"] > 0:
        return "–"
    return phrases.price(line["each"], line["together_low"], line["together_high"])


def _assumed(line: dict) -> str:
    """What other assumptions give that fit as well, 95% of them; nothing while that is not known."""
    low, high = (line.get(f"posterior_{end}", math.nan) for end in ("low", "high"))
    return phrases.span(low, high) if math.isfinite(low) and math.isfinite(high) else ""

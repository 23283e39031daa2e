"""What `python -m tests.odd` writes of data, patterns, and what numbers stand on."""

import math
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from experiments.study.assumptions import status
from model.domains import Parameter
from model.parameters import DECLARATIONS
from tests.measured import measured
from tests.odd import ODD, replaced, table

TRACE, LIMITS, EVIDENCE = (ODD.with_name(f"{name}.md") for name in ("TRACE", "LIMITS", "EVIDENCE"))
CONF = ODD.parent.parent / "conf"
BEGIN_DATA = "<!-- data: written by `python -m tests.odd` from model.parameters and conf/pattern/ -->\n"
END_DATA = "<!-- end of data -->\n"
BEGIN_GRADES = "<!-- grades: written by `python -m tests.odd` from model.parameters and EVIDENCE.md -->\n"
END_GRADES = "<!-- end of grades -->\n"
BEGIN_PATTERNS = (
    "<!-- patterns: written by `python -m tests.odd` from conf/pattern/ and model/patterns.csv -->\n"
)
END_PATTERNS = "<!-- end of patterns -->\n"
FITS = ("pattern", "what is compared", "observed", "model", "over points that fit; share within", "within")
NUMBERS = ("number", "default", "what is said of it")
PATTERNS = ("pattern", "what was observed", "band of each number", "source", "confidence", "used for")


def graded(*grades: str) -> list[Parameter]:
    """All declared values that are known so far and no further."""
    return [declared for declared in DECLARATIONS.values() if status(declared) in grades]


def cells(declared: Parameter) -> tuple:
    """A line of the tables of what a source, or a fit, has given."""
    default = declared.default if isinstance(declared.default, str) else f"{declared.default:g}"
    return f"`{declared.name}`", default, declared.source


def unsupported() -> list[Parameter]:
    """Assumed values of which nothing else is said, or only where their rule does nothing."""
    return [each for each in graded("assumed") if re.fullmatch(r"assumed(; [01] is \w+)?", each.source)]


def named(declared: Iterable[Parameter]) -> str:
    return ", ".join(f"`{each.name}`" for each in declared)


def assumed() -> Iterator[tuple]:
    """The two sorts of assumed values."""
    alone = unsupported()
    beside = [each for each in graded("assumed") if each not in alone]
    yield (
        "a study, a figure or a reason stands beside it, for the sign or the order",
        len(beside),
        named(beside),
    )
    yield "nothing", len(alone), named(alone)


def yaml_of(file: Path) -> Any:
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def patterns() -> dict[str, Any]:
    """Every pattern, by its name."""
    return {file.stem: yaml_of(file) for file in sorted(CONF.glob("pattern/*.yaml"))}


def band(target: dict[str, Any]) -> str:
    """What was observed of one number."""
    low, high = target.get("low"), target.get("high")
    if low is None or high is None:
        return f"at least {low:g}" if high is None else f"at most {high:g}"
    return f"{low:g} to {high:g}"


def told(name: str, target: dict[str, Any]) -> str:
    """One number of a pattern, and with which statistic of a run it is compared."""
    statistic = f"`{target['statistic']}`" if "statistic" in target else f"not measured: {target['missing']}"
    return f"*{name}* {band(target)} ({statistic})"


def use_of(name: str, pattern: dict[str, Any]) -> str:
    """What a pattern decides."""
    if not any("statistic" in target for target in pattern["targets"].values()):
        return "nothing yet"
    if pattern.get("held_out"):
        return "`experiment=validate` only"
    by_default = yaml_of(CONF / "experiment" / "calibrate.yaml")["patterns"]
    return "`experiment=calibrate`" if name in by_default else "`make posterior`"


def cells_of_pattern(name: str, pattern: dict[str, Any]) -> tuple:
    """A line of the tables of patterns."""
    numbers = "; ".join(told(each, target) for each, target in pattern["targets"].items())
    source, confidence = pattern["source"], pattern.get("confidence", "")
    return f"`{name}`", pattern["what"], numbers, source, confidence, use_of(name, pattern)


def number(value: float) -> str:
    """A number as people read it."""
    return f"{value:.3g}".replace("-", "−")


def cells_of_fit(name: str, target: dict[str, Any], line: pd.Series | None) -> tuple:
    """A line of README's table of patterns."""
    told = (name, target["what"], band(target).replace("-", "−"))
    if line is None:
        return *told, "", "", f"not measured: {target.get('missing', 'make patterns has not run since')}"
    at, over = (
        f"{number(line[each])} ({number(line[f'{each}_low'])} to {number(line[f'{each}_high'])})"
        for each in ("default", "posterior")
    )
    low, high = target.get("low", -math.inf), target.get("high", math.inf)
    verdict = "yes" if low <= line["default"] <= high else f"**no**: {target['blame']}"
    return *told, at, f"{over}; {line['posterior_share']:.0%}", verdict


def with_patterns(text: str) -> str:
    """README with what the model gives for every pattern, failures included."""
    kept = measured()
    lines = [
        cells_of_fit(
            f"`{name}`{', kept out' if pattern.get('held_out') else ''}",
            target,
            kept.loc[(name, key)] if (name, key) in kept.index else None,
        )
        for name, pattern in patterns().items()
        for key, target in pattern["targets"].items()
    ]
    passed = sum(line[-1] == "yes" for line in lines)
    known = len(lines) - sum(not line[3] for line in lines)
    title = f"{passed} of {known} numbers within their bands"
    return replaced(text, BEGIN_PATTERNS, END_PATTERNS, table(title, FITS, lines))


def with_data(text: str) -> str:
    """TRACE with which data specified, calibrated and may validate what."""
    known = patterns()
    kept_out = {name: each for name, each in known.items() if each.get("held_out")}
    fitted = {name: each for name, each in known.items() if name not in kept_out}
    sourced, calibrated = graded("source"), graded("calibrated")
    content = (
        table(f"Specified by a source: {len(sourced)} numbers", NUMBERS, map(cells, sourced))
        + table(f"Calibrated: {len(calibrated)} numbers", NUMBERS, map(cells, calibrated))
        + table("Patterns that calibrate", PATTERNS, (cells_of_pattern(*each) for each in fitted.items()))
        + table("Patterns kept out", PATTERNS, (cells_of_pattern(*each) for each in kept_out.items()))
        + table(
            f"Specified by no data: {len(graded('assumed'))} numbers",
            ("beside the assumption", "numbers", "which"),
            assumed(),
        )
    )
    return replaced(text, BEGIN_DATA, END_DATA, content)


def shares() -> Iterator[tuple]:
    """How many declared values are known how far."""
    prices = [declared for declared in graded("assumed", "source") if declared.name.startswith("price_")]
    alone, of_prices = len(unsupported()), sum(status(each) == "assumed" for each in prices)
    grades = {
        "assumed": graded("assumed"),
        "from a source, some of another population": graded("source"),
        "calibrated to patterns": graded("calibrated"),
        "a choice of policy or design": graded("policy", "design"),
    }
    for grade, numbers in grades.items():
        yield grade, len(numbers), f"{len(numbers) / len(DECLARATIONS):.0%}"
    yield "*assumed, with nothing beside*", alone, f"{alone / len(DECLARATIONS):.0%}"
    yield "*assumed prices*", of_prices, f"{of_prices / len(prices):.0%} of {len(prices)} prices"


def tables_of(text: str, *first: str) -> Iterator[list[list[str]]]:
    """Every table of a text whose head begins with these cells: the cells of its lines, without the rule."""
    for block in text.split("\n\n"):
        lines = [line for line in block.splitlines() if line.startswith("|")]
        rows = [[cell.strip() for cell in line[1:-1].split("|")] for line in lines]
        if rows and tuple(rows[0][: len(first)]) == first:
            yield [rows[0], *rows[2:]]


def of_patterns() -> list[list[str]]:
    """The record of patterns, change by change: head, observed, before, ..., now."""
    (lines,) = tables_of(EVIDENCE.read_text(encoding="utf-8"), "after", "bids that succeed, %")
    return lines


def met() -> Iterator[tuple]:
    """Patterns that the defaults were fitted to: observed, and now."""
    head, observed, *_, now = of_patterns()
    yield from (each for each in zip(head[1:], observed[1:], now[1:], strict=True) if each[1])


def turned() -> Iterator[tuple]:
    """What each policy adds under the first and the last form of the rules, and what there is without."""
    strategic, questions = tables_of(EVIDENCE.read_text(encoding="utf-8"), "after", "matchmaking")
    columns = (strategic[0], strategic[1], strategic[-1], questions[1], questions[-1])
    yield from zip(*(cells[1:] for cells in columns), strict=True)
    head, _, first, *_, now = of_patterns()
    ties, answers = head.index("strategic at a time"), head.index("questions met, %")
    yield "*without any*", first[ties], now[ties], f"{first[answers]} % of all", f"{now[answers]} % of all"


def with_grades(text: str) -> str:
    """LIMITS with what the numbers stand on, and what changes of rules did to conclusions."""
    policies = (
        "policy", "strategic partnerships: first rules", "present rules", "questions met: first rules",
        "present rules",
    )  # fmt: skip
    content = (
        table(f"What its {len(DECLARATIONS)} numbers stand on", ("evidence", "numbers", "share"), shares())
        + table("What it was fitted to, and meets", ("pattern", "observed", "model"), met())
        + table("What changes of the rules did to conclusions", policies, turned())
    )
    return replaced(text, BEGIN_GRADES, END_GRADES, content)

"""The table on the screen: what each policy is worth."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from rich import box
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from analysis import words
from analysis.statistics.decision.posterior import by_luck_alone
from analysis.statistics.effects import FINDINGS, runs_saved
from analysis.statistics.intervals import half_width
from analysis.tables import BASELINE, HEADLINES, MAIN_INDICATOR
from experiments.command.parameter_sets import Posterior
from experiments.command.policies import base_name
from experiments.command.settings import Settings
from experiments.study.money.solved import Solved
from experiments.study.tables import dictionary_of
from experiments.terminal import escaped, number

#: A line of the effects: one policy and indicator.
type Cell = Mapping[Any, Any]


@dataclass(frozen=True)
class Column:
    """How an indicator is shown.

    Attributes:
        heading: what it is, with its unit.
        factor: what it is multiplied by.
        better: +1 where more is better, -1 where less is, 0 where neither.
        is_finding: whether it is starred where it is sure.
    """

    heading: str
    factor: float
    better: int
    is_finding: bool


def columns_for(settings: Settings) -> dict[str, Column]:
    """The indicators that are shown, as the model declares them."""
    told, months = dictionary_of(settings.design), int(settings.parameters["horizon"])
    columns = {}
    for name in HEADLINES:
        factor, unit = told.shown(name, months)
        columns[name] = Column(_heading(told.label(name), unit), factor, told.better(name), name in FINDINGS)
    return columns


def _heading(label: str, unit: str) -> str:
    """A label over what it does not say of its unit."""
    said = label.lower().split()
    rest = [word for word in unit.partition(" of ")[0].split() if word not in said]
    return f"{words.heading(label, _LETTERS)}\n{' '.join(rest)}"


#: In a line of a heading.
_LETTERS = 11
_STYLES = {1: "bold green", -1: "bold red", 0: "bold"}
#: In a narrower terminal, the table leaves out what it can.
_WIDE = 92
#: A number of seeds beyond which none is told: nobody would run so many.
_MOST_SEEDS = 10_000_000
_NARROW_NAME = 16
#: Where luck excludes zero, and points that fit what is known do not, or were not run.
_LUCK_ALONE = "°"
#: What is shown over these points.
_OVER_POSTERIOR = HEADLINES[:3]
#: Policies that may be the best: more are counted.
_NAMED = 8


def effects_table(
    settings: Settings, effects: pd.DataFrame, solved: Mapping[str, Solved], console: Console
) -> Iterator[RenderableType]:
    """The effects, and how to read them."""
    is_wide = console.width >= _WIDE
    columns = columns_for(settings)
    lines = _lines(effects)
    saved = {name: line[MAIN_INDICATOR]["seeds_saved"] for name, line in lines.items()}
    places = {
        name: _places([line[name] for line in lines.values()], column.factor)
        for name, column in columns.items()
    }
    title = f"What each policy changes{_of_all(settings, lines)}"
    table = _table(settings, title, columns, "Seeds\nsaved" if is_wide else "")

    def cells(name: str) -> Iterator[str | Text]:
        yield from (_effect(lines[name][each], column, places[each]) for each, column in columns.items())
        if is_wide:
            yield number_of_seeds(saved[name])

    first = next(iter(lines.values()))
    levels = [_level(first[name]["baseline"] * column.factor) + " " for name, column in columns.items()]
    table.add_row(settings.against, *levels, style="italic")
    table.add_section()
    _add_lines(table, lines, solved, is_wide, cells)
    yield table
    legend = _legend(settings, effects, is_wide)
    if any(name in solved for name in lines):
        legend += (
            "\nAt equal money: each with the intensity that costs so much; A–B: A in some seeds, B in others."
        )
    if any(_misses(line) for line in lines.values()):
        legend += " † costs something else (see the notes)."
    yield Padding(Text(legend, style="dim"), (1, 0))


def _lines(effects: pd.DataFrame) -> dict[str, Mapping[str, Cell]]:
    """Each policy's effects, by indicator; the largest on what policies are ranked by comes first."""
    marked = effects.assign(luck_alone=by_luck_alone(effects))
    lines = {str(name): _by_indicator(table) for name, table in marked.groupby("policy", sort=False)}
    return dict(sorted(lines.items(), key=lambda line: -line[1][MAIN_INDICATOR]["effect"]))


def _misses(line: Mapping[str, Cell]) -> bool:
    return bool(line[MAIN_INDICATOR]["misses_sum"])


def _add_lines(
    table: Table, lines: Mapping[str, Mapping[str, Cell]], solved: Mapping[str, Solved], is_wide: bool,
    cells: Callable[[str], Iterable[str | Text]],
) -> None:  # fmt: skip
    """A line a policy: as designed, then at equal money."""
    for name in lines:
        if name not in solved:
            table.add_row(_title(name, "", is_wide), *cells(name))
    at_equal_money = [name for name in lines if name in solved]
    if at_equal_money:
        table.add_section()
        target = number(solved[at_equal_money[0]].target)
        table.add_row(Text(f"At equal money\n£{target}k a year", style="italic"))
    for name in at_equal_money:
        intensity = f"{solved[name].intensity}{'†' if _misses(lines[name]) else ''}"
        table.add_row(_title(base_name(name), intensity, is_wide), *cells(name))


def _of_all(settings: Settings, lines: Mapping[str, Mapping[str, Cell]]) -> str:
    """Of how many councils and needs, for whoever reads numbers and shares of them."""
    councils = len(settings.population.councils)
    raised = next(iter(lines.values()))["needs_raised"]["baseline"] / settings.years
    return f" for {councils:,} councils with {raised:,.0f} needs a year"


def _title(name: str, intensity: str, is_wide: bool) -> Text:
    """A policy's name and intensity; on two lines where there is no room."""
    if is_wide or len(name) + len(intensity) < _NARROW_NAME:
        return Text.assemble(name, (f" {intensity}" if intensity else "", "dim"))
    head, _, tail = name.rpartition("_")
    if len(name) < _NARROW_NAME or not head:
        return Text.assemble(name, (f"\n  {intensity}", "dim"))
    return Text.assemble(f"{head}_\n  {tail}", (f" {intensity}" if intensity else "", "dim"))


def best_lines(found: pd.DataFrame, effects: pd.DataFrame) -> Iterator[RenderableType]:
    """Which policies may be the best on what policies are ranked by; those off the sum marked, as above."""
    off = set(effects.loc[effects["misses_sum"].astype(bool), "policy"])
    for among, policies in found[found["indicator"] == MAIN_INDICATOR].groupby("among", sort=False):
        named = policies.loc[policies["may_be_best"], "policy"]
        names = [f"{escaped(str(name))}{'†' if name in off else ''}" for name in named]
        some = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
        what = (
            f"the best of {len(policies)} {among} on strategic partnerships, looked at alone (95%, best.csv)"
        )
        yield Text(f"Surely {what}: {some}" if len(names) == 1 else f"May be {what}: {some}")


def levels_table(settings: Settings, rows: pd.DataFrame) -> Iterator[RenderableType]:
    """Where there is no baseline to compare with: the levels themselves."""
    columns = columns_for(settings)
    table = _table(settings, "Each policy by itself", columns)
    for policy, runs in rows.groupby("policy", sort=False):
        values = [np.asarray(runs[name].dropna()) * column.factor for name, column in columns.items()]
        table.add_row(str(policy), *map(_mean, values))
    yield table
    hint = (
        "Means over seeds ± half the 95% interval. To see what policies change, name the baseline among them."
    )
    yield Padding(Text(hint, style="dim"), (1, 0))


def _table(settings: Settings, title: str, columns: Mapping[str, Column], *further: str) -> Table:
    n, months = len(settings.seeds), settings.parameters["horizon"]
    where = f"{settings.population.name}, {n} seed{'s' * (n != 1)}, {months} months"
    table = Table(
        title=f"{title} [dim]({escaped(where)})[/dim]", title_justify="left", title_style="bold",
        box=box.SIMPLE_HEAD, padding=0, pad_edge=False, show_edge=False, header_style="bold",
    )  # fmt: skip
    table.add_column("Policy", no_wrap=True)
    for heading in [*(column.heading for column in columns.values()), *filter(None, further)]:
        table.add_column(heading, justify="right", vertical="bottom", no_wrap=True)
    return table


def _by_indicator(table: pd.DataFrame) -> dict[str, Cell]:
    """One policy's effects, by indicator."""
    return {cell["indicator"]: cell for cell in table.to_dict("records")}


def _places(cells: Sequence[Cell], factor: float) -> int:
    """Decimals in a column: as many as the typical interval leaves any sense to."""
    halves = [(cell["high"] - cell["low"]) / 2 * factor for cell in cells]
    known = [half for half in halves if half > 1e-6]  # less is rounding
    if not known:
        return 1 if max(abs(cell["effect"]) for cell in cells) * factor < 100 else 0
    typical = np.median(known)
    return next((places for places, least in enumerate((5.0, 0.15, 0.015)) if typical >= least), 3)


def _effect(cell: Cell, column: Column, places: int) -> Text:
    """An effect with its own interval; bold and starred where zero is excluded with all others at once."""
    effect, low, high = (cell[name] * column.factor for name in ("effect", "low", "high"))
    if not np.isfinite(effect):
        return Text("– ", style="dim")
    shown = max(0, places - 1) if abs(effect) >= 10 and column.is_finding else places  # all of it has room
    text = "0" if effect == 0 else f"{effect:+z,.{shown}f}".replace("-", "−")
    if not np.isfinite(low):
        return Text(text + " ")
    text += f" ±{(high - low) / 2:,.{places}f}"
    if not column.is_finding:
        return Text(text + " ")
    if cell["together_low"] <= 0 <= cell["together_high"]:
        return Text(text + " ", style="dim")
    if cell["luck_alone"]:
        return Text(text + _LUCK_ALONE)
    return Text(text + "*", style=_STYLES[int(np.sign(effect)) * column.better])


def posterior_table(
    settings: Settings, effects: pd.DataFrame, solved: Mapping[str, Solved], console: Console
) -> Iterator[RenderableType]:
    """What the effects are over points that fit what is known, luck beside it."""
    over = settings.posterior
    if over is None or "posterior_low" not in effects:
        return
    columns = {name: column for name, column in columns_for(settings).items() if name in _OVER_POSTERIOR}
    table = Table(
        title=f"What is not known [dim]({_points_of(over)})[/dim]",
        title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, padding=0, pad_edge=False,
        show_edge=False, header_style="bold",
    )  # fmt: skip
    table.add_column("Policy", no_wrap=True)
    for column in columns.values():
        table.add_column(column.heading, justify="right", vertical="bottom", no_wrap=True)
        table.add_column("more\n%", justify="right", vertical="bottom", no_wrap=True)
    lines = {
        name: line for name, line in _lines(effects).items() if line[MAIN_INDICATOR]["posterior_points"] > 0
    }

    def cells(name: str) -> Iterator[Text]:
        for each, column in columns.items():
            yield from _over_points(lines[name][each], column)

    _add_lines(table, lines, solved, console.width >= _WIDE, cells)
    yield table
    legend = (
        "Between what 95% of the points' effects are, and at how many the effect is above zero, as far as "
        "luck lets one tell (posterior.seeds=8 tells more). Above, "
        f"{_LUCK_ALONE} is where luck excludes zero and the points do not: whether it is so hangs on "
        "parameters that nobody knows; or where they were not run."
    )
    yield Padding(Text(legend, style="dim"), (1, 0))


def _points_of(over: Posterior) -> str:
    """How many points, and how often each is run."""
    each = words.counted(len(over.seeds), "seed")
    return f"{over.design.n} points of {escaped(over.name)}, {each} each{over.design.again}"


def _over_points(cell: Cell, column: Column) -> tuple[Text, Text]:
    """Where the points' effects lie, and the share of them above zero."""
    low, high = (cell[f"posterior_{end}"] * column.factor for end in ("low", "high"))
    if not np.isfinite(low):
        return Text("–", style="dim"), Text("–", style="dim")
    places = _places([{"low": low, "high": high, "effect": 0.0}], 1.0)
    text = " to ".join(f"{end:+z,.{places}f}".replace("-", "−") for end in (low, high))
    share = Text(f"{100 * cell['posterior_positive']:.0f}", style="dim")
    return Text(text, style="dim" if low <= 0 <= high else ""), share


def _in_all(effects: pd.DataFrame) -> str:
    """Runs saved in all, where that is known."""
    saved = runs_saved(effects, MAIN_INDICATOR)
    if not np.isfinite(saved):
        return ""
    return f"; in all {number_of_seeds(saved)} runs, those of what is compared with counted once"


def _named(policy: str) -> str:
    return "the baseline" if policy == BASELINE else escaped(policy)


def number_of_seeds(saved: float) -> str:
    """A number of seeds; below zero where pairing cost some, of any size where next to nothing differs."""
    if np.isfinite(saved) and saved > _MOST_SEEDS:
        return f"over {_MOST_SEEDS:,}"
    return f"{saved:,.0f}".replace("-", "−") if np.isfinite(saved) else "–"


def _level(value: float) -> str:
    if not np.isfinite(value):
        return "–"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.1f}"


def _mean(values: np.ndarray) -> str:
    """A mean with its interval."""
    n = len(values)
    if n < 2:
        return _level(values[0] if n else np.nan)
    return f"{_level(values.mean())} ±{_level(float(half_width(values.std(ddof=1) / np.sqrt(n), n)))}"


def _freed(effects: pd.DataFrame) -> Iterator[str]:
    """What it saved that luck was taken out, if it was."""
    if typical := _typical(effects, "controls_saved"):
        yield f"Taking out luck that is nil on average saved {typical} more for the typical policy."


def _typical(effects: pd.DataFrame, name: str) -> str:
    """The median policy's seeds saved, with their 95% interval; empty where no policy's are known."""
    lines = effects.loc[(effects["indicator"] == MAIN_INDICATOR) & np.isfinite(effects[name])]
    if lines.empty:
        return ""
    line = lines.sort_values(name, kind="stable").iloc[(len(lines) - 1) // 2]
    low, high = (float(line[f"{name}_{end}"]) for end in ("low", "high"))
    ends = f" ({number_of_seeds(low)} to {number_of_seeds(high)})" if np.isfinite(low) else ""
    return f"{number_of_seeds(float(line[name]))}{ends}"


def _legend(settings: Settings, effects: pd.DataFrame, is_wide: bool) -> str:
    n = len(settings.seeds)
    if n == 1:
        return "The difference in one seed, which may be luck: more seeds give intervals."
    lines = [
        f"Difference from {_named(settings.against)} on the same seeds ± half its own 95% interval. * where "
        "zero is excluded even by intervals of which, at 95%, all in the table hold at once; costs have none."
    ]
    if typical := _typical(effects, "seeds_saved"):
        lines.append(
            f"Seeds saved by pairing, beyond the {n} used, for the same interval on strategic partnerships: "
            f"{typical} for the typical policy{_in_all(effects)}; each one's is in effects.csv"
            f"{'' if is_wide else f', and in the last column where a line has room for {_WIDE} letters'}."
        )
    if "posterior_low" in effects:
        lines[0] += f" {_LUCK_ALONE} where luck alone is known to exclude it (below)."
    lines += _freed(effects)
    lines.append("Inequality: Gini coefficient × 100 of councils' months with a partnership.")
    return "\n".join(lines)

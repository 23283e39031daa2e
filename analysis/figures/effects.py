"""The forest plot: what each policy changes, with its intervals."""

from collections.abc import Container, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from analysis import words
from analysis.figures.drawing import panels, style
from analysis.statistics.decision.posterior import by_luck_alone, points_of
from analysis.tables import AT_EQUAL_MONEY, COST, HEADLINES, MAIN_INDICATOR, Tables

#: Of a policy at equal money that costs something else.
_MARK = " †"
_MARK_TOLD = "† not at equal money: see the notes"
#: Of what points that fit what is known do not say, or were not asked.
_LUCK_ALONE = "only luck says so"
LINE, GAP = 0.225, 0.42  # inches: of one policy's line, and between two blocks of them
TOP, BOTTOM = 1.6, 0.95  # inches: what stands above and below the blocks


@dataclass(frozen=True)
class Facet:
    """How one indicator is shown.

    Attributes:
        heading: what it is.
        scale: what a value in the tables is multiplied by.
        unit: of what is shown.
        better: which direction is.
    """

    heading: str
    scale: float
    unit: str
    better: int

    @classmethod
    def of(cls, name: str, tables: Tables) -> "Facet":
        """That of an indicator."""
        columns = tables.columns
        factor, unit = columns.shown(name, tables.months)
        of_all = _of_all(name, tables)
        return cls(words.heading(columns.label(name)), factor, of_all or unit, columns.better(name))


def draw(tables: Tables) -> Figure | None:
    """Every policy's effect on the main indicators; policies at equal money in a block of their own."""
    main = tables.effect_on(MAIN_INDICATOR)
    blocks = _blocks(main)
    if not blocks:
        return None
    facets = {name: Facet.of(name, tables) for name in HEADLINES if len(tables.effect_on(name))}
    against = words.within(tables.against)
    finding = _finding(main, blocks[-1][1], tables.columns.label(MAIN_INDICATOR).lower())
    figure, grid = _canvas(blocks, len(facets), _read_as(main, against), finding)
    marked = set(main.index[main["misses_sum"]]) if "misses_sum" in main else set()
    for row, (heading, policies) in zip(grid, blocks, strict=True):
        _name_lines(row[0], heading, policies, marked)
        for axes, (name, facet) in zip(row, facets.items(), strict=True):
            _draw_facet(axes, tables.effect_on(name).reindex(policies), facet, name != COST)
    for column, (name, facet) in zip(grid.T, facets.items(), strict=True):
        level = words.rounded(float(tables.effect_on(name)["baseline"].iloc[0]) * facet.scale)
        _head(column[0], facet.heading, f"{words.shortened(against, 12)}: {level}")
        column[-1].set_xlabel(facet.unit)
    if marked:
        figure.text(0.99, 0.01, _MARK_TOLD, ha="right", va="bottom", fontsize=9, color=style.GREY)
    handles = _legend(facets.values(), is_over_points=points_of(main) > 0)
    figure.legend(handles=handles, loc="lower left", ncols=4, borderaxespad=0.3)
    return figure


def _of_all(name: str, tables: Tables) -> str:
    """The unit of an indicator with what there is of it in all, where that is known; else empty."""
    if name == "mean_coverage" and tables.councils is not None:
        return f"% of {len(tables.councils):,} councils"
    raised = tables.effect_on("needs_raised")
    if name == "needs_met" and len(raised) and tables.months:
        a_year = raised["baseline"].iloc[0] * tables.columns.shown(name, tables.months)[0]
        return f"of {words.rounded(float(a_year))} needs a year"
    return ""


def _finding(main: pd.DataFrame, policies: list[str], label: str) -> str:
    """What the figure says, of policies at equal money where there are such."""
    where = " at equal money" if policies[0].endswith(AT_EQUAL_MONEY) else ""
    adding = main.loc[policies].query("together_low > 0")
    if adding.empty:
        return f"No policy is shown to add {label}{where}"
    best = str(adding.index[0])
    effect = style.signed(float(f"{adding['effect'].iloc[0]:.2g}"))
    mark = _MARK * bool(main.loc[best].get("misses_sum", False))
    alone = f" ({_LUCK_ALONE})" * bool(by_luck_alone(adding).iloc[0])
    return f"{_label(best)}{mark} adds {'most ' * (best == policies[0])}{label}{where}: {effect}{alone}"


def _blocks(effects: pd.DataFrame) -> list[tuple[str, list[str]]]:
    """Policies as designed and at equal money, each from the largest effect to the least."""
    ranked = list(effects.sort_values("effect", ascending=False).index)
    equal = [policy for policy in ranked if policy.endswith(AT_EQUAL_MONEY)]
    designed = [policy for policy in ranked if policy not in equal]
    blocks = (("As designed" if equal else "", designed), ("At equal money", equal))
    return [block for block in blocks if block[1]]


def _canvas(
    blocks: list[tuple[str, list[str]]], columns: int, read_as: str, finding: str
) -> tuple[Figure, np.ndarray]:
    lines = [len(policies) for _, policies in blocks]
    longest = max(len(_label(policy)) for _, policies in blocks for policy in policies)
    axes_height = LINE * (sum(lines) + len(lines))
    return style.canvas(
        finding,
        read_as,
        height=TOP + axes_height + GAP * (len(lines) - 1) + BOTTOM,
        rows=len(lines),
        columns=columns,
        margins=(float(np.clip(0.35 + 0.073 * longest, 1.2, 2.7)), 0.2, TOP, BOTTOM),
        sharex="col",
        sharey="row",
        gridspec_kw={
            "height_ratios": [n + 1 for n in lines],
            "wspace": 0.12,
            "hspace": GAP / (axes_height / len(lines)),
        },
    )


def _read_as(main: pd.DataFrame, against: str) -> str:
    """How to read it."""
    of_luck = (
        f"Mean difference from {against} and its 95% interval, over {main['n'].max():.0f} histories, each on "
        "the same luck under both."
    )
    if not (n := points_of(main)):
        return of_luck
    return f"{of_luck}\nPale: what 95% of {n} sets of assumptions give, the nearest to what is known."


def _label(policy: str) -> str:
    return words.shortened(words.humanise(policy.removesuffix(AT_EQUAL_MONEY)))


def _name_lines(axes: Axes, heading: str, policies: list[str], marked: Container[str]) -> None:
    names = [_label(policy) + _MARK * (policy in marked) for policy in policies]
    axes.set_yticks(range(len(policies)), names)
    axes.set_ylim(len(policies), -1)
    axes.annotate(
        heading, (0, 1), xycoords="axes fraction", xytext=(-6, 5), textcoords="offset points",
        ha="right", weight="bold", fontsize=10.5,
    )  # fmt: skip


def _draw_facet(axes: Axes, effects: pd.DataFrame, facet: Facet, is_finding: bool) -> None:
    lines = np.arange(len(effects))
    effect, low, high = (effects[name].to_numpy(float) * facet.scale for name in ("effect", "low", "high"))
    together = (effects[f"together_{end}"].to_numpy(float) for end in ("low", "high"))
    colours = style.colours_of(*together, facet.better)
    faces = np.where(is_finding & by_luck_alone(effects), "white", colours)
    style.stripe(axes, len(lines))
    if points_of(effects):
        ends = (effects[f"posterior_{end}"].to_numpy(float) * facet.scale for end in ("low", "high"))
        axes.hlines(lines, *ends, color=style.PALE, linewidth=6, zorder=1.5)
    axes.axvline(0, color=style.INK, linewidth=1, zorder=1)
    axes.hlines(lines, low, high, colors=colours, linewidth=1.8, zorder=2)
    axes.scatter(effect, lines, c=faces, edgecolors=colours, s=24, zorder=3, linewidths=1.2)
    axes.spines["bottom"].set_visible(axes.get_subplotspec().is_last_row())
    axes.tick_params(bottom=axes.get_subplotspec().is_last_row())
    axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 4, 5, 10], min_n_ticks=2))
    axes.xaxis.set_major_formatter(FuncFormatter(style.signed))


def _head(axes: Axes, heading: str, level: str) -> None:
    place = {"xycoords": "axes fraction", "textcoords": "offset points", "annotation_clip": False}
    axes.annotate(heading, (0, 1), xytext=(0, 22), weight="bold", fontsize=10, va="bottom", **place)
    axes.annotate(level, (0, 1), xytext=(0, 7), color=style.GREY, fontsize=9, va="bottom", **place)


def _legend(facets: Iterable[Facet], is_over_points: bool) -> list[Line2D]:
    meanings = {
        style.BETTER: "better",
        style.WORSE: "worse",
        style.UNCLEAR: "may be zero, all policies looked at together",
    }
    if not all(facet.better for facet in facets):
        meanings[style.OPEN] = "different: better or worse is not said"
    handles = [panels.key(label, colour) for colour, label in meanings.items()]
    if is_over_points:
        handles.append(panels.key(_LUCK_ALONE, style.INK, markerfacecolor="white"))
    return handles

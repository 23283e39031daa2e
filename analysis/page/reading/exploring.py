"""Exploring: the page of finished experiments."""

from typing import TYPE_CHECKING, Any

from analysis import words
from analysis.asked import BadFolder
from analysis.page import views
from analysis.page.drawing import WIDTH, axes
from analysis.page.reading import folders
from analysis.page.reading.folders import STORE
from analysis.page.running.comparison import COLUMNS
from analysis.page.state import declared_label
from experiments.rows.row import policy_of
from model.policy import BASELINE, Dated

if TYPE_CHECKING:
    import pandas as pd

    from analysis.page.room import Room

#: Policies that have a colour of their own, beside the first.
_COLOURS = 9


def explore_page(said: dict[str, str], room: "Room") -> str:
    """The list of experiments; or one of them, drawn.

    Args:
        said: what the link says.
        room: where they are.
    """
    name = said.get("folder", "")
    problem, shown = "", {}
    if name:
        try:
            rows = folders.rows_of(name, room)
            if rows is None or not len(rows):
                problem = f"There is nothing to show in {name}."
            else:
                shown = _shown(name, rows, said)
        except BadFolder as error:
            problem = str(error)
    return views.page(
        "explore.html",
        "Explore",
        "explore",
        found=folders.folders(room.results, said.get("words", "")),
        words=said.get("words", ""),
        name=name,
        store=STORE,
        problem=problem,
        shown=shown,
    )


def _shown(name: str, rows: "pd.DataFrame", said: dict[str, str]) -> dict[str, Any]:
    choice = folders.choice_of(rows, said)
    own = folders.chosen(rows, choice)
    drawn = folders.points(folders.thinned(own), choice)
    xs, ys = [each["x"] for each in drawn], [each["y"] for each in drawn]
    scales = axes(xs, ys, from_zero=False)
    policies = list(dict.fromkeys(map(str, folders.thinned(own)["policy"])))
    columns = [*dict.fromkeys(("policy", "seed", choice.x, choice.y))]
    return {
        "choice": choice,
        "low": said.get("low", ""),
        "high": said.get("high", ""),
        "across": [(each, _label(each)) for each in folders.across(rows)],
        "upward": [(each, _label(each)) for each in folders.upward(rows)],
        "policies": [(each, _policy(each)) for each in dict.fromkeys(map(str, rows["policy"]))][:200],
        "chart": {"across": scales[0], "up": scales[1]},
        "points": [(scales[0](each["x"]), scales[1](each["y"]), each["policy"] % _COLOURS) for each in drawn],
        "legend": [_policy(each) for each in policies[:_COLOURS]],
        "n": len(own),
        "n_drawn": len(drawn),
        "titles": (f"{_label(choice.x)}{_unit(choice.x)}", f"{_label(choice.y)}{_unit(choice.y)}"),
        "columns": [_label(each) for each in columns],
        "rows": _lines(own.head(folders.MOST_ROWS), columns),
        "is_store": name == STORE,
        "width": WIDTH,
    }


def _lines(rows: "pd.DataFrame", columns: list[str]) -> list[tuple[list[str], str]]:
    """Rows as text, each with its name in the store."""
    names = rows["row"] if "row" in rows else [""] * len(rows)
    cells = [[_cell(column, value) for value in rows[column]] for column in columns]
    return [(list(line), str(name)) for line, name in zip(zip(*cells, strict=True), names, strict=True)]


def _cell(column: str, value: Any) -> str:
    if column == "policy":
        return _policy(str(value))
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _policy(name: str) -> str:
    """A policy's name; in the store it is what its levers are."""
    if not name.startswith("{"):
        return words.humanise(name)
    try:
        levers = [_lever(lever, dated) for lever, dated in policy_of(name).levers.items()]
    except (ValueError, TypeError, KeyError, AttributeError):  # a folder may hold anything
        return name
    return ", ".join(levers) or words.humanise(BASELINE.name)


def _lever(name: str, dated: Dated) -> str:
    """A lever with its value, and its months if these are not all."""
    ends = f" from month {dated.start}" if dated.start else ""
    ends += f" to month {dated.end}" if dated.end is not None else ""
    value = f"{dated.value:.6g}" if isinstance(dated.value, float) else str(dated.value)
    return f"{declared_label(name)} {value}{ends}"


def _label(name: str) -> str:
    return COLUMNS.label(name) if COLUMNS.indicator(name).label else words.humanise(name)


def _unit(name: str) -> str:
    unit = COLUMNS.unit(name) if COLUMNS.indicator(name).label else ""
    return f" ({unit})" if unit else ""

"""Views: from what is known to HTML; all text is escaped, nothing of a file or link is a template."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from analysis import words
from analysis.page.forms import against_of, form_of, lever_field, named
from analysis.page.room import COMPILING, LOADING, READY
from analysis.page.state import State, policy_names, read

if TYPE_CHECKING:
    from analysis.page.running.comparison import Comparison, Found

HERE = Path(__file__).parent


@cache
def templates() -> Environment:
    """The page's own templates."""
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["named"] = named
    environment.globals["pounds"] = _pounds
    return environment


def _pounds(thousands: float) -> str:
    """A sum of money; what says it is loaded with the statistics."""
    return words.pounds(thousands, 3)


def render(template: str, **content: Any) -> str:
    """A template with its content."""
    return templates().get_template(template).render(**content)


def page(template: str, title: str, here: str, **content: Any) -> str:
    """A whole page.

    Args:
        template: of its main part.
        title: of the page.
        here: which of the pages it is.
        content: what the template shows.
    """
    return render(template, title=title, here=here, **content)


def form(state: State, problems: Mapping[str, str], query: str) -> str:
    """The form of a state."""
    said = dict(parse_qsl(query, keep_blank_values=True))
    return render("form.html", form=form_of(state, problems, said))


def against(state: State) -> str:
    """What others may be held against: it changes with what is chosen."""
    return render("against.html", choices=against_of(state))


def mix(lever: str, state: State) -> str:
    """What some seeds get of a lever, beside its field."""
    return render("mix.html", field=lever_field(lever, state))


def compare_page(query: str) -> str:
    """The first page."""
    state, problems = read(query)
    said = dict(parse_qsl(query, keep_blank_values=True))
    return page(
        "compare.html",
        "Compare policies",
        "compare",
        form=form_of(state, problems, said),
        state=state,
    )


def watch_page(query: str) -> str:
    """The page on which runs unfold."""
    from analysis.page.watching.scenes import scene_of

    scene, problems = scene_of(query)
    return page("watch.html", "Watch", "watch", scene=scene, problems=problems, policies=policy_names())


_LOADING = {
    LOADING: "Loading the model.",
    COMPILING: "Compiling the model for this machine: about half a minute, once.",
    READY: "Ready.",
}


def status(state: str) -> str:
    """A word while nothing is known yet."""
    return render(
        "status.html", kind="loading", text=_LOADING.get(state, f"The model cannot be loaded: {state}")
    )


def problem(text: str) -> str:
    """A word on what is wrong."""
    return word("problem", text)


def word(kind: str, text: str) -> str:
    """A word on where things stand."""
    return render("status.html", kind=kind, text=text)


def news(sentences: Sequence[str]) -> str:
    """What is told to those who listen: sentences that are new."""
    return Markup.escape(" ".join(sentences))


def results(comparison: "Comparison", found: "Found", is_stopped: bool, problem: str = "") -> dict[str, str]:
    """All that is shown of a comparison, by where it stands."""
    from analysis.page.running.tables import lines_of

    state = comparison.state
    kind, text = _status(comparison, found, is_stopped, problem)
    shown, leader = state.with_seeds(max(found.n, 1)), _leader(found)
    return {
        "status": render("status.html", kind=kind, text=text),
        "said": render("said.html", found=found, state=state, is_provisional=found.n < state.seeds),
        "rules": render("rules.html", leader=leader),
        "table": render("table.html", lines=lines_of(comparison, found), state=state, found=found),
        "months": _months(found),
        "spent": _spent(comparison, found),
        "reproduce": render("reproduce.html", state=shown, leader=leader),
        "links": render("links.html", state=state),
    }


def _leader(found: "Found") -> str:
    """The policy that the answer is about; empty while there is none."""
    return next((each.policies[0] for each in found.sentences if each.kind == "first" and each.policies), "")


def _spent(comparison: "Comparison", found: "Found") -> str:
    """What one's own bundle costs, beside its budget."""
    from analysis.page.running.budget import a_year

    budget = comparison.state.budget
    if not (budget and comparison.years and comparison.state.levers and found.tables) or found.awaited:
        return ""
    return render("spent.html", cost=a_year(comparison), budget=budget)


def _months(found: "Found") -> str:
    from analysis.page.drawing import over_time

    return render("months.html", chart=over_time(found.months))


def _status(comparison: "Comparison", found: "Found", is_stopped: bool, problem: str) -> tuple[str, str]:
    """Where the comparison stands: a word for its colour, and a sentence."""
    n, seeds = found.n, comparison.state.seeds
    so_far = f"{n} of {seeds} seeds"
    if problem:
        return "problem", f"Results cannot be kept: {problem}"
    if len(comparison.state.names) < 2:
        return "ready", "Choose a policy, or move a slider of your bundle."
    here, all_of = found.over
    if n == seeds and here < all_of and not is_stopped:
        return "over", f"{so_far} are there. Now other assumptions: {here} of {all_of} runs."
    if n == seeds and comparison.is_passing and not is_stopped:
        return "narrowing", f"{so_far} are there. Now the budget is met on all of them."
    if n == seeds and here == all_of:
        sure = "" if found.is_solid else " Not solid yet: ask for more seeds."
        return "done", f"Done: {so_far}.{sure}"
    if is_stopped:
        return "stopped", f"Stopped after {so_far}."
    if not found.tables:
        return "first", "Running the first seeds."
    if found.awaited:
        later = ", ".join(map(named, found.awaited))
        return "narrowing", f"First numbers, {so_far}. Still to come: {later}."
    if found.is_solid:
        return "solid", f"Solid after {so_far}: more are added."
    return "narrowing", f"First numbers, {so_far}: intervals narrow as more are added."

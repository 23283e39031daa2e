"""The page: a folder's report as one HTML file that needs nothing else."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from analysis import words
from analysis.asked import AT_EQUAL_MONEY, JOINED
from analysis.figures.folder import Drawn, drawn, inline
from analysis.listing import REPORT
from analysis.report import added, answer, certainty, changes, limits, money, phrases, timing, whom
from analysis.report.assumed import failing, learning, switching
from analysis.report.assumed import robust as robustness
from analysis.report.questions import bundles, combined, friction, mechanisms, trial
from analysis.report.sentences import Sentence
from analysis.report.shown import Figure, Section
from analysis.report.source import Source
from analysis.report.why import nowhere

#: Figures of a comparison over time; those of other jobs have a section of their own.
_WHEN = ("by_year", "partnerships", "survival")
#: What figures show, for who cannot see them.
_TOLD = {
    "effects": "Effects of each policy on the main indicators; the tables say the same in numbers.",
    "worth": "Long-term partnerships added against extra cost, a point a policy.",
    "by_year": "Long-term partnerships added in each year, by the policies that add most.",
    "partnerships": "Partnerships over time under the present and the best policies.",
    "combined": "What each policy adds by itself, and what it gives of all together.",
    "mechanisms": "What each policy still changes where one mechanism of the model is switched off.",
    "friction": "What is realised under each policy, of what could be had with the same people and time.",
    "survival": "How long projects and long-term partnerships last, as survival curves.",
}
#: Letters of the longest word that is kept whole on paper.
_LONG = 24
_NO_ANSWER = (
    "This folder holds no comparison of policies from which an answer could be read. towngown "
    "(experiment=compare) "
    "makes one; experiment=robust says which policy is good whatever the assumptions are."
)


def write(folder: Path, figures: Drawn | None = None) -> Path:
    """Write the report of a folder, from its tables as they are.

    Args:
        folder: that `towngown` wrote.
        figures: its figures, where they are drawn already.

    Returns:
        The file.

    Raises:
        BadFolder: if it holds no run, or tables that cannot be read; no file is then touched.
    """
    source = Source(folder)
    figures = drawn(source.tables) if figures is None else figures
    text = _environment().get_template("report.html").render(**_content(source, figures))
    file = folder / REPORT
    partial = file.with_name(f".{REPORT}.{os.getpid()}.partial")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)
    return file


def told(figure: str, title: str = "") -> str:
    """What a figure shows, for those who cannot see it; its title, where nothing else is said of it."""
    return _TOLD.get(figure) or title or f"The figure {figure}."


def _environment() -> Environment:
    templates = FileSystemLoader(Path(__file__).with_name("templates"))
    environment = Environment(
        loader=templates, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["named"] = phrases.called
    environment.tests["long"] = _is_long
    return environment


def _is_long(cell: object) -> bool:
    """Whether a word of a cell is so long that it may be broken on paper; numbers never are."""
    return any(len(word) > _LONG for word in str(cell).split())


def _content(source: Source, figures: Drawn) -> dict:
    shown = {
        name: Figure(inline(figure, name), name, told(name, str(figure.get_label())))
        for name, figure in figures.items()
    }
    sections = list(_sections(source, shown))
    return {
        "title": _title(source),
        "subtitle": _subtitle(source),
        "terms": _terms(source),
        "warning": _warning(source),
        "sections": sections,
        "settings": source.settings,
    }


def _sections(source: Source, figures: dict[str, Figure]) -> Iterator[Section]:
    sentences = answer.said(source)
    if sentences:
        yield from _of_comparison(source, sentences, figures)
    elif found := list(_of_others(source, figures)):
        yield from found
    elif robust := list(robustness.section(source)):
        yield from robust
    else:
        yield Section("answer", "The answer", missing=_NO_ANSWER)
    yield from switching.section(source)
    yield from failing.section(source)
    yield from learning.section(source)
    if figures:
        yield Section("figures", "What the tables show", figures=list(figures.values()))
    yield limits.section(source)


def _of_others(source: Source, figures: dict[str, Figure]) -> Iterator[Section]:
    """What another job tells that says more than what it has run."""
    yield from bundles.section(source, _taken(figures, "bundles"))
    yield from combined.section(source, _taken(figures, "combined"))
    yield from mechanisms.section(source, _taken(figures, "mechanisms"))
    yield from friction.section(source, _taken(figures, "friction"))
    yield from trial.section(source)


def _taken(figures: dict[str, Figure], *names: str) -> list[Figure]:
    return [figures.pop(name) for name in names if name in figures]


def _of_comparison(
    source: Source, sentences: list[Sentence], figures: dict[str, Figure]
) -> Iterator[Section]:
    """What a comparison tells; its figures are taken from those there are."""
    tables = [*changes.policies(source), *changes.table(source)]
    yield Section("answer", "The answer", sentences, _taken(figures, "effects"), tables)
    yield added.section(source)
    yield nowhere.section(source)
    yield whom.section(source)
    yield replace(money.section(source), figures=_taken(figures, "worth"))
    yield timing.section(source, _taken(figures, *_WHEN))
    yield certainty.section(source)
    yield from mechanisms.section(
        source, _taken(figures, "mechanisms"), "hangs-on", "What the answer hangs on"
    )


def _title(source: Source) -> str:
    names = {str(name).removesuffix(AT_EQUAL_MONEY) for name in source.names["policy"].unique()}
    policies = sum(JOINED not in name for name in names)
    if policies < 2:
        return f"{words.humanise(str(source.names['policy'].iloc[0]))}: what comes of it"
    return (
        f"What {words.counted(policies - 1, 'policy')} would do for partnerships of councils and universities"
    )


def _terms(source: Source) -> str:
    """What the words mean that are said all over the page."""
    text = (
        "A long-term partnership goes on when the money of its project has ended; tables and files also call "
        "it strategic. A history is one way in which the years may go: who meets whom, who moves, whose bid "
        "wins."
    )
    equal = source.asked.equal_money if source.asked else None
    if equal is None:
        return text
    return (
        f"{text} At equal money each policy that has a price is as large as "
        f"{words.sum_of(equal.a_year)} a year makes it, if any size does."
    )


def _warning(source: Source) -> str:
    """What is to be known before anything is read; empty, where nothing is."""
    if not source.changed:
        return ""
    return (
        f"Since towngown wrote this folder, {phrases.listed(source.changed)} "
        f"{'was' if len(source.changed) == 1 else 'were'} changed or lost by others: numbers that stand on "
        "that may be wrong, and towngown again=FOLDER makes them anew."
    )


def _subtitle(source: Source) -> str:
    told, names = source.manifest, source.names
    where = words.population(str(names["population"].iloc[0])) if "population" in names else "unknown places"
    parts = [where]
    if "councils" in told and "universities" in told:
        parts.append(f"{told['councils']:,} councils, {told['universities']:,} universities")
    parts.append(f"{len(names):,} simulated histories")
    if "started" in told:
        parts.append(str(told["started"])[:10])
    return " · ".join(parts)

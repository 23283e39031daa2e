"""Lessons: five short stories, each with a link into the page, a question, and an answer that is computed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.page.forms import named
from analysis.page.running.comparison import Comparison, Found
from analysis.page.state import read
from analysis.page.watching import lives
from analysis.page.watching.scenes import scene_of
from analysis.page.watching.watched import Watched, parting, watch
from analysis.report import phrases
from analysis.tables import MAIN_INDICATOR
from model.simulation import NINE_PLACES

if TYPE_CHECKING:
    from analysis.page.room import Room


@dataclass(frozen=True)
class Answer:
    """What the model answers.

    Attributes:
        choice: which of the choices is right.
        text: in a sentence or two, with the numbers.
    """

    choice: int
    text: str


@dataclass(frozen=True)
class Lesson:
    """A story.

    Attributes:
        name: in its link.
        title: what it is about.
        text: what to know, a paragraph each.
        query: of the page where it happens.
        is_watched: whether it happens in one run, not over many seeds.
        question: one.
        choices: possible answers.
        answer: from what has been found, or watched.
        runs: that are watched for the answer, from the link's seed on.
    """

    name: str
    title: str
    text: tuple[str, ...]
    query: str
    is_watched: bool
    question: str
    choices: tuple[str, ...]
    answer: Callable[[Any], Answer]
    runs: int = 1

    @property
    def link(self) -> str:
        """Where it happens."""
        return f"{'/watch' if self.is_watched else '/'}?{self.query}"


def _effect(found: Found, policy: str, indicator: str) -> Any:
    effects = found.tables["effects"]
    return effects[(effects["policy"] == policy) & (effects["indicator"] == indicator)].iloc[0]


def _span(line: Any, factor: float = 1.0) -> str:
    """An effect and its interval."""
    value, low, high = (line[name] * factor for name in ("effect", "low", "high"))
    return f"{phrases.amount(value, (high - low) / 2)} ({phrases.span(low, high)})"


def _sign(line: Any) -> int:
    """Whether an effect is above, below or not told from nothing."""
    return int(line["low"] > 0) - int(line["high"] < 0)


def _introductions(found: Found) -> Answer:
    alone, helped = (_effect(found, name, MAIN_INDICATOR) for name in ("matchmaking", "matchmaking_nurture"))
    choice = {(1, 1): 2, (0, 1): 1, (-1, 1): 1}.get((_sign(alone), _sign(helped)), 0)
    return Answer(
        choice,
        f"With {found.n} seeds, introductions alone change lasting partnerships by {_span(alone)} at any "
        "time; with "
        f"help over the first months, by {_span(helped)}. An introduction makes a meeting, and what a "
        "meeting "
        "becomes hangs on time that neither side has.",
    )


def _short_grant(found: Found) -> Answer:
    short, long = (_effect(found, name, MAIN_INDICATOR) for name in ("custom", "longer_grants"))
    choice = 1 if _sign(short) < 0 else 2 if _sign(short) > 0 else 0
    return Answer(
        choice,
        f"With {found.n} seeds, grants of six months instead of eighteen change lasting partnerships by "
        f"{_span(short)}; of thirty-six, by {_span(long)}. A project embeds month by month, and a short one "
        "has few "
        "months to do so; but as much money pays for more of them.",
    )


def _district(watched: list[Watched]) -> Answer:
    """Where lasting partnerships are: at home or away."""
    one = watched[0]
    homes = [is_home for each in watched for is_home in _at_home(each)]
    share = float(np.mean(homes)) if homes else 0.0
    by_chance = np.mean([[c.place == u.place for u in one.universities] for c in one.councils])
    choice = 0 if share > 2 * by_chance else 1
    return Answer(
        choice,
        f"Of {len(homes)} projects that became lasting partnerships in {len(watched)} runs, {share:.0%} "
        "joined a "
        "council with a "
        f"university of its own place; of all pairs, {by_chance:.0%} share one. People meet whom they are "
        "near, and "
        "a council asks its own university first: a district without one is left with distance.",
    )


def _at_home(one: Watched) -> list[bool]:
    """Of each project that became lasting, whether both sides share a place."""
    lasting = one.lives[(one.lives["event"] == "embedded") & (one.lives["month"] >= 0)]
    pairs = zip(lasting["council"], lasting["university"], strict=True)
    return [one.councils[c].place == one.universities[u].place for c, u in pairs]


def _leader(watched: list[Watched]) -> Answer:
    """What becomes of a council's commitment where it falls most in a month."""
    (one,) = watched
    month, council, before, after = _largest_fall(one)
    ties = one.lives[(one.lives["council"] == council) & (one.lives["month"].between(month, month + 23))]
    ended = int(ties["event"].isin(["strategic_ended", "project_ended", "lapsed"]).sum())
    began = int(ties["event"].isin(["embedded"]).sum())
    left = (0.25 + 0.75 * np.sqrt(after)) / (0.25 + 0.75 * np.sqrt(before))
    return Answer(
        0 if left < 0.95 else 1,
        f"In {lives.when(month)} the commitment of {one.councils[council].name} falls from {before:.2f} to "
        f"{after:.2f} "
        f"as its leaders change. All else the same, its projects then become lasting at {left:.0%} of the "
        "rate before. "
        f"In the two years from then, {ended} of its ties ended or fell asleep, and {began} became lasting.",
    )


def _largest_fall(one: Watched) -> tuple[int, int, float, float]:
    """Month, council, and its commitment before and after; of councils that have partners."""
    simulation = one.at(0)
    before = simulation.world.councils["commitment"].copy()
    largest = (0, 0, 1.0, 1.0)
    for month in range(one.months):
        simulation.advance(1)
        after = simulation.world.councils["commitment"].copy()
        has_partners = simulation.world.councils["active"] > 0
        council = int(np.argmax(np.where(has_partners, before - after, 0.0)))
        if before[council] - after[council] > largest[2] - largest[3]:
            largest = (month, council, float(before[council]), float(after[council]))
        before = after
    return largest


def _parts(watched: list[Watched]) -> Answer:
    found = parting(*watched)
    if found.month is None:
        return Answer(2, "They never part: what differs between them changes nothing with this luck.")
    event, told = found.event, ""
    if event is not None:
        own = watched[found.where]
        moment = lives.moment_of(own, event)
        whose = lives.title(own, "tie", int(event["tie"]))
        told = f" The first event that only one of them has: {whose}, {moment.what}."
    choice = 0 if found.month < 12 else 1
    policy = named(watched[1].policy.name)
    return Answer(
        choice,
        f"They part in {lives.when(found.month)}, and are the same to the last bit before.{told} From there, "
        "what one "
        f"pair does changes whom others meet: not all that differs later was done by {policy} itself.",
    )


_WATCHED = "policies=phds&seed=3"
LESSONS = {
    each.name: each
    for each in (
        Lesson(
            "introductions",
            "Why introductions alone may not help",
            (
                "A matchmaker introduces councils with a question to researchers who could answer it. It is "
                "cheap, and "
                "much asked for.",
                "Most people who meet never work together: the first months take time before anybody is paid "
                "for it.",
            ),
            "policies=matchmaking,matchmaking_nurture&seeds=60",
            False,
            "Which of the two is shown to add lasting partnerships?",
            ("neither", "introductions with help over the first months only", "both"),
            _introductions,
        ),
        Lesson(
            "short_grant",
            "What a short grant does",
            (
                "The same money pays for many short projects or for few long ones.",
                "A project becomes lasting in any month with some chance, the more so once it has delivered.",
            ),
            "policies=longer_grants&policy.grant_months=6&seeds=60",
            False,
            "What do grants of six months instead of eighteen do to lasting partnerships?",
            ("nothing that can be told", "they make fewer", "they make more"),
            _short_grant,
        ),
        Lesson(
            "district",
            "A city and its district",
            (
                "Each place has universities and councils; between places lie a hundred kilometres.",
                "Watch where lines are drawn: within a place, or across.",
            ),
            "policies=baseline&seed=4",
            True,
            "Are lasting partnerships at home more often than by chance?",
            ("yes, more than twice as often", "no"),
            _district,
            runs=20,
        ),
        Lesson(
            "leader",
            "A leader leaves",
            (
                "Leaders of councils change with elections, and when chief executives leave. Their "
                "commitment weighs on "
                "which projects become lasting.",
                "Find the month, and look at the life of the council around it.",
            ),
            "policies=baseline&seed=5",
            True,
            "Where commitment falls most in one month, do projects there become lasting more slowly "
            "afterwards?",
            ("yes", "hardly"),
            _leader,
        ),
        Lesson(
            "parting",
            "The first month in which two worlds part",
            (
                "Two worlds have the same councils, the same people and the same luck. In one of them, a "
                "funder pays for "
                "PhDs with councils.",
                "Until the policy does something, not one number differs.",
            ),
            _WATCHED,
            True,
            "When does the first number differ?",
            ("in the first year", "later", "never"),
            _parts,
        ),
    )
}


def answer_of(lesson: Lesson, room: "Room") -> Answer:
    """The answer, computed now, in turns with whatever else runs; rows go to the store as all others do."""
    if lesson.is_watched:
        scene, _ = scene_of(lesson.query)
        seeds = range(scene.seed, scene.seed + lesson.runs)
        parameters, policies = dict(scene.state.parameters), scene.policies
        watched = [room.sharing.result_of(watch(parameters, policies, NINE_PLACES, seed)) for seed in seeds]
        return lesson.answer([each for runs in watched for each in runs])
    state, _ = read(lesson.query)
    comparison = Comparison(state, NINE_PLACES, lambda: None)
    comparison.load(room.runner)
    room.sharing.finish(comparison.tasks(room.runner), lambda: comparison.is_complete)
    return lesson.answer(comparison.found())

"""Lessons: five short stories, each with a link into the page, a question, and an answer that is computed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.page.forms import named
from analysis.page.running.comparison import Comparison
from analysis.page.state import read
from analysis.page.watching import lives
from analysis.page.watching.scenes import scene_of
from analysis.page.watching.watched import Watched, parting, watch
from analysis.page.watching.why import embeds
from analysis.report import phrases
from analysis.tables import MAIN_INDICATOR
from model.arrays import PROJECT, World
from model.simulation import NINE_PLACES

if TYPE_CHECKING:
    from analysis.page.room import Room

#: A project begins, whoever pays.
_BEGUN = ("started_grant", "commissioned", "started_inkind")
#: Months that are looked at after leaders change.
_AFTER = 24


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
        answer: from the comparison, or from what has been watched.
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


def _effect(comparison: Comparison, policy: str, indicator: str) -> Any:
    effects = comparison.effects()
    return effects[(effects["policy"] == policy) & (effects["indicator"] == indicator)].iloc[0]


def _span(line: Any, factor: float = 1.0) -> str:
    """An effect and its interval."""
    value, low, high = (line[name] * factor for name in ("effect", "low", "high"))
    return f"{phrases.amount(value, (high - low) / 2)} ({phrases.span(low, high)})"


def _sign(line: Any) -> int:
    """Whether an effect is above, below or not told from nothing."""
    return int(line["low"] > 0) - int(line["high"] < 0)


def _introductions(comparison: Comparison) -> Answer:
    alone, helped = (
        _effect(comparison, name, MAIN_INDICATOR) for name in ("matchmaking", "matchmaking_nurture")
    )
    made, begun = (
        _effect(comparison, "matchmaking", name)["effect"]
        for name in ("introductions", "formed_introduction")
    )
    choice = 0 if _sign(alone) < 1 else 1 if alone["high"] < 1 else 2
    return Answer(
        choice,
        f"With {comparison.n} seeds, {made:,.0f} introductions in {comparison.years:g} years begin "
        f"{begun:.0f} ties, and change lasting partnerships by {_span(alone)} at any time, beside the "
        f"{alone['baseline']:.1f} that are there without; with help over the first months, by "
        f"{_span(helped)}. An introduction makes a meeting: most come to nothing, as both sides must want "
        "more of it and have the time.",
    )


def _short_grant(comparison: Comparison) -> Answer:
    short, long = (_effect(comparison, name, MAIN_INDICATOR) for name in ("custom", "longer_grants"))
    starts = _effect(comparison, "custom", "starts_grant")
    choice = 1 if _sign(short) < 0 else 2 if _sign(short) > 0 else 0
    return Answer(
        choice,
        f"With {comparison.n} seeds, grants of six months instead of eighteen change lasting partnerships by "
        f"{_span(short)}; of thirty-six, by {_span(long)}. A project becomes lasting month by month, and a "
        "short one has few months to do so; but as much money pays for more of them: of projects that grants "
        f"pay for, {starts['effect']:+.0f} begin, beside {starts['baseline']:.0f}.",
    )


def _district(watched: list[Watched]) -> Answer:
    """Where projects begin, and where they last: at home or away."""
    one = watched[0]
    begun, lasting = (
        [each for run in watched for each in _at_home(run, events)] for events in (_BEGUN, ("embedded",))
    )
    share = float(np.mean(lasting)) if lasting else 0.0
    by_chance = np.mean([[c.place == u.place for u in one.universities] for c in one.councils])
    return Answer(
        0 if share > 2 * by_chance else 1,
        f"In {len(watched)} runs, {np.mean(begun):.0%} of {len(begun):,} projects that began joined a "
        f"council with a university of its own place, and {share:.0%} of the {len(lasting)} that became "
        f"lasting partnerships; of all pairs, {by_chance:.0%} share one. People meet whom they are near, "
        "and a council asks its own university first: a district without one has distance against it.",
    )


def _at_home(one: Watched, events: Sequence[str]) -> list[bool]:
    """Of each tie to which one of some events happened, whether both sides share a place."""
    chosen = one.lives[one.lives["event"].isin(events) & (one.lives["month"] >= 0)]
    pairs = zip(chosen["council"], chosen["university"], strict=True)
    return [one.councils[c].place == one.universities[u].place for c, u in pairs]


@dataclass(frozen=True)
class Fall:
    """A council's commitment falls.

    Attributes:
        month: of the horizon.
        council: its row.
        before: its commitment.
        after: the same, a month later.
        left: of the rate at which its projects become lasting, all else the same.
    """

    month: int
    council: int
    before: float
    after: float
    left: float


def _leader(watched: list[Watched]) -> Answer:
    """What becomes of a council's commitment where it falls most in a month."""
    (one,) = watched
    fall = largest_fall(one)
    months = one.lives["month"].between(fall.month, fall.month + _AFTER - 1)
    ties = one.lives[(one.lives["council"] == fall.council) & months]
    ended = int(ties["event"].isin(["strategic_ended", "project_ended", "lapsed"]).sum())
    began = int(ties["event"].isin(["embedded"]).sum())
    return Answer(
        0 if fall.left < 0.95 else 1,
        f"In {lives.when(fall.month)} the commitment of {one.councils[fall.council].name} falls from "
        f"{fall.before:.2f} to {fall.after:.2f} as its leaders change. All else the same, its projects then "
        f"become lasting at {fall.left:.0%} of the rate before. In the two years from then, {ended} of its "
        f"ties ended or fell asleep, and {began} became lasting.",
    )


def largest_fall(one: Watched) -> Fall:
    """Where commitment falls most in a month, of councils that have projects, two years before the end."""
    simulation = one.at(0)
    councils, ties = simulation.world.councils, simulation.world.ties
    before = councils["commitment"].copy()
    largest = Fall(0, 0, 1.0, 1.0, 1.0)
    for month in range(one.months - _AFTER):
        simulation.advance(1)
        after = councils["commitment"].copy()
        has_projects = np.isin(np.arange(len(councils)), ties["council"][ties["stage"] == PROJECT])
        council = int(np.argmax(np.where(has_projects, before - after, 0.0)))
        had, has = float(before[council]), float(after[council])
        if had - has > largest.before - largest.after:
            largest = Fall(month, council, had, has, _left(simulation.world, council, had))
        before = after
    return largest


def _left(world: World, council: int, before: float) -> float:
    """What is left of the rate at which a council's projects became lasting at the commitment before."""
    own, after = world.councils[council], _embedding(world, council)
    now, own["commitment"] = own["commitment"], before
    rate = _embedding(world, council)
    own["commitment"] = now
    return after / rate


def _embedding(world: World, council: int) -> float:
    """The hazards that a council's projects become lasting, together."""
    ties = world.ties
    own = np.flatnonzero((ties["stage"] == PROJECT) & (ties["council"] == council))
    return sum(float(embeds(world, int(t))) for t in own)


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
            "How many lasting partnerships do ten years of introductions alone add, at any time?",
            ("none that can be told from luck", "less than one", "one or more"),
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
            "policies=baseline&seed=2",
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
    return lesson.answer(comparison)

"""Conservation: nothing comes from nowhere, and nothing goes without a trace, in any world whatever.

A law takes a simulation that has run, with histories, and returns by how much it is broken at the worst.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial

import numpy as np

from analysis.statistics.evidence.checks import Measured, exactly
from experiments.verification.check import Check
from experiments.verification.worlds import EVERYTHING, SHORT, kept
from model.arrays import NONE, STAGES
from model.measures import EVENTS
from model.policy import BASELINE
from model.population import lattice
from model.reasons import NAMES, OF_A_MEETING, OF_AN_EXPIRED
from model.simulation import Simulation

type Law = Callable[[Simulation], float]


def needs(simulation: Simulation) -> float:
    """Needs raised and open before are those that ended, in one of five ways, and those open after."""
    months, funder = simulation.world.months, simulation.world.funder
    ways = ("met", "met_scoping", "met_dissemination", "met_elsewhere", "expired")
    ended = sum(months[f"needs_{how}"] for how in ways)
    missing = np.abs(np.cumsum(months["needs_raised"] - ended) - months["needs_open"])
    return max(missing.max(initial=0.0), abs(funder.open_needs.sum() - funder.needs_open))


def reasons(simulation: Simulation) -> float:
    """Reasons of the horizon's needs and meetings are what its indicators count, one for each."""
    series = simulation.result().series
    needs, meetings = (dict(zip(NAMES, each, strict=True)) for each in simulation.world.reasons.sum(axis=1))
    expired = sum(needs[NAMES[why]] for why in OF_AN_EXPIRED)
    pairs = (
        (needs["met"], series["needs_met_all"].sum()),
        (needs["elsewhere"], series["needs_met_elsewhere"].sum()),
        (needs["open"], series["needs_open"][-1:].sum()),
        (expired, series["needs_expired"].sum()),
        (meetings["agreed"], series["formed"].sum()),
        (needs["agreed"], 0),
        (sum(meetings[NAMES[why]] for why in OF_A_MEETING), sum(meetings.values())),
    )
    return max(abs(float(counted - indicator)) for counted, indicator in pairs)


def money(simulation: Simulation) -> float:
    """What calls and purse brought in the horizon is paid, set aside, left over, or in the purse.

    A share of what came in; nor is more paid at any time than came in till then.
    """
    world, warmup = simulation.world, simulation.world.clock.warmup
    levers = world.segments[world.segment_of_month]
    month = np.arange(len(levers))
    closes = (month + 1) % levers["call_interval"] == 0
    calls = levers["annual_budget"] * (1 - levers["responsive_share"]) * levers["call_interval"] / 12
    income = closes * calls + levers["annual_budget"] * levers["responsive_share"] / 12
    paid = world.months["grants_paid"]
    too_much = [
        (np.cumsum(paid[period]) - np.cumsum(income[period])).max(initial=0.0)
        for period in (slice(0, warmup), slice(warmup, None))
    ]
    last = slice(warmup, None) if len(month) > warmup else slice(0, warmup)
    funder = world.funder
    held = funder.leftover + funder.purse + funder.aside_awards @ funder.aside_cost
    missing = abs(paid[last].sum() + held - income[last].sum())
    return max(missing, *too_much) / max(1.0, income.sum())


#: The stage that an event leads to, and the stages that it may come from ("" before and after a tie's life).
PASSAGES: Mapping[str, tuple[str | None, tuple[str, ...]]] = {
    **{f"formed_{how}": ("scoping", ("", "dormant")) for how in ("council_search", "outreach", "event")},
    "formed_introduction": ("scoping", ("", "dormant")),
    "formed_repeat": ("scoping", ("dormant",)),
    "initial": ("strategic", ("",)),
    "ready": ("ready", ("scoping",)),
    "lapsed": ("dormant", ("scoping", "ready")),
    "awarded": ("awarded", ("ready",)),
    "gave_up": ("dormant", ("ready",)),
    "started_grant": ("project", ("awarded",)),
    **dict.fromkeys(("started_inkind", "commissioned", "seeded", "vouched"), ("project", ("ready",))),
    "started_phd": ("project", ("",)),
    "embedded": ("strategic", ("project",)),
    "follow_on": ("ready", ("project",)),
    "project_ended": ("dormant", ("project",)),
    "strategic_ended": ("dormant", ("strategic",)),
    "departed": ("", ("dormant", "scoping", "ready", "awarded", "project", "strategic")),
    "forgotten": ("", ("dormant",)),
    "bid": (None, ("ready",)),
    "full_bid": (None, ("ready",)),
    "first_answer": (None, ("ready",)),
    "yielded": (None, ("scoping", "ready", "awarded")),
    "claimed": (None, ("project", "strategic")),
    "finding_met": (None, ("project", "strategic")),
    "finding_late": (None, ("project", "strategic")),
    "finding_own": (None, ("project", "strategic")),
    "opportunity": (None, ("strategic",)),
    "handed_over": (None, ("awarded", "project", "strategic")),
    "officer_lost": (None, ("scoping", "ready", "awarded", "project", "strategic")),
}


#: What is counted of ties at a month's end; those that were awarded a grant among the ready.
STOCKS = ("scoping", "ready", "project", "strategic", "dormant")


def stages(simulation: Simulation) -> float:
    """Each tie's life is a path through the stages, and all lives together are the stocks of every month."""
    world = simulation.world
    if not len(world.months):
        return 0.0
    history = world.history[: world.clock.events]
    stage: dict[int, str] = {}
    stock: Counter[str] = Counter()
    wrong = at = 0
    for month, measured in enumerate(world.months):
        while at < len(history) and history["month"][at] == month:
            tie, event = int(history["tie"][at]), EVENTS[history["event"][at]]
            before = stage.get(tie, "")
            after, is_allowed = _passage(event, before)
            stock[before] -= 1
            stock[after] += 1
            stage[tie] = after
            wrong, at = wrong + (not is_allowed), at + 1
        counted = {**stock, "ready": stock["ready"] + stock["awarded"]}
        wrong += sum(counted.get(name, 0) != measured[name] for name in STOCKS)
    there = {int(tie["name"]): STAGES[tie["stage"]] for tie in world.ties[world.ties["stage"] > 0]}
    return float(wrong + len(history) - at + (there != {tie: name for tie, name in stage.items() if name}))


def _passage(event: str, before: str) -> tuple[str, bool]:
    """The stage that an event leads to, and whether it may happen."""
    if event == "seconded":
        return before or "dormant", True
    after, allowed = PASSAGES[event]
    return before if after is None else after, before in allowed


def people(simulation: Simulation) -> float:
    """Whoever is present is on one university's staff, and no one else is."""
    world, listed, wrong = simulation.world, [], 0
    for university in world.universities:
        staff = list(range(university["first_post"], university["first_post"] + university["posts"]))
        phd = university["first_phd"]
        while phd != NONE and len(staff) <= university["staff"]:  # else the list is a circle
            staff.append(int(phd))
            phd = world.researchers["next_phd"][phd]
        wrong += abs(len(staff) - int(university["staff"]))
        listed += staff
    present = np.flatnonzero(world.researchers["present"]).tolist()
    return float(wrong + (sorted(listed) != present) + abs(len(listed) - world.clock.researchers))


def days(simulation: Simulation) -> float:
    """Whatever is served takes all days that there are, or all that are asked for, and no more."""
    world = simulation.world
    efforts = world.efforts[: world.clock.busy]
    capacity = world.researchers["engagement_capacity"][efforts["researcher"]]
    sides = ((world.councils, world.councils["partnership_capacity"]), (efforts, capacity))
    return max(_days_wrong(side, np.maximum(there, 0.0)) for side, there in sides)


def _days_wrong(side: np.ndarray, there: np.ndarray) -> float:
    asked = side["committed"] + side["nurturing"]
    served = side["served_committed"] * side["committed"] + side["served_nurturing"] * side["nurturing"]
    return float(np.abs(served - np.minimum(asked, there)).max(initial=0.0))


#: Those that hold once a run is over.
LAWS: Mapping[str, Law] = {law.__name__: law for law in (needs, reasons, money, stages, people, days)}


def _broken(law: Law) -> Measured:
    """By how much a law is broken at the worst."""
    return exactly(0.0, max(law(simulation) for simulation in kept()))


def _days_month_by_month() -> Measured:
    worst = 0.0
    for parameters, policy in (({}, BASELINE), (SHORT, EVERYTHING)):
        simulation = Simulation(parameters, policy, lattice(), seed=4)
        while simulation.month < simulation.end:
            simulation.advance(1)
            worst = max(worst, days(simulation))
    return exactly(0.0, worst)


_GIVEN = "the default run, and one of 144 months under every lever at once"
_THEORY = {
    needs: "raised + open before = met + answered elsewhere + expired + open after, every month",
    reasons: "needs met, answered elsewhere, open and expired, and ties formed = the sums of their reasons",
    money: "paid + set aside + left over = what calls and the purse got; never more paid than came in",
    stages: "every tie's life is a path through the stages; together they are every month's stocks",
    people: "whoever is present is on the staff of one university",
}


def _all() -> Iterator[Check]:
    for law, theory in _THEORY.items():
        yield Check("conservation", law.__name__, _GIVEN, theory, partial(_broken, law))
    yield Check(
        "conservation", days.__name__, _GIVEN,
        "days served = min(days asked for, days there are), of each council and researcher, every month",
        _days_month_by_month,
    )  # fmt: skip


CHECKS = tuple(_all())

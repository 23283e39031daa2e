"""Extremes: where something is nought, or certain, what follows is certain too."""

from collections.abc import Iterator, Mapping

import numpy as np

from analysis.statistics.evidence.checks import Measured, exactly
from experiments.verification.check import Check
from experiments.verification.worlds import NO_ENTRIES, NOBODY_LEAVES, finished
from model.measures import EVENTS
from model.parameters import LEVERS
from model.policy import BASELINE, Policy, policy_from
from model.population import lattice
from model.simulation import Simulation, run

_SEEDS = 5
#: Hazard at which nothing survives a month.
_CERTAIN = 1e9


def happened(simulation: Simulation, event: str) -> np.ndarray:
    """Months in which an event happened to a tie."""
    history = simulation.world.history[: simulation.world.clock.events]
    return history["month"][history["event"] == EVENTS.index(event)]


def _total(*measures: str, parameters: Mapping[str, object], policy: Policy = BASELINE) -> Measured:
    """Sums over all months and some runs of what should not be there."""
    found = 0.0
    for seed in range(_SEEDS):
        months = finished(parameters, policy, lattice(), seed).world.months
        found += sum(float(months[name].sum()) for name in measures)
    return exactly(0.0, found)


def _no_meetings() -> Measured:
    return _total("formed", "introductions", parameters=NO_ENTRIES)


def _no_questions() -> Measured:
    entries = policy_from("entries", {"events_per_year": 24, "match_interval": 1})
    return _total("formed", "introductions", parameters={"need_rate": 0}, policy=entries)


def _no_money() -> Measured:
    """Of the horizon: the budget is a policy's."""
    found = 0.0
    for responsive_share in (0.0, 0.5):
        levers = {"annual_budget": 0, "responsive_share": responsive_share, "commissions": 0, "seed_money": 0}
        for seed in range(_SEEDS):
            series = run({"open_rate": 0}, policy_from("no money", levers), seed=seed).series
            paid = ("awards", "grants_paid", "starts_commission", "starts_seed")
            found += sum(float(series[name].sum()) for name in paid)
            found += float(series["starts_grant"][LEVERS["decision_lag"].default :].sum())
    return exactly(0.0, found)


def _no_time() -> Measured:
    """Ties that become ready, of those with which one side has no time at all."""
    parameters = NOBODY_LEAVES | {"available_time": 0, "load_aversion": 0, "lapse_starved": 0}
    found, formed = 0, 0.0
    for table, column in (("councils", "partnership_capacity"), ("researchers", "engagement_capacity")):
        simulation = Simulation(parameters, BASELINE, lattice(), seed=2, histories=True)
        getattr(simulation.world, table)[column] = 0.0
        simulation.advance()
        found += len(happened(simulation, "ready"))
        formed += float(simulation.world.months["formed"].sum())
    return exactly(0.0, found if formed else np.nan)


def _austerity() -> Measured:
    """Capacity that is all lost as the horizon begins: nothing becomes ready in it."""
    simulation = finished({"austerity": 1}, BASELINE, lattice())
    ready = happened(simulation, "ready")
    return exactly(0.0, float((ready >= 120).sum()) if len(ready) else np.nan)


def _no_embedding() -> Measured:
    parameters = {"embed_rate": 0, "initial_strategic": 0}
    return _total("strategic", "embedded", parameters=parameters)


def _sure_embedding() -> Measured:
    """Projects that come to another end."""
    return _total("ended_project", parameters=NOBODY_LEAVES | {"embed_rate": _CERTAIN})


def _sure_lapse() -> Measured:
    return _total("ready", "project", parameters={"lapse_base": _CERTAIN})


def _sure_loss() -> Measured:
    """Strategic partnerships that live to see the end of the month after they became so."""
    return _total("strategic", parameters={"strategic_loss": _CERTAIN, "embed_rate": 0})


def _all_leave() -> Measured:
    """Ties that are older than this month, at the end of any."""
    parameters = {"permanent_share": 1, "researcher_exit": 1, "handover_with_role": 0, "handover_without": 0}
    simulation = Simulation(parameters | {"handover_project": 0, "agreement_handover": 0}, seed=1)
    found = 0
    while simulation.month < simulation.end:
        simulation.advance(1)
        ties = simulation.world.ties[simulation.world.ties["stage"] > 0]
        found += int((ties["since"] < simulation.month - 1).sum())
    return exactly(0.0, float(found))


def _idle_levers() -> Measured:
    """Indicators that differ where every lever is named, each at its default, for some months."""
    defaults = {name: {"value": each.default, "start": 5, "end": 60} for name, each in LEVERS.items()}
    one, other = run(policy=policy_from("idle", defaults)), run(policy=BASELINE)
    same = (one.indicators[name] == value or value != value for name, value in other.indicators.items())
    return exactly(0.0, float(sum(not each for each in same)))


_KIND = "extreme"
_NOTHING = (
    ("no_meetings", "no search, outreach, events or introductions", "ties formed", _no_meetings),
    ("no_questions", "councils ask nothing, whatever brings people together", "ties formed", _no_questions),
    ("no_money", "no budget, no rolling, open or local money", "grants and small projects paid", _no_money),
    ("no_time", "councils, or researchers, without any time", "ties that become ready", _no_time),
    ("austerity", "all capacity lost in the first month of the horizon", "ties ready in it", _austerity),
    ("no_embedding", "embed_rate 0, no strategic ties to begin with", "strategic months", _no_embedding),
    ("sure_embedding", "embedding certain, nobody leaves", "projects that end otherwise", _sure_embedding),
    ("sure_lapse", "lapsing certain", "ties that get ready, or to a project", _sure_lapse),
    ("sure_loss", "loss of strategic ties certain", "strategic ties at any month's end", _sure_loss),
    ("all_leave", "every researcher leaves every month, nothing is handed on", "old ties", _all_leave),
    ("idle_levers", "every lever named, at its default, for some months", "indicators changed", _idle_levers),
)


def _all() -> Iterator[Check]:
    for name, given, what, measure in _NOTHING:
        yield Check(_KIND, name, given, f"{what}: 0", measure)


CHECKS = tuple(_all())

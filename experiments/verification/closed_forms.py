"""Closed forms: where all else is switched off, what is left is known from textbooks."""

import math
from collections.abc import Iterator
from functools import cache, partial

import numpy as np
from scipy import stats

from analysis.statistics.evidence.checks import Measured, exactly, mean_of, share_of
from experiments.running.stories import story_of
from experiments.verification.check import Check
from experiments.verification.worlds import CERTAIN, INDIFFERENT, NO_ENTRIES, NOBODY_LEAVES, PLENTY, WILLING
from model.arrays import DORMANT, STRATEGIC
from model.parameters import LEVERS, PARAMETERS
from model.policy import BASELINE, Policy, policy_from
from model.population import lattice
from model.simulation import Simulation, run

_SEEDS = 20
_KIND = "closed form"


# --- queues -----------------------------------------------------------------------------------------------

#: Questions a month, hazard of giving up, and ties for which a council has time.
_ARRIVALS, _GIVING_UP, _SERVERS = 0.04, 0.008, 5


def erlang_b(servers: int, offered: float) -> float:
    """Share of arrivals that find all servers busy (Erlang 1917)."""
    blocked = 1.0
    for n in range(1, servers + 1):
        blocked = offered * blocked / (n + offered * blocked)
    return blocked


def _erlang_loss() -> Measured:
    """Councils in which nothing counts but whether they have time."""
    parameters = NOBODY_LEAVES | WILLING | {
        "need_rate": _ARRIVALS, "search_rate": 1, "outreach_rate": 0, "repeat_share": 0,
        "lapse_base": _GIVING_UP, "lapse_starved": 0, "lapse_no_need": 0, "scoping_months": 10_000,
        "scoping_council": 1.0, "researcher_time": 1e9, "initial_strategic": 0, "role_share": 0,
        "warmup": 400, "horizon": 600,
    }  # fmt: skip
    lost = []
    for seed in range(_SEEDS):
        simulation = Simulation(parameters, BASELINE, lattice(1, 100, 1, 2000), seed)
        councils = simulation.world.councils
        councils["partnership_capacity"], councils["scale"], councils["window"] = _SERVERS, 1.0, 0.5
        simulation.advance()
        indicators = simulation.result().indicators
        lost.append(1 - indicators["formed"] / indicators["needs_raised"])
    return mean_of(lost, erlang_b(_SERVERS, _ARRIVALS / -math.expm1(-_GIVING_UP)))


def _littles_law() -> Measured:
    """The default run, for a century without austerity; what begins in its last ten years is not followed."""
    months, followed = 1200, 1080
    ratios = []
    for seed in range(8):
        simulation = Simulation({"horizon": months, "austerity": 0}, seed=seed, histories=True)
        simulation.advance()
        story = story_of(simulation, simulation.result())
        begun = story.partnerships.query("0 <= start < @followed")
        begun = begun[begun["began"] != "initial"]
        life = np.fmin(np.fmin(begun["strategic"], begun["end"]), months) - begun["start"]
        at_a_time = story.months["project"].iloc[:followed].mean()
        ratios.append(at_a_time / (len(begun) / followed * life.mean()))
    return mean_of(ratios, 1.0)


_WINDOW, _ANSWER = 14, 0.04


def _open_questions() -> Measured:
    """Councils that meet nobody: questions come, are answered elsewhere, or expire."""
    parameters = NO_ENTRIES | NOBODY_LEAVES | {"initial_strategic": 0, "outside_answer": _ANSWER}
    rate = float(PARAMETERS["need_rate"].default)
    levels = []
    for seed in range(_SEEDS):
        simulation = Simulation(parameters, seed=seed)
        councils = simulation.world.councils
        councils["scale"], councils["window"], councils["other_evidence"] = 1.0, _WINDOW, 0.5
        simulation.advance()
        levels.append(simulation.result().indicators["mean_needs_open"] / len(councils))
    return mean_of(levels, rate * (1 - (1 - _ANSWER) ** (_WINDOW + 1)) / _ANSWER)


# --- people and ties --------------------------------------------------------------------------------------

_LOSS = 0.01


#: Nothing but strategic ties, which end by strategic_loss alone.
_TIES = NO_ENTRIES | NOBODY_LEAVES | PLENTY | {"strategic_starved": 0, "strategic_leader": 0}


def _served_and_led(parameters: dict, seed: int, policy: Policy = BASELINE) -> Simulation:
    """Strategic ties with all the time that they want and leaders who care."""
    simulation = Simulation(_TIES | parameters, policy, seed=seed)
    simulation.world.councils["commitment"] = simulation.world.universities["commitment"] = 1.0
    return simulation


@cache
def _left() -> tuple[np.ndarray, int]:
    """Strategic ties left after each month, over all seeds, and how many there were."""
    left, began = np.zeros(240), 0
    for seed in range(_SEEDS):
        simulation = _served_and_led({"strategic_loss": _LOSS, "initial_strategic": 5.0}, seed)
        began += int((simulation.world.ties["stage"] == STRATEGIC).sum())
        simulation.advance()
        left += simulation.world.months["strategic"]
    return left, began


def _survival(months: int) -> Measured:
    left, began = _left()
    return share_of(left[months - 1], began, math.exp(-_LOSS * months))


#: Chance a month that an officer leaves, and what of trust leaves too.
_OFFICERS, _LOST = 0.2, 0.5


def _stationary_trust() -> Measured:
    """Strategic ties that answer a question every month, and lose their officer now and then."""
    parameters = {
        "strategic_loss": 0, "officer_turnover": _OFFICERS, "officer_loss": _LOST,
        "officer_loss_strategic": 1, "need_rate": 5, "outside_answer": 0, "least_fit": 0,
        "initial_strategic": 0.5,
    }  # fmt: skip
    policy = policy_from("nobody hears of others' findings", {"dissemination": 0})
    gain = float(PARAMETERS["timely_trust"].default)
    means = []
    for seed in range(_SEEDS):
        simulation = _served_and_led(parameters, seed, policy)
        simulation.world.researchers["pace"] = 1e-9
        simulation.world.councils["scale"], simulation.world.councils["window"] = 1.0, 2.5
        simulation.advance()
        means.append(simulation.result().indicators["mean_trust_active"])
    return mean_of(means, gain / (1 - (1 - gain) * (1 - _OFFICERS * _LOST)))


def _dormant_trust(halflife: float) -> Measured:
    """Ties that all end in the first month, and rest; the largest of all months' misses."""
    parameters = NO_ENTRIES | NOBODY_LEAVES | {"strategic_loss": 1e9, "dormant_halflife": halflife}
    simulation = Simulation(parameters)
    simulation.advance(1)
    began = float(PARAMETERS["initial_trust"].default)
    remembered = int(halflife * math.log2(began / float(PARAMETERS["forgotten_trust"].default)))
    miss = 0.0
    for months in range(1, remembered + 1):
        simulation.advance(1)
        trust = simulation.world.ties["trust"][simulation.world.ties["stage"] == DORMANT]
        miss = max(miss, float(np.abs(trust / (began * 0.5 ** (months / halflife)) - 1).max(initial=0.0)))
        miss = max(miss, float(not len(trust)))
    simulation.advance(1)
    return exactly(0.0, miss + simulation.world.ties["stage"].any())


def _staying() -> Measured:
    """Permanent researchers who have not left at the end of twenty years."""
    leave, stayed, n = float(PARAMETERS["researcher_exit"].default), 0, 0
    for seed in range(_SEEDS):
        simulation = Simulation(NO_ENTRIES | {"permanent_share": 1}, seed=seed)
        simulation.advance()
        posts = simulation.world.researchers["arrived"][: simulation.world.clock.posts]
        stayed, n = stayed + int((posts < 0).sum()), n + len(posts)
    return share_of(stayed, n, (1 - leave) ** simulation.end)


# --- decisions --------------------------------------------------------------------------------------------


def sigma(value: float) -> float:
    """The logistic function."""
    return 1 / (1 + math.exp(-value))


def _acceptance(council_base: float, researcher_base: float) -> Measured:
    """Introductions of two who care for nothing but their base."""
    bases = {"council_base": council_base, "researcher_base": researcher_base}
    policy = policy_from("introductions", {"match_interval": 1, "match_capacity": 40})
    formed = introduced = 0.0
    for seed in range(10):
        indicators = run(NO_ENTRIES | INDIFFERENT | bases, policy, seed=seed).indicators
        formed, introduced = formed + indicators["formed"], introduced + indicators["introductions"]
    return share_of(formed, introduced, sigma(council_base) * sigma(researcher_base))


def _open_competition() -> Measured:
    """Bids of equally good researchers whose work has no impact, to competitions open to all."""
    parameters = NOBODY_LEAVES | {"taste_weight": 0, "open_rate": 1, "council_base": 2.0}
    names = ("open_cutoff", "open_spread", "score_noise")
    cutoff, *spreads = (float(PARAMETERS[name].default) for name in names)
    won = []
    for seed in range(_SEEDS):
        simulation = Simulation(parameters, seed=seed)
        simulation.world.researchers["expertise"], simulation.world.researchers["excellence"] = 0.0, 1.0
        simulation.advance()
        won.append(simulation.result().indicators["success_open"])
    score = 1 - float(LEVERS["impact_weight"].default)
    return mean_of(won, float(stats.norm.cdf((score - cutoff) / math.hypot(*spreads))))


def _all() -> Iterator[Check]:
    yield Check(
        _KIND, "erlang_loss",
        f"councils with time for {_SERVERS} ties and nothing else that counts; {_ARRIVALS} questions a "
        f"month, each taken up at once or lost; ties lapse with hazard {_GIVING_UP}",
        "share of questions lost: Erlang's B(K, a), a = rate / (1 - e^-hazard)", _erlang_loss,
    )  # fmt: skip
    yield Check(
        _KIND, "littles_law", "the default run for a hundred years, without austerity",
        "projects at a time / (begun a month x mean life) = 1", _littles_law,
    )  # fmt: skip
    yield Check(
        _KIND, "open_questions",
        f"councils that meet nobody, r questions a month; windows of w = {_WINDOW} months, other sources "
        f"answer p = {_ANSWER} a month",
        "open at a time, each council: r (1 - (1 - p)^(w + 1)) / p", _open_questions,
    )  # fmt: skip
    for months in (12, 60, 120, 240):
        yield Check(
            _KIND, f"survival_{months}",
            f"strategic ties alone, served, well led, nobody leaves; strategic_loss {_LOSS}",
            f"share left after t = {months} months: e^(-strategic_loss t)", partial(_survival, months),
        )  # fmt: skip
    yield Check(
        _KIND, "stationary_trust",
        f"strategic ties that answer a question a month; officers leave with chance q = {_OFFICERS} and take "
        f"l = {_LOST} of trust",
        "mean trust: g / (1 - (1 - g)(1 - q l)), g = timely_trust", _stationary_trust,
    )  # fmt: skip
    for halflife in (6.0, 24.0):
        yield Check(
            _KIND, f"dormant_trust_{halflife:g}", f"ties that rest; half-life {halflife:g} months",
            "trust after t months: initial_trust / 2^(t / half-life); largest relative miss",
            partial(_dormant_trust, halflife),
        )  # fmt: skip
    yield Check(
        _KIND, "staying", "researchers who all have permanent posts, twenty years",
        "share still there after t months: (1 - researcher_exit)^t", _staying,
    )  # fmt: skip
    for name, bases in {
        "council_accepts": (-2.5, CERTAIN), "researcher_accepts": (CERTAIN, -0.6), "both_accept": (0.4, -1.0),
    }.items():  # fmt: skip
        yield Check(
            _KIND, name, f"introductions without benefits or aversions; bases {bases[0]:g} and {bases[1]:g}",
            "share accepted: sigma(council_base) sigma(researcher_base)", partial(_acceptance, *bases),
        )  # fmt: skip
    yield Check(
        _KIND, "open_competition", "open competitions, between bids that differ by luck alone",
        "share that wins: Phi((score - open_cutoff) / sqrt(score_noise^2 + open_spread^2))",
        _open_competition,
    )  # fmt: skip


CHECKS = tuple(_all())

"""Parameters: what is declared, what is refused and in which words; policies of dated levers."""

import csv
import math
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from model.parameters import DECLARATIONS, LEVERS, PARAMETERS, implausible, parameters_from
from model.policy import Dated, policy_from
from model.population import lattice
from model.problems import BadInput
from model.simulation import Simulation, run
from tests.model.worlds import ALL_LEVERS, bits

SPECIFICATION = Path(__file__).parents[2].parent / "shared" / "parameters.csv"
NUMBERS = [each for each in DECLARATIONS.values() if not each.domain.words]


def problems_of(call, *arguments, **named):
    with pytest.raises(BadInput) as caught:
        call(*arguments, **named)
    assert str(caught.value) == "\n".join(caught.value.problems)
    return caught.value.problems


@pytest.mark.parametrize("declared", DECLARATIONS.values(), ids=lambda d: d.name)
def test_declaration(declared):
    """Default and plausible range are allowed values, with unit, meaning and source."""
    assert declared.default in declared.domain
    assert declared.unit
    assert declared.meaning
    assert declared.source
    assert (declared.plausible is None) == bool(declared.domain.words)
    if declared.plausible:
        low, high = declared.plausible
        assert low < high
        assert low in declared.domain
        assert high in declared.domain


#: Declared otherwise since the first specification; model/EVIDENCE.md says why.
REVISED = {
    *("outline_share", "embed_role", "embed_structure", "handover_with_role", "handover_without"),
    *("handover_trust", "role_share", "council_base", "search_rate", "outreach_rate", "repeat_share"),
    *("capacity_mean", "scoping_months", "lapse_base", "bid_base", "annual_budget", "embed_rate"),
    *("initial_strategic", "strategic_loss", "strategic_starved", "strategic_leader", "need_rate"),
    *("distance_decay", "size_exponent", "researcher_time", "lapse_starved", "inkind_rate", "loser_drop"),
    *("follow_on_trust", "structure_share", "researcher_base", "distance_scale"),
    *("trust_weight", "structures", "price_structure"),
}


def test_specification():
    """All that is specified is declared as specified; what has been added since is not held to it."""
    if not SPECIFICATION.exists():
        pytest.skip(f"the specification's table of parameters is not at {SPECIFICATION}")
    with SPECIFICATION.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["name"] for row in rows} <= set(DECLARATIONS)
    for row in rows:
        declared = DECLARATIONS[row["name"]]
        if declared.name in REVISED:
            assert declared.default != float(row["default"]) or declared.meaning != row["meaning"]
            continue
        assert declared.is_lever == bool(row["lever"]), row["name"]
        assert declared.meaning == row["meaning"]
        assert declared.source == row["source"]
        if declared.domain.words:
            assert declared.default == row["default"]
            assert " | ".join(declared.domain.words) == row["unit"]
        else:
            assert declared.unit == row["unit"]
            assert declared.default == float(row["default"]), row["name"]
            assert declared.plausible == (float(row["low"]), float(row["high"])), row["name"]


def bad_values(declared):
    """Values of every kind that a number must not have."""
    bad = ["abc", "1", None, True, [1], {"value": 1}, math.nan, math.inf, -math.inf, 1j]
    if declared.domain.whole:
        bad.append(declared.default + 0.5)
    if math.isfinite(declared.domain.low):
        bad += [declared.domain.low - 1, -1e300]
        bad += [declared.domain.low] * declared.domain.open_low
    if math.isfinite(declared.domain.high):
        bad += [declared.domain.high + 1, 1e300]
    return bad


@pytest.mark.parametrize("declared", NUMBERS, ids=lambda d: d.name)
def test_bad_number(declared):
    """Refused with its name, what was given, and what is allowed."""
    for value in bad_values(declared):
        problem = f"{declared.name} = {value!r} is not allowed: it takes {declared.domain} ({declared.unit})."
        assert problems_of(declared.checked, value) == [problem]


@pytest.mark.parametrize("name", ["motives", "match_algorithm", "match_scope"])
def test_bad_word(name):
    declared = DECLARATIONS[name]
    for value in ("", "Random", 0, True, None, ["all"]):
        (problem,) = problems_of(declared.checked, value)
        assert problem.startswith(f"{name} = {value!r} is not allowed: it takes one of ")
        assert all(word in problem for word in declared.domain.words)


@pytest.mark.parametrize("declared", NUMBERS, ids=lambda d: d.name)
def test_good_number(declared):
    """NumPy's numbers count as numbers, whole floats as whole numbers; the ends are allowed."""
    kind = int if declared.domain.whole else float
    ends = [declared.domain.low] * (not declared.domain.open_low) + [declared.domain.high]
    for value in (declared.default, *declared.plausible, *filter(math.isfinite, ends)):
        for given in (value, float(value), np.float64(value)):
            checked = declared.checked(given)
            assert checked == value
            assert type(checked) is kind


def test_near_miss():
    assert problems_of(parameters_from, {"serch_rate": 0.3}) == [
        "There is no parameter 'serch_rate'. Did you mean search_rate?"
    ]
    (problem,) = problems_of(parameters_from, {"xyzzy": 1})
    assert problem.startswith("There is no parameter 'xyzzy'.")
    assert "mean" not in problem
    (problem,) = problems_of(policy_from, "p", {"joint_post": 3})
    assert problem == "There is no lever 'joint_post'. Did you mean joint_posts?"


def test_wrong_place():
    assert problems_of(parameters_from, {"grant_months": 12}) == [
        "grant_months is a lever: it belongs to a policy, not to the parameters."
    ]
    assert problems_of(policy_from, "p", {"search_rate": 0.1}) == [
        "search_rate is a parameter: it holds throughout and is no lever of a policy."
    ]


def test_all_problems_at_once():
    given = {"search_rate": 2, "warmup": 1.5, "grant_months": 3, "nonsense": 0, "need_rate": 0.5}
    assert len(problems_of(parameters_from, given)) == 4
    assert len(problems_of(policy_from, "p", {"lottery": 2, "nonsense": 0, "warmup": 3, "phds": 1})) == 3


def test_complete():
    given = parameters_from({"search_rate": 0, "warmup": 12.0})
    assert set(given) == set(PARAMETERS)
    assert given["search_rate"] == 0.0
    assert given["warmup"] == 12
    assert parameters_from() == parameters_from({}) == {n: p.default for n, p in PARAMETERS.items()}


def test_implausible():
    assert implausible(parameters_from()) == []
    assert implausible({name: declared.default for name, declared in LEVERS.items()}) == []
    assert implausible(parameters_from({"search_rate": 0.95})) == [
        "search_rate = 0.95 is outside its plausible range, 0.03 to 0.9."
    ]


def test_dated_lever():
    policy = policy_from("p", {"phds": 3, "lottery": {"value": 0.5, "start": 6, "end": 18}}, "why")
    assert policy.levers == {"phds": Dated(3.0), "lottery": Dated(0.5, 6, 18)}
    assert policy.why == "why"
    assert policy_from("p", dict(policy.levers)).levers == policy.levers


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"value": 0.5, "from": 3}, "lottery.from means nothing: a lever has value, start, end."),
        ({"start": 3}, "lottery has no value"),
        ({"value": 2.0}, "lottery = 2.0 is not allowed: it takes a number from 0 to 1"),
        ({"value": 0.5, "start": -1}, "lottery.start = -1 is not allowed"),
        ({"value": 0.5, "start": 1.5}, "lottery.start = 1.5 is not allowed"),
        ({"value": 0.5, "end": True}, "lottery.end = True is not allowed"),
        ({"value": 0.5, "start": 6, "end": 6}, "lottery.end = 6 is not allowed: it takes a month after"),
    ],
)
def test_badly_dated_lever(given, said):
    (problem,) = problems_of(policy_from, "p", {"lottery": given})
    assert problem.startswith(said)


@pytest.mark.parametrize("seed", [-1, 2**63, 1.0, "1", True, None])
def test_bad_seed(seed):
    (problem,) = problems_of(Simulation, seed=seed)
    assert problem == f"seed = {seed!r} is not allowed: it takes a whole number from 0 to 2^63 - 1."


@pytest.mark.parametrize(
    "name", [name for name in PARAMETERS if name not in ("warmup", "horizon", "motives")]
)
def test_every_parameter_moves_something(name):
    """Under all levers, where councils are of all tiers, a run is another at an end of its range."""
    ends = [end for end in PARAMETERS[name].plausible if end != PARAMETERS[name].default]
    assert any(told(seed) != told(seed, name, end) for seed in range(10) for end in ends)


@cache
def told(seed, name="horizon", value=60):
    """All that a run leaves behind in which one parameter is another."""
    policy = policy_from("all", ALL_LEVERS | {"match_scope": "all", "joint_posts": 9})
    tiers = replace(
        lattice(), council_kinds=("county", "district", "unitary", "Scottish unitary authority") * 9
    )
    return bits(run({"warmup": 60, "horizon": 60, name: value}, policy, tiers, seed))

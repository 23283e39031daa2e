"""Settings of the wrong kind, beyond every bound or without effect: told in a line each."""

from pathlib import Path

import pytest

from model.parameters import PARAMETERS

ONE_GROUP = ("design.factors=[austerity,trust_weight]", "design.groups={all: [austerity, trust_weight]}")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["seeds=${nope}"], "seeds is not understood: Interpolation key 'nope' not found"),
        (["seeds=${oc.env:NOPE}"], "seeds is not understood: KeyError raised while"),
        (["out=${out}"], "out is not understood: Recursive interpolation"),
        (["out=${"], "out is not understood: no viable alternative at input '${'"),
        (["policy.brokers=${"], "'policy.brokers=${' is not understood: extraneous input '{'"),
        (["policy={levers: {phds: 3}}"], "There is no policy '{levers: {phds: 3}}'. There are: baseline"),
        (["policy=[brokers]"], "There is no policy '[brokers]'. Did you mean brokers?"),
        (["parameters.distance_scale=1" + "0" * 300], "it takes a number from 0.001 to 100000 (km)"),
        (["parameters.embed_rate=1e300"], "it takes a number from 0 to 1e+12 (1/month)"),
        (["parameters.pace_median=1e-300"], "it takes a number from 1e-06 to 1e+12 (months)"),
        (["parameters.scoping_months=1e-300"], "it takes a number from 0.01 to 10000 (months)"),
        (["parameters.council_base=" + "1" * 400], "has a number of 400 digits: at most 308"),
        (["equal_money=" + "1" * 5000], "has a number of 5,000 digits: at most 308"),
        (["engine=dask", "engine.threads=" + "1" * 30], "at least 1 and at most 4,096"),
        (["precision.half_width=1", "precision.most_seeds=" + "1" * 30], "from 1 to 10,000,000"),
        (["policies=[{name: a, levers: 3}]"], "policy a = {'levers': 3} is not allowed"),
        (["policies=[{name: a, levers: [brokers]}]"], "it takes levers: {LEVER: VALUE, ...}"),
        (["population=uk", "population.regions=3"], "regions = 3 is not allowed"),
        (
            ["seeds=100000000", "policies=[baseline]", "dry_run=true"],
            "1 x 1 x 100,000,000 runs: at most 10,000,000",
        ),
        (
            ["seeds=1", "policies=[baseline]", "posterior.seeds=1000000", "dry_run=true"],
            "1 x 112 x 1,000,000 runs: at most 10,000,000",
        ),
        (["-m", "shard=range(0,1e9)"], "-m makes 1,000,000,000 jobs of these settings: at most 10,000"),
        (["-m", "shard=range(0,1000)", "seeds=1,2,3,4,5,6,7,8,9,10,11"], "-m makes 11,000 jobs"),
        (
            ["experiment=morris", "design.levels=1000000000000"],
            "design.levels = 1000000000000 is not allowed",
        ),
        (["experiment=morris", "design.n=100000"], "points: at most 10,000,000 are allowed"),
        (["experiment=sobol", "design.n=32768", "design.factors=all"], "factors: at most 100,000,000 values"),
        (["experiment=sobol", *ONE_GROUP], "design varies one factor or group"),
    ],
)
def test_what_cannot_be_is_told(towngown, arguments: list[str], message: str) -> None:
    said = towngown(*arguments)
    assert said.status == 2
    assert message in " ".join(said.err.split())
    assert not list(Path().iterdir())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("policy: null", "policy custom = None is not allowed"),
        ("population: null", "population = None is not allowed"),
        ("engine: null", "engine = None is not allowed"),
        ("parameters: 3", "parameters = 3 is not allowed"),
        ("default_policies: 3", "default_policies = 3 is not allowed"),
        ("equal_money: " + "1" * 400, "is not allowed: it takes £k a year above 0"),
        ("parameters: {council_base: " + "1" * 400 + "}", "it takes a number from -1000 to 1000 (logit)"),
    ],
)
def test_so_it_is_of_a_file(towngown, text: str, message: str) -> None:
    Path("own/experiment").mkdir(parents=True)
    Path("own/experiment/mine.yaml").write_text(f"# @package _global_\n{text}\n")
    said = towngown("--config-dir", "own", "experiment=mine")
    assert said.status == 2
    assert message in " ".join(said.err.split())


def test_a_grid_is_counted_before_it_is_made(towngown) -> None:
    factors = ", ".join(f"{name}: {{steps: 100000}}" for name in ("search_rate", "embed_rate", "austerity"))
    said = towngown(f"design={{kind: grid, factors: {{{factors}}}}}")
    assert said.status == 2
    assert "design has 1,000,000,000,000,000 points" in said.err


def test_what_changes_nothing_is_noted(tiny) -> None:
    levers = ("policy.phds={value: 3, start: 500}", "policy.brokers={value: 3, start: 2, end: 7}")
    said = tiny(*levers, "policy.joint_posts=1", "responses=[needs_met]", "seeds=1", "out=out")
    assert said.status == 0
    said_at_once = " ".join(said.err.split())
    assert (
        "custom: phds starts in month 500, after the horizon of 24 months: it does nothing." in said_at_once
    )
    over = "by month 7, when somebody is found (recruitment_months = 5), it is over: it does nothing."
    assert f"custom: brokers starts in month 2, and {over}" in said_at_once
    assert "joint_posts starts" not in said_at_once
    assert "responses changes nothing: job compare looks at every indicator." in said_at_once


def test_no_number_takes_what_a_float_cannot_hold() -> None:
    for each in PARAMETERS.values():
        for value in (10**400, -(10**400), float("inf"), float("nan")):
            assert value not in each.domain

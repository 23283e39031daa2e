"""Factors: how their values are drawn, and what is refused."""

from collections import Counter
from typing import Any

import numpy as np
import pytest
from scipy import stats

from experiments.design.kinds import design_from
from experiments.design.reading import uncertain
from model.parameters import PARAMETERS
from model.problems import BadInput

#: One in a thousand seeds would fail a test of a true distribution; the seed is fixed.
FALSE_ALARM = 0.001


def drawn(**factors: Any) -> dict[str, Any]:
    return {"kind": "latin_hypercube", "n": 4, "factors": factors}


def grid(**factors: Any) -> dict[str, Any]:
    return {"kind": "grid", "factors": factors}


def problems_of(given: Any) -> list[str]:
    with pytest.raises(BadInput) as caught:
        design_from(given)
    return caught.value.problems


def hypercube(name: str, settings: dict[str, Any] | None, n: int = 2000) -> np.ndarray:
    return design_from({"kind": "latin_hypercube", "n": n, "factors": {name: settings}}).samples[:, 0]


def independent(name: str, settings: dict[str, Any] | None) -> np.ndarray:
    """Samples at independent positions, as tests of a distribution assume."""
    (factor,) = design_from(drawn(**{name: settings})).factors
    return factor.samples(np.random.default_rng(1).random(2000))


@pytest.mark.parametrize(
    ("name", "settings", "distribution"),
    [
        ("repeat_share", None, stats.uniform(0.1, 0.6)),
        ("repeat_share", {"low": 0.2}, stats.uniform(0.2, 0.5)),
        ("embed_rate", None, stats.loguniform(0.0001, 0.02)),
        ("embed_rate", {"distribution": "uniform"}, stats.uniform(0.0001, 0.0199)),
        ("embed_rate", {"low": 0.001}, stats.loguniform(0.001, 0.02)),
        (
            "trust_weight",
            {"low": 0.5, "high": 4, "distribution": "triangular", "mode": 2},
            stats.triang(1.5 / 3.5, 0.5, 3.5),
        ),
        ("trust_weight", {"distribution": "triangular", "mode": 0.5}, stats.triang(0, 0.5, 9.5)),
        ("council_base", {"distribution": "normal", "mean": -2, "sd": 1}, stats.truncnorm(-6, 2, -2, 1)),
    ],
)
def test_samples_have_their_distribution(name: str, settings: dict[str, Any] | None, distribution) -> None:
    assert stats.kstest(independent(name, settings), distribution.cdf).pvalue > FALSE_ALARM
    # A Latin hypercube has one point in each n-th of the distribution.
    strata = np.floor(distribution.cdf(hypercube(name, settings, 200)) * 200)
    assert len(np.unique(strata)) >= 199  # the last digits may put a point into the next one


def test_declared_ranges_that_span_a_factor_of_ten_are_sampled_by_their_logarithm() -> None:
    factors = design_from({"kind": "latin_hypercube", "n": 1, "factors": "all"}).factors
    for factor in factors:
        low, high = factor.declared.plausible or (0, 0)
        assert (factor.low, factor.high) == (low, high)
        wide = low > 0 and round(high / low, 9) >= 10 and not factor.declared.domain.whole
        assert factor.distribution == ("log_uniform" if wide else "uniform")
    by_name = {factor.name: factor.distribution for factor in factors}
    assert by_name["need_rate"] == by_name["dormant_halflife"] == "log_uniform"  # exactly ten times
    assert by_name["office_reach"] == by_name["council_benefit"] == by_name["late_trust"] == "uniform"


@pytest.mark.parametrize(
    ("name", "settings", "expected"),
    [
        ("office_reach", {"low": 2, "high": 6}, range(2, 7)),
        ("two_stage", None, (0, 1)),
        ("match_interval", {"values": [0, 3, 6]}, (0, 3, 6)),
        ("joint_posts", {"values": [0, 0.5]}, (0, 0.5)),
        ("motives", None, (0, 1, 2)),
        ("motives", {"values": ["survey", "equal"]}, (2, 0)),
    ],
)
def test_whole_numbers_words_and_values_are_equally_likely(name: str, settings: Any, expected: Any) -> None:
    counts = Counter(independent(name, settings))
    assert set(counts) == set(expected)
    assert stats.chisquare(list(counts.values())).pvalue > FALSE_ALARM
    spread = Counter(hypercube(name, settings, 60 * len(expected)))
    assert set(spread.values()) == {60}


def test_whole_numbers_can_be_unequally_likely() -> None:
    settings = {"low": 1, "high": 9, "distribution": "triangular", "mode": 9}
    counts = np.bincount(hypercube("office_reach", settings, 900).astype(int), minlength=10)[1:]
    assert (np.diff(counts) > 0)[:-1].all()


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("search_rate", None),
        ("embed_rate", None),
        ("office_reach", None),
        ("office_reach", {"distribution": "log_uniform"}),
        ("office_reach", {"distribution": "normal", "mean": 9, "sd": 4}),
        ("trust_weight", {"distribution": "triangular", "mode": 4}),
        ("council_base", {"distribution": "normal", "mean": -2, "sd": 1}),
        ("match_interval", {"values": [0, 3, 6]}),
    ],
)
def test_ends_of_a_distribution_are_its_range(name: str, settings: Any) -> None:
    (factor,) = design_from(drawn(**{name: settings})).factors
    assert factor.samples(np.array([0.0, 1.0])) == pytest.approx([factor.low, factor.high], rel=1e-15)


@pytest.mark.parametrize("sd", [1e-9, 1e9])
def test_extreme_normal_distributions_stay_in_their_range(sd: float) -> None:
    settings = {"distribution": "normal", "mean": 0.7, "sd": sd}
    samples = hypercube("repeat_share", settings, 100)
    assert ((samples >= 0.1) & (samples <= 0.7)).all()


def test_the_declared_range_of_every_parameter_but_the_lengths_is_all() -> None:
    names = uncertain()
    assert set(PARAMETERS) - set(names) == {"warmup", "horizon", "motives"}
    design = design_from({"kind": "latin_hypercube", "n": 3, "factors": "all"})
    assert [factor.name for factor in design.factors] == names


def test_names_alone_are_declared_ranges() -> None:
    listed, mapped = (
        design_from({"kind": "latin_hypercube", "n": 9, "factors": factors})
        for factors in (["search_rate", "joint_posts"], {"search_rate": None, "joint_posts": {}})
    )
    assert (listed.samples == mapped.samples).all()


@pytest.mark.parametrize(
    ("name", "settings", "expected"),
    [
        ("repeat_share", {"steps": 4}, [0.1, 0.3, 0.5, 0.7]),
        ("repeat_share", {"low": 0, "steps": 2}, [0.0, 0.7]),
        ("embed_rate", {"low": 0.001, "high": 1, "steps": 4}, [0.001, 0.01, 0.1, 1.0]),
        ("embed_rate", {"low": 0, "high": 1, "steps": 3, "distribution": "uniform"}, [0.0, 0.5, 1.0]),
        ("brokers", {"low": 1, "high": 100, "steps": 3, "distribution": "log_uniform"}, [1.0, 10.0, 100.0]),
        ("inkind_months", {"low": 3, "high": 12, "steps": 3}, [3, 8, 12]),
        ("warmup", {"values": [24, 240.0]}, [24, 240]),
        ("motives", None, ["equal", "review", "survey"]),
    ],
)
def test_steps_of_a_grid(name: str, settings: Any, expected: list[Any]) -> None:
    (factor,) = design_from(grid(**{name: settings})).factors
    assert factor.values == tuple(expected)


NOT_ALLOWED: list[tuple[Any, str, str]] = [
    (drawn(rapid=0.4), "rapid = 0.4", "it takes settings, such as values: [...]"),
    (
        drawn(rapid={"steps": 3}),
        "rapid.steps",
        "latin_hypercube does not use it, but values, low, high, distribution, mode, mean, sd",
    ),
    (
        {"kind": "one_at_a_time", "factors": {"rapid": {"distribution": "uniform"}}},
        "rapid.distribution",
        "one_at_a_time does not use it, but values, low, high",
    ),
    (drawn(rapid={"low": 0}), "rapid.low = 0", "it takes a number from 1e-06 to 1e+12 (-)"),
    (drawn(rapid={"low": "a"}), "rapid.low = 'a'", "it takes a number from 1e-06 to 1e+12 (-)"),
    (drawn(rapid={"high": float("inf")}), "rapid.high = inf", "it takes a number from 1e-06 to 1e+12 (-)"),
    (drawn(awareness={"high": 1.5}), "awareness.high = 1.5", "it takes a number from 0 to 1 (share)"),
    (
        drawn(office_reach={"low": 2.5}),
        "office_reach.low = 2.5",
        "it takes a whole number from 1 to 59 (staff)",
    ),
    (drawn(motives={"low": 1}), "motives.low", "it takes values only"),
    (drawn(rapid={"values": [0.3, 0.5], "low": 0.3}), "rapid.low", "it takes values only"),
    (drawn(rapid={"values": []}), "rapid.values = []", "it takes a list of values"),
    (drawn(rapid={"values": 0.3}), "rapid.values = 0.3", "it takes a list of values"),
    (drawn(rapid={"values": [0.3, 0.3]}), "rapid.values = [0.3, 0.3]", "it takes two or more that differ"),
    (drawn(rapid={"values": [0.3, -1]}), "rapid.values = -1", "it takes a number from 1e-06 to 1e+12 (-)"),
    (
        drawn(two_stage={"values": [False, 1]}),
        "two_stage.values = False",
        "it takes a whole number from 0 to 1 (0 or 1)",
    ),
    (
        drawn(motives={"values": ["equal", "fair"]}),
        "motives.values = 'fair'",
        "it takes one of equal, review, survey (-)",
    ),
    (
        drawn(rapid={"distribution": "triangular"}),
        "rapid.mode = None",
        "triangular takes a number from 0.3 to 1",
    ),
    (
        drawn(rapid={"distribution": "triangular", "mode": 2}),
        "rapid.mode = 2",
        "triangular takes a number from 0.3 to 1",
    ),
    (
        drawn(rapid={"distribution": "normal", "mean": "a", "sd": 1}),
        "rapid.mean = 'a'",
        "normal takes a number from 0.3 to 1",
    ),
    (
        drawn(rapid={"distribution": "normal", "mean": 0.5}),
        "rapid.sd = None",
        "normal takes a number above 0",
    ),
    (
        drawn(rapid={"distribution": "normal", "mean": 0.5, "sd": 0}),
        "rapid.sd = 0",
        "normal takes a number above 0",
    ),
    (drawn(rapid={"mode": 0.5}), "rapid.mode", "uniform does not use it"),
    (
        drawn(austerity={"distribution": "log_uniform"}),
        "austerity.low = 0.0",
        "log_uniform takes numbers above 0. Say distribution: uniform",
    ),
    (
        drawn(embed_rate={"low": 0}),
        "embed_rate.low = 0",
        "log_uniform takes numbers above 0. Say distribution: uniform",
    ),
    (grid(rapid={"steps": 1}), "rapid.steps = 1", "it takes a whole number from 2 to 100,000"),
    (grid(rapid={"steps": 10**9}), "rapid.steps = 1000000000", "it takes a whole number from 2 to 100,000"),
    (grid(two_stage={"steps": 3}), "two_stage.steps = 3", "some whole numbers would be the same"),
    (
        grid(austerity={"steps": 3, "distribution": "log_uniform"}),
        "austerity.low = 0.0",
        "log_uniform takes numbers above 0. Say distribution: uniform",
    ),
]
REFUSED: list[tuple[Any, str]] = [
    (drawn(rapid={"hgh": 1}), "rapid: There is no setting 'hgh'. Did you mean high?"),
    (
        drawn(rapid={"low": 0.5, "high": 0.5}),
        "rapid: low = 0.5 is not allowed with high = 0.5: it has to be below it.",
    ),
    (drawn(rapid={"low": 2}), "rapid: low = 2 is not allowed with high = 1.0: it has to be below it."),
    (
        drawn(rapid={"distribution": "uniforms"}),
        "rapid: There is no distribution 'uniforms'. Did you mean uniform?",
    ),
    (
        drawn(rapid={"distribution": ["normal"]}),
        "rapid: There is no distribution \"['normal']\". Did you mean normal?",
    ),
    (grid(rapid=None), "rapid has to say what the grid takes: values: [...], or steps: 5."),
    (
        grid(rapid={"steps": 3, "distribution": "normal"}),
        "rapid: There is no distribution of a grid 'normal'. Did you mean uniform?",
    ),
]


@pytest.mark.parametrize(("given", "thing", "reason"), NOT_ALLOWED, ids=str)
def test_what_is_not_allowed_is_refused(given: Any, thing: str, reason: str) -> None:
    assert problems_of(given) == [f"design.factors.{thing} is not allowed: {reason}."]


@pytest.mark.parametrize(("given", "problem"), REFUSED, ids=str)
def test_what_cannot_be_used_is_refused(given: Any, problem: str) -> None:
    assert problems_of(given) == [f"design.factors.{problem}"]

"""How many runs: against calculations by hand, and simulations whose answer is known."""

import numpy as np
import pandas as pd
import pytest

from analysis.statistics.effects import effects_of
from analysis.statistics.replications import enough, needed, pairing, variation, widths


def rows_of(**values: np.ndarray) -> pd.DataFrame:
    """Rows of some policies, one indicator `a`, seeds 0, 1, ..."""
    return pd.concat(
        pd.DataFrame({"policy": policy, "seed": np.arange(len(a)), "a": a}) for policy, a in values.items()
    )


def correlated(rho: float, n: int, seed: int) -> pd.DataFrame:
    """Runs of a policy and the baseline with equal variances and correlation rho."""
    rng = np.random.default_rng(seed)
    base, own = rng.normal(size=(2, n))
    return rows_of(baseline=base, p=1 + rho * base + np.sqrt(1 - rho**2) * own)


def test_variation_is_that_of_a_hand_calculation() -> None:
    # 1 to 5: mean 3, variance 2.5; with 9, mean 4, variance 8.
    (first, second) = variation(rows_of(p=np.array([1.0, 2, 3, 4, 5, 9])), ["a"]).to_dict("records")
    assert (first["policy"], first["indicator"], first["n"]) == ("p", "a", 5)
    assert first["variation"] == pytest.approx(np.sqrt(2.5) / 3)
    assert (second["n"], second["variation"]) == (6, pytest.approx(np.sqrt(8) / 4))


def test_variation_goes_by_seed_and_leaves_out_the_undefined() -> None:
    rows = rows_of(p=np.array([1.0, 2, np.nan, 3, 4, 5]))
    curve = variation(rows.iloc[::-1], ["a"])
    assert list(curve["n"]) == [5]
    assert curve["variation"][0] == pytest.approx(np.sqrt(2.5) / 3)


def test_variation_about_nothing_is_undefined() -> None:
    curve = variation(rows_of(p=np.array([-1.0, 1, -1, 1])), ["a"])
    assert curve["variation"].isna().all()
    assert enough(curve)["n"].isna().all()
    assert variation(rows_of(p=np.full(6, np.nan)), ["a"])["variation"].isna().all()


def test_counts_are_round_numbers_and_all() -> None:
    assert list(variation(rows_of(p=np.arange(730.0)), ["a"])["n"]) == [5, 10, 20, 50, 100, 200, 500, 730]
    assert list(variation(rows_of(p=np.arange(50.0)), ["a"])["n"]) == [5, 10, 20, 50]


@pytest.mark.parametrize(
    ("ratios", "expected"),
    [
        ([0.5, 0.30, 0.305, 0.295], 10),
        ([0.5, 0.30, 0.40, 0.395], 20),
        ([0.300, 0.305, 0.311, 0.305], 10),  # 5 is within 0.01 of its neighbour, and not of all that follow
        ([0.5, 0.4, 0.3, 0.2], None),  # the last agrees with itself alone
        ([np.nan, 0.3, 0.3, np.nan], None),
    ],
)
def test_enough_is_where_the_curve_stays(ratios: list[float], expected: int | None) -> None:
    curve = pd.DataFrame({"policy": "p", "indicator": "a", "n": [5, 10, 20, 50], "variation": ratios})
    (n,) = enough(curve, epsilon=0.01)["n"]
    assert n == expected if expected else pd.isna(n)


def test_what_is_not_known_is_not_called_settled() -> None:
    """The interval of the coefficient of variation covers (normal luck): 400 cases, 1 in 100 fails."""
    hits, settled = [], 0
    for seed in range(400):
        curve = variation(rows_of(p=5 + np.random.default_rng(seed).normal(size=100)), ["a"])
        last = curve.iloc[-1]
        hits.append(last["variation_low"] <= 0.2 <= last["variation_high"])
        settled += enough(curve, epsilon=0.01)["n"].notna()[0]
    assert np.mean(hits) > 0.94 - 2.33 * np.sqrt(0.06 * 0.94 / 400)
    # Half of its interval is 0.03 then: nine times as many seeds are needed.
    assert settled == 0
    assert enough(curve, epsilon=0.01)["n_needed"][0] == pytest.approx(810, rel=0.5)


@pytest.mark.parametrize(("last", "settled"), [(0.008, 20), (0.012, None)])
def test_a_curve_is_settled_only_if_it_is_known_to_its_end(last: float, settled: int | None) -> None:
    """Its own interval may widen again."""
    halves = np.array([0.02, 0.009, 0.009, last])
    curve = pd.DataFrame({"policy": "p", "indicator": "a", "n": [10, 20, 30, 40], "variation": 0.1})
    curve = curve.assign(variation_low=0.1 - halves, variation_high=0.1 + halves)
    (n,) = enough(curve, epsilon=0.01)["n"]
    assert n == settled if settled else pd.isna(n)


def test_hardly_a_curve_is_called_settled_away_from_the_truth() -> None:
    """An earlier ratio than the last may be two epsilon off (normal luck): 400 cases, 1 in 100 fails."""
    off = 0
    for seed in range(400):
        curve = variation(rows_of(p=1 + 0.1 * np.random.default_rng(seed).normal(size=500)), ["a"])
        (n,) = enough(curve, epsilon=0.01)["n"].dropna().to_list() or [None]
        off += n is not None and abs(curve.set_index("n").loc[n, "variation"] - 0.1) > 0.01
    assert off / 400 < 0.05 + 2.33 * np.sqrt(0.05 * 0.95 / 400)


def test_widths_are_those_of_a_hand_calculation() -> None:
    # Differences 1, 2, 0, 3: mean 1.5, standard error sqrt(5/12), t(3, 0.975) = 3.182446.
    rows = rows_of(baseline=np.array([2.0, 3, 4, 5, np.nan]), p=np.array([3.0, 5, 4, 8, 0]))
    (line,) = widths(rows, "baseline", ["a"]).to_dict("records")
    assert (line["policy"], line["n"], line["effect"]) == ("p", 4, 1.5)
    assert line["half_width"] == pytest.approx(3.182446 * 0.6454972, rel=1e-6)


def test_seeds_needed_are_those_of_a_hand_calculation() -> None:
    # Differences 9 and 11 in turn: effect 10, s = sqrt(40/39) = 1.01274. t * s / sqrt(n) <= 0.5 (5%) is
    # 2.1009 * 1.01274 / sqrt(19) = 0.4881 at n = 19, and 2.1098 * 1.01274 / sqrt(18) = 0.5036 at n = 18.
    rows = rows_of(baseline=np.zeros(40), p=np.tile([9.0, 11.0], 20))
    table = needed(rows, "baseline", ["a"], relative=(0.05, 0.01))
    assert table["n_needed"][0] == 19
    # 1.98 * 1.01274 / sqrt(n) <= 0.1 from about 402.
    assert table["n_needed"][1] == pytest.approx(397, abs=1)
    assert list(table["is_extrapolated"]) == [False, True]


def test_seeds_needed_give_the_width_asked_for() -> None:
    rows = correlated(0.5, 400, 1)
    (n,) = needed(rows, "baseline", ["a"], relative=(0.1,))["n_needed"]
    (_, *_, last) = widths(rows, "baseline", ["a"]).to_dict("records")
    assert last["half_width"] * np.sqrt(400 / n) == pytest.approx(0.1 * last["effect"], rel=0.01)


@pytest.mark.parametrize(("shift", "n"), [(0.0, 40), (np.nan, 40), (1.0, 1), (1e-12, 40)])
def test_seeds_needed_are_missing_where_no_number_is_enough(shift: float, n: int) -> None:
    rows = rows_of(baseline=np.zeros(n), p=(shift + np.tile([-1.0, 1.0], n))[:n])
    table = needed(rows, "baseline", ["a"])
    assert table["n_needed"].isna().all()
    assert not table["is_extrapolated"].any()
    assert len(widths(rows, "baseline", ["a"])) >= 1


def test_a_difference_that_never_varies_needs_two_seeds() -> None:
    rows = rows_of(baseline=np.arange(20.0), p=np.arange(20.0) + 1)
    assert (needed(rows, "baseline", ["a"])["n_needed"] == 2).all()


def test_pairing_is_that_of_a_hand_calculation() -> None:
    # 16 seeds, one a group, coupled 0-1, 2-3, ...: the policy's i against the baseline's of its neighbour.
    base, treated = np.random.default_rng(2).normal(size=(2, 16))
    treated += base
    (line,) = pairing(rows_of(baseline=base, p=treated), "baseline", ["a"]).to_dict("records")
    neighbour = np.arange(16) ^ 1
    shared, apart = (treated - base).var(ddof=1), (treated - base[neighbour]).var(ddof=1)
    assert line["observed"] == pytest.approx(apart / shared)
    assert line["claimed"] == pytest.approx((treated.var(ddof=1) + base.var(ddof=1)) / shared)
    assert line["low"] < line["observed"] < line["high"]


@pytest.mark.parametrize(("rho", "n"), [(0.9, 100), (0.5, 400), (0.0, 100), (-0.5, 100)])
def test_pairing_saves_what_theory_says(rho: float, n: int) -> None:
    """The ratio is 1 / (1 - rho) for equal variances; intervals of 95% fail here in 1 case of 500."""
    lines = [pairing(correlated(rho, n, seed), "baseline", ["a"]).iloc[0] for seed in range(200)]
    truth = 1 / (1 - rho)
    assert np.mean([line["claimed"] for line in lines]) == pytest.approx(truth, rel=0.05)
    assert np.mean([line["low"] <= truth <= line["high"] for line in lines]) >= 0.9
    assert np.mean([bool(line["agrees"]) for line in lines]) > 0.93


def test_a_policy_with_less_luck_in_common_than_none_costs() -> None:
    (line,) = pairing(correlated(-0.5, 1000, 3), "baseline", ["a"]).to_dict("records")
    assert line["high"] < 1


def test_a_claim_that_does_not_hold_is_found() -> None:
    """Seeds that share luck two by two: a neighbour's run pairs as well as one's own, and little is saved."""
    rows = correlated(0.9, 200, 4)
    luck = np.repeat(np.random.default_rng(5).normal(size=100), 2)
    rows["a"] = 0.3 * rows["a"] + np.tile(luck, 2)
    (line,) = pairing(rows, "baseline", ["a"]).to_dict("records")
    assert line["claimed"] > 5 * line["high"]
    assert not line["agrees"]


def test_pairing_says_nothing_of_too_little() -> None:
    table = pairing(rows_of(baseline=np.arange(8.0), p=np.arange(8.0) ** 2), "baseline", ["a"])
    assert table.loc[0, ["claimed", "observed", "low", "high", "agrees"]].isna().all()
    never = pairing(rows_of(baseline=np.arange(80.0), p=np.arange(80.0) + 1), "baseline", ["a"])
    assert (never.loc[0, "n"], never["agrees"].isna()[0]) == (80, True)


CONTROLS = {"a": ("luck_x",)}


def lucky(n: int, seed: int) -> pd.DataFrame:
    """Runs whose difference, 1 on average, is nine tenths luck that is known."""
    rng = np.random.default_rng(seed)
    base, x = rng.normal(size=(2, n))
    rows = rows_of(baseline=base, p=base + 1 + np.sqrt(0.9) * x + np.sqrt(0.1) * rng.normal(size=n))
    return rows.assign(luck_x=np.concatenate([np.zeros(n), x]))


def test_widths_are_those_that_a_comparison_of_so_many_seeds_has() -> None:
    rows = lucky(200, 1)
    for line in widths(rows, "baseline", ["a"], CONTROLS).to_dict("records"):
        (compared,) = effects_of(rows[rows["seed"] < line["n"]], controls=CONTROLS).to_dict("records")
        assert line["effect"] == pytest.approx(compared["effect"])
        assert line["half_width"] == pytest.approx((compared["high"] - compared["low"]) / 2)


def test_luck_taken_out_is_seeds_that_need_not_be_run() -> None:
    rows = lucky(400, 2)
    plain, freed = (needed(rows, "baseline", ["a"], (0.05,), told)["n_needed"][0] for told in ({}, CONTROLS))
    assert plain / freed == pytest.approx(10, rel=0.25)


def test_widths_that_are_freed_of_luck_cover() -> None:
    """0.95 of 1,000 cases of 100 seeds; one in 10,000 lies further off (4 sd)."""
    lines = [widths(lucky(100, seed), "baseline", ["a"], CONTROLS).iloc[-1] for seed in range(1000)]
    assert 0.92 < np.mean([abs(line["effect"] - 1) <= line["half_width"] for line in lines]) < 0.98

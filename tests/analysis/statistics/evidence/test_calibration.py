"""Which points are ruled out, which come nearest, and what is learned: known answers."""

import numpy as np
import pandas as pd
import pytest

from analysis.statistics.evidence import calibration, fits

FACTORS = ["slope", "idle"]


def targets(*bands):
    lines = [(f"p{at}", "t", low, high, "linear", 0.01, "") for at, (low, high) in enumerate(bands)]
    names = ["pattern", "target", "low", "high", "scale", "tolerance", "missing"]
    return pd.DataFrame(lines, columns=names).reindex(columns=list(fits.TARGETS))


def tried(means, bands, unit, n):
    """Tables of points whose means are known without luck; the n nearest are accepted."""
    aim = targets(*bands)
    found = fits.implausibility(means, np.zeros(means.shape), aim)
    distance = calibration.distances(found, aim["pattern"])
    decided = calibration.deciding(found, 0)
    points = pd.DataFrame(unit, columns=FACTORS).assign(
        point=np.arange(len(unit)), wave=1, implausibility=decided, kept=decided <= 3, distance=distance,
        shortlisted=True, accepted=np.isin(np.arange(len(unit)), calibration.nearest(distance, n)),
    )  # fmt: skip
    return aim, found, points, pd.DataFrame(unit, columns=FACTORS)


def test_the_largest_implausibility_decides_but_for_what_is_forgiven():
    found = np.array([[1.0, 5.0, 2.0], [4.0, np.nan, 0.0]])
    assert calibration.deciding(found, 0).tolist() == [5.0, np.inf]
    assert calibration.deciding(found, 1).tolist() == [2.0, 4.0]
    assert calibration.deciding(found, 9).tolist() == [1.0, 0.0]


def test_each_pattern_counts_as_much_and_none_without_bound():
    found = np.array([[2.0, 4.0, 0.0], [0.0, 0.0, np.nan], [0.0, 0.0, 99.0]])
    distance = calibration.distances(found, ["a", "a", "b"])
    assert distance == pytest.approx([np.sqrt((4 + 16) / 4), np.sqrt(50), np.sqrt(50)])
    assert calibration.nearest(distance, 2).tolist() == [0, 1]


def test_a_quadratic_is_emulated_and_its_far_side_ruled_out():
    """y = 4 (slope - 0.5)^2: a band around 0 leaves the middle, whatever the idle factor."""
    generator = np.random.default_rng(0)
    unit, candidates = generator.random((200, 2)), generator.random((5000, 2))
    means = 4 * (unit[:, :1] - 0.5) ** 2
    kept = calibration.plausible(candidates, unit, means, targets((-0.04, 0.04)), 3.0, 0)
    edge = np.sqrt(3 * np.hypot(0.02, 0.01) / 4)
    distance = np.abs(candidates[:, 0] - 0.5)
    assert kept[distance < edge - 1e-3].all()
    assert not kept[distance > edge + 1e-3].any()


def test_what_is_not_known_rules_nothing_out():
    unit = np.random.default_rng(0).random((30, 2))
    means = np.full((30, 1), np.nan)
    assert calibration.plausible(unit, unit, means, targets((0, 1)), 3.0, 0).all()


def test_noise_is_in_the_emulator_s_variance():
    """Means that are luck alone rule nothing out: it is left to more runs to say."""
    generator = np.random.default_rng(3)
    unit = generator.random((100, 2))
    means = generator.normal(0, 1, (100, 1))
    assert calibration.plausible(unit, unit, means, targets((-0.1, 0.1)), 3.0, 0).all()


@pytest.fixture
def line():
    """One target that is the slope itself, wanted between 0.4 and 0.6; one that is its opposite, as well."""
    unit = np.random.default_rng(5).random((400, 2))
    return tried(np.column_stack([unit[:, 0], 1.9 - unit[:, 0]]), [(0.4, 0.6), (1.0, 1.2)], unit, 40)


def test_what_is_identified_is_narrow_and_the_idle_factor_is_not(line):
    _, _, points, positions = line
    found = calibration.identified(points, positions).set_index("factor")
    assert list(found.index) == FACTORS
    assert found["width"]["slope"] < 0.25
    assert found["width"]["idle"] == pytest.approx(1, abs=0.1)
    assert found["median"]["slope"] == pytest.approx(0.65, abs=0.05)  # between the two


def test_profiles_have_their_least_distance_where_points_fit(line):
    _, _, points, positions = line
    found = calibration.profiles(points, positions).query("factor == 'slope'")
    assert found["distance"].to_numpy().argmin() == 6
    assert found["accepted"].sum() == pytest.approx(1)


def test_patterns_that_are_never_met_together_conflict():
    met = pd.DataFrame({"a": [True, True, False], "b": [False, True, True], "c": [True, False, False]})
    found = calibration.conflicts(met).set_index(["pattern", "other"])
    assert found["conflict"].to_dict() == {("a", "b"): False, ("a", "c"): False, ("b", "c"): True}
    assert found["both_met"]["a", "b"] == pytest.approx(1 / 3)
    assert not calibration.conflicts(met.assign(c=False))["conflict"].any()  # never met at all


def test_without_one_of_two_that_conflict_the_other_is_met(line):
    aim, implausibility, points, positions = line
    slope = positions["slope"]
    met = pd.DataFrame({"p0": slope.between(0.4, 0.6), "p1": slope.between(0.7, 0.9)})
    found = calibration.left_out(points, positions, implausibility, met, aim).set_index("pattern")
    assert found["moved"].tolist() == ["slope", "slope"]
    assert found["shift"].to_numpy() == pytest.approx([0.15, 0.15], abs=0.05)
    assert found["met_without"].tolist() == [0.0, 0.0]


def test_what_is_left_out_is_looked_for_among_points_of_as_many_seeds(line):
    """Points that few seeds put near, by luck, are not on the shortlist, and are not taken."""
    aim, implausibility, points, positions = line
    met = pd.DataFrame({"p0": positions["slope"] < 0.7, "p1": positions["slope"] >= 0.7})
    short = points.assign(shortlisted=points["accepted"])
    found = calibration.left_out(short, positions, implausibility, met, aim)
    assert found["shift"].tolist() == [0.0, 0.0]
    assert found["met_with"].tolist() == found["met_without"].tolist()


def test_waves_say_what_is_left_and_what_rules_out(line):
    aim, implausibility, points, _ = line
    (found,) = calibration.waves(points, implausibility, aim).to_dict("records")
    assert found["points"] == 400
    assert found["kept"] == pytest.approx(points["kept"].mean())
    assert found["decided"] in ("p0: t", "p1: t")

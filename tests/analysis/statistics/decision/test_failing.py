"""When policies fail: boxes that are known, and none where luck alone decides."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.report.assumed.failing import fails_in, sentences_of
from analysis.statistics.decision.failing import FAILS, WORKS, failing_of

NAMES = ("baseline", "policy")


def worlds(fails, n: int = 200, luck: float = 1.0, of: int = 0) -> tuple[np.ndarray, pd.DataFrame]:
    """A policy that adds 3 to 10, but nothing where it fails; six seeds, which both policies share."""
    rng = np.random.default_rng(of)
    points = pd.DataFrame(rng.random((n, 4)), columns=["a", "b", "c", "d"])
    points["word"] = rng.choice(["x", "y", "z"], n)
    values = 10 + luck * rng.normal(size=(n, 2, 6))
    values[:, 1] += np.where(fails(points), 0.0, 3.0)[:, None]
    return values, points


def told(fails, **how) -> pd.Series:
    values, points = worlds(fails, **how)
    return failing_of(values, points, NAMES, "baseline", 0.1, lambda _: list(points)).iloc[0]


def test_a_box_of_two_sides_is_found():
    line = told(lambda x: (x["a"] > 0.6) & (x["b"] < 0.5))
    assert line["outcome"] == FAILS
    (low, high), words = (line[["density_low", "coverage_low"]], line["where"])
    assert min(low, high) > 0.55
    assert {part.split()[0] for part in words.split(" and ")} == {"a", "b"}
    sides = {part.split()[0]: float(part.split()[-1]) for part in words.split(" and ")}
    assert sides["a"] == pytest.approx(0.6, abs=0.04)
    assert sides["b"] == pytest.approx(0.5, abs=0.04)


def test_without_luck_in_what_fails_counts_are_exact():
    line = told(lambda x: x["a"] > 0.7, luck=0.01)
    assert line["density"] > 0.95  # the tree's side lies halfway to the next point
    assert line["coverage"] > 0.95
    _, points = worlds(lambda x: x["a"] > 0.7)
    assert line["failing"] == (points["a"] > 0.7).mean()
    low, high = stats.binomtest(int((points["a"] > 0.7).sum()), 200).proportion_ci(method="exact")
    assert (line["failing_low"], line["failing_high"]) == pytest.approx((low, high))


def test_where_it_mostly_fails_it_is_said_where_it_works():
    line = told(lambda x: x["word"] != "y", luck=0.3)
    assert (line["outcome"], line["where"]) == (WORKS, "word is y")
    text = [each.text for each in sentences_of(pd.DataFrame([line]).assign(response="r"), 0.1)]
    share = f"{100 * line['failing']:.0f}%"
    assert text[1] == (
        f"Policy fails under {share} of sets of assumptions. It works when word is y: 100% of such sets, "
        "100% of all in which it works."
    )


def test_noise_names_no_box():
    """The same effect everywhere, of which luck makes half a failure; of ten cases one may be told."""
    found = [told(lambda x: x["a"] < 0, n=150, luck=4.0, of=i) for i in range(10)]
    rare = [told(lambda x: x["a"] > 2, n=150, luck=0.01, of=i) for i in range(3)]
    assert sum(line["where"] != "" for line in found) <= 1
    assert all(line["where"] == "" and np.isnan(line["density"]) for line in rare)


def test_only_what_can_act_is_looked_at():
    values, points = worlds(lambda x: x["a"] > 0.6)
    (where,) = failing_of(values, points, NAMES, "baseline", 0.1, lambda _: ["b", "c"])["where"]
    assert where == ""


def test_sentences_say_what_their_line_says():
    line = told(lambda x: x["a"] > 0.7, luck=0.3)
    said = list(sentences_of(pd.DataFrame([line]).assign(response="r"), 0.1))
    density, coverage = (f"{100 * line[name]:.0f}%" for name in ("density", "coverage"))
    where = line["where"]
    assert said[0].text.endswith("is less than 10% of what is there under the present.")
    assert said[1].text == (
        f"Policy fails when {where}: {density} of such sets of assumptions, {coverage} of all failures."
    )
    assert said[1].cells[0].columns == ("failing", "outcome", "where", "density", "coverage")
    unknown = told(lambda x: x["a"] < 0, luck=4.0)
    kinds = {"When each of these fails cannot be told": 0.5}
    kinds |= {"Under all of the sets": 1.0, "Under none of the sets": 0.0}
    for begins, share in kinds.items():
        table = pd.DataFrame([{**unknown, "failing": share, "failing_low": 0.0, "failing_high": 1.0}])
        _, text = (each.text for each in sentences_of(table.assign(response="r"), 0.1))
        assert text.startswith(begins)
        assert text.endswith(": Policy.")


def test_how_often_it_fails_is_said_with_its_luck():
    line = told(lambda x: x["a"] > 0.7, luck=4.0).to_dict() | {"response": "r"}
    line |= {"failing": 0.4, "failing_low": 0.3, "failing_high": 0.5, "luck": 0.6}
    seen = "Policy fails under 40% (30% to 50%) of the sets of assumptions"
    assert (
        fails_in(line).text == f"{seen}, as they were seen: luck is 60% of how its effect varies over them."
    )
    assert fails_in(line | {"luck": np.nan}).text == f"{seen}."


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # the workbench's own
def test_the_workbench_finds_the_same_box():
    """PRIM (Friedman and Fisher 1999), as the EMA workbench has it: sides within a tenth of ours."""
    prim = pytest.importorskip("ema_workbench.analysis.prim")
    values, points = worlds(lambda x: (x["a"] > 0.6) & (x["b"] < 0.5))
    fails = (values[:, 1] - values[:, 0]).mean(axis=1) < 1.0
    box = prim.Prim(points[["a", "b", "c", "d"]], fails.astype(int), mass_min=0.1).find_box()
    at = int((box.peeling_trajectory["coverage"] * box.peeling_trajectory["density"]).idxmax())
    limits = box.box_lims[at]
    assert limits["a"].iloc[0] == pytest.approx(0.6, abs=0.1)
    assert limits["b"].iloc[1] == pytest.approx(0.5, abs=0.1)

"""Mechanisms switched off: what effects hang on, what they would be without, and no false alarms."""

import numpy as np
import pandas as pd
import pytest

from analysis import studies
from analysis.asked import Asked, Points
from analysis.dictionary import Column, Dictionary
from analysis.report.questions.mechanisms import sentences_of
from analysis.statistics.effects import effects_of
from analysis.statistics.evidence.mechanisms import (
    CANNOT_TELL,
    DIFFERS,
    LESS,
    MORE,
    NOTHING_LEFT,
    ONLY_WITHOUT,
    THE_SAME,
    TURNS,
    mechanisms_of,
    middle_of,
    most_changing,
    sifted_of,
)
from analysis.studies.found import TooFew

SEEDS = 40
COLUMNS = Dictionary([Column("rows", "y", "ties at a time", "", "stock", 1, "Ties")])
#: What policies a and b add with all on, then without each mechanism.
WORTH = {
    "all": (2.0, 0.0),
    "idle": (2.0, 0.0),
    "carrier": (0.0, 0.0),
    "brake": (4.0, 3.0),
    "part": (1.0, 0.0),
    "rudder": (-2.0, 0.0),
}
RULES = {name: (f"It is {name}.", f"nothing is {name}") for name in WORTH if name != "all"}


def rows_of(worth: dict[str, tuple[float, float]], noise: float = 0.1, n: int = SEEDS) -> pd.DataFrame:
    """A run of each policy at each point, where luck is shared, or known; a level of its own without each."""
    rng = np.random.default_rng(1)
    shared, parts = rng.normal(10, 1, n), []
    for point, added in enumerate(worth.values()):
        for policy, adds in zip(("baseline", "a", "b"), (0.0, *added), strict=True):
            luck = rng.normal(0, 1, n)
            y = shared + 5 * point + adds + luck + rng.normal(0, noise, n)
            told = {"point": point, "policy": policy, "seed": range(n), "y": y, "luck_x": luck}
            parts.append(pd.DataFrame(told))
    return pd.concat(parts, ignore_index=True)


def found_in(rows: pd.DataFrame) -> pd.DataFrame:
    return mechanisms_of(rows, RULES, "baseline", ["y"], {"y": ["luck_x"]})


def test_each_mechanism_is_found_for_what_it_is():
    table = found_in(rows_of(WORTH))
    verdicts = table.pivot_table(index="mechanism", columns="policy", values="verdict", aggfunc="first")
    assert verdicts["a"].to_dict() == {
        "idle": CANNOT_TELL, "carrier": NOTHING_LEFT, "brake": MORE, "part": LESS, "rudder": TURNS,
    }  # fmt: skip
    assert verdicts["b"].to_dict() == dict.fromkeys(RULES, CANNOT_TELL) | {"brake": ONLY_WITHOUT}
    half = table[(table["policy"] == "a") & (table["mechanism"] == "part")].iloc[0]
    assert half["left"] == pytest.approx(0.5, abs=0.05)
    assert half["left_low"] < half["left"] < half["left_high"]


@pytest.mark.parametrize("controls", [{}, {"y": ["luck_x"]}])
def test_effects_are_those_of_a_comparison_at_each_point(controls):
    rows = rows_of(WORTH)
    table = mechanisms_of(rows, RULES, "baseline", ["y"], controls)
    for point, name in enumerate(RULES, start=1):
        lines = table[table["mechanism"] == name].set_index("policy")
        for at, column, base in ((0, "effect", "baseline"), (point, "without", "baseline_without")):
            compared = effects_of(rows[rows["point"] == at].drop(columns="point"), "baseline", controls)
            compared = compared[compared["indicator"] == "y"].set_index("policy")
            assert lines[column].to_dict() == pytest.approx(compared["effect"].to_dict())
            assert lines[base].to_dict() == pytest.approx(compared["baseline"].to_dict())
    assert table["change"].to_numpy() == pytest.approx((table["without"] - table["effect"]).to_numpy())


def test_a_mechanism_that_cannot_act_makes_no_difference_at_all():
    rows = rows_of({"all": (2.0, 0.0), "idle": (0.0, 0.0)})
    off = rows[rows["point"] == 0].assign(point=1)
    rows = pd.concat([rows[rows["point"] == 0], off], ignore_index=True)
    table = mechanisms_of(rows, {"idle": RULES["idle"]}, "baseline", ["y"], {"y": ["luck_x"]})
    assert (table[["change", "change_low", "change_high"]] == 0).all(axis=None)
    assert (table["verdict"] == THE_SAME).all()


def test_a_change_may_be_sure_though_neither_effect_is():
    """Two effects that lie on both sides of nothing, each within its luck, whose luck is the same."""
    rng = np.random.default_rng(3)
    luck, small = rng.normal(0, 1, SEEDS), rng.normal(0, 0.05, SEEDS)
    luck -= luck.mean()
    runs = [
        (0, "baseline", 0 * luck),
        (0, "a", luck - 0.1),
        (1, "baseline", 0 * luck),
        (1, "a", luck + 0.1 + small),
    ]
    rows = pd.concat(
        [pd.DataFrame({"point": at, "policy": name, "seed": range(SEEDS), "y": y}) for at, name, y in runs]
    )
    (line,) = mechanisms_of(rows, {"idle": RULES["idle"]}, "baseline", ["y"], {}).to_dict("records")
    assert line["verdict"] == DIFFERS


def test_luck_seldom_makes_a_mechanism():
    """Of tables in which nothing differs, hardly more than one in twenty names any; and none of few seeds."""
    named = 0
    for study in range(60):
        rng = np.random.default_rng(study)
        rows = rows_of(dict.fromkeys(WORTH, (0.5, 0.0)), n=20)
        rows["y"] = rng.normal(0, 1, len(rows)) + 0.5 * (rows["policy"] == "a")
        table = mechanisms_of(rows, RULES, "baseline", ["y"], {})
        named += not table["verdict"].isin((CANNOT_TELL, THE_SAME)).all()
    assert named <= 8  # of 60 with a chance of 1 in 20, as many or more in 1 of 50 sets of 60


def test_hardly_a_seed_in_which_something_happens_widens_no_other_interval():
    rows = rows_of(WORTH)
    rare = rows.copy()
    at = (rare["point"] == 2) & (rare["policy"] != "baseline")
    base = rare.loc[(rare["point"] == 2) & (rare["policy"] == "baseline"), "y"].to_numpy()
    rare.loc[at, "y"] = np.tile(base, 2) + np.tile(np.arange(SEEDS) == 7, 2)
    rare.loc[rare["point"] == 2, "luck_x"] = 0.0
    widths = [
        (lines["without_high"] - lines["without_low"]).to_numpy()
        for lines in (found_in(each).query("mechanism != 'carrier'") for each in (rows, rare))
    ]
    assert (widths[1] < 1.4 * widths[0]).all()


def test_sentences_say_what_effects_hang_on_and_what_stands_in_the_way():
    effect, gone, turns, less, more, rest, nothing, only, *_, last = (
        each.text for each in sentences_of(found_in(rows_of(WORTH)), COLUMNS, 120)
    )
    assert effect.startswith("Ties: A, +2.0")
    assert gone.startswith("No effect can be told any more where nothing is carrier (")
    assert turns.startswith("It turns into its opposite where nothing is rudder (−2.0")
    assert less.startswith("Less of it is left where nothing is part (+1.0")
    assert more.startswith("It is larger where nothing is brake (+4.0")
    assert rest == "The other mechanism is not shown to change it."
    assert nothing.endswith("which may be nothing.")
    assert only.startswith("It can be told from nothing, and from this, where nothing is brake (+3.0")
    assert last.startswith(
        "5 mechanisms of the model were switched off, one at a time, in 40 histories, on the same luck;"
    )
    one = found_in(rows_of(WORTH)).query("mechanism == 'part'")
    *_, last = (each.text for each in sentences_of(one, COLUMNS, 120))
    assert last.startswith("1 mechanism of the model was switched off, in 40 histories, on the same")


def test_what_all_effects_hang_on_is_said_first():
    rows = rows_of({name: (a, a) for name, (a, _) in WORTH.items()})
    first, *_ = (each.text for each in sentences_of(found_in(rows), COLUMNS, 120))
    assert first == (
        "Ties: of 2 effects that can be told, none can be told any more where nothing is carrier or nothing "
        "is rudder. All are larger where nothing is brake."
    )


def test_seeds_that_a_run_lacks_are_left_out_and_told(tmp_path):
    asked = Asked(
        "mechanisms", ("baseline", "a", "b"), (0, SEEDS), ("y",), Points("list", 6, 6, (), (), 0, 1),
        mechanisms=RULES,
    )  # fmt: skip
    asked.write(tmp_path)
    rows = rows_of(WORTH)
    rows[(rows["policy"] != "b") | (rows["point"] != 3) | (rows["seed"] > 1)].to_parquet(
        tmp_path / "rows.parquet"
    )
    found = studies.analyse(tmp_path, COLUMNS)
    assert found.notes == ["y: 2 seeds in which a run lacks it have no part in its lines."]
    table = found.tables["mechanisms"].set_index(["policy", "mechanism"])
    assert table.loc[("b", "brake"), "n"] == SEEDS - 2
    assert table.loc[("a", "brake"), "n"] == SEEDS
    rows[(rows["policy"] != "b") | (rows["point"] != 3)].to_parquet(tmp_path / "rows.parquet")
    with pytest.raises(TooFew, match="without every mechanism, in 0 seeds, and it takes 2"):
        studies.analyse(tmp_path, COLUMNS)


def test_those_that_change_most_are_told_in_few_seeds():
    """Luck of the effect that all changes are counted from makes none of them large, nor hides any."""
    rng = np.random.default_rng(5)
    adds = np.array([6.0, *np.full(50, 6.0), 0.0, 12.0, 2.0])
    adds[8:] = np.roll(adds[8:], 7)
    wanted = {*np.flatnonzero(np.abs(adds[1:] - 6) > 3)}
    found = []
    for _ in range(50):
        effects = adds[:, None] + rng.normal(0, 1, (len(adds), 4))
        effects[0] += rng.choice([-4, 4])
        effects[3] = effects[0]  # cannot act
        kept = most_changing(effects, 12)
        assert kept == sorted(kept)
        assert len(kept) == 12
        assert 2 not in kept
        found.append(len(wanted & {*kept}))
    assert np.mean(found) > 2.9
    assert most_changing(effects[:4], 12) == [0, 1, 2]


def test_a_seed_that_lacks_a_run_makes_no_change_smaller():
    effects = np.array([[1.0] * 4, [4.0, np.nan, np.nan, np.nan], [2.5] * 4, [1.1] * 4, [np.nan] * 4])
    assert most_changing(effects, 1) == [0]
    assert most_changing(effects, 4) == [0, 1, 2, 3]


def test_the_only_one_that_changes_anything_comes_before_those_that_do_not():
    effects = np.array([[1.0] * 4, [1.0] * 4, [3.0] * 4, [1.0] * 4])
    assert most_changing(effects, 1) == [1]
    assert most_changing(np.vstack([effects, [[1.5] * 4, [2.0] * 4]]), 3) == [1, 3, 4]


def test_the_middle_is_of_what_changes_at_all():
    assert middle_of(np.array([0.0, 0.0, 0.0, 0.0, 0.2, 0.3, np.nan, 0.9])) == 0.3
    assert middle_of(np.zeros(3)) == 0.0


def test_what_few_seeds_say_is_a_line_a_mechanism():
    rows = rows_of(WORTH, n=4)
    rows = rows[rows["policy"] != "b"]
    rows.loc[(rows["point"] == 5) & (rows["seed"] == 2), "y"] = np.nan
    table = sifted_of(rows, RULES, "baseline", "y", {"rudder", "brake"}).set_index("mechanism")
    levels = rows.pivot_table(index="point", columns="policy", values="y")
    changes = (levels["a"] - levels["baseline"]).iloc[1:] - (levels["a"] - levels["baseline"]).iloc[0]
    assert table["change"].iloc[:4].tolist() == pytest.approx(changes.iloc[:4].tolist())
    assert table["n"].tolist() == [4, 4, 4, 4, 3]
    assert set(table.index[table["kept"]]) == {"rudder", "brake"}
    assert table["where"].tolist() == [where for _, where in RULES.values()]

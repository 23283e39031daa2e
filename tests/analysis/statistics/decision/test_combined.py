"""What policies do together: shares as the theory of games has them, effects as the comparison has them."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from analysis import studies
from analysis.asked import Asked, Points
from analysis.dictionary import Column, Dictionary
from analysis.report.questions.combined import sentences_of
from analysis.statistics.decision.combined import (
    CANNOT_TELL,
    LESS,
    MORE,
    THE_SUM,
    combined_of,
    name_of,
    shapley,
)
from analysis.statistics.effects import effects_of
from analysis.studies.found import TooFew

ABC = ("a", "b", "c")
SEEDS = 60
COLUMNS = Dictionary([Column("rows", "y", "ties at a time", "", "stock", 1, "Ties")])


def members(coalition: int) -> list[int]:
    return [i for i in range(coalition.bit_length()) if coalition >> i & 1]


def test_in_an_additive_game_each_gives_what_it_does_alone():
    alone = np.array([3.0, -1.0, 0.5, 2.0])
    game = np.array([sum(alone[i] for i in members(each)) for each in range(16)])
    assert shapley(game) == pytest.approx(alone)


def test_gloves():
    """One has a right glove, the others a left one each; pairs are worth 1: 1/2 if one other, 2/3 if two."""
    one, two = (
        [float(each & 1 and each > 1) for each in range(2**players)] for players in (2, 3)
    )  # fmt: skip
    assert shapley(np.array(one)) == pytest.approx([1 / 2, 1 / 2])
    assert shapley(np.array(two)) == pytest.approx([2 / 3, 1 / 6, 1 / 6])


def test_an_airport():
    """Who needs the longest runway pays for all of it: closed form of Littlechild and Owen (1973)."""
    costs = np.array([1.0, 3.0, 4.0, 10.0, 12.0])
    game = np.array([max((costs[i] for i in members(each)), default=0.0) for each in range(32)])
    steps = np.diff(costs, prepend=0.0) / np.arange(5, 0, -1)
    assert shapley(game) == pytest.approx(np.cumsum(steps))


def test_any_game_by_its_orders_and_axioms():
    """Mean over all orders; all is given; alike give alike; who adds nothing gives nothing; sums add up."""
    game, other = np.random.default_rng(1).normal(size=(2, 16))
    orders = list(permutations(range(4)))
    by_hand = np.zeros(4)
    for order in orders:
        there = 0
        for player in order:
            by_hand[player] += (game[there | 1 << player] - game[there]) / len(orders)
            there |= 1 << player
    assert shapley(game) == pytest.approx(by_hand)
    assert shapley(game).sum() == pytest.approx(game[-1] - game[0])
    assert shapley(game + other) == pytest.approx(shapley(game) + shapley(other))
    swapped = [(each & 12) | (each & 1) << 1 | (each & 2) >> 1 for each in range(16)]
    alike = shapley(game + game[swapped])
    assert alike[0] == pytest.approx(alike[1])
    without = shapley(game[[each & 14 for each in range(16)]])
    assert without[0] == 0
    assert without[1:] == pytest.approx(shapley(game[::2]))


def rows_of(beyond: dict[str, float], noise: float = 0.05) -> pd.DataFrame:
    """A run of every bundle: 1, 2 and 3 by a, b and c, more by some bundles; luck that is shared or known."""
    rng = np.random.default_rng(2)
    shared = rng.normal(10, 1, SEEDS)
    parts = []
    for bundle in range(8):
        luck = rng.normal(0, 1, SEEDS)
        worth = sum(i + 1 for i in members(bundle)) + beyond.get(name_of(ABC, bundle), 0.0)
        y = shared + worth + luck + rng.normal(0, noise, SEEDS)
        name = name_of(ABC, bundle) or "baseline"
        parts.append(pd.DataFrame({"policy": name, "seed": range(SEEDS), "y": y, "luck_x": luck}))
    return pd.concat(parts, ignore_index=True)


@pytest.mark.parametrize("controls", [{}, {"y": ["luck_x"]}])
def test_effects_are_those_of_the_comparison_and_shares_add_up_to_them(controls):
    rows = rows_of({"a+b+c": 1.0})
    bundles, shares = combined_of(rows, ABC, "baseline", ["y"], controls)
    effects = effects_of(rows, "baseline", controls).set_index("policy")
    told = bundles.set_index("bundle")[["effect", "effect_low", "effect_high", "baseline", "n"]]
    same = effects.loc[told.index, ["effect", "low", "high", "baseline", "n"]]
    assert told.to_numpy() == pytest.approx(same.to_numpy())
    alone = shares.set_index("policy")[["alone", "alone_low", "alone_high"]]
    assert alone.to_numpy() == pytest.approx(effects.loc[list(ABC), ["effect", "low", "high"]].to_numpy())
    whole = bundles.iloc[-1]
    assert shares["gives"].sum() == pytest.approx(whole["effect"])
    assert shares["share"].sum() == pytest.approx(1)
    assert whole["parts"] + whole["synergy"] == pytest.approx(whole["effect"])
    assert whole["parts"] == pytest.approx(alone["alone"].sum())


def test_what_is_beyond_the_sum_is_found_and_luck_is_not():
    rows = rows_of({"a+b": 1.0, "a+b+c": -1.0}, noise=1e-4)
    bundles, shares = combined_of(rows, ABC, "baseline", ["y"], {"y": ["luck_x"]})
    verdicts = bundles.set_index("bundle")["verdict"].to_dict()
    assert verdicts == {"a+b": MORE, "a+c": CANNOT_TELL, "b+c": CANNOT_TELL, "a+b+c": LESS}
    assert shares["gives"].to_numpy() == pytest.approx([1 - 1 / 6, 2 - 1 / 6, 3 - 2 / 3], abs=1e-3)
    texts = [each.text for each in sentences_of(bundles, shares, COLUMNS, 120)]
    assert texts[0].endswith("on the same luck (60 seeds).")
    assert texts[1].startswith("Ties: together they come to less than the sum of their parts, by −1.000 (")
    assert texts[2].startswith("Of this, C gives +2.333 (")
    assert texts[3].startswith("Pairs that come to more than the sum of the two: A with B, by +1.000 (")


def test_a_sum_that_holds_to_the_last_digit_is_no_more_and_no_less():
    """What rounding leaves is no synergy, though it may be the same in every seed."""
    rows = rows_of({}).assign(y=lambda rows: rows["policy"].map(_tenths))
    bundles, shares = combined_of(rows, ABC, "baseline", ["y"], {})
    assert (bundles["synergy"] == 0).all()
    assert (bundles["verdict"] == THE_SUM).all()
    *_, whole, gives = (each.text for each in sentences_of(bundles, shares, COLUMNS, 120))
    assert whole == "Ties: together they change it by +0.60 ties at a time, the sum of their parts."
    assert gives == "Of this, C gives +0.30, B +0.20 and A +0.10."


def _tenths(policy: str) -> float:
    return sum({"a": 0.1, "b": 0.2, "c": 0.3}.get(each, 0.0) for each in policy.split("+"))


def test_a_seed_that_is_not_known_under_every_bundle_is_left_out():
    rows = rows_of({})
    rows.loc[(rows["policy"] == "b+c") & (rows["seed"] == 3), "y"] = np.nan
    bundles, shares = combined_of(rows, ABC, "baseline", ["y"], {})
    assert (bundles["n"] == SEEDS - 1).all()
    assert shares["gives"].sum() == pytest.approx(bundles["effect"].iloc[-1])
    assert bundles["effect"].iloc[-1] == pytest.approx(
        combined_of(rows[rows["seed"] != 3], ABC, "baseline", ["y"], {})[0]["effect"].iloc[-1]
    )


def test_shares_of_what_may_be_nothing_are_not_told():
    rows = rows_of({"a+b+c": -6.0}, noise=1.0)
    bundles, shares = combined_of(rows, ABC, "baseline", ["y"], {})
    assert bundles["effect_low"].iloc[-1] < 0 < bundles["effect_high"].iloc[-1]
    assert shares[["share", "share_low", "share_high"]].isna().all(axis=None)


@pytest.fixture
def folder(tmp_path):
    """What a job leaves for its statistics, but for its rows."""
    Asked("combine", ("baseline", *ABC), (0, SEEDS), ("y",), Points("list", 1, 1, (), (), 0, 1)).write(
        tmp_path
    )
    return tmp_path


def test_seeds_that_a_bundle_lacks_are_told(folder):
    rows = rows_of({})
    rows[(rows["policy"] != "a+c") | (rows["seed"] > 1)].to_parquet(folder / "rows.parquet")
    found = studies.analyse(folder, COLUMNS)
    assert found.notes == ["y: 2 seeds in which a bundle lacks it are left out."]
    assert (found.tables["combined"]["n"] == SEEDS - 2).all()


def test_a_bundle_of_which_all_runs_failed_is_told(folder):
    rows = rows_of({})
    rows[rows["policy"] != "a+c"].to_parquet(folder / "rows.parquet")
    with pytest.raises(TooFew, match="y is known under every bundle in 0 seeds, and it takes 2"):
        studies.analyse(folder, COLUMNS)

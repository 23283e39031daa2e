"""Friction: the best assignment is that of brute force, lots fall in every way, and shares are shares."""

from itertools import combinations, permutations, product

import numpy as np
import pandas as pd
import pytest

from analysis.report.questions.friction import sentences_of
from analysis.statistics.ledger.assignment import NONE, Market, best, blocking, by_lot, worth_of
from analysis.statistics.ledger.friction import ASSIGNED, COUNTED, friction_by_month, friction_of


def markets(n: int = 40) -> list[Market]:
    """Small ones: up to four questions of two councils, three people; room and slots of 0 to 2."""
    rng = np.random.default_rng(1)
    return [
        Market(
            rng.random((rng.integers(1, 5), 3)).round(2),
            np.zeros(0, int),
            rng.integers(0, 3, 2),
            rng.integers(0, 3, 3),
        )
        for _ in range(n)
    ]


def with_councils(market: Market, seed: int) -> Market:
    council = np.random.default_rng(seed).integers(0, 2, len(market.worth))
    return Market(market.worth, council, market.room, market.slots)


MARKETS = [with_councils(market, seed) for seed, market in enumerate(markets())]


def is_feasible(market: Market, chosen: np.ndarray) -> bool:
    served = np.bincount(market.council[chosen != NONE], minlength=len(market.room))
    taken = np.bincount(chosen[chosen != NONE], minlength=len(market.slots))
    return bool((served <= market.room).all() and (taken <= market.slots).all())


@pytest.mark.parametrize("market", MARKETS)
def test_the_best_is_that_of_brute_force(market):
    people = range(NONE, len(market.slots))
    every = (np.array(chosen) for chosen in product(people, repeat=len(market.worth)))
    most = max(worth_of(market, chosen) for chosen in every if is_feasible(market, chosen))
    found = best(market)
    assert is_feasible(market, found)
    assert worth_of(market, found) == pytest.approx(most)


@pytest.mark.parametrize("market", MARKETS)
def test_lots_are_the_mean_of_all_ways_to_fill_the_room(market):
    slots = np.repeat(np.arange(len(market.slots)), market.slots)
    of_council = [np.flatnonzero(market.council == c) for c in range(len(market.room))]
    served = [
        [*combinations(own, min(len(own), room))] for own, room in zip(of_council, market.room, strict=True)
    ]
    ways = []
    for chosen in product(*served):
        questions = [int(each) for some in chosen for each in some]
        for some in combinations(questions, min(len(questions), len(slots))):
            ways += [
                sum(market.worth[some, slots[list(of)]]) for of in permutations(range(len(slots)), len(some))
            ]
    assert by_lot(market) == pytest.approx(np.mean(ways) if ways else 0.0)


def test_by_hand():
    """What is best for all is best for neither; with room for one question, the dearer one is served."""
    worth = np.array([[3.0, 2.0], [2.0, 0.5]])
    market = Market(worth, np.array([0, 0]), np.array([2]), np.array([1, 1]))
    assert best(market).tolist() == [1, 0]
    assert worth_of(market, best(market)) == 4
    assert by_lot(market) == pytest.approx((3 + 0.5 + 2 + 2) / 2)
    narrow = Market(worth, np.array([0, 0]), np.array([1]), np.array([1, 1]))
    assert best(narrow).tolist() == [0, NONE]
    assert worth_of(market, np.array([NONE, NONE])) == 0


def test_blocking_pairs():
    """One question is with the second best, one with nobody, as its council has no room for both."""
    market = Market(np.ones((2, 2)), np.array([0, 0]), np.array([1]), np.array([1, 1]))
    of_council = np.array([[2.0, 1.0], [1.5, -1.0]])
    chosen = np.array([1, NONE])
    all_would = np.ones((2, 2))
    assert blocking(market, chosen, of_council, all_would).tolist() == [[True, False], [True, False]]
    of_person = np.array([[-1.0, 1.0], [1.0, 1.0]])  # the first would not take the first question
    assert blocking(market, chosen, of_council, of_person).tolist() == [[False, False], [True, False]]
    assert not blocking(
        market, np.array([0, NONE]), of_council, all_would
    ).any()  # the best that it could have
    roomy = Market(market.worth, market.council, np.array([2]), market.slots)
    of_council[1, 1] = 0.5  # better than nobody
    assert blocking(roomy, np.array([0, NONE]), of_council, all_would).tolist() == [
        [False, False],
        [False, True],
    ]


def test_whoever_has_no_room_blocks_nothing():
    nobody = Market(np.ones((1, 1)), np.array([0]), np.array([0]), np.array([0]))
    assert not blocking(nobody, np.array([NONE]), np.ones((1, 1)), np.ones((1, 1))).any()
    assert best(nobody).tolist() == [NONE]
    nothing = Market(np.ones((0, 2)), np.zeros(0, int), np.array([1]), np.array([1, 1]))
    assert best(nothing).tolist() == []
    assert by_lot(nothing) == 0


def assigned_of(realised: dict[str, float], seeds: int = 30, possible: float = 10.0) -> pd.DataFrame:
    """Runs at the beginning and the end of two years, of which a share is realised; luck that all share."""
    rng, lines = np.random.default_rng(1), []
    luck = rng.normal(0, 0.5, seeds)
    for policy, value in realised.items():
        for seed in range(seeds):
            for month in (0, 12, 24):
                more = value * (month > 0) + luck[seed] + rng.normal(0, 0.05)
                told = dict.fromkeys(COUNTED, 1.0) | {
                    "questions": 20.0, "realised": 2 + more, "by_lot": 1.0, "introduced": 5.0, "asked": 8.0,
                    "possible": possible, "blocked": 5.0,
                }  # fmt: skip
                lines.append({"policy": policy, "seed": seed, "month": month, **told})
    return pd.DataFrame(lines)[list(ASSIGNED)]


def test_shares_and_what_policies_change():
    table = friction_of(assigned_of({"baseline": 0.0, "a": 1.0, "idle": 0.0}), "baseline").set_index("policy")
    base = table.loc["baseline"]
    assert base["share"] == pytest.approx(0.2, abs=0.03)
    assert base["lot_share"] == pytest.approx(0.1)
    assert base["headroom"] == pytest.approx(0.5 - base["share"])
    assert base["asked_headroom"] == pytest.approx(0.8 - base["share"])
    assert base["blocked_share"] == pytest.approx(0.25)
    assert base[["change", "together_low", "together_high"]].tolist() == [0, 0, 0]
    assert table.loc["a", "change"] == pytest.approx(0.1, abs=0.005)
    assert table.loc["a", "together_low"] > 0.09, "luck is shared"
    assert table.loc["idle", "together_low"] < 0 < table.loc["idle", "together_high"]


def test_where_all_that_could_be_is_there_all_is_realised():
    runs = assigned_of({"baseline": 0.0}).assign(realised=10.0, introduced=10.0)
    (line,) = friction_of(runs, "baseline").to_dict("records")
    assert line["share"] == 1
    assert line["headroom"] == 0


def test_sentences():
    runs = assigned_of({"baseline": 0.0, "brokers": 1.0, "phds": 0.0})
    texts = [
        each.text for each in sentences_of(friction_of(runs, "baseline"), friction_by_month(runs), "baseline")
    ]
    value, headroom, rather, first, brokers, phds, _ = texts
    assert value.startswith(
        "Of the value that councils and researchers could have with the people and time they have, did "
    )
    assert "is realised. By lot it would be 10.0% (10.0% to 10.0%)." in value
    assert (
        "where both sides are free to refuse: the best introductions there are would come to 50.0%"
        in headroom
    )
    assert "For 25.0% (25.0% to 25.0%) of them there is somebody" in rather
    assert first.startswith("As the horizon begins, before anything is spent, ")
    assert brokers.startswith("With Brokers, ")
    assert brokers.endswith("points.")
    assert phds.endswith("points, which may be nothing.")


def test_nothing_to_be_had_is_said():
    runs = assigned_of({"baseline": 0.0}, possible=0.0)
    table = friction_of(runs, "baseline")
    assert table[["share", "headroom"]].isna().all(axis=None)
    (said,) = sentences_of(table, friction_by_month(runs), "baseline")
    assert said.text == "Nobody has a question and the time for it: there is nothing to be had."

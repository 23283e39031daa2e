"""The ledger: by hand on tiny lives, and to the last unit with the indicators of every policy."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.statistics.ledger.councils import COUNCILS, FOLLOWED
from analysis.statistics.ledger.lines import ledger_of
from analysis.statistics.ledger.meetings import FATES, NOWHERE, fates_of, reasons_of
from analysis.statistics.ledger.pairs import (
    ACTIVE,
    APART,
    COUNTED,
    ENTRIES,
    GAINED,
    HAPPENS,
    LOST,
    STRATEGIC,
    Lives,
    footprint,
    held_against,
)
from analysis.statistics.ledger.unmet import LABELS, MEETING, NEED, REASONS, SUCCESS, UNMET, why_not
from analysis.statistics.ledger.whom import TRAITED, TRAITS, for_whom
from experiments.command.files import CONF
from experiments.design.assumed import Assumed
from experiments.design.chosen import SINGLE
from experiments.rows.plan import Plan
from experiments.running.following import Followed, Following, follow, lives_of
from model.parameters import parameters_from
from model.policy import BASELINE, policy_from
from model.population import Population, lattice
from model.reasons import NAMES
from model.simulation import Simulation, compare
from tests.model.worlds import bits

HORIZON = 10
#: An event: tie, council, researcher, arrival, month, state afterwards, and what happens.
type Line = tuple[int, int, int, int, int, int, str]


def lives(*lines: Line) -> Lives:
    columns = [np.array(column) for column in zip(*lines, strict=True)] if lines else [np.zeros(0, int)] * 7
    happens = columns.pop()
    return Lives(*columns, np.array([HAPPENS.index(name) for name in happens], int))


def entries(one: Lives, other: Lives, what: str, council: int = 0) -> dict[str, int]:
    """What is not 0, at a council."""
    found = held_against(footprint(one, HORIZON), footprint(other, HORIZON), 2)[council, COUNTED.index(what)]
    return {name: int(n) for name, n in zip(ENTRIES, found, strict=True) if n}


def project(
    pair: int, start: int, end: int, tie: int = 0, council: int = 0, arrived: int = -99
) -> tuple[Line, ...]:
    return (tie, council, pair, arrived, start, ACTIVE, ""), (
        tie,
        council,
        pair,
        arrived,
        end,
        APART,
        "",
    )


def test_the_same_pair_in_the_same_months_is_deadweight():
    one = lives(*project(7, 2, 5))
    assert entries(one, one, "active") == {"both": 3}
    assert entries(one, one, "started") == {"both": 1}


def test_a_pair_of_one_run_is_new_and_of_the_other_is_gone():
    one, other = lives(*project(7, 2, 5)), lives(*project(8, 1, 9))
    assert entries(one, other, "active") == {"new": 3, "gone": 8}
    assert entries(one, other, "started") == {"new": 1, "gone": 1}
    assert entries(one, lives(), "active") == {"new": 3}


def test_a_pair_of_both_runs_is_earlier_or_later_longer_or_shorter():
    one, other = lives(*project(7, 1, 6)), lives(*project(7, 3, 9))
    assert entries(one, other, "active") == {"both": 3, "earlier": 2, "shorter": 3}
    assert entries(other, one, "active") == {"both": 3, "later": 2, "longer": 3}


def test_a_successor_in_the_same_row_is_somebody_else():
    one, other = lives(*project(7, 2, 5)), lives(*project(7, 2, 5, arrived=1))
    assert entries(one, other, "active") == {"new": 3, "gone": 3}


def test_who_takes_a_tie_over_is_the_partner_from_then_on():
    begins, ends = project(7, 0, 8)
    one = lives(begins, (0, 0, 7, -99, 4, ACTIVE, "handed_over"), (*ends[:3], 4, *ends[4:]))
    other = lives(*project(7, 0, 8))
    assert entries(one, other, "active") == {"both": 4, "new": 4, "shorter": 4}
    assert entries(one, other, "started") == {"both": 1}


def test_months_count_within_the_horizon_and_to_its_end():
    started, _ = project(7, -5, 0)
    one = lives(started, (0, 0, 7, -99, 6, STRATEGIC, "embedded"))
    assert entries(one, one, "active") == {"both": HORIZON}
    assert entries(one, one, "strategic") == {"both": 4}
    assert entries(one, one, "embedded") == {"both": 1}
    assert entries(one, one, "started") == {}


def test_of_events_in_a_month_the_last_says_how_it_stands():
    one = lives(
        (0, 0, 7, -99, 2, APART, "formed"), (0, 0, 7, -99, 2, ACTIVE, ""), (0, 0, 7, -99, 2, APART, "")
    )  # fmt: skip
    assert entries(one, one, "active") == {}
    assert entries(one, one, "formed") == {"both": 1}


def fates(*events: Line) -> dict[str, int]:
    """What becomes of ties, at the first council."""
    found = fates_of(lives(*events), 2)[0]
    return {name: int(n) for name, n in zip(FATES, found, strict=True) if n}


FORMED = (0, 0, 7, -99, 1, APART, "formed")
READY = (0, 0, 7, -99, 2, APART, "ready")
STARTS = (0, 0, 7, -99, 3, ACTIVE, "")


@pytest.mark.parametrize(
    ("events", "fate"),
    [
        ((FORMED,), "under_way"),
        ((FORMED, READY), "under_way"),
        ((FORMED, (0, 0, 7, -99, 2, APART, "lapsed")), "scoping"),
        ((FORMED, READY, (0, 0, 7, -99, 4, APART, "lapsed")), "waiting"),
        ((FORMED, READY, (0, 0, 7, -99, 4, APART, "gave_up")), "bid_lost"),
        ((FORMED, (0, 0, 7, -99, 2, APART, "departed")), "left"),
        ((FORMED, READY, STARTS, (0, 0, 7, -99, 6, APART, "departed")), "project"),
    ],
)
def test_a_tie_that_forms_ends_in_one_way(events, fate):
    assert fates(*events) == {fate: 1}
    other = [(1, 1, *event[2:]) for event in events]  # elsewhere, it changes nothing here
    assert fates(*events, *other) == {fate: 1}


def test_a_tie_that_forms_again_is_told_again():
    lapses = (0, 0, 7, -99, 3, APART, "lapsed")
    again = ((0, 0, 7, -99, 5, *FORMED[5:]), (0, 0, 7, -99, 6, APART, "departed"))
    assert fates(FORMED, lapses, *again) == {"scoping": 1, "left": 1}
    assert fates((0, 0, 7, -99, -2, *FORMED[5:]), lapses) == {}


# --- lines ------------------------------------------------------------------------------------------------


def followed(*lines: tuple[int, int, dict[str, int]], what: str = "active") -> pd.DataFrame:
    """Lines of one policy: seed, council, and entries that are not 0."""
    content = [{**dict.fromkeys(ENTRIES, 0), "seed": seed, "council": c, **told} for seed, c, told in lines]
    return pd.DataFrame(content).assign(policy="tested", what=what)[list(FOLLOWED)]


PLACES = pd.DataFrame(
    [(0, "a", "north", "city"), (1, "b", "north", "district"), (2, "c", "south", "city")],
    columns=list(COUNCILS)[:4],
)


def line(table: pd.DataFrame, by: str = "all", group: str = "", what: str = "active") -> pd.Series:
    (found,) = table[(table["by"] == by) & (table["group"] == group) & (table["what"] == what)].index
    return table.loc[found]


def test_a_council_that_changes_partners_gains_nothing():
    table = ledger_of(followed((0, 0, {"new": 5, "gone": 5}), (1, 0, {"new": 3, "gone": 3})), PLACES)
    found = line(table)
    assert found[["gained", "lost", "swapped", "additional", "displaced", "net"]].tolist() == [
        4,
        4,
        4,
        0,
        0,
        0,
    ]
    assert found["instead"] == 1.0


def test_what_others_lose_is_displaced_and_what_is_elsewhere_leaks():
    lines = [
        (seed, c, told) for seed in (0, 1) for c, told in ((0, {"new": 6, "gone": 2}), (2, {"shorter": 3}))
    ]
    found = line(ledger_of(followed(*lines), PLACES, meant=["south"]))
    assert found[["additional", "displaced", "net", "leaked", "swapped"]].tolist() == [4, 3, 1, 4, 2]
    assert line(ledger_of(followed(*lines), PLACES, meant=["north"]))["leaked"] == 0


def test_places_and_kinds_add_up_to_all():
    lines = [(seed, c, {"new": c + seed, "gone": 1, "both": 7}) for seed in range(4) for c in range(3)]
    table = ledger_of(followed(*lines), PLACES)
    for by in ("place", "kind"):
        parts = table[(table["by"] == by) & (table["what"] == "active")]
        assert len(parts) == 2
        for name in ("without", "under", "additional", "displaced", "net"):
            assert parts[name].sum() == pytest.approx(line(table)[name])


def test_intervals_are_of_means_over_seeds():
    found = line(ledger_of(followed((0, 0, {"new": 2}), (1, 0, {"new": 4})), PLACES))
    half = 12.706204736  # t with one degree of freedom, times a standard error of 1
    assert found[["net", "net_low", "net_high"]].tolist() == pytest.approx([3, 3 - half, 3 + half])


def test_one_seed_has_no_interval_and_a_run_without_anything_counts():
    alone = line(ledger_of(followed((0, 0, {"new": 2})), PLACES))
    assert np.isnan(alone["net_low"])
    assert line(ledger_of(followed((0, 0, {"new": 2}), (1, 0, {})), PLACES))["net"] == 1.0


def test_reasons_sum_to_all_ties_and_are_held_against_those_without_the_policy():
    ways = dict(zip(FATES, (2, 3, 1, 0, 0, 4), strict=True))
    runs = [("a", 0), ("a", 1), ("b", 0), ("b", 1)]
    fated = pd.DataFrame([{"policy": policy, "seed": seed, "council": 0, **ways} for policy, seed in runs])
    fated.loc[fated["policy"] == "b", "scoping"] += [1, 3]
    table = reasons_of(fated, PLACES, "a").query("by == 'all'")
    own = table[table["policy"] == "b"].set_index("fate")
    assert own["ties"].sum() == 12
    assert own["share"].sum() == pytest.approx(1.0)
    assert own.loc[list(NOWHERE), "nowhere"].sum() == pytest.approx(1.0)
    assert own.loc["scoping", ["ties", "more", "of_more"]].tolist() == [5, 2, 1]
    assert (table.loc[table["policy"] == "a", "more"] == 0).all()


def test_reasons_of_needs_and_meetings_add_up_to_all_that_come_to_nothing():
    lines = [
        (policy, seed, council, of, reason, times + (policy == "b") * (reason == "late") * (1 + 2 * seed))
        for policy in "ab"
        for seed in range(2)
        for council, of, reason, times in (
            (0, NEED, "late", 3), (1, NEED, "elsewhere", 4), (2, NEED, "met", 3),
            (0, MEETING, "no_time", 5), (0, MEETING, "council_fit", 3), (0, MEETING, "agreed", 2),
        )
    ]  # fmt: skip
    table = why_not(pd.DataFrame(lines, columns=list(UNMET)), PLACES, "a")
    everywhere = table[(table["by"] == "all") & (table["policy"] == "b")].set_index(["of", "reason"])
    needs, meetings = everywhere.loc[NEED], everywhere.loc[MEETING]
    assert needs.loc["late", ["times", "more", "of_more", "share"]].tolist() == [
        5,
        2,
        1,
        pytest.approx(5 / 12),
    ]
    assert needs["nowhere"].sum() == meetings["nowhere"].sum() == pytest.approx(1.0)
    assert needs.loc["late", "nowhere"] == pytest.approx(5 / 9)
    assert np.isnan(needs.loc["met", "nowhere"])
    assert meetings.loc[["no_time", "council_fit", "agreed"], "share"].tolist() == [0.5, 0.3, 0.2]
    assert set(meetings.index) == set(REASONS[MEETING])
    north = table[(table["by"] == "place") & (table["group"] == "north") & (table["policy"] == "a")]
    assert north.loc[north["of"] == NEED, "times"].sum() < 10


# --- runs -------------------------------------------------------------------------------------------------

TINY = lattice(places=2, councils=3, universities=1, researchers=12)
SHORT = {"warmup": 24, "horizon": 36, "council_base": -2.5}
POLICIES = sorted(file.stem for file in (CONF / "policy").glob("*.yaml") if file.stem != "custom")


def test_the_ledger_reconciles_with_the_indicators_of_every_policy():
    warmup, horizon = int(SHORT["warmup"]), int(SHORT["horizon"])
    for seed in (1, 2):
        runs = compare(SHORT, POLICIES, TINY, seed, histories=True)
        stories = [lives_of(run, warmup) for run in runs]
        prints = [footprint(story, horizon) for story in stories]
        without = prints[POLICIES.index("baseline")]
        expected = [in_all(run.indicators, horizon) for run in runs]
        for policy, run, story, found, own in zip(POLICIES, runs, stories, prints, expected, strict=True):
            sums = dict(
                zip(ENTRIES, held_against(found, without, len(TINY.councils)).sum(axis=0).T, strict=True)
            )
            gained, lost = (sum(sums[name] for name in names) for names in (GAINED, LOST))
            assert (sums["both"] + gained).tolist() == own, policy
            assert fates_of(story, len(TINY.councils)).sum() == run.indicators["formed"], policy
            assert (sums["both"] + lost).tolist() == expected[POLICIES.index("baseline")], policy


def reconciled(parameters: dict, population: Population, seed: int) -> None:
    """What research does not answer, and where it ends, is what each policy's indicators count."""
    warm = Simulation(parameters, BASELINE, population, seed)
    warm.advance(int(parameters["warmup"]))
    before = warm.world.funder.needs_open
    for run in compare(parameters, POLICIES, population, seed, histories=True):
        assert run.reasons is not None
        needs = dict(zip(NAMES, run.reasons[0].sum(axis=0), strict=True))
        told = run.indicators
        unmet = sum(needs[name] for name in REASONS[NEED] if name != SUCCESS[NEED])
        assert unmet == before + told["needs_raised"] - told["needs_met_all"], run.policy
        assert needs["met"] == told["needs_met_all"], run.policy
        assert needs["elsewhere"] == told["needs_met_elsewhere"], run.policy
        assert needs["open"] == run.series["needs_open"][-1], run.policy
        assert unmet - needs["elsewhere"] - needs["open"] == told["needs_expired"], run.policy
        assert run.reasons[1, :, NAMES.index("agreed")].sum() == told["formed"], run.policy


def test_reasons_reconcile_with_the_indicators_of_every_policy():
    for seed in (1, 2):
        reconciled(SHORT, TINY, seed)


@pytest.mark.thorough
def test_reasons_reconcile_at_full_size():
    for seed in range(3):
        reconciled({"warmup": 120}, lattice(), seed)


def test_reasons_are_those_of_the_model_in_order():
    assert tuple(LABELS) == NAMES
    assert {name for names in REASONS.values() for name in names} == set(NAMES)


def test_asking_for_reasons_changes_nothing():
    plain, told = (Simulation(SHORT, "brokers", TINY, 1, histories=asked) for asked in (False, True))
    for each in (plain, told):
        each.advance()
    assert plain.result().reasons is None
    assert plain.world.reasons.size == 0
    assert bits(replace(told.result(), histories=None)) == bits(plain.result())


def in_all(indicators: dict[str, float], horizon: int) -> list[float]:
    """What a run's indicators say of COUNTED."""
    started = sum(value for name, value in indicators.items() if name.startswith("starts_"))
    strategic = round(indicators["mean_strategic"] * horizon)
    months = strategic + round(indicators["mean_project"] * horizon)
    return [indicators["formed"], started, indicators["embedded"], months, strategic]


def test_a_run_without_a_tie_has_no_pairs():
    still = {"warmup": 0, "horizon": 3, "initial_strategic": 0.0, "search_rate": 0.0, "outreach_rate": 0.0}
    nobody = Simulation(still, "baseline", TINY, histories=True)
    nobody.advance()
    found = footprint(lives_of(nobody.result(), 0), 3)
    assert len(found.pairs) == 0
    assert not held_against(found, found, 6).any()


# --- for whom ---------------------------------------------------------------------------------------------


def told(gains: dict[int, int], seeds: int = 30) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Runs in which councils of three gain so many months, give or take one, and what they are like."""
    lines = [
        (seed, c, {"both": 6, "new": gains.get(c, 0) + seed % 2}) for seed in range(seeds) for c in range(3)
    ]
    traits = [(seed, c, 1e5 * (c + 1), 3.0 - c, 10.0 * c, c == 1) for seed in range(seeds) for c in range(3)]
    return followed(*lines), pd.DataFrame(traits, columns=list(TRAITED))


def test_who_gains_is_told_by_what_councils_are_like():
    table = for_whom(*told({2: 12}), PLACES, months=12).query("what == 'active'").set_index(["by", "group"])
    much, little = pytest.approx(12.5 / 12), pytest.approx(0.5 / 12)
    for group in (("people", "large"), ("capacity", "little time"), ("distance", "far"), ("place", "south")):
        assert table.loc[group, "added"] == much, group
    for group in (("people", "small"), ("partners", "some before"), ("place", "north")):
        assert table.loc[group, "added"] == little, group
    assert table.loc[("all", ""), ["councils", "without", "n"]].tolist() == [3, 0.5, 30]


def test_intervals_of_groups_reach_further_than_their_own():
    table = for_whom(*told({2: 12}), PLACES, months=12).query("what == 'active'")
    assert (table["together_low"] < table["added_low"]).all()
    assert (table["together_high"] > table["added_high"]).all()


def test_one_seed_has_no_intervals_and_stays_in_numbers():
    table = for_whom(*told({2: 12}, seeds=1), PLACES, months=12)
    ends = table[["added_low", "added_high", "together_low", "together_high"]]
    assert ends.isna().all(axis=None)
    assert all(map(pd.api.types.is_float_dtype, ends.dtypes))


def test_a_council_without_any_partnership_is_left_out():
    nothing = followed(*((seed, 0, {"new": 1}) for seed in (0, 1)))
    table = for_whom(nothing, told({}, 2)[1], PLACES, months=12).query("by == 'all' and what == 'active'")
    assert table[["left_out", "left_out_without"]].to_numpy().tolist() == [[pytest.approx(2 / 3), 1.0]]


def test_what_is_told_of_a_run_is_read_as_it_was_written():
    plan = Plan(
        Assumed(parameters_from(SHORT)),
        (BASELINE, policy_from("more", {"phds": 30})),
        TINY,
        SINGLE,
        range(1, 2),
    )
    rows = plan.family(0).rows
    found = [Followed.of(each) for each in follow(Following(rows, rows[0], TINY, None))]
    assert all(each.pairs.shape[0] == each.ties.shape[0] == len(TINY.councils) for each in found)
    assert not found[0].pairs[:, :, 1:].any()
    runs = compare(SHORT, plan.policies, TINY, 1, histories=True)
    assert [each.ties.sum() for each in found] == [run.indicators["formed"] for run in runs]
    for each, run in zip(found, runs, strict=True):
        assert run.reasons is not None
        assert (each.reasons == run.reasons.swapaxes(0, 1)).all()
    world = Simulation(SHORT, BASELINE, TINY, 1)
    world.advance(int(SHORT["warmup"]))
    capacity = world.world.councils["partnership_capacity"]
    assert found[1].traits[:, TRAITS.index("capacity")].tolist() == capacity.tolist()

"""Sentences are held to their tables: every number is a cell, every claim what an interval allows."""

import doctest
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.report import limits, phrases, shown, whom
from analysis.report.answer import KINDS, Question, answer, hanging_on, in_short
from analysis.report.questions import bundles
from analysis.statistics.decision import verdicts
from analysis.statistics.evidence import mechanisms
from analysis.tables import MAIN_INDICATOR

#: Of a policy at equal money: effect, ends of its interval, whether it may be the best, cost a year.
type Line = tuple[float, float, float, bool, float]
BASE, N, YEARS = 3.0, 100, 10
QUESTION = Question(N, YEARS, money=300.0)


def tables_of(lines: dict[str, Line], share: float = 0.1) -> dict[str, pd.DataFrame]:
    """The tables of a comparison in which policies have some effects."""
    policies = list(lines)
    effect, low, high, may, cost = map(np.array, zip(*lines.values(), strict=True))
    main = {"policy": policies, "effect": effect, "together_low": low, "together_high": high}
    is_dear = np.array([name.endswith("_equal_money") for name in policies])
    table = pd.DataFrame(main).assign(
        among=np.where(is_dear, "at equal money", "as designed"), share=effect / BASE, smallest=share * BASE,
        verdict=verdicts.verdict(low, high, np.full(len(low), share * BASE)), may_be_best=may, ahead=0.7,
    )  # fmt: skip
    off = is_dear & (np.abs(cost - 300) > 10)
    effects = pd.DataFrame(main).assign(indicator=MAIN_INDICATOR, baseline=BASE, misses_sum=off)
    effects = pd.concat([effects, effects.assign(indicator="cost_total", baseline=4000.0)])
    costs = pd.DataFrame({"policy": policies, "outcome": MAIN_INDICATOR, "a_year": cost}).assign(
        a_year_low=cost, a_year_high=cost, each=np.where(effect > 0, cost / effect, np.nan),
        together_low=cost / high, together_high=np.where(low > 0, cost / np.maximum(low, 0.01), np.inf),
    )  # fmt: skip
    needs = costs.assign(outcome="needs_met_all", added=7.5, added_low=6.9, added_high=8.2)
    ordered = table.sort_values("effect", ascending=False, ignore_index=True)
    return {"verdicts": ordered, "effects": effects, "costs": pd.concat([costs, needs])}


A, B, C, D = (f"{name}_equal_money" for name in ("alpha", "beta", "gamma", "delta"))
CLEAR: Line = (0.9, 0.6, 1.2, True, 300.0)
RIVAL: Line = (0.7, 0.4, 1.0, True, 300.0)
SMALL: Line = (0.01, -0.2, 0.2, False, 300.0)
OPEN: Line = (0.2, -0.1, 0.5, False, 300.0)
HARMS: Line = (-0.9, -1.4, -0.4, False, 300.0)
FREE: Line = (0.01, -0.2, 0.2, False, 0.0)


def said(lines: dict[str, Line], **more: pd.DataFrame) -> dict[str, str]:
    return {each.kind: each.text for each in answer(tables_of(lines) | more, QUESTION)}


def test_one_that_is_better_than_all_others_is_funded_first():
    texts = said({A: CLEAR, B: SMALL})
    assert texts["first"] == (
        "Fund Alpha first: it adds more long-term partnerships than any other policy for £300k a year."
    )
    assert texts["adds"] == (
        "For £300k a year, averaged over 10 years, Alpha adds 0.9 (0.6 to 1.2) long-term partnerships at any "
        "time, on top of 3.0 without it: 30% more."
    )
    assert texts["cost"] == (
        "One more long-term partnership, kept up for a year, costs £330k (£250k to £500k) with it."
    )


def test_what_another_that_may_be_the_best_adds_and_costs_is_told_too():
    assert said({A: CLEAR, B: RIVAL, C: OPEN})["or"] == (
        "For £300k a year, Beta adds 0.7 (0.4 to 1.0) instead: one more, kept up for a year, costs £430k "
        "(£300k to £750k) with it."
    )
    assert "or" not in said({A: CLEAR, B: SMALL})
    _, adds, *_ = in_short(answer(tables_of({A: CLEAR, B: RIVAL, C: OPEN}), QUESTION))
    assert "For £300k a year, Beta adds 0.7" in adds


def test_large_numbers_are_told_without_powers_of_ten():
    tables = tables_of({A: CLEAR, B: SMALL})
    tables["verdicts"]["smallest"] = 123.0
    texts = {each.kind: each.text for each in answer(tables, QUESTION)}
    assert "less than 120 either way" in texts["no_matter"]
    assert texts["adds"].endswith("fewer than 120.")


def ledger(policy: str, **of: tuple[float, ...]) -> pd.DataFrame:
    """Lines of a policy: by what is counted, its share, the low end of net, and the share that is instead."""
    content = [(policy, what, "all", "", *line) for what, line in of.items()]
    return pd.DataFrame(content, columns=["policy", "what", "by", "group", "share", "net_low", "instead"])


def test_why_little_comes_of_more_ties_is_told_from_the_ledger_and_reasons():
    told = ledger(B, formed=(0.14, 3.0, 0.4), started=(0.02, -1.0, 0.9), active=(0.01, -9.0, 0.96))
    assert said({A: CLEAR, B: SMALL}, ledger=told)["why"] == (
        "Why so little comes of Beta: it forms 14% more ties (a council and a researcher who agree to "
        "explore a question), with 2% more projects started; and of 100 months of partnership that it "
        "gains, 96 take the place of others."
    )
    ways = {"scoping": (0.5, 2.0), "waiting": (0.9, -1.0), "left": (0.1, 0.5)}
    content = [(B, "all", "", fate, *line) for fate, line in ways.items()]
    reasons = pd.DataFrame(content, columns=["policy", "by", "group", "fate", "of_more", "more_low"])
    assert (
        "started; of 100 more ties, 50 fall asleep while the two explore the question; and"
        in (said({A: CLEAR, B: SMALL}, ledger=told, reasons=reasons)["why"])
    )


@pytest.mark.parametrize("formed", [(0.14, -1.0, 0.4), (-0.1, -3.0, 2.0)])
def test_nothing_is_said_of_ties_where_no_more_are_shown_to_form(formed):
    told = ledger(B, formed=formed, started=(0.02, -1.0, 0.9), active=(0.01, -9.0, 0.96))
    assert "why" not in said({A: CLEAR, B: SMALL}, ledger=told)


def test_those_that_cannot_be_told_apart_are_named_together():
    assert said({A: CLEAR, B: RIVAL, C: SMALL})["first"] == (
        "Fund Alpha or Beta first: which of the two is best cannot be told."
    )


def test_a_rival_that_is_not_shown_to_add_is_not_funded():
    texts = said({A: CLEAR, B: (0.5, -0.1, 1.1, True, 300.0)})
    assert texts["first"] == "Fund Alpha: it adds long-term partnerships."
    assert texts["as_good"].startswith("Beta may be as good or better, though not shown to add any: 0.5 (")


def test_a_rival_that_adds_too_few_to_matter_is_not_told_to_add_none():
    texts = said({A: (0.6, 0.2, 1.3, True, 300.0), B: (0.2, 0.1, 0.28, True, 300.0)})
    assert texts["as_good"].startswith(
        "Beta may be as good or better, though not shown to add any that matter: 0.2"
    )
    assert "Beta" in texts["no_matter"]


def test_one_that_is_shown_to_add_is_funded_though_luck_may_hide_a_better():
    texts = said({A: (0.7, 0.4, 1.0, True, 300.0), B: (1.5, -0.2, 3.2, True, 300.0)})
    assert texts["first"] == "Fund Alpha: it adds long-term partnerships."
    assert texts["adds"].startswith("For £300k a year, averaged over 10 years, Alpha adds 0.7 (0.4 to 1.0)")
    assert texts["as_good"].startswith(
        "Beta may be as good or better, though not shown to add any: 1.5 (−0.2"
    )
    assert texts["cannot_tell"].endswith(": Beta.")


def test_each_verdict_has_its_sentence():
    texts = said({A: CLEAR, B: SMALL, C: OPEN, D: HARMS, "rule": FREE})
    assert texts["no_matter"] == (
        "These make no difference that matters (less than 0.3 either way, 10% of what is there): Beta."
    )
    assert texts["cannot_tell"].endswith("cannot be told yet with 100 runs of each: Gamma.")
    assert texts["takes"] == "These take long-term partnerships away: Delta −0.9 (−1.4 to −0.4)."
    assert texts["free"] == (
        "Of what costs nothing extra (Rule), none is shown to add long-term partnerships that matter."
    )


def test_nothing_is_recommended_where_nothing_is_shown():
    texts = said({A: (0.2, -0.1, 0.5, True, 300.0), B: SMALL})
    assert texts["first"].startswith("No policy is shown to make a difference")
    assert texts["first"].endswith("with a change of 0.2 (−0.1 to 0.5) at any time, which may be luck.")
    assert not {"adds", "cost", "luck"} & set(texts)


def test_where_none_matters_that_is_said():
    assert said({A: SMALL, B: SMALL})["first"] == (
        "No policy makes a difference to long-term partnerships that matters for £300k a year."
    )


YEARS_OF = {
    "That takes time": ((0.0, -0.1, 0.1), (1.0, 0.8, 1.2)),
    "That fades": ((1.0, 0.8, 1.2), (0.0, -0.1, 0.1)),
    "Of that there are": ((0.5, 0.2, 0.8), (0.6, 0.3, 0.9)),
}


@pytest.mark.parametrize("course", YEARS_OF)
def test_how_it_goes_is_said_as_far_as_intervals_allow(course):
    lines = [(A, "strategic", year, *line, 100) for year, line in zip((1, 10), YEARS_OF[course], strict=True)]
    years = pd.DataFrame(lines, columns=["policy", "indicator", "year", "effect", "low", "high", "n"])
    assert said({A: CLEAR}, by_year=years)["when"].startswith(f"{course}: ")


def test_an_end_that_is_not_zero_is_not_told_as_zero():
    assert "adds 5.7 (0.3 to 11.0) long-term" in said({A: (5.65, 0.32, 10.98, True, 300.0), B: SMALL})["adds"]


def test_what_may_be_too_few_to_matter_is_said_to_be():
    few = said({A: (0.4, 0.1, 0.7, True, 300.0), B: SMALL})["adds"]
    assert few.endswith("13% more. That may be too few to matter: fewer than 0.3.")


def test_what_other_assumptions_give_is_told_where_they_were_run():
    tables = tables_of({A: CLEAR, B: SMALL})
    over = {"effect": 0.7, "median": 0.5, "low": -0.2, "high": 1.2, "positive": 0.8, "points": 100}
    tables["effects"] = tables["effects"].assign(**{f"posterior_{name}": v for name, v in over.items()})
    texts = {each.kind: each.text for each in answer(tables, QUESTION)}
    assert texts["first"].startswith("If the model's numbers are right, fund Alpha first")
    assert texts["posterior"] == (
        "Under 100 sets of assumptions, the nearest to what is known of all tried, Alpha adds 0.5 in "
        "the middle one (−0.2 to 1.2 under 95% of them), and anything at all under 80%, as far as luck lets "
        "one tell. So whether it adds at all hangs on numbers that nobody knows."
    )
    tables["effects"]["posterior_positive"] = 1.0  # the range allows for all that luck may hide
    texts = {each.kind: each.text for each in answer(tables, QUESTION)}
    assert texts["posterior"].endswith(
        "one tell. More runs of each would be needed to tell that of 95% of them."
    )
    tables["effects"]["posterior_positive"] = 0.0  # likewise
    texts = {each.kind: each.text for each in answer(tables, QUESTION)}
    assert texts["posterior"].endswith("needed to tell that of 95% of them.")


def test_what_the_cost_leaves_out_is_told():
    """Money that others pay, and questions that lapse; nothing where luck may explain it."""
    tables = tables_of({A: CLEAR, B: SMALL})
    line = tables["effects"].query("policy == @A and indicator == @MAIN_INDICATOR")
    for indicator, ends in (
        ("grants_open", (33e3, 39e3)),
        ("needs_met_elsewhere", (-90, -70)),
        ("needs_expired", (-120, -80)),
    ):
        its = line.assign(indicator=indicator, effect=sum(ends) / 2, low=ends[0], high=ends[1])
        tables["effects"] = pd.concat([tables["effects"], its])
    texts = {each.kind: each.text for each in answer(tables, QUESTION)}
    assert texts["outside"].startswith(
        "Besides, £3.6m (£3.3m to £3.9m) a year more is won from open national competitions"
    )
    assert texts["outside"] in in_short(answer(tables, QUESTION))[1]
    assert texts["unanswered"] == "10.0 (8.0 to 12.0) fewer a year lapse without any answer."
    assert texts["elsewhere"].startswith("Councils' other sources then answer 8.0 (7.0 to 9.0) fewer a year")
    tables["effects"] = tables["effects"].assign(low=-1.0, high=1.0)
    assert not {"outside", "elsewhere", "unanswered"} & {each.kind for each in answer(tables, QUESTION)}


def test_a_price_without_an_upper_end_has_none():
    lines = tables_of({A: CLEAR, B: SMALL})
    lines["costs"].loc[lines["costs"]["policy"] == A, "together_high"] = np.inf
    (cost,) = (each.text for each in answer(lines, QUESTION) if each.kind == "cost")
    assert "£330k, £250k or more" in cost


def test_one_that_costs_another_sum_says_which():
    texts = said({A: (0.9, 0.6, 1.2, True, 260.6), B: RIVAL})
    assert texts["first"].startswith("Fund Alpha (at £261k) or Beta first")
    assert texts["adds"].startswith("For £261k a year, averaged over 10 years, Alpha adds")


def test_one_that_costs_another_sum_than_what_it_is_held_against_says_how_much_apart():
    lines = tables_of({A: (0.9, 0.6, 1.2, True, -29.0), B: RIVAL})
    (first, *_) = answer(lines, replace(QUESTION, against="epsilon_equal_money"))
    assert first.text.startswith("Fund Alpha (£29k a year less) or Beta first")


def test_one_run_says_nothing_but_that():
    (sentence,) = answer(tables_of({A: CLEAR}), Question(1, YEARS, money=300.0))
    assert "cannot tell" in sentence.text
    assert answer({"verdicts": pd.DataFrame()}, QUESTION) == []


def test_the_best_run_again_is_told_as_it_came_out():
    line = {"policy": A, "indicator": MAIN_INDICATOR, "effect": 0.5, "low": 0.21, "high": 0.79, "n": 100}
    assert "it added 0.50 (0.21 to 0.79)" in said({A: CLEAR}, fresh=pd.DataFrame([line]))["fresh"]


def without(**of: tuple[float, float, float, float, str]) -> pd.DataFrame:
    """Lines of Alpha by world: what is left of it with ends, what is there without it, and the verdict."""
    content = [
        (
            A, MAIN_INDICATOR, world.replace("_", " "), 0.9, 0.6, 1.2, value, low, high, value / 0.9,
            value - 0.9, BASE, there, verdict, 10,
        )
        for world, (value, low, high, there, verdict) in of.items()
    ]  # fmt: skip
    columns = [
        "policy", "indicator", "where", "effect", "effect_low", "effect_high", "without", "without_low",
        "without_high", "left", "change", "baseline", "baseline_without", "verdict", "n",
    ]  # fmt: skip
    return pd.DataFrame(content, columns=columns)


def test_rules_that_the_best_hangs_on_are_named_the_weightiest_first():
    told = without(
        nobody_bids=(0.2, 0.1, 0.3, BASE, mechanisms.LESS),
        nobody_is_near=(0.01, -0.1, 0.12, BASE, mechanisms.NOTHING_LEFT),
        nothing_lasts=(0.0, 0.0, 0.0, 0.1, mechanisms.NOTHING_LEFT),
        trust_is_lost=(0.7, 0.5, 0.9, BASE, mechanisms.LESS),
        all_is_well=(1.4, 1.1, 1.7, BASE, mechanisms.MORE),
    )
    assert said({A: CLEAR, B: SMALL}, mechanisms=told)["hangs_on"] == (
        "To see what this hangs on, 5 rules of the model were switched off, one at a time, in 10 histories, "
        "in which Alpha adds 0.9 (0.6 to 1.2) with all rules on. Less than half of that is left, or "
        "nothing that can be told, where nobody is near (then 0.01, −0.10 to 0.12) or nobody bids "
        "(then 0.20, 0.10 to 0.30). Where nothing lasts, there is hardly a long-term partnership at all, "
        "with it or without it."
    )
    assert said({A: CLEAR, B: SMALL}, mechanisms=told[3:])["hangs_on"] == (
        "To see what this hangs on, 2 rules of the model were switched off, one at a time, in 10 histories, "
        "in which Alpha adds 0.9 (0.6 to 1.2) with all rules on. None by itself takes away more than half "
        "of what it adds."
    )
    assert "hangs_on" not in said({A: CLEAR, B: SMALL}, mechanisms=told.assign(effect_low=-0.1))


def test_rules_that_few_seeds_chose_are_told_with_all_that_were_tried():
    told = without(nobody_is_near=(0.01, -0.1, 0.12, BASE, mechanisms.NOTHING_LEFT))
    sifted = pd.DataFrame({"mechanism": list("abc"), "n": 4, "kept": [False, True, False]})
    assert said({A: CLEAR, B: SMALL}, mechanisms=told, sifted=sifted)["hangs_on"].startswith(
        "To see what this hangs on, 3 rules of the model were switched off, one at a time, in 4 histories, "
        "and the 1 that stood out most, in 10 others, in which Alpha adds 0.9 (0.6 to 1.2) with all rules "
        "on. Less than half of that is left"
    )


def test_rules_without_which_there_is_nothing_to_add_to_are_named():
    told = without(
        nothing_lasts=(0.0, 0.0, 0.0, 0.1, mechanisms.NOTHING_LEFT),
        trust_is_lost=(0.7, 0.5, 0.9, BASE, mechanisms.LESS),
    )
    assert said({A: CLEAR, B: SMALL}, mechanisms=told)["hangs_on"] == (
        "To see what this hangs on, 2 rules of the model were switched off, one at a time, in 10 histories, "
        "in which Alpha adds 0.9 (0.6 to 1.2) with all rules on. Where nothing lasts, there is hardly a "
        "long-term partnership at all, with it or without it. None of the others by itself takes away more "
        "than half of what it adds."
    )


def test_what_the_answer_hangs_on_stands_below_the_tables_on_the_screen():
    told = without(nobody_is_near=(0.01, -0.1, 0.12, BASE, mechanisms.NOTHING_LEFT))
    sentences = answer(tables_of({A: CLEAR, B: SMALL}) | {"mechanisms": told}, QUESTION)
    assert [each.kind for each in hanging_on(sentences)] == ["hangs_on"]
    assert not any("To see what this hangs on" in line for line in in_short(sentences))


@pytest.mark.parametrize(
    "lines",
    [
        {A: CLEAR, B: RIVAL, C: OPEN, D: HARMS, "rule": FREE},
        {A: OPEN, B: SMALL},
        {"alpha": CLEAR, "beta": HARMS},
    ],
)
def test_every_number_is_one_of_the_cells_that_a_sentence_names(lines):
    tables = tables_of(lines)
    question = QUESTION if A in lines else Question(N, YEARS)
    for sentence in answer(tables, question):
        assert sentence.kind in KINDS
        values = [value for cell in sentence.cells for value in _values(tables, cell)]
        values += [N, YEARS, 300.0, 10, 95, 100, len(tables["verdicts"]), *[100 * v for v in values]]
        values += [N * v for v in values]
        for number in re.findall(r"(?<![\w.])[−]?\d[\d,]*\.?\d*", sentence.text):
            told = float(number.replace("−", "-").replace(",", ""))
            step = 10.0 ** -len(number.partition(".")[2])
            tolerance = max(step, 0.051 * abs(told)) if "£" in sentence.text else step
            assert any(abs(told - v) <= tolerance for v in values), (number, sentence.text)


def _values(tables: dict[str, pd.DataFrame], cell) -> list[float]:
    table = tables[cell.table]
    table = table[table["policy"] == cell.policy]
    for key in {"indicator", "outcome"} & set(table):
        table = table[table[key] == cell.of]
    assert len(table) == 1, cell
    found = table.iloc[0][list(cell.columns)]
    return [float(value) for value in found if isinstance(value, int | float | np.number)]


def test_three_lines_begin_with_the_answer():
    sentences = answer(tables_of({A: CLEAR, B: SMALL, C: OPEN}), QUESTION)
    text = {each.kind: each.text for each in sentences}
    short = [text["first"], f"{text['adds']} {text['cost']}", text["no_matter"]]
    assert in_short(sentences) == short
    nothing = answer(tables_of({A: (0.2, -0.1, 0.5, True, 300.0), B: SMALL, C: OPEN}), QUESTION)
    text = {each.kind: each.text for each in nothing}
    assert in_short(nothing) == [text["first"], text["no_matter"], text["cannot_tell"]]


def test_what_one_more_costs_is_among_the_three_lines_where_assumptions_are_too():
    tables = tables_of({A: CLEAR, B: SMALL})
    over = {"median": 1.1, "low": 0.4, "high": 2.0, "positive": 1.0, "points": 25}
    tables["effects"] = tables["effects"].assign(**{f"posterior_{key}": n for key, n in over.items()})
    _, adds, posterior = in_short(answer(tables, QUESTION))
    assert "One more long-term partnership, kept up for a year, costs £" in adds
    assert posterior.startswith("Under 25 sets of assumptions")


def test_the_examples_in_docstrings():
    modules = (phrases, whom, limits, shown, bundles)
    assert [doctest.testmod(module).failed for module in modules] == [0] * len(modules)

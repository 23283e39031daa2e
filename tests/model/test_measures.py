"""What is measured is declared once, and computed as declared."""

import numpy as np
import pytest

from experiments.verification.conservation import PASSAGES
from model import measures
from model.arrays import ORIGINS, STAGES
from model.measures import EVENTS, GONE, HORIZON, INDICATORS, LIFE, MONTH_RECORD, MONTHLY, indicators_of
from model.parameters import DECLARATIONS


def test_the_declared_indicators_are_those_of_a_run():
    assert tuple(indicators_of(np.zeros(1, MONTH_RECORD), np.zeros(1))) == INDICATORS


def test_every_monthly_measure_is_a_stock_or_a_flow_and_a_ratio_is_of_the_horizon():
    assert {each.kind for each in MONTHLY.values()} == {"stock", "flow"}
    assert {each.kind for name, each in HORIZON.items() if each.name not in MONTHLY} == {"ratio"}


@pytest.mark.parametrize("declared", [*MONTHLY.values(), *HORIZON.values()])
def test_a_declaration_says_all(declared):
    assert declared.better in (-1, 0, 1)
    assert declared.unit
    assert declared.meaning
    assert declared.label[0].isupper()


def test_no_two_indicators_have_one_label():
    assert len({each.label for each in HORIZON.values()}) == len(HORIZON)


def test_all_money_that_is_spent_is_better_saved():
    assert {each.better for name, each in HORIZON.items() if name.startswith("cost_")} == {-1}
    assert HORIZON["grants_paid"].better == -1


def test_the_first_events_are_origins():
    assert [name.removeprefix("formed_") for name in EVENTS[: len(ORIGINS)]] == list(ORIGINS)


def test_rules_record_events_by_their_numbers():
    numbers = {name: value for name, value in vars(measures).items() if name.isupper() and type(value) is int}
    assert sorted(numbers.values()) == list(range(len(EVENTS)))
    assert EVENTS[measures.OFFICER_LOST] == "officer_lost"


@pytest.mark.parametrize("event", LIFE)
def test_the_stage_after_an_event_is_the_one_that_worlds_are_held_to(event):
    after, _ = PASSAGES.get(event.name, (None, ()))
    assert event.stage == {None: "", "": GONE}.get(after, after)
    assert event.stage in (*STAGES, GONE, "")


def test_no_indicator_is_called_as_a_lever_or_parameter_is():
    """Designs over these are columns of the same tables."""
    assert not set(INDICATORS) & set(DECLARATIONS)

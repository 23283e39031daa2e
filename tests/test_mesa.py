"""The model behaves as Mesa's users expect, and a step by hand is a run in one go."""

import mesa
import numpy as np
import pytest

from model.agents import Council, Researcher
from model.model import PartnershipModel
from model.policy import policy_from
from model.population import lattice
from model.problems import BadInput
from model.simulation import run

SMALL = lattice(places=2, councils=3, universities=1, researchers=8)
SHORT = {"warmup": 24, "horizon": 24}
LEVERS = {"phds": 60, "match_interval": 2, "match_algorithm": "optimal"}


@pytest.fixture
def model():
    return PartnershipModel(SHORT, LEVERS, SMALL, seed=3)


def test_stepping_by_hand_is_a_run_in_one_go(model):
    while model.running:
        model.step()
    stepped, at_once = model.result(), run(SHORT, policy_from("custom", LEVERS), SMALL, 3)
    assert stepped.indicators == pytest.approx(at_once.indicators, rel=0, abs=0, nan_ok=True)
    assert stepped.series.tobytes() == at_once.series.tobytes()


def test_a_step_is_a_month(model):
    model.step()
    assert (model.month, model.steps, model.time) == (1, 1, 1.0)


def test_agents_are_mesa_agents_that_see_the_tables(model):
    councils, researchers = model.agents_by_type[Council], model.agents_by_type[Researcher]
    assert (len(councils), len(researchers), len(model.agents)) == (6, 16, 22)
    assert all(isinstance(agent, mesa.Agent) for agent in model.agents)
    model.step()
    assert councils.get("load") == model.world.councils["load"].tolist()
    assert councils.agg("open_needs", sum) == model.measured("needs_open")
    assert sum(council.partnerships for council in councils) == model.measured("project") + model.measured(
        "strategic"
    )
    assert sum(len(council.ties) for council in councils) == sum(len(r.ties) for r in researchers)
    busy = researchers.select(lambda researcher: researcher.load > 0)
    assert len(busy) <= len(researchers)


def test_agents_hold_no_state(model):
    council = next(iter(model.agents_by_type[Council]))
    with pytest.raises(AttributeError):
        council.load = 0.0


def test_those_who_leave_and_arrive_are_followed(model):
    before = set(model.agents_by_type[Researcher])
    while model.running:
        model.step()
        present = model.agents_by_type[Researcher]
        assert len(present) == model.world.researchers["present"].sum()
        assert all(researcher.is_here for researcher in present)
    after = set(model.agents_by_type[Researcher])
    assert before - after  # someone left,
    assert after - before  # and PhD researchers came
    assert len({agent.unique_id for agent in model.agents}) == len(model.agents)


def test_every_attribute_can_be_read(model):
    model.step()
    for kind in (Council, Researcher):
        names = [name for name in dir(kind) if isinstance(getattr(kind, name), property) and name[0] != "_"]
        for agent in model.agents_by_type[kind]:
            assert all(getattr(agent, name) is not None or name == "months_left" for name in names)


def test_the_data_collector_collects_every_measure(model):
    for _ in range(30):
        model.step()
    frame = model.datacollector.get_model_vars_dataframe()
    assert frame["month"].tolist() == list(range(1, 31))
    assert np.array_equal(frame["strategic"], model.world.months["strategic"][:30])


def test_two_models_do_not_share_anything():
    first, second = PartnershipModel(SHORT, {}, SMALL, 1), PartnershipModel(SHORT, {}, SMALL, 2)
    first.step()
    assert second.month == 0
    assert [c.population for c in first.agents_by_type[Council]] != [
        c.population for c in second.agents_by_type[Council]
    ]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"parameters": {"search_rat": 1}}, "Did you mean search_rate"),
        ({"policy": {"broker": 1}}, "Did you mean brokers"),
        ({"seed": -1}, "seed = -1"),
        ({"seed": 1.5}, "seed = 1.5"),
    ],
)
def test_bad_input_is_refused(given, said):
    with pytest.raises(BadInput, match=said):
        PartnershipModel(**given)

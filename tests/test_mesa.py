"""The model behaves as Mesa's users expect, and a step by hand is a run in one go."""

import inspect

import mesa
import numpy as np
import pytest
from mesa.experimental.scenarios import Scenario

from model.agents import Council, Researcher
from model.model import PartnershipModel
from model.parameters import DECLARATIONS
from model.policy import Dated, Policy, as_policy, policy_from
from model.population import lattice
from model.problems import BadInput
from model.simulation import compare, run

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


def attributes_of(kind):
    return [name for name in dir(kind) if isinstance(getattr(kind, name), property) and name[0] != "_"]


def test_every_attribute_can_be_read(model):
    model.step()
    for kind in (Council, Researcher):
        for agent in model.agents_by_type[kind]:
            for name in attributes_of(kind):
                assert getattr(agent, name) is not None or name == "months_left"


def test_of_one_who_has_left_nothing_can_be_read_which_would_be_anothers(model):
    before = list(model.agents_by_type[Researcher])
    while model.running:
        model.step()
    gone = [each for each in before if not each.is_here]
    assert any(model.world.researchers[each.row].present for each in gone)  # somebody has taken the place
    for each in gone:
        for name in {*attributes_of(Researcher)} & {*vars(Researcher)} - {"is_here"}:
            with pytest.raises(BadInput, match="has left"):
                getattr(each, name)


def test_after_the_last_month_nothing_is_collected(model):
    end = model.simulation.end
    model.run_for(end + 5)
    assert not model.running
    assert model.datacollector.get_model_vars_dataframe()["month"].tolist() == list(range(1, end + 1))


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
        ({"seed": "luck"}, "seed = 'luck'"),
        ({"seed": 1, "rng": 2}, "are the same by two names"),
        ({"policy": "joint_post"}, "Did you mean joint_posts"),
        ({"policy": "phds_equal_money"}, "is solved for on many runs"),
        ({"policy": None}, "policy = None is not allowed: it takes a name, such as"),
        ({"policy": {"levers": 3}}, "levers = 3 is not allowed"),
        ({"policy": {"levers": {}, "wyh": ""}}, "Did you mean why"),
        ({"policy": Policy("by hand", {"joint_posts": -3})}, "joint_posts = -3"),
        ({"population": "ukk"}, "Did you mean uk"),
        ({"population": "csv"}, "its councils and universities are one's own"),
        ({"population": 3}, "population = 3 is not allowed"),
        ({"parameters": [3], "austerity": 0}, r"parameters = \[3\] is not allowed"),
        ({"austerty": 0.05, "joint_post": 3}, "Did you mean austerity[^\n]*\n.*Did you mean joint_posts"),
        ({"populaton": "uk"}, "Did you mean population"),
        ({"austerity": 5}, "austerity = 5 is not allowed"),
    ],
)
def test_bad_input_is_refused(given, said):
    with pytest.raises(BadInput, match=said):
        PartnershipModel(**given)


def numbers(**given):
    """What names a run."""
    simulation = PartnershipModel(population=SMALL, **given).simulation
    return simulation.parameters, simulation.policy.levers, simulation.seed


@pytest.mark.parametrize(
    "given",
    ["joint_posts", {"joint_posts": 4}, {"name": "mine", "why": "", "levers": {"joint_posts": {"value": 4}}}],
)
def test_a_policy_is_itself_its_name_or_its_levers(given):
    assert as_policy(given).levers == {"joint_posts": Dated(4.0)}
    alone = run(SHORT, given, SMALL, seed=1)
    (paired,) = compare(SHORT, [given], SMALL, seed=1)
    assert alone.series.tobytes() == paired.series.tobytes()


def test_policies_are_a_list():
    with pytest.raises(BadInput, match="it takes a list, such as"):
        compare({}, "joint_posts")
    with pytest.raises(BadInput, match=r"joint_posts[^\n]*\n.*brokers"):
        compare({}, ["joint_post", {"broker": 3}])


def test_a_run_is_told_in_a_line_and_becomes_a_table():
    result = run(SHORT, "joint_posts", SMALL, seed=3)
    assert repr(result).startswith("<Run of joint_posts, seed 3, 24 months: ")
    assert len(repr(result)) < 100
    frame = result.frame()
    assert frame.index.tolist() == list(range(24))
    assert frame["strategic"].mean() == pytest.approx(result.indicators["mean_strategic"])


def test_single_parameters_and_levers_are_arguments_and_come_first():
    one_by_one = numbers(
        parameters={"austerity": 0.1}, policy={"joint_posts": 9, "phds": 2}, austerity=0.05, joint_posts=3
    )
    assert one_by_one == numbers(parameters={"austerity": 0.05}, policy={"joint_posts": 3, "phds": 2})
    assert PartnershipModel(policy="brokers", joint_posts=3).simulation.policy.name == "custom"


def test_no_argument_is_also_a_parameter_or_a_lever():
    arguments = inspect.signature(PartnershipModel).parameters
    assert not set(arguments) & set(DECLARATIONS)
    assert all(each.kind != each.VAR_POSITIONAL for each in arguments.values())  # SolaraViz refuses these


@pytest.mark.parametrize("name", ["seed", "rng"])
def test_luck_is_whatever_mesa_takes(name):
    assert numbers(**{name: np.int64(3)}) == numbers(seed=3)
    assert numbers(**{name: [1, 2]}) == numbers(seed=[1, 2]) != numbers(seed=[2, 1])
    assert numbers(**{name: np.random.default_rng(5)}) == numbers(seed=np.random.default_rng(5))


def test_no_seed_is_luck_of_its_own():
    assert numbers(seed=None)[2] != numbers(seed=None)[2]
    assert numbers()[2] == 0


def test_a_scenario_is_as_good_as_arguments():
    """As Mesa's own page makes models again: what its sliders say, and a scenario."""
    made = PartnershipModel(population=SMALL, austerity=0.05, scenario=Scenario())
    assert made.scenario.model is made
    scenario = Scenario(rng=4, austerity=0.05, joint_posts=3)
    assert numbers(scenario=scenario, joint_posts=5) == numbers(austerity=0.05, joint_posts=5, seed=4)
    assert numbers(scenario=Scenario(rng=4), rng=6)[2] == 6


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Mesa's, of iterations
@pytest.mark.parametrize(
    ("more", "n"),
    [({}, 1), ({"iterations": 2}, 2), ({"rng": [1, 2]}, 2), ({"rng": np.random.SeedSequence(1)}, 1)],
)
def test_mesa_runs_batches(more, n):
    swept = {
        "population": SMALL,
        "parameters": [SHORT],
        "policy": ["baseline", "joint_posts"],
        "phds": [0, 3],
    }
    lines = mesa.batch_run(PartnershipModel, swept, display_progress=False, **more)
    assert sorted((line["policy"], line["phds"]) for line in lines) == sorted(
        [("baseline", 0), ("baseline", 3), ("joint_posts", 0), ("joint_posts", 3)] * n
    )
    assert all(line["month"] == 48 for line in lines)

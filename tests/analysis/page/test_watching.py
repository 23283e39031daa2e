"""Watching: what is drawn and told of a run is what its histories and the rules say."""

import numpy as np
import pytest
from starlette.testclient import TestClient

from analysis.page.room import Room
from analysis.page.watching import agreements, lives, why
from analysis.page.watching.scenes import map_of, scene_of
from analysis.page.watching.watched import DRAWN, Watched, parting, watch
from experiments.notebook import sweep
from experiments.running.stories import histories_of
from model.policy import BASELINE, as_policy
from model.population import lattice
from model.simulation import NINE_PLACES, Simulation, compare
from tests.analysis.page.conftest import OWN, until

SHORT = {"warmup": 36, "horizon": 36}


def watched(*policies: object, seed: int = 3, parameters: dict = SHORT) -> list[Watched]:
    steps = watch(parameters, [as_policy(each) for each in policies], NINE_PLACES, seed)
    while True:
        try:
            next(steps)
        except StopIteration as done:
            return done.value


@pytest.fixture(scope="module")
def pair() -> list[Watched]:
    return watched(BASELINE, "phds")


def test_what_is_watched_is_the_run_of_the_library(pair: list[Watched]) -> None:
    for each, run in zip(pair, compare(SHORT, ["baseline", "phds"], seed=3, histories=True), strict=True):
        assert np.array_equal(each.run.series, run.series)
        assert each.lives.equals(histories_of(run, 36))


def test_ties_are_drawn_as_many_as_are_counted(pair: list[Watched]) -> None:
    for each in pair:
        for month in (0, 11, 35):
            stages = [_stage(tie[3:], month) for tie in each.drawn()]
            for stage in ("scoping", "ready", "project", "strategic"):
                there = stages.count(DRAWN.index(stage)) + (stages.count(3) if stage == "ready" else 0)
                assert there == each.run.series[month][stage], (month, stage)


def _stage(changes: list[int], month: int) -> int:
    known = [stage for at, stage in zip(changes[::2], changes[1::2], strict=True) if at <= month]
    return known[-1] if known else -1


def test_where_a_researcher_is_stays_with_the_event(pair: list[Watched]) -> None:
    posts = Simulation(SHORT, "phds", seed=3).world.researchers["university"]
    staff = pair[1].lives[pair[1].lives["researcher"] < NINE_PLACES.n_researchers]
    assert (staff["university"] == posts[staff["researcher"]]).all()


def test_the_first_month_in_which_two_worlds_part(pair: list[Watched]) -> None:
    found = parting(*pair)
    series = [each.run.series for each in pair]
    assert found.month is not None
    assert series[0][: found.month].tolist() == series[1][: found.month].tolist()
    assert series[0][found.month] != series[1][found.month]
    assert found.event is not None
    assert (found.event["event"], found.where) == ("started_phd", 1)
    assert "cost_phds" in found.measures


def test_worlds_that_are_the_same_never_part() -> None:
    assert parting(*watched(BASELINE, {"match_accuracy": 0.1})).month is None


def test_terms_add_up_to_what_the_rule_says(pair: list[Watched]) -> None:
    world = pair[0].at(12).world
    before = world.parameters.copy()
    for side in ("council", "researcher"):
        value, terms = why.terms(world, side, 2, 40, 3)
        assert sum(term.value for term in terms) == pytest.approx(value)
        assert len({term.label for term in terms}) == len(terms)
    assert world.parameters == before


def test_every_event_has_a_reason(pair: list[Watched]) -> None:
    each = pair[1]
    for _, events in each.lives[each.lives["month"] >= -30].groupby("event"):
        found = lives.reason(each, events.iloc[0].to_dict())
        assert found.text.endswith(".")
        assert not any("nan" in value for _, value in found.numbers)


def test_bids_that_win_a_call_score_above_those_that_do_not() -> None:
    (each,) = watched({"annual_budget": 2000}, parameters={"warmup": 60, "horizon": 60}, seed=5)
    own = each.lives
    won = own[(own["event"] == "awarded") & (own["month"] >= 0) & ((own["month"] + 61) % 4 == 0)]
    assert len(won)
    for line in won.head(4).to_dict("records"):
        numbers = dict(lives.reason(each, line).numbers)
        assert float(numbers["Its score"]) >= float(numbers["Lowest score that won"])


def test_a_life_ends_where_the_month_does(pair: list[Watched]) -> None:
    told = lives.moments(pair[0], "council", 0, 5)
    assert all(moment.month <= 5 for moment in told)
    assert lives.title(pair[0], "council", 0) == "place 1: council 1, place 1"
    assert dict(lives.now(pair[0], "council", 0, 5))["Partnerships"].isdigit()


def test_a_map_has_everybody_within_it(pair: list[Watched]) -> None:
    found = map_of(pair[0])
    marks = [*found.councils, *found.universities]
    assert len(marks) == 36 + 18
    assert all(0 <= mark.x <= 360 and 0 <= mark.y <= found.height for mark in marks)
    assert lattice().name == "nine_places"


@pytest.mark.parametrize("link", ["seed=-1", "month=x", "right=mars", f"seed={2**63}"])
def test_a_scene_that_cannot_be_is_told(link: str) -> None:
    _, problems = scene_of(f"policies=phds&{link}")
    assert list(problems) == [link.partition("=")[0]]


def test_an_agreement_has_a_life(pair: list[Watched]) -> None:
    own, month = pair[1], 35
    there = own.at(month + 1).world
    u, c = (int(each[-1]) for each in np.nonzero(there.agreements))
    row = u * len(own.councils) + c
    assert agreements.pair_of(own, row) == (u, c)
    assert (row, own.councils[c].name) in agreements.signed_by(own, "university", u, month)
    assert (row, own.universities[u].name) in agreements.signed_by(own, "council", c, month)
    told = agreements.now(own, row, month)
    signed = next(when for label, when in reversed(told) if label == "Signed")
    before = [each for each in range(1, month + 2) if not own.at(each).world.agreements[u, c]]
    assert signed == (lives.when(before[-1]) if before else "before the first month")


def test_the_rule_tells_how_soon_an_agreement_is_signed(pair: list[Watched]) -> None:
    world = pair[1].at(36).world
    p, areas, structure = world.parameters, world.councils["area"], world.areas["structure"]
    is_home = world.universities["area"][:, None] == areas
    u, c = (int(each[0]) for each in np.nonzero(is_home & (world.common_work > 0) & (structure[areas] == 0)))
    leads = np.sqrt(world.councils["commitment"][c] * world.universities["commitment"][u])
    work = min(1.0, world.common_work[u, c] / p["agreement_work"])
    hazard = p["agreement_rate"] * work * (0.25 + 0.75 * leads)
    assert why.signs(world, u, c) == pytest.approx(hazard, rel=1e-6)


def seen(socket, wanted: str) -> dict:
    """What is sent, until a fragment comes."""
    while True:
        answer = socket.receive_json()
        assert 'class="status problem"' not in answer.get("fragments", {}).get("status", "")
        if wanted in answer.get("fragments", {}):
            return answer


LINK = "policies=phds&parameters.warmup=36&parameters.horizon=36&seed=3"


def test_a_tab_that_watches(client: TestClient, pair: list[Watched]) -> None:
    with client.websocket_connect("/watching", headers=OWN) as socket:
        socket.send_json({"scene": LINK})
        answer = seen(socket, "pictures")
        assert answer["runs"][1]["ties"] == pair[1].drawn()
        assert answer["months"] == 36
        assert lives.when(parting(*pair).month or 0) in answer["fragments"]["parting"]
        assert "collaborative PhD began" in answer["fragments"]["parting"]
        socket.send_json({"about": ["council", 0, 1], "month": 35})
        life = seen(socket, "about")["fragments"]["about"]
        assert "Under PhDs, to year 3, month 12." in life
        socket.send_json({"about": ["agreement", 36 * 18 - 1, 1], "month": 35})
        assert "agreement</h3>" in seen(socket, "about")["fragments"]["about"]
        line = pair[1].lives[pair[1].lives["month"] > 0].iloc[0]
        socket.send_json({"why": [int(line["tie"]), int(line["month"]), line["event"], 1]})
        assert lives.reason(pair[1], line.to_dict()).text[:20] in seen(socket, "why")["fragments"]["why"]


@pytest.mark.parametrize(
    "said",
    [
        {"about": ["council", 36, 0], "month": 1},
        {"about": ["mayor", 0, 0], "month": 1},
        {"about": ["agreement", 36 * 18, 0], "month": 1},
        {"about": ["tie", -1, 0], "month": 1},
        {"about": ["council", 0, 7], "month": 1},
        {"why": [1, 1, "no such", 9]},
    ],
)
def test_questions_about_nobody_have_no_answer(client: TestClient, said: dict) -> None:
    with client.websocket_connect("/watching", headers=OWN) as socket:
        socket.send_json({"scene": LINK})
        seen(socket, "pictures")
        socket.send_json(said)
        socket.send_json({"about": ["council", 0, 0], "month": 1})
        assert "council 1" in seen(socket, "about")["fragments"]["about"]


def test_a_row_of_the_store_is_watched(client: TestClient, room: Room) -> None:
    rows = sweep(["phds"], SHORT, seeds=2, store=room.store)
    until(room.ready.is_set)
    with client.websocket_connect("/watching", headers=OWN) as socket:
        socket.send_json({"scene": f"row={rows['row'][1][:12]}"})
        answer = seen(socket, "pictures")
        (run,) = compare(SHORT, ["phds"], seed=1)
        assert answer["runs"][0]["strategic"] == run.series["strategic"].astype(int).tolist()
        socket.send_json({"scene": "row=ffffffffffff"})
        while "There is no row" not in (told := socket.receive_json())["fragments"].get("status", ""):
            assert "pictures" not in told["fragments"]


def test_the_page_itself(client: TestClient) -> None:
    shown = client.get(f"/watch?{LINK}&about=council:3:1").text
    assert 'name="parameters.warmup" value="36"' in shown
    assert client.get("/watch?right=<b>").text.count("<b>") == 0

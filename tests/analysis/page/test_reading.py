"""Reading: finished experiments, and stories whose answers are computed."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from starlette.testclient import TestClient

from analysis.page.app import app_of
from analysis.page.reading import exploring, folders
from analysis.page.reading.lessons import LESSONS, largest_fall
from analysis.page.room import Room
from analysis.page.running.sharing import Sharing
from analysis.page.state import read
from analysis.page.watching.scenes import scene_of
from analysis.page.watching.watched import watch
from experiments.main import main
from model.arrays import PROJECT
from model.policy import BASELINE
from model.simulation import NINE_PLACES
from tests.analysis.page.conftest import until

TINY = ["parameters.warmup=24", "parameters.horizon=24"]


@pytest.fixture
def explored(room: Room, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[TestClient]:
    """A page whose folder of results holds a design's results."""
    monkeypatch.chdir(tmp_path)
    assert main([*TINY, "experiment=grid", "policies=[baseline,phds]", "seeds=2", "out=results/a <b> grid",
                 "design.factors={austerity: {values: [0, 0.05]}}", "figures=false"]) == 0  # fmt: skip
    with TestClient(app_of(room, ("testserver",))) as client:
        until(room.ready.is_set)
        yield client


def test_experiments_are_listed_and_filtered(explored: TestClient, room: Room) -> None:
    (found,) = folders.folders(room.results)
    assert (found.name, found.job) == ("a <b> grid", "sweep")
    assert "a &lt;b&gt; grid" in explored.get("/explore").text
    assert "a &lt;b&gt; grid" in explored.get("/explore?words=grid phds").text
    assert "No finished experiment has these words" in explored.get("/explore?words=sobol").text


def test_any_indicator_is_drawn_against_any_parameter(explored: TestClient, room: Room) -> None:
    shown = explored.get("/explore", params={"folder": "a <b> grid", "x": "austerity", "y": "needs_met"}).text
    assert shown.count('<circle class="dot') == 8 + 2  # and the legend's
    rows = pd.read_parquet(room.results / "a <b> grid" / "rows.parquet")
    choice = folders.choice_of(rows, {"x": "austerity", "y": "needs_met", "policy": "phds", "low": "0.01"})
    own = folders.chosen(rows, choice)
    assert set(own["policy"]) == {"phds"}
    assert (own["austerity"] == 0.05).all()
    assert [each["y"] for each in folders.points(own, choice)] == own["needs_met"].tolist()
    assert all(f"/watch?row={name}" in shown for name in rows["row"])


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ('{"brokers":[4.0,0,null],"phds":[2.5,6,60]}', "Brokers 4, PhDs 2.5 from month 6 to month 60"),
        ('{"match_algorithm":["stable",0,null]}', "Matchmaking algorithm stable"),
        ("{}", "The present"),
        ("joint_posts", "Joint posts"),
        ('{"brokers":4}', '{"brokers":4}'),
        ('{"no":[1,0,null]}', '{"no":[1,0,null]}'),
        ("{<b>", "{<b>"),
    ],
)
def test_a_policy_of_the_store_is_named_by_its_levers(name: str, shown: str) -> None:
    assert exploring._policy(name) == shown


def test_what_is_not_there_is_told_or_passed_over(explored: TestClient) -> None:
    assert "There is nothing to show" in explored.get("/explore?folder=../../etc").text
    shown = explored.get(
        "/explore", params={"folder": "a <b> grid", "x": "<x>", "low": "nan", "policy": "no"}
    )
    assert shown.status_code == 200
    assert "<x>" not in shown.text
    for file in ("rows.parquet", "manifest.json", "..%2F..%2Fetc%2Fpasswd", "report.html"):
        answer = explored.get(f"/results/a%20%3Cb%3E%20grid/{file}")
        assert answer.status_code == (200 if file == "report.html" and answer.status_code == 200 else 404)
    assert explored.get("/results/no/report.html").status_code == 404


def test_a_report_that_somebody_wrote_runs_nothing(explored: TestClient, room: Room) -> None:
    (room.results / "a <b> grid" / "report.html").write_text("<script>alert(1)</script>")
    answer = explored.get("/results/a%20%3Cb%3E%20grid/report.html")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "script-src" not in answer.headers["Content-Security-Policy"]


def test_the_store_is_a_folder_too(explored: TestClient) -> None:
    assert "8 runs" in explored.get("/explore?folder=store&x=austerity").text


def test_many_points_are_thinned_evenly() -> None:
    rows = pd.DataFrame({"policy": "a", "seed": np.arange(10_000)})
    thin = folders.thinned(rows)
    assert len(thin) == folders.MOST_POINTS
    assert (thin["seed"].iloc[0], thin["seed"].iloc[-1]) == (0, 9_999)


@pytest.mark.parametrize("name", LESSONS)
def test_a_story_has_a_link_a_question_and_an_answer(client: TestClient, name: str) -> None:
    lesson = LESSONS[name]
    _, problems = scene_of(lesson.query) if lesson.is_watched else read(lesson.query)
    assert not problems
    assert client.get(lesson.link).status_code == 200
    asked = client.get(f"/learn/{name}").text
    assert lesson.question in asked
    assert 'class="answer"' not in asked
    answer = client.get(f"/learn/{name}?guess=1&answer=1")
    assert answer.status_code == 200
    assert 'class="answer"' in answer.text
    assert ("Yes: " in answer.text) != ("Not quite: " in answer.text)


def test_there_are_five_stories(client: TestClient) -> None:
    shown = client.get("/learn").text
    assert all(lesson.title in shown for lesson in LESSONS.values())
    assert len(LESSONS) == 5
    assert client.get("/learn/no").status_code == 404


def test_a_story_says_what_the_rule_makes_of_a_leader_who_leaves() -> None:
    with Sharing(1) as sharing:
        (one,) = sharing.result_of(watch({}, [BASELINE], NINE_PLACES, 2))
    fall = largest_fall(one)
    world = one.at(fall.month + 1).world
    council, p = world.councils[fall.council], world.parameters
    assert council["commitment"] == pytest.approx(fall.after)
    own = world.ties[(world.ties["stage"] == PROJECT) & (world.ties["council"] == fall.council)]
    others = world.universities[world.researchers["university"][own["researcher"]]]
    shared = np.where(others["area"] == council["area"], world.areas["structure"][council["area"]], 0.0)

    def leads(commitment: float) -> np.ndarray:
        alone = np.sqrt(commitment * others["commitment"])
        return 0.25 + 0.75 * (1 - (1 - alone) * (1 - p["structure_leads"] * shared))

    left = leads(fall.after) / leads(fall.before)
    assert left.min() - 1e-6 <= fall.left <= left.max() + 1e-6
    assert fall.left < 1

"""Live: what a tab is sent is what the library says; what runs for it stops when it goes."""

import io
import re
import threading
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from starlette.testclient import TestClient

from analysis.asked import Asked
from analysis.figures.folder import FIGURES
from analysis.page import live
from analysis.page.live import MOST_TABS
from analysis.page.room import Room
from analysis.page.running import budget, worlds
from analysis.page.running.comparison import COLUMNS, Comparison, Found
from analysis.page.state import State, read
from analysis.page.uploads import Lists, population_called
from analysis.report.answer import Question, answer, said
from analysis.report.source import Source
from analysis.statistics.effects import effects_of
from analysis.studies.compare import compared
from experiments.main import main
from experiments.notebook import open_store, sweep
from experiments.rows.mixed import Mixed
from experiments.rows.outcomes import Failure, Finished
from model.measures import moved_by
from model.simulation import compare
from tests.analysis.page.conftest import OWN, PATIENCE, TINY, until
from tests.experiments import filling


def told(socket, wanted: str) -> dict[str, str]:
    """What a tab shows once its status says something."""
    shown: dict[str, str] = {}
    while wanted not in shown.get("status", ""):
        shown |= socket.receive_json().get("fragments", {})
        assert "fault" not in shown.get("status", "")
    return shown


def text_of(html: str) -> str:
    return " ".join(re.sub("<[^>]+>", " ", html).replace("&#39;", "'").split())


def test_rows_that_a_full_disk_refuses_are_added_once_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worlds, "_AGAIN", 0.01)
    keeper, added, refusals = worlds.Keeper(tmp_path), threading.Event(), iter("123")
    add = keeper.store.add

    def refusing(finished: Finished) -> None:
        if next(refusals, None):
            raise OSError("No space left on device")
        add(finished)

    monkeypatch.setattr(keeper.store, "add", refusing)
    row = filling.plan(1).family(0).rows[0]
    keeper.add(row, Failure("exception", "of a test"), added.set, is_awaited=True)
    assert added.wait(PATIENCE)
    keeper.close()
    assert not keeper.problem
    assert row.name in keeper.store.failures_of([row.name])


def test_a_tab_shows_what_the_library_says(
    client: TestClient, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "over", lambda state: None)  # of luck alone
    with client.websocket_connect("/live", headers=OWN) as socket:
        socket.send_json({"query": f"policies=phds&policy.joint_posts=30&seeds=25&{TINY}"})
        shown = told(socket, "Done: 25 of 25")
    rows = pd.DataFrame(
        {"policy": run.policy, "seed": seed, **run.indicators, **run.luck}
        for seed in range(25)
        for run in compare(
            {"warmup": 24, "horizon": 24}, ["baseline", "phds", {"joint_posts": 30}], seed=seed
        )
    )
    state, _ = read(f"policies=phds&policy.joint_posts=30&seeds=25&{TINY}")
    asked = Comparison(state, population_called("nine_places", room.lists, ""), lambda: None).asked(25)
    assert isinstance(asked, Asked)
    tables = compared(rows, asked, COLUMNS).tables
    for sentence in answer(tables, Question.of(asked)):
        assert sentence.text in text_of(shown["said"])
    assert "seeds=25" in shown["reproduce"]
    assert "experiment=mechanisms" in shown["reproduce"]
    assert "hangs on" in shown["rules"]


def test_the_numbers_of_the_page_are_those_of_every_run_of_it(client: TestClient, room: Room) -> None:
    link = f"policies=phds,brokers&against=phds&seeds=6&{TINY}"
    with client.websocket_connect("/live", headers=OWN) as socket:
        socket.send_json({"query": link})
        told(socket, "Done: 6 of 6")
    page = pd.read_csv(io.StringIO(client.get(f"/effects.csv?{link}").text))
    rows = sweep(["baseline", "phds", "brokers"], {"warmup": 24, "horizon": 24}, seeds=6, store=room.store)
    library = effects_of(rows, against="phds", controls=moved_by())
    assert list(page["policy"]) == list(library["policy"])
    for column in ("effect", "low", "high", "together_low", "baseline"):
        assert np.array_equal(page[column], library[column], equal_nan=True), column


def test_the_page_and_the_command_say_the_same_of_luck_and_of_other_assumptions(
    client: TestClient, room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    link = f"policies=phds,joint_posts&seeds=40&{TINY}"
    with client.websocket_connect("/live", headers=OWN) as socket:
        socket.send_json({"query": link})
        shown = told(socket, "Done: 40 of 40")
    page = pd.read_csv(io.StringIO(client.get(f"/effects.csv?{link}").text))
    state, _ = read(link)
    assert main([*state.words(), "ledger.seeds=0", "figures=false", "out=out"]) == 0
    command = pd.read_parquet(tmp_path / "out" / "effects.parquet")
    assert page["posterior_points"].max() == 100
    both = [name for name in command if name in page]
    assert {"posterior_low", "posterior_positive", "together_high", "controls_saved"} <= set(both)
    pd.testing.assert_frame_equal(page[both], command[both], check_exact=True, check_dtype=False)
    told_of = [each.text for each in said(Source(tmp_path / "out")) if each.kind == "posterior"]
    assert len(told_of) == 1
    assert told_of[0] in text_of(shown["said"])
    assert "Under other assumptions" in text_of(shown["table"])


def test_what_was_once_run_is_there_at_once(
    client: TestClient, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep(["baseline", "phds"], {"warmup": 24, "horizon": 24}, seeds=8, store=room.store)
    until(room.ready.is_set)
    monkeypatch.setattr(room.runner.keeper, "add", None)  # nothing may be run
    with client.websocket_connect("/live", headers=OWN) as socket:
        socket.send_json({"query": f"policies=phds&seeds=8&{TINY}"})
        assert "8 of 8 seeds are there" in told(socket, "8 of 8")["status"]


def test_stop_and_go_on(client: TestClient, room: Room) -> None:
    with client.websocket_connect("/live", headers=OWN) as socket:
        socket.send_json({"query": "policies=phds&seeds=300"})
        told(socket, "of 300 seeds")
        socket.send_json({"do": "stop"})
        told(socket, "Stopped after")
        assert not room.sharing.waiting
        socket.send_json({"do": "go"})
        told(socket, "of 300 seeds: ")
        assert room.sharing.waiting


def test_a_tab_that_closes_stops_its_work(client: TestClient, room: Room) -> None:
    with client.websocket_connect("/live", headers=OWN) as socket:
        socket.send_json({"query": "policies=phds&seeds=1000"})
        told(socket, "of 1000 seeds")
        assert room.sharing.waiting == 1
    until(lambda: room.sharing.waiting == 0)
    n = len(open_store(room.store).rows)
    assert n < 1000


def test_another_state_stops_the_work_of_the_one_before(client: TestClient, room: Room) -> None:
    with client.websocket_connect("/live", headers=OWN) as socket:
        socket.send_json({"query": "policies=phds&seeds=1000"})
        told(socket, "of 1000 seeds")
        socket.send_json({"query": f"policies=phds&seeds=5&{TINY}"})
        told(socket, "Done: 5 of 5")
        until(lambda: room.sharing.waiting == 0)


def test_a_state_that_was_left_is_not_shown_any_more(
    client: TestClient, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, is_asked, is_left = Comparison.found, threading.Event(), threading.Event()

    def slowly(comparison: Comparison) -> Found:
        if comparison.state.seeds == 5:
            is_asked.set()
            is_left.wait(PATIENCE)
        return found(comparison)

    monkeypatch.setattr(Comparison, "found", slowly)
    with client.websocket_connect("/live", headers=OWN) as socket:
        socket.send_json({"query": f"policies=phds&seeds=5&{TINY}"})
        until(is_asked.is_set)
        socket.send_json({"query": f"policies=phds&seeds=6&{TINY}"})
        until(lambda: "seeds=6" in socket.receive_json().get("query", ""))
        is_left.set()
        status, links = "", []
        while "Done: 6 of 6" not in status:
            shown = socket.receive_json().get("fragments", {})
            status, links = shown.get("status", status), [*links, shown.get("links", "")]
    assert not any("seeds=5" in each for each in links)


def test_wrong_input_is_told_and_what_runs_goes_on(client: TestClient) -> None:
    with client.websocket_connect("/live", headers=OWN) as socket:
        socket.send_json({"query": f"policies=phds&seeds=5&{TINY}"})
        socket.send_json({"query": f"policies=phds&seeds=5&policy.phds=x&{TINY}", "form": True})
        problems: dict[str, str] = {}
        while not problems:
            answer = socket.receive_json()
            problems = answer.get("problems", {})
        assert problems == {
            "policy.phds": "phds = 'x' is not allowed: it takes a number from 0 to 10000 (1/year)."
        }
        assert 'value="x"' in answer["form"]
        told(socket, "Done: 5 of 5")


@pytest.mark.parametrize(
    "said", ["[]", '"x"', "3", "{", '{"query": 3}', '{"query": "policies=phds", "form": 1}' * 2]
)
def test_nonsense_ends_the_talk_at_most(client: TestClient, room: Room, said: str) -> None:
    with client.websocket_connect("/live", headers=OWN) as socket:
        socket.send_text(said)
    assert client.get("/").status_code == 200


def test_no_more_tabs_than_there_is_room_for(client: TestClient) -> None:
    client.app._app.state.tabs = MOST_TABS  # type: ignore[attr-defined]
    with pytest.raises(Exception), client.websocket_connect("/live", headers=OWN) as socket:  # noqa: B017, PT011
        socket.receive_json()


def test_a_run_that_fails_is_left_out_and_told(
    client: TestClient, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    until(room.ready.is_set)
    from analysis.page.running import worlds

    refuse = iter([Failure("not finite", "needs_met = inf")])
    monkeypatch.setattr(worlds, "not_finite", lambda indicators: next(refuse, None))
    with client.websocket_connect("/live", headers=OWN) as socket:
        socket.send_json({"query": f"policies=phds&seeds=6&{TINY}"})
        assert "1 runs failed" in told(socket, "Done: 6 of 6")["said"]


def test_lists_are_checked_as_on_the_command_line(client: TestClient, tmp_path: Path) -> None:
    councils = "name,region,latitude,longitude,population\nA,North,512,-1,1000\nA,North,51,-1,1000\n"
    universities = "name,region,latitude,longitude,staff\nU,North,51,-1,30\n"
    files = {"councils": ("../../c.csv", councils), "universities": ("u.csv", universities)}
    answer = client.post("/lists", headers=OWN, files=files)
    assert answer.status_code == 422
    shown = text_of(answer.text)
    assert "councils.csv, line 2: latitude = '512': it takes degrees from -90 to 90." in shown
    assert "councils.csv, line 3: name = 'A'" in shown
    assert str(tmp_path) not in answer.text
    good = {
        **files,
        "councils": ("c.csv", councils.replace("512", "51.5").replace("A,North,51,", "B,North,51,")),
    }
    answer = client.post("/lists", headers=OWN, files=good, follow_redirects=False)
    assert answer.status_code == 303
    link = answer.headers["Location"]
    with client.websocket_connect("/live", headers=OWN) as socket:
        socket.send_json({"query": f"{link.partition('?')[2]}&policies=phds&seeds=5&{TINY}"})
        told(socket, "Done: 5 of 5")


@pytest.mark.parametrize(
    "councils",
    [
        b"\x00\xff\xfe\x00" * 100,
        b"name,region,latitude,longitude,population\n" + b"=cmd|' /C calc'!A0,<script>,x,y,z\n" * 2000,
        b"name,region,latitude,longitude,population\n" + b'"' * 100_000,
        b"",
    ],
)
def test_hostile_lists_are_refused_in_a_few_words(client: TestClient, room: Room, councils: bytes) -> None:
    universities = "name,region,latitude,longitude,staff\nU,North,51,-1,30\n"
    files = {"councils": ("c.csv", councils), "universities": ("u.csv", universities)}
    answer = client.post("/lists", headers=OWN, files=files)
    assert answer.status_code == 422
    assert "<script>" not in answer.text
    assert len(answer.text) < 50_000
    assert not list(room.lists.folder.glob("*"))


def test_lists_too_large_for_a_page_are_told(client: TestClient) -> None:
    councils = "name,region,latitude,longitude,population\n" + "".join(
        f"c{i},N,51,-1,1000\n" for i in range(1000)
    )
    universities = "name,region,latitude,longitude,staff\n" + "".join(f"u{i},N,51,-1,1\n" for i in range(300))
    files = {"councils": ("c.csv", councils), "universities": ("u.csv", universities)}
    assert "300,000 pairs" in client.post("/lists", headers=OWN, files=files).text


def test_a_slider_keeps_to_the_budget(client: TestClient) -> None:
    with client.websocket_connect("/live", headers=OWN) as socket:
        link = f"policies=baseline&policy.joint_posts=2&policy.brokers=30&budget=300&keep=on&seeds=6&{TINY}"
        socket.send_json({"query": link, "moved": "policy.brokers"})
        answer: dict = {}
        while "set" not in answer:
            answer = socket.receive_json()
        value = float(answer["set"]["policy.brokers"])
        assert 0 < value < 30
        assert f"policy.brokers={value:g}"[:18] in answer["query"]
        assert "costs £300k a year" in told(socket, "Done: 6 of 6")["spent"]


def test_a_slider_within_the_budget_stays_where_it_is(client: TestClient) -> None:
    with client.websocket_connect("/live", headers=OWN) as socket:
        link = f"policies=baseline&policy.brokers=1&budget=300&keep=on&seeds=6&{TINY}"
        socket.send_json({"query": link, "moved": "policy.brokers"})
        assert 'class="note"' in told(socket, "Done: 6 of 6")["spent"]


def kept(client: TestClient, said: str, moved: str) -> tuple[str, str]:
    """A link that keeps to a budget, and what is then said to be spent."""
    with client.websocket_connect("/live", headers=OWN) as socket:
        socket.send_json({"query": f"policies=baseline&{said}&keep=on&{TINY}", "moved": moved})
        shown: dict[str, str] = {}
        query = ""
        while "Done" not in shown.get("status", ""):
            answer = socket.receive_json()
            query = answer.get("query", query)
            shown |= answer.get("fragments", {})
        return query, shown["spent"]


@pytest.mark.parametrize(
    ("levers", "moved"),
    [
        ("policy.phds=20", "policy.phds"),  # what follows is a matter of luck
        ("policy.structures=0.9", "policy.structures"),  # acts in steps, of which none is the sum
        ("policy.phds=20", "budget"),
        ("policy.brokers=9&policy.match_interval=3&policy.match_algorithm=stable", "policy.match_algorithm"),
    ],
)
def test_what_is_kept_to_is_kept_to_in_what_is_shown(client: TestClient, levers: str, moved: str) -> None:
    query, spent = kept(client, f"{levers}&budget=300&seeds=40", moved)
    assert 'class="note"' in spent
    assert read(query)[0].levers != read(f"{levers}")[0].levers


@pytest.mark.parametrize(("lever", "is_mixed"), [("phds", True), ("brokers", False)])
def test_a_budget_is_met_as_at_equal_money_on_the_command_line(
    client: TestClient, tmp_path: Path, lever: str, is_mixed: bool
) -> None:
    """The same two steps, mixed over the same seeds: the same rows, which cost the sum to some pounds."""
    query, spent = kept(client, f"policy.{lever}=4&budget=60&seeds=30", f"policy.{lever}")
    assert "costs £60k a year" in spent
    state, _ = read(query)
    assert isinstance(state.levers[lever], Mixed) == is_mixed
    policy = f"{lever}_equal_money"
    command = sweep(
        ["baseline", policy],
        {"warmup": 24, "horizon": 24}, seeds=30, equal_money=60, store=tmp_path / "own",
    )  # fmt: skip
    page = Comparison(state, population_called("nine_places", Lists(tmp_path), ""), lambda: None).plan
    assert set(page.names(range(30))) == set(command["row"])
    costs = command.groupby("policy")[["cost_total", "grants_paid"]].mean() / 2
    extra = costs.loc[policy] - costs.loc["baseline"]
    assert extra["cost_total"] - extra["grants_paid"] == pytest.approx(60, rel=0.0005)


@pytest.mark.parametrize("method", ["about", "found"])
def test_a_search_that_nobody_waits_for_ends(
    client: TestClient, room: Room, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    """Whoever says something else meanwhile, or leaves, is not kept waiting by it."""
    begun = threading.Event()

    def endless(search: budget.Search) -> State:
        begun.set()
        until(search._few._is_given_up)
        return search._state

    monkeypatch.setattr(budget.Search, method, endless)
    link = f"policies=baseline&policy.brokers=9&budget=300&keep=on&seeds=6&{TINY}"
    with client.websocket_connect("/live", headers=OWN) as socket:
        socket.send_json({"query": link, "moved": "policy.brokers"})
        assert begun.wait(PATIENCE)
        socket.send_json({"query": f"policies=phds&seeds=6&{TINY}"})
        assert "PhDs" in told(socket, "Done: 6 of 6")["table"]
    begun.clear()
    threads = threading.active_count()
    with client.websocket_connect("/live", headers=OWN) as socket:
        socket.send_json({"query": link, "moved": "policy.brokers"})
        assert begun.wait(PATIENCE)
    until(lambda: threading.active_count() <= threads + 2)
    assert not room.sharing.waiting


def test_a_search_that_fails_leaves_what_is_shown(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(search: budget.Search) -> State:
        raise ZeroDivisionError

    monkeypatch.setattr(budget.Search, "found", failing)
    query, spent = kept(client, "policy.brokers=9&budget=300&seeds=6", "policy.brokers")
    assert 0 < float(read(query)[0].value_of("brokers")) < 9
    assert "Your bundle costs" in spent


def test_a_link_that_is_opened_stays_as_it_is(client: TestClient) -> None:
    query, spent = kept(client, "policy.brokers=9&budget=300&seeds=6", "")
    assert "policy.brokers=9" in query
    assert 'class="problem"' in spent


def test_figures_of_the_report_are_drawn_of_what_is_shown(client: TestClient) -> None:
    link = f"policies=phds,brokers,events&seeds=6&{TINY}"
    assert client.get(f"/figures/effects.svg?{link}").status_code == 404
    assert client.get(f"/figures?{link}").status_code == 404
    with client.websocket_connect("/live", headers=OWN) as socket:
        socket.send_json({"query": link})
        told(socket, "Done: 6 of 6")
    shown = client.get(f"/figures?{link}").text
    drawn = re.findall(r"src=./figures/(\w+).svg", shown)
    assert drawn == [name for name in FIGURES if client.get(f"/figures/{name}.svg?{link}").status_code == 200]
    assert {"effects", "worth"} <= set(drawn)
    for name in drawn:
        answer = client.get(f"/figures/{name}.svg?{link}")
        assert answer.headers["Content-Type"] == "image/svg+xml", text_of(answer.text)
        assert "<svg" in answer.text
    assert client.get(f"/figures/..%2Fx.svg?{link}").status_code == 404

"""The server as users start it: settings, a kill in the middle, the report of what is on the screen."""

import html
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from websockets.sync.client import connect

from analysis.page.room import Room
from analysis.page.server import SETTINGS, settings_of
from experiments.main import main
from experiments.notebook import open_store
from model.problems import BadInput
from tests.analysis.page.conftest import OWN, TINY
from tests.analysis.page.test_live import text_of, told

ROOT = Path(__file__).parents[3]
PROGRAM = [sys.executable, "-c", "import sys; from experiments.main import main; sys.exit(main())"]


@contextmanager
def started(folder: Path, *settings: str) -> Iterator[tuple[subprocess.Popen, str]]:
    """The program in a process of its own, and where it says that the page is."""
    program = subprocess.Popen(
        [*PROGRAM, "page", "open=false", "port=0", *settings], cwd=folder, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, start_new_session=True, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    try:
        assert program.stdout
        yield program, program.stdout.readline().split()[-1]
    finally:
        if program.poll() is None:
            os.killpg(program.pid, signal.SIGKILL)
        program.communicate()


@pytest.mark.slow
def test_a_kill_in_the_middle_loses_no_row_that_was_shown(tmp_path: Path) -> None:
    with started(tmp_path) as (program, address):
        host = address.removeprefix("http://").rstrip("/")
        with connect(f"ws://{host}/live", origin=f"http://{host}") as socket:
            socket.send(json.dumps({"query": "policies=phds&seeds=1000"}))
            n = 0
            while n < 30:
                shown = json.loads(socket.recv(timeout=120)).get("fragments", {}).get("status", "")
                n = int(found[1]) if (found := re.search(r"(\d+) of 1000 seeds", shown)) else n
            os.killpg(program.pid, signal.SIGKILL)
    rows = open_store(tmp_path / "results" / "store").frame()
    assert len(rows) < 2000
    seeds = rows.groupby("seed").size()
    assert (seeds.reindex(range(n), fill_value=0) == 2).all()


def test_the_program_ends_when_it_is_asked_to(tmp_path: Path) -> None:
    with started(tmp_path) as (program, _):
        program.send_signal(signal.SIGINT)
        assert program.wait(timeout=60) == 0
        assert program.stdout
        assert program.stdout.read().strip() == "Ctrl-C ends it; what has run is kept."


def test_it_ends_quietly_while_a_tab_waits(tmp_path: Path) -> None:
    """Whatever the tab waits for: here, that the model is loaded."""
    with started(tmp_path) as (program, address):
        host = address.removeprefix("http://").rstrip("/")
        with connect(f"ws://{host}/live", origin=f"http://{host}") as socket:
            socket.send(json.dumps({"query": "policies=phds"}))
            program.send_signal(signal.SIGINT)
            assert program.wait(timeout=60) == 0
        assert program.stdout
        assert program.stdout.read().strip() == "Ctrl-C ends it; what has run is kept."


def test_the_first_page_waits_for_nothing_that_only_runs_need() -> None:
    code = (
        "import sys; from experiments.main import main; from analysis.page import server, views; "
        "views.compare_page(''); print(*{'pandas', 'scipy', 'numba', 'sklearn'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("port=x", "port = 'x' is not allowed: it takes a whole number from 0 to 65,535."),
        ("open=maybe", "open = 'maybe' is not allowed: it takes true or false."),
        ("threads=0", "threads = '0' is not allowed: it takes a whole number from 1 to 4,096."),
        ("store=", "store = '' is not allowed: it takes the name of a folder."),
        ("prt=1", "There is no setting of the page 'prt'. Did you mean port?"),
        ("open", "There is no setting of the page 'open'."),
    ],
)
def test_a_setting_that_cannot_be_is_told(given: str, said: str) -> None:
    with pytest.raises(BadInput, match=re.escape(said.partition(". ")[0].rstrip("."))):
        settings_of([given])


def test_its_settings_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["page", "--help"]) == 0
    said = capsys.readouterr().out
    assert all(f"{name}={default}" in said for name, (default, _) in SETTINGS.items())


def test_a_port_that_is_taken_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with started(tmp_path) as (_, address):
        port = address.rstrip("/").rpartition(":")[2]
        assert main(["page", "open=false", f"port={port}"]) == 2
    assert "towngown page port=0" in capsys.readouterr().err


@pytest.mark.slow
def test_one_click_makes_the_report_of_what_is_on_the_screen(client: TestClient, room: Room) -> None:
    link = f"policies=phds&policy.joint_posts=30&seeds=12&{TINY}"
    with client.websocket_connect("/live", headers=OWN) as socket:
        socket.send_json({"query": link})
        shown = told(socket, "Done: 12 of 12")
    answer = client.post("/report", headers=OWN, data={"query": link}, follow_redirects=False)
    assert answer.status_code == 303, text_of(answer.text)
    report = text_of(html.unescape(client.get(answer.headers["Location"]).text))
    sentences = re.findall(r"<p[^>]*>(.*?)</p>", shown["said"])
    assert sentences
    assert [each for each in map(html.unescape, sentences) if text_of(each) not in report] == []
    assert client.post("/report", headers=OWN, data={"query": "policies=no"}).status_code == 400
    assert len(open_store(room.store).rows) == 36 + (100 + 12) * 3  # luck, and other assumptions

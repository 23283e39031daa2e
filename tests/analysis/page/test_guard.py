"""Guard: other hosts and origins, no token, too much."""

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from analysis.page.app import app_of
from analysis.page.guard import MOST_BYTES
from analysis.page.room import Room
from tests.analysis.page.conftest import OWN


@pytest.mark.parametrize(
    "host", ["evil.example", "testserver.evil.example", "127.0.0.1.evil.example", "", "[::"]
)
def test_other_names_for_this_machine_are_refused(client: TestClient, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://testserver.evil.example", "http://testserver:81"]
)
def test_other_origins_are_refused(client: TestClient, origin: str) -> None:
    assert client.get("/", headers={"Origin": origin}).status_code == 403
    assert client.post("/lists", headers={"Origin": origin}).status_code == 403
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/live", headers={"Origin": origin}):
        pass


def test_who_does_not_say_where_a_request_comes_from_may_only_read(client: TestClient) -> None:
    assert client.get("/").status_code == 200
    assert client.post("/lists").status_code == 403
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/live"):
        pass


def test_a_page_may_run_nothing_that_stands_in_it(client: TestClient) -> None:
    answer = client.get("/?policies=<script>alert(1)</script>")
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "<script>alert" not in answer.text
    assert " style=" not in answer.text
    assert " onclick=" not in answer.text


def test_another_address_asks_for_the_token(room: Room) -> None:
    with TestClient(app_of(room, (), "secret")) as client:
        assert client.get("/").status_code == 401
        assert client.get("/?token=guess").status_code == 401
        with pytest.raises(WebSocketDisconnect), client.websocket_connect("/live", headers=OWN):
            pass
        answer = client.get("/?token=secret&seeds=7", follow_redirects=False)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/?seeds=7")
        assert client.get("/").status_code == 200


def test_more_than_is_taken_is_refused_whatever_its_header_says(client: TestClient) -> None:
    assert client.post("/lists", headers=OWN, content=b"x" * (MOST_BYTES + 1)).status_code == 413

    def streamed():
        yield b"--b\r\nContent-Disposition: form-data; name=councils; filename=c\r\n\r\n"
        for _ in range(6):
            yield b"x" * (1 << 20)

    headers = {**OWN, "Content-Type": "multipart/form-data; boundary=b"}
    assert client.post("/lists", headers=headers, content=streamed()).status_code == 413

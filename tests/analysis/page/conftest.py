"""The page under test: an app with a store of its own, and a browser if there is one."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from starlette.testclient import TestClient

from analysis.page.app import app_of
from analysis.page.guard import LOOPBACK
from analysis.page.room import Room

PATIENCE = 60
#: A link to a small world, in which runs take a millisecond.
TINY = "parameters.warmup=24&parameters.horizon=24"
OWN = {"Origin": "http://testserver"}


def until(happened: Callable[[], object]) -> None:
    """Wait until something has happened."""
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end, "it has not happened"
        time.sleep(0.02)


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path / "results" / "store", tmp_path / "results", 2)


@pytest.fixture
def client(room: Room) -> Iterator[TestClient]:
    with TestClient(app_of(room, ("testserver",))) as client:
        yield client


@contextmanager
def served(folder: Path, port: int = 0) -> Iterator[str]:
    """The page as a browser finds it; its address."""
    room = Room(folder / "store", folder, 2)
    listening = socket.create_server(("127.0.0.1", port))
    config = uvicorn.Config(
        app_of(room, LOOPBACK), log_level="warning", ws="websockets-sansio", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    try:
        until(lambda: server.started)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()

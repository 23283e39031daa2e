"""The server: `towngown page` starts it on this machine, and opens a browser on it."""

import secrets
import socket
import threading
import webbrowser
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import uvicorn

from analysis.output import say
from analysis.page.app import app_of
from analysis.page.guard import LOOPBACK
from analysis.page.room import Room
from model.problems import BadInput, all_of, no_such, refuse

#: Settings, their defaults, and what each is.
SETTINGS: Mapping[str, tuple[str, str]] = {
    "port": ("8765", "where it is served; 0: wherever there is room"),
    "open": ("true", "whether a browser is opened on it"),
    "host": ("127.0.0.1", "who can reach it: this machine; another address asks for a token"),
    "token": ("", "what has to be known then; one is made if none is given"),
    "store": ("results/store", "the folder of all rows ever run"),
    "results": ("results", "the folder of experiments' folders"),
    "threads": ("", "runs at a time; one a core if not given"),
}
_MOST_PORT = 65_535
_TRUTHS = {"true": True, "false": False}
_MESSAGE = 1 << 16


def main(arguments: Sequence[str]) -> int:
    """Serve the page until it is interrupted.

    Args:
        arguments: settings, as `name=value`.

    Returns:
        Exit status.

    Raises:
        BadInput: naming every setting that cannot be used.
    """
    if {"--help", "-h"} & set(arguments):
        say(_help())
        return 0
    given = settings_of(arguments)
    host, port = given["host"], int(given["port"])
    listening = _listening(host, port)
    port = listening.getsockname()[1]
    is_alone = host in LOOPBACK
    token = "" if is_alone else given["token"] or secrets.token_urlsafe(24)
    threads = int(given["threads"] or _cores())
    room = Room(Path(given["store"]), Path(given["results"]), threads)
    app = app_of(room, LOOPBACK if is_alone else (), token)
    shown = f"[{host}]" if ":" in host else host
    link = f"http://{shown}:{port}/" + (f"?token={token}" if token else "")
    config = uvicorn.Config(
        app, log_level="warning", ws="websockets-sansio", ws_max_size=_MESSAGE, timeout_graceful_shutdown=2
    )
    with suppress(KeyboardInterrupt):  # as it says, that ends it: nothing is lost
        _Server(config, link, _TRUTHS[given["open"]]).run([listening])
    return 0


class _Server(uvicorn.Server):
    """One that says where the page is once it is there, and Ctrl-C ends it as it should."""

    def __init__(self, config: uvicorn.Config, link: str, opens: bool) -> None:
        super().__init__(config)
        self._link, self._opens = link, opens

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        say(f"The page is at {self._link}\nCtrl-C ends it; what has run is kept.")
        if self._opens:
            threading.Thread(target=webbrowser.open, args=[self._link], daemon=True).start()


def _help() -> str:
    """What can be said, a line a setting."""
    lines = [f"  {f'{name}={default}':<24}{meaning}" for name, (default, meaning) in SETTINGS.items()]
    return "\n".join(["towngown page: policies side by side in a browser, live", "", *lines])


def settings_of(arguments: Sequence[str]) -> dict[str, str]:
    """The settings, checked.

    Raises:
        BadInput: naming every one that cannot be used.
    """
    given = {name: default for name, (default, _) in SETTINGS.items()}
    for name, equals, value in (argument.partition("=") for argument in arguments):
        if name not in SETTINGS or not equals:
            raise BadInput(no_such("setting of the page", name, SETTINGS))
        given[name] = value
    all_of([lambda: _check_whole("port", given["port"], 0, _MOST_PORT), lambda: _check(given)])
    return given


def _check(given: Mapping[str, str]) -> None:
    if given["threads"]:
        _check_whole("threads", given["threads"], 1, 4096)
    problems = []
    if given["open"] not in _TRUTHS:
        problems.append(f"open = {given['open']!r} is not allowed: it takes true or false.")
    problems += [
        f"{name} = '' is not allowed: it takes the name of a folder."
        for name in ("store", "results")
        if not given[name]
    ]
    refuse(problems)


def _check_whole(name: str, value: str, low: int, high: int) -> None:
    if not (value.isascii() and value.isdigit() and low <= int(value) <= high):
        raise BadInput(f"{name} = {value!r} is not allowed: it takes a whole number from {low} to {high:,}.")


def _listening(host: str, port: int) -> socket.socket:
    """A socket that listens there.

    Raises:
        BadInput: if it cannot.
    """
    kind = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(kind, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise BadInput(
            f"The page cannot be served at {host}, port {port}: {error.strerror}. On any free port: "
            "towngown page port=0."
        ) from None
    return listening


def _cores() -> int:
    from experiments.running.engine import cores

    return cores()

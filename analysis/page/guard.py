"""Guard: who may ask for anything, and what a browser may do with the answer."""

import secrets
from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = ("127.0.0.1", "localhost", "::1")
#: A page of ours loads from its own server, and runs no script that stands in a page.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
#: A report may have been written by anybody: it shows, and does nothing.
REPORT_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_COOKIE = "towngown"
#: Bytes that a form may have: two lists of the whole country are a tenth of it.
MOST_BYTES = 4 << 20
_CLOSED = 4403


class Guard:
    """Refuses other hosts and origins, asks for the token if there is one, and bounds what is sent."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str], token: str = "") -> None:
        """Guard an app.

        Args:
            app: what answers.
            hosts: names that it is asked under; none: any.
            token: what has to be known; empty: nothing.
        """
        self._app = app
        self._hosts = {host.lower() for host in hosts}
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse to."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        refusal = self._refusal(connection)
        if refusal is None:
            await self._app(scope, _bounded(receive), _with_headers(send))
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": _CLOSED})
        else:
            await refusal(scope, receive, _with_headers(send))

    def _refusal(self, connection: HTTPConnection) -> Response | None:
        """Why not, if not."""
        host = connection.headers.get("host", "")
        if self._hosts and _name_of(host) not in self._hosts:  # another name for this machine: rebinding
            return PlainTextResponse("This page is not served under that name.\n", 421)
        if not self._is_own_origin(connection, host):
            return PlainTextResponse("Another site may not ask this.\n", 403)
        length = connection.headers.get("content-length", "0")
        if not length.isdigit() or int(length) > MOST_BYTES:
            return PlainTextResponse(f"Too much: at most {MOST_BYTES:,} bytes may be sent.\n", 413)
        return self._without_token(connection) if self._token else None

    def _is_own_origin(self, connection: HTTPConnection, host: str) -> bool:
        """Whether it is a page of ours that asks; links from elsewhere may lead here, and no more."""
        origin = connection.headers.get("origin")
        if origin is not None:
            return urlsplit(origin).netloc.lower() == host.lower()
        return connection.scope["type"] == "http" and connection.scope["method"] in ("GET", "HEAD")

    def _without_token(self, connection: HTTPConnection) -> Response | None:
        """What somebody gets who does not show the token; who shows it in the link, a cookie for it."""
        if _is_same(connection.cookies.get(_COOKIE, ""), self._token):
            return None
        if connection.scope["type"] == "http" and _is_same(
            connection.query_params.get("token", ""), self._token
        ):
            rest = [(k, v) for k, v in parse_qsl(connection.url.query) if k != "token"]
            response = RedirectResponse(f"{connection.url.path}?{urlencode(rest)}".rstrip("?"), 303)
            response.set_cookie(_COOKIE, self._token, httponly=True, samesite="strict")
            return response
        return PlainTextResponse("This page asks for the token that the program has shown.\n", 401)


def _name_of(host: str) -> str:
    """The name in a Host header, without its port."""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def _is_same(given: str, token: str) -> bool:
    return secrets.compare_digest(given.encode(), token.encode())


class TooMuch(Exception):
    """More was sent than is taken."""


def _bounded(receive: Receive) -> Receive:
    """What is sent, until it is too much, whatever its header says."""
    received = 0

    async def bounded() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b"")) if message["type"] == "http.request" else 0
        if received > MOST_BYTES:
            raise TooMuch
        return message

    return bounded


def _with_headers(send: Send) -> Send:
    """An answer with what keeps a browser from doing more than it says."""

    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = Headers(raw=message["headers"])
            headers = {"Content-Security-Policy": POLICY, **_HEADERS}
            message["headers"] += [
                (name.lower().encode(), value.encode()) for name, value in headers.items() if name not in own
            ]
        await send(message)

    return with_headers

"""The app: which address shows what."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp
from starlette.websockets import WebSocket

from analysis.listing import REPORT
from analysis.page import views
from analysis.page.guard import REPORT_POLICY, Guard, TooMuch
from analysis.page.live import MOST_TABS, Tab
from analysis.page.room import READY, Room
from analysis.page.state import State, over, read
from analysis.page.uploads import FILES, PLACE, population_called
from model.problems import BadInput

if TYPE_CHECKING:
    from analysis.page.running.comparison import Comparison

_BUSY = 1013
_YAML, _CSV = "application/yaml; charset=utf-8", "text/csv; charset=utf-8"


def app_of(room: Room, hosts: tuple[str, ...], token: str = "") -> ASGIApp:
    """The app that shows what runs in a room.

    Args:
        room: where it runs; opened when the app starts, and closed when it ends.
        hosts: names that it may be asked under; none: any.
        token: what has to be known to ask it; empty: nothing.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        views.compare_page("")  # what the first page takes is there before the rest competes for it
        room.open()
        yield
        await run_in_threadpool(room.close)

    routes = [
        Route("/", _compare),
        Route("/experiment.yaml", _experiment),
        Route("/effects.csv", _effects),
        Route("/figures", _figures),
        Route("/figures/{name}.svg", _figure),
        Route("/lists", _lists, methods=["POST"]),
        Route("/watch", _watch),
        Route("/explore", _explore),
        Route("/results/{folder}/{file}", _file),
        Route("/report", _report, methods=["POST"]),
        Route("/learn", _learn),
        Route("/learn/{lesson}", _learn),
        WebSocketRoute("/live", _live),
        WebSocketRoute("/watching", _watching),
        Mount("/static", StaticFiles(directory=Path(__file__).parent / "static")),
    ]
    app = Starlette(
        routes=routes, lifespan=lifespan, exception_handlers={HTTPException: _missing, TooMuch: _too_much}
    )
    app.state.room = room
    app.state.tabs = 0
    return Guard(app, hosts, token)


def _room(request: Request) -> Room:
    return request.app.state.room


def _state(request: Request) -> State:
    """The state of a link.

    Raises:
        HTTPException: naming everything in it that cannot be used.
    """
    state, problems = read(request.url.query)
    if problems:
        raise HTTPException(400, " ".join(problems.values()))
    return state


def _compare(request: Request) -> Response:
    query = request.url.query
    state, problems = read(query)
    if (
        not problems and query and "policies=baseline&" in query
    ):  # a form sent without a script says everything
        return RedirectResponse(f"/?{state.query}".rstrip("?"), 303)
    return HTMLResponse(views.compare_page(query))


def _experiment(request: Request) -> Response:
    return Response(_state(request).experiment(), media_type=_YAML)


async def _effects(request: Request) -> Response:
    """The effects on every indicator, of the seeds that the store has."""
    state, room = _state(request), await _opened(request)
    return Response(await run_in_threadpool(_effects_text, state, room), media_type=_CSV)


def _effects_text(state: State, room: Room) -> str:
    return _so_far(state, room).effects().to_csv(index=False)


def _so_far(state: State, room: Room) -> "Comparison":
    """What the store has of a comparison.

    Raises:
        HTTPException: if that is nothing.
    """
    from analysis.page.running.comparison import Comparison

    population = population_called(state.population, room.lists, state.lists)
    comparison = Comparison(state, population, lambda: None, over(state))
    comparison.load(room.runner)
    if not comparison.n:
        raise HTTPException(404, "No run of it is finished yet.")
    return comparison


async def _figures(request: Request) -> Response:
    """All figures of the report that can be drawn of the seeds that the store has."""
    from analysis.page.reading.pictures import pictures
    from analysis.report.page import told

    state, room = _state(request), await _opened(request)
    comparison = await run_in_threadpool(_so_far, state, room)
    names = await run_in_threadpool(pictures, comparison)
    content = {"state": state, "n": comparison.n, "figures": [(name, told(name)) for name in names]}
    return HTMLResponse(views.page("figures.html", "Figures", "compare", **content))


async def _figure(request: Request) -> Response:
    """A figure of the report, of the seeds that the store has."""
    from analysis.page.reading.pictures import picture

    state, room = _state(request), await _opened(request)
    comparison = await run_in_threadpool(_so_far, state, room)
    drawn = await run_in_threadpool(picture, request.path_params["name"], comparison)
    if drawn is None:
        raise HTTPException(404, "There is no such figure of it.")
    return Response(drawn, media_type="image/svg+xml", headers={"Content-Security-Policy": REPORT_POLICY})


async def _lists(request: Request) -> Response:
    """Take somebody's own lists; what is wrong with them stands beside their fields."""
    async with request.form(max_files=len(FILES), max_fields=2, max_part_size=1 << 10) as form:
        files = [form.get(name) for name in FILES]
        if not all(isinstance(each, UploadFile) for each in files):
            raise HTTPException(400, "Both lists are needed: councils and universities.")
        content = [await each.read() for each in files if isinstance(each, UploadFile)]
        place = str(form.get("place") or PLACE)
    try:
        name = await run_in_threadpool(_room(request).lists.keep, *content, place)
    except BadInput as error:
        shown = views.page("own_lists.html", "Your own lists", "compare", problems=error.problems)
        return HTMLResponse(shown, 422)
    return RedirectResponse(f"/?population=csv&lists={name}", 303)


def _watch(request: Request) -> Response:
    return HTMLResponse(views.watch_page(request.url.query))


async def _explore(request: Request) -> Response:
    """Finished experiments."""
    from analysis.page.reading.exploring import explore_page

    room = await _opened(request)
    said = {name: value[:200] for name, value in request.query_params.items()}
    return HTMLResponse(await run_in_threadpool(explore_page, said, room))


def _file(request: Request) -> Response:
    """A report, or a table, of a folder that is listed; whatever it holds is shown, and never run."""
    from analysis.page.reading.folders import FILES, folders

    folder, file = request.path_params["folder"], request.path_params["file"]
    room = _room(request)
    if file not in FILES or folder not in {each.name for each in folders(room.results)}:
        raise HTTPException(404, "There is no such file.")
    path = room.results / folder / file
    if not path.is_file() or path.is_symlink():
        raise HTTPException(404, "There is no such file.")
    headers = {"Content-Security-Policy": REPORT_POLICY}
    return FileResponse(path, media_type=FILES[file], headers=headers)


async def _report(request: Request) -> Response:
    """Make the report of what is on the screen, and go there."""
    from analysis.page.reading.reports import report_of

    room = await _opened(request)
    async with request.form(max_files=0, max_fields=1, max_part_size=1 << 14) as form:
        state, problems = read(str(form.get("query", "")))
    if problems:
        raise HTTPException(400, " ".join(problems.values()))
    try:
        name = await run_in_threadpool(report_of, state, room)
    except BadInput as error:
        raise HTTPException(409, " ".join(error.problems)) from None
    return RedirectResponse(f"/results/{name}/{REPORT}", 303)


async def _learn(request: Request) -> Response:
    """Stories, or one of them; its answer once it is asked for."""
    from analysis.page.reading.lessons import LESSONS, answer_of

    room = await _opened(request)
    name, guess = request.path_params.get("lesson"), request.query_params.get("guess", "")
    if name is not None and name not in LESSONS:
        raise HTTPException(404, f"There is no story {name}.")
    lesson = LESSONS[name] if name else None
    is_asked = lesson and "answer" in request.query_params
    shown = {
        "lesson": lesson,
        "lessons": LESSONS.values(),
        "guess": int(guess) if guess in ("0", "1", "2") else None,
        "answer": await run_in_threadpool(answer_of, lesson, room) if is_asked and lesson else None,
    }
    return HTMLResponse(views.page("learn.html", lesson.title if lesson else "Learn", "learn", **shown))


async def _opened(request: Request) -> Room:
    """The room, once things run in it.

    Raises:
        HTTPException: if they never will.
    """
    room = _room(request)
    await room.is_open()
    if room.state != READY:
        raise HTTPException(503, f"The model cannot be loaded: {room.state}")
    return room


async def _live(socket: WebSocket) -> None:
    """A tab that compares, for as long as it is open."""
    await _talked(socket, Tab)


async def _watching(socket: WebSocket) -> None:
    """A tab that watches, for as long as it is open."""
    from analysis.page.watching.viewer import Viewer

    await _talked(socket, Viewer)


async def _talked(socket: WebSocket, kind: Callable[[WebSocket, Room], Any]) -> None:
    state = socket.app.state
    if state.tabs >= MOST_TABS:
        await socket.close(_BUSY)
        return
    await socket.accept()
    state.tabs += 1
    try:
        await kind(socket, state.room).talk()
    finally:
        state.tabs -= 1


def _missing(request: Request, error: Exception) -> Response:
    """What cannot be shown, and why."""
    assert isinstance(error, HTTPException)
    shown = views.page("missing.html", "Not here", "", text=error.detail)
    return HTMLResponse(shown, error.status_code)


def _too_much(request: Request, error: Exception) -> Response:
    return PlainTextResponse("Too much was sent.\n", 413)

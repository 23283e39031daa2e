"""Live: one tab's conversation - it says what it wants to see, and is sent what changes of it."""

import asyncio
import logging
import threading
import time
from collections.abc import Mapping
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING, Any

from starlette.websockets import WebSocket

from analysis.page import views
from analysis.page.forms import can_give_way, figure
from analysis.page.room import READY, Room
from analysis.page.state import State, over, read
from analysis.page.talk import Talk
from analysis.page.uploads import population_called
from model.parameters import LEVERS
from model.problems import BadInput

if TYPE_CHECKING:
    from analysis.page.running.comparison import Comparison

#: Seconds between two updates, at least; and how many times as long as one takes to make.
APART, TIMES = 0.1, 2.0
#: Tabs that are served at once.
MOST_TABS = 40


class Tab(Talk):
    """A tab that compares."""

    def __init__(self, socket: WebSocket, room: Room) -> None:
        super().__init__(socket, room)
        self._changed = asyncio.Event()
        self._turned = asyncio.Event()
        self._sent: dict[str, Any] = {}
        self._announced: set[tuple[str, tuple[str, ...]]] = set()
        self._comparison: Comparison | None = None
        self._is_stopped = False
        self._set: dict[str, str] = {}
        self._moved = ""
        self._given_up = threading.Event()

    async def talk(self) -> None:
        """Talk, and send what is known meanwhile."""
        publishing = asyncio.create_task(self._publish())
        self._changed.set()
        try:
            await super().talk()
        finally:
            publishing.cancel()

    def _overhear(self) -> None:
        self._given_up.set()

    async def _hear(self, said: Mapping[str, Any]) -> None:
        match said:
            case {"do": "stop"}:
                self._cancel()
                self._is_stopped = True
            case {"do": "go"} if self._comparison:
                self._is_stopped = False
                self._begin()
            case {"query": str(query)}:
                moved = str(said.get("moved", "")).removeprefix("policy.")
                await self._show(query, bool(said.get("form")), moved)
        self._changed.set()

    async def _show(self, query: str, with_form: bool, moved: str) -> None:
        """Turn to another state; what is wrong with it stands beside its field, and all else goes on."""
        state, problems = read(query)
        state = state.unmixed(moved)
        if not problems:
            try:
                population = await asyncio.to_thread(
                    population_called, state.population, self._room.lists, state.lists
                )
            except BadInput as error:
                problems = {"population": " ".join(error.problems)}
        if not problems and state.keeps and state.budget and (lever := self._gives_way(state, moved)):
            self._cancel()
            await self._say_status("Looking for how far the budget goes.")
            given, state = state, await self._kept(state, lever, population)
            if state.levers != given.levers:
                dated = state.levers.get(lever)
                self._set = {f"policy.{lever}": figure(dated.value if dated else LEVERS[lever].default)}
        answer: dict[str, Any] = {"problems": problems, "query": state.query}
        answer["fragments"] = {"against": views.against(state)} | {
            f"mix-policy.{name}": views.mix(name, state) for name in LEVERS if name in (*state.levers, moved)
        }
        if self._set:
            answer["set"], self._set = self._set, {}
        if with_form:
            answer["form"] = views.form(state, problems, query)
        await self._socket.send_json(answer)
        if not problems:
            self._cancel()
            self._is_stopped = False
            await self._room.is_open()
            if self._room.state == READY:
                await self._turn_to(state, population)

    def _gives_way(self, state: State, moved: str) -> str | None:
        """The lever that gives way to the budget: the one moved last; None where nothing was moved."""
        levers = [name for name in state.levers if can_give_way(LEVERS[name])]
        if moved in levers:
            self._moved = moved
        if not moved or not levers:
            return None
        return self._moved if self._moved in levers else levers[-1]

    async def _say_status(self, text: str) -> None:
        """Say where things stand, until more is known."""
        self._sent.pop("status", None)
        await self._socket.send_json({"fragments": {"status": views.word("first", text)}})

    async def _kept(self, state: State, lever: str, population: Any) -> State:
        """The state, with a lever that gives way to the budget; as it is where nothing can be run."""
        await self._room.is_open()
        if self._room.state != READY:
            return state
        from analysis.page.running.budget import kept

        self._given_up = given_up = threading.Event()
        try:
            return await asyncio.to_thread(kept, state, lever, population, self._room, given_up.is_set)
        finally:
            given_up.set()

    async def _turn_to(self, state: State, population: Any) -> None:
        from analysis.page.running.comparison import Comparison

        self._comparison = Comparison(state, population, self._tell_change, over(state))
        await asyncio.to_thread(self._comparison.load, self._room.runner)
        self._turned.set()
        self._begin()

    def _begin(self) -> None:
        from analysis.page.running.sharing import Work

        assert self._comparison
        self._run(Work(self._comparison.tasks(self._room.runner), lambda error: None))

    def _tell_change(self) -> None:
        """More is known: said on any thread."""
        with suppress(RuntimeError):  # the server has ended meanwhile
            self._loop.call_soon_threadsafe(self._changed.set)

    async def _publish(self) -> None:
        """Send what has changed, again and again."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            started, shown = time.monotonic(), self._comparison
            try:
                fragments = await asyncio.to_thread(self._fragments)
            except Exception:
                logging.getLogger("uvicorn.error").exception("An update could not be made")
                fragments = {"status": views.status("this is a fault of the program.")}
            new = {name: each for name, each in fragments.items() if self._sent.get(name) != each}
            if new and shown is self._comparison:  # a state that is left by now is not shown any more
                await self._socket.send_json({"fragments": new})
                self._sent |= new
            is_first = not (self._comparison and self._comparison.is_told)
            await self._rest(APART if is_first else max(APART, TIMES * (time.monotonic() - started)))

    async def _rest(self, seconds: float) -> None:
        """Send nothing for a while, unless another state is turned to."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._turned.wait(), seconds)
        self._turned.clear()

    def _fragments(self) -> dict[str, str]:
        if not self._comparison:
            return {"status": views.status(self._room.state)}
        is_first = not self._comparison.is_told
        with self._room.sharing.quiet() if is_first else nullcontext():
            found = self._comparison.found()
        fragments = views.results(self._comparison, found, self._is_stopped, self._room.runner.keeper.problem)
        keys = {(each.kind, each.policies) for each in found.sentences}
        news = [each.text for each in found.sentences if (each.kind, each.policies) not in self._announced]
        self._announced = keys
        return fragments | ({"news": views.news(news)} if news else {})

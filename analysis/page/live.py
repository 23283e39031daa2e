"""Live: one tab's conversation - it says what it wants to see, and is sent what changes of it."""

import asyncio
import logging
import threading
import time
from collections.abc import Mapping
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING, Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from analysis.page import views
from analysis.page.forms import can_give_way, figure
from analysis.page.room import READY, Room
from analysis.page.state import State, over, read
from analysis.page.talk import Talk
from analysis.page.uploads import population_called
from model.parameters import LEVERS
from model.population import Population
from model.problems import BadInput

if TYPE_CHECKING:
    from analysis.page.running.budget import Search
    from analysis.page.running.comparison import Comparison

#: Seconds between two updates, at least; and how many times as long as one takes to make.
APART, TIMES = 0.1, 2.0
#: Seconds between two looks at whether all seeds are there.
_LOOK = 0.1
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
        self._moved = ""
        self._given_up = threading.Event()
        self._settling: asyncio.Task[None] | None = None

    async def talk(self) -> None:
        """Talk, and send what is known meanwhile."""
        publishing = asyncio.create_task(self._publish())
        self._changed.set()
        try:
            await super().talk()
        finally:
            publishing.cancel()
            self._give_up()

    def _overhear(self) -> None:
        self._give_up()

    def _give_up(self) -> None:
        """Search no further for what a budget leaves."""
        self._given_up.set()
        if self._settling:
            self._settling.cancel()
            self._settling = None
        if self._comparison:
            self._comparison.is_passing = False

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
        if problems:
            await self._say(state, problems, moved, views.form(state, problems, query) if with_form else "")
            return
        self._cancel()
        self._give_up()
        self._is_stopped = False
        search, given = None, state
        if state.keeps and state.budget and (lever := self._gives_way(state, moved)):
            await self._say_status("Looking for how far the budget goes.")
            await self._room.is_open()
            if self._room.state == READY and (search := self._search(state, lever, population)):
                state = await asyncio.to_thread(search.about)
        await self._say(state, {}, moved, views.form(state, {}, query) if with_form else "", given)
        await self._room.is_open()
        if self._room.state == READY:
            await self._turn_to(state, population, bool(search))
            if search:
                self._settling = asyncio.create_task(self._settle(search, population))

    async def _say(
        self, state: State, problems: Mapping[str, str], moved: str, form: str, given: State | None = None
    ) -> None:
        """Say what is shown from now on, and where that differs from what was asked for."""
        shown = [name for name in LEVERS if name in (*state.levers, moved)]
        mixes = {f"mix-policy.{name}": views.mix(name, state) for name in shown}
        answer: dict[str, Any] = {"problems": problems, "query": state.query}
        answer["fragments"] = {"against": views.against(state), **mixes}
        if given and given.levers != state.levers:
            differing = [name for name in given.levers if given.levers[name] != state.levers.get(name)]
            answer["set"] = {f"policy.{name}": figure(state.value_of(name)) for name in differing}
        if form:
            answer["form"] = form
        await self._socket.send_json(answer)

    async def _settle(self, search: "Search", population: Population) -> None:
        """Meet the budget on all seeds, once those are there."""
        shown = self._comparison
        while shown and shown.n < shown.state.seeds and not self._is_stopped:
            await asyncio.sleep(_LOOK)
        if not shown or self._is_stopped:
            return
        try:
            state = await asyncio.to_thread(search.found)
            await self._say(state, {}, "", "", shown.state)
            await self._turn_to(state, population)
        except WebSocketDisconnect:
            pass
        except Exception:  # what is shown says what it costs
            logging.getLogger("uvicorn.error").exception("A budget could not be met")
            shown.is_passing = False
            self._changed.set()

    def _search(self, state: State, lever: str, population: Population) -> "Search | None":
        """A search for what the budget leaves for a lever, until something else is said."""
        from analysis.page.running.budget import Search, years_of

        self._given_up = given_up = threading.Event()
        return Search(state, lever, population, self._room, given_up.is_set) if years_of(state) else None

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

    async def _turn_to(self, state: State, population: Population, is_passing: bool = False) -> None:
        from analysis.page.running.comparison import Comparison

        asked = None if is_passing else over(state)
        self._comparison = Comparison(state, population, self._tell_change, asked)
        self._comparison.is_passing = is_passing
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
                fragments = await asyncio.to_thread(self._fragments, shown)
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

    def _fragments(self, shown: "Comparison | None") -> dict[str, str]:
        """What is known of what is shown, which another state may take the place of meanwhile."""
        if not shown:
            return {"status": views.status(self._room.state)}
        is_first = not shown.is_told
        with self._room.sharing.quiet() if is_first else nullcontext():
            found = shown.found()
        fragments = views.results(shown, found, self._is_stopped, self._room.runner.keeper.problem)
        keys = {(each.kind, each.policies) for each in found.sentences}
        news = [each.text for each in found.sentences if (each.kind, each.policies) not in self._announced]
        self._announced = keys
        return fragments | ({"news": views.news(news)} if news else {})

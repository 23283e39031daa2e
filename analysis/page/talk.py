"""Talk: a tab's conversation with the server, and nothing else that anybody sends."""

import asyncio
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from analysis.page.room import Room

if TYPE_CHECKING:
    from analysis.page.running.sharing import Work


#: What a tab may have said that is not answered yet; it is heard no further until then.
_MOST_HEARD = 16


class Talk(ABC):
    """With one tab that is open; what runs for it ends with it."""

    def __init__(self, socket: WebSocket, room: Room) -> None:
        self._socket, self._room = socket, room
        self._loop = asyncio.get_running_loop()
        self._work: Work | None = None

    async def talk(self) -> None:
        """Talk until the tab is gone; then nothing runs for it any more, whatever it still waited for."""
        heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue(_MOST_HEARD)
        both = [asyncio.create_task(each) for each in (self._listen(heard), self._answer(heard))]
        try:
            done, _ = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            for each in done:
                each.result()
        except WebSocketDisconnect:
            pass
        finally:
            for each in both:
                each.cancel()
            self._cancel()

    async def _listen(self, heard: asyncio.Queue[dict[str, Any]]) -> None:
        while (said := await self._said()) is not None:
            self._overhear()
            await heard.put(said)
        await self._socket.close()

    async def _answer(self, heard: asyncio.Queue[dict[str, Any]]) -> None:
        while True:
            await self._hear(await heard.get())

    def _overhear(self) -> None:  # noqa: B027  # who does nothing about it need not say so
        """Something was said, perhaps while what was said before is still being answered."""

    @abstractmethod
    async def _hear(self, said: dict[str, Any]) -> None:
        """Do what the tab asks for."""

    async def _said(self) -> dict[str, Any] | None:
        """What the tab says; None if that is nothing a page of ours would."""
        try:
            said = await self._socket.receive_json()
        except (ValueError, KeyError, RecursionError):
            return None
        return said if isinstance(said, dict) else None

    def _run(self, work: "Work") -> None:
        """Have work done in turns with that of others, instead of what ran before."""
        self._cancel()
        self._work = work
        self._room.sharing.add(work)

    def _cancel(self) -> None:
        if self._work:
            self._room.sharing.cancel(self._work)
            self._work = None

"""Talk: a tab's conversation with the server, and nothing else that anybody sends."""

import asyncio
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from analysis.page.room import Room

if TYPE_CHECKING:
    from analysis.page.running.sharing import Work


class Talk(ABC):
    """With one tab that is open; what runs for it ends with it."""

    def __init__(self, socket: WebSocket, room: Room) -> None:
        self._socket, self._room = socket, room
        self._loop = asyncio.get_running_loop()
        self._work: Work | None = None

    async def talk(self) -> None:
        """Talk until the tab is gone; then nothing runs for it any more."""
        try:
            while (said := await self._said()) is not None:
                await self._hear(said)
            await self._socket.close()
        except WebSocketDisconnect:
            pass
        finally:
            self._cancel()

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

"""Talk: what a tab says, and nothing else that anybody sends."""

from typing import Any

from starlette.websockets import WebSocket


async def said_by(socket: WebSocket) -> dict[str, Any] | None:
    """What a tab says; None if that is nothing a page of ours would."""
    try:
        said = await socket.receive_json()
    except (ValueError, KeyError, RecursionError):
        return None
    return said if isinstance(said, dict) else None

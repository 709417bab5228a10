"""Keeps answers that depend on the session out of caches, where an app has no shell around it."""

from __future__ import annotations

from roost.http.asgi import App, Message, Receive, Scope, Send
from roost.http.browser import PRIVATE

_ASKED = "roost_asked"


def note_asked(scope: Scope) -> None:
    """Note that the answer to a request depends on who sent it."""
    scope.setdefault("state", {})[_ASKED] = True


class PrivateAnswers:
    """An ASGI middleware for an app that has the product under a prefix.

    An answer for which a route asked who sent the request carries `Cache-Control: private,
    no-store`, unless it has its own.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; web sockets and the server's life pass through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_private(message: Message) -> None:
            if message["type"] == "http.response.start" and _ASKED in scope.get("state", {}):
                message = _with_default(message)
            await send(message)

        await self._app(scope, receive, send_private)


def _with_default(message: Message) -> Message:
    given = list(message.get("headers", ()))
    if any(name.lower() == b"cache-control" for name, _ in given):
        return message
    return {**message, "headers": [*given, (b"cache-control", PRIVATE.encode())]}

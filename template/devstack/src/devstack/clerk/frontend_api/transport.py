"""What every call of ClerkJS has in common: CORS, verbs in the query, outages on demand.

Observed with @clerk/clerk-js 6.40.0: only GET and form-encoded POST, never a preflight; other
verbs arrive as POST with `_method` in the query.
"""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..errors import outage, render_error
from ..instance import Instance

_VERBS = frozenset({"PATCH", "PUT", "DELETE"})


class Cors:
    """Let the page that asks read the answer; KnownHosts has refused foreign origins."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        origin = Headers(scope=scope).get("origin")

        async def send_with_cors(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add_cors(MutableHeaders(scope=message), origin)
            await send(message)

        await self._app(scope, receive, send_with_cors)


class MethodOverride:
    """Take the verb of a POST from `_method` in its query."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST":
            verb = QueryParams(scope["query_string"]).get("_method", "")
            if verb in _VERBS:
                scope = {**scope, "method": verb}
        await self._app(scope, receive, send)


class Outage:
    """Answer 503 while an outage is ordered."""

    def __init__(self, app: ASGIApp, instance: Instance) -> None:
        self._app = app
        self._instance = instance

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self._instance.is_out():
            answer = await render_error(Request(scope), outage())
            await answer(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _add_cors(headers: MutableHeaders, origin: str | None) -> None:
    headers.add_vary_header("Origin")
    if origin is not None:
        headers["Access-Control-Allow-Origin"] = origin
        headers["Access-Control-Allow-Credentials"] = "true"
    headers.setdefault("Cache-Control", "no-store")

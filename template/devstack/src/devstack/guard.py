"""Refuse whatever does not come from this machine."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


class LoopbackOnly:
    """Answer 403 to a request whose Host or Origin is not a loopback name.

    The servers bind to loopback; this closes what is left: DNS rebinding (a foreign Host)
    and another site's script in the developer's browser (a foreign Origin, `null` included).
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            refusal = _refusal(Headers(scope=scope))
            if refusal:
                await JSONResponse({"error": refusal}, status_code=403)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def is_loopback_origin(origin: str) -> bool:
    """Tell whether `origin` is an http(s) origin of this machine, on any port."""
    parts = _split(origin)
    return parts is not None and parts[0] in ("http", "https") and parts[1] in LOOPBACK_HOSTS


def _refusal(headers: Headers) -> str | None:
    host = _split(f"//{headers.get('host', '')}")
    if host is None or host[1] not in LOOPBACK_HOSTS:
        return "This server answers loopback hosts only."
    origin = headers.get("origin")
    if origin is not None and not is_loopback_origin(origin):
        return "This server answers pages of loopback origins only."
    return None


def _split(url: str) -> tuple[str, str] | None:
    try:
        parts = urlsplit(url)
        return parts.scheme, (parts.hostname or "")
    except ValueError:
        return None

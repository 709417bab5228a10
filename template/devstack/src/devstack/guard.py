"""Refuse whatever does not come from this machine, or by a name that its owner spelled out."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


class KnownHosts:
    """Answer 403 to a request whose Host or Origin is neither a loopback name nor `allowed`.

    The servers bind to loopback unless told otherwise; this closes what is left: DNS rebinding (a
    foreign Host) and another site's script in the developer's browser (a foreign Origin, `null`
    included).
    """

    def __init__(self, app: ASGIApp, allowed: frozenset[str] = frozenset()) -> None:
        self._app, self._allowed = app, allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            refusal = self._refusal(Headers(scope=scope))
            if refusal:
                await JSONResponse({"error": refusal}, status_code=403)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _refusal(self, headers: Headers) -> str | None:
        known = LOOPBACK_HOSTS | self._allowed
        others = " and those of --allow-host" if self._allowed else ""
        host = _split(f"//{headers.get('host', '')}")
        if host is None or host[1] not in known:
            return f"This server answers loopback hosts{others} only."
        origin = headers.get("origin")
        if origin is not None and not is_origin_of(origin, known):
            return f"This server answers pages of loopback origins{others} only."
        return None


def is_origin_of(origin: str, hosts: frozenset[str]) -> bool:
    """Tell whether `origin` is an http(s) origin of one of `hosts`, on any port."""
    parts = _split(origin)
    return parts is not None and parts[0] in ("http", "https") and parts[1] in hosts


def is_loopback_origin(origin: str) -> bool:
    """Tell whether `origin` is an http(s) origin of this machine, on any port."""
    return is_origin_of(origin, LOOPBACK_HOSTS)


def _split(url: str) -> tuple[str, str] | None:
    try:
        parts = urlsplit(url)
        return parts.scheme, (parts.hostname or "")
    except ValueError:
        return None

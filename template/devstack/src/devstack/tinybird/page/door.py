"""Who may look: a browser of this machine that opened the address with the page's key once.

Every other route takes a token; a page without one would show a machine's other users the rows.
"""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ...guard import LOOPBACK_HOSTS
from .markup import refusal

ROOT = "/data"
_COOKIE = "devstack_data"
_WAY_IN = "Open the address that `devstack data` prints: it holds the key of this page."


class Door:
    """Let in what has the key in its query, or the cookie that came of it."""

    def __init__(self, app: ASGIApp, key: str) -> None:
        self._app = app
        self._key = key
        # It goes with the server; the key is in no cookie.
        self._cookie = secrets.token_urlsafe(32)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._chosen(scope)(scope, receive, send)

    def _chosen(self, scope: Scope) -> ASGIApp:
        if not _is_of_this_machine(scope):
            return refusal(403, "This page answers this machine alone.")
        request = Request(scope)
        if request.method not in ("GET", "HEAD"):
            return refusal(405, "This page changes nothing.")
        if _same(request.query_params.get("key", ""), self._key):
            return self._opened()
        if _same(request.cookies.get(_COOKIE, ""), self._cookie):
            return self._app
        return refusal(403, _WAY_IN)

    def _opened(self) -> Response:
        # The key leaves the address, so that no history or bookmark of a page holds it.
        answer = RedirectResponse(ROOT, 303, {"Cache-Control": "no-store"})
        answer.set_cookie(_COOKIE, self._cookie, path=ROOT, httponly=True, samesite="strict")
        return answer


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())


def _is_of_this_machine(scope: Scope) -> bool:
    client = scope.get("client")
    try:
        is_near = client is not None and ipaddress.ip_address(client[0]).is_loopback
        host = urlsplit(f"//{Headers(scope=scope).get('host', '')}").hostname
    except ValueError:
        return False
    return is_near and host in LOOPBACK_HOSTS

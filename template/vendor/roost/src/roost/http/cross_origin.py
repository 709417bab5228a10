"""What pages of other origins may do: the owner's call the API by bearer, everybody loads files.

Source: https://fetch.spec.whatwg.org/#http-cors-protocol
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

Headers = list[tuple[str, str]]

STATIC_PATH = "/static/"
# What these hold is public and the same for everybody: it comes with no cookie, and any program may
# fetch it. So every origin may, and a cache keeps one copy, which an answer for one origin each
# would forbid. A frame in a sandbox names its origin `null`, which no list of origins can hold.
FILE_HEADERS: Mapping[str, str] = MappingProxyType(
    {"access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin"}
)

# The routes that another origin may call, each with its method. Below /api there may be routes of
# the owner's as well, which answer other origins as the owner's own middleware says.
_METHODS = {
    "/api/me": "GET",
    "/api/tinybird/token": "GET",
    "/api/events": "POST",
    "/api/analytics": "GET",
}
_ENDPOINTS = "/api/analytics/"

_ASKED_HEADERS = "Authorization, Content-Type, X-Expected-Tenant"
_SHOWN_HEADERS = "Age, Date, Retry-After, X-Request-Id"
# What Chromium keeps at most: each address has a preflight of its own.
_PREFLIGHT_KEPT_S = 7200


class CrossOrigin:
    """Which origins may call the API: the authorized parties, by bearer alone.

    No answer allows credentials, so that no browser shows a page of another origin what Clerk's
    cookie has fetched.
    """

    def __init__(self, parties: Iterable[str]) -> None:
        self._parties = frozenset(parties)

    def headers(self, path: str, origin: str | None) -> Headers:
        """Return what an answer says to a page of another origin, whatever its status."""
        if path.startswith(STATIC_PATH):
            return list(FILE_HEADERS.items())
        if _method_of(path) is None:
            return []
        varies = ("vary", "Origin")
        if origin is None or origin not in self._parties:
            return [varies]
        shown = ("access-control-expose-headers", _SHOWN_HEADERS)
        return [varies, ("access-control-allow-origin", origin), shown]

    def preflight(
        self, method: str, path: str, header: Callable[[str], str | None]
    ) -> Headers | None:
        """Return the headers that answer a preflight; None for what is none, or is refused.

        A refused one is answered as any OPTIONS is.
        Args: header: a request's header by its name in lower case.
        """
        if method != "OPTIONS" or not header("access-control-request-method"):
            return None
        allowed = _method_of(path)
        if allowed is None or header("origin") not in self._parties:
            return None
        return [
            ("access-control-allow-methods", allowed),
            ("access-control-allow-headers", _ASKED_HEADERS),
            ("access-control-max-age", str(_PREFLIGHT_KEPT_S)),
        ]


def _method_of(path: str) -> str | None:
    return "GET" if path.startswith(_ENDPOINTS) else _METHODS.get(path)

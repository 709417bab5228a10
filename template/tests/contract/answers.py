"""What the contract's tests share: who asks, and what a refusal looks like."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol
from urllib.parse import urlsplit

import httpx2

SessionToken = Callable[[str, str | None], str]
ADA = "user_local_ada"
LINUS = "user_local_linus"
NEWTON = "user_local_newton"
ACME = "org_local_acme"
GLOBEX = "org_local_globex"
INITECH = "org_local_initech"
ROUTES = ("/api/me", "/api/tinybird/token", "/api/analytics/top_events")


class Stack(Protocol):
    """The local services: `env` is all that the app needs to use them."""

    env: dict[str, str]

    def create_organization(self, name: str, owner: str = "user_local_ada") -> str:
        """Make an organization whose admin is `owner`; return its id."""
        ...


def problem(response: httpx2.Response) -> tuple[int, str]:
    """Check that an answer is a problem document; return its status and code."""
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["cache-control"] == "private, no-store"
    body = response.json()
    assert list(body) == ["type", "title", "status", "detail", "code"]
    assert body["status"] == response.status_code
    if response.status_code == 401:
        assert response.headers["www-authenticate"] == "Bearer"
    return response.status_code, body["code"]


def session_cookie(token: str) -> dict[str, str]:
    """Return a Cookie header with a session in the middle of what other pages have left."""
    junk = 'prefs={"a": [1, 2]}; b=c d, e; ;;'
    return {"Cookie": f"{junk} __session_foreign=x; __session={token}; z=1"}


def origin(url: str) -> str:
    """Return the origin of a URL."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"

"""What the contract's tests share: who asks, and what a refusal looks like."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx2
from roost.testing.stack import ROOT, tenancy_of

SessionToken = Callable[[str, str | None], str]

_ENDPOINTS = json.loads(next(ROOT.glob("src/*/endpoints.json")).read_text())["endpoints"]
# What everybody may read, perhaps nothing.
PUBLIC = tuple(endpoint["name"] for endpoint in _ENDPOINTS if endpoint["public"])
# An endpoint that asks for nothing but the tenant, and a parameter that it takes besides.
ENDPOINT, PARAMETER = next(
    (endpoint["name"], next(p["name"] for p in endpoint["parameters"] if not p["required"]))
    for endpoint in _ENDPOINTS
    if [p["name"] for p in endpoint["parameters"] if p["required"]] == ["tenant_id"]
    and len(endpoint["parameters"]) > 1
)

ADA = "user_local_ada"
LINUS = "user_local_linus"
NEWTON = "user_local_newton"
ACME = "org_local_acme"
GLOBEX = "org_local_globex"
INITECH = "org_local_initech"
# Whose rows Ada sees for Acme, and those of somebody else.
ADAS_TENANT, OTHER_TENANT = (
    (ACME, GLOBEX) if tenancy_of() == "organization" else (ADA, "user_local_grace")
)
READ = f"/api/analytics/{ENDPOINT}"
ROUTES = ("/api/me", "/api/tinybird/token", "/api/analytics", READ)


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


def page_data(response: httpx2.Response) -> dict[str, Any]:
    """Return the data block of a page."""
    pattern = r'<script type="application/json" id="page-data">(.*?)</script>'
    match = re.search(pattern, response.text, re.DOTALL)
    assert match is not None
    return json.loads(match.group(1))


def origin(url: str) -> str:
    """Return the origin of a URL."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"

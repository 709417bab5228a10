"""The HTML shells over HTTP."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx2
import pytest
from roost.testing.stack import Stack

from .answers import ACME, ADA, ADAS_TENANT, PUBLIC, SessionToken, session_cookie
from .apps import serving


@pytest.mark.parametrize("path", ["/", "/sign-in", "/sign-up", "/public"])
def test_a_page_is_public_and_holds_a_token_for_a_valid_session_alone(
    client: httpx2.Client, session_token: SessionToken, path: str
) -> None:
    signed, visitor, broken = (
        client.get(path, headers=headers)
        for headers in (session_cookie(session_token(ADA, ACME)), {}, {"Cookie": "__session=junk"})
    )

    data = page_data(signed)
    if data["tinybird"]["template"] is None:
        whose = [data["initial"][name] for name in ("tenant_id", "user_id", "org_slug")]
        assert whose == [ADAS_TENANT, ADA, "acme"]
    else:
        # Clerk mints for the page, and nobody else does.
        assert data["initial"] is None
    assert page_data(visitor)["initial"] is None
    assert page_data(broken)["initial"] is None
    for response in (signed, visitor, broken):
        assert response.status_code == 200
        assert response.headers["cache-control"] == "private, no-store"
        policy = response.headers["content-security-policy"]
        script_sources = next(part for part in policy.split("; ") if part.startswith("script-src"))
        assert "unsafe" not in script_sources


def test_a_page_that_reads_through_the_backend_knows_no_tinybird(
    stack: Stack, session_token: SessionToken
) -> None:
    with serving(stack.env | {"DASHBOARD_READS": "backend"}) as app:
        page = app.get("/", headers=session_cookie(session_token(ADA, ACME)))

    data = page_data(page)
    assert (data["initial"], data["tinybird"]["api_url"]) == (None, None)
    assert stack.env["TINYBIRD_API_URL"] not in page.text
    assert stack.env["TINYBIRD_API_URL"] not in page.headers["content-security-policy"]


def test_the_public_page_names_what_everybody_may_read_and_holds_no_key(
    client: httpx2.Client, stack: Stack
) -> None:
    page = client.get("/public")

    assert tuple(re.findall(r'data-endpoint="(\w+)"', page.text)) == PUBLIC
    assert ("Nothing is public here." in page.text) is (PUBLIC == ())
    assert ('href="/public"' in client.get("/sign-in").text) is (PUBLIC != ())
    assert stack.env["TINYBIRD_API_KEY"] not in page.text
    # It does not wait for Clerk.
    assert "clerk.browser.js" not in page.text


def test_a_page_is_read_alone(client: httpx2.Client) -> None:
    for method in ("PUT", "POST", "OPTIONS"):
        response = client.request(method, "/")
        assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD")
    assert client.head("/").status_code == 200


def test_a_file_is_sent_once_and_then_asked_after(client: httpx2.Client) -> None:
    files = re.findall(r'(?:src|href)="(/static/[^"]+)"', client.get("/").text)
    assert len(files) > 5

    for file in files:
        first = client.get(file)
        known = {"If-None-Match": first.headers["etag"]}
        again = client.get(file, headers=known)
        # A browser sends both.
        both = {**known, "If-Modified-Since": first.headers["last-modified"]}

        assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
        assert client.get(file, headers=both).status_code == 304
        assert client.get(file, headers={"If-None-Match": '"other"'}).status_code == 200
        assert first.headers["cache-control"] == again.headers["cache-control"] == "no-cache"
        assert first.headers["x-content-type-options"] == "nosniff"
        head = client.head(file)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == str(len(first.content))


def test_a_file_that_is_not_there_is_404(client: httpx2.Client) -> None:
    response = client.get("/static/nothing")

    assert response.status_code == 404
    assert response.headers["x-content-type-options"] == "nosniff"


def page_data(response: httpx2.Response) -> dict[str, Any]:
    pattern = r'<script type="application/json" id="page-data">(.*?)</script>'
    match = re.search(pattern, response.text, re.DOTALL)
    assert match is not None
    return json.loads(match.group(1))

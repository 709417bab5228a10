"""The HTML shells over HTTP."""

from __future__ import annotations

import re

import httpx2
import pytest
from roost.testing.stack import Stack

from .answers import ACME, ADA, ADAS_TENANT, PUBLIC, SessionToken, page_data, session_cookie
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
    assert stack.env["TINYBIRD_API_KEY"] not in page.text
    # It does not wait for Clerk.
    assert "clerk.browser.js" not in page.text


def test_a_page_is_read_alone(client: httpx2.Client) -> None:
    for method in ("PUT", "POST", "OPTIONS"):
        response = client.request(method, "/")
        assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD")
    assert client.head("/").status_code == 200


@pytest.mark.parametrize(
    "path", ["/static/nothing", "/static/roost/nothing", "/static/roost", "/static/roost/js"]
)
def test_a_file_that_is_not_there_is_404(client: httpx2.Client, path: str) -> None:
    response = client.get(path)

    assert (response.status_code, response.json()["code"]) == (404, "not-found")
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/nothing", "/sign-in/nothing"])
def test_who_follows_a_link_to_nothing_gets_a_page(client: httpx2.Client, path: str) -> None:
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    page = client.get(path, headers={"Accept": browser})
    script = client.get(path, headers={"Accept": "*/*"})
    api = client.get(f"/api{path}", headers={"Accept": browser})

    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "There is nothing at this address" in page.text
    assert '<a href="/">Go to the start page</a>' in page.text
    assert [script.json()["code"], api.json()["code"]] == ["not-found", "not-found"]
    assert "default-src 'self'" in page.headers["content-security-policy"]

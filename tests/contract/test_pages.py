"""The HTML shells over HTTP."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx2
import pytest
from roost.testing.stack import Stack

from .answers import ACME, ADA, ADAS_TENANT, PUBLIC, SessionToken, session_cookie
from .apps import PACKAGE, serving


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


@pytest.mark.parametrize("origin", ["https://a.example", "null"])
def test_a_file_can_be_loaded_by_the_page_of_any_origin(client: httpx2.Client, origin: str) -> None:
    asking = {"Origin": origin}

    for path in ("/static/dashboard.js", "/static/roost/js/charts.js"):
        file = client.get(path, headers=asking)
        again = client.get(path, headers={**asking, "If-None-Match": file.headers["etag"]})

        assert (file.status_code, again.status_code) == (200, 304)
        for answer in (file, again):
            assert answer.headers["access-control-allow-origin"] == "*"
            assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
            assert "access-control-allow-credentials" not in answer.headers
    assert "access-control-allow-origin" not in client.get("/", headers=asking).headers


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


def test_the_apps_script_and_all_that_it_imports_are_there(client: httpx2.Client) -> None:
    # The browser module has addresses of its own: see test_scripts.py.
    waiting, seen = ["/static/dashboard.js"], {"/roost.js", "/roost-chart.js"}
    while waiting:
        address = waiting.pop()
        script = client.get(address)
        assert (script.status_code, script.headers["cache-control"]) == (200, "no-cache"), address
        seen.add(address)
        imported = re.findall(r'^import .* from "(\..*)";$', script.text, re.MULTILINE)
        waiting += {urljoin(address, name) for name in imported} - seen

    assert {"/static/charts/index.js", "/static/roost/js/page.js"} <= seen


def test_a_template_of_the_app_stands_before_the_librarys(stack: Stack, tmp_path: Path) -> None:
    sources = shutil.copytree(PACKAGE.parent, tmp_path / "src")
    templates = sources / PACKAGE.name / "dashboard" / "templates"
    (templates / "sign_in.html").write_text(
        '{% extends "roost/sign_in.html" %}{% block header %}<b>{{ page_title }}!</b>{% endblock %}'
    )
    (templates / "roost").mkdir()
    (templates / "roost" / "ways_in.html").write_text("<p>By invitation</p>")

    with serving(stack.env, sources) as app:
        sign_in, sign_up, dashboard = (app.get(path).text for path in ("/sign-in", "/sign-up", "/"))

    assert re.search(r"<b>[\w ]+!</b>", sign_in) and 'id="sign-in"' in sign_in
    assert "!</b>" not in sign_up
    assert "<p>By invitation</p>" in dashboard and "landing-sign-in" not in dashboard


def test_without_a_page_of_the_app_the_librarys_is_shown(stack: Stack, tmp_path: Path) -> None:
    sources = shutil.copytree(PACKAGE.parent, tmp_path / "src")
    shutil.rmtree(sources / PACKAGE.name / "dashboard" / "templates")

    with serving(stack.env, sources) as app:
        page = app.get("/")

    assert page.status_code == 200
    assert all(f'id="{name}"' in page.text for name in ("landing-sign-in", "filters", "cards"))


def page_data(response: httpx2.Response) -> dict[str, Any]:
    pattern = r'<script type="application/json" id="page-data">(.*?)</script>'
    match = re.search(pattern, response.text, re.DOTALL)
    assert match is not None
    return json.loads(match.group(1))

from __future__ import annotations

import json
from dataclasses import replace

import httpx2
import pytest
from django.test import Client
from roost.django import Roost
from roost.http.wsgi import Shell

from .conftest import Ask


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_page_at_the_root_has_no_prefix(app: Shell, method: str) -> None:
    response = Client().generic(method, "/sign-up")

    assert (response.status_code, response.context["root"]) == (200, "")


def test_a_page_knows_its_prefix_and_brings_its_own_policy(ask: Ask, ada: dict[str, str]) -> None:
    page = ask("/analytics/sign-in", headers=ada)

    assert page.context["root"] == "/analytics"
    assert json.loads(page.context["page_data"])["initial"]["tenant_id"] == "org_acme"
    assert page.headers["cache-control"] == "private, no-store"
    assert "clerk.accounts.dev" in page.headers["content-security-policy"]


def test_a_page_escapes_what_it_shows_but_for_its_data(roost: Roost, client: httpx2.Client) -> None:
    core = roost.services
    core.policy = replace(core.policy, product=core.policy.product._replace(name="<b>'&"))

    page = client.get("/sign-in").text

    assert "<title>Sign in · &lt;b&gt;&#x27;&amp;</title>" in page
    assert '"initial":null}</script>' in page


def test_a_file_is_asked_for_again_and_answered_304(client: httpx2.Client) -> None:
    first = client.get("/static/css/tokens.css")
    etag, modified = first.headers["etag"], first.headers["last-modified"]

    assert first.headers["content-type"] == 'text/css; charset="utf-8"'
    assert first.headers["cache-control"] == "no-cache"
    assert first.headers["access-control-allow-origin"] == "*"
    for headers in ({"If-None-Match": etag}, {"If-Modified-Since": modified}):
        again = client.get("/static/css/tokens.css", headers=headers)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("file", ["", "css", "css/", "../templates/dashboard.html", "css/none.css"])
def test_nothing_but_the_dashboards_files_is_served(client: httpx2.Client, file: str) -> None:
    assert client.get(f"/static/{file}").json()["code"] == "not-found"


def test_the_dashboards_files_come_with_it(ask: Ask) -> None:
    response = ask("/analytics/static/css/tokens.css")

    assert response.getvalue().startswith(b"/*")
    assert response.headers["cache-control"] == "no-cache"


def test_a_frame_says_on_which_sites_it_may_be_shown(ask: Ask) -> None:
    frame = ask("/analytics/embed/top_events?e=forged")

    assert frame.status_code == 403
    assert "frame-ancestors *" in frame.headers["content-security-policy"]
    assert frame.headers["cache-control"] == "private, no-store"
    assert "x-frame-options" not in frame.headers


@pytest.mark.parametrize("name", ["roost/js/embed.js", "dashboard.js"])
def test_a_file_may_be_loaded_by_the_page_of_any_origin(ask: Ask, name: str) -> None:
    file = ask(f"/analytics/static/{name}")
    file.close()

    assert (file.status_code, file.headers["access-control-allow-origin"]) == (200, "*")
    assert file.headers["cross-origin-resource-policy"] == "cross-origin"

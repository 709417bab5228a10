"""The dashboard's own pages and files over HTTP."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from urllib.parse import urljoin

import httpx2
import pytest
from roost.testing.stack import Stack

from .answers import PUBLIC
from .apps import PACKAGE, serving


def test_who_signs_in_is_led_to_what_is_public(client: httpx2.Client) -> None:
    assert ('href="/public"' in client.get("/sign-in").text) is (PUBLIC != ())


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

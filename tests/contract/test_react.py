"""A page in React over HTTP: the app names what Vite has built, or Vite's own server."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from roost.testing.stack import Stack

from .answers import ACME, ADA, ADAS_TENANT, SessionToken, page_data, session_cookie
from .apps import PACKAGE, refused, serving

PAGES = ("/", "/sign-in", "/sign-up")
FOR_EVER = "public, max-age=31536000, immutable"
SCRIPT, PART, STYLE = "assets/main-B1a2C3.js", "assets/react-D4e5F6.js", "assets/main-G7h8I9.css"
# As Vite writes it.
MANIFEST = {
    "_react-D4e5F6.js": {"file": PART, "name": "react"},
    "src/main.tsx": {
        "file": SCRIPT,
        "name": "main",
        "src": "src/main.tsx",
        "isEntry": True,
        "imports": ["_react-D4e5F6.js"],
        "css": [STYLE],
    },
}


def _sources(folder: Path) -> Path:
    # The app as it is, its page in React and not built.
    sources = shutil.copytree(PACKAGE.parent, folder / "src")
    product = sources / PACKAGE.name / "product.json"
    product.write_text(json.dumps(json.loads(product.read_text()) | {"frontend": "react"}))
    shutil.rmtree(_build(sources), ignore_errors=True)
    return sources


def _build(sources: Path) -> Path:
    return sources / PACKAGE.name / "dashboard" / "static" / "app"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sources of the app with a page that is built."""
    sources = _sources(tmp_path_factory.mktemp("react"))
    manifest = _build(sources) / ".vite" / "manifest.json"
    manifest.parent.mkdir(parents=True)
    manifest.write_text(json.dumps(MANIFEST))
    for name in (SCRIPT, PART, STYLE):
        (_build(sources) / name).parent.mkdir(exist_ok=True)
        (_build(sources) / name).write_text(f"/* {name} */")
    return sources


@pytest.fixture(scope="module")
def app(stack: Stack, built: Path) -> Iterator[httpx2.Client]:
    """The app that serves the build."""
    with serving(stack.env, built) as app:
        yield app


def test_each_page_names_the_files_of_the_build(app: httpx2.Client) -> None:
    for path in PAGES:
        page = app.get(path).text

        assert re.findall(r'<script type="module" src="([^"]+)"', page) == [f"/static/app/{SCRIPT}"]
        assert f'<link rel="modulepreload" href="/static/app/{PART}">' in page
        assert f'<link rel="stylesheet" href="/static/app/{STYLE}">' in page
        assert page.count('<div id="root"></div>') == 1
        assert "dashboard.js" not in page


def test_the_page_holds_a_token_for_a_valid_session_alone(
    app: httpx2.Client, session_token: SessionToken
) -> None:
    signed = app.get("/", headers=session_cookie(session_token(ADA, ACME)))
    visitor = app.get("/")

    data = page_data(signed)
    if data["tinybird"]["template"] is None:
        assert data["initial"]["tenant_id"] == ADAS_TENANT
    assert page_data(visitor)["initial"] is None
    assert signed.headers["cache-control"] == "private, no-store"
    assert "unsafe" not in _sources_of(signed, "script-src")


def test_a_built_file_is_kept_for_ever_and_any_other_is_asked_after(app: httpx2.Client) -> None:
    for name in (SCRIPT, PART, STYLE):
        file = app.get(f"/static/app/{name}")
        again = app.get(f"/static/app/{name}", headers={"If-None-Match": file.headers["etag"]})

        assert (file.status_code, again.status_code) == (200, 304)
        assert file.headers["cache-control"] == again.headers["cache-control"] == FOR_EVER
        assert file.headers["x-content-type-options"] == "nosniff"
        assert file.headers["access-control-allow-origin"] == "*"
    assert app.get("/static/css/tokens.css").headers["cache-control"] == "no-cache"
    assert app.head(f"/static/app/{SCRIPT}").headers["cache-control"] == FOR_EVER


def test_a_file_of_another_build_is_not_there_and_that_is_not_kept(app: httpx2.Client) -> None:
    response = app.get("/static/app/assets/main-OLDER.js")

    assert (response.status_code, response.json()["code"]) == (404, "not-found")
    assert "immutable" not in response.headers["cache-control"]


def test_what_is_public_is_shown_as_everywhere(app: httpx2.Client) -> None:
    page = app.get("/public")

    assert page.status_code == 200
    assert "/static/roost/js/public.js" in page.text
    assert "/static/app/" not in page.text


def test_a_page_of_the_app_stands_before_the_librarys(
    stack: Stack, built: Path, tmp_path: Path
) -> None:
    sources = shutil.copytree(built, tmp_path / "src")
    own = sources / PACKAGE.name / "dashboard" / "templates" / "react.html"
    own.parent.mkdir(exist_ok=True)
    own.write_text(
        '{% extends "roost/react.html" %}{% block title %}Ours · {{ page_title }}{% endblock %}'
    )

    with serving(stack.env, sources) as app:
        page = app.get("/").text

    assert "<title>Ours · " in page
    assert f"/static/app/{SCRIPT}" in page


def test_without_a_build_the_app_says_what_to_run(stack: Stack, tmp_path: Path) -> None:
    said = refused(stack.env, _sources(tmp_path))

    assert said.endswith("The page is not built: run `uv run poe frontend`.\n")


def test_while_vite_serves_the_page_names_its_files_and_may_listen_to_it(
    stack: Stack, tmp_path: Path
) -> None:
    with serving(stack.env | {"FRONTEND_MODE": "dev"}, _sources(tmp_path)) as app:
        page = app.get("/")

    assert re.findall(r'<script type="module" src="([^"]+)"', page.text) == [
        "/static/app/@vite/client",
        "/static/app/src/dev.ts",
        "/static/app/src/main.tsx",
    ]
    port = stack.env["PORT"]
    assert f"ws://127.0.0.1:{port}" in _sources_of(page, "connect-src").split()
    assert "unsafe" not in _sources_of(page, "script-src")


def _sources_of(response: httpx2.Response, directive: str) -> str:
    policy = response.headers["content-security-policy"].split("; ")
    return next(part for part in policy if part.startswith(directive))

from __future__ import annotations

import base64
import hashlib
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import asdict
from typing import cast

import pytest
from litestar import get
from litestar.config.cors import CORSConfig
from litestar.testing import TestClient
from litestar.types import ASGIApp
from roost.answers import describe
from roost.litestar import Roost

from ..issuer import Issuer
from ..rooms import ORIGIN, Outside
from .conftest import MakeRoost

Client = TestClient[ASGIApp]


def browser(roost: Roost) -> Client:
    return TestClient(cast("ASGIApp", roost.app()), base_url=ORIGIN)


@pytest.fixture
def roost(make_roost: MakeRoost) -> Roost:
    """A project that is an app of its own."""
    return make_roost()


@pytest.fixture
def app(roost: Roost) -> Iterator[Client]:
    """A browser before the app itself."""
    with browser(roost) as client:
        yield client


def test_a_body_is_what_json_makes_of_the_answer(app: Client, roost: Roost, issuer: Issuer) -> None:
    organization = {"id": "org_acme", "slg": 'zürich-日本"\\\b\f\u2028\U0001f680</script>'}
    token = issuer.issue(o=organization)

    body = app.get("/api/me", headers={"Authorization": f"Bearer {token}"}).content

    services = roost.services
    session = services._sign_ins.recall(token, services.keys.ring.generation, 1_800_000_000)
    assert session is not None
    me = asdict(describe(session.session, "org_acme"))
    assert body == json.dumps(me, separators=(",", ":"), ensure_ascii=False).encode()


@pytest.mark.parametrize("path", ["/api/me/", "//api/me", "/api//me", "/sign-in/", "/docs/"])
def test_another_spelling_of_an_address_is_404(app: Client, path: str) -> None:
    response = app.get(f"{ORIGIN}{path}")

    assert (response.status_code, response.json()["code"]) == (404, "not-found")


@pytest.mark.parametrize(
    ("path", "allow"),
    [("/api/events", "POST"), ("/docs", "GET, HEAD")],
)
def test_options_is_answered_nowhere(app: Client, path: str, allow: str) -> None:
    response = app.options(path)

    assert (response.status_code, response.headers["allow"]) == (405, allow)


def test_a_failure_reaches_the_shell_and_tells_nothing(
    roost: Roost, outside: Outside, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    outside.failure = RuntimeError("5ec2e7")

    response = browser(roost).get("/readyz")

    assert (response.status_code, response.json()["code"]) == (500, "internal")
    assert "RuntimeError at" in caplog.text
    assert "5ec2e7" not in caplog.text + response.text


def test_building_an_app_leaves_logging_alone(roost: Roost) -> None:
    root = logging.getLogger()
    before = (root.level, list(root.handlers), logging.getLogger("litestar").level)

    roost.app()

    assert (root.level, list(root.handlers), logging.getLogger("litestar").level) == before


def test_the_page_of_the_document_runs_its_own_script_and_files_of_this_server(
    app: Client,
) -> None:
    page = app.get("/docs")

    (script,) = re.findall(r"<script>(.*?)</script>", page.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = page.headers["content-security-policy"]
    assert f"script-src 'self' 'sha256-{digest}';" in policy
    for address in re.findall(r'(?:src|href)="(docs/[^"]+)"', page.text):
        assert app.get(f"/{address}").status_code == 200
    assert "http" not in page.text
    assert app.get("/docs/nothing").json()["code"] == "not-found"


def test_a_route_of_ones_own_answers_other_origins_by_the_frameworks_middleware(
    roost: Roost,
) -> None:
    @get("/api/own", sync_to_thread=False)
    def own() -> str:
        return "mine"

    cors = CORSConfig(allow_origins=[ORIGIN], allow_headers=["Authorization"])
    asking = {"Origin": ORIGIN}
    preflight = {**asking, "Access-Control-Request-Method": "GET"}
    made = roost.app(route_handlers=[own], cors_config=cors)

    with TestClient(cast("ASGIApp", made), base_url=ORIGIN) as client:
        answers = [
            client.options("/api/own", headers=preflight),
            client.get("/api/own", headers=asking),
            client.get("/api/me", headers=asking),
        ]

    assert [answer.status_code for answer in answers] == [204, 200, 401]
    for answer in answers:
        assert answer.headers.get_list("access-control-allow-origin") == [ORIGIN]


@pytest.mark.parametrize("path", ["/nothing", "/sign-in/"])
def test_who_follows_a_link_to_nothing_gets_a_page(app: Client, path: str) -> None:
    answer = app.get(f"{ORIGIN}{path}", headers={"Accept": "text/html,*/*;q=0.8"})

    assert (answer.status_code, "There is nothing at this address" in answer.text) == (404, True)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.testclient import TestClient
from roost.fastapi import Roost, TenantDep

from ..rooms import ORIGIN, Bearer, Outside


def test_a_failure_is_reported_without_its_message(
    app: FastAPI, browser: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    @app.get("/broken")
    async def broken() -> str:
        raise RuntimeError("5ec2e7")

    answer = browser.get("/broken")

    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "RuntimeError at" in caplog.text
    assert "5ec2e7" not in caplog.text + answer.text


@pytest.mark.parametrize("path", ["/api//me", "/api/me/", "/nothing", "/%ff", "/docs/"])
def test_there_is_no_redirect_to_what_is_there(browser: TestClient, path: str) -> None:
    answer = browser.get(path)

    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


@pytest.mark.parametrize(("path", "allow"), [("/api/me", "GET, HEAD"), ("/api/events", "POST")])
def test_options_is_a_method_like_any_other(browser: TestClient, path: str, allow: str) -> None:
    answer = browser.options(path)

    assert (answer.status_code, answer.headers["allow"]) == (405, allow)


def test_headers_come_from_the_shell_and_come_once(browser: TestClient) -> None:
    headers = browser.get("/api/me").headers

    assert headers.get_list("cache-control") == ["private, no-store"]
    assert len(headers.get_list("content-security-policy")) == 1
    assert len(headers.get_list("x-request-id")) == 1


def test_what_a_route_cannot_read_is_a_problem_document(
    app: FastAPI, browser: TestClient, bearer: Bearer
) -> None:
    @app.get("/api/reports/{number}")
    async def report(number: int, tenant: TenantDep) -> int:
        return number

    answer = browser.get("/api/reports/four", headers=bearer())

    assert (answer.status_code, answer.json()["code"]) == (400, "request-invalid")
    assert "four" not in answer.text


def test_the_log_names_the_route_and_no_query(
    app: FastAPI, browser: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "app.access")
    reports = APIRouter(prefix="/api/reports")
    reports.add_api_route("/{number}", lambda number: number)
    app.include_router(reports)

    browser.get("/api/reports/4?token=5ec2e7")

    (line,) = (record for record in caplog.records if record.name == "app.access")
    assert line.__dict__["fields"]["route"] == "/api/reports/{number}"
    assert "5ec2e7" not in str(line.__dict__)


def test_an_app_that_is_only_imported_needs_no_environment(roost: Roost) -> None:
    bare = Roost(__name__, roost.policy_module, product=roost.product)
    bare.dashboard = roost.dashboard

    assert bare.app().title == "Sample"
    assert "settings" not in vars(bare)


def test_the_options_of_an_app_are_the_owners(roost: Roost) -> None:
    app = roost.app(title="Mine", openapi_url="/mine.json")

    assert app.title == "Mine"
    assert "/api/me" in TestClient(app, base_url=ORIGIN).get("/mine.json").json()["paths"]


def test_an_app_of_ones_own_becomes_the_product_and_keeps_its_life(
    roost: Roost, outside: Outside, bearer: Bearer
) -> None:
    lived: list[str] = []

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncGenerator[None, None]:
        lived.append("begun")
        yield
        lived.append("ended")

    app = FastAPI(lifespan=life)
    roost.install(app)

    with TestClient(app, base_url=ORIGIN) as client:
        assert [request.url.path for request in outside.asked] == ["/.well-known/jwks.json"]
        assert client.get("/api/me", headers=bearer()).json()["tenant_id"] == "org_acme"
    assert lived == ["begun", "ended"]


def test_the_services_end_with_the_life_of_the_app(roost: Roost, app: FastAPI) -> None:
    services = roost.services

    with TestClient(app, base_url=ORIGIN):
        assert roost.services is services
    assert "services" not in vars(roost)


def test_a_route_of_ones_own_answers_other_origins_by_the_frameworks_middleware(
    app: FastAPI, browser: TestClient
) -> None:
    app.add_api_route("/api/own", lambda: "mine")
    app.add_middleware(CORSMiddleware, allow_origins=[ORIGIN], allow_headers=["Authorization"])
    asking = {"Origin": ORIGIN}
    preflight = {**asking, "Access-Control-Request-Method": "GET"}

    allowed = browser.options("/api/own", headers=preflight)
    own = browser.get("/api/own", headers=asking)
    product = browser.get("/api/me", headers=asking)

    assert (allowed.status_code, own.json()) == (200, "mine")
    for answer in (allowed, own, product):
        assert answer.headers.get_list("access-control-allow-origin") == [ORIGIN]


@pytest.mark.parametrize("path", ["/nothing", "/sign-in/"])
def test_who_follows_a_link_to_nothing_gets_a_page(browser: TestClient, path: str) -> None:
    answer = browser.get(path, headers={"Accept": "text/html,*/*;q=0.8"})

    assert (answer.status_code, "There is nothing at this address" in answer.text) == (404, True)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"

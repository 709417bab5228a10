from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from roost.flask import Roost
from roost.serving.services import Services

from .. import sample
from ..rooms import ORIGIN, PRODUCT, Outside, in_memory
from ..taught import run_snippet


def test_a_failure_is_reported_without_its_message(
    app: Flask, browser: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    @app.get("/broken")
    def broken() -> str:
        raise RuntimeError("5ec2e7")

    answer = browser.get("/broken")

    assert (answer.status_code, answer.json and answer.json["code"]) == (500, "internal")
    assert "RuntimeError at" in caplog.text
    assert "5ec2e7" not in caplog.text + answer.text


@pytest.mark.parametrize("path", ["/api//me", "/api/me/", "/nothing", "/%ff"])
def test_there_is_no_redirect_to_what_is_there(browser: FlaskClient, path: str) -> None:
    answer = browser.get(path)

    assert (answer.status_code, answer.json and answer.json["code"]) == (404, "not-found")


@pytest.mark.parametrize(("path", "allow"), [("/api/me", "GET, HEAD"), ("/api/events", "POST")])
def test_options_is_a_method_like_any_other(browser: FlaskClient, path: str, allow: str) -> None:
    answer = browser.options(path)

    assert (answer.status_code, answer.headers["Allow"]) == (405, allow)


def test_headers_come_from_the_shell_and_come_once(browser: FlaskClient) -> None:
    headers = browser.get("/api/me").headers

    assert headers.getlist("Cache-Control") == ["private, no-store"]
    assert len(headers.getlist("Content-Security-Policy")) == 1
    assert len(headers.getlist("X-Request-Id")) == 1


def test_each_app_has_its_own_services(
    app: Flask, roost: Roost, make_services: Callable[..., Services], outside: Outside
) -> None:
    project = Roost(__name__, sample.module(), product=PRODUCT)
    other = Flask("other")
    in_memory(project, make_services(outside)).init_app(other)

    assert app.extensions["roost"] is roost
    assert other.extensions["roost"].services is project.services
    assert project.services is not roost.services


def test_the_access_log_names_no_query(
    browser: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    browser.get("/healthz?token=5ec2e7")

    assert "GET /healthz 200" in caplog.text
    assert "5ec2e7" not in caplog.text


def test_a_route_of_ones_own_answers_other_origins_by_the_lines_of_the_documentation(
    app: Flask, roost: Roost, browser: FlaskClient
) -> None:
    app.add_url_rule("/api/own", "own", lambda: "mine")
    run_snippet("other-origins", "app.py", app=app, roost=roost)
    preflight = {"Origin": ORIGIN, "Access-Control-Request-Method": "GET"}

    allowed = browser.options("/api/own", headers=preflight)
    own = browser.get("/api/own", headers={"Origin": ORIGIN})
    foreign = browser.get("/api/own", headers={"Origin": "https://evil.example"})

    assert (allowed.status_code, own.text) == (204, "mine")
    assert allowed.headers["Access-Control-Allow-Headers"] == "Authorization"
    for answer in (allowed, own):
        assert answer.headers.getlist("Access-Control-Allow-Origin") == [ORIGIN]
    assert "Access-Control-Allow-Origin" not in foreign.headers


@pytest.mark.parametrize("path", ["/nothing", "/sign-in/"])
def test_who_follows_a_link_to_nothing_gets_a_page(browser: FlaskClient, path: str) -> None:
    answer = browser.get(path, headers={"Accept": "text/html,*/*;q=0.8"})

    assert (answer.status_code, "There is nothing at this address" in answer.text) == (404, True)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"

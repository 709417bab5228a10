from __future__ import annotations

import logging

import pytest
from flask import Flask
from flask.testing import FlaskClient
from roost.serving.blocking import BlockingServices
from roost.settings import Settings

from ..factory import build_app


@pytest.fixture
def app(settings: Settings, services: BlockingServices) -> Flask:
    return build_app(settings, services)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    client = app.test_client()
    client.environ_base["HTTP_HOST"] = "app.example.com"
    return client


def test_a_failure_is_reported_without_its_message(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    @app.get("/broken")
    def broken() -> str:
        raise RuntimeError("5ec2e7")

    answer = client.get("/broken")

    assert (answer.status_code, answer.json and answer.json["code"]) == (500, "internal")
    assert "RuntimeError at" in caplog.text
    assert "5ec2e7" not in caplog.text + answer.text


@pytest.mark.parametrize("path", ["/api//me", "/api/me/", "/nothing", "/%ff"])
def test_there_is_no_redirect_to_what_is_there(client: FlaskClient, path: str) -> None:
    answer = client.get(path)

    assert (answer.status_code, answer.json and answer.json["code"]) == (404, "not-found")


@pytest.mark.parametrize(("path", "allow"), [("/api/me", "GET, HEAD"), ("/api/events", "POST")])
def test_options_is_a_method_like_any_other(client: FlaskClient, path: str, allow: str) -> None:
    answer = client.options(path)

    assert (answer.status_code, answer.headers["Allow"]) == (405, allow)


def test_headers_come_from_the_shell_and_come_once(client: FlaskClient) -> None:
    headers = client.get("/api/me").headers

    assert headers.getlist("Cache-Control") == ["private, no-store"]
    assert len(headers.getlist("Content-Security-Policy")) == 1
    assert len(headers.getlist("X-Request-Id")) == 1


def test_each_app_has_its_own_core(settings: Settings, services: BlockingServices) -> None:
    apps = [build_app(settings, services), build_app(settings)]

    assert apps[0].extensions["clerk"].services is services
    assert apps[1].extensions["clerk"].services is not services


def test_the_access_log_names_no_query(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    client.get("/healthz?token=5ec2e7")

    assert "GET /healthz 200" in caplog.text
    assert "5ec2e7" not in caplog.text

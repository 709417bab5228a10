from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ..rooms import Bearer, Outside

ME = (
    '{"user_id":"user_ada","session_id":"sess_1","tenant_id":"org_acme","org_id":"org_acme",'
    '"org_slug":"zürich","role":"org:admin","permissions":["org:analytics:manage",'
    '"org:analytics:read"],"impersonator_id":null}'
)
TOO_LARGE = 16_000_001


def test_the_api_answers_under_the_prefix_with_the_same_bytes(
    client: FlaskClient, bearer: Bearer
) -> None:
    organization = {"id": "org_acme", "slg": "zürich", "rol": "admin", "per": "read,manage"}

    answer = client.get("/analytics/api/me", headers=bearer(o={**organization, "fpm": "3"}))

    assert answer.text == ME
    assert answer.content_type == "application/json"


@pytest.mark.parametrize("path", ["/analytics/healthz", "/analytics/api/me"])
def test_its_answers_carry_the_headers_that_the_shell_would_add(
    client: FlaskClient, path: str
) -> None:
    headers = client.get(path).headers

    assert headers["Cache-Control"] == "private, no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors" in headers["Content-Security-Policy"]


def test_a_refusal_is_a_problem_document(client: FlaskClient) -> None:
    answer = client.get("/analytics/api/tinybird/token")

    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"
    assert answer.text == (
        '{"type":"about:blank","title":"Unauthorized","status":401,'
        '"detail":"Sign in: the request carries no session token.","code":"token-missing"}'
    )


def test_the_limit_of_a_body_is_the_products_own(
    host: Flask, client: FlaskClient, bearer: Bearer
) -> None:
    host.config["MAX_CONTENT_LENGTH"] = 10
    headers = {**bearer(), "Content-Type": "application/json"}

    sent = client.post("/analytics/api/events", data=b'{"event": "opened"}', headers=headers)
    refused = client.post("/analytics/api/events", data=b" " * TOO_LARGE, headers=headers)

    assert (sent.status_code, sent.text) == (202, '{"accepted":1,"quarantined":0}')
    assert (refused.status_code, refused.json and refused.json["code"]) == (413, "body-too-large")


def test_what_nobody_expected_is_the_hosts(
    host: Flask, client: FlaskClient, outside: Outside, bearer: Bearer
) -> None:
    host.register_error_handler(500, lambda error: ("the host's own page", 500))
    headers = {**bearer(), "Content-Type": "application/json"}
    assert client.get("/analytics/api/me", headers=headers).status_code == 200
    outside.failure = ZeroDivisionError()

    answer = client.post("/analytics/api/events", data=b'{"event": "opened"}', headers=headers)

    assert (answer.status_code, answer.text) == (500, "the host's own page")


def test_what_does_not_exist_is_the_hosts(host: Flask, client: FlaskClient) -> None:
    host.register_error_handler(404, lambda error: ("the host's own page", 404))

    assert client.get("/analytics/nothing").text == "the host's own page"


def test_a_frame_says_on_which_sites_it_may_be_shown(client: FlaskClient) -> None:
    frame = client.get("/analytics/embed/top_events?e=forged")

    assert frame.status_code == 403
    assert "frame-ancestors *" in frame.headers["content-security-policy"]
    assert frame.headers["cache-control"] == "private, no-store"
    assert "x-frame-options" not in frame.headers


@pytest.mark.parametrize("name", ["roost/js/embed.js", "dashboard.js"])
def test_a_file_may_be_loaded_by_the_page_of_any_origin(client: FlaskClient, name: str) -> None:
    with client.get(f"/analytics/static/{name}") as file:
        assert (file.status_code, file.headers["Access-Control-Allow-Origin"]) == (200, "*")
        assert file.headers["Cross-Origin-Resource-Policy"] == "cross-origin"

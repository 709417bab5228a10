from __future__ import annotations

from flask import Flask, g, request
from flask.testing import FlaskClient

from ..rooms import JUNK, Bearer, Outside


def greeting() -> str:
    return g.clerk.session.user_id if g.clerk.is_signed_in else "visitor"


def test_a_view_that_does_not_ask_costs_nothing_and_refuses_nobody(
    host: Flask, client: FlaskClient, outside: Outside, bearer: Bearer
) -> None:
    host.add_url_rule("/public", view_func=lambda: "for everybody")

    answers = [client.get("/public", headers=headers) for headers in ({}, JUNK, bearer())]

    assert [answer.text for answer in answers] == ["for everybody"] * 3
    assert "Cache-Control" not in answers[2].headers
    assert outside.asked == []


def test_a_view_that_asks_knows_the_session_or_the_visitor(
    host: Flask, client: FlaskClient, bearer: Bearer
) -> None:
    host.add_url_rule("/greeting", view_func=greeting)

    signed, visitor = client.get("/greeting", headers=bearer()), client.get("/greeting")

    assert (signed.text, visitor.text) == ("user_ada", "visitor")
    assert signed.headers["Cache-Control"] == "private, no-store"
    assert visitor.headers["Cache-Control"] == "private, no-store"


def test_a_bad_token_is_never_taken_for_a_visitor(host: Flask, client: FlaskClient) -> None:
    host.add_url_rule("/greeting", view_func=greeting)

    answer = client.get("/greeting", headers=JUNK)

    assert (answer.status_code, answer.json and answer.json["code"]) == (401, "token-invalid")
    assert answer.content_type == "application/problem+json"
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_the_tinybird_token_is_minted_when_it_is_asked_for(
    host: Flask, client: FlaskClient, bearer: Bearer
) -> None:
    @host.get("/token")
    def token() -> list[object]:
        slug, before = g.clerk.org_slug, g.clerk.sign_in.token
        return [slug, before, g.clerk.tinybird_token is g.clerk.sign_in.token]

    assert client.get("/token", headers=bearer()).json == ["acme", None, True]


def test_who_asks_does_not_change_while_a_view_runs(
    host: Flask, client: FlaskClient, bearer: Bearer
) -> None:
    @host.get("/twice")
    def twice() -> list[str]:
        before = g.clerk.session.user_id
        request.environ["HTTP_AUTHORIZATION"] = "Bearer junk"
        return [before, g.clerk.session.user_id]

    assert client.get("/twice", headers=bearer()).json == ["user_ada", "user_ada"]


def test_a_caller_never_outlives_its_request(
    host: Flask, client: FlaskClient, bearer: Bearer
) -> None:
    host.add_url_rule("/greeting", view_func=greeting)

    # All requests share `g` here, as they do in many projects' tests.
    with host.app_context():
        texts = [client.get("/greeting", headers=headers).text for headers in (bearer(), {})]

    assert texts == ["user_ada", "visitor"]


def test_a_page_that_believes_in_another_tenant_is_told(
    host: Flask, client: FlaskClient, bearer: Bearer
) -> None:
    host.add_url_rule("/greeting", view_func=greeting)

    by_header = client.get("/greeting", headers={**bearer(), "X-Expected-Tenant": "org_globex"})
    by_query = client.get("/greeting?expected_tenant=org_globex", headers=bearer())

    assert (by_header.status_code, by_query.status_code) == (409, 409)


def test_a_change_by_cookie_must_come_from_the_own_pages(
    host: Flask, client: FlaskClient, bearer: Bearer
) -> None:
    host.add_url_rule("/greeting", view_func=greeting, methods=["POST"])
    client.set_cookie("__session", bearer()["Authorization"].removeprefix("Bearer "))

    foreign = client.post("/greeting", headers={"Origin": "https://evil.example"})
    own = client.post("/greeting", headers={"Origin": "https://app.example.com"})

    assert (foreign.status_code, own.text) == (403, "user_ada")

from __future__ import annotations

import json
import logging

import jwt
import pytest
from django.http import HttpResponse

from ..issuer import Issuer
from ..rooms import MEMBER
from .conftest import Ask

TENANT_VIEWS = [
    "/tenant",
    "/tenant-async",
    "/tenant-class",
    "/tenant-class-async",
    "/tenant-class-last",
    "/tenant-of-class-async",
]
BOUND_VIEWS = [
    "/admin",
    "/admin-async",
    "/admin-class",
    "/admin-class-async",
    "/manage",
    "/manage-class",
]


def code(response: HttpResponse) -> tuple[int, str]:
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["cache-control"] == "private, no-store"
    return response.status_code, json.loads(response.content)["code"]


@pytest.mark.parametrize("path", ["/somebody", "/somebody-async"])
def test_a_view_reads_who_asks(ask: Ask, ada: dict[str, str], path: str) -> None:
    signed, visitor = ask(path, headers=ada), ask(path)

    answer = signed.json()
    assert (answer["tenant"], answer["slug"]) == ("org_acme", "acme")
    claims = jwt.decode(answer["token"], options={"verify_signature": False})
    assert {scope["fixed_params"]["tenant_id"] for scope in claims["scopes"]} == {"org_acme"}
    assert visitor.json() == {"tenant": None, "slug": None, "token": None}


@pytest.mark.parametrize("path", ["/somebody", "/somebody-async"])
def test_what_depends_on_the_session_stays_out_of_caches(
    ask: Ask, ada: dict[str, str], path: str
) -> None:
    assert ask(path, headers=ada).headers["cache-control"] == "private, no-store"
    assert ask("/own-words", headers=ada).headers["cache-control"] == "private, max-age=9"


def test_a_view_that_does_not_ask_is_not_concerned(ask: Ask) -> None:
    response = ask("/nobody", headers={"Authorization": "Bearer junk"})

    assert (response.status_code, response.content) == (200, b"public")
    assert "cache-control" not in response.headers


@pytest.mark.parametrize("path", ["/session", "/session-async", *TENANT_VIEWS, *BOUND_VIEWS])
def test_visitors_and_bad_tokens_are_refused(ask: Ask, path: str) -> None:
    visitor = ask(path)

    assert code(visitor) == (401, "token-missing")
    assert visitor.headers["www-authenticate"] == "Bearer"
    assert code(ask(path, headers={"Authorization": "Bearer junk"})) == (401, "token-invalid")


@pytest.mark.parametrize("path", ["/optional", "/optional-async"])
def test_a_session_may_be_optional_and_a_bad_token_is_refused(
    ask: Ask, ada: dict[str, str], path: str
) -> None:
    assert [ask(path, headers=headers).content for headers in ({}, ada)] == [b"done"] * 2
    assert code(ask(path, headers={"Authorization": "Bearer junk"})) == (401, "token-invalid")


@pytest.mark.parametrize("path", TENANT_VIEWS)
def test_a_tenant_is_asked_for(ask: Ask, issuer: Issuer, ada: dict[str, str], path: str) -> None:
    without = {"Authorization": f"Bearer {issuer.issue(o=None)}"}

    assert code(ask(path, headers=without)) == (403, "tenant-required")
    assert ask("/session", headers=without).content == b"done"
    assert ask("/session-async", headers=without).content == b"done"
    assert ask(path, headers=ada).content == b"done"


@pytest.mark.parametrize("path", BOUND_VIEWS)
def test_a_role_or_a_permission_is_asked_for(
    ask: Ask, issuer: Issuer, ada: dict[str, str], path: str
) -> None:
    member = {"Authorization": f"Bearer {issuer.issue(o=MEMBER)}"}

    assert code(ask(path, headers=member)) == (403, "access-denied")
    assert ask(path, headers=ada).content == b"done"


def test_the_api_answers_under_a_prefix(ask: Ask, ada: dict[str, str]) -> None:
    me = ask("/analytics/api/me", headers=ada)

    assert me.content.startswith(b'{"user_id":"user_ada","session_id":"sess_1","tenant_id":"org_')
    assert me.headers["cache-control"] == "private, no-store"
    assert code(ask("/analytics/api/me")) == (401, "token-missing")
    assert code(ask("/analytics/api/nothing", headers=ada)) == (404, "not-found")
    assert ask("/analytics/api/analytics/top_events?limit=3", headers=ada).content == b'{"data":[]}'


def test_events_need_no_csrf_token_of_djangos_but_the_own_origin(ask: Ask, issuer: Issuer) -> None:
    details = {"method": "POST", "data": b"[", "content_type": "application/json"}
    bearer = {"Authorization": f"Bearer {issuer.issue()}"}
    cookie = {"Cookie": f"__session={issuer.issue()}"}

    assert code(ask("/analytics/api/events", headers=bearer, **details)) == (400, "event-invalid")
    assert code(ask("/analytics/api/events", headers=cookie, **details))[1] == "origin-forbidden"


def test_the_projects_own_limit_of_bodies_holds(ask: Ask, ada: dict[str, str]) -> None:
    details = {"method": "POST", "data": b" " * 1001, "content_type": "application/json"}

    assert code(ask("/analytics/api/events", headers=ada, **details)) == (413, "body-too-large")


def test_errors_of_the_project_are_its_own(ask: Ask, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)

    with pytest.raises(RuntimeError, match="5ec2e7"):
        ask("/broken")
    missing = ask("/missing")

    assert (missing.status_code, missing.headers["content-type"]) == (
        404,
        "text/html; charset=utf-8",
    )

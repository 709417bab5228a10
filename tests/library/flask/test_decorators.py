from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from roost.flask import (
    Roost,
    permission_required,
    role_required,
    session_optional,
    session_required,
    tenant_required,
)

from ..rooms import ADMIN, JUNK, MEMBER, Bearer

Decorator = Callable[[Callable[[], str]], Callable[[], str]]
MANAGE = permission_required("org:analytics:manage")


def view() -> str:
    return g.clerk.session.user_id


def status(host: Flask, decorator: Decorator, headers: dict[str, str]) -> tuple[int, str]:
    host.add_url_rule("/own", view_func=decorator(view))
    answer = host.test_client().get("/own", headers=headers)
    problem = answer.get_json(silent=True)
    return answer.status_code, problem["code"] if problem else answer.text


@pytest.mark.parametrize("decorator", [session_required, tenant_required, MANAGE])
def test_a_visitor_is_refused(host: Flask, decorator: Decorator) -> None:
    assert status(host, decorator, {}) == (401, "token-missing")


def test_a_session_may_be_optional_and_a_bad_token_is_refused(
    host: Flask, client: FlaskClient, bearer: Bearer
) -> None:
    host.add_url_rule("/own", view_func=session_optional(lambda: "done"))

    answers = [client.get("/own", headers=headers) for headers in ({}, bearer(), JUNK)]

    assert [answer.status_code for answer in answers] == [200, 200, 401]


@pytest.mark.parametrize(
    "decorator", [session_required, tenant_required, role_required("org:admin"), MANAGE]
)
def test_an_admin_passes(host: Flask, bearer: Bearer, decorator: Decorator) -> None:
    assert status(host, decorator, bearer(o=ADMIN)) == (200, "user_ada")


@pytest.mark.parametrize("decorator", [role_required("org:admin"), MANAGE])
def test_a_member_lacks_role_and_permission(
    host: Flask, bearer: Bearer, decorator: Decorator
) -> None:
    assert status(host, decorator, bearer(o=MEMBER)) == (403, "access-denied")


@pytest.mark.parametrize(("decorator", "seen"), [(session_required, 200), (tenant_required, 403)])
def test_a_session_for_an_odd_tenant_has_none(
    host: Flask, bearer: Bearer, decorator: Decorator, seen: int
) -> None:
    odd = bearer(sub="user ada", o={**ADMIN, "id": "org acme"})

    assert status(host, decorator, odd)[0] == seen


def test_a_view_keeps_its_name_and_its_arguments(
    host: Flask, client: FlaskClient, bearer: Bearer
) -> None:
    @host.get("/reports/<int:number>")
    @tenant_required
    def report(number: int) -> list[int]:
        return [number, number + 1]

    answer = client.get("/reports/4", headers=bearer())

    assert report.__name__ == "report"
    assert answer.json == [4, 5]


def test_a_view_may_be_a_coroutine(roost: Roost, bearer: Bearer) -> None:
    class Host(Flask):
        def async_to_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
            return lambda **values: asyncio.run(func(**values))

    app = Host("host")
    roost.init_app(app, url_prefix="/analytics")

    @app.get("/own")
    @session_required
    async def own() -> str:
        return g.clerk.session.user_id

    assert app.test_client().get("/own", headers=bearer()).text == "user_ada"

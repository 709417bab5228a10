from __future__ import annotations

from typing import Annotated

import pytest
from fastapi import Depends, FastAPI, params
from fastapi.testclient import TestClient
from roost.fastapi import CallerDep, SessionDep, TenantDep, require_permission, require_role
from roost.fastapi.dependencies import session_from, tenant_from
from roost.identity.tenancy import Tenant

from ..rooms import ADMIN, JUNK, MEMBER, Bearer, Outside

SESSION, TENANT = Depends(session_from), Depends(tenant_from)
ADMINS = Depends(require_role("org:admin"))
MANAGE = Depends(require_permission("org:analytics:manage"))


def status(host: FastAPI, asked: params.Depends, headers: dict[str, str]) -> tuple[int, str]:
    @host.get("/own", dependencies=[asked])
    async def own() -> str:
        return "done"

    answer = TestClient(host).get("/own", headers=headers)
    return answer.status_code, answer.json() if answer.is_success else answer.json()["code"]


@pytest.mark.parametrize("asked", [SESSION, TENANT, ADMINS, MANAGE])
def test_a_visitor_is_refused(host: FastAPI, asked: params.Depends) -> None:
    assert status(host, asked, {}) == (401, "token-missing")


@pytest.mark.parametrize("asked", [SESSION, TENANT, ADMINS, MANAGE])
def test_an_admin_passes(host: FastAPI, bearer: Bearer, asked: params.Depends) -> None:
    assert status(host, asked, bearer(o=ADMIN)) == (200, "done")


@pytest.mark.parametrize("asked", [ADMINS, MANAGE])
def test_a_member_lacks_role_and_permission(
    host: FastAPI, bearer: Bearer, asked: params.Depends
) -> None:
    assert status(host, asked, bearer(o=MEMBER)) == (403, "access-denied")


@pytest.mark.parametrize(
    ("asked", "seen"), [(SESSION, (200, "done")), (TENANT, (403, "tenant-required"))]
)
def test_a_session_for_an_odd_tenant_has_none(
    host: FastAPI, bearer: Bearer, asked: params.Depends, seen: tuple[int, str]
) -> None:
    odd = bearer(sub="user ada", o={**ADMIN, "id": "org acme"})

    assert status(host, asked, odd) == seen


def test_a_route_that_does_not_ask_costs_nothing_and_refuses_nobody(
    host: FastAPI, client: TestClient, outside: Outside, bearer: Bearer
) -> None:
    @host.get("/public")
    async def public() -> str:
        return "for everybody"

    answers = [client.get("/public", headers=headers) for headers in ({}, JUNK, bearer())]

    assert [answer.json() for answer in answers] == ["for everybody"] * 3
    assert "cache-control" not in answers[2].headers
    assert outside.asked == []


@pytest.fixture
def greeting(host: FastAPI) -> None:
    """A route of the host's that greets whoever asks, and one that changes something."""

    @host.api_route("/greeting", methods=["GET", "POST"], include_in_schema=False)
    async def greeting(caller: CallerDep) -> str:
        return caller.session.user_id if caller.is_signed_in else "visitor"


@pytest.mark.usefixtures("greeting")
def test_a_route_that_asks_knows_the_session_or_the_visitor(
    client: TestClient, bearer: Bearer
) -> None:
    signed, visitor = client.get("/greeting", headers=bearer()), client.get("/greeting")

    assert (signed.json(), visitor.json()) == ("user_ada", "visitor")


@pytest.mark.usefixtures("greeting")
def test_a_bad_token_is_never_taken_for_a_visitor(client: TestClient) -> None:
    answer = client.get("/greeting", headers=JUNK)

    assert (answer.status_code, answer.json()["code"]) == (401, "token-invalid")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.usefixtures("greeting")
def test_a_caller_never_outlives_its_request(client: TestClient, bearer: Bearer) -> None:
    grace = bearer(sub="user_grace")

    users = [client.get("/greeting", headers=who).json() for who in (bearer(), grace, {})]

    assert users == ["user_ada", "user_grace", "visitor"]


@pytest.mark.usefixtures("greeting")
def test_a_page_that_believes_in_another_tenant_is_told(client: TestClient, bearer: Bearer) -> None:
    by_header = client.get("/greeting", headers={**bearer(), "X-Expected-Tenant": "org_globex"})
    by_query = client.get("/greeting?expected_tenant=org_globex", headers=bearer())

    assert (by_header.status_code, by_query.status_code) == (409, 409)


@pytest.mark.usefixtures("greeting")
def test_a_change_by_cookie_must_come_from_the_own_pages(
    client: TestClient, bearer: Bearer
) -> None:
    client.cookies.set("__session", bearer()["Authorization"].removeprefix("Bearer "))

    foreign = client.post("/greeting", headers={"Origin": "https://evil.example"})
    own = client.post("/greeting", headers={"Origin": "https://app.example.com"})

    assert (foreign.status_code, own.json()) == (403, "user_ada")


def test_the_tinybird_token_is_minted_when_it_is_asked_for(
    host: FastAPI, client: TestClient, bearer: Bearer
) -> None:
    @host.get("/token")
    async def token(caller: CallerDep) -> list[object]:
        assert caller.sign_in is not None
        before = caller.sign_in.token
        return [caller.org_slug, before, caller.tinybird_token is caller.sign_in.token]

    assert client.get("/token", headers=bearer()).json() == ["acme", None, True]


def test_all_that_a_route_asks_for_is_of_one_caller(
    host: FastAPI, client: TestClient, bearer: Bearer
) -> None:
    @host.get("/all")
    async def everything(
        caller: CallerDep,
        session: SessionDep,
        tenant: TenantDep,
        admin: Annotated[Tenant, Depends(require_role("org:admin"))],
    ) -> list[bool | str]:
        is_one = tenant.session is session is caller.session is admin.session
        return [is_one, session.user_id, tenant.id]

    assert client.get("/all", headers=bearer()).json() == [True, "user_ada", "org_acme"]


def test_a_route_may_be_a_plain_function(host: FastAPI, client: TestClient, bearer: Bearer) -> None:
    @host.get("/reports/{number}")
    def report(number: int, tenant: TenantDep) -> list[object]:
        return [number, tenant.id]

    assert client.get("/reports/4", headers=bearer()).json() == [4, "org_acme"]

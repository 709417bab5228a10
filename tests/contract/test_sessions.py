"""Sessions over HTTP: tokens, cookies, tenants, the Tinybird token."""

from __future__ import annotations

import httpx2
import pytest
from roost.testing.stack import NO_AUTHORITIES, Stack

from .answers import (
    ACME,
    ADA,
    ADAS_TENANT,
    ENDPOINT,
    INITECH,
    LINUS,
    NEWTON,
    OTHER_TENANT,
    PUBLIC,
    ROUTES,
    SessionToken,
    origin,
    problem,
    session_cookie,
)
from .wire import Wire

# That of the publishable key of every local Clerk.
# Source: https://github.com/clerk/javascript packages/shared/src/keys.ts, getCookieSuffix
OWN_COOKIE = "__session_GUne5Rrj"
# More requests in a row than any limit on them allows.
ENOUGH = 2000


def test_me_describes_the_session(client: httpx2.Client, ada: dict[str, str]) -> None:
    response = client.get("/api/me", headers=ada)

    me = response.json()
    assert response.status_code == 200
    assert response.headers["cache-control"] == "private, no-store"
    assert list(me) == [
        "user_id",
        "session_id",
        "tenant_id",
        "org_id",
        "org_slug",
        "role",
        "permissions",
        "impersonator_id",
    ]
    assert (me["user_id"], me["tenant_id"], me["org_slug"]) == (ADA, ADAS_TENANT, "acme")
    assert me["role"] == "org:admin"
    assert "org:analytics:read" in me["permissions"]
    assert me["impersonator_id"] is None


def test_a_session_without_a_tenant_is_described_and_served_nothing_else(
    client: httpx2.Client, session_token: SessionToken, stack: Stack
) -> None:
    headers = {"Authorization": f"Bearer {session_token(NEWTON, None)}"}

    me = client.get("/api/me", headers=headers)

    if stack.tenancy == "user":
        # Who has no organization is a tenant all the same.
        assert me.json()["tenant_id"] == NEWTON
        return
    if me.status_code == 401:
        # Where an organization is a must, Clerk calls the session of somebody without one pending.
        assert problem(me) == (401, "session-pending")
        return
    assert me.json()["tenant_id"] is None
    for path in ROUTES[1:]:
        assert problem(client.get(path, headers=headers)) == (403, "tenant-required")
    sent = client.post("/api/events", json={"event": "x"}, headers=headers)
    assert problem(sent) == (403, "tenant-required")


@pytest.mark.parametrize("path", ROUTES)
def test_without_a_session_there_is_no_answer(client: httpx2.Client, path: str) -> None:
    assert problem(client.get(path)) == (401, "token-missing")
    assert problem(client.get(path, headers={"Authorization": "Basic dTpw"}))[1] == "token-missing"


@pytest.mark.parametrize("path", [*ROUTES, *(f"/api/analytics/{endpoint}" for endpoint in PUBLIC)])
@pytest.mark.parametrize("token", ["junk", "e30.e30.e30", "x" * 9000])
def test_a_bad_token_is_refused_and_not_taken_for_a_visitor(
    client: httpx2.Client, path: str, token: str
) -> None:
    bad = {"Authorization": f"Bearer {token}"}

    assert problem(client.get(path, headers=bad)) == (401, "token-invalid")
    assert problem(client.get(path, headers={"Cookie": f"__session={token}"}))[1] == "token-invalid"


def test_the_scheme_may_be_in_lower_case(client: httpx2.Client, ada: dict[str, str]) -> None:
    headers = {"Authorization": ada["Authorization"].replace("Bearer", "bearer")}

    assert client.get("/api/me", headers=headers).status_code == 200


def test_a_cookie_serves_as_well_with_junk_and_basic_beside_it(
    client: httpx2.Client, session_token: SessionToken
) -> None:
    headers = {"Authorization": "Basic dTpw", **session_cookie(session_token(ADA, ACME))}

    assert client.get("/api/me", headers=headers).json()["user_id"] == ADA


def test_the_cookie_of_this_clerk_instance_comes_first(
    client: httpx2.Client, session_token: SessionToken
) -> None:
    token = session_token(ADA, ACME)

    own = {"Cookie": f"__session=junk; {OWN_COOKIE}={token}; __session_other=junk"}
    foreign = {"Cookie": f"__session={token}; {OWN_COOKIE}=junk"}

    assert client.get("/api/me", headers=own).json()["user_id"] == ADA
    assert problem(client.get("/api/me", headers=foreign)) == (401, "token-invalid")


def test_cookies_may_come_in_several_headers(app_url: str, session_token: SessionToken) -> None:
    token = session_token(ADA, ACME)
    for name in ("__session", OWN_COOKIE):
        with Wire(app_url) as wire:
            wire.head(
                "GET /api/me", "Cookie: a=1", f"Cookie: {name}={token}", "Cookie: b=__session=x"
            )
            assert wire.reply().status == 200


def test_a_token_within_another_cookie_is_none(
    client: httpx2.Client, session_token: SessionToken
) -> None:
    hidden = {"Cookie": f"a=__session={session_token(ADA, ACME)}; x__session=junk; __session="}

    assert problem(client.get("/api/me", headers=hidden)) == (401, "token-missing")


def test_a_change_by_cookie_must_come_from_the_own_pages(
    app_url: str, client: httpx2.Client, session_token: SessionToken
) -> None:
    signed = session_cookie(session_token(ADA, ACME))
    event = {"event": "contract_origin"}

    for foreign in ({}, {"Origin": "null"}, {"Origin": "https://evil.example"}):
        response = client.post("/api/events", json=event, headers={**signed, **foreign})
        assert problem(response) == (403, "origin-forbidden")
    own = {**signed, "Origin": origin(app_url)}
    assert client.post("/api/events", json=event, headers=own).status_code == 202


def test_a_page_of_another_tenant_is_told(client: httpx2.Client, ada: dict[str, str]) -> None:
    for path in ROUTES:
        by_header = client.get(path, headers={**ada, "X-Expected-Tenant": OTHER_TENANT})
        by_query = client.get(f"{path}?expected_tenant={OTHER_TENANT}", headers=ada)
        assert problem(by_header) == problem(by_query) == (409, "tenant-changed")
    sent = client.post(
        "/api/events", json={"event": "x"}, headers={**ada, "X-Expected-Tenant": OTHER_TENANT}
    )
    assert problem(sent) == (409, "tenant-changed")
    same = client.get("/api/tinybird/token", headers={**ada, "X-Expected-Tenant": ADAS_TENANT})
    assert same.status_code == 200


def test_the_token_reads_the_tenants_rows_from_tinybird(
    client: httpx2.Client, ada: dict[str, str], stack: Stack
) -> None:
    answer = client.get("/api/tinybird/token", headers=ada).json()

    assert list(answer) == ["token", "expires_at", "api_url", "tenant_id", "endpoints"]
    assert answer["tenant_id"] == ADAS_TENANT
    assert answer["api_url"] == stack.env["TINYBIRD_API_URL"]
    assert answer["endpoints"] == sorted(answer["endpoints"])
    assert not set(PUBLIC) & set(answer["endpoints"])
    direct = httpx2.get(
        f"{answer['api_url']}/v0/pipes/{ENDPOINT}.json",
        headers={"Authorization": f"Bearer {answer['token']}"},
        timeout=60,
        verify=NO_AUTHORITIES,
    )
    assert direct.status_code == 200


def test_a_user_asks_for_tokens_only_so_often(
    client: httpx2.Client, session_token: SessionToken, stack: Stack
) -> None:
    # A tenant of its own, so that no other test meets the limit.
    looping = stack.token_of(stack.new_member("Token loop", LINUS))

    def ask(token: str) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {token}"}
        return client.get("/api/tinybird/token", headers=headers)

    answers = [ask(looping)]
    while answers[-1].status_code == 200 and len(answers) < ENOUGH:
        answers.append(ask(looping))

    assert problem(answers[-1]) == (429, "rate-limited")
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert len(answers) > 20, "a page with several tabs must not meet the limit"
    assert client.get("/api/me", headers=answers[-1].request.headers).status_code == 200
    assert ask(session_token(LINUS, INITECH)).status_code == 200
    assert ask(session_token(ADA, ACME)).status_code == 200

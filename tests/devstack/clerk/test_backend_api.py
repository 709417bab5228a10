"""The Backend API, the control routes and the client of the command line."""

from __future__ import annotations

import pytest
from devstack.clerk.app import BACKEND_ROUTES
from devstack.clerk.demo import demo_pairs
from devstack.clerk.tokens_client import SessionTokenUnavailable, session_token
from starlette.routing import Route

from .running import APP_ORIGIN, PASSWORD, Clerk, error_code, local_identity


def _verb(route: Route) -> str:
    return next(iter((route.methods or set()) - {"HEAD"}))


@pytest.mark.parametrize("key", ["", "Bearer", "Bearer sk_test_local_wrong", "Basic x"])
def test_every_route_needs_the_secret_key(clerk: Clerk, key: str) -> None:
    answers = [
        clerk.http.request(_verb(route), route.path, headers={"Authorization": key})
        for route in BACKEND_ROUTES
    ]

    assert {answer.status_code for answer in answers} == {401}
    assert {error_code(answer) for answer in answers} == {"authentication_invalid"}


@pytest.mark.parametrize("path", ["/v1/users", "/v1/sessions", "/devstack/reset"])
def test_a_missing_key_is_refused_too(clerk: Clerk, path: str) -> None:
    answer = clerk.http.post(path)

    assert answer.status_code == 401
    assert error_code(answer) == "authentication_invalid"


def test_lists_have_the_shapes_of_clerk(clerk: Clerk) -> None:
    users = clerk.backend("GET", "/v1/users?limit=2").json()
    organizations = clerk.backend("GET", "/v1/organizations").json()
    members = clerk.backend("GET", "/v1/organizations/org_local_globex/memberships").json()

    assert [user["id"] for user in users] == ["user_local_ada", "user_local_grace"]
    assert [row["slug"] for row in organizations["data"]] == ["acme", "globex", "initech"]
    assert organizations["total_count"] == 3
    assert [row["role"] for row in members["data"]] == ["org:member", "org:admin"]


def test_sessions_are_listed_of_one_user_by_their_status(clerk: Clerk) -> None:
    session = clerk.browser().sign_in("ada@example.com")
    clerk.browser().sign_in("grace@example.com")

    listed = clerk.backend("GET", "/v1/sessions?user_id=user_local_ada&status=active").json()
    ended = clerk.backend("GET", "/v1/sessions?user_id=user_local_ada&status=ended").json()

    assert [one["id"] for one in listed] == [session["id"]]
    assert ended == []
    assert clerk.backend("GET", "/v1/sessions").status_code == 501


def test_a_password_leaves_in_no_answer(clerk: Clerk) -> None:
    answers = [
        clerk.backend("GET", path).text for path in ("/v1/users", "/v1/users/user_local_ada")
    ]

    assert all("local-demo-password" not in answer for answer in answers)


def test_a_filter_that_is_not_emulated_is_refused(clerk: Clerk) -> None:
    refusal = clerk.backend("GET", "/v1/users?email_address=ada@example.com")

    assert refusal.status_code == 501
    assert error_code(refusal) == "not_emulated"


def test_a_deleted_organization_is_gone_from_tokens(clerk: Clerk) -> None:
    browser = clerk.browser()
    session = browser.sign_in("ada@example.com")

    gone = clerk.backend("DELETE", "/v1/organizations/org_local_acme").json()

    assert gone == {
        "object": "organization",
        "id": "org_local_acme",
        "slug": "acme",
        "deleted": True,
    }
    assert "o" not in clerk.verify(browser.token(session).json()["jwt"])
    assert browser.token(session, {"organization_id": "org_local_acme"}).status_code == 404
    assert clerk.backend("GET", "/v1/organizations/org_local_acme").status_code == 404


def test_a_deleted_membership_is_gone_from_tokens(clerk: Clerk) -> None:
    browser = clerk.browser()
    session = browser.sign_in("ada@example.com")

    path = "/v1/organizations/org_local_globex/memberships/user_local_ada"
    gone = clerk.backend("DELETE", path)

    assert gone.json()["public_user_data"]["user_id"] == "user_local_ada"
    assert browser.token(session, {"organization_id": "org_local_globex"}).status_code == 404


def test_a_changed_role_is_in_the_next_token(clerk: Clerk) -> None:
    browser = clerk.browser()
    session = browser.sign_in("ada@example.com")
    path = "/v1/organizations/org_local_acme/memberships/user_local_ada"

    changed = clerk.backend("PATCH", path, {"role": "org:member"}).json()
    rows = clerk.backend("GET", "/v1/organizations/org_local_acme/memberships").json()

    assert (changed["object"], changed["role"]) == ("organization_membership", "org:member")
    assert [row["role"] for row in rows["data"]] == ["org:member"]
    organization = clerk.verify(browser.token(session).json()["jwt"])["o"]
    assert (organization["rol"], organization["per"], organization["fpm"]) == (
        "member",
        "read",
        "1",
    )


@pytest.mark.parametrize("role", ["org:owner", "", "admin"])
def test_an_unknown_role_is_refused_and_changes_nothing(clerk: Clerk, role: str) -> None:
    path = "/v1/organizations/org_local_acme/memberships/user_local_ada"

    refusal = clerk.backend("PATCH", path, {"role": role})

    assert refusal.status_code == 404
    assert error_code(refusal) == "resource_not_found"
    rows = clerk.backend("GET", "/v1/organizations/org_local_acme/memberships").json()
    assert [row["role"] for row in rows["data"]] == ["org:admin"]


def test_a_changed_membership_of_the_demo_can_be_deleted(clerk: Clerk) -> None:
    path = "/v1/organizations/org_local_acme/memberships/user_local_ada"
    clerk.backend("PATCH", path, {"role": "org:member"})

    clerk.backend("DELETE", path)

    rows = clerk.backend("GET", "/v1/organizations/org_local_acme/memberships").json()
    assert rows == {"data": [], "total_count": 0}
    assert clerk.backend("PATCH", path, {"role": "org:admin"}).status_code == 404


def test_the_command_line_gets_a_token_of_a_pair(clerk: Clerk) -> None:
    token = session_token(
        clerk.identity, clerk.url, "user_local_ada", "org_local_globex", APP_ORIGIN
    )

    claims = clerk.verify(token)
    assert (claims["sub"], claims["o"]["id"]) == ("user_local_ada", "org_local_globex")
    assert claims["azp"] == APP_ORIGIN


def test_the_command_line_gets_tokens_without_organization_and_of_version_1(clerk: Clerk) -> None:
    token = session_token(clerk.identity, clerk.url, "user_local_ada", None, APP_ORIGIN, version=1)

    claims = clerk.verify(token)
    assert "org_id" not in claims and "v" not in claims


@pytest.mark.parametrize(
    ("user", "org", "words"),
    [
        ("user_local_nobody", "org_local_acme", "The user user_local_nobody was not found."),
        ("user_local_linus", "org_local_acme", "does not belong to it"),
    ],
)
def test_the_command_line_refuses_an_unknown_pair(
    clerk: Clerk, user: str, org: str, words: str
) -> None:
    with pytest.raises(SessionTokenUnavailable, match=words):
        session_token(clerk.identity, clerk.url, user, org, APP_ORIGIN)


def test_the_command_line_says_when_nothing_runs() -> None:
    with pytest.raises(SessionTokenUnavailable, match=r"does not answer at http://127.0.0.1:1"):
        session_token(local_identity(), "http://127.0.0.1:1", "user_local_ada", None, APP_ORIGIN)


def test_the_command_line_says_when_the_key_is_another_projects(clerk: Clerk) -> None:
    with pytest.raises(SessionTokenUnavailable, match="another project"):
        session_token(local_identity(), clerk.url, "user_local_ada", None, APP_ORIGIN)


def test_the_demo_pairs_need_no_server() -> None:
    assert demo_pairs() == [
        ("user_local_ada", "org_local_acme"),
        ("user_local_ada", "org_local_globex"),
        ("user_local_grace", "org_local_globex"),
        ("user_local_linus", "org_local_initech"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        {"azp": "https://evil.example"},
        {"expires_in_seconds": "60"},
        {"expires_in_seconds": 10**9},
        {"version": 3},
    ],
)
def test_a_value_out_of_range_is_refused(clerk: Clerk, body: dict[str, object]) -> None:
    created = clerk.backend("POST", "/v1/sessions", {"user_id": "user_local_ada"}).json()

    refusal = clerk.backend("POST", f"/v1/sessions/{created['id']}/tokens", body)

    assert refusal.status_code == 422


def test_a_body_that_is_no_object_is_refused(clerk: Clerk) -> None:
    headers = {"Authorization": f"Bearer {clerk.identity.clerk_secret_key}"}

    answers = [
        clerk.http.post("/v1/sessions", content=body, headers=headers) for body in (b"[]", b"{")
    ]

    assert [answer.status_code for answer in answers] == [400, 400]


def test_a_token_can_be_born_expired(clerk: Clerk) -> None:
    created = clerk.backend("POST", "/v1/sessions", {"user_id": "user_local_ada"}).json()
    path = f"/v1/sessions/{created['id']}/tokens"

    token = clerk.backend("POST", path, {"expires_in_seconds": -30}).json()["jwt"]

    claims = clerk.verify(token)
    now = int(clerk.clock.now)
    assert (claims["iat"], claims["exp"]) == (now - 90, now - 30)


def test_a_revoked_session_gives_no_more_tokens(clerk: Clerk) -> None:
    created = clerk.backend("POST", "/v1/sessions", {"user_id": "user_local_ada"}).json()

    revoked = clerk.backend("POST", f"/v1/sessions/{created['id']}/revoke").json()

    assert revoked["status"] == "revoked"
    assert clerk.backend("POST", f"/v1/sessions/{created['id']}/tokens").status_code == 404


def test_an_organization_is_created_with_its_creator_as_admin(clerk: Clerk) -> None:
    wanted = {"name": "Principia", "created_by": "user_local_newton"}

    created = clerk.backend("POST", "/v1/organizations", wanted).json()
    members = clerk.backend("GET", f"/v1/organizations/{created['id']}/memberships").json()

    assert (created["name"], created["slug"]) == ("Principia", "principia")
    assert [row["role"] for row in members["data"]] == ["org:admin"]
    assert members["data"][0]["public_user_data"]["user_id"] == "user_local_newton"


def test_a_user_is_created_and_signs_in(clerk: Clerk) -> None:
    wanted = {"email_address": ["eve@example.com"], "password": PASSWORD, "first_name": "Eve"}

    created = clerk.backend("POST", "/v1/users", wanted).json()

    assert created["email_addresses"][0]["email_address"] == "eve@example.com"
    assert created["first_name"] == "Eve"
    assert clerk.backend("GET", f"/v1/users/{created['id']}").json()["id"] == created["id"]
    assert clerk.browser().sign_in("eve@example.com")["user"]["id"] == created["id"]


@pytest.mark.parametrize(
    ("addresses", "code"),
    [
        ([], "form_param_format_invalid"),
        (["eve"], "form_param_format_invalid"),
        (["ADA@example.com"], "form_identifier_exists"),
    ],
)
def test_a_user_needs_an_address_of_their_own(
    clerk: Clerk, addresses: list[str], code: str
) -> None:
    refused = clerk.backend("POST", "/v1/users", {"email_address": addresses})

    assert refused.status_code == 422
    assert refused.json()["errors"][0]["code"] == code

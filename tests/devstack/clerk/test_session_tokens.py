"""What stands in a session token."""

from __future__ import annotations

import jwt
import pytest

from .running import APP_ORIGIN, Clerk, error_code


def test_a_token_has_the_claims_of_version_2(clerk: Clerk) -> None:
    browser = clerk.browser()
    session = browser.sign_in("ada@example.com")

    token = browser.token(session).json()["jwt"]

    claims = clerk.verify(token)
    now = int(clerk.clock.now)
    assert claims.pop("jti")
    assert claims == {
        "iss": clerk.url,
        "sub": "user_local_ada",
        "sid": session["id"],
        "iat": now,
        "nbf": now - 10,
        "exp": now + 60,
        "fva": [0, -1],
        "sts": "active",
        "azp": APP_ORIGIN,
        "v": 2,
        "fea": "o:analytics",
        "o": {
            "id": "org_local_acme",
            "slg": "acme",
            "rol": "admin",
            "per": "manage,read",
            "fpm": "3",
        },
    }


def test_the_header_names_key_and_category(clerk: Clerk) -> None:
    browser = clerk.browser()
    token = browser.token(browser.sign_in("ada@example.com")).json()["jwt"]

    header = jwt.get_unverified_header(token)

    (key,) = clerk.http.get("/v1/jwks").json()["keys"]
    assert header == {
        "alg": "RS256",
        "typ": "JWT",
        "kid": key["kid"],
        "cat": "cl_B7d4PD111AAA",
    }


def test_a_token_of_version_1_spells_the_organization_out(clerk: Clerk) -> None:
    clerk.backend("POST", "/devstack/tokens", {"version": 1})
    browser = clerk.browser()
    session = browser.sign_in("ada@example.com")

    claims = clerk.verify(browser.token(session).json()["jwt"])

    assert "v" not in claims and "o" not in claims
    assert claims["org_id"] == "org_local_acme"
    assert claims["org_slug"] == "acme"
    assert claims["org_role"] == "org:admin"
    assert claims["org_permissions"] == ["org:analytics:read", "org:analytics:manage"]


def test_a_member_holds_fewer_permissions_than_an_admin(clerk: Clerk) -> None:
    browser = clerk.browser()
    session = browser.sign_in("linus@example.com")

    claims = clerk.verify(browser.token(session).json()["jwt"])

    assert claims["o"]["rol"] == "member"
    assert (claims["o"]["per"], claims["o"]["fpm"]) == ("read", "1")


def test_a_token_for_another_organization_leaves_the_active_one(clerk: Clerk) -> None:
    browser = clerk.browser()
    session = browser.sign_in("ada@example.com")

    other = browser.token(session, {"organization_id": "org_local_globex"}).json()["jwt"]

    assert clerk.verify(other)["o"]["id"] == "org_local_globex"
    active = browser.client()["sessions"][0]["last_active_organization_id"]
    assert active == "org_local_acme"


def test_no_token_for_an_organization_of_others(clerk: Clerk) -> None:
    browser = clerk.browser()
    session = browser.sign_in("ada@example.com")

    refusal = browser.token(session, {"organization_id": "org_local_initech"})

    assert refusal.status_code == 404
    assert error_code(refusal) == "organization_not_found_or_unauthorized"


def test_an_empty_organization_gives_a_token_without_one(clerk: Clerk) -> None:
    browser = clerk.browser()
    session = browser.sign_in("ada@example.com")

    claims = clerk.verify(browser.token(session, {"organization_id": ""}).json()["jwt"])

    assert "o" not in claims and "fea" not in claims
    assert claims["sts"] == "active"


def test_no_token_of_another_browsers_session(clerk: Clerk) -> None:
    session = clerk.browser().sign_in("ada@example.com")
    other = clerk.browser()
    other.sign_in("linus@example.com")

    refusal = other.token(session)

    assert refusal.status_code == 401


def test_azp_comes_from_the_referer_where_a_get_has_no_origin(clerk: Clerk) -> None:
    browser = clerk.browser()
    browser.sign_in("ada@example.com")

    client = clerk.http.get(
        "/v1/client",
        params={"__clerk_db_jwt": browser.dev_browser},
        headers={"Referer": "http://127.0.0.1:8000/page?x=1"},
    ).json()["response"]

    token = client["sessions"][0]["last_active_token"]["jwt"]
    assert clerk.verify(token)["azp"] == "http://127.0.0.1:8000"


@pytest.mark.parametrize("referer", ["https://evil.example/", "", "http://[broken"])
def test_a_foreign_referer_never_becomes_azp(clerk: Clerk, referer: str) -> None:
    browser = clerk.browser()
    browser.sign_in("ada@example.com")

    client = clerk.http.get(
        "/v1/client",
        params={"__clerk_db_jwt": browser.dev_browser},
        headers={"Referer": referer},
    ).json()["response"]

    token = client["sessions"][0]["last_active_token"]["jwt"]
    assert "azp" not in clerk.verify(token)


def test_fva_counts_minutes_since_the_password(clerk: Clerk) -> None:
    browser = clerk.browser()
    session = browser.sign_in("ada@example.com")
    clerk.clock.now += 125

    claims = clerk.verify(browser.token(session).json()["jwt"])

    assert claims["fva"] == [2, -1]

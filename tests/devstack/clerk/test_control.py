"""What tests may order: new keys, an outage, other tokens, a clean slate."""

from __future__ import annotations

import jwt

from .running import Clerk, error_code


def _kids(clerk: Clerk) -> list[str]:
    return [key["kid"] for key in clerk.http.get("/v1/jwks").json()["keys"]]


def test_after_a_rotation_only_the_new_key_is_published(clerk: Clerk) -> None:
    (old,) = _kids(clerk)

    fresh = clerk.backend("POST", "/devstack/rotate-keys").json()["kid"]

    assert fresh != old
    assert _kids(clerk) == [fresh]


def test_a_rotation_can_keep_the_old_key(clerk: Clerk) -> None:
    (old,) = _kids(clerk)

    fresh = clerk.backend("POST", "/devstack/rotate-keys", {"keep_old": True}).json()["kid"]

    browser = clerk.browser()
    token = browser.token(browser.sign_in("ada@example.com")).json()["jwt"]
    assert _kids(clerk) == [fresh, old]
    assert jwt.get_unverified_header(token)["kid"] == fresh


def test_a_rotation_can_reuse_the_id(clerk: Clerk) -> None:
    before = clerk.http.get("/v1/jwks").json()["keys"][0]

    clerk.backend("POST", "/devstack/rotate-keys", {"same_kid": True})

    after = clerk.http.get("/v1/jwks").json()["keys"][0]
    assert before["kid"] == after["kid"]
    assert before["n"] != after["n"]


def test_an_outage_stops_keys_and_frontend_api(clerk: Clerk) -> None:
    browser = clerk.browser()
    clerk.backend("POST", "/devstack/outage", {"seconds": 30})

    keys = clerk.http.get("/.well-known/jwks.json")
    keys_with_secret = clerk.backend("GET", "/v1/jwks")
    client = browser.get("/v1/client")

    assert [keys.status_code, keys_with_secret.status_code, client.status_code] == [503] * 3
    assert error_code(client) == "service_unavailable"
    assert client.headers["access-control-allow-origin"] == "http://localhost:8000"


def test_an_outage_ends_by_itself(clerk: Clerk) -> None:
    clerk.backend("POST", "/devstack/outage", {"seconds": 30})
    clerk.clock.now += 30

    assert clerk.http.get("/v1/jwks").status_code == 200


def test_an_outage_can_be_called_off(clerk: Clerk) -> None:
    ordered = clerk.backend("POST", "/devstack/outage").json()
    over = clerk.backend("POST", "/devstack/outage", {"seconds": 0}).json()

    assert (ordered, over) == ({"outage": True}, {"outage": False})
    assert clerk.http.get("/v1/jwks").status_code == 200


def test_the_backend_api_works_through_an_outage(clerk: Clerk) -> None:
    clerk.backend("POST", "/devstack/outage")

    created = clerk.backend("POST", "/v1/sessions", {"user_id": "user_local_ada"})

    assert created.status_code == 200


def test_the_life_of_tokens_can_be_set(clerk: Clerk) -> None:
    clerk.backend("POST", "/devstack/tokens", {"lifetime_s": 5})
    browser = clerk.browser()

    claims = clerk.verify(browser.token(browser.sign_in("ada@example.com")).json()["jwt"])

    assert claims["exp"] - claims["iat"] == 5


def test_forgetting_the_clients_signs_everybody_out(clerk: Clerk) -> None:
    browser = clerk.browser()
    browser.sign_in("ada@example.com")

    clerk.backend("DELETE", "/devstack/clients")

    assert error_code(browser.get("/v1/client")) == "dev_browser_unauthenticated"


def test_a_reset_goes_back_to_the_demo_file(clerk: Clerk) -> None:
    browser = clerk.browser()
    browser.sign_in("newton@example.com")
    browser.post("/v1/organizations", {"name": "Principia"})
    clerk.backend("DELETE", "/v1/organizations/org_local_acme")

    clerk.backend("POST", "/devstack/reset")

    rows = clerk.backend("GET", "/v1/organizations").json()["data"]
    assert [row["slug"] for row in rows] == ["acme", "globex", "initech"]

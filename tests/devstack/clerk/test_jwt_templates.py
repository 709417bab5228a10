"""JWT templates: kept through the Backend API, minted for sessions, their shortcodes filled."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx2
import jwt
import pytest
from devstack.clerk.shortcodes import ShortcodeInvalid, fill

from .running import APP_ORIGIN, Browser, Clerk, Clock, error_code, local_identity, running

KEY = "p.local_" + "5ec2e7" * 8
TEMPLATE = {
    "name": "tinybird",
    "claims": {
        "workspace_id": "ws",
        "name": "app:{{user.id}}",
        "scopes": [{"fixed_params": {"tenant_id": "{{org.id || 'no-organization'}}"}}],
        "limits": {"rps": 10},
    },
    "lifetime": 60,
    "allowed_clock_skew": 5,
    "custom_signing_key": True,
    "signing_algorithm": "HS256",
    "signing_key": KEY,
}


def _token(browser: Browser, session: Mapping[str, Any], name: str = "tinybird") -> httpx2.Response:
    return browser.post(f"/v1/client/sessions/{session['id']}/tokens/{name}")


def _claims(token: httpx2.Response) -> dict[str, Any]:
    options = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
    return jwt.decode(token.json()["jwt"], KEY, ["HS256"], options=options)


def _tenant(token: httpx2.Response) -> str:
    return str(_claims(token)["scopes"][0]["fixed_params"]["tenant_id"])


def test_a_template_is_kept_without_showing_its_key(clerk: Clerk) -> None:
    created = clerk.backend("POST", "/v1/jwt_templates", TEMPLATE)
    path = f"/v1/jwt_templates/{created.json()['id']}"

    assert clerk.backend("GET", "/v1/jwt_templates?limit=500").json() == [created.json()]
    assert clerk.backend("GET", "/v1/jwt_templates?paginated=true").json()["total_count"] == 1
    assert clerk.backend("GET", path).json() == created.json()
    shown = {name: created.json()[name] for name in TEMPLATE if name != "signing_key"}
    assert shown == {name: value for name, value in TEMPLATE.items() if name != "signing_key"}
    assert KEY not in created.text


def test_a_template_is_replaced_and_deleted(clerk: Clerk) -> None:
    created = clerk.backend("POST", "/v1/jwt_templates", TEMPLATE).json()
    path = f"/v1/jwt_templates/{created['id']}"
    clerk.clock.now += 10

    changed = clerk.backend("PATCH", path, {"name": "plain", "claims": {"a": 1}}).json()
    gone = clerk.backend("DELETE", path).json()

    assert (changed["name"], changed["claims"], changed["lifetime"]) == ("plain", {"a": 1}, 60)
    assert (changed["custom_signing_key"], changed["signing_algorithm"]) == (False, "RS256")
    assert changed["updated_at"] == created["created_at"] + 10_000
    assert gone == {"object": "jwt_template", "id": created["id"], "deleted": True}
    assert clerk.backend("GET", path).status_code == 404
    assert clerk.backend("PATCH", path, TEMPLATE).status_code == 404


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"name": ""}, 422, "form_param_missing"),
        ({"claims": []}, 422, "form_param_type_invalid"),
        ({"claims": {"sub": "user_local_ada"}}, 422, "form_param_value_invalid"),
        ({"claims": {"a": ["{{org.id || }}"]}}, 422, "form_param_value_invalid"),
        ({"lifetime": 29}, 422, "form_param_value_invalid"),
        ({"allowed_clock_skew": 301}, 422, "form_param_value_invalid"),
        ({"signing_key": None}, 422, "form_param_missing"),
        ({"signing_algorithm": None}, 422, "form_param_missing"),
        ({"signing_algorithm": "ES256"}, 501, "not_emulated"),
    ],
)
def test_a_template_that_cannot_be_is_refused(
    clerk: Clerk, change: dict[str, object], status: int, code: str
) -> None:
    refusal = clerk.backend("POST", "/v1/jwt_templates", {**TEMPLATE, **change})

    assert (refusal.status_code, error_code(refusal)) == (status, code)
    assert clerk.backend("GET", "/v1/jwt_templates").json() == []


def test_a_name_is_one_templates_alone(clerk: Clerk) -> None:
    clerk.backend("POST", "/v1/jwt_templates", TEMPLATE)

    refusal = clerk.backend("POST", "/v1/jwt_templates", TEMPLATE)

    assert (refusal.status_code, error_code(refusal)) == (422, "form_identifier_exists")


def test_a_token_is_signed_with_the_templates_key_for_the_active_organization(clerk: Clerk) -> None:
    clerk.backend("POST", "/v1/jwt_templates", TEMPLATE)
    browser = clerk.browser()
    session = browser.sign_in("ada@example.com")

    token = _token(browser, session)

    claims = _claims(token)
    now = int(clerk.clock.now)
    assert claims.pop("jti")
    assert claims == {
        "workspace_id": "ws",
        "name": "app:user_local_ada",
        "scopes": [{"fixed_params": {"tenant_id": "org_local_acme"}}],
        "limits": {"rps": 10},
        "iss": clerk.url,
        "sub": "user_local_ada",
        "azp": APP_ORIGIN,
        "iat": now,
        "nbf": now - 5,
        "exp": now + 60,
    }
    header = jwt.get_unverified_header(token.json()["jwt"])
    assert header == {"alg": "HS256", "typ": "JWT", "cat": "cl_B7d4PD222AAA"}


def test_a_token_follows_the_organization_that_is_active_and_no_parameter(clerk: Clerk) -> None:
    clerk.backend("POST", "/v1/jwt_templates", TEMPLATE)
    browser = clerk.browser()
    session = browser.sign_in("ada@example.com")
    path = f"/v1/client/sessions/{session['id']}"

    asked = browser.post(f"{path}/tokens/tinybird", {"organization_id": "org_local_globex"})
    browser.post(f"{path}/touch", {"active_organization_id": "org_local_globex"})
    switched = _token(browser, session)
    browser.post(f"{path}/touch", {"active_organization_id": ""})
    nowhere = _token(browser, session)

    assert _tenant(asked) == "org_local_acme"
    assert _tenant(switched) == "org_local_globex"
    assert _tenant(nowhere) == "no-organization"


def test_a_user_who_left_the_organization_gets_no_token_of_it(clerk: Clerk) -> None:
    clerk.backend("POST", "/v1/jwt_templates", TEMPLATE)
    browser = clerk.browser()
    session = browser.sign_in("linus@example.com")

    path = "/v1/organizations/org_local_initech/memberships/user_local_linus"
    clerk.backend("DELETE", path)

    assert _tenant(_token(browser, session)) == "no-organization"


def test_the_backend_mints_by_a_template_too(clerk: Clerk) -> None:
    clerk.backend("POST", "/v1/jwt_templates", TEMPLATE)
    wanted = {"user_id": "user_local_newton"}
    session = clerk.backend("POST", "/v1/sessions", wanted).json()

    token = clerk.backend("POST", f"/v1/sessions/{session['id']}/tokens/tinybird")

    assert (_tenant(token), _claims(token)["sub"]) == ("no-organization", "user_local_newton")
    assert "azp" not in _claims(token)


def test_a_template_without_a_key_is_signed_by_the_instance(clerk: Clerk) -> None:
    plain = {"name": "plain", "claims": {"who": "{{user.full_name}}", "role": "{{org.role}}"}}
    clerk.backend("POST", "/v1/jwt_templates", plain)
    browser = clerk.browser()

    token = _token(browser, browser.sign_in("ada@example.com"), "plain").json()["jwt"]

    claims = clerk.verify(token)
    assert (claims["who"], claims["role"]) == ("Ada Lovelace", "org:admin")
    assert jwt.get_unverified_header(token)["cat"] == "cl_B7d4PD222AAA"


def test_an_unknown_template_and_a_foreign_session_get_no_token(clerk: Clerk) -> None:
    clerk.backend("POST", "/v1/jwt_templates", TEMPLATE)
    browser, other = clerk.browser(), clerk.browser()
    session = browser.sign_in("ada@example.com")

    assert _token(browser, session, "other").status_code == 404
    assert _token(other, session).status_code == 401


def test_templates_survive_a_restart_and_a_reset(tmp_path: Path) -> None:
    identity, clock = local_identity(), Clock()
    with running(tmp_path, identity, clock) as first:
        created = first.backend("POST", "/v1/jwt_templates", TEMPLATE).json()

    with running(tmp_path, identity, clock) as second:
        second.backend("POST", "/devstack/reset")
        browser = second.browser()

        assert second.backend("GET", "/v1/jwt_templates").json() == [created]
        assert _tenant(_token(browser, browser.sign_in("ada@example.com"))) == "org_local_acme"


FACTS = {"user": {"id": "user_1", "age": 30, "is_new": False, "tags": ["a"], "last_name": None}}


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("{{user.id}}", "user_1"),
        ("{{ user.id }}", "user_1"),
        ("{{user.tags}}", ["a"]),
        ("{{org.id}}", None),
        ("{{user.last_name}}", None),
        ("{{user.id.deeper}}", None),
        ("{{org.id || 'no-organization'}}", "no-organization"),
        ("{{user.id || 'nobody'}}", "user_1"),
        ("{{user.is_new || user.last_name || 7}}", 7),
        ("{{org.id || user.last_name}}", None),
        ("{{'a || b'}}", "a || b"),
        ("{{user.is_new || true}}", True),
        ("app:{{user.id}}", "app:user_1"),
        ("{{user.last_name}} {{user.id}}", "null user_1"),
        ("{{org.id || 'none'}}:{{user.age}}", "none:30"),
        ({"a": [1, {"b": "{{user.age}}"}], "c": None}, {"a": [1, {"b": 30}], "c": None}),
        ("no shortcode", "no shortcode"),
    ],
)
def test_a_shortcode_has_the_value_that_clerk_documents(template: object, value: object) -> None:
    assert fill(template, FACTS) == value


@pytest.mark.parametrize("inside", ["", "org.id ||", "|| 'a'", "org.id | 'a'", "'a", '"a"', "a b"])
def test_a_shortcode_that_cannot_be_read_is_no_value(inside: str) -> None:
    with pytest.raises(ShortcodeInvalid):
        fill(f"{{{{{inside}}}}}", FACTS)

from __future__ import annotations

import dataclasses
import json
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from roost.errors import AppError
from roost.identity.jwks import parse_jwks
from roost.identity.session import Session, SessionRules, parse_token, verify_session
from roost.identity.tenancy import Tenant, find_tenant
from roost.policy.access import Claim, Grant, Policy
from roost.serving.signins import SignIn
from roost.tinybird.tokens import RateLimitBy, TinybirdToken, TokenRules, mint_token, sign_claims

from . import sample
from .conftest import NOW, SECRET
from .issuer import Issuer

RULES = TokenRules("7c2a7e4c-55b2-4a0c-8df3-1d0f0c0a7a11", SECRET, 300, 10, "user")
SESSION_RULES = SessionRules(
    "https://foo-bar-13.clerk.accounts.dev", frozenset({"https://app.example.com"})
)
GRANTS = (Grant("my_activity", fixed={"user_id": Claim.USER_ID}), Grant("top_events"))


def claims_of(token: TinybirdToken) -> dict[str, Any]:
    return json.loads(jwt.api_jws.decode(token.text, SECRET, algorithms=["HS256"]))


def test_a_token_reads_the_granted_endpoints_of_one_tenant(tenant: Tenant, policy: Policy) -> None:
    policy = dataclasses.replace(policy, grants=GRANTS)

    token = mint_token(tenant, policy, RULES, 1_800_000_000.9)

    assert claims_of(token) == {
        "workspace_id": "7c2a7e4c-55b2-4a0c-8df3-1d0f0c0a7a11",
        "name": "app:org_acme:user_ada",
        "iat": 1_800_000_000,
        "exp": 1_800_000_300,
        "scopes": [
            {
                "type": "PIPES:READ",
                "resource": "my_activity",
                "fixed_params": {"user_id": "user_ada", "tenant_id": "org_acme"},
            },
            {
                "type": "PIPES:READ",
                "resource": "top_events",
                "fixed_params": {"tenant_id": "org_acme"},
            },
        ],
        "limits": {"rps": 10},
    }
    assert token.expires_at == 1_800_000_300
    assert token.endpoints == ["my_activity", "top_events"]


TEXT = st.text(max_size=12) | st.sampled_from(["org:admin", "org_globex", "x", "*", "tenant_id"])
SESSIONS = st.fixed_dictionaries(
    {"sub": st.text("abc_-:,'*%", min_size=1, max_size=9), "sid": st.just("sess_1")},
    optional={
        "o": st.fixed_dictionaries(
            {"id": st.from_regex(r"[A-Za-z0-9_-]{1,20}", fullmatch=True)},
            optional={"slg": TEXT, "rol": TEXT, "per": TEXT, "fpm": TEXT},
        ),
        "fea": TEXT,
        # What a JWT of Tinybird's would say; a session that says it has nothing of it.
        "scopes": st.just([{"type": "ADMIN"}]),
        "fixed_params": st.just({"tenant_id": "org_globex"}),
        "tenant_id": TEXT,
        "workspace_id": TEXT,
        "name": TEXT,
        "limits": st.just({"rps": 100_000}),
        "resource": TEXT,
        "exp": st.integers(NOW + 1, NOW + 10**9),
    },
)
POLICY = dataclasses.replace(
    sample.policy(),
    grants=(
        Grant("funnel", role="org:admin"),
        Grant("my_activity", fixed={"user_id": Claim.USER_ID, "slug": Claim.ORG_SLUG}),
        Grant("retention", permission="org:x:x"),
        Grant("top_events", fixed={"region": "eu"}),
    ),
)


@given(SESSIONS, st.integers(60, 3600), st.sampled_from(["user", "tenant"]))
def test_nothing_in_a_session_widens_its_token(
    issuer: Issuer, claims: dict[str, object], ttl_s: int, by: RateLimitBy
) -> None:
    rules = dataclasses.replace(RULES, ttl_s=ttl_s, rate_limit_by=by)
    signed = parse_token(issuer.issue(None, **claims))
    session = verify_session(signed, parse_jwks(issuer.jwks()), SESSION_RULES, NOW)
    tenant = find_tenant(session, "organization")
    assert tenant is not None

    minted = claims_of(mint_token(tenant, POLICY, rules, NOW + 0.9))

    assert list(minted) == ["workspace_id", "name", "iat", "exp", "scopes", "limits"]
    assert minted["workspace_id"] == "7c2a7e4c-55b2-4a0c-8df3-1d0f0c0a7a11"
    assert minted["limits"] == {"rps": 10}
    assert 0 < minted["exp"] - minted["iat"] <= ttl_s and minted["iat"] <= NOW
    names = {"user": f"app:{session.org_id}:{session.user_id}", "tenant": f"app:{session.org_id}"}
    assert minted["name"] == names[by]
    check_scopes(minted["scopes"], session)


def check_scopes(scopes: list[dict[str, object]], session: Session) -> None:
    allowed: dict[str, dict[str, object]] = {
        "funnel": {},
        "my_activity": {"user_id": session.user_id, "slug": session.org_slug},
        "retention": {},
        "top_events": {"region": "eu"},
    }
    assert scopes
    for scope in scopes:
        assert scope.keys() == {"type", "resource", "fixed_params"}
        assert scope["type"] == "PIPES:READ"
        fixed = allowed.pop(str(scope["resource"]))
        assert scope["fixed_params"] == {**fixed, "tenant_id": session.org_id}
    assert "funnel" in allowed or session.role == "org:admin"
    assert "retention" in allowed or "org:x:x" in session.permissions
    assert "my_activity" in allowed or session.org_slug


def test_a_limit_by_tenant_names_the_token_after_the_tenant_alone(
    tenant: Tenant, policy: Policy
) -> None:
    rules = dataclasses.replace(RULES, rate_limit_by="tenant")

    token = mint_token(tenant, policy, rules, NOW)

    assert claims_of(token)["name"] == "app:org_acme"


def test_public_endpoints_are_never_in_a_token(tenant: Tenant, policy: Policy) -> None:
    assert "event_types" in policy.public_endpoints
    assert "event_types" not in mint_token(tenant, policy, RULES, NOW).endpoints


ODD = [
    "",
    " ",
    "no-organization",
    "org acme",
    "org_acme\n",
    "a,b",
    "a'b",
    "ä",
    "a" * 129,
    "org/acme",
    "%",
    "\0",
]


@pytest.mark.parametrize("tenant_id", ODD)
def test_no_token_is_minted_for_an_odd_tenant(
    tenant: Tenant, policy: Policy, tenant_id: str
) -> None:
    with pytest.raises(AppError) as caught:
        mint_token(tenant._replace(id=tenant_id), policy, RULES, NOW)

    assert caught.value.code == "tenant-required"


@pytest.mark.parametrize("org_id", [None, *ODD])
def test_a_session_without_a_proper_organization_has_no_tenant(org_id: str | None) -> None:
    session = Session("user_ada", "sess_1", NOW + 60, NOW, org_id=org_id)

    tenant = find_tenant(session, "organization")

    assert tenant is None
    with pytest.raises(AppError) as caught:
        SignIn(session, tenant, 0).require_tenant()
    assert (caught.value.status, caught.value.code) == (403, "tenant-required")


def test_with_users_as_tenants_the_organization_does_not_count() -> None:
    session = Session("user_ada", "sess_1", NOW + 60, NOW, org_id="org_acme")

    assert find_tenant(session, "user") == Tenant("user_ada", session)


def test_a_session_that_may_read_nothing_gets_no_token(tenant: Tenant, policy: Policy) -> None:
    policy = dataclasses.replace(policy, grants=(Grant("top_events", role="org:admin"),))

    with pytest.raises(AppError) as caught:
        mint_token(tenant, policy, RULES, NOW)

    assert (caught.value.status, caught.value.code) == (403, "access-denied")


@given(
    st.dictionaries(st.text(), st.text() | st.integers(-(2**53), 2**53)),
    st.text("p.éñ—", min_size=32),
)
def test_claims_are_signed_as_pyjwt_reads_them(claims: dict[str, object], secret: str) -> None:
    read = jwt.api_jws.decode_complete(sign_claims(claims, secret), secret, algorithms=["HS256"])

    assert read["header"] == {"alg": "HS256", "typ": "JWT"}
    assert json.loads(read["payload"]) == claims


def test_a_claim_with_half_a_character_is_signed_as_it_is() -> None:
    token = sign_claims({"name": "\ud800"}, "s" * 32)

    payload = jwt.api_jws.decode(token, "s" * 32, algorithms=["HS256"])
    assert payload == b'{"name":"\\ud800"}'


def test_the_secret_shows_in_no_repr(tenant: Tenant, policy: Policy) -> None:
    token = mint_token(tenant, policy, RULES, NOW)

    assert "5ec2e7" not in repr(RULES)
    assert token.text not in repr(token)

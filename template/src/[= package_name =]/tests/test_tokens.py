from __future__ import annotations

import dataclasses
import json

import jwt
import pytest

from ..core.access import Claim, Grant, Policy
from ..core.errors import AppError
from ..core.session import Session
from ..core.tenancy import Tenant, tenant_id_of, tenant_of
from ..core.tokens import TokenRules, mint_token
from .conftest import NOW, SECRET

RULES = TokenRules("7c2a7e4c-55b2-4a0c-8df3-1d0f0c0a7a11", SECRET, 300, 10, "user")
GRANTS = (Grant("my_activity", fixed={"user_id": Claim.USER_ID}), Grant("top_events"))


def test_a_token_reads_the_granted_endpoints_of_one_tenant(tenant: Tenant, policy: Policy) -> None:
    policy = dataclasses.replace(policy, grants=GRANTS)

    token = mint_token(tenant, policy, RULES, 1_800_000_000.9)

    claims = json.loads(jwt.api_jws.decode(token.text, SECRET, algorithms=["HS256"]))
    assert claims == {
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


def test_a_limit_by_tenant_names_the_token_after_the_tenant_alone(
    tenant: Tenant, policy: Policy
) -> None:
    rules = dataclasses.replace(RULES, rate_limit_by="tenant")

    token = mint_token(tenant, policy, rules, NOW)

    claims = jwt.decode(token.text, options={"verify_signature": False})
    assert claims["name"] == "app:org_acme"


def test_public_endpoints_are_never_in_a_token(tenant: Tenant, policy: Policy) -> None:
    assert "event_types" in policy.public_endpoints
    assert "event_types" not in mint_token(tenant, policy, RULES, NOW).endpoints


ODD = ["", " ", "org acme", "org_acme\n", "a,b", "a'b", "ä", "a" * 129, "org/acme", "%", "\0"]


@pytest.mark.parametrize("tenant_id", ODD)
def test_no_token_is_minted_for_an_odd_tenant(
    tenant: Tenant, policy: Policy, tenant_id: str
) -> None:
    with pytest.raises(AppError) as caught:
        mint_token(dataclasses.replace(tenant, id=tenant_id), policy, RULES, NOW)

    assert caught.value.code == "tenant-required"


@pytest.mark.parametrize("org_id", [None, *ODD])
def test_a_session_without_a_proper_organization_has_no_tenant(org_id: str | None) -> None:
    session = Session("user_ada", "sess_1", NOW + 60, NOW, org_id=org_id)

    assert tenant_id_of(session, "organization") is None
    with pytest.raises(AppError) as caught:
        tenant_of(session, "organization")
    assert (caught.value.status, caught.value.code) == (403, "tenant-required")


def test_with_users_as_tenants_the_organization_does_not_count() -> None:
    session = Session("user_ada", "sess_1", NOW + 60, NOW, org_id="org_acme")

    assert tenant_of(session, "user").id == "user_ada"


def test_a_session_that_may_read_nothing_gets_no_token(tenant: Tenant, policy: Policy) -> None:
    policy = dataclasses.replace(policy, grants=(Grant("top_events", role="org:admin"),))

    with pytest.raises(AppError) as caught:
        mint_token(tenant, policy, RULES, NOW)

    assert (caught.value.status, caught.value.code) == (403, "access-denied")


def test_the_secret_shows_in_no_repr(tenant: Tenant, policy: Policy) -> None:
    token = mint_token(tenant, policy, RULES, NOW)

    assert "5ec2e7" not in repr(RULES)
    assert token.text not in repr(token)

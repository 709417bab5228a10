from __future__ import annotations

import dataclasses
import re

import pytest
from roost.clerk_template.document import (
    TemplateImpossible,
    for_environment,
    make_document,
    write_document,
)
from roost.policy.access import Claim, Grant, Policy
from roost.policy.product import Product
from roost.tinybird.tokens import TokenRules

from . import sample

RULES = TokenRules("7c2a7e4c-55b2-4a0c-8df3-1d0f0c0a7a11", "p.local_5ec2e7", 300, 25, "user")


def of(*grants: Grant, tenancy: str = "organization") -> Policy:
    product = Product("Sample", "user" if tenancy == "user" else "organization")
    return dataclasses.replace(sample.policy(), grants=grants, product=product)


def test_a_template_fixes_the_tenant_and_whatever_else_a_grant_fixes() -> None:
    fixed = {"user_id": Claim.USER_ID, "team": Claim.ORG_ID, "region": "eu"}

    assert make_document(of(Grant("my_activity", fixed=fixed))) == {
        "name": "tinybird",
        "claims": {
            "workspace_id": "${TINYBIRD_WORKSPACE_ID}",
            "name": "${RATE_LIMIT_BY}",
            "scopes": [
                {
                    "type": "PIPES:READ",
                    "resource": "my_activity",
                    "fixed_params": {
                        "user_id": "{{user.id}}",
                        "team": "{{org.id || 'no-organization'}}",
                        "region": "eu",
                        "tenant_id": "{{org.id || 'no-organization'}}",
                    },
                }
            ],
            "limits": {"rps": "${RATE_LIMIT_RPS}"},
        },
        "lifetime": 60,
        "allowed_clock_skew": 5,
        "custom_signing_key": True,
        "signing_algorithm": "HS256",
    }


def test_with_users_as_tenants_the_tenant_is_the_user() -> None:
    text = write_document(make_document(of(Grant("top_events"), tenancy="user")))

    assert '"tenant_id": "{{user.id}}"' in text
    assert "org." not in text


def test_of_two_grants_for_an_endpoint_the_first_counts() -> None:
    twice = of(Grant("top_events", fixed={"region": "eu"}), Grant("top_events"))

    assert write_document(make_document(twice)).count('"resource"') == 1
    assert '"region": "eu"' in write_document(make_document(twice))


def test_the_environment_fills_in_workspace_limit_and_name() -> None:
    document = make_document(of(Grant("top_events")))

    claims = for_environment(document, RULES, "organization")["claims"]

    assert isinstance(claims, dict)
    assert claims["workspace_id"] == "7c2a7e4c-55b2-4a0c-8df3-1d0f0c0a7a11"
    assert claims["limits"] == {"rps": 25}
    assert claims["name"] == "app:{{user.id}}"


def test_a_limit_by_tenant_names_the_tokens_after_the_tenant() -> None:
    document = make_document(of(Grant("top_events")))
    rules = dataclasses.replace(RULES, rate_limit_by="tenant")

    claims = for_environment(document, rules, "organization")["claims"]

    assert isinstance(claims, dict)
    assert claims["name"] == "{{org.id || 'no-organization'}}"


def test_no_shortcode_can_become_null_or_come_from_metadata() -> None:
    policy = sample.policy()
    for by in ("user", "tenant"):
        rules = dataclasses.replace(RULES, rate_limit_by=by)
        filled = for_environment(make_document(policy), rules, policy.product.tenancy)

        shortcodes = set(re.findall(r"\{\{.*?\}\}", write_document(filled)))

        assert shortcodes <= {"{{user.id}}", "{{org.id || 'no-organization'}}"}
        assert "${" not in write_document(filled)


@pytest.mark.parametrize(
    ("grant", "words"),
    [
        (Grant("funnel", role="org:admin"), "differs by role or permission"),
        (Grant("funnel", permission="org:x:y"), "differs by role or permission"),
        (Grant("funnel", fixed={"a": Claim.SESSION_ID}), "fixes a to session_id"),
        (Grant("funnel", fixed={"a": Claim.ROLE}), "fixes a to role"),
        (Grant("funnel", fixed={"a": Claim.ORG_SLUG}), "fixes a to org_slug"),
        (Grant("funnel", fixed={"a": "{{user.unsafe_metadata.a}}"}), "would not keep"),
        (Grant("funnel", fixed={"a": "${RATE_LIMIT_BY}"}), "would not keep"),
        (Grant("funnel", fixed={"a": ""}), "would not keep"),
    ],
)
def test_a_policy_that_a_template_cannot_say_is_refused(grant: Grant, words: str) -> None:
    with pytest.raises(TemplateImpossible, match=words) as caught:
        make_document(of(Grant("top_events"), grant))

    assert str(caught.value).startswith("policy.py: the grant of funnel ")


def test_users_as_tenants_may_be_without_an_organization() -> None:
    with pytest.raises(TemplateImpossible, match="fixes a to org_id"):
        make_document(of(Grant("funnel", fixed={"a": Claim.ORG_ID}), tenancy="user"))


def test_a_policy_without_grants_is_refused() -> None:
    with pytest.raises(TemplateImpossible, match="GRANTS is empty"):
        make_document(of())

from __future__ import annotations

import dataclasses
from types import ModuleType

import pytest
from roost.errors import AppError
from roost.identity.session import Session
from roost.identity.tenancy import Tenant, check_expected
from roost.policy.access import (
    Claim,
    Grant,
    Policy,
    PolicyInvalid,
    Who,
    check_may_write,
    granted_parameters,
    read_policy,
)
from roost.policy.catalog import Catalog, parse_catalog
from roost.policy.limits import Limit
from roost.policy.product import Product, ProductInvalid, parse_product

from . import sample

CATALOG = """{"endpoints": [
  {"name": "orders", "description": "", "public": false, "parameters": [
    {"name": "tenant_id", "type": "String", "required": true, "default": null},
    {"name": "user_id", "type": "String", "required": true, "default": null}]},
  {"name": "prices", "description": "", "public": true, "parameters": []},
  {"name": "leaky", "description": "", "public": false, "parameters": []}]}"""

PRODUCT = Product("Acme Analytics", "organization")


def catalog() -> Catalog:
    return parse_catalog(CATALOG)


def module(**changes: object) -> ModuleType:
    owners = sample.module()
    owners.__dict__.update(changes)
    return owners


def admin() -> Tenant:
    permissions = frozenset({"org:analytics:manage"})
    session = Session(
        "user_ada", "sess_1", 2, 1, "org_acme", role="org:admin", permissions=permissions
    )
    return Tenant("org_acme", session)


def granted(policy: Policy, tenant: Tenant, *grants: Grant) -> dict[str, dict[str, str]]:
    return granted_parameters(tenant, dataclasses.replace(policy, grants=grants))


def test_a_role_or_permission_opens_an_endpoint(policy: Policy, tenant: Tenant) -> None:
    by_role = Grant("orders", role="org:admin")
    by_permission = Grant("prices", permission="org:analytics:manage")

    assert granted(policy, admin(), by_role, by_permission).keys() == {"orders", "prices"}
    assert granted(policy, tenant, by_role, by_permission) == {}


def test_the_first_grant_that_fits_counts(policy: Policy, tenant: Tenant) -> None:
    grants = (
        Grant("orders", role="org:admin"),
        Grant("orders", fixed={"user_id": Claim.USER_ID}),
    )

    assert granted(policy, admin(), *grants) == {"orders": {"tenant_id": "org_acme"}}
    assert granted(policy, tenant, *grants) == {
        "orders": {"user_id": "user_ada", "tenant_id": "org_acme"}
    }


def test_a_claim_that_the_session_lacks_opens_nothing(policy: Policy, tenant: Tenant) -> None:
    assert granted(policy, tenant, Grant("orders", fixed={"slug": Claim.ORG_SLUG})) == {}


def test_nothing_in_a_grant_replaces_the_tenant(policy: Policy, tenant: Tenant) -> None:
    fixed = {"tenant_id": "org_globex"}

    assert granted(policy, tenant, Grant("orders", fixed=fixed)) == {
        "orders": {"tenant_id": "org_acme"}
    }


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"GRANTS": [Grant("gone")]}, "GRANTS names gone"),
        ({"GRANTS": [Grant("leaky")]}, "leaky does not take the parameter tenant_id"),
        ({"GRANTS": [Grant("orders", fixed={"x": "1"})]}, "does not take the parameter x"),
        ({"GRANTS": [Grant("orders", fixed={"tenant_id": "1"})]}, "the session alone decides"),
        ({"GRANTS": [Grant("orders", role="admin")]}, '"org:admin"'),
        ({"PUBLIC_ENDPOINTS": ["orders"]}, "PUBLIC_ENDPOINTS names orders"),
        ({"PUBLIC_ENDPOINTS": ["gone"]}, "PUBLIC_ENDPOINTS names gone"),
    ],
)
def test_a_policy_that_could_leak_is_refused(changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(PolicyInvalid) as caught:
        read_policy(module(**changes), PRODUCT, catalog())

    assert sentence in str(caught.value)


def test_a_policy_says_how_often_a_user_may_ask_for_a_token() -> None:
    own = module(TOKEN_REQUESTS=Limit(per_second=2, burst=7))

    policy = read_policy(own, PRODUCT, catalog())

    assert policy.token_requests == Limit(per_second=2, burst=7)


def test_a_policy_that_does_not_speak_of_token_requests_limits_them_all_the_same() -> None:
    earlier = module()
    vars(earlier).pop("TOKEN_REQUESTS", None)

    policy = read_policy(earlier, PRODUCT, catalog())

    assert policy.token_requests == Limit(per_second=1, burst=60)


def test_a_tenancy_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ProductInvalid, match="tenancy must be"):
        parse_product('{"name": "Acme", "tenancy": "team"}')


def test_who_mints_is_the_backend_unless_it_is_said() -> None:
    text = '{"name": "Acme", "tenancy": "user", "token_minting": "%s"}'

    assert parse_product('{"name": "Acme", "tenancy": "user"}').minting == "backend"
    assert parse_product(text % "clerk_template").minting == "clerk_template"
    with pytest.raises(ProductInvalid, match="token_minting must be"):
        parse_product(text % "nobody")


def test_who_may_write_stands_in_the_policy(tenant: Tenant) -> None:
    managers = (Who(permission="org:analytics:manage"), Who(role="org:owner"))

    check_may_write(admin(), managers)
    with pytest.raises(AppError) as caught:
        check_may_write(tenant, managers)
    assert (caught.value.status, caught.value.code) == (403, "access-denied")
    with pytest.raises(AppError):
        check_may_write(admin(), ())


def test_a_page_of_another_tenant_is_told() -> None:
    check_expected(["org_acme", "org_acme"], "org_acme")
    for expected in (["org_globex"], ["org_acme", "org_globex"], [""]):
        with pytest.raises(AppError) as caught:
            check_expected(expected, "org_acme")
        assert (caught.value.status, caught.value.code) == (409, "tenant-changed")

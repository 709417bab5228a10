from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from roost.identity.claims import decode_permissions, read_organization


def test_masks_are_read_from_the_lowest_bit() -> None:
    decoded = decode_permissions(["o:billing", "o:reports"], ["read", "manage"], ["2", "1"])

    assert decoded == {"org:billing:manage", "org:reports:read"}


def test_masks_wider_than_64_bits_are_read_in_full() -> None:
    permissions = [f"p{number}" for number in range(70)]

    decoded = decode_permissions(["o:reports"], permissions, [str(1 << 69 | 1)])

    assert decoded == {"org:reports:p0", "org:reports:p69"}


def test_masks_may_count_every_feature() -> None:
    features = ["u:themes", "o:reports"]

    assert decode_permissions(features, ["read"], ["0", "1"]) == {"org:reports:read"}


def test_masks_may_count_the_features_of_the_organization_alone() -> None:
    features = ["u:themes", "o:reports", "ou:billing"]

    decoded = decode_permissions(features, ["read"], ["1", "1"])

    assert decoded == {"org:reports:read", "org:billing:read"}


def test_a_mask_of_a_users_own_feature_grants_nothing_whatever_it_holds() -> None:
    features = ["u:themes", "o:reports"]

    assert decode_permissions(features, ["read"], ["1", "0"]) == frozenset()
    assert decode_permissions(["u:themes"], ["read"], ["1"]) == frozenset()


@pytest.mark.parametrize("feature", ["", "reports", "o:", ":reports", "x:reports", "O:reports"])
def test_a_feature_without_an_organizations_scope_grants_nothing(feature: str) -> None:
    assert decode_permissions([feature], ["read"], ["1"]) == frozenset()


def test_every_scope_of_an_organization_counts() -> None:
    decoded = decode_permissions(["o:a", "ou:b", "uo:c"], ["read"], ["1", "1", "1"])

    assert decoded == {"org:a:read", "org:b:read", "org:c:read"}


@pytest.mark.parametrize("masks", [[], ["1"], ["1", "1", "1", "1"]])
def test_nothing_is_granted_where_neither_reading_fits(masks: list[str]) -> None:
    features = ["u:themes", "o:reports", "ou:billing"]

    assert decode_permissions(features, ["read"], masks) == frozenset()


@pytest.mark.parametrize("mask", ["-1", "0x1", "1.0", "", " ", "one", "\u0661", "1" * 5000])
def test_a_mask_that_is_no_number_grants_nothing(mask: str) -> None:
    assert decode_permissions(["o:reports"], ["read"], [mask]) == frozenset()


@given(st.integers(min_value=0, max_value=1 << 200), st.integers(min_value=0, max_value=90))
def test_a_mask_never_grants_more_than_is_listed(mask: int, count: int) -> None:
    permissions = [f"p{number}" for number in range(count)]

    decoded = decode_permissions(["o:x"], permissions, [str(mask)])

    assert len(decoded) == (mask & (1 << count) - 1).bit_count()


@pytest.mark.parametrize("organization", [None, "org_acme", {}, {"id": ""}, {"id": 7}, []])
def test_an_organization_without_an_id_is_none(organization: object) -> None:
    assert read_organization({"v": 2, "o": organization}) is None


def test_version_1_claims_are_not_mixed_into_version_2() -> None:
    assert read_organization({"v": 2, "org_id": "org_acme", "org_role": "org:admin"}) is None
    assert read_organization({"o": {"id": "org_acme"}}) is None


@pytest.mark.parametrize(
    "change",
    [{"fea": None}, {"fea": 7}, {"fea": "o:x,o:y"}, {"fea": ["o:x"]}, {"fea": "x"}, {"fea": "u:x"}],
)
def test_a_version_2_token_whose_lists_do_not_fit_grants_nothing(change: dict[str, object]) -> None:
    organization = read_organization(
        {"v": 2, "o": {"id": "org_acme", "per": "read", "fpm": "1"}, "fea": "o:x"} | change
    )

    assert organization is not None
    assert organization.permissions == frozenset()


@pytest.mark.parametrize("listed", [None, "org:x:read", {"org:x:read": 1}, [7, None, ["org:x"]]])
def test_version_1_permissions_that_are_no_texts_grant_nothing(listed: object) -> None:
    organization = read_organization({"org_id": "org_acme", "org_permissions": listed})

    assert organization is not None
    assert organization.permissions == frozenset()


@pytest.mark.parametrize(
    "claims",
    [
        {"v": 2, "o": {"id": "org_acme", "rol": "admin"}},
        {"v": 2, "o": {"id": "org_acme", "rol": "org:admin"}},
        {"org_id": "org_acme", "org_role": "org:admin"},
        {"org_id": "org_acme", "org_role": "admin"},
    ],
)
def test_a_role_has_its_prefix_in_either_version(claims: dict[str, object]) -> None:
    organization = read_organization(claims)

    assert organization is not None
    assert organization.role == "org:admin"


def test_a_version_2_organization_may_come_without_permissions() -> None:
    organization = read_organization({"v": 2, "o": {"id": "org_acme", "rol": "member"}})

    assert organization is not None
    assert organization.role == "org:member"
    assert organization.permissions == frozenset()

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ..core.claims import decode_permissions, read_organization


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


def test_a_version_2_organization_may_come_without_permissions() -> None:
    organization = read_organization({"v": 2, "o": {"id": "org_acme", "rol": "member"}})

    assert organization is not None
    assert organization.role == "org:member"
    assert organization.permissions == frozenset()

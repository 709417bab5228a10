"""The organization part of a Clerk session token, in both of its versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from roost.errors import AppError

_ORGANIZATION_SCOPES = {"o", "ou", "uo"}
# Longer masks than this cannot be meant, and int() refuses them past 4300 digits.
_MAX_MASK_DIGITS = 4000


class Organization(NamedTuple):
    """The organization a session acts for.

    role: always with its prefix, such as `org:admin`.
    """

    id: str
    slug: str | None
    role: str | None
    permissions: frozenset[str]


def read_organization(claims: Mapping[str, object]) -> Organization | None:
    """Return the active organization of verified claims, or None.

    Raises: AppError: `token-invalid` for a token version that this code does not know.
    Source: https://clerk.com/docs/guides/sessions/session-tokens
    """
    version = claims.get("v", 1)
    if version == 2:
        return _version_2(claims)
    if version != 1:
        raise AppError("token-invalid", "The session token has an unknown version.")
    return _version_1(claims)


def decode_permissions(
    features: Sequence[str], permissions: Sequence[str], masks: Sequence[str]
) -> frozenset[str]:
    """Spell out a version 2 token's permissions, such as `org:analytics:read`.

    Clerk's SDKs disagree whether masks are indexed by all features or by the organization's
    alone; where the lengths fit neither reading, nothing is granted.
    """
    if len(masks) != len(features):
        features = [feature for feature in features if _is_organization(feature)]
    if len(masks) != len(features):
        return frozenset()
    return frozenset(
        f"org:{feature.partition(':')[2]}:{permission}"
        for feature, bits in zip(features, map(_bits, masks), strict=True)
        if _is_organization(feature)
        for position, permission in enumerate(permissions)
        if bits >> position & 1
    )


def _version_1(claims: Mapping[str, object]) -> Organization | None:
    organization_id = claims.get("org_id")
    if not isinstance(organization_id, str) or not organization_id:
        return None
    listed = claims.get("org_permissions")
    permissions = (
        [text for text in listed if isinstance(text, str)] if isinstance(listed, list) else []
    )
    role = _role(claims.get("org_role"))
    return Organization(
        organization_id, _text(claims.get("org_slug")), role, frozenset(permissions)
    )


def _version_2(claims: Mapping[str, object]) -> Organization | None:
    organization = claims.get("o")
    if not isinstance(organization, dict):
        return None
    organization_id = organization.get("id")
    if not isinstance(organization_id, str) or not organization_id:
        return None
    permissions = decode_permissions(
        _split(claims.get("fea")), _split(organization.get("per")), _split(organization.get("fpm"))
    )
    slug, role = _text(organization.get("slg")), _role(organization.get("rol"))
    return Organization(organization_id, slug, role, permissions)


def _is_organization(feature: str) -> bool:
    scope, _, name = feature.partition(":")
    return scope in _ORGANIZATION_SCOPES and bool(name)


def _bits(mask: str) -> int:
    readable = mask.isascii() and mask.isdigit() and len(mask) <= _MAX_MASK_DIGITS
    return int(mask) if readable else 0


def _split(value: object) -> list[str]:
    return [part.strip() for part in value.split(",")] if isinstance(value, str) and value else []


def _role(value: object) -> str | None:
    role = _text(value)
    return role if role is None or role.startswith("org:") else f"org:{role}"


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None

"""Session tokens exactly as Clerk issues them. Pure: keys and times come in as arguments.

Source: https://clerk.com/docs/guides/sessions/session-tokens
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import jwt

from .keys import SigningKey

Version = Literal[1, 2]
# The category that @clerk/backend 3.25 knows session tokens by.
SESSION_CATEGORY = "cl_B7d4PD111AAA"
_NOT_BEFORE_S = 10


@dataclass(frozen=True, slots=True)
class OrganizationClaim:
    """The organization that a token speaks for, and what its user may do there.

    `role` is a key such as `org:admin`; permissions read `org:<feature>:<action>`.
    """

    id: str
    slug: str
    role: str
    permissions: tuple[str, ...]
    features: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a token is about. `verified_minutes`: since the password was typed."""

    user_id: str
    session_id: str
    pending: bool
    verified_minutes: int
    organization: OrganizationClaim | None
    azp: str | None


@dataclass(frozen=True, slots=True)
class Lifetime:
    """When a token starts and ends; Unix seconds, UTC."""

    issued_at: int
    expires_at: int


def mint_session_token(
    key: SigningKey, issuer: str, subject: Subject, lifetime: Lifetime, version: Version = 2
) -> str:
    """Sign a session token.

    Args: issuer: the proxy URL, without a trailing slash.
    Returns: compact JWS, RS256.
    """
    own = _version_2(subject) if version == 2 else _version_1(subject)
    claims = {"iss": issuer, **_shared(subject, lifetime), **own}
    headers = {"kid": key.kid, "cat": SESSION_CATEGORY}
    return jwt.encode(claims, key.private_key, algorithm="RS256", headers=headers)


def _shared(subject: Subject, lifetime: Lifetime) -> dict[str, object]:
    azp = {"azp": subject.azp} if subject.azp else {}
    return {
        "sub": subject.user_id,
        "sid": subject.session_id,
        "iat": lifetime.issued_at,
        "nbf": lifetime.issued_at - _NOT_BEFORE_S,
        "exp": lifetime.expires_at,
        "fva": [subject.verified_minutes, -1],
        "sts": "pending" if subject.pending else "active",
        **azp,
    }


def _version_1(subject: Subject) -> dict[str, object]:
    organization = subject.organization
    if organization is None:
        return {}
    return {
        "org_id": organization.id,
        "org_slug": organization.slug,
        "org_role": organization.role,
        "org_permissions": list(organization.permissions),
    }


def _version_2(subject: Subject) -> dict[str, object]:
    base: dict[str, object] = {"v": 2, "jti": secrets.token_hex(10)}
    organization = subject.organization
    if organization is None:
        return base
    actions = _actions(organization.permissions)
    masks = [
        str(permission_mask(feature, actions, organization.permissions))
        for feature in organization.features
    ]
    compact = {"id": organization.id, "slg": organization.slug}
    compact["rol"] = organization.role.removeprefix("org:")
    if actions:
        compact |= {"per": ",".join(actions), "fpm": ",".join(masks)}
    features = ",".join(f"o:{feature}" for feature in organization.features)
    return {**base, "o": compact, **({"fea": features} if features else {})}


def permission_mask(feature: str, actions: Sequence[str], permissions: Sequence[str]) -> int:
    """Return the bits of the actions granted on `feature`: bit i stands for `actions[i]`."""
    granted = [f"org:{feature}:{action}" in permissions for action in actions]
    return sum(1 << bit for bit, is_granted in enumerate(granted) if is_granted)


def _actions(permissions: Sequence[str]) -> list[str]:
    return sorted({permission.split(":")[2] for permission in permissions})

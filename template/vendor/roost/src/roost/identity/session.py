"""A Clerk session token becomes a verified session, or a refusal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from roost.errors import AppError
from roost.identity import token_parts
from roost.identity.claims import read_organization
from roost.identity.jwks import KeySet

MAX_TOKEN_BYTES = 8192
LEEWAY_S = 5
# Categories that Clerk writes into the header; templates and machines have others.
# Source: clerk/javascript packages/backend/src/tokens/jwtCategories.ts
_SESSION_CATEGORIES = ("cl_B7d4PD111AAA", "cl_I7d4PD111III")
# Unix seconds beyond the year 5138: milliseconds, or a number that no clock reaches.
_NEVER_S = 1e11


class SignatureRejected(AppError):
    """No known key signed the token; a key that is not known yet may have."""

    def __init__(self) -> None:
        super().__init__("token-invalid", "No key of this Clerk instance signed the token.")


class SessionRules(NamedTuple):
    """Whose tokens are accepted: the exact issuer, and the origins they were issued for."""

    issuer: str
    authorized_parties: frozenset[str]


@dataclass(frozen=True, slots=True)
class Session:
    """A verified session; times are Unix seconds.

    role: with its prefix, `org:admin`.  impersonator_id: who acts as this user, or None.
    """

    user_id: str
    session_id: str
    expires_at: float
    not_before: float
    org_id: str | None = None
    org_slug: str | None = None
    role: str | None = None
    permissions: frozenset[str] = frozenset()
    impersonator_id: str | None = None

    def check_time(self, now: float) -> None:
        """Refuse the session outside of its life, give or take LEEWAY_S.

        Raises: AppError: `token-expired` or `token-not-active`.
        """
        if now >= self.expires_at + LEEWAY_S:
            raise AppError("token-expired")
        if now < self.not_before - LEEWAY_S:
            raise AppError("token-not-active")


@dataclass(frozen=True, slots=True)
class SignedToken:
    """A token that may be a session's by its form; nobody has checked its signature yet."""

    kid: object
    message: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    payload: str = field(repr=False)


def parse_token(token: str) -> SignedToken:
    """Take a token apart; it needs no key, so that what cannot be right never asks for one.

    Raises: AppError: `token-invalid` for a token too long, malformed, or of another kind.
    """
    if len(token) > MAX_TOKEN_BYTES or not token.isascii():
        raise AppError("token-invalid")
    if token.count(".") != 2:
        raise AppError("token-invalid")
    header, payload, signature = token.split(".")
    kid = _key_id(header)
    message = f"{header}.{payload}".encode()
    return SignedToken(kid, message, _decode(signature), payload)


def verify_session(token: SignedToken, keys: KeySet, rules: SessionRules, now: float) -> Session:
    """Verify a session token: its signature, then its claims.

    Args: now: Unix seconds, UTC.
    Raises: SignatureRejected, AppError: answered as 401 with a code that names the check.
    Source: https://clerk.com/docs/guides/sessions/manual-jwt-verification
    """
    # It is there: keys have been read with it.
    from roost.identity.rsa import is_signed

    key = keys.find(token.kid)
    if key is None or not is_signed(token.message, key, token.signature):
        raise SignatureRejected
    return _read_claims(_decode_object(token.payload), rules, now)


# All tokens of a key have the same header, to the letter.
@lru_cache(maxsize=64)
def _key_id(header: str) -> object:
    fields = _decode_object(header)
    _check_header(fields)
    return fields.get("kid")


def _check_header(header: Mapping[str, object]) -> None:
    category = header.get("cat")
    if header.get("alg") != "RS256" or header.get("typ", "JWT") != "JWT" or "crit" in header:
        raise AppError("token-invalid")
    if category is not None and category not in _SESSION_CATEGORIES:
        raise AppError("token-invalid", "The token is no session token.")


def _read_claims(claims: Mapping[str, object], rules: SessionRules, now: float) -> Session:
    user_id, session_id = _text(claims, "sub"), _text(claims, "sid")
    if user_id.startswith("mch_"):
        raise AppError("token-invalid", "The token is no session token.")
    organization = read_organization(claims)
    session = Session(
        user_id=user_id,
        session_id=session_id,
        expires_at=_time(claims.get("exp")),
        not_before=max(_time(claims.get("nbf", 0)), _time(claims.get("iat", 0))),
        org_id=organization.id if organization else None,
        org_slug=organization.slug if organization else None,
        role=organization.role if organization else None,
        permissions=organization.permissions if organization else frozenset(),
        impersonator_id=_impersonator(claims.get("act")),
    )
    session.check_time(now)
    _check_origin_of(claims, rules)
    return session


def _check_origin_of(claims: Mapping[str, object], rules: SessionRules) -> None:
    if claims.get("iss") != rules.issuer:
        raise AppError("token-invalid", "The token was issued by another Clerk instance.")
    party = claims.get("azp")
    if not isinstance(party, str) or party not in rules.authorized_parties:
        raise AppError("token-azp")
    status = claims.get("sts", "active")
    if status != "active":
        raise AppError("session-pending" if status == "pending" else "token-invalid")


def _impersonator(actor: object) -> str | None:
    if actor is None:
        return None
    if not isinstance(actor, dict):
        raise AppError("token-invalid", "The token names its impersonator in an unknown way.")
    return _text(actor, "sub")


def _text(claims: Mapping[str, object], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not value:
        raise AppError("token-invalid")
    return value


def _time(value: object) -> float:
    # A boolean is an int to Python, and NaN is below nothing.
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not abs(value) < _NEVER_S:
        raise AppError("token-invalid")
    return value


def _decode_object(part: str) -> dict[str, object]:
    try:
        return token_parts.decode_object(part)
    except ValueError as error:
        raise AppError("token-invalid") from error


def _decode(part: str) -> bytes:
    try:
        return token_parts.decode(part)
    except ValueError as error:
        raise AppError("token-invalid") from error

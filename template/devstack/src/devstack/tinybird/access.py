"""Who calls and what they may do: static tokens, JWTs, scopes. No I/O."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeGuard

from .errors import DOCS, Forbidden

JWT_DOCS = f"{DOCS}/forward/administration/tokens/jwt"
JWT_SCOPES = frozenset({"PIPES:READ", "DATASOURCES:READ"})

ENDPOINTS_ALONE = (
    "A JWT that holds PIPES:READ alone cannot send SQL: the engine could run it on rows that an "
    "endpoint leaves out. Read /v0/pipes/<name>.json, or give the token DATASOURCES:READ with a "
    "filter."
)


@dataclass(frozen=True, slots=True)
class Scope:
    """One scope of a token; `resource` is a name or an id, None for all."""

    type: str
    resource: str | None = None
    fixed_params: Mapping[str, Any] | None = None
    filter: str | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """What a token may do in one workspace; `rps` is None where nothing limits it.

    `id` is what logs call the token by: never its value.
    """

    name: str
    scopes: tuple[Scope, ...]
    id: str = ""
    is_jwt: bool = False
    rps: float | None = None

    @property
    def is_admin(self) -> bool:
        return any(scope.type == "ADMIN" for scope in self.scopes)

    def require(self, type_: str) -> None:
        """Raises: Forbidden: neither an admin token nor one with the scope `type_`."""
        if not self.is_admin and not any(scope.type == type_ for scope in self.scopes):
            raise Forbidden(f"The token lacks the scope {type_}.")

    def require_static(self) -> None:
        """Raises: Forbidden: a JWT, which reads endpoints and rows alone."""
        if self.is_jwt:
            raise Forbidden("A JWT can only read endpoints and datasources.", JWT_DOCS)

    def require_sql(self) -> None:
        """Raises: Forbidden: a JWT that reads endpoints alone, for its SQL could be about rows
        that an endpoint drops: the engine runs functions around a result where it likes.
        """
        if self.is_jwt and not any(scope.type == "DATASOURCES:READ" for scope in self.scopes):
            raise Forbidden(ENDPOINTS_ALONE, JWT_DOCS)

    def may_append(self, *names: str) -> bool:
        """Tell whether rows may be appended to the datasource called by one of `names`."""
        return self.is_admin or bool(self._granted("DATASOURCES:APPEND", names))

    def fixed_params(self, *names: str) -> dict[str, Any] | None:
        """Return the parameters that the token fixes for a pipe, None if it may not read it.

        Raises: Forbidden: two scopes of the token fix one parameter to different values.
        """
        if self.is_admin:
            return {}
        scopes = self._granted("PIPES:READ", names)
        if not scopes:
            return None
        fixed: dict[str, Any] = {}
        for scope in scopes:
            for name, value in (scope.fixed_params or {}).items():
                if name in fixed and fixed[name] != value:
                    raise Forbidden(f"The token fixes '{name}' to two values.", JWT_DOCS)
                fixed[name] = value
        return fixed

    def filters(self, *names: str) -> tuple[str, ...] | None:
        """Return the conditions on a datasource's rows, None if the token may not read it."""
        if self.is_admin:
            return ()
        scopes = self._granted("DATASOURCES:READ", names)
        if not scopes:
            return None
        return tuple(scope.filter for scope in scopes if scope.filter)

    def _granted(self, type_: str, names: tuple[str, ...]) -> tuple[Scope, ...]:
        return tuple(
            scope for scope in self.scopes if scope.type == type_ and scope.resource in names
        )


ADMIN = Scope("ADMIN")


def claimed_workspace(token: str) -> str | None:
    """Return the workspace that a JWT names, unverified; None for what is no JWT."""
    claims = _claims(token)
    workspace_id = claims.get("workspace_id") if claims else None
    return workspace_id if isinstance(workspace_id, str) else None


def verify_jwt(token: str, *, key: str, workspace_id: str, now: float) -> Access:
    """Verify a JWT and return what it may do.

    The algorithm is HS256 whatever the header says, as Tinybird documents.
    Args: key: the workspace admin token.  now: Unix seconds, UTC.
    Raises: Forbidden: forged, expired, of another workspace, or with a scope it cannot have.
    Source: https://www.tinybird.co/docs/forward/administration/tokens/jwt
    """
    claims = _claims(token)
    if claims is None or not _signed(token, key):
        raise Forbidden("The token's signature is not valid.", JWT_DOCS)
    if claims.get("workspace_id") != workspace_id:
        raise Forbidden("The token is of another workspace.", JWT_DOCS)
    expires_at = claims.get("exp")
    if not _is_number(expires_at):
        raise Forbidden("The token has no exp.", JWT_DOCS)
    if expires_at <= now:
        raise Forbidden("The token has expired.", JWT_DOCS)
    name = claims.get("name")
    if not isinstance(name, str):
        raise Forbidden("The token has no name.", JWT_DOCS)
    return Access(name=name, scopes=_scopes(claims), is_jwt=True, rps=_rps(claims))


def sign_jwt(claims: Mapping[str, Any], key: str) -> str:
    """Return the compact JWS (HS256) of `claims`."""
    header = _encoded({"alg": "HS256", "typ": "JWT"})
    signed = f"{header}.{_encoded(claims)}"
    return f"{signed}.{_base64url(_signature(signed, key))}"


def parse_jwt_scopes(entries: object) -> tuple[Scope, ...]:
    """Read the `scopes` claim.

    Raises: Forbidden: not a list of the scopes that a JWT can have.
    """
    if not isinstance(entries, list) or not entries:
        raise Forbidden("The token has no scopes.", JWT_DOCS)
    return tuple(_scope(entry) for entry in entries)


def _scopes(claims: Mapping[str, Any]) -> tuple[Scope, ...]:
    return parse_jwt_scopes(claims.get("scopes"))


def _scope(entry: object) -> Scope:
    if not isinstance(entry, dict) or entry.get("type") not in JWT_SCOPES:
        raise Forbidden("A JWT takes the scopes PIPES:READ and DATASOURCES:READ.", JWT_DOCS)
    resource, fixed, condition = (entry.get(key) for key in ("resource", "fixed_params", "filter"))
    if not isinstance(resource, str) or not resource:
        raise Forbidden("A scope of the token has no resource.", JWT_DOCS)
    if not isinstance(fixed, dict | None) or (fixed and entry["type"] != "PIPES:READ"):
        raise Forbidden("fixed_params is an object of a PIPES:READ scope.", JWT_DOCS)
    if not isinstance(condition, str | None) or (condition and entry["type"] == "PIPES:READ"):
        raise Forbidden("filter is a condition of a DATASOURCES:READ scope.", JWT_DOCS)
    # Whoever sends a filter that came out empty did not mean every row.
    if condition is not None and entry["type"] == "DATASOURCES:READ" and not condition.strip():
        raise Forbidden("The filter of a scope is empty.", JWT_DOCS)
    return Scope(entry["type"], resource, fixed, condition)


def _rps(claims: Mapping[str, Any]) -> float | None:
    limits = claims.get("limits")
    if limits is None:
        return None
    rps = limits.get("rps") if isinstance(limits, dict) else None
    if not _is_number(rps):
        raise Forbidden("limits.rps of the token is not a number.", JWT_DOCS)
    return float(rps) if rps > 0 else None


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


# Whoever has a token sends it with every request.
@lru_cache(maxsize=1024)
def _claims(token: str) -> Mapping[str, Any] | None:
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(_decoded(parts[1]))
    except ValueError:
        return None
    return claims if isinstance(claims, dict) else None


@lru_cache(maxsize=1024)
def _signed(token: str, key: str) -> bool:
    signed, _, signature = token.rpartition(".")
    try:
        return hmac.compare_digest(_decoded(signature), _signature(signed, key))
    except binascii.Error:
        return False


def _signature(signed: str, key: str) -> bytes:
    return hmac.new(key.encode(), signed.encode(), hashlib.sha256).digest()


def _encoded(value: Mapping[str, Any]) -> str:
    return _base64url(json.dumps(value, separators=(",", ":")).encode())


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))

"""Who calls and what they may do: static tokens, JWTs, scopes. No I/O."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from ..errors import DOCS, Forbidden
from .jws import claims_of, is_signed

JWT_DOCS = f"{DOCS}/forward/administration/tokens/jwt"
JWT_SCOPES = frozenset({"PIPES:READ", "DATASOURCES:READ"})
# The last second of the year 9999: a time beyond it is none, or one in milliseconds.
LATEST = 253_402_300_799

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
    claims = claims_of(token)
    workspace_id = claims.get("workspace_id") if claims else None
    return workspace_id if isinstance(workspace_id, str) else None


def verify_jwt(token: str, *, key: str, workspace_id: str, now: float) -> Access:
    """Verify a JWT and return what it may do.

    The algorithm is HS256 whatever the header says, as Tinybird documents.
    Args: key: the workspace admin token.  now: Unix seconds, UTC.
    Raises: Forbidden: forged, expired, of another workspace, or with a scope it cannot have.
    Source: https://www.tinybird.co/docs/forward/administration/tokens/jwt
    """
    claims = claims_of(token)
    if claims is None or not is_signed(token, key):
        raise Forbidden("The token's signature is not valid.", JWT_DOCS)
    if claims.get("workspace_id") != workspace_id:
        raise Forbidden("The token is of another workspace.", JWT_DOCS)
    _check_times(claims, now)
    name = claims.get("name")
    if not isinstance(name, str):
        raise Forbidden("The token has no name.", JWT_DOCS)
    return Access(name=name, scopes=_scopes(claims), is_jwt=True, rps=_rps(claims))


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


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    expires_at, not_before = claims.get("exp"), claims.get("nbf")
    if not _is_time(expires_at):
        raise Forbidden("The token's exp is no time in Unix seconds.", JWT_DOCS)
    if expires_at <= now:
        raise Forbidden("The token has expired.", JWT_DOCS)
    if "nbf" in claims and not _is_time(not_before):
        raise Forbidden("The token's nbf is no time in Unix seconds.", JWT_DOCS)
    if not_before is not None and not_before > now:
        raise Forbidden("The token is not valid yet.", JWT_DOCS)


def _is_time(value: object) -> TypeGuard[int | float]:
    return _is_number(value) and 0 <= value <= LATEST


def _rps(claims: Mapping[str, Any]) -> float | None:
    limits = claims.get("limits")
    if limits is None:
        return None
    rps = limits.get("rps") if isinstance(limits, dict) else None
    if not _is_number(rps):
        raise Forbidden("limits.rps of the token is not a number.", JWT_DOCS)
    return float(rps) if rps > 0 else None


def _is_number(value: object) -> TypeGuard[int | float]:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and abs(value) <= sys.float_info.max

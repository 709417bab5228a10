"""/v0/tokens and /tokens."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ...json_text import parse_json
from ..errors import BadRequest, Conflict, Forbidden, NotFound
from ..http.request import FORM, admin, body_of, caller, content_kind, services
from ..tokens.access import Scope, parse_jwt_scopes
from ..tokens.credentials import StaticToken
from ..tokens.jws import sign_jwt
from ..workspaces.workspace import Workspace

UNKNOWN = "Token has not enough permissions to get information about this token"


async def local(request: Request) -> Response:
    """Answer the three tokens that the CLI starts from; to no page of a browser."""
    if "origin" in request.headers or request.headers.get("sec-fetch-site", "none") != "none":
        raise Forbidden("Browsers get no admin tokens.")
    workspaces = services(request).workspaces
    return JSONResponse(
        {
            "user_token": workspaces.user_token,
            "admin_token": workspaces.admin_token,
            "workspace_admin_token": workspaces.home.token,
        }
    )


async def index(request: Request) -> Response:
    """List the static tokens: all for an admin, its own for another one."""
    found = caller(request)
    if found.access.is_jwt:
        raise Forbidden("A JWT cannot list tokens.")
    tokens = _all(found.workspace)
    if not found.access.is_admin:
        tokens = [token for token in tokens if token.name == found.access.name]
    return JSONResponse({"tokens": [_encoded(found.workspace, token) for token in tokens]})


async def read(request: Request) -> Response:
    """Answer one static token."""
    found = admin(request)
    token = _found(found.workspace, request.path_params["name"])
    if token is None:
        raise Forbidden(UNKNOWN)
    return JSONResponse(_encoded(found.workspace, token))


async def create(request: Request) -> Response:
    """Make a JWT (with expiration_time) or a static token (with scope)."""
    found = caller(request)
    found.access.require("TOKENS")
    body = await body_of(request)
    # The CLI names a token in the query, the SDKs in JSON, the documents in a form.
    is_form = content_kind(request) == FORM and body.lstrip()[:1] != b"{"
    form = _form(request, body if is_form else b"")
    document = _document(b"" if is_form else body)
    name = _last(form, "name") or document.get("name")
    if not isinstance(name, str) or not name:
        raise BadRequest("name is missing.")
    expires_at = _last(form, "expiration_time")
    if expires_at is None:
        return _static(found.workspace, name, form)
    return _jwt(found.workspace, name, expires_at, document)


async def change(request: Request) -> Response:
    """Put scopes in the place of a static token's, and a name if one is sent; its value stays."""
    found = caller(request)
    found.access.require("TOKENS")
    workspace = found.workspace
    token = _changeable(workspace, request.path_params["name"])
    form = _form(request, await body_of(request))
    name = _last(form, "name") or token.name
    if name != token.name:
        _require_own_value(workspace, token)
        _require_free(workspace, name)
    workspace.tokens.change(token.name, _scopes(form), name, _last(form, "description"))
    return JSONResponse(_encoded(workspace, _find(workspace, name)))


def _form(request: Request, body: bytes) -> list[tuple[str, str]]:
    pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    return request.query_params.multi_items() + pairs


def _last(form: Sequence[tuple[str, str]], name: str) -> str | None:
    return next((value for key, value in reversed(form) if key == name), None)


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = parse_json(body or b"{}")
    except ValueError as error:
        raise BadRequest("The body is not JSON.") from error
    if not isinstance(document, dict):
        raise BadRequest("The body is not an object.")
    return document


async def refresh(request: Request) -> Response:
    """Give a static token a new value."""
    found = admin(request)
    token = _changeable(found.workspace, request.path_params["name"])
    _require_own_value(found.workspace, token)
    found.workspace.tokens.renew(token.name)
    return JSONResponse(_encoded(found.workspace, _find(found.workspace, token.name)))


async def remove(request: Request) -> Response:
    """Delete a static token."""
    found = admin(request)
    token = _changeable(found.workspace, request.path_params["name"])
    found.workspace.tokens.remove(token.name)
    return JSONResponse({"ok": True})


def _static(workspace: Workspace, name: str, form: Sequence[tuple[str, str]]) -> Response:
    _require_free(workspace, name)
    workspace.tokens.create(name, _scopes(form), _last(form, "description") or "")
    return JSONResponse(_encoded(workspace, _find(workspace, name)))


def _scopes(form: Sequence[tuple[str, str]]) -> tuple[Scope, ...]:
    entries = [value for key, value in form if key == "scope"]
    if not entries:
        raise BadRequest("scope is missing.")
    split = (_split(entry) for entry in entries)
    return tuple(Scope(type_, resource or None) for type_, _, resource in split)


def _split(entry: str) -> tuple[str, str, str]:
    kind, _, rest = entry.partition(":")
    if kind in ("ADMIN", "TOKENS"):
        return kind, "", ""
    verb, separator, resource = rest.partition(":")
    type_ = f"{kind}:{verb}"
    if type_ not in ("PIPES:READ", "DATASOURCES:READ", "DATASOURCES:APPEND") or not resource:
        raise BadRequest(f"The scope '{entry}' is not supported.")
    if ":" in resource:
        raise BadRequest("Filters of static tokens are not supported in Tinybird Forward.")
    return type_, separator, resource


def _jwt(workspace: Workspace, name: str, expires_at: str, document: dict[str, Any]) -> Response:
    try:
        claims = {
            "workspace_id": workspace.id,
            "name": name,
            "iat": int(time.time()),
            "exp": int(expires_at),
            "scopes": document["scopes"],
        }
        parse_jwt_scopes(claims["scopes"])
    except (ValueError, KeyError, TypeError) as error:
        raise BadRequest("expiration_time (Unix seconds) and scopes are needed.") from error
    except Forbidden as error:
        raise BadRequest(error.error) from error
    if "limits" in document:
        claims["limits"] = document["limits"]
    return JSONResponse({"token": sign_jwt(claims, workspace.token)})


def _all(workspace: Workspace) -> list[StaticToken]:
    return [*workspace.admin_tokens, *workspace.tokens.all()]


def _found(workspace: Workspace, key: str) -> StaticToken | None:
    for token in _all(workspace):
        if key in (token.id, token.name, token.token):
            return token
    return None


def _find(workspace: Workspace, key: str) -> StaticToken:
    token = _found(workspace, key)
    if token is None:
        raise NotFound(f"Token '{key}' not found")
    return token


def _changeable(workspace: Workspace, key: str) -> StaticToken:
    token = _find(workspace, key)
    if token in workspace.admin_tokens:
        raise BadRequest(f"The token '{token.name}' comes with the workspace and stays as it is.")
    return token


def _require_own_value(workspace: Workspace, token: StaticToken) -> None:
    if workspace.tokens.is_given(token.name):
        raise BadRequest("This token comes from .env.local: change it there.")


def _require_free(workspace: Workspace, name: str) -> None:
    if any(token.name == name for token in _all(workspace)):
        raise Conflict(f"Token with name '{name}' already exists")


def _encoded(workspace: Workspace, token: StaticToken) -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.name,
        "token": token.token,
        "description": token.description,
        "scopes": [_scope(workspace, scope) for scope in token.scopes],
    }


def _scope(workspace: Workspace, scope: Scope) -> dict[str, Any]:
    encoded: dict[str, Any] = {"type": scope.type}
    if scope.resource:
        encoded |= {"resource": scope.resource, "filter": ""}
    return encoded

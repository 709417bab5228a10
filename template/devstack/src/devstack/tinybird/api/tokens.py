"""/v0/tokens and /tokens."""

from __future__ import annotations

import time
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ...json_text import parse_json
from ..errors import BadRequest, Forbidden, NotFound
from ..http.request import admin, body_of, caller, services
from ..tokens.access import Scope, parse_jwt_scopes
from ..tokens.credentials import StaticToken
from ..tokens.jws import sign_jwt
from ..workspaces.workspace import Workspace

ADMIN_ID = "workspace-admin"


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
    token = _find(found.workspace, request.path_params["name"])
    return JSONResponse(_encoded(found.workspace, token))


async def create(request: Request) -> Response:
    """Make a JWT (with expiration_time) or a static token (with scope)."""
    found = caller(request)
    found.access.require("TOKENS")
    document = _document(await body_of(request))
    name = request.query_params.get("name") or document.get("name")
    if not isinstance(name, str) or not name:
        raise BadRequest("name is missing.")
    expires_at = request.query_params.get("expiration_time")
    if expires_at is None:
        return _static(request, found.workspace, name)
    return _jwt(found.workspace, name, expires_at, document)


def _document(body: bytes) -> dict[str, Any]:
    # The CLI names a token in the query, the SDKs in the body.
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
    token = _find(found.workspace, request.path_params["name"])
    if token.id == ADMIN_ID or found.workspace.tokens.is_given(token.name):
        raise BadRequest("This token comes from .env.local: change it there.")
    found.workspace.tokens.put(token.name)
    return JSONResponse(_encoded(found.workspace, _find(found.workspace, token.name)))


async def remove(request: Request) -> Response:
    """Delete a static token."""
    found = admin(request)
    token = _find(found.workspace, request.path_params["name"])
    if token.id == ADMIN_ID:
        raise BadRequest("The workspace admin token cannot be deleted.")
    found.workspace.tokens.remove(token.name)
    return JSONResponse({"ok": True})


def _static(request: Request, workspace: Workspace, name: str) -> Response:
    entries = request.query_params.getlist("scope")
    if not entries:
        raise BadRequest("scope is missing.")
    scopes = []
    for entry in entries:
        type_, _, resource = _split(entry)
        scopes.append(Scope(type_, resource or None))
    workspace.tokens.put(name, tuple(scopes))
    return JSONResponse(_encoded(workspace, _find(workspace, name)))


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
    admin_token = StaticToken(ADMIN_ID, "workspace admin token", workspace.token, (Scope("ADMIN"),))
    return [admin_token, *workspace.tokens.all()]


def _find(workspace: Workspace, key: str) -> StaticToken:
    for token in _all(workspace):
        if key in (token.id, token.name, token.token):
            return token
    raise NotFound(f"Token '{key}' not found")


def _encoded(workspace: Workspace, token: StaticToken) -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.name,
        "token": token.token,
        "scopes": [_scope(workspace, scope) for scope in token.scopes],
    }


def _scope(workspace: Workspace, scope: Scope) -> dict[str, Any]:
    encoded: dict[str, Any] = {"type": scope.type}
    if scope.resource:
        encoded |= {"resource": scope.resource, "filter": ""}
    return encoded

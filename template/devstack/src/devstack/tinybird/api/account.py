"""/v1/workspaces, /v1/workspace and /v1/user/workspaces."""

from __future__ import annotations

from typing import Any

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ..errors import BadRequest
from ..http.request import admin, caller, flag, form_of, owner, services, token_of
from ..workspaces.workspace import Workspace


async def index(request: Request) -> Response:
    """List the workspaces: all of the user, or that of the token."""
    workspaces = services(request).workspaces
    found = caller(request)
    found.access.require("ADMIN")
    listed = workspaces.all() if workspaces.is_user(token_of(request)) else [found.workspace]
    answer: dict[str, Any] = {"workspaces": [_encoded(workspace) for workspace in listed]}
    if flag(request.query_params.get("with_organization")):
        answer["organization_id"] = workspaces.organization_id
    return JSONResponse(answer)


async def current(request: Request) -> Response:
    """Describe the workspace of the token."""
    workspace = admin(request).workspace
    # Exactly these keys: Tinybird's Python SDK refuses others.
    return JSONResponse(
        {
            "id": workspace.id,
            "name": workspace.name,
            "user_id": services(request).workspaces.organization_id,
            "user_email": "local@example.com",
            "scope": "admin",
            "main": None,
        }
    )


async def create(request: Request) -> Response:
    """Create a workspace."""
    workspaces = owner(request)
    form = await form_of(request)
    return JSONResponse(_encoded(await to_thread.run_sync(workspaces.create, form.get("name", ""))))


async def copy(request: Request) -> Response:
    """Create an empty copy of a workspace, its project built (the devstack's own route)."""
    workspaces = owner(request)
    id_ = request.path_params["id"]
    return JSONResponse(_encoded(await to_thread.run_sync(workspaces.copy, id_)))


async def delete(request: Request) -> Response:
    """Delete a workspace with its rows."""
    workspaces = owner(request)
    if request.query_params.get("hard_delete_confirmation") != "yes":
        raise BadRequest("hard_delete_confirmation=yes is missing.")
    await to_thread.run_sync(workspaces.delete, request.path_params["id"])
    return JSONResponse({"ok": True})


def _encoded(workspace: Workspace) -> dict[str, str]:
    # Exactly these keys: Tinybird's Python SDK refuses others.
    return {"id": workspace.id, "name": workspace.name, "token": workspace.token}

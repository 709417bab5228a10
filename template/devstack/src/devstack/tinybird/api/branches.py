"""/v0/environments and /v1/environments: the branches of a workspace."""

from __future__ import annotations

from typing import Any

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ..errors import BadRequest, NotEmulated
from ..http.request import admin, flag, services
from ..state import now
from ..workspaces.branches import Branch, Branches
from .jobs import encoded


async def index(request: Request) -> Response:
    """List the branches of the token's workspace."""
    main = admin(request).workspace
    listed = [_encoded(branch) | {"main": main.id} for branch in _branches(request).of(main)]
    return JSONResponse({"environments": listed})


async def read(request: Request) -> Response:
    """Describe a branch, by its name or id, with its token if that is asked for."""
    main = admin(request).workspace
    branch = _branches(request).find(main, request.path_params["name"])
    with_token = flag(request.query_params.get("with_token"))
    token = {"token": branch.workspace.token} if with_token else {}
    return JSONResponse(_encoded(branch) | {"main": main.id} | token)


async def create(request: Request) -> Response:
    """Create a branch, without rows; the job is done when it is answered."""
    main, query, started_at = admin(request).workspace, request.query_params, now()
    name = query.get("name")
    if not name:
        raise BadRequest("name is missing: that of the branch.")
    if any(flag(query.get(option)) for option in ("last_partition", "all")):
        raise NotEmulated("copying rows into a branch")
    branch = await to_thread.run_sync(_branches(request).create, main, name)
    job = main.jobs.note("branch", started_at, branch_id=branch.workspace.id)
    return JSONResponse({"job": encoded(request, job), "workspace": _encoded(branch)})


async def delete(request: Request) -> Response:
    """Delete a branch with its rows."""
    main, branches = admin(request).workspace, _branches(request)
    branch = branches.find(main, request.path_params["name"])
    await to_thread.run_sync(branches.delete, main, branch)
    return JSONResponse({"ok": True})


def _branches(request: Request) -> Branches:
    return services(request).workspaces.branches


def _encoded(branch: Branch) -> dict[str, Any]:
    return {
        "id": branch.workspace.id,
        "name": branch.name,
        "created_at": branch.created_at,
    }

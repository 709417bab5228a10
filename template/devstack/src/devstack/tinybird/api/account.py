"""/v1/workspaces, /v1/workspace, /v1/user/workspaces, and /v1/environments: branches."""

from __future__ import annotations

from typing import Any

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ..errors import BadRequest, Forbidden, NotEmulated
from ..http.request import admin, caller, flag, form_of, owner, services, token_of
from ..state import now
from ..workspaces.branches import Branch
from ..workspaces.workspace import Workspace
from .descriptions import text_answer
from .jobs import encoded


async def index(request: Request) -> Response:
    """List the workspaces: all of the user, or that of the token."""
    workspaces = services(request).workspaces
    found = caller(request)
    found.access.require("ADMIN")
    listed = [found.workspace]
    if workspaces.is_user(token_of(request)):
        inner = {branch.workspace.id for branch in services(request).branches.all()}
        listed = [one for one in workspaces.all() if one.id not in inner]
    answer: dict[str, Any] = {"workspaces": [_encoded(workspace) for workspace in listed]}
    if flag(request.query_params.get("with_organization")):
        answer["organization_id"] = workspaces.organization_id
    return JSONResponse(answer)


async def current(request: Request) -> Response:
    """Describe the workspace of the token."""
    workspace = admin(request).workspace
    main = services(request).branches.main_of(workspace)
    # Exactly these keys: Tinybird's Python SDK refuses others.
    return JSONResponse(
        {
            "id": workspace.id,
            "name": workspace.name,
            "user_id": services(request).workspaces.organization_id,
            "user_email": "local@example.com",
            "scope": "admin",
            "main": main.id if main else None,
        }
    )


async def read(request: Request) -> Response:
    """Describe a workspace to the user or its own admin, with its token where they ask for it."""
    workspaces, found = services(request).workspaces, caller(request)
    found.access.require("ADMIN")
    workspace = workspaces.find(request.path_params["id"])
    if workspace is not found.workspace and not workspaces.is_user(token_of(request)):
        raise Forbidden("The token is of another workspace.")
    main = services(request).branches.main_of(workspace)
    with_token = flag(request.query_params.get("with_token"))
    return JSONResponse(
        {
            "id": workspace.id,
            "name": workspace.name,
            "main": main.id if main else None,
            **({"token": workspace.token} if with_token else {}),
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
    """Delete a workspace with its rows: `confirmation` is its name."""
    workspaces, form = owner(request), await form_of(request)
    workspace = workspaces.find(request.path_params["id"])
    # The CLI has a way of its own to confirm.
    by_cli = form.get("hard_delete_confirmation") == "yes"
    if not by_cli and form.get("confirmation") != workspace.name:
        raise BadRequest("confirmation is not the name of the workspace.")
    known = services(request).branches
    for branch in known.of(workspace):
        await to_thread.run_sync(known.delete, branch)
    await to_thread.run_sync(workspaces.delete, workspace.id)
    return JSONResponse({"ok": True})


async def version(request: Request) -> Response:
    """Answer what answers: this server and the version of its ClickHouse, as a text."""
    return text_answer(f"embedded, ClickHouse {services(request).workspaces.engine_version}")


async def branches(request: Request) -> Response:
    """List the branches of the token's workspace."""
    main = admin(request).workspace
    listed = services(request).branches.of(main)
    return JSONResponse(
        {"environments": [_branch(branch) | {"main": main.id} for branch in listed]}
    )


async def read_branch(request: Request) -> Response:
    """Describe a branch, by its name or id, with its token if that is asked for."""
    main = admin(request).workspace
    branch = services(request).branches.find(main, request.path_params["name"])
    with_token = flag(request.query_params.get("with_token"))
    token = {"token": branch.workspace.token} if with_token else {}
    return JSONResponse(_branch(branch) | {"main": main.id} | token)


async def create_branch(request: Request) -> Response:
    """Create a branch, without rows; the job is done when it is answered."""
    main, query, started_at = admin(request).workspace, request.query_params, now()
    name = query.get("name")
    if not name:
        raise BadRequest("name is missing: that of the branch.")
    if flag(query.get("last_partition")):
        raise NotEmulated("copying rows into a branch")
    branch = await to_thread.run_sync(services(request).branches.create, main, name)
    job = main.jobs.note("branch", started_at, branch_id=branch.workspace.id)
    return JSONResponse({"job": encoded(request, job), "workspace": _branch(branch)})


async def delete_branch(request: Request) -> Response:
    """Delete a branch with its rows."""
    main, known = admin(request).workspace, services(request).branches
    branch = known.find(main, request.path_params["name"])
    await to_thread.run_sync(known.delete, branch)
    return JSONResponse({"ok": True})


def _encoded(workspace: Workspace) -> dict[str, str]:
    # Exactly these keys: Tinybird's Python SDK refuses others.
    return {"id": workspace.id, "name": workspace.name, "token": workspace.token}


def _branch(branch: Branch) -> dict[str, Any]:
    return {
        "id": branch.workspace.id,
        "name": branch.name,
        "created_at": branch.created_at,
    }

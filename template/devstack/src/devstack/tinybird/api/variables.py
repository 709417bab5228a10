"""/v0/variables: the secrets of a workspace."""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ..errors import BadRequest, NotFound
from ..http.request import admin, body_of, form_of
from ..workspaces.workspace import Workspace


async def index(request: Request) -> Response:
    """List the secrets without their values."""
    workspace = admin(request).workspace
    return JSONResponse(
        {"variables": [_encoded(workspace, name) for name in workspace.secrets.all()]}
    )


async def read(request: Request) -> Response:
    """Describe one secret."""
    workspace, name = admin(request).workspace, request.path_params["name"]
    if name not in workspace.secrets.all():
        raise NotFound("Not found")
    return JSONResponse(_encoded(workspace, name))


async def create(request: Request) -> Response:
    """Store a secret."""
    workspace = admin(request).workspace
    form = await form_of(request)
    if not form.get("name"):
        raise BadRequest("name is missing.")
    workspace.secrets.put(form["name"], form.get("value", ""))
    return JSONResponse(_encoded(workspace, form["name"]))


async def update(request: Request) -> Response:
    """Change the value of a secret."""
    workspace, name = admin(request).workspace, request.path_params["name"]
    _encoded(workspace, name)
    body = (await body_of(request)).decode("utf-8", "replace")
    form = dict(request.query_params) | dict(parse_qsl(body, keep_blank_values=True))
    workspace.secrets.put(name, form.get("value", ""))
    return JSONResponse(_encoded(workspace, name))


async def remove(request: Request) -> Response:
    """Delete a secret."""
    workspace, name = admin(request).workspace, request.path_params["name"]
    _encoded(workspace, name)
    workspace.secrets.remove(name)
    return JSONResponse({"ok": True})


def _encoded(workspace: Workspace, name: str) -> dict[str, str]:
    entry = workspace.secrets.all().get(name)
    if entry is None:
        raise NotFound("Variable not found")
    times = {key: entry[key] for key in ("created_at", "updated_at")}
    return {"name": name, "type": "secret", **times}

"""/v1/build, /v1/deploy, /v1/deployments and /v0/jobs."""

from __future__ import annotations

from typing import Any

from anyio import to_thread
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ..errors import BadRequest, NotEmulated, NotFound
from ..workspace import Build, Workspace
from .request import admin, flag

FILES = "data_project://"
MOST_FILES = 5000


async def build(request: Request) -> Response:
    """Bring the workspace to the uploaded project (tb build)."""
    workspace = admin(request).workspace
    files = await _files(request)
    done = await to_thread.run_sync(workspace.build, files)
    if done.errors:
        return JSONResponse({"result": "failed", "errors": _errors(done)})
    details = {"id": "1", "datasources": [], "pipes": [], "feedback": list(done.feedback)}
    return JSONResponse({"result": "success", "build": details | done.changes.as_json()})


async def deploy(request: Request) -> Response:
    """Deploy the uploaded project at once, or check it (tb deploy)."""
    workspace = admin(request).workspace
    query = request.query_params
    check = flag(query.get("check"))
    if not check and not flag(query.get("auto_promote")):
        raise NotEmulated("a deployment that waits to be promoted: use tb deploy")
    files = await _files(request)
    destroy = flag(query.get("allow_destructive_operations"))
    done = await to_thread.run_sync(
        lambda: workspace.build(files, check=check, destroy=destroy, deploy=True)
    )
    return JSONResponse({"result": _result(done), "deployment": _deployment(workspace, done)})


async def index(request: Request) -> Response:
    """List the deployments: the live one, or the empty one of the start."""
    workspace = admin(request).workspace
    return JSONResponse({"deployments": [_live(workspace)]})


async def read(request: Request) -> Response:
    """Describe a deployment."""
    workspace = admin(request).workspace
    live = _live(workspace)
    if request.path_params["id"] != live["id"]:
        raise NotFound(f"Deployment '{request.path_params['id']}' not found")
    return JSONResponse({"deployment": live})


async def change(request: Request) -> Response:
    """Refuse: every deployment is live as soon as it is made, and stays."""
    admin(request)
    raise NotEmulated("promoting or discarding a deployment: each is live at once")


async def jobs(request: Request) -> Response:
    """List no jobs: everything is done when it is answered."""
    admin(request)
    return JSONResponse({"jobs": []})


async def job(request: Request) -> Response:
    """Describe a job as done."""
    admin(request)
    id_ = request.path_params["id"]
    return JSONResponse({"id": id_, "job_id": id_, "kind": "import", "status": "done"})


async def _files(request: Request) -> dict[str, str]:
    try:
        form = await request.form(max_files=MOST_FILES, max_fields=MOST_FILES)
    except MultiPartException as error:
        raise BadRequest(error.message) from error
    try:
        uploads = [value for key, value in form.multi_items() if key == FILES]
        return dict([await _file(upload) for upload in uploads])
    finally:
        await form.close()


async def _file(upload: UploadFile | str) -> tuple[str, str]:
    if not isinstance(upload, UploadFile) or not upload.filename:
        raise BadRequest(f"A part {FILES} has no file name.")
    try:
        return upload.filename, (await upload.read()).decode()
    except UnicodeDecodeError as error:
        raise BadRequest(f"{upload.filename} is not UTF-8.") from error


def _errors(done: Build) -> list[dict[str, str]]:
    return [{"filename": error.filename, "error": error.error} for error in done.errors]


def _result(done: Build) -> str:
    if done.errors:
        return "failed"
    return "success" if done.changes else "no_changes"


def _deployment(workspace: Workspace, done: Build) -> dict[str, Any]:
    return _live(workspace) | {
        "errors": _errors(done),
        "feedback": list(done.feedback),
        **done.changes.as_json(),
    }


def _live(workspace: Workspace) -> dict[str, Any]:
    number, created_at = workspace.deployment()
    return {
        "id": str(number),
        "status": "data_ready",
        "live": True,
        "created_at": created_at,
        "updated_at": created_at,
        "errors": [],
        "feedback": [],
        "token_changes": {},
        "data_movements": [],
        "new_data_connector_ids": [],
    }

"""/v1/build, /v1/deploy and /v1/deployments."""

from __future__ import annotations

from typing import Any

from anyio import to_thread
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ..deployments.checks import Build
from ..deployments.history import Deployment
from ..errors import BadRequest
from ..http.request import admin, flag
from ..state import now

FILES = "data_project://"
MOST_FILES = 5000


async def build(request: Request) -> Response:
    """Bring the workspace to the uploaded project (tb build)."""
    workspace = admin(request).workspace
    files = await _files(request)
    done = await to_thread.run_sync(workspace.builds.build, files)
    if done.errors:
        return JSONResponse({"result": "failed", "errors": _errors(done)})
    details = {"id": "1", "datasources": [], "pipes": [], **done.details}
    return JSONResponse({"result": "success", "build": details})


async def deploy(request: Request) -> Response:
    """Deploy the uploaded project: at once, waiting for its promotion, or as a check."""
    workspace = admin(request).workspace
    query, started_at = request.query_params, now()
    check = flag(query.get("check"))
    files = await _files(request)
    done = await to_thread.run_sync(
        lambda: workspace.builds.deploy(
            files,
            check=check,
            destroy=flag(query.get("allow_destructive_operations")),
            promote=flag(query.get("auto_promote")),
        )
    )
    if done.deployment:
        workspace.jobs.note("deployment", started_at, deployment_id=str(done.deployment.id))
    deployment = _encoded(done.deployment or workspace.builds.deployments.live())
    answer = deployment | {"errors": _errors(done), **done.details}
    return JSONResponse({"result": _result(done), "deployment": answer})


async def index(request: Request) -> Response:
    """List the deployments, the oldest first."""
    deployments = admin(request).workspace.builds.deployments
    deleted = flag(request.query_params.get("include_deleted"))
    listed = deployments.all() if deleted else deployments.current()
    return JSONResponse({"deployments": [_encoded(one) for one in listed]})


async def read(request: Request) -> Response:
    """Describe a deployment."""
    deployments = admin(request).workspace.builds.deployments
    return JSONResponse({"deployment": _encoded(deployments.find(request.path_params["id"]))})


async def promote(request: Request) -> Response:
    """Make the deployment that waits the live one."""
    builds, id_ = admin(request).workspace.builds, request.path_params["id"]
    await to_thread.run_sync(builds.promote, id_)
    return JSONResponse({"result": "success", "deployment": _encoded(builds.deployments.find(id_))})


async def discard(request: Request) -> Response:
    """Delete a deployment that waits, or confirm that an old one is gone."""
    builds, id_ = admin(request).workspace.builds, request.path_params["id"]
    await to_thread.run_sync(builds.discard, id_)
    return JSONResponse({"result": "success", "deployment": _encoded(builds.deployments.find(id_))})


async def _files(request: Request) -> dict[str, str]:
    try:
        form = await request.form(max_files=MOST_FILES, max_fields=MOST_FILES)
    except MultiPartException as error:
        raise BadRequest(error.message) from error
    try:
        uploads = [value for key, value in form.multi_items() if key == FILES]
        if not uploads:
            # No file and no project look alike: taken for a project it would delete everything.
            raise BadRequest("The body is no form with the project's files.")
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


def _encoded(deployment: Deployment) -> dict[str, Any]:
    return {
        "id": str(deployment.id),
        "status": deployment.status,
        "live": deployment.live,
        "created_at": deployment.created_at,
        "updated_at": deployment.updated_at,
        "errors": [],
        "new_data_connector_ids": [],
        **deployment.details,
    }

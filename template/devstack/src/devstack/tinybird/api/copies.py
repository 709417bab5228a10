"""/v0/pipes/<name>/copy and /sink: copy jobs, and sinks that do not run here."""

from __future__ import annotations

import json

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ..errors import ApiError, BadRequest, NotEmulated
from ..http.request import admin, parameters_of
from ..monitoring.operations import operation
from ..project.resources import Pipe
from ..sql.templates import ParameterValue
from ..state import now
from ..workspaces.workspaces import Caller
from .jobs import encoded

# What is the request's own, none of the pipe's parameters.
OWN = frozenset({"_mode", "on_demand_compute", "cli_version", "from", "token"})


async def run(request: Request) -> Response:
    """Run a copy pipe; the job is over when it answers, done or failed."""
    found = admin(request)
    pipe = _pipe(found, request.path_params["name"], "copy")
    params, started_at = await parameters_of(request), now()
    mode = str(params.get("_mode") or pipe.output.mode)
    if mode not in ("append", "replace"):
        raise BadRequest(f"_mode is append or replace, not '{mode}'.")
    asked = {name: value for name, value in params.items() if name not in OWN}
    error = await to_thread.run_sync(_copy, found, pipe, asked, mode)
    target = pipe.output.datasource or ""
    target_id = found.workspace.resource_id("datasource", target)
    job = found.workspace.jobs.note(
        "copy",
        started_at,
        error=error,
        pipe_id=found.workspace.resource_id("pipe", pipe.name),
        pipe_name=pipe.name,
        datasource_id=target_id,
        datasource={"id": target_id, "name": target},
        mode=mode,
    )
    answer = {"id": job["pipe_id"], "name": pipe.name, "job": encoded(request, job)}
    return JSONResponse(answer | {"tags": {"copy_target_datasource": target_id}})


async def schedule(request: Request) -> Response:
    """Refuse to pause and resume: nothing runs on a schedule here."""
    _pipe(admin(request), request.path_params["name"], "copy")
    raise NotEmulated("schedules of copy pipes: run the pipe with tb copy run")


async def sink(request: Request) -> Response:
    """Refuse: a sink writes to a service that is not here."""
    _pipe(admin(request), request.path_params["name"], "sink")
    raise NotEmulated("running a sink: its pipe is built and kept, nothing is exported")


def _pipe(found: Caller, name: str, type_: str) -> Pipe:
    pipe = found.workspace.pipe(name)
    if pipe.type != type_:
        raise BadRequest(f"The pipe '{pipe.name}' is not a {type_} pipe.")
    return pipe


def _copy(found: Caller, pipe: Pipe, params: dict[str, ParameterValue], mode: str) -> str | None:
    # Why the copy failed, None if it did not.
    workspace, target = found.workspace, pipe.output.datasource or ""
    target_id = workspace.resource_id("datasource", target)
    try:
        with operation(workspace.journal, "copy", target_id, target) as running:
            running.pipe_id = workspace.resource_id("pipe", pipe.name)
            running.pipe_name = pipe.name
            running.options = {"mode": mode, "params": json.dumps(params)}
            copied = workspace.copy(pipe, params, mode)
            running.read_rows, running.read_bytes = copied.read_rows, copied.read_bytes
            running.rows = running.written_rows = copied.written_rows
    except ApiError as error:
        return error.error
    return None

"""/v0/jobs: what ran, each over when it is answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ..errors import BadRequest, NotEmulated
from ..http.request import admin, caller


async def index(request: Request) -> Response:
    """List the jobs, the newest first."""
    found, query = admin(request), request.query_params
    listed = found.workspace.jobs.all(status=query.get("status"), kind=query.get("kind"))
    return JSONResponse({"jobs": [encoded(request, job) for job in listed]})


async def read(request: Request) -> Response:
    """Describe a job."""
    found = caller(request)
    found.access.require_static()
    return JSONResponse(encoded(request, found.workspace.jobs.find(request.path_params["id"])))


async def cancel(request: Request) -> Response:
    """Refuse: a job is over before anybody knows its id."""
    job = admin(request).workspace.jobs.find(request.path_params["id"])
    raise BadRequest(f"Job is not in cancellable status: it is {job['status']}.")


async def retry(request: Request) -> Response:
    """Refuse: a job's input is not kept."""
    admin(request).workspace.jobs.find(request.path_params["id"])
    raise NotEmulated("running a job again: send its request again")


def encoded(request: Request, job: Mapping[str, Any]) -> dict[str, Any]:
    """Return a job with the URL that describes it."""
    return {**job, "job_url": f"{request.base_url}v0/jobs/{job['id']}"}

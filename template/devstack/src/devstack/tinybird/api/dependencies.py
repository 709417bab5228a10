"""/v0/dependencies: what a datasource feeds, for `tb datasource truncate --cascade`."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ..errors import NotEmulated
from ..http.request import admin
from ..project.endpoints import read_names
from ..project.resources import Project


async def index(request: Request) -> Response:
    """List the datasources that materializations fill from one, with the pipes that do."""
    found, name = admin(request), request.query_params.get("datasource")
    if not name:
        raise NotEmulated("GET /v0/dependencies of anything but a datasource")
    source = found.workspace.datasource(name)
    fed = _fed(found.workspace.project, source.name)
    return JSONResponse({"dependencies": fed, "incompatible_datasources": {}})


def _fed(project: Project, name: str) -> dict[str, list[str]]:
    fed: dict[str, list[str]] = {}
    waiting = [name]
    while waiting:
        source = waiting.pop()
        for pipe, target in _materializations(project, source):
            if target not in fed:
                waiting.append(target)
            fed.setdefault(target, []).append(pipe)
    return fed


def _materializations(project: Project, source: str) -> list[tuple[str, str]]:
    return [
        (pipe.name, pipe.output.datasource)
        for pipe in project.pipes.values()
        if pipe.type == "materialized" and pipe.output.datasource and source in read_names(pipe)
    ]

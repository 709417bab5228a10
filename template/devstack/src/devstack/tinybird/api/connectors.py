"""/v0/connectors and /v0/analyze: connections that are kept, and files that are looked at."""

from __future__ import annotations

from typing import Any

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ..errors import NotEmulated, NotFound
from ..http.request import admin, body_of
from ..project.resources import Connection
from ..workspaces.workspaces import Caller
from .descriptions import text_answer


async def index(request: Request) -> Response:
    """List the connections of the project's files."""
    found, service = admin(request), request.query_params.get("service")
    connections = found.workspace.project.connections.values()
    listed = [_encoded(found, one) for one in connections if service in (None, one.service)]
    return JSONResponse({"connectors": listed})


async def read(request: Request) -> Response:
    """Describe a connection, or answer the text of its file."""
    found, name = admin(request), request.path_params["name"]
    connection = _find(found, name.removesuffix(".connection"))
    if not name.endswith(".connection"):
        return JSONResponse(_encoded(found, connection))
    if request.query_params.get("include_metadata"):
        return JSONResponse({"content": connection.source, "warnings": []})
    return text_answer(connection.source)


async def refuse(request: Request) -> Response:
    """Refuse what would reach the other end of a connection."""
    admin(request)
    raise NotEmulated("reaching a connection: Kafka, S3, GCS and DynamoDB do not run locally")


async def analyze(request: Request) -> Response:
    """Guess the schema of a file: NDJSON, CSV or Parquet."""
    found = admin(request)
    if request.query_params.get("url"):
        raise NotEmulated("analyzing a URL: download the file and analyze that")
    analysis = await to_thread.run_sync(found.workspace.analyze, await body_of(request))
    return JSONResponse(analysis)


def _find(found: Caller, name: str) -> Connection:
    for connection in found.workspace.project.connections.values():
        if name in (connection.name, found.workspace.resource_id("connection", connection.name)):
            return connection
    raise NotFound(f"Connection '{name}' not found")


def _encoded(found: Caller, connection: Connection) -> dict[str, Any]:
    linked = [
        found.workspace.resource_id("datasource", source.name)
        for source in found.workspace.project.datasources.values()
        if source.connection == connection.name
    ]
    return {
        "id": found.workspace.resource_id("connection", connection.name),
        "name": connection.name,
        "service": connection.service,
        "settings": {},
        "linkers": [{"datasource_id": id_} for id_ in linked],
    }

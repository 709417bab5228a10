"""/v0/events: rows as NDJSON or JSON."""

from __future__ import annotations

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ..data.ingest import decoded, json_lines, ndjson_lines
from ..errors import BadRequest, Forbidden
from ..http.request import body_of, caller, flag, services
from ..monitoring.operations import note_outcome, operation


async def append(request: Request) -> Response:
    """Store rows; answer when they are on disk (200 with wait=true, else 202)."""
    found = caller(request)
    name = request.query_params.get("name")
    if not name:
        raise BadRequest("name is missing: the Data Source to append to.")
    source = found.workspace.datasource(name)
    id_ = found.workspace.resource_id("datasource", source.name)
    if not found.access.may_append(source.name, id_):
        raise Forbidden(f"The token may not append to the Data Source '{name}'.")
    with operation(found.workspace.journal, "append-hfi", id_, source.name) as running:
        encoding = request.headers.get("content-encoding", "").strip().lower()
        body = await body_of(request)
        if encoding:
            body = await to_thread.run_sync(decoded, body, encoding)
        read = json_lines if request.query_params.get("format") == "json" else ndjson_lines
        outcome = await services(request).batches.store(found.workspace, source.name, read(body))
        note_outcome(running, outcome)
    return JSONResponse(
        {"successful_rows": outcome.successful, "quarantined_rows": outcome.quarantined},
        status_code=200 if flag(request.query_params.get("wait")) else 202,
    )

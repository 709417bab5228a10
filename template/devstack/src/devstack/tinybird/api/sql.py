"""/v0/sql: the Query API."""

from __future__ import annotations

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from ..errors import BadRequest
from ..http.compression import rows_answer
from ..http.recording import recorded_query
from ..http.request import counted, parameters_of, reader, services


async def query(request: Request) -> Response:
    """Run a SELECT over what the token may read."""
    found = reader(request)
    with recorded_query(request, found) as record:
        headers = counted(request, found)
        found.access.require_sql()
        params = record.parameters = await parameters_of(request)
        sql = params.get("q")
        if not isinstance(sql, str) or not sql.strip():
            raise BadRequest("q is missing: the SQL to run.")
        pipeline = params.get("pipeline")
        format_, result = await to_thread.run_sync(
            found.reads.read_sql,
            sql,
            found.access,
            params,
            pipeline if isinstance(pipeline, str) and pipeline else None,
            limiter=services(request).reading,
        )
        record.result = result
    return await rows_answer(request, result, format_, headers | record.headers)

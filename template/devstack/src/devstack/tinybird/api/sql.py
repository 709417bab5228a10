"""/v0/sql: the Query API."""

from __future__ import annotations

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from ..errors import BadRequest
from .recording import recorded_query
from .request import counted, parameters_of, reader, services

# ClickHouse's format, media type: what is not here is refused.
MEDIA_TYPES = {
    "json": "application/json",
    "jsoncompact": "application/json",
    "jsonstrings": "application/json",
    "jsoneachrow": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8",
    "csvwithnames": "text/csv; charset=utf-8",
    "tsv": "text/tab-separated-values; charset=utf-8",
    "tabseparated": "text/tab-separated-values; charset=utf-8",
    "tsvwithnames": "text/tab-separated-values; charset=utf-8",
    "tabseparatedwithnames": "text/tab-separated-values; charset=utf-8",
    "prettycompact": "text/plain; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "prometheus": "text/plain; version=0.0.4; charset=utf-8",
}


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
        made, record.result = await to_thread.run_sync(
            found.workspace.read_sql,
            sql,
            found.access,
            params,
            pipeline if isinstance(pipeline, str) and pipeline else None,
            limiter=services(request).reading,
        )
    media_type = MEDIA_TYPES[(made.format or "json").lower()]
    return Response(record.result.body, media_type=media_type, headers=headers | record.headers)

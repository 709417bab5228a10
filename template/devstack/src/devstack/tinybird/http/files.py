"""The files that a request carries, as lines of JSON."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from anyio import to_thread
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from ..data.csv_rows import csv_lines
from ..data.ingest import decoded, json_lines, ndjson_lines
from ..errors import BadRequest, NotEmulated
from ..project.resources import Datasource
from ..workspaces.workspaces import Caller
from .request import body_of

DIALECT = ("dialect_delimiter", "dialect_new_line", "dialect_escapechar")


async def sent_lines(
    request: Request, found: Caller, source: Datasource, default_format: str
) -> tuple[list[bytes], bool]:
    """Return the rows of the file in the body, and whether columns are read by name.

    Raises: NotEmulated: a file behind a URL.  BadRequest, TooLarge.
    """
    body = await _file(request)
    format_ = request.query_params.get("format", default_format).lower()
    if format_ == "ndjson":
        return ndjson_lines(body), False
    if format_ == "json":
        return json_lines(body), False
    if format_ == "csv":
        delimiter, new_line, escape = (request.query_params.get(name) for name in DIALECT)
        if new_line:
            body = body.replace(new_line.encode(), b"\n")
        return csv_lines(body, source, delimiter or ",", escape or None), True
    if format_ == "parquet":
        lines = await to_thread.run_sync(found.workspace.rows.parquet_lines, body)
        return lines, True
    raise BadRequest(f"There is no format '{format_}'.")


async def _file(request: Request) -> bytes:
    if request.query_params.get("url"):
        raise _from_url()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return await _uploaded(request)
    encoding = request.headers.get("content-encoding", "").strip().lower()
    body = decoded(await body_of(request), encoding)
    if kind == "application/x-www-form-urlencoded" and body.startswith(b"url="):
        raise _from_url()
    return body


async def _uploaded(request: Request) -> bytes:
    body = await body_of(request)

    async def whole() -> AsyncGenerator[bytes]:
        yield body
        yield b""

    try:
        form = await MultiPartParser(request.headers, whole()).parse()
    except MultiPartException as error:
        raise BadRequest(f"The body is no multipart form: {error.message}") from error
    for part in form.values():
        if isinstance(part, UploadFile):
            return await part.read()
    raise _from_url() if "url" in form else BadRequest("The form has no file.")


def _from_url() -> NotEmulated:
    return NotEmulated("importing from a URL: download the file and import that")

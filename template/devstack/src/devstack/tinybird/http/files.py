"""The files that a request carries, as lines of JSON."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass

from anyio import to_thread
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from ..data.csv_rows import csv_lines
from ..data.ingest import decoded, json_lines, ndjson_lines
from ..errors import BadRequest, NotEmulated
from ..project.resources import Datasource
from ..workspaces.workspaces import Caller
from .request import FORM, body_of, content_kind

DIALECT = ("dialect_delimiter", "dialect_new_line", "dialect_escapechar")


@dataclass(frozen=True, slots=True)
class Sent:
    """The rows of a file; `named` where columns are read by name, not by JSONPath.

    `invalid` of them are too short for the columns.
    """

    lines: list[bytes]
    named: bool = False
    invalid: int = 0


async def sent_lines(
    request: Request, found: Caller, source: Datasource, default_format: str
) -> Sent:
    """Return the rows of the file in the body.

    Raises: NotEmulated: a file behind a URL.  BadRequest, TooLarge.
    """
    body = await _file(request)
    format_ = request.query_params.get("format", default_format).lower()
    if format_ == "ndjson":
        return Sent(ndjson_lines(body))
    if format_ == "json":
        return Sent(json_lines(body))
    if format_ == "csv":
        delimiter, new_line, escape = (request.query_params.get(name) for name in DIALECT)
        if new_line:
            body = body.replace(new_line.encode(), b"\n")
        lines, invalid = csv_lines(body, source, delimiter or ",", escape or None)
        return Sent(lines, named=True, invalid=invalid)
    if format_ == "parquet":
        lines = await to_thread.run_sync(found.workspace.rows.parquet_lines, body)
        return Sent(lines, named=True)
    raise BadRequest(f"There is no format '{format_}'.")


async def _file(request: Request) -> bytes:
    if request.query_params.get("url"):
        raise _from_url()
    kind = content_kind(request)
    if kind == "multipart/form-data":
        return await _uploaded(request)
    encoding = request.headers.get("content-encoding", "").strip().lower()
    body = decoded(await body_of(request), encoding)
    if kind == FORM and body.startswith(b"url="):
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

"""Answers that are compressed for the clients that ask for it."""

from __future__ import annotations

import gzip
import re

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from ..sql.engine import Result
from ..sql.formats import Format

# Over the loopback a smaller answer is there sooner as it is.
LEAST_BYTES = 16_384
_GZIP = re.compile(r"(?:^|[\s,])(?:x-)?gzip\s*(?:;\s*q\s*=\s*([\d.]+)\s*)?(?=,|$)", re.IGNORECASE)


async def rows_answer(
    request: Request, result: Result, format_: Format, headers: dict[str, str]
) -> Response:
    """Answer the rows of a query, by gzip where the client takes it and they are many."""
    body = result.body
    if len(body) < LEAST_BYTES:
        return Response(body, media_type=format_.media_type, headers=headers)
    headers = {**headers, "Vary": "Accept-Encoding"}
    if takes_gzip(request.headers.get("accept-encoding", "")):
        headers["Content-Encoding"] = "gzip"
        body = await to_thread.run_sync(lambda: gzip.compress(body, 1, mtime=0))
    return Response(body, media_type=format_.media_type, headers=headers)


def takes_gzip(accepted: str) -> bool:
    """Tell whether an Accept-Encoding header names gzip, and not with a weight of 0."""
    match = _GZIP.search(accepted)
    return match is not None and (match[1] is None or match[1].strip("0.") != "")

"""What the service datasources tell about requests: how long, how much, which error."""

from __future__ import annotations

import os
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

from starlette.requests import Request

from ..errors import CRASHED, ApiError
from ..sql.engine import Result
from ..state import now
from ..workspaces.workspaces import Caller

# Crockford's alphabet, of which ULIDs are made: https://github.com/ulid/spec
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
QUERY_API = "query_api"


@dataclass(slots=True)
class Recorded:
    """A request while it runs; handlers add what they find out."""

    request_id: str = field(default_factory=lambda: _ulid())
    parameters: Mapping[str, object] = field(default_factory=dict)
    result: Result | None = None

    @property
    def headers(self) -> dict[str, str]:
        return {"X-Request-Id": self.request_id}


@contextmanager
def recorded_query(
    request: Request, found: Caller, pipe_id: str = QUERY_API, pipe_name: str = QUERY_API
) -> Generator[Recorded]:
    """Note a read of an endpoint, or by the Query API, in `tinybird.pipe_stats_rt`."""
    record, started_at, started = Recorded(), now(), time.perf_counter()
    # What ends in neither of the two ways below is answered as a crash.
    status, message = 500, CRASHED
    try:
        yield record
        status, message = 200, None
    except ApiError as error:
        status, message = error.status, error.error
        raise
    finally:
        result = record.result
        found.workspace.journal.note(
            "pipe_stats_rt",
            {
                "start_datetime": started_at,
                "pipe_id": pipe_id,
                "pipe_name": pipe_name,
                "token": found.access.id,
                "token_name": found.access.name,
                "duration": time.perf_counter() - started,
                "read_bytes": result.bytes_read if result else 0,
                "read_rows": result.rows_read if result else 0,
                "result_rows": result.rows if result else 0,
                "url": _url_without_token(request),
                "error": int(message is not None),
                "error_message": message,
                "status_code": status,
                "request_id": record.request_id,
                "parameters": _texts(record.parameters),
                "method": request.method,
                "user_agent": request.headers.get("user-agent"),
                "client_ip": request.client.host if request.client else None,
            },
        )


def _url_without_token(request: Request) -> str:
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "token"]
    return request.url.path + (f"?{urlencode(kept)}" if kept else "")


def _texts(parameters: Mapping[str, object]) -> dict[str, str]:
    return {
        name: ",".join(map(str, value)) if isinstance(value, list) else str(value)
        for name, value in parameters.items()
        if name != "token"
    }


def _ulid() -> str:
    number = int(time.time() * 1000) << 80 | int.from_bytes(os.urandom(10))
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))

"""Tinybird's API as requests to send and answers to read; `client` does the sending.

Answers to queries are read by `query_answers`.

Source: https://www.tinybird.co/docs/api-reference
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from roost.errors import AppError
from roost.net.client import Answer, Outgoing
from roost.net.timeouts import INGEST_S, PROBE_S, QUERY_S
from roost.tinybird.queries import Query

_log = logging.getLogger(__name__)
# Past this a query goes into the body; some proxies refuse longer addresses.
_MAX_URL = 4000


class Ingested(NamedTuple):
    """How many rows Tinybird has taken, and how many it put aside as malformed."""

    accepted: int
    quarantined: int


def query_request(api_url: str, query: Query, token: str) -> Outgoing:
    """Build the request for a query with the caller's own token."""
    url = f"{api_url}/v0/pipes/{query.endpoint}.{query.format}"
    headers = {"Authorization": f"Bearer {token}"}
    encoded = urlencode(query.params)
    if len(encoded) <= _MAX_URL:
        return Outgoing("GET", url, headers, query.params, timeout_s=QUERY_S)
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    return Outgoing("POST", url, headers, content=encoded.encode(), timeout_s=QUERY_S)


def events_request(api_url: str, datasource: str, token: str, ndjson: bytes) -> Outgoing:
    """Build the request that sends rows and waits until Tinybird has stored them."""
    return Outgoing(
        "POST",
        f"{api_url}/v0/events",
        {"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"},
        (("name", datasource), ("wait", "true")),
        ndjson,
        INGEST_S,
    )


def read_events(answer: Answer) -> Ingested:
    """Return what became of the rows.

    Raises: AppError: `body-too-large` (413), else `tinybird-unavailable` (503, Retry-After), so
    that the sender keeps the rows, whatever Tinybird's reason is.
    """
    if answer.status in {200, 202}:
        return _ingested(answer)
    if answer.status == 413:
        raise AppError("body-too-large")
    _log.warning("Tinybird answered events with %d", answer.status)
    raise unavailable(answer.headers)


def probe_request(api_url: str) -> Outgoing:
    """Build a request that any living Tinybird answers, if only with a refusal."""
    return Outgoing("GET", f"{api_url}/v0/pipes", timeout_s=PROBE_S, max_bytes=1_000_000)


def is_alive(answer: Answer) -> bool:
    """Tell whether an answer to the probe shows that Tinybird works."""
    return answer.status not in {500, 502, 503, 504}


def unavailable(headers: Mapping[str, str] | None = None) -> AppError:
    """Return the refusal for a Tinybird that cannot be reached or did not answer."""
    return AppError("tinybird-unavailable", headers=retry_after(headers or {}, "5"))


def retry_after(headers: Mapping[str, str], default_s: str = "1") -> dict[str, str]:
    """Return the header that says when to come again, as Tinybird's own answer says it."""
    given = headers.get("retry-after", "")
    return {"Retry-After": given if given.isdecimal() and len(given) < 5 else default_s}


def _ingested(answer: Answer) -> Ingested:
    try:
        counts = json.loads(answer.body)
        quarantined = int(counts["quarantined_rows"])
        return Ingested(int(counts["successful_rows"]), quarantined)
    except (ValueError, KeyError, TypeError) as error:
        _log.warning("Tinybird answered events with %d and no counts", answer.status)
        raise unavailable() from error

"""Rows on their way to Tinybird: stamped with the tenant, checked, written as NDJSON."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from json.encoder import encode_basestring_ascii
from operator import attrgetter
from typing import Any, NamedTuple

from roost.errors import AppError
from roost.events.body import Json, Number, Row, check_unicode, refuse_row
from roost.identity.tenancy import check_tenant_id
from roost.policy.limits import EventLimits

# Tinybird's limit on every plan. Source: https://www.tinybird.co/docs/api-reference/events-api
MAX_SENT_BYTES = 10_000_000
# Spaces and escapes shrink when rows are written again; more than this never gets small enough.
MAX_RECEIVED_BYTES = 16_000_000
_MAX_DEPTH = 64
_MAX_EVENT_ID = 200


class Stamp(NamedTuple):
    """What the server says of every row, whatever the row says itself.

    user_id: None leaves the row's own in place, for code that sends on behalf of others.
    """

    tenant_id: str
    user_id: str | None


def write_events(
    rows: Iterable[Row], stamp: Stamp, limits: EventLimits, now: float
) -> tuple[bytes, int]:
    """Stamp rows and write them as NDJSON; return it with the number of rows.

    Args: now: Unix seconds, UTC; timestamps far from it are refused.
    Raises: AppError: `tenant-required` (403) for an odd tenant, `event-invalid` (400) naming the
    row, `body-too-large` (413).
    """
    check_tenant_id(stamp.tenant_id)
    lines, size = [], 0
    for number, row in _checked(rows, limits, now):
        line = _write(_stamped(row, stamp, number), number)
        lines.append(line)
        size += len(line)
        if size > MAX_SENT_BYTES:
            raise AppError("body-too-large")
    return "".join(lines).encode("ascii"), len(lines)


def plain_rows(rows: Iterable[object]) -> Iterator[Row]:
    """Check that rows made in Python are JSON objects with text keys."""
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict):
            refuse_row(number, "it is not a dict")
        try:
            plain: Row = json.loads(json.dumps(row, allow_nan=False))
        except (TypeError, ValueError, RecursionError):
            refuse_row(number, "JSON cannot hold it")
        check_unicode(plain, number)
        yield plain


def _checked(rows: Iterable[Row], limits: EventLimits, now: float) -> Iterator[tuple[int, Row]]:
    moment = datetime.fromtimestamp(now, UTC)
    oldest = moment - timedelta(days=limits.oldest_days)
    newest = moment + timedelta(minutes=limits.ahead_minutes)
    for number, row in enumerate(rows, start=1):
        at = row.get("timestamp")
        if at is not None and not oldest <= _timestamp(at, number) <= newest:
            refuse_row(number, f"its timestamp is not from {oldest:%Y-%m-%d} to {newest:%Y-%m-%d}")
        yield number, row


def _timestamp(value: Json, number: int) -> datetime:
    try:
        parsed = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        parsed = None
    if parsed is None or len(str(value)) < len("2026-05-01T12:00"):
        refuse_row(number, "its timestamp must look like 2026-05-01T12:00:00.000Z")
    return _in_utc(parsed)


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)


def _stamped(row: Row, stamp: Stamp, number: int) -> Row:
    stamped = {**row, "tenant_id": stamp.tenant_id, "event_id": _event_id(row, number)}
    if stamp.user_id is not None:
        stamped["user_id"] = stamp.user_id
    return stamped


def _event_id(row: Row, number: int) -> str:
    event_id = row.get("event_id")
    if event_id is None or event_id == "":
        return str(uuid.uuid4())
    if not isinstance(event_id, str) or len(event_id) > _MAX_EVENT_ID:
        refuse_row(number, f"its event_id must be a text of at most {_MAX_EVENT_ID} characters")
    return event_id


def _write(row: Row, number: int) -> str:
    try:
        return _json(row, 0) + "\n"
    except _TooDeep:
        refuse_row(number, "it is nested too deeply")


class _TooDeep(Exception):
    pass


def _json(value: Json, depth: int) -> str:
    plain = _PLAIN.get(type(value))
    if plain is not None:
        return plain(value)
    if depth > _MAX_DEPTH:
        raise _TooDeep
    if isinstance(value, dict):
        pairs = [
            f"{encode_basestring_ascii(key)}:{_json(item, depth + 1)}"
            for key, item in value.items()
        ]
        return f"{{{','.join(pairs)}}}"
    items = value if isinstance(value, list) else ()
    return f"[{','.join([_json(item, depth + 1) for item in items])}]"


# How what holds nothing else is written: found by its type, as this is done for every value.
# ASCII alone: no reader takes U+2028 or U+0085 inside a string for the end of a line.
_PLAIN: dict[type, Callable[[Any], str]] = {
    str: encode_basestring_ascii,
    int: int.__repr__,
    float: float.__repr__,
    Number: attrgetter("text"),
    bool: {True: "true", False: "false"}.__getitem__,
    type(None): {None: "null"}.__getitem__,
}

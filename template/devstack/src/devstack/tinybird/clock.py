"""The time as the API writes it."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> str:
    """Return the time in UTC, to the microsecond, as ClickHouse reads it too."""
    return datetime.now(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")

"""Log lines: one JSON object each where machines read them, plain text in a terminal."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any, Literal

from roost.telemetry.observation import current

LogFormat = Literal["json", "text"]

# Every kind of token and secret that this app handles. Nothing logs one; a library may one day.
_SECRET = re.compile(
    r"eyJ[\w-]{8,}(?:\.[\w-]*){0,2}|p\.(?:eyJ|local_)[\w.-]+|sk_(?:test|live)_\w+|whsec_[\w=+/]+"
)


class JsonLines(logging.Formatter):
    """Writes a record as one JSON object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line: time, level, logger, message, then the request it belongs to."""
        line: dict[str, Any] = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_fields(record),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return redact(json.dumps(line, separators=(",", ":"), ensure_ascii=False, default=str))


class TextLines(logging.Formatter):
    """Writes a record for people: the message, then what JsonLines has as fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and a traceback below it where there is one."""
        fields = " ".join(f"{name}={value}" for name, value in _fields(record).items())
        text = f"{_time(record)} {record.levelname} {record.name} {record.getMessage()} {fields}"
        if record.exc_info:
            text = f"{text.rstrip()}\n{self.formatException(record.exc_info)}"
        return redact(text.rstrip())


def redact(text: str) -> str:
    """Take out what looks like a token or a secret."""
    return _SECRET.sub("[redacted]", text)


def log_configuration(form: LogFormat) -> dict[str, Any]:
    """Return what `logging.config.dictConfig` takes: every logger's lines, to stderr."""
    lines = {"json": JsonLines, "text": TextLines}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": lines[form]}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"level": "INFO", "handlers": ["stderr"]},
        # They log every request's address, parameters included.
        "loggers": {"httpx2": {"level": "WARNING"}, "httpcore2": {"level": "WARNING"}},
    }


def _time(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _fields(record: logging.LogRecord) -> dict[str, object]:
    # `extra={"fields": ...}` of a call; the request's own for whatever is logged on its way.
    seen = current()
    request = {"request_id": seen.request_id, "trace_id": seen.trace_id} if seen else {}
    fields = {**request, **getattr(record, "fields", {})}
    return {name: value for name, value in fields.items() if value is not None}

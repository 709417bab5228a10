"""What is asked of the workspace, and what it answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from .built import TENANT

_ROWS = b'"rows":'


@dataclass(frozen=True, slots=True)
class Request:
    """A read of an endpoint: what the token fixes for it, and what the caller asks.

    Args: sql: a question about a datasource instead, under a token that filters it by the tenant.
    """

    endpoint: str
    fixed: Mapping[str, str]
    asked: Mapping[str, str] = field(default_factory=dict)
    format: str = "json"
    sql: str | None = None

    @property
    def parameters(self) -> dict[str, str]:
        """What the endpoint's templates see."""
        return {**self.asked, **self.fixed}

    def scope(self) -> dict[str, object]:
        """Return the scope of the token that it needs."""
        if self.sql is None:
            fixed = dict(self.fixed)
            return {"type": "PIPES:READ", "resource": self.endpoint, "fixed_params": fixed}
        tenant = self.fixed[TENANT].replace("\\", "\\\\").replace("'", "\\'")
        condition = f"{TENANT} = '{tenant}'"
        return {"type": "DATASOURCES:READ", "resource": self.endpoint, "filter": condition}

    def address(self) -> tuple[str, dict[str, str]]:
        """Return the path and the query of the URL."""
        if self.sql is None:
            return f"/v0/pipes/{self.endpoint}.{self.format}", dict(self.asked)
        return "/v0/sql", {"q": self.sql}

    def answer(self, status: int, body: bytes) -> Answer:
        """Return what counts of a reply: rows of a datasource have no order."""
        if status != 200:
            return Answer(status, body)
        if self.sql is not None:
            return Answer(status, b"\n".join(sorted(body.splitlines())))
        return Answer(status, _counted(body) if self.format == "json" else body, self.format)


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, and the bytes that count: `meta`, `data` and `rows`, or the whole of an error."""

    status: int
    body: bytes
    format: str = ""

    @property
    def has_rows(self) -> bool:
        """Whether it shows any row, as far as JSON tells."""
        shows = self.status == 200 and self.format == "json"
        return shows and not self.body.rstrip().endswith(b" 0")


def _counted(body: bytes) -> bytes:
    # After `rows` come the statistics. No data follows it, so the last one is the answer's own.
    end = body.rindex(_ROWS)
    number = re.match(rb"\s*\d+", body[end + len(_ROWS) :])
    assert number is not None
    return body[:end] + _ROWS + b" " + number[0].strip()

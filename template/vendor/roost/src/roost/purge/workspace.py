"""Tinybird with the admin token: which tables hold tenants' rows, counting and deleting them.

Source: https://www.tinybird.co/docs/forward/guides/gdpr-compliant-data-deletion
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from roost.identity.tenancy import is_tenant_id
from roost.net.client import Answer, AsyncClient, Outgoing, Unreachable
from roost.purge.unfinished import PurgeUnfinished
from roost.webhooks.receiver import DATASOURCE

Sleep = Callable[[float], Awaitable[object]]
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,200}")
_JOB_POLL_S = 2.0
_JOB_DEADLINE_S = 3600.0
_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What the webhooks say is deleted; `at` is when, in Unix seconds."""

    kind: str
    id: str
    at: float


@dataclass(frozen=True, slots=True)
class Workspace:
    """The workspace of the app."""

    api_url: str
    token: str = field(repr=False)
    client: AsyncClient
    sleep: Sleep = asyncio.sleep

    async def tombstones(self) -> list[Tombstone]:
        """Return what was deleted and not purged yet, the oldest first."""
        rows = await self._rows(
            "SELECT kind, id, toUnixTimestamp64Milli(updated_at) / 1000 AS at "  # noqa: S608
            f"FROM {DATASOURCE} FINAL WHERE deleted = 1 AND tenant_id = id "
            "AND kind IN ('organization', 'user') ORDER BY at, id"
        )
        return [Tombstone(row["kind"], row["id"], float(row["at"])) for row in rows]

    async def tables(self) -> tuple[str, ...]:
        """Return every table that has a tenant_id: datasources, rollups and quarantines.

        The deployed ones are asked, so that a new datasource of yours is never forgotten. The
        tombstones' own table comes last: while it has them, an interrupted purge can go on.
        """
        listed = _json(await self._ask("GET", "/v0/datasources"))["datasources"]
        names = sorted(source["name"] for source in listed if source["name"] != DATASOURCE)
        candidates = [
            table for name in (*names, DATASOURCE) for table in (f"{name}_quarantine", name)
        ]
        return tuple([name for name in candidates if await self._has_tenants(name)])

    async def count(self, table: str, ids: Sequence[str]) -> int:
        """Return how many rows of some tenants a table holds."""
        (row,) = await self._rows(
            f"SELECT count() AS rows FROM {_name(table)} WHERE {_condition(ids)}"  # noqa: S608
        )
        return int(row["rows"])

    async def delete(self, table: str, ids: Sequence[str]) -> None:
        """Delete the rows of some tenants from a table, and wait until it is done.

        Raises: PurgeUnfinished: if Tinybird refuses, or its job fails.
        """
        path = f"/v0/datasources/{_name(table)}/delete"
        started = _json(await self._ask("POST", path, {"delete_condition": _condition(ids)}))
        job, since = started.get("job_id") or started["id"], time.monotonic()
        while (status := _json(await self._ask("GET", f"/v0/jobs/{job}"))["status"]) != "done":
            if status in {"error", "cancelled"} or time.monotonic() - since > _JOB_DEADLINE_S:
                raise PurgeUnfinished(f"The job that deletes from {table} is {status}.")
            await self.sleep(_JOB_POLL_S)

    async def _has_tenants(self, table: str) -> bool:
        sql = f"SELECT * FROM {_name(table)} LIMIT 0 FORMAT JSON"  # noqa: S608
        answer = await self._exchange("GET", "/v0/sql", params=(("q", sql),))
        # Not every datasource has a quarantine.
        if table.endswith("_quarantine") and answer.status in {400, 403, 404}:
            return False
        return any(column["name"] == "tenant_id" for column in _json(_good(answer, table))["meta"])

    async def _rows(self, sql: str) -> list[dict[str, Any]]:
        answer = await self._exchange("GET", "/v0/sql", params=(("q", f"{sql} FORMAT JSON"),))
        return _json(_good(answer, "a query"))["data"]

    async def _ask(self, method: str, path: str, form: dict[str, str] | None = None) -> Answer:
        content = urlencode(form).encode() if form else b""
        return _good(await self._exchange(method, path, content), path)

    async def _exchange(
        self, method: str, path: str, content: bytes = b"", params: tuple[tuple[str, str], ...] = ()
    ) -> Answer:
        headers = {"Authorization": f"Bearer {self.token}"}
        if content:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        url = f"{self.api_url}{path}"
        try:
            return await self.client.exchange(
                Outgoing(method, url, headers, params, content, _TIMEOUT_S)
            )
        except Unreachable as error:
            raise PurgeUnfinished(f"Tinybird does not answer at {url}.") from error


def _condition(ids: Sequence[str]) -> str:
    # No quoting is left to chance: an id has letters, digits, - and _ alone.
    if not ids or not all(is_tenant_id(id_) for id_ in ids):
        raise PurgeUnfinished("A tenant's id has letters, digits, - and _ alone.")
    return f"tenant_id IN ({', '.join(repr(id_) for id_ in ids)})"


def _name(table: str) -> str:
    if not _NAME.fullmatch(table):
        raise PurgeUnfinished("A datasource has an odd name.")
    return table


def _good(answer: Answer, what: str) -> Answer:
    if answer.status >= 300:
        raise PurgeUnfinished(f"Tinybird answers {answer.status} to {what}.")
    return answer


def _json(answer: Answer) -> dict[str, Any]:
    try:
        return json.loads(answer.body)
    except ValueError as error:
        raise PurgeUnfinished("What Tinybird answers is not JSON.") from error

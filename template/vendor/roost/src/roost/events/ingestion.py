"""Taking events in: limits, stamping, and one request to Tinybird that is never repeated."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from roost.answers import EventsAnswer
from roost.errors import AppError
from roost.events.body import Row, parse_events
from roost.events.rows import Stamp, plain_rows, write_events
from roost.identity.tenancy import Tenant
from roost.net.client import AsyncClient, Unreachable
from roost.policy.access import Policy, check_may_write
from roost.policy.limits import Buckets
from roost.tinybird.api import events_request, read_events, unavailable

# A body of this size is parsed in a thread, so that other requests go on.
_LARGE_BYTES = 100_000


@dataclass(frozen=True, slots=True, eq=False)
class Ingestion:
    """Answers `/api/events`, and sends events for code outside of a request."""

    api_url: str
    ingest_token: str = field(repr=False)
    policy: Policy
    client: AsyncClient
    requests: Buckets
    rows: Buckets
    bytes: Buckets
    clock: Callable[[], float] = time.time

    def admit(self, tenant: Tenant) -> None:
        """Decide, before its body is read, whether a request may send events.

        Raises: AppError: `access-denied` (403), `rate-limited` (429), `not-configured` (503).
        """
        check_may_write(tenant, self.policy.may_write)
        self._check_configured()
        self.requests.take(tenant.id)

    async def ingest(self, tenant: Tenant, body: bytes, *, is_ndjson: bool) -> EventsAnswer:
        """Stamp the events of a body with the session's tenant and user, and send them.

        Raises: AppError: `event-invalid` (400), `body-too-large` (413), `rate-limited` (429),
        `tinybird-unavailable` (503): none of them stored as far as Tinybird has said.
        """
        self.bytes.take(tenant.id, len(body))
        limit = self.policy.event_limits.rows_per_request
        stamp = Stamp(tenant.id, tenant.user_id)

        def write() -> tuple[bytes, int]:
            return self._write(parse_events(body, is_ndjson=is_ndjson, max_rows=limit), stamp)

        is_large = len(body) > _LARGE_BYTES
        ndjson, count = await asyncio.to_thread(write) if is_large else write()
        self.rows.take(tenant.id, count)
        return await self._send(ndjson)

    async def send(
        self, tenant_id: str, rows: Iterable[object], user_id: str | None = None
    ) -> EventsAnswer:
        """Send events from code outside of a request: a job, a webhook, a script.

        Args: rows: dicts that JSON can hold.  user_id: None keeps what each row says.
        Raises: AppError: as `ingest` does, and `tenant-required` for an odd tenant.
        """
        self._check_configured()
        ndjson, _ = self._write(plain_rows(rows), Stamp(tenant_id, user_id))
        return await self._send(ndjson)

    def _check_configured(self) -> None:
        if not self.ingest_token:
            raise AppError("not-configured", "TINYBIRD_INGEST_TOKEN is not set.")

    def _write(self, rows: Iterable[Row], stamp: Stamp) -> tuple[bytes, int]:
        return write_events(rows, stamp, self.policy.event_limits, self.clock())

    async def _send(self, ndjson: bytes) -> EventsAnswer:
        datasource = self.policy.events_datasource
        request = events_request(self.api_url, datasource, self.ingest_token, ndjson)
        try:
            ingested = read_events(await self.client.exchange(request))
        except Unreachable as error:
            raise unavailable() from error
        return EventsAnswer(ingested.accepted, ingested.quarantined)

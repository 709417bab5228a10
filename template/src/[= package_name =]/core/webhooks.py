"""Clerk's webhooks: verified deliveries become rows of the datasource `tenants`."""

from __future__ import annotations

import hmac
import json
import logging
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import product

from standardwebhooks import Webhook

from .answers import Status
from .client import AsyncClient, Unreachable
from .directory import Change, read_change
from .errors import AppError
from .tinybird import events_request, read_events, unavailable

DATASOURCE = "tenants"
# Clerk's largest event, a user with all metadata, stays far below.
MAX_DELIVERY_BYTES = 1_000_000
_HEADERS = ("id", "timestamp", "signature")
# Unix seconds, and as long as they have ten digits.
_TIMESTAMP = re.compile(r"[1-9][0-9]{9}")
_TOLERANCE = timedelta(minutes=5)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Webhooks:
    """Answers `/webhooks/clerk`.

    secrets: any of them may have signed, so that one can be exchanged without a gap.
    """

    api_url: str
    ingest_token: str = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)
    client: AsyncClient

    async def receive(self, header: Callable[[str], str | None], body: bytes) -> Status:
        """Verify a delivery and store what it tells; what the app has no use for is ignored.

        Args: header: returns a header of the request, whatever the case of its name.
        Raises: AppError: `not-configured` (503), `body-too-large` (413), `signature-invalid` or
        `request-invalid` (400), `tinybird-unavailable` (503), after which Clerk tries again.
        """
        self._check_configured()
        if len(body) > MAX_DELIVERY_BYTES:
            raise AppError("body-too-large", "A delivery has at most 1 MB.")
        text = verify(self.secrets, header, body)
        change = read_change(text)
        if change is None:
            return Status("ignored")
        await self._store(change)
        return Status()

    def _check_configured(self) -> None:
        if not self.secrets:
            raise AppError("not-configured", "CLERK_WEBHOOK_SIGNING_SECRET is not set.")
        if not self.ingest_token:
            raise AppError("not-configured", "TINYBIRD_INGEST_TOKEN is not set.")

    async def _store(self, change: Change) -> None:
        ndjson = json.dumps(asdict(change)).encode() + b"\n"
        request = events_request(self.api_url, DATASOURCE, self.ingest_token, ndjson)
        try:
            ingested = read_events(await self.client.exchange(request))
        except Unreachable as error:
            raise unavailable() from error
        if ingested.accepted != 1:
            _log.error("Tinybird put a row of %s aside: is this data project deployed?", DATASOURCE)
            raise unavailable()


def verify(secrets: tuple[str, ...], header: Callable[[str], str | None], body: bytes) -> str:
    """Check that Clerk has sent a body within the last five minutes; return it as text.

    Raises: AppError: `signature-invalid` (400).
    Source: https://docs.svix.com/receiving/verifying-payloads/how-manual, the headers;
    https://www.standardwebhooks.com, the same under other names.
    """
    id_, timestamp, given = (header(f"svix-{name}") or "" for name in _HEADERS)
    sent_at = _sent_at(timestamp)
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise AppError("signature-invalid") from error
    # Compared as texts, so that a signature has one spelling; several may be given.
    signatures = [Webhook(secret).sign(id_, sent_at, text).encode() for secret in secrets]
    words = [word.encode() for word in given.split(" ")]
    if not id_ or not any(hmac.compare_digest(*pair) for pair in product(signatures, words)):
        raise AppError("signature-invalid")
    return text


def _sent_at(timestamp: str) -> datetime:
    if not _TIMESTAMP.fullmatch(timestamp):
        raise AppError("signature-invalid")
    moment = datetime.fromtimestamp(int(timestamp), UTC)
    if abs(datetime.now(UTC) - moment) > _TOLERANCE:
        raise AppError("signature-invalid")
    return moment

"""Clerk's webhooks: verified deliveries become rows of the datasource `tenants`."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass, field

from standardwebhooks import Webhook, WebhookVerificationError

from .answers import Status
from .client import AsyncClient, Unreachable
from .directory import Change, read_change
from .errors import AppError
from .tinybird import events_request, read_events, unavailable

DATASOURCE = "tenants"
# Clerk's largest event, a user with all metadata, stays far below.
MAX_DELIVERY_BYTES = 1_000_000
_SVIX, _STANDARD = "svix-", "webhook-"
_HEADERS = ("id", "timestamp", "signature")

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
    headers = {_STANDARD + name: header(_SVIX + name) or "" for name in _HEADERS}
    try:
        text = body.decode()
        if any(_is_signed(secret, headers, text) for secret in secrets):
            return text
    except ValueError as error:
        # What is not UTF-8, or a signature that is not base64.
        raise AppError("signature-invalid") from error
    raise AppError("signature-invalid")


def _is_signed(secret: str, headers: dict[str, str], text: str) -> bool:
    try:
        Webhook(secret).verify(text, headers, json_parse=False)
    except WebhookVerificationError:
        return False
    return True

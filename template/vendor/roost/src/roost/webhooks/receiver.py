"""Clerk's webhooks: verified deliveries become rows of the datasource `tenants`."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import logging
import re
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import product

from standardwebhooks import Webhook

from roost.answers import Status
from roost.errors import AppError
from roost.net.client import AsyncClient, Unreachable
from roost.tinybird.api import events_request, read_events, unavailable
from roost.webhooks.directory import Change, read_change

DELIVERIES_PATH = "/webhooks/clerk"
DATASOURCE = "tenants"
# Clerk's largest event, a user with all metadata, stays far below.
MAX_DELIVERY_BYTES = 1_000_000
_SVIX = "svix-"
_HEADERS = ("id", "timestamp", "signature")
# Unix seconds, and as long as they have ten digits.
_TIMESTAMP = re.compile(r"[1-9][0-9]{9}")
# As far from now a delivery may have been signed, in either direction.
_TOLERANCE_S = 300
_ID = re.compile(r"[\x21-\x7e]{1,256}")
_MAX_SIGNATURE_BYTES, _DIGEST_BYTES = 2_000, 32

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Webhooks:
    """Answers `/webhooks/clerk`.

    secrets: any of them may have signed, so that one can be exchanged without a gap.
    """

    api_url: str
    ingest_token: str = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)
    client: AsyncClient

    def admit(self, header: Callable[[str], str | None]) -> None:
        """Decide, before its body is read, whether a delivery may be one.

        Args: header: returns a header of the request, whatever the case of its name.
        Raises: AppError: `not-configured` (503), `signature-invalid` (400), `body-too-large` (413).
        """
        self._check_configured()
        check_head(header, time.time())

    async def receive(self, header: Callable[[str], str | None], body: bytes) -> Status:
        """Verify a delivery and store what it tells; what the app has no use for is ignored.

        Args: header: returns a header of the request, whatever the case of its name.
        Raises: AppError: as `admit` does, `request-invalid` (400), `tinybird-unavailable` (503),
        after which Clerk tries again.
        """
        self.admit(header)
        if len(body) > MAX_DELIVERY_BYTES:
            raise _too_large()
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


def check_head(header: Callable[[str], str | None], now: float) -> None:
    """Check what a delivery says of itself; who has signed it is seen by its body alone.

    Args: now: Unix seconds, UTC.
    Raises: AppError: `signature-invalid` (400), `body-too-large` (413).
    """
    id_, timestamp, signature = (header(_SVIX + name) or "" for name in _HEADERS)
    _sent_at(timestamp, now)
    if not (_ID.fullmatch(id_) and _may_be_signature(signature)):
        raise AppError("signature-invalid")
    length = header("content-length") or ""
    # What comes in chunks has no length of its own, whatever else is said.
    is_told = header("transfer-encoding") is None and length.isdecimal()
    if is_told and int(length[:12]) > MAX_DELIVERY_BYTES:
        raise _too_large()


def verify(secrets: tuple[str, ...], header: Callable[[str], str | None], body: bytes) -> str:
    """Check that Clerk has sent a body within the last five minutes; return it as text.

    Raises: AppError: `signature-invalid` (400).
    Source: https://docs.svix.com/receiving/verifying-payloads/how-manual, the headers;
    https://www.standardwebhooks.com, the same under other names.
    """
    id_, timestamp, given = (header(_SVIX + name) or "" for name in _HEADERS)
    sent_at = _sent_at(timestamp, time.time())
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


def _sent_at(timestamp: str, now: float) -> datetime:
    if not _TIMESTAMP.fullmatch(timestamp) or abs(now - int(timestamp)) > _TOLERANCE_S:
        raise AppError("signature-invalid")
    return datetime.fromtimestamp(int(timestamp), UTC)


def _may_be_signature(text: str) -> bool:
    # One for each secret while one is exchanged; those of other versions are passed over.
    versions = (part.partition(",") for part in text[:_MAX_SIGNATURE_BYTES].split(" "))
    return any(version == "v1" and _is_digest(digest) for version, _, digest in versions)


def _is_digest(text: str) -> bool:
    try:
        return len(base64.b64decode(text, validate=True)) == _DIGEST_BYTES
    except (binascii.Error, ValueError):
        return False


def _too_large() -> AppError:
    return AppError("body-too-large", "A delivery has at most 1 MB.")

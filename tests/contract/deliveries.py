"""Clerk's webhooks as Clerk sends them: events, and the headers that sign them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

import httpx2
from roost.testing.stack import NO_AUTHORITIES, Stack

PATH = "/webhooks/clerk"
# When the organizations of these tests were made, in Unix milliseconds.
MADE_AT = 1_790_000_000_000


def organization_event(id_: str, name: str, at: int, verb: str = "updated") -> bytes:
    """Return an event about an organization, changed `at` Unix milliseconds."""
    data = {"id": id_, "object": "organization", "name": name, "slug": "it", "created_at": MADE_AT}
    return event(f"organization.{verb}", {**data, "updated_at": at}, at)


def deletion_event(id_: str, at: int, kind: str = "organization") -> bytes:
    """Return an event that says that something is gone; it has no `updated_at`."""
    return event(f"{kind}.deleted", {"id": id_, "object": kind, "deleted": True}, at)


def event(type_: str, data: Mapping[str, object], at: int) -> bytes:
    """Return the body of a delivery."""
    body = {"type": type_, "object": "event", "data": data, "timestamp": at}
    return json.dumps({**body, "instance_id": "ins_contract"}).encode()


def signature(secret: str, id_: str, timestamp: int, body: bytes) -> str:
    """Sign a delivery with a secret such as `whsec_...`."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    text = f"{id_}.{timestamp}.".encode() + body
    return f"v1,{base64.b64encode(hmac.digest(key, text, hashlib.sha256)).decode()}"


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends deliveries to an app, signed with a secret."""

    app: httpx2.Client
    secret: str

    def headers(self, body: bytes, late_s: int = 0) -> dict[str, str]:
        """Return the headers of a delivery, signed some seconds ago."""
        id_, timestamp = f"msg_{uuid.uuid4().hex}", int(time.time()) - late_s
        signed = signature(self.secret, id_, timestamp, body)
        names = {"svix-id": id_, "svix-timestamp": str(timestamp), "svix-signature": signed}
        return {**names, "Content-Type": "application/json", "User-Agent": "Svix-Webhooks/1.0"}

    def send(self, body: bytes, late_s: int = 0) -> httpx2.Response:
        """Deliver."""
        return self.app.post(PATH, content=body, headers=self.headers(body, late_s))


def known(stack: Stack, tenant: str) -> list[dict[str, object]]:
    """Return what the datasource `tenants` says of a tenant, as its readers see it."""
    columns = (
        "kind, id, name, slug, user_id, role, toUnixTimestamp64Milli(updated_at) AS at, deleted"
    )
    sql = f"SELECT {columns} FROM tenants FINAL WHERE tenant_id = '{tenant}' ORDER BY kind, id"
    answer = httpx2.get(
        f"{stack.env['TINYBIRD_API_URL']}/v0/sql",
        params={"q": f"{sql} FORMAT JSON"},
        headers={"Authorization": f"Bearer {stack.env['TINYBIRD_ADMIN_TOKEN']}"},
        timeout=60,
        verify=NO_AUTHORITIES,
    )
    return answer.raise_for_status().json()["data"]

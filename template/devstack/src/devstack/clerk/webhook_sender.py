"""Deliver an event to the local app, signed as Clerk signs: `devstack webhook-send`.

Source: https://clerk.com/docs/guides/development/webhooks/overview and
https://docs.svix.com/receiving/verifying-payloads/how-manual
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from dataclasses import dataclass
from typing import Any

import httpx2

from ..errors import UserError
from ..identity import Identity

# The kinds of events that the app takes in, and where the Backend API has what they are about.
_PATHS = {
    "organization": "/v1/organizations/{id}",
    "organizationMembership": "/v1/organizations/{id}/memberships",
    "user": "/v1/users/{id}",
}
EVENTS = tuple(f"{kind}.{verb}" for kind in _PATHS for verb in ("created", "updated", "deleted"))
_TIMEOUT_S = 40.0

Json = dict[str, Any]


class WebhookUndelivered(UserError):
    """There is nothing to deliver, or nothing that takes it; the sentence says what to do."""


@dataclass(frozen=True, slots=True)
class Local:
    """Where the local services answer."""

    clerk_url: str
    app_url: str


def send_webhook(identity: Identity, local: Local, event: str, id_: str, user: str | None) -> str:
    """Deliver an event about what the local Clerk has under `id_`; return the app's answer.

    Args: event: one of EVENTS. What `organization.deleted` and `user.deleted` are about may be
        gone already.  id_: an organization's for a membership.  user: whose membership.
    Raises: WebhookUndelivered: the local Clerk or the app does not answer, or refuses.
    """
    now_ms = int(time.time() * 1000)
    kind, _, verb = event.partition(".")
    if verb == "deleted" and kind != "organizationMembership":
        data: Json = {"id": id_, "object": kind, "deleted": True}
    else:
        data = _subject(identity, local.clerk_url, _PATHS[kind].format(id=id_), user)
    if verb == "updated":
        data |= {"updated_at": now_ms}
    body = {"type": event, "object": "event", "data": data, "timestamp": now_ms}
    return _deliver(identity.webhook_secret, local.app_url, json.dumps(body))


def _subject(identity: Identity, clerk_url: str, path: str, user: str | None) -> Json:
    headers = {"Authorization": f"Bearer {identity.clerk_secret_key}"}
    answer = _exchange("GET", f"{clerk_url}{path}", headers, None, "The local Clerk")
    found: Json = answer.json()
    if not path.endswith("/memberships"):
        return found
    for membership in found["data"]:
        if user in (None, membership["public_user_data"]["user_id"]):
            return membership
    raise WebhookUndelivered(f"{user} is no member of that organization: give --id and --user.")


def _deliver(secret: str, app_url: str, body: str) -> str:
    id_, timestamp = f"msg_{secrets.token_hex(12)}", str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        "svix-id": id_,
        "svix-timestamp": timestamp,
        "svix-signature": _signature(secret, f"{id_}.{timestamp}.{body}"),
    }
    url = f"{app_url}/webhooks/clerk"
    return _exchange("POST", url, headers, body.encode(), "The app").text


def _signature(secret: str, text: str) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return f"v1,{base64.b64encode(hmac.digest(key, text.encode(), hashlib.sha256)).decode()}"


def _exchange(
    method: str, url: str, headers: dict[str, str], content: bytes | None, who: str
) -> httpx2.Response:
    try:
        answer = httpx2.request(method, url, headers=headers, content=content, timeout=_TIMEOUT_S)
    except httpx2.TransportError as error:
        fix = "start it with `uv run poe dev`."
        raise WebhookUndelivered(f"{who} does not answer at {url}: {fix}") from error
    if answer.status_code != 200:
        raise WebhookUndelivered(f"{who} answers {answer.status_code} at {url}: {answer.text}")
    return answer

"""Clerk's deliveries, signed as Clerk's are.

Source: https://docs.svix.com/receiving/verifying-payloads/how-manual
"""

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

PATH = "/webhooks/clerk"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where Clerk delivers to, and the signing secret that it showed for it."""

    app_url: str
    secret: str

    def deliver(self, type_: str, data: Mapping[str, object], ago_s: float = 0) -> httpx2.Response:
        """Deliver an event that happened `ago_s` seconds ago: later than that comes a retry."""
        now = time.time()
        body = {"type": type_, "object": "event", "data": data, "instance_id": "ins_production"}
        content = json.dumps({**body, "timestamp": int((now - ago_s) * 1000)}).encode()
        headers = self._headers(content, int(now))
        return httpx2.post(self.app_url + PATH, content=content, headers=headers, timeout=60)

    def _headers(self, content: bytes, sent_at: int) -> dict[str, str]:
        id_ = f"msg_{uuid.uuid4().hex}"
        key = base64.b64decode(self.secret.removeprefix("whsec_"))
        digest = hmac.digest(key, f"{id_}.{sent_at}.".encode() + content, hashlib.sha256)
        return {
            "Content-Type": "application/json",
            "svix-id": id_,
            "svix-timestamp": str(sent_at),
            "svix-signature": f"v1,{base64.b64encode(digest).decode()}",
        }

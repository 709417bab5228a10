"""Holders of minted tokens, and tokens that the app did not make."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx2
from roost.testing.stack import NO_AUTHORITIES, Member, Stack

Claims = dict[str, Any]
# When every event happened: two tenants with the same events show the same.
MOMENT = datetime.now(UTC).isoformat(timespec="milliseconds")


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody with a token of the app; `api` sends it, its rate limit taken out.

    `plain` is what each endpoint of the token shows when nothing is tried.
    """

    member: Member
    token: str = field(repr=False)
    api: httpx2.Client
    plain: Mapping[str, object]

    @property
    def tenant(self) -> str:
        """The tenant's id."""
        return self.member.tenant

    def read_all(self) -> dict[str, object]:
        """Return what each endpoint of the token shows now."""
        return {endpoint: shown(self.api.get(path_of(endpoint))) for endpoint in self.plain}

    def status_with(self, token: str) -> int:
        """Return the status of a read with another token, sent in both of the ways there are."""
        path = path_of(next(iter(self.plain)))
        by_header = self.api.get(path, headers={"Authorization": f"Bearer {token}"})
        by_query = self.api.get(path, params={"token": token}, headers={"Authorization": ""})
        assert by_header.status_code == by_query.status_code
        return by_header.status_code


@dataclass(frozen=True, slots=True)
class Contents:
    """What a workspace holds; `pipes` are those that the token does not name."""

    pipes: tuple[str, ...]
    datasources: tuple[str, ...]

    @classmethod
    def of(cls, stack: Stack, holder: Holder) -> Contents:
        """Ask the workspace, as its admin, what there is to attack."""
        admin = {"Authorization": f"Bearer {stack.env['TINYBIRD_ADMIN_TOKEN']}"}
        pipes = holder.api.get("/v0/pipes", headers=admin).json()["pipes"]
        datasources = holder.api.get("/v0/datasources", headers=admin).json()["datasources"]
        names = {pipe["name"] for pipe in pipes} - holder.plain.keys()
        return cls(tuple(sorted(names)), tuple(source["name"] for source in datasources))


@contextlib.contextmanager
def holder(stack: Stack, app_url: str, events: list[str]) -> Generator[Holder, None, None]:
    """Make a tenant with rows of its own and have the app mint a token for it."""
    member = stack.new_member("Token attacks")
    signed = {"Authorization": f"Bearer {stack.token_of(member)}"}
    rows = [{"event": event, "event_id": event, "timestamp": MOMENT} for event in events]
    with httpx2.Client(base_url=app_url, timeout=60, verify=NO_AUTHORITIES) as app:
        sent = app.post("/api/events", json=rows, headers=signed)
        assert sent.json() == {"accepted": len(rows), "quarantined": 0}
        answer = app.get("/api/tinybird/token", headers=signed).json()
    claims = claims_of(answer["token"])
    # The limit has tests of its own; here it would only make them slow.
    del claims["limits"]
    headers = {"Authorization": f"Bearer {signed_token(claims, stack.env['TINYBIRD_JWT_SECRET'])}"}
    with httpx2.Client(
        base_url=answer["api_url"], headers=headers, timeout=30, verify=NO_AUTHORITIES
    ) as api:
        plain = {endpoint: shown(api.get(path_of(endpoint))) for endpoint in answer["endpoints"]}
        yield Holder(member, answer["token"], api, plain)


def path_of(endpoint: str) -> str:
    """Return the address of an endpoint."""
    return f"/v0/pipes/{endpoint}.json"


def shown(answer: httpx2.Response) -> object:
    """Return the rows of an answer, or the refusal of an endpoint that needs more parameters."""
    body = answer.json()
    return body["data"] if answer.status_code == 200 else (answer.status_code, body["error"])


def claims_of(token: str) -> Claims:
    """Read the claims of a token, unverified."""
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def signed_token(claims: Claims, key: str) -> str:
    """Sign claims as the app does (HS256)."""
    text = f"{encoded({'alg': 'HS256', 'typ': 'JWT'})}.{encoded(claims)}"
    return f"{text}.{_unpadded(hmac.digest(key.encode(), text.encode(), hashlib.sha256))}"


def encoded(document: Mapping[str, object]) -> str:
    """Encode a part of a token."""
    return _unpadded(json.dumps(document).encode())


def _unpadded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")

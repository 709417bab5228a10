"""A Clerk and a Tinybird in memory that a doctor examines, sound unless told otherwise."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from urllib.parse import parse_qsl

import httpx2
from roost.doctor.examination import examine
from roost.doctor.findings import Finding, Severity
from roost.doctor.report import without_secrets
from roost.doctor.target import Options, Target
from roost.net.client import AsyncClient
from roost.settings import Settings

from . import sample
from .conftest import ENVIRONMENT, NOW
from .issuer import Issuer

ROWS: list[dict[str, object]] = [{"event": "page_view", "events": 7}]
VICTIM = "org_victim"


@dataclass(slots=True)
class World:
    """A Clerk and a Tinybird in memory, sound unless told otherwise.

    leaks: which reads show rows, judged by what they ask for.  sql: answers the SQL of JWTs, None
    refuses it.  has_rows: whether an admin sees any.  readable: the endpoint that a
    static token can read.  seen: all that was asked.
    """

    issuer: Issuer
    leaks: Callable[[Mapping[str, str]], bool] = lambda _params: False
    sql_leaks: bool = False
    sql: Callable[[str], httpx2.Response] | None = None
    has_rows: bool = True
    is_bound: bool = True
    refuses_jwts: bool = False
    readable: dict[str, str] = field(default_factory=dict)
    backend_issuer: Issuer | None = None
    ahead_s: int = 0
    pipes: tuple[str, ...] = ("event_types", "my_activity", "top_events")
    seen: list[httpx2.Request] = field(default_factory=list)

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        """Answer one request of the doctor."""
        self.seen.append(request)
        response = self._clerk(request) if "clerk" in request.url.host else self._tinybird(request)
        response.headers["date"] = formatdate(NOW + self.ahead_s, usegmt=True)
        return response

    def _clerk(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path == "/v1/organizations":
            return httpx2.Response(200, json={"data": [{"id": VICTIM}]})
        is_backend = "authorization" in request.headers
        issuer = self.backend_issuer if is_backend and self.backend_issuer else self.issuer
        return httpx2.Response(200, content=issuer.jwks())

    def _tinybird(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path == "/v0/pipes":
            listed = [{"name": name, "endpoint": "t_1"} for name in self.pipes]
            return httpx2.Response(200, json={"pipes": listed})
        token = request.headers["authorization"].removeprefix("Bearer ")
        if request.url.path == "/v0/events":
            return httpx2.Response(202, json={})
        if request.url.path == "/v0/sql":
            if self.sql is not None and token.startswith("ey"):
                return self.sql(request.url.params["q"])
            if token == "p.local_admin":
                return rows([{"known": int(self.has_rows)}])
            return rows(ROWS) if self.sql_leaks and token.startswith("ey") else refusal(403)
        name = request.url.path.removeprefix("/v0/pipes/").removesuffix(".json")
        if token.startswith("p."):
            return rows([]) if name in ("event_types", self.readable.get(token)) else refusal(403)
        return refusal(403) if self.refuses_jwts else self._read(name, token, request)

    def _read(self, name: str, token: str, request: httpx2.Request) -> httpx2.Response:
        claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
        if name not in self.pipes:
            return refusal(404)
        if self.is_bound and "tenant_id" not in claims["scopes"][0]["fixed_params"]:
            return refusal(400)
        return rows(ROWS if self.leaks(asked(request)) else [])


def asked(request: httpx2.Request) -> dict[str, str]:
    """Return what a request asks for, wherever it says so."""
    found = dict(request.url.params)
    if request.method == "POST":
        is_json = request.headers["content-type"] == "application/json"
        body = request.content.decode()
        found |= {f"{key} in the body": value for key, value in _pairs(body, is_json=is_json)}
    return found


def rows(found: list[dict[str, object]]) -> httpx2.Response:
    meta = [{"name": "event", "type": "LowCardinality(String)"}, {"name": "n", "type": "UInt64"}]
    return httpx2.Response(200, json={"meta": meta, "data": found})


def refusal(status: int) -> httpx2.Response:
    return httpx2.Response(status, json={"error": f"Refused {ENVIRONMENT['TINYBIRD_API_KEY']}"})


def findings(world: World, settings: Settings, users: int | None = None) -> list[Finding]:
    """Have the doctor examine a world."""

    async def run() -> list[Finding]:
        async with AsyncClient(httpx2.MockTransport(world.answer)) as client:
            target = Target(
                settings,
                sample.policy(),
                sample.catalog(),
                Options(users=users),
                client,
                lambda: NOW,
                "p.local_admin",
            )
            return without_secrets(await examine(target), target.secrets)

    return asyncio.run(run())


def errors(world: World, settings: Settings) -> dict[str, str]:
    """Return the errors that the doctor finds, by check; the last of each."""
    found = findings(world, settings)
    return {one.check: one.sentence for one in found if one.severity is Severity.ERROR}


def _pairs(body: str, *, is_json: bool) -> list[tuple[str, str]]:
    return list(json.loads(body).items()) if is_json else parse_qsl(body)

"""A default render with two tenants' rows in one part, and a member of one who asks."""

from __future__ import annotations

import json
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import httpx2
import jwt

from ..product import stack
from .asking import Oracle, Reader
from .guesses import NEIGHBOUR, READER, rows_of
from .probes import Prober

USER = "user_local_ada"
TENANT_TABLES = ("events", "events_hourly", "tenants")
# What is looked for is not who asks too much.
PLENTY = {"RATE_LIMIT_RPS": "1000"}
# Half of the life of a session token.
RENEWED_AFTER_S = 30


@dataclass(slots=True)
class Session:
    """A session of the reader that never expires while it is asked for."""

    services: stack.Stack
    token: str = ""
    since: float = field(default=float("-inf"))

    def __call__(self) -> str:
        """Return a session token that is good for a while."""
        if time.monotonic() - self.since > RENEWED_AFTER_S:
            self.token, self.since = self.services.session_token(USER, READER), time.monotonic()
        return self.token


@dataclass(frozen=True, slots=True)
class Asking:
    """What asks the running product."""

    reader: Reader
    prober: Prober

    def oracles(self, requests: int) -> Iterator[Oracle | None]:
        """Make that many requests, two for each probe; yield what each probe finds."""
        for _ in range(requests // 2):
            yield self.reader.try_out(self.prober.probe())


@contextmanager
def asking(project: Path, seed: int) -> Generator[Asking]:
    """Start an installed project, fill it, and yield what asks it."""
    with stack.running_stack(project) as services:
        env = services.env | PLENTY
        _fill(env)
        session = Session(services)
        with stack.running_app(env, project) as url, _client(url) as app:
            granted = _ask(app, session, "/api/analytics")
            token = _wider(_ask(app, session, "/api/tinybird/token")["token"], env)
            with _client(env["TINYBIRD_API_URL"], token) as tinybird:
                reader = Reader(app, tinybird, session)
                yield Asking(reader, _prober(project, granted, seed))


def _fill(env: dict[str, str]) -> None:
    # One request, so that both tenants' rows lie in one part.
    rows = [*rows_of(READER, 40, is_held=False), *rows_of(NEIGHBOUR, 40, is_held=True)]
    with _client(env["TINYBIRD_API_URL"], env["TINYBIRD_JWT_SECRET"]) as admin:
        reply = admin.post(
            "/v0/events",
            params={"name": "events", "wait": "true"},
            content="\n".join(map(json.dumps, rows)),
        )
    assert reply.json() == {"successful_rows": len(rows), "quarantined_rows": 0}, reply.text


def _ask(app: httpx2.Client, session: Session, path: str) -> dict[str, str]:
    credential = {"Authorization": f"Bearer {session()}"}
    return app.get(path, headers=credential).raise_for_status().json()


def _wider(minted: str, env: dict[str, str]) -> str:
    # The page's own token, and beside it what may ask SQL about its own rows.
    claims = jwt.decode(minted, options={"verify_signature": False})
    mine = f"tenant_id = '{READER}'"
    scopes = [
        {"type": "DATASOURCES:READ", "resource": name, "filter": mine} for name in TENANT_TABLES
    ]
    claims |= {"exp": int(time.time()) + 3600, "scopes": [*claims["scopes"], *scopes]}
    return jwt.encode(claims, env["TINYBIRD_JWT_SECRET"], algorithm="HS256")


def _prober(project: Path, granted: dict[str, str], seed: int) -> Prober:
    catalog = json.loads(next(project.glob("src/*/endpoints.json")).read_text())["endpoints"]
    endpoints = {
        entry["name"]: tuple(parameter["name"] for parameter in entry["parameters"])
        for entry in catalog
        if entry["name"] in str(granted)
    }
    return Prober(Random(seed), endpoints, (*TENANT_TABLES, "events", *sorted(endpoints)))


def _client(url: str, token: str = "") -> httpx2.Client:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx2.Client(base_url=url, headers=headers, timeout=60, verify=stack.NO_AUTHORITIES)

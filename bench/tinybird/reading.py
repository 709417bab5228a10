"""Endpoints over HTTP beside the same SQL straight in chDB, request by request in turns."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass

from ..connections import keep_asking, request_head
from ..rounds import Spread, spread_of
from .plain import Plain
from .projects import ENDPOINTS, TENANTS, Endpoint
from .server import Client, Server

LEVELS = (1, 2, 4, 8, 16)
SECONDS = 1.0
# Asked by many at once: neither the shortest nor a long one.
CROWDED = "top_events"


@dataclass(frozen=True, slots=True)
class Reading:
    """An endpoint's milliseconds; `overhead_ms` and `ratio` are of the pairs of requests."""

    name: str
    plain_ms: Spread
    served_ms: Spread
    overhead_ms: Spread
    ratio: Spread


@dataclass(frozen=True, slots=True)
class Crowd:
    """Requests a second by how many ask at once; `share` is the most askers' of the best."""

    per_second: dict[int, Spread]
    share: Spread
    server_cores: Spread


def measure(server: Server, plain: Plain, rounds: int) -> list[Reading]:
    """Ask each endpoint `rounds` times for each tenant, after one time that is not counted."""
    tokens = _tokens(server)
    with contextlib.closing(Client(server)) as client:
        return [
            _measured(endpoint, server, plain, client, tokens, rounds) for endpoint in ENDPOINTS
        ]


def crowd(server: Server, rounds: int) -> Crowd:
    """Let ever more clients ask one endpoint at once, the levels in turns.

    Raises: AnswerWrong: any answer but 200.
    """
    loads: dict[int, list[float]] = {level: [] for level in LEVELS}
    cores: list[float] = []
    tokens = list(_tokens(server).values())
    for number in range(rounds):
        for level in LEVELS if number % 2 else reversed(LEVELS):
            rate, used = _asked(server, tokens, level)
            loads[level].append(rate)
            if level == LEVELS[-1]:
                cores.append(used)
    best = [max(loads[level][number] for level in LEVELS) for number in range(rounds)]
    shares = [most / top for most, top in zip(loads[LEVELS[-1]], best, strict=True)]
    spreads = {level: spread_of(rates) for level, rates in loads.items()}
    return Crowd(spreads, spread_of(shares), spread_of(cores))


def _measured(
    endpoint: Endpoint,
    server: Server,
    plain: Plain,
    client: Client,
    tokens: dict[str, str],
    rounds: int,
) -> Reading:
    path = f"/v0/pipes/{endpoint.name}.json"
    sql = {tenant: endpoint.plain(f"{server.database}.events", tenant) for tenant in TENANTS}
    served_s, plain_s = [], []
    for number in range(-1, rounds):
        # A turn is one request for each tenant: a process that waits for the other after each
        # query begins each with cold caches, which is neither's own cost.
        if number % 2:
            plain_s += [plain.read_s(sql[tenant]) for tenant in TENANTS]
        served_s += [client.get_s(path, tokens[tenant]) for tenant in TENANTS]
        if not number % 2:
            plain_s += [plain.read_s(sql[tenant]) for tenant in TENANTS]
    pairs = list(zip(served_s, plain_s, strict=True))[len(TENANTS) :]
    return Reading(
        endpoint.name,
        spread_of([one * 1000 for _, one in pairs]),
        spread_of([one * 1000 for one, _ in pairs]),
        spread_of([(served - alone) * 1000 for served, alone in pairs]),
        spread_of([served / alone for served, alone in pairs]),
    )


def _asked(server: Server, tokens: list[str], clients: int) -> tuple[float, float]:
    path = f"/v0/pipes/{CROWDED}.json"
    requests = [
        request_head(path, server.port, f"Bearer {tokens[number % len(tokens)]}")
        for number in range(clients)
    ]
    before = server.process.cpu_times()
    load = asyncio.run(keep_asking(server.port, requests, SECONDS))
    after = server.process.cpu_times()
    spent = after.user + after.system - before.user - before.system
    return load.per_second, spent / load.seconds


def _tokens(server: Server) -> dict[str, str]:
    names = [endpoint.name for endpoint in ENDPOINTS]
    return {tenant: server.tenant_token(tenant, names) for tenant in TENANTS}

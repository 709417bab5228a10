"""Batches and single events over HTTP beside the same rows straight in chDB."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass

from ..connections import keep_asking, request_post
from ..rounds import Spread, spread_of
from .plain import Plain
from .projects import batch
from .server import Client, Server

BATCH_ROWS = 10_000
WARM_UP = 3
CLIENTS = 16
SECONDS = 1.0
PATH = "/v0/events?name=events&wait=true"


@dataclass(frozen=True, slots=True)
class Writing:
    """Rows a second of batches; requests a second of single events, one client's and of many."""

    plain: Spread
    served: Spread
    share: Spread
    alone: Spread
    together: Spread
    inserted_alone: Spread


def measure(server: Server, plain: Plain, rounds: int) -> Writing:
    """Send each batch to both, in turns; then single events."""
    plain.make_table()
    served_s, plain_s = [], []
    with contextlib.closing(Client(server)) as client:
        for number in range(rounds + WARM_UP):
            rows = batch(BATCH_ROWS)
            if number % 2:
                plain_s.append(plain.insert_s(rows))
            served_s.append(client.post_s(PATH, rows, server.admin_token))
            if not number % 2:
                plain_s.append(plain.insert_s(rows))
    pairs = list(zip(served_s, plain_s, strict=True))[WARM_UP:]
    singles = [_singles(server, plain) for _ in range(max(2, rounds // 8))]
    return Writing(
        spread_of([BATCH_ROWS / one for _, one in pairs]),
        spread_of([BATCH_ROWS / one for one, _ in pairs]),
        spread_of([alone / served for served, alone in pairs]),
        spread_of([one for one, _, _ in singles]),
        spread_of([one for _, one, _ in singles]),
        spread_of([one for _, _, one in singles]),
    )


def _singles(server: Server, plain: Plain) -> tuple[float, float, float]:
    inserted = 1 / spread_of([plain.insert_s(batch(1)) for _ in range(50)]).median
    return _sent(server, 1), _sent(server, CLIENTS), inserted


def _sent(server: Server, clients: int) -> float:
    requests = [
        request_post(PATH, server.port, f"Bearer {server.admin_token}", batch(1))
        for _ in range(clients)
    ]
    return asyncio.run(keep_asking(server.port, requests, SECONDS)).per_second

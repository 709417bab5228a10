"""GET /api/me beside GET /healthz, the route without authentication, in the same process."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from .connections import Load, keep_asking, request_head
from .rounds import Spread, percentile, spread_of
from .served import Served
from .visitors import Visitors, bearer

CONNECTIONS = 64
SECONDS = 1.0
SIGNED_IN, OPEN = "/api/me", "/healthz"


@dataclass(frozen=True, slots=True)
class Throughput:
    """Requests a second of both routes, and milliseconds that 99 of 100 answers keep.

    share: /api/me as a share of /healthz, of rounds one after the other.  cpu_us: of the worker, a
    request; other processes change it least.  own_share: of one core that the load generator took.
    """

    backend: str
    signed_in: Spread
    open: Spread
    share: Spread
    signed_in_p99_ms: Spread
    open_p99_ms: Spread
    signed_in_cpu_us: Spread
    open_cpu_us: Spread
    own_share: Spread


@dataclass(frozen=True, slots=True)
class _Round:
    load: Load
    cpu_us: float

    @property
    def p99_ms(self) -> float:
        return percentile(self.load.latencies_s, 99) * 1000


@dataclass(frozen=True, slots=True)
class _Rounds:
    app: Served
    signed_in: list[_Round] = field(default_factory=list)
    open: list[_Round] = field(default_factory=list)

    @property
    def throughput(self) -> Throughput:
        mine, others = self.signed_in, self.open
        shares = [
            one.load.per_second / other.load.per_second
            for one, other in zip(mine, others, strict=True)
        ]
        return Throughput(
            backend=self.app.backend,
            signed_in=spread_of([one.load.per_second for one in mine]),
            open=spread_of([one.load.per_second for one in others]),
            share=spread_of(shares),
            signed_in_p99_ms=spread_of([one.p99_ms for one in mine]),
            open_p99_ms=spread_of([one.p99_ms for one in others]),
            signed_in_cpu_us=spread_of([one.cpu_us for one in mine]),
            open_cpu_us=spread_of([one.cpu_us for one in others]),
            own_share=spread_of([one.load.own_share for one in [*mine, *others]]),
        )


def measure(apps: Sequence[Served], visitors: Visitors, rounds: int) -> list[Throughput]:
    """Let the apps take turns; each round has sessions that its app has never seen."""
    measured = [_Rounds(app) for app in apps]
    for number in range(-1, rounds):
        for one in measured:
            _ask_both(one, visitors, number)
    return [one.throughput for one in measured]


def _ask_both(rounds: _Rounds, visitors: Visitors, number: int) -> None:
    headers = [bearer(visitors.token(user)) for user in range(CONNECTIONS)]
    asked: dict[str, _Round] = {}
    # What is first finds another machine than what is second.
    for path in (SIGNED_IN, OPEN) if number % 2 else (OPEN, SIGNED_IN):
        asked[path] = _ask(rounds.app, path, headers)
    if number >= 0:
        rounds.signed_in.append(asked[SIGNED_IN])
        rounds.open.append(asked[OPEN])


def _ask(app: Served, path: str, headers: Sequence[str]) -> _Round:
    requests = [request_head(path, app.port, header) for header in headers]
    before = app.cpu_seconds()
    load = asyncio.run(keep_asking(app.port, requests, SECONDS))
    return _Round(load, (app.cpu_seconds() - before) / len(load.latencies_s) * 1e6)

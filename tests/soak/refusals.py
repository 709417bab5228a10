"""Which refusals a fault excuses: every other one is a finding."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Literal

import httpx2

Fault = Literal["tinybird", "keys"]
# Limits that an owner sets refuse at any time.
LIMITS = {(429, "rate-limited"), (429, "budget-spent")}
# code of the problem document: (its status, the fault that excuses it)
EXCUSED: dict[str, tuple[int, Fault]] = {
    "tinybird-unavailable": (503, "tinybird"),
    "keys-unavailable": (503, "keys"),
    "token-invalid": (401, "keys"),
}


@dataclass(slots=True)
class Window:
    """A time in which a fault was on; seconds of the monotonic clock."""

    fault: Fault
    started: float
    ended: float = math.inf


@dataclass(slots=True)
class FaultLog:
    """When which fault was on, and the ids of the keys that Clerk has withdrawn."""

    windows: list[Window] = field(default_factory=list)
    withdrawn: set[str] = field(default_factory=set)

    @contextlib.contextmanager
    def during(self, fault: Fault) -> Generator[None]:
        """Excuse refusals until the block ends: then the product must have recovered."""
        window = Window(fault, time.monotonic())
        self.windows.append(window)
        yield
        window.ended = time.monotonic()

    def covers(self, fault: Fault, started: float, ended: float) -> bool:
        """Tell whether a request from `started` to `ended` met a fault."""
        return any(
            window.fault == fault and window.started <= ended and started <= window.ended
            for window in self.windows
        )


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request to the app; `kid` is the key of its session token, None without one."""

    name: str
    started: float
    ended: float
    kid: str | None


def unexplained(response: httpx2.Response, exchange: Exchange, log: FaultLog) -> str | None:
    """Say why a refusal of the app is a finding; None if it had to be."""
    place = f"{exchange.name} answered {response.status_code}"
    if response.headers.get("content-type") != "application/problem+json":
        return f"{place} without a problem document: {response.text[:200]}"
    problem = response.json()
    if problem["status"] != response.status_code:
        return f"{place}, its document says {problem['status']}"
    if response.status_code in {429, 503} and "retry-after" not in response.headers:
        return f"{place} without Retry-After"
    if (response.status_code, problem["code"]) in LIMITS:
        return None
    return None if _is_excused(problem, exchange, log) else f"{place} {problem['code']}"


def _is_excused(problem: dict[str, object], exchange: Exchange, log: FaultLog) -> bool:
    status, fault = EXCUSED.get(str(problem["code"]), (0, "keys"))
    if status != problem["status"]:
        return False
    if status == 401 and exchange.kid in log.withdrawn:
        return True
    return log.covers(fault, exchange.started, exchange.ended)

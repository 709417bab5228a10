"""What every contender in Python does: read a round from stdin, time each request, answer.

stdin: one JSON line with the task, then one line a round: [[authorization, cookie], ...].
stdout: one JSON line a round: {"first": [ns, ...], "again": [ns, ...], "minted": a token or null}.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypedDict

# Authorization, Cookie.
Headers = tuple[str | None, str | None]
# Returns the minted token, or None for a contender that mints none that can be read.
Handle = Callable[[str | None, str | None], Awaitable[str | None]]

AGAIN = 3


class Task(TypedDict):
    """What a contender is told at its start.

    package: of the rendered app.  pem: the key of the session tokens.  claims: what to mint, `iat`
    and `exp` aside.
    """

    package: str
    environment: dict[str, str]
    pem: str
    party: str
    secret: str
    claims: dict[str, Any]


def read_task() -> Task:
    """Read the task from stdin."""
    return json.loads(sys.stdin.readline())


async def answer_rounds(handle: Handle) -> None:
    """Serve rounds until stdin ends: each request once, and then all of them a few times more."""
    for line in sys.stdin:
        requests = [(authorization, cookie) for authorization, cookie in json.loads(line)]
        first = await _timed(handle, requests)
        again = await _timed(handle, requests * AGAIN)
        minted = await handle(*requests[-1])
        print(json.dumps({"first": first, "again": again, "minted": minted}), flush=True)


async def _timed(handle: Handle, requests: list[Headers]) -> list[int]:
    clock = time.perf_counter_ns
    durations: list[int] = []
    for authorization, cookie in requests:
        since = clock()
        await handle(authorization, cookie)
        durations.append(clock() - since)
    return durations

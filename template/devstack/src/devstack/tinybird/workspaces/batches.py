"""Small requests to one datasource are stored together: an insert costs what it costs."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass

from anyio import to_thread

from ..data.rows import Outcome
from ..errors import ApiError, Unavailable
from .workspace import Workspace

MOST_BATCH_BYTES = 8 * 1024 * 1024
MOST_WAITING_BYTES = 128 * 1024 * 1024
_Key = tuple[str, str, bool]


@dataclass(frozen=True, slots=True)
class _Waiting:
    name: str
    named: bool
    lines: list[bytes]
    size: int
    done: asyncio.Future[Outcome]


class Batches:
    """While one batch of a datasource is stored, the requests that arrive form the next."""

    def __init__(self) -> None:
        self._waiting: defaultdict[_Key, list[_Waiting]] = defaultdict(list)
        self._running: dict[_Key, asyncio.Task[None]] = {}
        self._bytes = 0

    @property
    def waiting(self) -> int:
        """How many queues there are."""
        return len(self._waiting)

    async def store(
        self, workspace: Workspace, name: str, lines: list[bytes], *, named: bool = False
    ) -> Outcome:
        """Store rows in the datasource `name` and return when they are on disk.

        Args: named: read columns by name, not by JSONPath.
        Raises: Unavailable: too much is waiting.
        """
        size = sum(map(len, lines))
        if self._bytes + size > MOST_WAITING_BYTES:
            raise Unavailable("Too many rows are waiting to be stored. Try again.")
        key = (workspace.id, name, named)
        done: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        waiting = _Waiting(name, named, lines, size, done)
        self._waiting[key].append(waiting)
        self._bytes += size
        if key not in self._running:
            self._running[key] = asyncio.create_task(self._run(workspace, key))
        return await waiting.done

    async def _run(self, workspace: Workspace, key: _Key) -> None:
        try:
            while batch := self._next(key):
                await self._store(workspace, batch)
        finally:
            del self._running[key]
            if not self._waiting[key]:
                del self._waiting[key]

    def _next(self, key: _Key) -> list[_Waiting]:
        queue, batch, size = self._waiting[key], [], 0
        while queue and (not batch or size + queue[0].size <= MOST_BATCH_BYTES):
            batch.append(queue.pop(0))
            size += batch[-1].size
        self._bytes -= size
        return batch

    async def _store(self, workspace: Workspace, batch: list[_Waiting]) -> None:
        groups = [waiting.lines for waiting in batch]
        try:
            outcomes = await to_thread.run_sync(
                lambda: workspace.store(batch[0].name, groups, named=batch[0].named)
            )
        except ApiError as error:
            for waiting in batch:
                _settle(waiting, error)
        else:
            for waiting, outcome in zip(batch, outcomes, strict=True):
                _settle(waiting, outcome)
        finally:
            # After an error of our own nobody waits for ever.
            for waiting in batch:
                waiting.done.cancel()


def _settle(waiting: _Waiting, result: Outcome | ApiError) -> None:
    if waiting.done.done():
        return
    if isinstance(result, ApiError):
        waiting.done.set_exception(result)
    else:
        waiting.done.set_result(result)

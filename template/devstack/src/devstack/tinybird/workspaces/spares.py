"""Copies of workspaces, made ahead: to make one takes longer than most tests."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from .workspace import Workspace

_KEPT = 2


class Spares:
    """Empty copies of each workspace that was copied once; nobody sees them before they are taken.

    `make`: copies a workspace.
    """

    def __init__(self, make: Callable[[Workspace], Workspace]) -> None:
        self._make = make
        self._waiting: defaultdict[str, list[Workspace]] = defaultdict(list)
        self._changing = threading.Lock()
        self._maker = ThreadPoolExecutor(1, "spares")

    def take(self, source: Workspace) -> Workspace:
        """Return a copy of `source` as it is now, and have others made for later."""
        found = self._fitting(source) or self._make(source)
        self._maker.submit(self._fill, source)
        return found

    def close(self) -> None:
        """Drop what nobody took."""
        self._maker.shutdown(cancel_futures=True)
        for spare in (spare for spares in self._waiting.values() for spare in spares):
            spare.drop()

    def _fitting(self, source: Workspace) -> Workspace | None:
        with self._changing:
            spares = self._waiting.pop(source.id, [])
            fitting = [spare for spare in spares if spare.is_copy_of(source)]
            self._waiting[source.id] = fitting[1:]
        # What was copied of an earlier build serves nobody.
        for spare in spares:
            if spare not in fitting:
                spare.drop()
        return fitting[0] if fitting else None

    def _fill(self, source: Workspace) -> None:
        while len(self._waiting[source.id]) < _KEPT:
            made = self._make(source)
            with self._changing:
                self._waiting[source.id].append(made)

"""What a workspace waits on: writes take turns, reads run side by side."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field


class ReadersWriterLock:
    """Many hold it side by side, or one alone; who waits to be alone goes before later readers."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._readers = 0
        self._closed = False

    @contextmanager
    def shared(self) -> Generator[None]:
        """Hold it with others."""
        with self._changed:
            self._changed.wait_for(lambda: not self._closed)
            self._readers += 1
        try:
            yield
        finally:
            with self._changed:
                self._readers -= 1
                self._changed.notify_all()

    @contextmanager
    def exclusive(self) -> Generator[None]:
        """Hold it alone, once the readers are through; one caller at a time."""
        with self._changed:
            self._closed = True
            self._changed.wait_for(lambda: not self._readers)
        try:
            yield
        finally:
            with self._changed:
                self._closed = False
                self._changed.notify_all()


@dataclass(frozen=True, slots=True)
class Locks:
    """The locks of one workspace.

    Whatever writes holds `writing`. A read shares `live`, which a deployment holds alone at the
    moment at which it takes the place of the old one.
    """

    writing: threading.RLock = field(default_factory=threading.RLock)
    live: ReadersWriterLock = field(default_factory=ReadersWriterLock)

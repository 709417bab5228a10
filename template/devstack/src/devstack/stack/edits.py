"""The files of a data project while it is edited."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from watchfiles import watch

_SUFFIXES = (".datasource", ".pipe", ".ndjson", ".csv", ".sql", ".connection", ".incl")
_TICK_MS = 500


class Datafiles:
    """The files below `folder`, as they were when they were last built."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._built = self._stamps()

    def note_build(self) -> None:
        """Say that a build begins: what is saved from now on is news."""
        self._built = self._stamps()

    def saved(self) -> Iterator[bool]:
        """Yield at least twice a second whether one was saved since the last build began."""
        # Compared, because what is saved while something else goes on is no event here.
        for _ in watch(self._folder, yield_on_timeout=True, rust_timeout=_TICK_MS):
            yield self._stamps() != self._built

    def _stamps(self) -> frozenset[tuple[Path, int, int]]:
        found = (path for path in self._folder.rglob("*") if path.suffix in _SUFFIXES)
        return frozenset(stamp for path in found if (stamp := _stamp(path)))


def _stamp(path: Path) -> tuple[Path, int, int] | None:
    try:
        status = path.stat()
    except FileNotFoundError:
        # Gone since it was listed, as editors do while they save.
        return None
    return path, status.st_mtime_ns, status.st_size

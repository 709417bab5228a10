"""What was checked already, and of what each check was made: kept in memory, so for one engine."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from ..project.resources import Connection, Datasource, Pipe, Project

MOST_KEPT = 2000
# Of one pipe: another branch, or another workspace, reads the same file over other datasources.
MOST_VARIANTS = 4
T = TypeVar("T")


class Watched(Mapping[str, T], Generic[T]):
    """A mapping that notes what each name that was asked for was, None where there was none."""

    def __init__(self, known: Mapping[str, T]) -> None:
        self._known = known
        self.asked: dict[str, T | None] = {}
        self.asked_for_all = False

    def __getitem__(self, name: str) -> T:
        self.asked[name] = self._known.get(name)
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        # What depends on every name is never the same again.
        self.asked_for_all = True
        return iter(self._known)

    def __len__(self) -> int:
        self.asked_for_all = True
        return len(self._known)


@dataclass(frozen=True, slots=True)
class WatchedProject:
    """A project whose reader is watched."""

    pipes: Watched[Pipe]
    datasources: Watched[Datasource]
    connections: Watched[Connection]

    @classmethod
    def of(cls, project: Project) -> WatchedProject:
        """Watch who reads `project`."""
        return cls(
            Watched(project.pipes), Watched(project.datasources), Watched(project.connections)
        )

    @property
    def project(self) -> Project:
        """The project to hand out."""
        return Project(self.datasources, self.pipes, self.connections)

    def sources(self) -> list[Datasource]:
        """Return the datasources that were read, those behind materialized pipes too."""
        for pipe in self.pipes.asked.values():
            if pipe is not None and pipe.type == "materialized":
                # Whoever reads it reads its target, and asks for that by no name of its own.
                self.datasources.get(pipe.output.datasource or "")
        return [source for source in self.datasources.asked.values() if source is not None]

    @property
    def asked_for_all(self) -> bool:
        """Whether somebody read the names of a whole kind."""
        kinds = (self.pipes, self.datasources, self.connections)
        return any(kind.asked_for_all for kind in kinds)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a check asked for, and what it got."""

    pipes: Mapping[str, Pipe | None]
    datasources: Mapping[str, Datasource | None]
    connections: Mapping[str, Connection | None]
    secrets: frozenset[str]

    def is_of(self, project: Project, secrets: frozenset[str]) -> bool:
        """Tell whether the check would get the very same today."""
        return (
            self.secrets == secrets
            and _same(self.pipes, project.pipes)
            and _same(self.datasources, project.datasources)
            and _same(self.connections, project.connections)
        )


@dataclass(slots=True)
class Passed:
    """The pipes and datasources that passed; what failed is always tried again.

    All workspaces of a server share one: a verdict depends on what was asked for, not on who asked.
    """

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _pipes: OrderedDict[Pipe, tuple[_Reading, ...]] = field(default_factory=OrderedDict)
    _tables: OrderedDict[str, None] = field(default_factory=OrderedDict)

    def knows(self, pipe: Pipe, project: Project, secrets: frozenset[str]) -> bool:
        """Tell whether `pipe` passed over exactly what `project` gives it.

        Args: secrets: the names that templates may read; no check sees a value.
        """
        with self._lock:
            readings = self._pipes.get(pipe, ())
            known = any(reading.is_of(project, secrets) for reading in readings)
            if known:
                self._pipes.move_to_end(pipe)
            return known

    def note(self, pipe: Pipe, watched: WatchedProject, secrets: frozenset[str]) -> None:
        """Remember that `pipe` passed, unless it depends on every name that there is."""
        if watched.asked_for_all:
            return
        reading = _Reading(
            dict(watched.pipes.asked),
            dict(watched.datasources.asked),
            dict(watched.connections.asked),
            secrets,
        )
        with self._lock:
            others = self._pipes.pop(pipe, ())
            self._pipes[pipe] = (reading, *others)[:MOST_VARIANTS]
            if len(self._pipes) > MOST_KEPT:
                self._pipes.popitem(last=False)

    def knows_table(self, statement: str) -> bool:
        """Tell whether the engine took a CREATE TABLE."""
        with self._lock:
            return statement in self._tables

    def note_table(self, statement: str) -> None:
        """Remember that the engine took a CREATE TABLE."""
        with self._lock:
            self._tables[statement] = None
            if len(self._tables) > MOST_KEPT:
                self._tables.popitem(last=False)


def _same(asked: Mapping[str, T | None], known: Mapping[str, T]) -> bool:
    return all(known.get(name) == value for name, value in asked.items())
